"""What the load view shows: the sites, which of them are chosen, their curves, and what is selected.

The curves are read when somebody looks, and extended while the run goes on; sums and states are simulator/report's.
"""

import time
from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from gui.models.cursor import Cursor, Selection
from gui.models.load_messages import SiteMessages
from gui.models.run import Run
from simulator.recording.reader import Batch, Recording
from simulator.report import focus as report
from simulator.report.focus import Charge, Focus
from simulator.report.load import (
    EVSE,
    SITE,
    Curves,
    LoadAt,
    SiteLoad,
    Steps,
    capped_us,
    from_zero,
    sites,
    value_at,
    within,
)

MOST_SHOWN: Final = 40
"""More curves than these nobody tells apart."""

FEW_SITES: Final = 8
"""Up to so many sites are all shown at first; of more those with the highest peaks."""

_REFRESH_MS: Final = 400
_SHARE: Final = 10


class LoadModel(QObject):
    """Curves of the open recording.

    `sites` are all, `shown` the keys of those chosen, `order` those of all as they are listed: first what is shown, by
    peaks.

    `reset`: other sites. `shown_changed`: others are chosen. `grew`: the curves are longer. `focus_changed`: another
    selection, or the same has changed. `told_changed`: the filter takes other messages about the sites. Nothing is
    read until `set_active(True)`.
    """

    reset = Signal()
    shown_changed = Signal()
    grew = Signal()
    focus_changed = Signal()
    told_changed = Signal()

    def __init__(self, run: Run, cursor: Cursor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._active = self._stale = self._focus_is_stale = False
        self._known_path: object = None
        self.messages = SiteMessages(run, self)
        self._clear()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(_REFRESH_MS)
        self._refresh.timeout.connect(self.refresh)
        run.opened.connect(self._opened)
        run.closed.connect(self._opened)
        run.grew.connect(self._run_grew)
        run.state_changed.connect(self._state_changed)
        cursor.selection_changed.connect(self._selected)
        self.messages.changed.connect(self.told_changed)

    def _clear(self) -> None:
        self._know([])
        self._put((), 0)
        self.shown: tuple[str, ...] = ()
        self.focus = Focus()
        self._power: Curves | None = None
        self._limit: Curves | None = None
        self._occupancy: Curves | None = None
        self._focus_power: Curves | None = None
        self._focus_charge: Curves | None = None

    # What is read

    def set_active(self, active: bool) -> None:
        """Read from now on, or stop reading."""
        self._active = active
        self.messages.set_active(active)
        if active and self._stale:
            self._load()
        elif active:
            self.refresh()
            self._selected(self._cursor.selection)

    def _opened(self) -> None:
        self._stale = True
        self._refresh.stop()
        if self._active:
            self._load()

    def _load(self) -> None:
        """Read everything; what was chosen stays chosen when the same file was read anew."""
        before, order, first = self.shown, self.order, self._first
        again = self._known_path is not None and self._known_path == self._run.path
        self._stale = False
        self._known_path = self._run.path
        self._clear()
        if again:
            self._put(order, first)
        recording = self._run.recording
        if recording is not None:
            with self._run.reading():
                self._power = Curves(recording, "power")
                self._limit = Curves(recording, "limit")
                self._occupancy = Curves(recording, "occupancy")
                self._find_sites(recording, self._power, self._limit, before if again else ())
        self.reset.emit()
        self._selected(self._cursor.selection)

    def _find_sites(self, recording: Recording, power: Curves, limit: Curves, chosen: tuple[str, ...]) -> None:
        known = {site.key for site in self.sites}
        self._know(sites(recording, power, limit))
        new = {site.key for site in self.sites if site.key not in known} if len(self.sites) <= FEW_SITES else set()
        wanted = {*chosen, *new} if known else set(chosen)
        if wanted and self.order:
            # Who looks at a run that grows finds each site where it was.
            come = [site.key for site in self.sites if site.key not in self._places]
            self._put((*self.order, *come), self._first)
            self.shown = tuple(key for key in self.order if key in wanted)
        if not self.shown:
            self._arrange(wanted or self._highest(FEW_SITES))

    def _run_grew(self, batch: Batch) -> None:
        if not self._active:
            return
        with self._run.reading():
            if batch.tells(holder="run"):
                self._stale = True
            if self.focus.evses and batch.tells(kind="session"):
                self._focus_is_stale = True
        if not self._refresh.isActive():
            self._refresh.start()

    def _state_changed(self, state: str) -> None:
        del state
        if self._active and not self._stale:
            self.refresh()

    def refresh(self) -> None:
        """Read what has come since; a reading that takes long is done the less often."""
        if self._stale:
            self._load()
            return
        recording = self._run.recording
        if recording is None or self._power is None or self._limit is None or self._occupancy is None:
            return
        began_s = time.perf_counter()
        with self._run.reading():
            self._extend(recording, self._power, self._limit, self._occupancy)
        took_ms = round((time.perf_counter() - began_s) * 1_000)
        self._refresh.setInterval(max(_REFRESH_MS, _SHARE * took_ms))

    def _extend(self, recording: Recording, power: Curves, limit: Curves, occupancy: Curves) -> None:
        had_power = self.has_power
        curves = (power, limit, occupancy, self._focus_power, self._focus_charge)
        have_grown = [each.extend() for each in curves if each is not None]
        if any(have_grown):
            known = {SITE + site.key for site in self.sites}
            if had_power != self.has_power or not known.issuperset(power.by_entity):
                self._find_sites(recording, power, limit, self.shown)
                self.shown_changed.emit()
            self.grew.emit()
        if self._focus_is_stale:
            self._focus_on(recording, self._cursor.selection)

    # What is chosen

    def set_shown(self, keys: Iterable[str]) -> None:
        """Show these sites, first in the list and by their peaks; of more than MOST_SHOWN those with the highest."""
        before = self.shown, self.order
        self._arrange(self._highest(MOST_SHOWN, set(keys)))
        if (self.shown, self.order) != before:
            self.shown_changed.emit()

    def tick(self, keys: Iterable[str]) -> None:
        """Show these sites, whose boxes are ticked one by one: no number changes, and a new one follows those shown."""
        wanted = set(keys)
        wanted = wanted if len(wanted) <= MOST_SHOWN else self._highest(MOST_SHOWN, wanted)
        first, rest = self.order[: self._first], self.order[self._first :]
        new = tuple(key for key in rest if key in wanted)
        order = (*first, *new, *(key for key in rest if key not in wanted))
        shown = tuple(key for key in order if key in wanted)
        if shown != self.shown:
            self._put(order, len(first) + len(new))
            self.shown = shown
            self.shown_changed.emit()

    def show_highest(self, count: int) -> None:
        """Show the sites with the highest peaks so far."""
        if self._run.recording is not None and self._power is not None and self._limit is not None:
            with self._run.reading():
                self._know(sites(self._run.recording, self._power, self._limit))
        self.set_shown(self._highest(count))

    def _arrange(self, shown: set[str]) -> None:
        """Put what is shown first and the rest behind it, both by their peaks."""
        ranked = sorted(self.sites, key=lambda site: (site.key not in shown, -site.peak_w))
        self._put(tuple(site.key for site in ranked), sum(site.key in shown for site in ranked))
        self.shown = self.order[: self._first]

    def _put(self, order: tuple[str, ...], first: int) -> None:
        """The order of all sites; `first` of them are shown, or were when their order was made."""
        self.order, self._first = order, first
        self._places = {key: place for place, key in enumerate(order)}

    def _know(self, found: list[SiteLoad]) -> None:
        self.sites = found
        self._by_key = {site.key: site for site in found}

    def place(self, site: str) -> int:
        """Where a site stands in the order of the list, from 0 on."""
        return self._places.get(site, 0)

    def _highest(self, count: int, among: set[str] | None = None) -> set[str]:
        candidates = [site for site in self.sites if among is None or site.key in among]
        return {site.key for site in sorted(candidates, key=lambda site: -site.peak_w)[:count]}

    # Curves

    def site(self, key: str) -> SiteLoad | None:
        """A site by its key."""
        return self._by_key.get(key)

    def power(self, site: str) -> Steps:
        """Power of a site in W, from the run's beginning on."""
        return from_zero(_of(self._power, SITE + site), self._run.begin_us)

    def limit(self, site: str) -> Steps | None:
        """The limit of a site's grid connection in W; None without one."""
        return _of(self._limit, SITE + site)

    def occupancy(self, site: str) -> Steps:
        """Occupied EVSEs of a site, from the run's beginning on."""
        return from_zero(_of(self._occupancy, SITE + site), self._run.begin_us)

    @property
    def total_power(self) -> Steps:
        """Power of all sites together in W."""
        return from_zero(None if self._power is None else self._power.total, self._run.begin_us)

    @property
    def total_occupancy(self) -> Steps:
        """Occupied EVSEs of all sites together."""
        return from_zero(None if self._occupancy is None else self._occupancy.total, self._run.begin_us)

    @property
    def total_limit(self) -> Steps | None:
        """What all connections bear together in W; None if one of the sites has no limit."""
        if self._limit is None or len(self._limit.by_entity) < len(self.sites):
            return None
        return self._limit.total

    def evse_power(self, evse: str) -> Steps:
        """Power of a selected EVSE in W, from the run's beginning on."""
        return from_zero(_of(self._focus_power, EVSE + evse), self._run.begin_us)

    def charge_power(self, charge: Charge) -> Steps:
        """Power of a selected session in W, from its start to its end and 0 at both."""
        power = _of(self._focus_power, EVSE + charge.evse)
        return within(from_zero(power, charge.from_us), charge.from_us, charge.to_us, falls=True)

    def battery(self, evse: str, from_us: int, to_us: int | None) -> Steps | None:
        """The state of charge (%) of the car at a selected EVSE between two instants; None if it was not recorded."""
        level = _of(self._focus_charge, EVSE + evse)
        steps = None if level is None else within(level, from_us, to_us, falls=False)
        return steps if steps is not None and len(steps[0]) else None

    @property
    def has_power(self) -> bool:
        """Whether a site has drawn power."""
        return self._power is not None and bool(self._power.by_entity)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self._power is None or not (self._power.by_entity or self.sites)

    # At an instant

    def site_at(self, site: SiteLoad, at_us: int) -> LoadAt:
        """What a site draws at an instant, what it may, and how many of its EVSEs are taken."""
        entity = SITE + site.key
        limit_w = value_at(_of(self._limit, entity), at_us)
        return LoadAt(
            value_at(_of(self._power, entity), at_us) or 0.0,
            site.limit_w if limit_w is None else limit_w,
            round(value_at(_of(self._occupancy, entity), at_us) or 0),
            site.evses,
        )

    def total_at(self, at_us: int) -> LoadAt:
        """The same of all sites together."""
        return LoadAt(
            value_at(self.total_power, at_us) or 0.0,
            value_at(self.total_limit, at_us),
            round(value_at(self.total_occupancy, at_us) or 0),
            sum(site.evses for site in self.sites),
        )

    def capped_us(self, site: SiteLoad) -> int:
        """For how long a site has drawn all that its connection bears."""
        return capped_us(_of(self._power, SITE + site.key), _of(self._limit, SITE + site.key), self._run.end_us)

    # The selection

    def _selected(self, selection: Selection) -> None:
        recording = self._run.recording
        if not self._active or self._stale:
            return
        with self._run.reading():
            self._focus_on(recording, selection)

    def _focus_on(self, recording: Recording | None, selection: Selection) -> None:
        focus = Focus() if recording is None else report.focus(recording, selection.kind, selection.id)
        self._focus_is_stale = False
        if focus == self.focus:
            return
        if focus.evses != self.focus.evses:
            self._focus_power = self._focus_charge = None
            if recording is not None and focus.evses:
                entities = tuple(EVSE + evse for evse in focus.evses)
                self._focus_power = Curves(recording, "power", entities)
                self._focus_charge = Curves(recording, "state_of_charge", entities)
        self.focus = focus
        self.focus_changed.emit()

    def stays(self, evse: str) -> list[tuple[int, int | None]]:
        """When a car stood at a selected EVSE; the whole run when the recording does not tell."""
        recording = self._run.recording
        found: list[tuple[int, int | None]] = []
        if recording is not None:
            with self._run.reading():
                found = report.presence(recording, evse)
        return found or [(self._run.begin_us, None)]


def _of(curves: Curves | None, entity: str) -> Steps | None:
    return None if curves is None else curves.of(entity)
