"""Who is connected with whom at the time cursor: the state of each end, versions, tokens by name, modules, client info.

What is known is read by simulator.report, in a thread; while time goes by the rows stay and only what they say changes.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHeaderView, QLabel, QStackedLayout, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gui.models.connection_rows import TITLES, ConnectionRow, Key, rows
from gui.models.counted import Counted
from gui.models.cursor import Cursor, Selection
from gui.models.run import Run
from gui.theme import Theme
from gui.views.detail_parts import Rows, set_ink, set_paper
from simulator.i18n import tr
from simulator.recording.reader import Recording
from simulator.report.connections import Connections, connections_at

_ROW: Final = Qt.ItemDataRole.UserRole
_MOST_OPEN: Final = 40
"""Up to so many rows all are open at first."""
_MOST_PX: Final = 240
_NAME_PX: Final = 360
"""A name is what rows are told apart by: it gets more room than what stands beside it."""


class Now(NamedTuple):
    """What is known at an instant, the names of the parties, and between which of them there are links."""

    known: Connections
    names: dict[str, str]
    links: dict[frozenset[str], str]


class ConnectionsView(QWidget):
    """A tree: each party, its ends of connections, and behind a hub the parties that it leads to."""

    view_id = "connections"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._theme = theme
        self._items: dict[Key, QTreeWidgetItem] = {}
        self._is_own_move = False
        self.now = Counted(run, self._counting, self)
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setContentsMargins(theme.space, theme.space // 2, theme.space, theme.space // 2)
        self._rows = Rows(theme, self)
        self.tree = self._make_tree()
        self.sentences = QLabel()
        self.sentences.setTextFormat(Qt.TextFormat.PlainText)
        self.sentences.setWordWrap(True)
        self.sentences.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.sentences.setContentsMargins(theme.space, theme.space // 2, theme.space, theme.space // 2)
        self.sentences.setAccessibleName(tr("What the selected connection says"))
        self.nothing = QLabel()
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        with_tree = QWidget()
        column = QVBoxLayout(with_tree)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self.tree, 1)
        column.addWidget(self.sentences)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(with_tree)
        self._pages.addWidget(self.nothing)
        self.setFocusProxy(self.tree)
        self.setAccessibleName(tr("Connections"))
        self.now.changed.connect(self._show)
        self.now.changed.connect(self._soon)
        self.now.failed.connect(self._not_read)
        run.opened.connect(self._opened)
        run.closed.connect(self._opened)
        run.progressed.connect(self._grown)
        run.played.connect(self._soon)
        cursor.time_changed.connect(self._moved)
        cursor.selection_changed.connect(self._select)
        self.set_theme(theme)
        self._opened()

    def sizeHint(self) -> QSize:
        """Wide enough for peers and their states."""
        return QSize(360, 300)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = self._rows.theme = theme
        set_ink(self.title, theme.muted)
        set_ink(self.nothing, theme.muted)
        set_paper(self.nothing, theme.panel)
        set_paper(self.sentences, theme.panel)
        self._explain()
        for item in self._items.values():
            self._paint(item)

    def showEvent(self, event: QShowEvent) -> None:
        """What was missed while hidden is read now."""
        super().showEvent(event)
        self._soon()

    @property
    def is_busy(self) -> bool:
        """Whether what is known now is on its way."""
        return self.now.is_busy

    def _make_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(tr("Ends of connections"))
        tree.setHeaderLabels(TITLES)
        tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        tree.setUniformRowHeights(True)
        tree.setItemDelegate(self._rows)
        tree.header().setStretchLastSection(True)
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        tree.currentItemChanged.connect(self._chosen)
        return tree

    # When to read

    def _opened(self) -> None:
        self.now.forget()
        self.tree.clear()
        self._items.clear()
        self._show()
        self._soon()

    def _grown(self) -> None:
        if self._cursor.at_us >= self._run.end_us:
            self._moved()

    def _moved(self) -> None:
        self.now.mark()
        self._soon()

    def _soon(self) -> None:
        if self.isVisible():
            self.now.want(moves=self._run.playing)

    def _counting(self) -> Callable[[Recording], Now]:
        at_us = self._cursor.at_us
        return lambda recording: _read(recording, at_us)

    # What is shown

    def _show(self) -> None:
        now = self.now.value
        if now is None or not now.known.ends:
            self.nothing.setText(self._why_nothing(now))
            self._pages.setCurrentIndex(1)
            return
        self._pages.setCurrentIndex(0)
        at = self._run.clock_in_words(now.known.at_us)
        self.title.setText(tr("As each party knew its connections at {time}").format(time=at))
        wanted = list(rows(now.known, now.names, self._run.clock_in_words))
        if [row.key for row in wanted] != list(self._items):
            self._rebuild(wanted)
        for row in wanted:
            item = self._items[row.key]
            if item.data(0, _ROW) != row:
                item.setData(0, _ROW, row)
                self._paint(item)
        self._explain()

    def _explain(self) -> None:
        """What the current row is short for, in sentences: a mouse gets them as tips, this is for the keyboard."""
        item = self.tree.currentItem()
        set_ink(self.sentences, self._theme.text if item else self._theme.muted)
        row: ConnectionRow | None = item.data(0, _ROW) if item else None
        self.sentences.setText(
            row.tip if row else tr("↑ ↓ or a click: who presents which token, and what is offered to whom")
        )

    def _why_nothing(self, now: Now | None) -> str:
        if self._run.recording is None:
            return self._run.problem or tr("Nothing is open. Open a recording or play a scenario to see connections.")
        return tr("Reading…") if now is None else tr("No party has begun to connect by this time.")

    def _rebuild(self, wanted: list[ConnectionRow]) -> None:
        """Other ends than before: whatever was open stays open."""
        closed = {key for key, item in self._items.items() if item.childCount() and not item.isExpanded()}
        is_first = not self._items
        self._is_own_move = True
        self.tree.clear()
        self._items.clear()
        for row in wanted:
            item = QTreeWidgetItem()
            above = self._items.get(row.key[:1] if len(row.key) == 3 else row.key[:3])
            self._items[row.key] = item
            if above is None:
                self.tree.addTopLevelItem(item)
            else:
                above.addChild(item)
            item.setData(0, _ROW, row)
            self._paint(item)
        for row in wanted:
            is_open = row.key not in closed and (not is_first or len(wanted) <= _MOST_OPEN or len(row.key) == 1)
            self._items[row.key].setExpanded(is_open)
        if is_first:
            for column in range(len(TITLES) - 1):
                self.tree.resizeColumnToContents(column)
                self.tree.setColumnWidth(column, min(self.tree.columnWidth(column), _MOST_PX if column else _NAME_PX))
        else:
            needed = min(self.tree.sizeHintForColumn(0), _NAME_PX)
            self.tree.setColumnWidth(0, max(self.tree.columnWidth(0), needed))
        self._is_own_move = False
        self._select()

    def _paint(self, item: QTreeWidgetItem) -> None:
        row: ConnectionRow = item.data(0, _ROW)
        theme, ink = self._theme, {"good": self._theme.good, "lost": self._theme.error, "refused": self._theme.warning}
        for column, text in enumerate(row.texts):
            item.setText(column, text)
            item.setToolTip(column, row.tip)
            item.setForeground(column, theme.text if column == 0 else theme.muted)
        if row.icon:
            item.setIcon(1, theme.icon(row.icon, ink.get(row.icon, theme.muted)))

    def _not_read(self, error: Exception) -> None:
        self.nothing.setText(str(error))
        self._pages.setCurrentIndex(1)

    # What is chosen

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        self._explain()
        if item is None or self._is_own_move or self.now.value is None:
            return
        row: ConnectionRow = item.data(0, _ROW)
        link = self.now.value.links.get(frozenset((row.party, row.peer)))
        self._is_own_move = True
        self._cursor.select(Selection("link", link) if link else Selection("party", row.peer or row.party))
        self._is_own_move = False

    def _select(self) -> None:
        """Bring the party that is selected elsewhere into sight."""
        kind, name = self._cursor.selection
        item = self._items.get((name,)) if kind == "party" else None
        if item is not None and not self._is_own_move:
            self._is_own_move = True
            self.tree.setCurrentItem(item)
            self._is_own_move = False


def _read(recording: Recording, at_us: int) -> Now:
    parties = recording.state_at("run", at_us, "party")
    names = {id: str(msgspec.json.decode(value).get("name", "")) for id, value in parties.items()}
    links = {frozenset(key.split("|")): key for key in recording.state_at("run", at_us, "link")}
    return Now(connections_at(recording, at_us), names, links)
