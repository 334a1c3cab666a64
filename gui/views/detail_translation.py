"""What a hub made of a message: as it came in, as it was sent on, and what that has cost where the versions differ."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextCursor
from PySide6.QtWidgets import QLabel, QSplitter, QTreeWidgetItem, QVBoxLayout, QWidget

from gui.models.message_text import body_text
from gui.theme import Theme
from gui.views.detail_hints import SEVERITIES
from gui.views.detail_parts import CopyList, Rows, set_ink
from gui.views.detail_wire import WireText
from simulator.i18n import tr
from simulator.recording.rows import Hint, Message
from simulator.report.hops import TRANSLATION, Hop

_WORDS: Final = {
    "lost": tr("Lost"),
    "changed": tr("Changed"),
    "invented": tr("Invented"),
    "alias": tr("Alias"),
    "withheld": tr("Withheld"),
    "taken-back": tr("Taken back"),
    "whole": tr("Sent whole"),
    "left": tr("Left as it was"),
}
_PLACE: Final = 1


class TranslationPage(QWidget):
    """Both legs of a hop side by side, and between them what was lost, changed, invented, aliased or withheld."""

    def __init__(self, rows: Rows, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._losses: list[Hint] = []
        self.sentence = QLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.list = CopyList(tr("What the translation has cost"), (tr("What"), tr("Place"), tr("Why")), rows)
        self.list.currentItemChanged.connect(self._point_at)
        self.inbound = WireText(tr("As it came to the hub"), theme)
        self.onward = WireText(tr("As the hub sent it on"), theme)
        bodies = QSplitter()
        bodies.setChildrenCollapsible(False)
        bodies.addWidget(self.inbound)
        bodies.addWidget(self.onward)
        self._parts = QSplitter(Qt.Orientation.Vertical)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self.list)
        self._parts.addWidget(bodies)
        self._parts.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.sentence.setContentsMargins(theme.space, theme.space // 2, theme.space, theme.space // 2)
        column.addWidget(self.sentence)
        column.addWidget(self._parts, 1)
        self.setFocusProxy(self.list)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours and fonts."""
        self._theme = theme
        set_ink(self.sentence, theme.text)
        for text in (self.inbound, self.onward):
            text.set_theme(theme)
        self._show_losses()

    def tell(self, hop: Hop, losses: list[Hint], *, with_tokens: bool) -> None:
        """Show another hop and what is remarked on its onward leg."""
        inbound, onward = hop
        self._losses = [each for each in losses if each.rule.startswith(TRANSLATION)]
        self.sentence.setText(_sentence(inbound, onward))
        self.inbound.setPlainText(_leg(inbound, with_tokens=with_tokens))
        self.onward.setPlainText(_leg(onward, with_tokens=with_tokens))
        self._show_losses()
        self.list.setVisible(bool(self._losses))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low and wide page the list stands beside the bodies."""
        super().resizeEvent(event)
        is_wide = self.width() > 2 * self.height()
        self._parts.setOrientation(Qt.Orientation.Horizontal if is_wide else Qt.Orientation.Vertical)

    def _show_losses(self) -> None:
        self.list.clear()
        for hint in self._losses:
            what = hint.rule.removeprefix(TRANSLATION)
            item = QTreeWidgetItem([_WORDS.get(what, what), hint.path, hint.sentence])
            ink = self._theme.severity(hint.severity)
            item.setIcon(0, self._theme.icon(hint.severity, ink))
            item.setForeground(0, ink)
            item.setToolTip(0, SEVERITIES[hint.severity])
            item.setToolTip(2, hint.sentence)
            self.list.addTopLevelItem(item)
        self.list.fit(2)

    def _point_at(self, item: QTreeWidgetItem | None) -> None:
        """Select in both bodies the field that a loss is about, as far as they have it."""
        if item is None:
            return
        field = item.text(_PLACE).rpartition(".")[2].partition("[")[0]
        for text in (self.inbound, self.onward):
            text.moveCursor(QTextCursor.MoveOperation.Start)
            text.find(f'"{field}"')


def _sentence(inbound: Message, onward: Message) -> str:
    texts = {"sender": inbound.sender, "hub": onward.sender, "receiver": onward.receiver}
    if inbound.version == onward.version:
        text = tr("{hub} passed on to {receiver} what {sender} had sent, both in OCPI {version}.")
        return text.format(**texts, version=onward.version)
    text = tr("{hub} said to {receiver} in OCPI {to} what {sender} had said in OCPI {source}.")
    return text.format(**texts, source=inbound.version, to=onward.version)


def _leg(message: Message, *, with_tokens: bool) -> str:
    """Who speaks with whom in which version, what was sent, and what came back."""
    head = tr("{sender} to {receiver}, OCPI {version}")
    parts = [head.format(sender=message.sender, receiver=message.receiver, version=message.version)]
    for title, body in ((tr("Request"), message.request_body), (tr("Answer"), message.response_body)):
        text, _ = body_text(message, body, with_tokens=with_tokens)
        if text:
            parts.append(f"{title}\n{text}")
    return "\n\n".join(parts)
