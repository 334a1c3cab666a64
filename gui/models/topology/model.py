"""TopologyModel: the picture's facts at the cursor's time, kept up to date without a widget.

It works only when asked (`refresh`, from a paint event): a view that is not seen costs nothing. What costs a query of
many rows, the rates of links, is asked again at most five times a second, and once a second where time rushes past.
"""

import sqlite3
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from gui.models.cursor import Cursor, Selection
from gui.models.message_search import Numbers
from gui.models.run import MAX_SPEED, Run
from gui.models.topology.cards import Floats
from gui.models.topology.layout import USUAL_SIZE, Kind, Layout, Layouts
from gui.models.topology.network import HOLDER, Network, read_network
from gui.models.topology.outages import NO_OUTAGE, Faults, Outages
from gui.models.topology.statuses import OWNERS, STREET, Codes, Statuses
from gui.models.topology.taken import Taken
from gui.models.topology.traffic import NO_DOTS, Dots, Flags, Traffic
from simulator.i18n import tr
from simulator.ocpi.describe import meaning
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Batch
from simulator.recording.rows import Message

_SHOWN_S: Final = 1.2
_SPEED_AT_MOST: Final = 600.0
_RATE_STEP_US: Final = 15_000_000
_RATES_EVERY_MS: Final = 200
_RATES_IN_RUSH_MS: Final = 1_000
_SIZE_STEP_PX: Final = 60
_SESSION_STATES: Final = 4
_UNREADABLE: Final = (RecordingError, sqlite3.Error, msgspec.DecodeError)
_MODULES: Final = "SELECT DISTINCT module FROM call ORDER BY module"


class Highlight(NamedTuple):
    """What the selection means in this picture, by index; -1: nothing. `exchange` is a message's number, 0 for none."""

    party: int = -1
    link: int = -1
    site: int = -1
    evse: int = -1
    exchange: int = 0
    forward: bool = True


NO_HIGHLIGHT: Final = Highlight()


