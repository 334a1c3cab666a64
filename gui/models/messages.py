"""The list of messages as a Qt table: numbers of exchanges in order, and the few rows that are on show.

What the filter takes is the window's to know (see filtered.py); an order other than by time is a search of its own
(see message_search.py), once for all filters. While a run grows, its new messages are put in their places ten times a
second. Bodies are never read here.
"""

from bisect import bisect_right
from typing import Any, Final

import numpy as np
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

from gui.models.clock import days_words
from gui.models.filtered import REFRESH_MS
from gui.models.message_rows import COLUMNS, HINTS, Column, Row, duration_text, outcome_sentence, outcome_text
from gui.models.message_search import NONE, Numbers, Order, Search, Wanted, is_quick, search, words
from gui.models.run import Run
from simulator.filters.parse import parse
from simulator.i18n import tr, trn
from simulator.recording.reader import Batch
from simulator.report.hints import Tally, tallies

RUSH_MS: Final = 1_000
"""Where time rushes past, nobody reads a row before it has scrolled away."""

_SEARCH_SHARE: Final = 10
"""A run that grows in another order than time is searched anew, for a tenth of the time at most."""
_EVERYTHING: Final = parse("").clause
_BLOCK: Final = 64
_NO_HINTS: Final = Tally()
_KEPT_ROWS: Final = 4_096
_MOST_WAITING: Final = 100_000
_COLUMNS: Final = """exchange, start_s, end_s, sender, receiver, module, route, method, path, final, failure,
http_status, ocpi_status, object_kind, object_id"""

Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class MessagesModel(QAbstractTableModel):
    """The messages of the open recording that the filter takes.

    `changed`: how many there are, whether a search goes on, or what is the matter, is another now.
    """

    changed = Signal()

    def __init__(self, run: Run, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._order: Order = "time"
        self._descending = False
        self._all = NONE
        self._exchanges = NONE
        self._rows: dict[int, Row] = {}
        self._search: Search | None = None
        self._waiting: list[int] = []
        self._problem = ""
        self._is_active = True
        self._is_stale = self._is_behind = False
        self._last_hint = 0
        self._searched_ms = 0
        self._since_search = QElapsedTimer()
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.timeout.connect(self._take_new)
        run.opened.connect(self._start_afresh)
        run.closed.connect(self._start_afresh)
        run.grew.connect(self._grow)
        run.filtered.replaced.connect(self._filter_replaced)
        run.filtered.added.connect(self._filter_added)
        run.filtered.searching.connect(self.changed)
        self._start_afresh()

    @property
    def total(self) -> int:
        """How many messages the recording has."""
        return self._run.filtered.total

    @property
    def has_hints(self) -> bool:
        """Whether anything is remarked on any message of the run."""
        return self._last_hint > 0

    @property
    def is_busy(self) -> bool:
        """Whether a search goes on; the rows are still those of the one before."""
        return self._search is not None or self._run.filtered.is_busy

    @property
    def problem(self) -> str:
        """Why the list is not the one wanted: a sentence, or empty."""
        return self._run.filtered.problem or self._problem

    @property
    def is_filtered(self) -> bool:
        """Whether a filter is in force."""
        return self._run.filtered.active

    @property
    def is_in_time_order(self) -> bool:
        """Whether later messages stand further down."""
        return self._order == "time" and not self._descending

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
        match COLUMNS[column].order:
            case "time":
                return self._run.clock(row.start_us, ms=True)
            case "from":
                return row.sender
            case "to":
                return row.receiver
            case "meaning":
                return words(row.route)
            case "status":
                return outcome_text(row)
            case "hints":
                return row.hints.short
            case "duration":
                return duration_text(row.duration_us)
            case "method":
                return row.method
            case "path":
                return row.path

    def _tip(self, row: Row, column: int) -> str:
        """All that a cell says, which may be cut in it, and more."""
        text = self.text(row, column)
        match COLUMNS[column].order:
            case "time":
                local = self._run.local(row.start_us)
                exact = f"{local:%Y-%m-%d %H:%M:%S}.{local.microsecond:06} {self._run.zone}"
                sign = text.partition(" ")[2]
                day = tr("{sign}: {day}, counted from the run's first day")
                return f"{exact}\n{day.format(sign=sign, day=days_words(int(sign)))}" if sign else exact
            case "meaning":
                what = tr("{meaning} (module {module})").format(meaning=text, module=row.module)
                return f"{what}\n{row.object_kind} {row.object_id}".rstrip()
            case "status":
                return f"{text}\n{outcome_sentence(row)}"
            case "hints":
                return "\n".join(row.hints.parts)
        return text

    # Searching

    def _start_afresh(self) -> None:
        """Another recording is open, or none."""
        self._rows.clear()
        self._all = NONE
        self._last_hint = 0
        self._hear_hints()
        self._replace(NONE)
        self._look()

    def _look(self) -> None:
        """Put all messages in order anew; a search that goes on is given up."""
        if self._search is not None:
            self._search.cancel()
            self._search = None
        self._refresh.stop()
        self._waiting.clear()
        self._is_stale = False
        self._problem = ""
        recording = self._run.recording
        if recording is None:
            self._replace(NONE)
            return
        self._since_search.start()
        wanted = Wanted(_EVERYTHING, self._order, self._run.seen_seq)
        if is_quick(wanted):
            found = NONE
            with self._run.reading():
                found = search(recording, wanted)
            self._ordered(found)
            return
        self._search = Search(recording.path, wanted, self)
        self._search.found.connect(self._found)
        self._search.failed.connect(self._not_found)
        self._show()

    def _found(self, exchanges: Numbers) -> None:
        self._search = None
        self._ordered(exchanges)
        if self._is_active:
            self._take_new()

    def _not_found(self, sentence: str) -> None:
        self._search = None
        self._problem = sentence
        self._ordered(NONE)

    def _ordered(self, exchanges: Numbers) -> None:
        self._all = exchanges
        self._searched_ms = self._since_search.elapsed()
        self._show()

    def _show(self) -> None:
        """Show of all messages those that the filter takes; the former ones while that is not known."""
        filtered = self._run.filtered
        self._is_behind = False
        filtered.take_in()
        if self._order == "time" and filtered.exchanges is not None:
            self._replace(filtered.exchanges)
        elif self._search is None:
            self._replace(self._all[filtered.mask(self._all)] if filtered.active else self._all)
        else:
            self.changed.emit()

    def _replace(self, exchanges: Numbers) -> None:
        if exchanges is not self._exchanges:
            self.beginResetModel()
            self._exchanges = exchanges
            self.endResetModel()
        self.changed.emit()

    def _filter_replaced(self) -> None:
        self._take_in_all()
        self._show()

    # Growing

    def _hear_hints(self) -> None:
        """Messages that are remarked on now are read again."""
        recording = self._run.recording
        if recording is None:
            return
        with self._run.reading():
            ((last,),) = recording.query("SELECT ifnull(max(id), 0) FROM hint")
            if last == self._last_hint:
                return
            if self._rows:
                sql = "SELECT DISTINCT exchange FROM hint WHERE id > ?"
                for (exchange,) in recording.query(sql, (self._last_hint,)):
                    self._rows.pop(exchange, None)
            self._last_hint = last
        if len(self._exchanges):
            self.dataChanged.emit(self.index(0, HINTS), self.index(len(self._exchanges) - 1, HINTS))

    def _grow(self, batch: Batch) -> None:
        self._hear_hints()
        if not batch.exchanges:
            return
        self._waiting += batch.exchanges
        if self._is_active and not self._refresh.isActive():
            self._refresh.start(RUSH_MS if self._run.rushes else REFRESH_MS)

    def _filter_added(self, new: Numbers) -> None:
        """The filter has taken new messages; where they stand in another order than time, a search finds."""
        taken = self._run.filtered.exchanges
        if self._order != "time" or taken is None:
            return
        if not self._is_active:
            self._is_behind = True
        elif not self._is_behind:
            self._insert(new)
            self._exchanges = taken
            self.changed.emit()

    def set_active(self, is_active: bool) -> None:
        """A list that nobody sees takes in what has come once it is seen."""
        self._is_active = is_active
        if not is_active:
            self._refresh.stop()
            return
        if self._is_behind:
            self._show()
        if self._waiting or self._is_stale:
            self._take_new()

    def _take_new(self) -> None:
        """Put the messages that have come since the last time where they belong."""
        if self._search is not None:
            return
        self._is_stale = self._is_stale or (bool(self._waiting) and self._order != "time")
        if self._is_stale:
            wait_ms = self._searched_ms * _SEARCH_SHARE - self._since_search.elapsed()
            if wait_ms > 0:
                self._refresh.start(int(wait_ms))
            else:
                self._look()
            return
        if not self._run.filtered.active:
            new = np.array(sorted(self._waiting), np.int64)
            self._waiting.clear()
            if len(new):
                self._insert(new)
                self._all = self._exchanges
        elif len(self._waiting) > _MOST_WAITING:
            self._take_in_all()
        self.changed.emit()

    def _take_in_all(self) -> None:
        """Messages that came while a filter showed others of them belong to all, in order of time."""
        if self._order == "time" and self._waiting and self._search is None:
            self._all = np.sort(np.append(self._all, self._waiting), kind="stable")
            self._waiting.clear()

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
        exchanges = self._exchanges[begin : begin + _BLOCK].tolist()
        listed = ", ".join(map(str, exchanges))
        rows: list[tuple[Any, ...]] = []
        hints: dict[int, Tally] = {}
        with self._run.reading():
            rows = recording.query(f"SELECT {_COLUMNS} FROM v_message WHERE exchange IN ({listed})")
            hints = tallies(recording, exchanges) if self.has_hints else {}
        for exchange, start_s, end_s, *rest in rows:
            start_us = round(start_s * 1e6)
            tally = hints.get(exchange, _NO_HINTS)
            self._rows[exchange] = Row._make((exchange, start_us, round(end_s * 1e6) - start_us, *rest, tally))
        while len(self._rows) > _KEPT_ROWS:
            del self._rows[next(iter(self._rows))]


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def count_text(model: MessagesModel) -> str:
    """How many messages there are, and of how many."""
    shown, total = model.rowCount(), model.total
    if not model.is_filtered:
        return trn("{count} message", "{count} messages", total).format(count=f"{total:,}")
    text = trn("{shown} of {total} message", "{shown} of {total} messages", total)
    return text.format(shown=f"{shown:,}", total=f"{total:,}")
