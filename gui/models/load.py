"""What the load view shows: the sites, which of them are chosen, their curves, and the EVSEs that are selected.

The curves are read when somebody looks, and extended while the run goes on; sums are simulator/report's.
"""

import time
from collections.abc import Iterable
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from simulator.recording.reader import Batch
from simulator.recording.series import Times, Values
from simulator.report import load
from simulator.report.load import EVSE, SITE, Curve, Curves, Focus, SiteLoad

MOST_SHOWN: Final = 40
"""More curves than these nobody tells apart."""

FEW_SITES: Final = 8
"""Up to so many sites are all shown at first; of more those with the highest peaks."""

_REFRESH_MS: Final = 400
_SHARE: Final = 10


class Stay(NamedTuple):
    """The battery of one car at one EVSE, from plugging in to leaving (`to_us` None: still there)."""

    evse: str
    times_us: Times
    values: Values
    to_us: int | None


class LoadModel(QObject):
    """Curves of the open recording.

    `reset`: other sites. `shown_changed`: others are chosen. `grew`: the curves are longer. `focus_changed`: another
    selection. Nothing is read until `set_active(True)`.
    """

    reset = Signal()
    shown_changed = Signal()
    grew = Signal()
    focus_changed = Signal()

    def __init__(self, run: Run, cursor: Cursor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._active = self._stale = False
        self._known_path: object = None
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

    def _clear(self) -> None:
        self.sites: list[SiteLoad] = []
        self.shown: tuple[str, ...] = ()
        self.focus = Focus()
        self.stays: list[Stay] = []
        self._power: Curves | None = None
        self._limit: Curves | None = None
        self._occupancy: Curves | None = None
        self._focus_power: Curves | None = None

    # What is read

    def set_active(self, active: bool) -> None:
        """Read from now on, or stop reading."""
        self._active = active
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
        before, again = self.shown, self._known_path is not None and self._known_path == self._run.path
        self._stale = False
        self._known_path = self._run.path
        self._clear()
        recording = self._run.recording
        if recording is not None:
            with self._run.reading():
                self._power = Curves(recording, "power")
                self._limit = Curves(recording, "limit")
                self._occupancy = Curves(recording, "occupancy")
                self._find_sites(before if again else ())
        self.reset.emit()
        self._selected(self._cursor.selection)

    def _find_sites(self, chosen: tuple[str, ...]) -> None:
        assert self._run.recording is not None
        known = {site.key for site in self.sites}
        self.sites = load.sites(self._run.recording)
        new = {site.key for site in self.sites if site.key not in known} if len(self.sites) <= FEW_SITES else set()
        wanted = {*chosen, *new} if known else set(chosen)
        self.shown = tuple(site.key for site in self.sites if site.key in wanted) or self._highest(FEW_SITES)

    def _run_grew(self, batch: Batch) -> None:
        if not self._active:
            return
        if any(state.holder == "run" for state in batch.states):
            self._stale = True
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
        if self._power is None or self._limit is None or self._occupancy is None:
            return
        began_s = time.perf_counter()
        with self._run.reading():
            self._extend(self._power, self._limit, self._occupancy)
        took_ms = round((time.perf_counter() - began_s) * 1_000)
        self._refresh.setInterval(max(_REFRESH_MS, _SHARE * took_ms))

    def _extend(self, power: Curves, limit: Curves, occupancy: Curves) -> None:
        had_power = self.has_power
        have_grown = [curves.extend() for curves in (power, limit, occupancy)]
        if self._focus_power is not None:
            have_grown.append(self._focus_power.extend())
        if any(have_grown):
            if had_power != self.has_power or not self._known().issuperset(power.by_entity):
                self._find_sites(self.shown)
                self.shown_changed.emit()
            self._read_stays()
            self.grew.emit()

    def _known(self) -> set[str]:
        return {SITE + site.key for site in self.sites}

    # What is chosen

    def set_shown(self, keys: Iterable[str]) -> None:
        """Show these sites, in the run's order; of more than MOST_SHOWN those with the highest peaks."""
        wanted = set(keys)
        shown = tuple(site.key for site in self.sites if site.key in wanted)
        if len(shown) > MOST_SHOWN:
            shown = self._highest(MOST_SHOWN, wanted)
        if shown != self.shown:
            self.shown = shown
            self.shown_changed.emit()

    def show_highest(self, count: int) -> None:
        """Show the sites with the highest peaks so far."""
        if self._run.recording is not None:
            with self._run.reading():
                self.sites = load.sites(self._run.recording)
        self.set_shown(self._highest(count))

    def _highest(self, count: int, among: set[str] | None = None) -> tuple[str, ...]:
        candidates = [site for site in self.sites if among is None or site.key in among]
        highest = {site.key for site in sorted(candidates, key=lambda site: -site.peak_w)[:count]}
        return tuple(site.key for site in self.sites if site.key in highest)

    # Curves

    def site(self, key: str) -> SiteLoad | None:
        """A site by its key."""
        return next((site for site in self.sites if site.key == key), None)

    def power(self, site: str) -> Curve | None:
        """Power of a site in W; None before its first sample."""
        return _of(self._power, SITE + site)

    def limit(self, site: str) -> Curve | None:
        """The limit of a site's grid connection in W; None without one."""
        return _of(self._limit, SITE + site)

    def occupancy(self, site: str) -> Curve | None:
        """Occupied places of a site."""
        return _of(self._occupancy, SITE + site)

    def evse_power(self, evse: str) -> Curve | None:
        """Power of a selected EVSE in W."""
        return _of(self._focus_power, EVSE + evse)

    @property
    def total_power(self) -> tuple[Times, Values] | None:
        """Power of all sites together in W."""
        return None if self._power is None else self._power.total

    @property
    def total_occupancy(self) -> tuple[Times, Values] | None:
        """Occupied places of all sites together."""
        return None if self._occupancy is None else self._occupancy.total

    @property
    def total_limit(self) -> tuple[Times, Values] | None:
        """What all connections bear together in W; None if one of the sites has no limit."""
        if self._limit is None or len(self._limit.by_entity) < len(self.sites):
            return None
        return self._limit.total

    @property
    def has_power(self) -> bool:
        """Whether a site has drawn power."""
        return self._power is not None and bool(self._power.by_entity)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return self._power is None or not (self._power.by_entity or self.sites)

    # The selection

    def _selected(self, selection: Selection) -> None:
        with self._run.reading():
            self._focus_on(selection)

    def _focus_on(self, selection: Selection) -> None:
        recording = self._run.recording
        if not self._active or self._stale:
            return
        focus = Focus() if recording is None else load.focus(recording, selection.kind, selection.id)
        if focus == self.focus:
            return
        self.focus = focus
        entities = tuple(EVSE + evse for evse in focus.evses)
        self._focus_power = Curves(recording, "power", entities) if recording is not None and entities else None
        self._read_stays()
        self.focus_changed.emit()

    def _read_stays(self) -> None:
        recording = self._run.recording
        self.stays = []
        for evse in self.focus.evses if recording is not None else ():
            assert recording is not None
            times_us, values = recording.series(EVSE + evse, "state_of_charge")
            for from_us, to_us in load.presence(recording, evse) or [(self._run.begin_us, None)]:
                inside = (times_us >= from_us) & (True if to_us is None else times_us < to_us)
                if inside.any():
                    self.stays.append(Stay(evse, times_us[inside], values[inside], to_us))


def _of(curves: Curves | None, entity: str) -> Curve | None:
    return None if curves is None else curves.by_entity.get(entity)
