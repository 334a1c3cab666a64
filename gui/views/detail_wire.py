"""Request and response as they went over the wire: first line, headers, body; tokens only where they are asked for."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from gui.models.message_rows import outcome_sentence
from gui.models.message_text import body_text, headers_text
from gui.paint.message_highlighter import JsonHighlighter
from gui.theme import Theme
from gui.views.detail_parts import LEAST_HEIGHT
from simulator.i18n import tr
from simulator.recording.rows import Headers, Message


class WireText(QPlainTextEdit):
    """A text to read and to copy from."""

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._colours = JsonHighlighter(self.document(), theme)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours and fonts."""
        self.setFont(theme.mono)
        self._colours.set_theme(theme)

    def show_request(self, message: Message, *, with_tokens: bool) -> None:
        """What the sender has sent."""
        first = f"{message.method} {message.path}\nHost: {message.host}"
        self._show(message, first, message.request_headers, message.request_body, with_tokens)

    def show_response(self, message: Message, *, with_tokens: bool) -> None:
        """What was answered, or that nothing was."""
        if message.http_status is None:
            self.setPlainText(outcome_sentence(message))
            return
        first = f"HTTP {message.http_status}"
        self._show(message, first, message.response_headers, message.response_body, with_tokens)

    def _show(self, message: Message, first: str, headers: Headers, body: bytes, with_tokens: bool) -> None:
        text, is_shortened = body_text(message, body, with_tokens=with_tokens)
        parts = ["\n".join(filter(None, (first, headers_text(headers, with_tokens=with_tokens)))), text]
        if is_shortened:
            parts.append(tr("Shortened here; “Copy as JSON” takes all of it."))
        self.setPlainText("\n\n".join(filter(None, parts)))


class WirePage(QWidget):
    """A text with the choice whether tokens are shown, where there are any."""

    tokens_wanted = Signal(bool)

    def __init__(self, text: WireText, theme: Theme) -> None:
        super().__init__()
        self.with_tokens = QCheckBox(tr("Show tokens"))
        self.with_tokens.setToolTip(tr("Show and copy the tokens that let a party in; else they are left out."))
        self.with_tokens.toggled.connect(self.tokens_wanted)
        row = QHBoxLayout()
        row.setContentsMargins(theme.space, 0, theme.space, 0)
        row.addWidget(self.with_tokens)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(text, 1)
        self.setFocusProxy(text)
