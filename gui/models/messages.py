"""The list of messages as a Qt table: numbers of exchanges in order, and the few rows that are on show.

A filter or an order is one search (see message_search.py); while a run grows, its new messages are taken by the
filter's predicate and put in their places ten times a second. Bodies are never read here.
"""

from bisect import bisect_right
from typing import Any, Final, NamedTuple

import numpy as np
from msgspec import Struct
from PySide6.QtCore import (
    QAbstractTableModel,
    QElapsedTimer,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from gui.models.message_search import NONE, Numbers, Order, Search, Wanted, search, words
from gui.models.run import Run
from simulator.filters.errors import FilterError
from simulator.filters.instants import Origin
from simulator.filters.parse import Filter, parse
from simulator.i18n import tr, trn
from simulator.ocpi.status import meaning as status_meaning
from simulator.recording.reader import Batch
from simulator.recording.rows import Message

REFRESH_MS: Final = 100
RUSH_MS: Final = 500
"""Where time rushes past, no row is read before it has scrolled away."""
IN_PLACE_SEQ: Final = 60_000
"""Up to this many rows are searched at once instead of in a thread: it takes less than a frame or two."""

_SEARCH_SHARE: Final = 10
"""A run that grows in another order than time is searched anew, for a tenth of the time at most."""
_BLOCK: Final = 64
_KEPT_ROWS: Final = 4_096
_COLUMNS: Final = """exchange, start_s, end_s, sender, receiver, module, route, method, path, final, failure,
http_status, ocpi_status, object_kind, object_id"""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class Row(NamedTuple):
    """What the list knows of one message."""

    exchange: int
    start_us: int
    duration_us: int
    sender: str
    receiver: str
    module: str
    route: str
    method: str
    path: str
    final: str
    failure: str
    http_status: int | None
    ocpi_status: int | None
    object_kind: str
    object_id: str


class Column(Struct, frozen=True):
    """A column: what to order by, its title, what the title means, and whether it holds numbers."""

    order: Order
    title: str
    help: str
    is_number: bool = False


COLUMNS: Final = (
    Column("time", tr("Time"), tr("When the request left, in the run's local time")),
    Column("from", tr("From"), tr("The party that sent the request")),
    Column("to", tr("To"), tr("The party that received it")),
    Column("meaning", tr("What it means"), tr("What the exchange is for; the colour is its OCPI module's")),
    Column("method", tr("Method"), tr("The HTTP method")),
    Column("path", tr("Path"), tr("The path of the URL")),
    Column("status", tr("HTTP / OCPI"), tr("The status of the answer: HTTP, then OCPI; or how it failed")),
    Column("duration", tr("Duration"), tr("Simulated milliseconds until the sender knew the outcome"), True),
)
TIME, FROM, TO, MEANING, METHOD, PATH, STATUS, DURATION = range(len(COLUMNS))


class MessagesModel(QAbstractTableModel):
    """The messages of the open recording that the filter takes.

    `changed`: how many there are, or whether a search goes on, is another now. `failed`: a search ended with a
    sentence.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, run: Run, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._filter = parse("")
        self._order: Order = "time"
        self._descending = False
        self._exchanges = NONE
        self._total = 0
        self._rows: dict[int, Row] = {}
        self._search: Search | None = None
        self._waiting: list[int] = []
        self._is_active = True
        self._is_stale = False
        self._searched_ms = 0
        self._since_search = QElapsedTimer()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self._take_new)
        run.opened.connect(self._start_afresh)
        run.closed.connect(self._start_afresh)
        run.grew.connect(self._grow)
        self._start_afresh()

    @property
    def total(self) -> int:
        """How many messages the recording has."""
        return self._total

    @property
    def is_busy(self) -> bool:
        """Whether a search goes on; the rows are still those of the one before."""
        return self._search is not None

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filter

    @property
    def is_in_time_order(self) -> bool:
        """Whether later messages stand further down."""
        return self._order == "time" and not self._descending

    def set_filter(self, text: str) -> None:
        """Show what the filter takes. Raises FilterError; the rows then stay as they are."""
        recording = self._run.recording
        chosen = parse(text, None if recording is None else Origin(self._run.start_epoch_us, self._run.zone))
        if chosen.clause != self._filter.clause:
            self._filter = chosen
            self._look()

    def exchange(self, row: int) -> int:
        """The number of the exchange in a row."""
        return int(self._exchanges[self._place(row)])

    def row(self, row: int) -> Row | None:
        """What is known of the message in a row; None when the recording is gone."""
        exchange = self.exchange(row)
        if exchange not in self._rows:
            self._read(self._place(row))
        return self._rows.get(exchange)

    def row_of(self, exchange: int) -> int:
        """Where an exchange stands; -1 when it is not on the list."""
        if self._order == "time":
            place = int(np.searchsorted(self._exchanges, exchange))
            found = place < len(self._exchanges) and self._exchanges[place] == exchange
        else:
            places = np.flatnonzero(self._exchanges == exchange)
            found, place = len(places) > 0, int(places[0]) if len(places) else 0
        return self._place(place) if found else -1

    def row_at(self, at_us: int) -> int:
        """The row of the last message that had left at an instant; -1 before the first, or out of order of time."""
        recording = self._run.recording
        if recording is None or self._order != "time":
            return -1

        def start_us(place: int) -> int:
            sql = "SELECT start_us FROM message WHERE exchange = ?"
            return int(recording.query(sql, (int(self._exchanges[place]),))[0][0])

        place = -1
        with self._run.reading():
            place = bisect_right(range(len(self._exchanges)), at_us, key=start_us) - 1
        return self._place(place) if place >= 0 else -1

    # What Qt asks

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._exchanges)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.title
            case Qt.ItemDataRole.ToolTipRole:
                return column.help
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                row = self.row(index.row())
                return None if row is None else self.text(row, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                row = self.row(index.row())
                return None if row is None else self._tip(row, index.column())
            case Qt.ItemDataRole.AccessibleTextRole:
                row = self.row(index.row())
                if row is None:
                    return None
                return f"{COLUMNS[index.column()].title}: {self.text(row, index.column())}"
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(COLUMNS[index.column()])
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        chosen, descending = COLUMNS[column].order, order == Qt.SortOrder.DescendingOrder
        if chosen != self._order:
            self._order, self._descending = chosen, descending
            self._look()
        elif descending != self._descending:
            self.layoutAboutToBeChanged.emit()
            self._descending = descending
            last = len(self._exchanges) - 1
            for index in self.persistentIndexList():
                self.changePersistentIndex(index, self.index(last - index.row(), index.column()))
            self.layoutChanged.emit()
            self.changed.emit()

    def text(self, row: Row, column: int) -> str:
        """What a column says of a message."""
        match column:
            case 0:
                return self._run.clock(row.start_us, ms=True)
            case 1:
                return row.sender
            case 2:
                return row.receiver
            case 3:
                return words(row.route)
            case 4:
                return row.method
            case 5:
                return row.path
            case 6:
                return outcome_text(row)
        return duration_text(row.duration_us)

    def _tip(self, row: Row, column: int) -> str:
        match column:
            case 0:
                local = self._run.local(row.start_us)
                return f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond:06} {self._run.zone}"
            case 3:
                what = tr("Module {module}").format(module=row.module)
                return f"{what}\n{row.object_kind} {row.object_id}".rstrip()
            case 6:
                return outcome_sentence(row)
        return self.text(row, column)

    # Searching

    def _start_afresh(self) -> None:
        """Another recording is open, or none."""
        self._rows.clear()
        self._replace(NONE)
        recording = self._run.recording
        self._total = 0
        if recording is not None:
            with self._run.reading():
                self._total = recording.query("SELECT count(*) FROM message")[0][0]
        # A time of day in the filter means another instant now.
        try:
            self._filter = parse(self._filter.text, Origin(self._run.start_epoch_us, self._run.zone))
        except FilterError:
            self._filter = parse("")
        self._look()

    def _look(self) -> None:
        """Search anew; a search that goes on is given up."""
        if self._search is not None:
            self._search.cancel()
            self._search = None
        self._refresh.stop()
        self._waiting.clear()
        self._is_stale = False
        recording = self._run.recording
        if recording is None:
            self._replace(NONE)
            return
        self._since_search.start()
        wanted = Wanted(self._filter.clause, self._order, self._run.seen_seq)
        if wanted.up_to_seq <= IN_PLACE_SEQ:
            found = NONE
            with self._run.reading():
                found = search(recording, wanted)
            self._replace(found)
            self._searched_ms = self._since_search.elapsed()
            return
        self._search = Search(recording.path, wanted, self)
        self._search.found.connect(self._found)
        self._search.failed.connect(self._not_found)
        self.changed.emit()

    def _found(self, exchanges: Numbers) -> None:
        self._search = None
        self._searched_ms = self._since_search.elapsed()
        self._replace(exchanges)
        if self._is_active:
            self._take_new()

    def _not_found(self, sentence: str) -> None:
        self._search = None
        self._replace(NONE)
        self.failed.emit(sentence)

    def _replace(self, exchanges: Numbers) -> None:
        self.beginResetModel()
        self._exchanges = exchanges
        self.endResetModel()
        self.changed.emit()

    # Growing

    def _grow(self, batch: Batch) -> None:
        if not batch.messages:
            return
        self._total += len(batch.messages)
        matches = self._filter.matches
        self._waiting += [message.exchange for message in batch.messages if matches(message)]
        if self._is_active and not self._refresh.isActive():
            self._refresh.start(RUSH_MS if self._run.rushes else REFRESH_MS)

    def set_active(self, is_active: bool) -> None:
        """A list that nobody sees takes in what has come once it is seen."""
        self._is_active = is_active
        if not is_active:
            self._refresh.stop()
        elif self._waiting or self._is_stale:
            self._take_new()

    def _take_new(self) -> None:
        """Put the messages that have come since the last time where they belong."""
        if self._search is not None:
            return
        new = sorted(self._waiting)
        self._waiting.clear()
        self._is_stale = self._is_stale or (bool(new) and self._order != "time")
        if self._is_stale:
            wait_ms = self._searched_ms * _SEARCH_SHARE - self._since_search.elapsed()
            if wait_ms > 0:
                self._refresh.start(int(wait_ms))
            else:
                self._look()
            return
        if new:
            self._insert(np.array(new, np.int64))
        self.changed.emit()

    def _insert(self, new: Numbers) -> None:
        """Put exchanges in their places, those that come to stand together at once, the last first."""
        places = np.searchsorted(self._exchanges, new)
        for place in np.unique(places)[::-1]:
            group = new[places == place]
            first = len(self._exchanges) - int(place) if self._descending else int(place)
            self.beginInsertRows(QModelIndex(), first, first + len(group) - 1)
            self._exchanges = np.insert(self._exchanges, place, group)
            self.endInsertRows()

    # Rows

    def _place(self, row: int) -> int:
        """The place in ascending order of a row on show, and the other way round."""
        return len(self._exchanges) - 1 - row if self._descending else row

    def _read(self, place: int) -> None:
        """Read the block of messages around a place."""
        recording = self._run.recording
        if recording is None:
            return
        begin = place - place % _BLOCK
        exchanges = ", ".join(map(str, self._exchanges[begin : begin + _BLOCK].tolist()))
        rows: list[tuple[Any, ...]] = []
        with self._run.reading():
            rows = recording.query(f"SELECT {_COLUMNS} FROM v_message WHERE exchange IN ({exchanges})")
        for exchange, start_s, end_s, *rest in rows:
            start_us = round(start_s * 1e6)
            self._rows[exchange] = Row(exchange, start_us, round(end_s * 1e6) - start_us, *rest)
        while len(self._rows) > _KEPT_ROWS:
            del self._rows[next(iter(self._rows))]


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


_FINALS: Final = {"timed_out": tr("timed out"), "lost": tr("lost"), "dead": tr("not connected")}


def outcome_text(row: Row | Message) -> str:
    """The outcome in a word or two: `200 / 1000`, or how it failed."""
    if row.final != "delivered":
        return _FINALS.get(row.final, row.final)
    return " / ".join(str(code) for code in (row.http_status, row.ocpi_status) if code is not None)


def outcome_sentence(row: Row | Message) -> str:
    """The outcome in a sentence."""
    if row.final != "delivered":
        return row.failure or _FINALS.get(row.final, row.final)
    if row.ocpi_status is None:
        return tr("HTTP {status}, without an OCPI status.").format(status=row.http_status)
    return tr(status_meaning(row.ocpi_status))


def outcome_icon(row: Row | Message) -> str:
    """The icon that goes with it."""
    if row.final != "delivered":
        return {"timed_out": "timed_out", "lost": "lost"}.get(row.final, "error")
    if (row.http_status or 0) >= 500 or (row.ocpi_status or 0) >= 3000:
        return "error"
    return "refused" if (row.http_status or 0) >= 400 or (row.ocpi_status or 0) >= 2000 else "good"


def duration_text(duration_us: int) -> str:
    """Milliseconds; a decimal where whole ones would say little."""
    duration_ms = duration_us / 1_000
    return tr("{duration} ms").format(duration=f"{duration_ms:,.1f}" if duration_ms < 10 else f"{duration_ms:,.0f}")


def count_text(model: MessagesModel) -> str:
    """How many messages there are, and of how many."""
    shown, total = model.rowCount(), model.total
    if not model.filter.text.strip():
        return trn("{count} message", "{count} messages", total).format(count=f"{total:,}")
    text = trn("{shown} of {total} message", "{shown} of {total} messages", total)
    return text.format(shown=f"{shown:,}", total=f"{total:,}")
