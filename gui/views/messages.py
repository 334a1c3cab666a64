"""The list of messages with one of them in full beside it: what Wireshark is for packets, for OCPI."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QFocusEvent, QHideEvent, QKeySequence, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.models.cursor import Cursor, Selection
from gui.models.filtered import REFRESH_MS
from gui.models.message_rows import HINTS, TIME
from gui.models.messages import RUSH_MS, MessagesModel, count_text
from gui.models.run import Run
from gui.paint.message_delegate import MessageDelegate
from gui.theme import Theme
from gui.views.detail import DetailPane
from gui.views.detail_parts import set_ink, set_paper
from gui.views.message_table import MessageTable
from simulator.filters.parse import term
from simulator.i18n import tr
from simulator.recording.rows import Message

_WIDE: Final = 720
_LIST_SHARE: Final = 0.6
"""Of the view, for the list, when the detail stands beside or below it."""

_MENU_ARROW: Final = "QToolButton::menu-indicator { subcontrol-position: right center; }"


class Thread(NamedTuple):
    """Messages that belong together: how a person says it, and the filter that takes them."""

    text: str
    filter: str


def threads(message: Message) -> list[Thread]:
    """What can be followed from a message."""
    between = f"{term('party', message.sender)} {term('party', message.receiver)}"
    found = [
        (message.session_id, tr("All messages of this session"), term("session", message.session_id)),
        (message.token_uid, tr("All messages of this token"), term("token", message.token_uid)),
        (message.location_id, tr("All messages of this location"), term("location", message.location_id)),
        (
            message.object_id if message.object_kind == "EVSE" else "",
            tr("All status messages of this EVSE"),
            term("evse", message.object_id),
        ),
        (
            message.sender and message.receiver,
            tr("All messages between {one} and {other}").format(one=message.sender, other=message.receiver),
            between,
        ),
        (message.correlation_id, tr("All hops of this request"), term("correlation", message.correlation_id)),
    ]
    return [Thread(text, filter) for value, text, filter in found if value]


class MessagesView(QWidget):
    """All messages of the run, as far as the filter takes them, and the selected one in full."""

    view_id = "messages"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._theme = theme
        self._is_own_move = self._is_unseen = self._is_shared = False
        self.setAccessibleName(tr("Messages"))

        self.model = MessagesModel(run, self)
        self.delegate = MessageDelegate(self.model, theme, self)
        self.table = self._make_table()
        self.detail = DetailPane(run, cursor, theme)
        self.count = QLabel()
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        self.count.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.follow_menu = QMenu(self)
        self.follow_menu.aboutToShow.connect(self._fill_follow_menu)
        self.copy_menu = QMenu(self)
        self.copy_as_json = self._action(tr("Copy as JSON"), self.detail.copy_json, QKeySequence.StandardKey.Copy)
        self.copy_as_curl = self._action(tr("Copy as curl"), self.detail.copy_curl)
        self.copy_menu.addActions([self.copy_as_json, self.copy_as_curl])
        self.follow = self._button("follow", tr("Follow"), tr("Show only the messages that belong to this one"))
        self.follow.setMenu(self.follow_menu)
        self.copy = self._button("copy", tr("Copy"), tr("Copy this message into the clipboard"))
        self.copy.setMenu(self.copy_menu)
        self.show_detail = self._button("detail", tr("Detail"), tr("Show the selected message in full beside the list"))
        self.show_detail.setCheckable(True)
        self.show_detail.setChecked(True)
        self.show_detail.toggled.connect(self._show_detail)

        self.nothing = QLabel()
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear_filter = QPushButton(tr("Clear the filter"))
        self.clear_filter.clicked.connect(lambda: cursor.set_filter(""))
        self.pages = QStackedWidget()
        self.pages.addWidget(self.table)
        self.nothing_page = self._make_nothing_page()
        self.pages.addWidget(self.nothing_page)
        self.splitter = QSplitter()
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.pages)
        self.splitter.addWidget(self.detail)
        self.detail.hide()
        self._lay_out()

        self._follow_time = QTimer(self)
        self._follow_time.setSingleShot(True)
        self._follow_time.timeout.connect(self._show_time)
        self.model.changed.connect(self._show_count)
        self.model.changed.connect(self._show_hints)
        self.model.dataChanged.connect(self._show_hints)
        self.model.modelReset.connect(self._settle)
        run.opened.connect(self._fit_time)
        cursor.selection_changed.connect(self._show_selection)
        cursor.time_changed.connect(self._time_changed)
        cursor.filter_changed.connect(self._show_count)
        run.filtered.failed.connect(self._show_count)
        self.set_theme(theme)
        self._fit_time()
        self._settle()

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours, fonts and icons."""
        self._theme = self.delegate.theme = theme
        self.table.set_theme(theme)
        for button, icon in ((self.follow, "follow"), (self.copy, "copy"), (self.show_detail, "detail")):
            button.setIcon(theme.icon(icon))
        self.nothing.setFont(theme.body)
        set_ink(self.nothing, theme.muted)
        set_paper(self.nothing_page, theme.panel)
        self.detail.set_theme(theme)
        self._show_count()
        self.table.viewport().update()

    @property
    def is_busy(self) -> bool:
        """Whether a search goes on."""
        return self.model.is_busy

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The list has the keyboard for all; a focus proxy would keep Tab from ever leaving this view."""
        self.table.setFocus(event.reason())

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what came while nobody looked."""
        super().showEvent(event)
        if self._is_unseen:
            self._is_unseen = False
            self.model.set_active(True)
            self._show_time()

    def hideEvent(self, event: QHideEvent) -> None:
        """Do nothing while nobody looks."""
        super().hideEvent(event)
        self._is_unseen = True
        self._follow_time.stop()
        self.model.set_active(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A tall, narrow view has the detail below the list."""
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE or self.width() > 2 * self.height()
        self.splitter.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)

    # How it is built

    def _make_table(self) -> MessageTable:
        table = MessageTable(self._theme)
        table.setAccessibleName(tr("List of messages"))
        table.setModel(self.model)
        table.setItemDelegate(self.delegate)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setFrameShape(QTableView.Shape.NoFrame)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(40)
        table.sortByColumn(TIME, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        table.selectionModel().currentRowChanged.connect(self._row_chosen)
        table.activated.connect(lambda _: self._enter_detail())
        return table

    def _action(self, text: str, slot: object, key: QKeySequence.StandardKey | None = None) -> QAction:
        action = QAction(text, self)
        if key is not None:
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.table.addAction(action)
        action.triggered.connect(slot)
        return action

    def _button(self, icon: str, text: str, help: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(self._theme.icon(icon))
        button.setText(text)
        button.setToolTip(help)
        button.setAccessibleName(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setStyleSheet(_MENU_ARROW)
        return button

    def _make_nothing_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self.nothing)
        column.addWidget(self.clear_filter, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        return page

    def _lay_out(self) -> None:
        space = self._theme.space
        bar = QHBoxLayout()
        bar.setContentsMargins(space, space // 2, space, space // 2)
        bar.setSpacing(space)
        bar.addWidget(self.count, 1)
        for button in (self.follow, self.copy, self.show_detail):
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.splitter, 1)
        self.detail.left.connect(self.table.setFocus)

    # What is chosen

    def _row_chosen(self, index: QModelIndex) -> None:
        if self._is_own_move or not index.isValid():
            return
        row = self.model.row(index.row())
        if row is not None:
            with self._own_move():
                self._cursor.select(Selection("message", str(row.exchange)), row.start_us)
            self._mark_now()

    def _show_selection(self) -> None:
        """Show in the list and in full what is selected; what another view has selected is brought into sight."""
        selection = self._cursor.selection
        exchange = int(selection.id) if selection.kind == "message" else None
        self.detail.show_message(exchange)
        self._show_detail()
        row = -1 if exchange is None else self.model.row_of(exchange)
        for control in (self.follow, self.copy):
            control.setEnabled(exchange is not None)
        self._show_count()
        if self._is_own_move:
            return
        with self._own_move():
            chosen = self.table.selectionModel()
            if row < 0:
                chosen.clear()
                return
            self.table.choose_row(row)
            self.table.show_row(row)

    def _show_detail(self) -> None:
        """Without a message it would only take room from the list."""
        is_wanted = self.show_detail.isChecked() and self.detail.message is not None
        if is_wanted == self.detail.isVisibleTo(self):
            return
        focused = QApplication.focusWidget()
        if not is_wanted and focused is not None and self.detail.isAncestorOf(focused):
            self.table.setFocus()
        self.detail.setVisible(is_wanted)
        if is_wanted and not self._is_shared:
            # From then on the share is the person's to choose.
            self._is_shared = True
            self.splitter.setSizes([round(1_000 * _LIST_SHARE), round(1_000 * (1 - _LIST_SHARE))])

    @contextmanager
    def _own_move(self) -> Iterator[None]:
        """What changes within is this view's own doing."""
        before, self._is_own_move = self._is_own_move, True
        try:
            yield
        finally:
            self._is_own_move = before

    def _enter_detail(self) -> None:
        self.show_detail.setChecked(True)
        self.detail.enter()

    def _fill_follow_menu(self) -> None:
        self.follow_menu.clear()
        if self.detail.message is None:
            return
        for thread in threads(self.detail.message):
            action = self.follow_menu.addAction(thread.text)
            action.triggered.connect(lambda _, text=thread.filter: self._cursor.set_filter(text))

    def _show_menu(self, place: QPoint) -> None:
        if self.detail.message is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fill_follow_menu()
        for action in self.follow_menu.actions():
            menu.addAction(action)
        menu.addSeparator()
        menu.addActions([self.copy_as_json, self.copy_as_curl])
        menu.popup(self.table.viewport().mapToGlobal(place))

    # Where time stands

    def _time_changed(self) -> None:
        if not self._is_own_move and not self._is_unseen and not self._follow_time.isActive():
            self._follow_time.start(RUSH_MS if self._run.rushes else REFRESH_MS)

    def _show_time(self) -> None:
        """Go with the cursor; but a person who has scrolled away while time goes by is left in peace."""
        before = self.delegate.now_row
        was_in_sight = before < 0 or self._is_in_sight(before)
        self._mark_now()
        now = self.delegate.now_row
        if now >= 0 and (was_in_sight or not self._run.playing):
            self.table.show_row(now)

    def _mark_now(self) -> None:
        now = self.model.row_at(self._cursor.at_us)
        if now != self.delegate.now_row:
            self.delegate.now_row = now
            self.table.viewport().update()

    def _is_in_sight(self, row: int) -> bool:
        rect = self.table.visualRect(self.model.index(row, TIME))
        return 0 <= rect.center().y() < self.table.viewport().height()

    # What there is

    def _fit_time(self) -> None:
        self.table.set_last_time(self._run.clock(max(self._run.end_us, self._run.duration_us), ms=True))

    def _show_hints(self) -> None:
        self.table.show_column(HINTS, self.model.has_hints)

    def _settle(self) -> None:
        """The rows are other ones now: bring back what is selected and where time stands."""
        self.delegate.now_row = -1
        with_message = self._cursor.selection.kind == "message"
        self._show_selection()
        self._mark_now()
        if not with_message and self.delegate.now_row >= 0:
            self.table.show_row(self.delegate.now_row)

    def _show_count(self) -> None:
        parts = [count_text(self.model)] if self._run.recording is not None else []
        selection = self._cursor.selection
        if self.model.is_busy:
            parts.append(tr("searching"))
        elif selection.kind == "message" and self.model.rowCount() and self.model.row_of(int(selection.id)) < 0:
            parts.append(tr("the selected one is hidden"))
        text = self.model.problem or "  ·  ".join(parts)
        # While a run grows this comes often, and each of these makes Qt lay out or paint anew.
        if text != self.count.text():
            self.count.setText(text)
            self.count.setToolTip(text)
        colour = self._theme.error if self.model.problem else self._theme.muted
        palette = self.count.palette()
        if palette.color(QPalette.ColorRole.WindowText) != colour:
            palette.setColor(QPalette.ColorRole.WindowText, colour)
            self.count.setPalette(palette)
        is_empty = not self.model.rowCount() and not self.model.is_busy
        self.pages.setCurrentIndex(1 if is_empty else 0)
        if is_empty:
            self._show_nothing()

    def _show_nothing(self) -> None:
        """Say why there is nothing to list."""
        if self._run.recording is None:
            text = self._run.problem or tr("Nothing is open. Open a recording or play a scenario to see its messages.")
        elif self._run.meta.get("level") == "aggregates":
            text = tr("This run was recorded at level “aggregates”: single messages were not kept.")
        elif not self.model.total:
            text = tr("No message has been sent yet.")
        else:
            text = tr("The filter takes none of the messages.")
        self.nothing.setText(text)
        self.clear_filter.setVisible(self._run.recording is not None and self.model.is_filtered)
