"""One message in full: its objects field by field, what went over the wire, why it was sent, what is remarked.

Below the list there is little height: the lower the pane, the less stands above its pages of what the list tells too.
"""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFont, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gui.models.cursor import Cursor, Selection
from gui.models.message_rows import duration_text, outcome_icon, outcome_sentence, outcome_text
from gui.models.message_text import as_curl, as_json, has_secrets
from gui.models.run import Run
from gui.theme import Theme
from gui.views.detail_hints import HintsPage
from gui.views.detail_object import ObjectPage
from gui.views.detail_parts import Rows, set_ink
from gui.views.detail_translation import TranslationPage
from gui.views.detail_why import WhyPage
from gui.views.detail_wire import WirePage, WireText
from simulator.filters.facts import failed
from simulator.filters.parse import term
from simulator.i18n import tr
from simulator.recording.rows import Message
from simulator.report.explain import explain
from simulator.report.hops import hop_of
from simulator.report.remarks import Remarks

_HEAD_FROM_PX: Final = 150
_FACTS_FROM_PX: Final = 230
"""From these heights on title and facts stand above the pages; the selected row of the list tells them, too."""


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

        self._rows = Rows(theme, self)
        self._object_page = ObjectPage(self._rows, theme)
        self.tree, self.objects, self.sentence = (
            self._object_page.tree, self._object_page.objects, self._object_page.sentence,
        )  # fmt: skip
        self.request = WireText(tr("Request with headers and body"), theme)
        self.response = WireText(tr("Response with headers and body"), theme)
        request_page = WirePage(self.request, theme)
        request_page.tokens_wanted.connect(self._show_texts)
        self.with_tokens = request_page.with_tokens
        self._why_page = WhyPage(self._rows, theme)
        self._why_page.step_wanted.connect(self._go_to_step)
        self.deed, self.verdict, self.trail = self._why_page.deed, self._why_page.verdict, self._why_page.trail
        self._hints_page = HintsPage(self._rows, theme)
        self.hints = self._hints_page.list
        self._hints_page.rule_wanted.connect(lambda rule: cursor.set_filter(term("hint", rule)))
        self._translation_page = TranslationPage(self._rows, theme)
        self.translation = self._translation_page

        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(tr("Parts of the message"))
        self.tabs.tabBar().setAccessibleName(tr("Parts of the message"))
        self.tabs.addTab(self._object_page, tr("Object"))
        self.tabs.addTab(request_page, tr("Request"))
        self.tabs.addTab(self.response, tr("Response"))
        self.tabs.addTab(self._why_page, tr("Why"))
        self.tabs.addTab(self._hints_page, tr("Hints"))
        self.tabs.addTab(self._translation_page, tr("Hub hop"))

        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._hint)
        self._pages.addWidget(self._whole())
        self._add_escape()
        run.closed.connect(self._forget)
        run.opened.connect(self._forget)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours and fonts."""
        self._theme = self._rows.theme = theme
        font = QFont(theme.body)
        font.setBold(True)
        self.title.setFont(font)
        set_ink(self._hint, theme.muted)
        set_ink(self.facts, theme.muted)
        set_ink(self.title, theme.text)
        self.facts.setFont(theme.small)
        parts = (self._object_page, self.request, self.response, self._why_page, self._hints_page)
        for part in (*parts, self._translation_page):
            part.set_theme(theme)
        self._show_icon()

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
        explanation = explain(recording, exchange)
        self.message = message
        self.title.setText(Remarks().what(message))
        self.facts.setText(self._facts_text(message))
        self.setAccessibleDescription(f"{self.title.text()}. {self.facts.text()}")
        self._show_icon()
        self._object_page.show_message(message)
        self.with_tokens.setVisible(has_secrets(message))
        self._show_texts()
        self._why_page.tell(explanation)
        self._show_remarked()
        self._pages.setCurrentIndex(1)

    def enter(self) -> None:
        """Take the keyboard."""
        page = self.tabs.currentWidget()
        (page.focusProxy() or page).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def copy_json(self) -> None:
        """The part of the object that is selected in the tree, else the whole exchange, into the clipboard."""
        if self.tree.hasFocus() and self.tree.currentIndex().isValid():
            self._object_page.copy_json()
        elif self.message is not None:
            text = as_json(self.message, with_tokens=self.with_tokens.isChecked())
            QGuiApplication.clipboard().setText(text)

    def copy_curl(self) -> None:
        """The request as a curl command, into the clipboard."""
        if self.message is not None:
            text = as_curl(self.message, with_tokens=self.with_tokens.isChecked())
            QGuiApplication.clipboard().setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A low pane is for what the list does not tell."""
        super().resizeEvent(event)
        self._head.setVisible(self.height() >= _HEAD_FROM_PX)
        self.facts.setVisible(self.height() >= _FACTS_FROM_PX)

    # How it is built

    def _whole(self) -> QWidget:
        space = self._theme.space
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, space // 2, 0, 0)
        head.setSpacing(space)
        head.addWidget(self._icon)
        head.addWidget(self.title, 1)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(space, 0, 0, 0)
        column.setSpacing(space // 2)
        column.addWidget(self._head)
        column.addWidget(self.facts)
        column.addWidget(self.tabs, 1)
        return whole

    def _add_escape(self) -> None:
        action = QAction(tr("Back to the list"), self)
        action.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(self.left)
        self.addAction(action)

    # What it shows

    def _forget(self) -> None:
        self.message = None
        self._object_page.show_message(None)
        self.setAccessibleDescription("")
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

    def _show_texts(self) -> None:
        if self.message is not None:
            with_tokens = self.with_tokens.isChecked()
            self.request.show_request(self.message, with_tokens=with_tokens)
            self.response.show_response(self.message, with_tokens=with_tokens)

    def _go_to_step(self, exchange: int) -> None:
        with self._run.reading():
            if self._run.recording is not None:
                start_us = self._run.recording.message(exchange).start_us
                self._cursor.select(Selection("message", str(exchange)), start_us)

    def _show_remarked(self) -> None:
        """The hints on the message, and where a hub has passed it on what that came to."""
        recording, message = self._run.recording, self.message
        if recording is None or message is None:
            return
        hints = recording.hints(exchange=message.exchange)
        self._hints_page.tell(hints)
        title = tr("Hints ({count})").format(count=len(hints)) if hints else tr("Hints")
        self.tabs.setTabText(self.tabs.indexOf(self._hints_page), title)
        hop = hop_of(recording, message)
        number = self.tabs.indexOf(self._translation_page)
        self.tabs.setTabVisible(number, hop is not None)
        if hop is not None:
            is_onward = hop.onward.exchange == message.exchange
            losses = hints if is_onward else recording.hints(exchange=hop.onward.exchange)
            self._translation_page.tell(hop, losses, with_tokens=self.with_tokens.isChecked())
            count = self.translation.list.topLevelItemCount()
            self.tabs.setTabText(number, tr("Translation ({count})").format(count=count) if count else tr("Hub hop"))
