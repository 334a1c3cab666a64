"""One message in full: its objects field by field, what went over the wire, why it was sent, what is remarked."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFont, QGuiApplication, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSizePolicy,
    QStackedLayout,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTabWidget,
    QTreeView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.models.cursor import Cursor, Selection
from gui.models.message_object import FIELD, MEANING, VALUE, ObjectModel
from gui.models.message_text import as_curl, as_json, body_text, has_secrets, headers_text
from gui.models.messages import duration_text, outcome_icon, outcome_sentence, outcome_text
from gui.models.run import Run
from gui.paint.message_highlighter import JsonHighlighter
from gui.theme import Theme
from simulator.filters.facts import failed
from simulator.i18n import tr
from simulator.recording.rows import Headers, Hint, Message
from simulator.report.explain import Explanation, explain
from simulator.report.remarks import Remarks

_WIDE_ENOUGH_FOR_SENTENCES: Final = 560
_SEVERITIES: Final = {"error": tr("Error"), "warning": tr("Warning"), "note": tr("Note")}
_EXCHANGE: Final = Qt.ItemDataRole.UserRole


class _Rows(QStyledItemDelegate):
    """Rows of the theme's height."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index).expandedTo(QSize(0, self.theme.row - 4))


class DetailPane(QWidget):
    """Shows the message that `show_message` names. `left`: the person goes back to the list (Escape)."""

    left = Signal()

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._theme = theme
        self.message: Message | None = None
        self.setAccessibleName(tr("Message in detail"))

        self._hint = QLabel(tr("Select a message to see what it says and why it was sent."))
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._icon = QLabel()
        self.facts = QLabel()
        self.facts.setTextFormat(Qt.TextFormat.PlainText)
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

        self._rows = _Rows(theme, self)
        self.objects = ObjectModel(self)
        self.tree = QTreeView()
        self.tree.setModel(self.objects)
        self.tree.setAccessibleName(tr("Fields of the OCPI object"))
        self.tree.setUniformRowHeights(True)
        self.tree.setItemDelegate(self._rows)
        self.tree.setFrameShape(QTreeView.Shape.NoFrame)
        self.tree.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.tree.selectionModel().currentChanged.connect(self._explain_field)
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._no_object = QLabel()
        self._no_object.setWordWrap(True)
        self._no_object.setAlignment(Qt.AlignmentFlag.AlignCenter)

        self.request, self._request_colours = self._text(tr("Request with headers and body"))
        self.response, self._response_colours = self._text(tr("Response with headers and body"))
        self.with_tokens = QCheckBox(tr("Show tokens"))
        self.with_tokens.setToolTip(tr("Show and copy the tokens that let a party in; else they are left out."))
        self.with_tokens.toggled.connect(self._show_texts)

        self.deed, self.verdict = QLabel(), QLabel()
        for label in (self.deed, self.verdict):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.trail = self._list(tr("What led to it"), (tr("Time"), tr("Who"), tr("What led to it")))
        self.trail.itemActivated.connect(self._go_to_step)
        self.hints = self._list(tr("Remarks"), (tr("Severity"), tr("Remark"), tr("Place"), tr("Section of OCPI")))

        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._object_page(), tr("Object"))
        self.tabs.addTab(self._request_page(), tr("Request"))
        self.tabs.addTab(self.response, tr("Response"))
        self.tabs.addTab(self._why_page(), tr("Why"))
        self.tabs.addTab(self.hints, tr("Remarks"))

        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self._whole())
        self._add_keys()
        run.closed.connect(self._forget)
        run.opened.connect(self._forget)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours and fonts."""
        self._theme = self._rows.theme = theme
        font = QFont(theme.body)
        font.setBold(True)
        self.title.setFont(font)
        for label in (self._hint, self.facts, self._no_object):
            _ink(label, theme.muted)
        for label in (self.title, self.deed, self.verdict):
            _ink(label, theme.text)
        self.facts.setFont(theme.small)
        self.sentence.setFont(theme.body)
        self._explain_field(self.tree.currentIndex())
        line = self.fontMetrics().lineSpacing()
        self.sentence.setFixedHeight(2 * line + 2 * theme.space)
        for text, colours in ((self.request, self._request_colours), (self.response, self._response_colours)):
            text.setFont(theme.mono)
            colours.set_theme(theme)
        self._show_icon()
        self._show_hints()

    def show_message(self, exchange: int | None) -> None:
        """Show an exchange, or that none is selected."""
        with self._run.reading():
            self._show_message(exchange)

    def _show_message(self, exchange: int | None) -> None:
        recording = self._run.recording
        if exchange is None or recording is None:
            self._forget()
            return
        try:
            message = recording.message(exchange)
        except KeyError:
            self._forget()
            return
        if self.message is not None and self.message.exchange == exchange:
            return
        self.message = message
        self.title.setText(Remarks().what(message))
        self.facts.setText(self._facts_text(message))
        self._show_icon()
        self._show_objects(message)
        self.with_tokens.setVisible(has_secrets(message))
        self._show_texts()
        self._show_why(explain(recording, exchange))
        self._show_hints()
        self._pages.setCurrentIndex(1)

    def enter(self) -> None:
        """Take the keyboard."""
        page = self.tabs.currentWidget()
        (page.focusProxy() or page).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def copy_json(self) -> None:
        """The part of the object that is selected in the tree, else the whole exchange, into the clipboard."""
        index = self.tree.currentIndex()
        if self.tree.hasFocus() and index.isValid():
            QGuiApplication.clipboard().setText(self.objects.json(index))
        elif self.message is not None:
            text = as_json(self.message, with_tokens=self.with_tokens.isChecked())
            QGuiApplication.clipboard().setText(text)

    def copy_curl(self) -> None:
        """The request as a curl command, into the clipboard."""
        if self.message is not None:
            text = as_curl(self.message, with_tokens=self.with_tokens.isChecked())
            QGuiApplication.clipboard().setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow pane shows a field's sentence below the tree only."""
        super().resizeEvent(event)
        self.tree.setColumnHidden(MEANING, self.width() < _WIDE_ENOUGH_FOR_SENTENCES)

    # How it is built

    def _whole(self) -> QWidget:
        space = self._theme.space
        head = QHBoxLayout()
        head.setSpacing(space)
        head.addWidget(self._icon)
        head.addWidget(self.title, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(space, space, 0, 0)
        column.setSpacing(space // 2)
        column.addLayout(head)
        column.addWidget(self.facts)
        column.addWidget(self.tabs, 1)
        return whole

    def _object_page(self) -> QWidget:
        page, with_tree = QWidget(), QWidget()
        column = QVBoxLayout(with_tree)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tree, 1)
        column.addWidget(self.sentence)
        self.sentence.setContentsMargins(self._theme.space, self._theme.space, self._theme.space, 0)
        self._object_pages = QStackedLayout(page)
        self._object_pages.addWidget(with_tree)
        self._object_pages.addWidget(self._no_object)
        page.setFocusProxy(self.tree)
        return page

    def _request_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(self._theme.space, self._theme.space // 2, self._theme.space, self._theme.space // 2)
        row.addWidget(self.with_tokens)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.request, 1)
        page.setFocusProxy(self.request)
        return page

    def _why_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, self._theme.space, 0, 0)
        column.setSpacing(self._theme.space)
        for label in (self.deed, self.verdict):
            label.setContentsMargins(self._theme.space, 0, self._theme.space, 0)
            column.addWidget(label)
        column.addWidget(self.trail, 1)
        page.setFocusProxy(self.trail)
        return page

    def _text(self, name: str) -> tuple[QPlainTextEdit, JsonHighlighter]:
        text = QPlainTextEdit()
        text.setReadOnly(True)
        text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        text.setAccessibleName(name)
        text.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        text.setTabChangesFocus(True)
        flags = Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        text.setTextInteractionFlags(flags)
        return text, JsonHighlighter(text.document(), self._theme)

    def _list(self, name: str, titles: tuple[str, ...]) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(name)
        tree.setHeaderLabels(titles)
        tree.setRootIsDecorated(False)
        tree.setFrameShape(QTreeWidget.Shape.NoFrame)
        tree.setItemDelegate(self._rows)
        return tree

    def _add_keys(self) -> None:
        for name, keys, slot in (
            (tr("Copy as JSON"), QKeySequence(QKeySequence.StandardKey.Copy), self.copy_json),
            (tr("Back to the list"), QKeySequence(Qt.Key.Key_Escape), self.left.emit),
        ):
            # In the texts Ctrl+C copies what is marked there, as everywhere.
            owner = self.tree if slot == self.copy_json else self
            action = QAction(name, self)
            action.setShortcut(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(slot)
            owner.addAction(action)

    # What it shows

    def _forget(self) -> None:
        self.message = None
        self.objects.show(None)
        self._pages.setCurrentIndex(0)

    def _facts_text(self, message: Message) -> str:
        facts = (
            tr("{sender} to {receiver}").format(sender=message.sender, receiver=message.receiver),
            self._run.clock(message.start_us, ms=True),
            duration_text(message.end_us - message.start_us),
            outcome_text(message),
            outcome_sentence(message) if failed(message) else "",
        )
        return "  ·  ".join(filter(None, facts))

    def _show_icon(self) -> None:
        if self.message is not None:
            size = self._theme.icon_size
            self._icon.setPixmap(self._theme.icon(outcome_icon(self.message)).pixmap(size, size))
            self._icon.setAccessibleName(outcome_sentence(self.message))

    def _show_objects(self, message: Message) -> None:
        self.objects.show(message)
        self._say_of_field("")
        has_objects = self.objects.rowCount() > 0
        self._object_pages.setCurrentIndex(0 if has_objects else 1)
        if not has_objects:
            kept = message.request_headers or message.response_headers
            self._no_object.setText(
                tr("This message carries no object.")
                if kept
                else tr("Bodies were not kept: the run was recorded at a level below “full”, or nothing was answered.")
            )
            return
        for row in range(self.objects.rowCount()):
            self.tree.expand(self.objects.index(row, 0))
        metrics = self.tree.fontMetrics()
        self.tree.setColumnWidth(FIELD, metrics.horizontalAdvance("authorization_reference") + 50)
        self.tree.setColumnWidth(VALUE, metrics.horizontalAdvance("2026-05-04T05:17:03.482Z") + 16)

    def _explain_field(self, index: QModelIndex) -> None:
        node = self.objects.node(index)
        self._say_of_field(node.help)

    def _say_of_field(self, sentence: str) -> None:
        self.sentence.setText(sentence or tr("Select a field to read what it says."))
        _ink(self.sentence, self._theme.text if sentence else self._theme.muted)

    def _show_texts(self) -> None:
        message = self.message
        if message is None:
            return
        first = f"{message.method} {message.path}\nHost: {message.host}"
        self.request.setPlainText(self._wire_text(first, message.request_headers, message.request_body))
        if message.http_status is None:
            self.response.setPlainText(outcome_sentence(message))
        else:
            first = f"HTTP {message.http_status}"
            self.response.setPlainText(self._wire_text(first, message.response_headers, message.response_body))

    def _wire_text(self, first: str, headers: Headers, body: bytes) -> str:
        assert self.message is not None
        with_tokens = self.with_tokens.isChecked()
        text, is_shortened = body_text(self.message, body, with_tokens=with_tokens)
        parts = ["\n".join(filter(None, (first, headers_text(headers, with_tokens=with_tokens)))), text]
        if is_shortened:
            parts.append(tr("Shortened here; “Copy as JSON” takes all of it."))
        return "\n\n".join(filter(None, parts))

    def _show_why(self, explanation: Explanation) -> None:
        self.deed.setText(explanation.deed)
        self.verdict.setText(explanation.verdict)
        self.trail.clear()
        for (kind, number), line in explanation.trail:
            who = tr("{sender} to {receiver}") if line.receiver else "{sender}"
            what = f"{line.what} ({line.remark})" if line.remark else line.what
            item = QTreeWidgetItem([line.time, who.format(sender=line.sender, receiver=line.receiver), what])
            item.setToolTip(2, what)
            item.setData(0, _EXCHANGE, number if kind == "message" else None)
            self.trail.addTopLevelItem(item)
        for column in (0, 1):
            self.trail.resizeColumnToContents(column)

    def _go_to_step(self, item: QTreeWidgetItem) -> None:
        exchange, recording = item.data(0, _EXCHANGE), self._run.recording
        if exchange is not None and recording is not None:
            message = recording.messages(exchange=exchange)[0]
            self._cursor.select(Selection("message", str(exchange)), message.start_us)

    def _show_hints(self) -> None:
        recording = self._run.recording
        found: list[Hint] = []
        if self.message is not None and recording is not None:
            found = recording.hints(exchange=self.message.exchange)
        self.hints.clear()
        for hint in found:
            item = QTreeWidgetItem([_SEVERITIES[hint.severity], hint.sentence, hint.path, hint.section])
            item.setForeground(0, self._theme.severity(hint.severity))
            item.setToolTip(1, hint.sentence)
            self.hints.addTopLevelItem(item)
        if not found:
            item = QTreeWidgetItem(["", tr("Nothing to remark on this message.")])
            item.setForeground(1, self._theme.muted)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.hints.addTopLevelItem(item)
        title = tr("Remarks ({count})").format(count=len(found)) if found else tr("Remarks")
        self.tabs.setTabText(self.tabs.indexOf(self.hints), title)
        self.hints.setColumnWidth(1, 360)


def _ink(label: QLabel, colour: QColor) -> None:
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, colour)
    label.setPalette(palette)