class TopologyModel(QObject):
    """Network, layout and what holds at the cursor's time.

    `rebuilt`: there is another network or layout. `changed`: something else must be painted. `structure` and
    `status` count how often links, outages and highlight, or statuses, have changed: what a cached picture depends on.
    """

    rebuilt = Signal()
    changed = Signal()

    def __init__(self, run: Run, cursor: Cursor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run = run
        self.cursor = cursor
        self.kind: Kind = "network"
        self.believer = OWNERS
        self.problem = ""
        self.structure = self.status = 0
        self.network = Network([], [], [], [])
        self._layouts = Layouts(self.network)
        self.layout: Layout = self._layouts.of(self.kind, USUAL_SIZE)
        self.group = -1
        self.taken: Taken | None = None
        self.failed: NDArray[np.int64] = np.empty(0, np.int64)
        self.owners: Statuses | None = None
        self.traffic: Traffic | None = None
        self.dots: Dots = NO_DOTS
        self.rates: Floats = np.empty(0)
        self.outages: Outages = NO_OUTAGE
        self.highlight = NO_HIGHLIGHT
        self.meaning = ""
        self.modules: list[str] = []
        self.seen_codes: list[int] = []
        self._beliefs: Statuses | None = None
        self._street: Statuses | None = None
        self._faults: Faults | None = None
        self._size = USUAL_SIZE
        self._rated_step: int | None = None
        self._is_stale = True
        self._rates_due = QTimer(self, singleShot=True)
        self._rates_due.timeout.connect(self._stale)
        self._more_taken = QTimer(self, singleShot=True)
        self._more_taken.timeout.connect(self._read_taken)
        self._since_rates = QElapsedTimer()
        run.opened.connect(self._read)
        run.closed.connect(self._read)
        run.grew.connect(self._grow)
        run.played.connect(self._stale)
        run.filtered.replaced.connect(self._filter)
        run.filtered.added.connect(self._take_in)
        cursor.time_changed.connect(self._stale)
        cursor.selection_changed.connect(self._select)
        self._read()

    def set_kind(self, kind: Kind) -> None:
        """Show the network or the map."""
        if kind != self.kind:
            self.kind = kind
            self._lay_out()
            self.rebuilt.emit()

    def set_size(self, width: int, height: int) -> None:
        """Lay out anew for a picture of another size, if that is another by more than a little."""
        size = tuple(max(1, round(side / _SIZE_STEP_PX)) * _SIZE_STEP_PX for side in (width, height))
        if size != self._size:
            self._size = size[0], size[1]
            self._lay_out()

    def _lay_out(self) -> None:
        self.layout = self._layouts.of(self.kind, self._size)
        self.structure += 1

    def choose_group(self, group: int) -> None:
        """Point at a group of parties, which no other view knows of; -1: at none."""
        if group != self.group:
            self.group = group
            self.structure += 1
            self.changed.emit()

    def set_believer(self, holder: str) -> None:
        """Show statuses as this party believes them, or as each CPO knows its own (OWNERS)."""
        if holder != self.believer:
            self.believer = holder
            self._beliefs = None
            self.status += 1
            self._stale()

    @property
    def codes(self) -> Codes:
        """The status shown of each EVSE."""
        shown = self._beliefs or self.owners
        return shown.codes if shown is not None else np.empty(0, np.int8)

    @property
    def beliefs(self) -> Statuses | None:
        """What the chosen party believes; None without a choice."""
        return self._beliefs

    @property
    def stale(self) -> Flags | None:
        """Which EVSEs the chosen party believes in another status than their CPO knows; None without a choice."""
        if self._beliefs is None or self.owners is None:
            return None
        stale: Flags = self._beliefs.codes != self.owners.codes
        return stale

    @property
    def shown_us(self) -> int:
        """How much simulated time a message is drawn for at least: about a second as the person sees it."""
        speed = _SPEED_AT_MOST if self.run.speed == MAX_SPEED else min(self.run.speed, _SPEED_AT_MOST)
        return round(_SHOWN_S * 1e6 * max(speed, 1e-3))

    def filter_words(self) -> str:
        """That a filter is on, and how much it takes; empty without one."""
        filtered = self.run.filtered
        if self.taken is None:
            return ""
        return tr("Filter: {count} of {total} messages; what has none of them is faint").format(
            count=f"{filtered.count:,}", total=f"{filtered.total:,}"
        )

    def street(self) -> Statuses | None:
        """What is true in the street, for those who ask."""
        if self.owners is None or self.run.recording is None:
            return None
        if self._street is None:
            self._street = Statuses(self.run.recording, self.network, STREET)
        self._street.move(self.cursor.at_us)
        return self._street

    def refresh(self) -> None:
        """Bring everything to the cursor's time; `problem` is a sentence if the recording could not be read."""
        if not self._is_stale or self.traffic is None or self.owners is None:
            return
        self._is_stale = False
        try:
            self._bring_to(self.cursor.at_us, self.owners, self.traffic)
        except _UNREADABLE as error:
            self.problem = tr("The recording could not be read: {reason}").format(reason=error)

    def _bring_to(self, at_us: int, owners: Statuses, traffic: Traffic) -> None:
        self.problem = ""
        moved = owners.move(at_us)
        if self.believer != OWNERS and self.run.recording is not None:
            if self._beliefs is None:
                self._beliefs = Statuses(self.run.recording, self.network, self.believer)
            moved = self._beliefs.move(at_us) or moved
        if moved:
            self.status += 1
            self.seen_codes = np.union1d(self.seen_codes, np.unique(self.codes)).astype(int).tolist()
        self.dots = traffic.dots(at_us, self.shown_us)
        outages = self._faults.at(at_us) if self._faults is not None else NO_OUTAGE
        if self.taken is not None:
            taken = self.taken.links
            outages = outages._replace(links={link: span for link, span in outages.links.items() if taken[link]})
        if outages != self.outages:
            self.outages = outages
            self.structure += 1
        self._refresh_rates(at_us, traffic)

    def _refresh_rates(self, at_us: int, traffic: Traffic) -> None:
        step = at_us // _RATE_STEP_US
        if step == self._rated_step:
            return
        wait_ms = _RATES_IN_RUSH_MS if self.run.rushes else _RATES_EVERY_MS
        if self._rated_step is not None and self._since_rates.elapsed() < wait_ms:
            if not self._rates_due.isActive():
                self._rates_due.start(wait_ms)
            return
        self._rated_step = step
        self._since_rates.start()
        rates, failed = traffic.rates(at_us)
        if not (np.array_equal(rates, self.rates) and np.array_equal(failed, self.failed)):
            self.rates, self.failed = rates, failed
            self.structure += 1

    def _filter(self) -> None:
        """Another filter, or more that it takes."""
        recording, traffic = self.run.recording, self.traffic
        if recording is None or traffic is None:
            return
        self.taken = Taken(recording, self.network, traffic, self.run.filtered) if self.run.filtered.active else None
        self._rated_step = None
        self.structure += 1
        self._read_taken()
        self._stale()

    def _take_in(self, exchanges: Numbers) -> None:
        if self.taken is not None:
            self.taken.add(exchanges)
            if not self._more_taken.isActive():
                self._read_taken()
            self._stale()

    def _read_taken(self) -> None:
        taken = self.taken
        if taken is None or taken.is_done:
            return
        with self.run.reading():
            if taken.read_on():
                self.structure += 1
                self.changed.emit()
        if not taken.is_done:
            self._more_taken.start(0)

    def _read(self) -> None:
        """Read the network of what is open now."""
        self.problem = ""
        self.network = Network([], [], [], [])
        self.owners = self.traffic = self._beliefs = self._street = self._faults = None
        self.dots, self.outages = NO_DOTS, NO_OUTAGE
        self.taken = None
        self.group = -1
        recording = self.run.recording
        if recording is not None:
            try:
                self.network = read_network(recording)
                self.owners = Statuses(recording, self.network)
                self.traffic = Traffic(recording, self.network, self.run.filtered)
                self._faults = Faults(recording, self.network)
                self.modules = [module for (module,) in recording.query(_MODULES)]
            except _UNREADABLE as error:
                self.problem = tr("The recording could not be read: {reason}").format(reason=error)
        self._layouts = Layouts(self.network)
        self._lay_out()
        self.rates = np.zeros(len(self.network.links))
        self.failed = np.zeros(len(self.network.links), np.int64)
        self._rated_step = None
        self.seen_codes = []
        self._is_stale = True
        if self.believer not in self.network.party_of:
            self.believer = OWNERS
        self.highlight = self._meant(self.cursor.selection)
        self.status += 1
        self._filter()
        self.rebuilt.emit()

    def _grow(self, batch: Batch) -> None:
        with self.run.reading():
            if batch.tells(holder=HOLDER):
                self._read()
                return
            if batch.faults and self._faults is not None:
                self._faults.read()
        if not batch.modules <= set(self.modules):
            self.modules = sorted(batch.modules.union(self.modules))
        # At the edge of a rush the cursor moves on with what has come, and brings the picture with it.
        if not (self.run.rushes and self.run.at_edge):
            self._stale()

    def _stale(self) -> None:
        self._is_stale = True
        self.changed.emit()

    def _select(self, selection: Selection) -> None:
        highlight = NO_HIGHLIGHT
        with self.run.reading():
            highlight = self._meant(selection)
        if highlight != self.highlight:
            self.highlight = highlight
            self.structure += 1
            self.changed.emit()

    def _meant(self, selection: Selection) -> Highlight:
        kind, id = selection
        network, recording = self.network, self.run.recording
        if kind == "party":
            return Highlight(party=network.party_of.get(id, -1))
        if kind == "link":
            a, _, b = id.partition("|")
            return Highlight(link=network.link_between(a, b))
        if kind == "site":
            return Highlight(site=network.site_of.get(id, -1))
        if kind == "evse":
            return self._at_evse(network.evse_of.get(id, -1))
        if kind == "message" and recording is not None:
            for message in recording.messages(exchange=int(id)):
                link = network.link_between(message.sender, message.receiver)
                from_a = link >= 0 and network.parties[network.links[link].a].id == message.sender
                self.meaning = words_of(message)
                at = self._at_evse(self._evse_of_session(message.session_id))
                return at._replace(link=link, exchange=message.exchange, forward=from_a)
        if kind == "session":
            return self._at_evse(self._evse_of_session(id))
        return NO_HIGHLIGHT

    def _at_evse(self, evse: int) -> Highlight:
        """An EVSE with its site."""
        return Highlight(evse=evse, site=int(self.network.evse_site[evse])) if evse >= 0 else NO_HIGHLIGHT

    def _evse_of_session(self, id: str) -> int:
        """Where a session charges; -1: nobody has said it."""
        recording = self.run.recording
        if recording is None or not id:
            return -1
        for state in recording.states(kind="session", entity=id, limit=_SESSION_STATES):
            evse = msgspec.json.decode(state.value, type=_SessionValue).evse
            if evse in self.network.evse_of:
                return self.network.evse_of[evse]
        return -1

    @property
    def owner(self) -> int:
        """The CPO of the site that the selection means; -1: it means none."""
        return self.network.sites[self.highlight.site].cpo if self.highlight.site >= 0 else -1


def words_of(message: Message) -> str:
    """What a message means, in words; its module if its route has none."""
    try:
        return tr(meaning(message.route))
    except ValueError:
        return message.module


class _SessionValue(msgspec.Struct):
    evse: str = ""
