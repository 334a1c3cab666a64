"""What an expert of OCPI would remark on a message: how grave it is, which rule it breaks, and where that is said."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QTreeWidgetItem, QVBoxLayout, QWidget

from gui.theme import Theme
from gui.views.detail_parts import CopyList, Rows, set_ink
from simulator.i18n import tr
from simulator.recording.rows import Hint

SEVERITIES: Final = {"error": tr("Error"), "warning": tr("Warning"), "note": tr("Note")}
RULE: Final = 1
SENTENCE: Final = 3


class HintsPage(QWidget):
    """The hints, the gravest first, and all that the chosen one says.

    `rule_wanted`: somebody wants to see all messages on which a rule is remarked.
    """

    rule_wanted = Signal(str)

    def __init__(self, rows: Rows, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._hints: list[Hint] = []
        titles = (tr("Severity"), tr("Rule"), tr("Place"), tr("Hint"), tr("Section of OCPI"))
        self.list = CopyList(tr("Hints"), titles, rows)
        self.list.itemActivated.connect(self._want)
        self.list.currentItemChanged.connect(self._tell_whole)
        self.sentence = QLabel()
        self.sentence.setAccessibleName(tr("What the selected hint says"))
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence.setContentsMargins(theme.space, theme.space // 2, theme.space, theme.space // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.list, 1)
        column.addWidget(self.sentence)
        self.setFocusProxy(self.list)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        self._theme = theme
        set_ink(self.sentence, theme.text)
        self.tell(self._hints)

    def tell(self, hints: list[Hint]) -> None:
        """Show the hints on another message."""
        self._hints = hints
        self.list.clear()
        for hint in sorted(hints, key=lambda each: list(SEVERITIES).index(each.severity)):
            item = QTreeWidgetItem([SEVERITIES[hint.severity], hint.rule, hint.path, hint.sentence, hint.section])
            ink = self._theme.severity(hint.severity)
            item.setIcon(0, self._theme.icon(hint.severity, ink))
            item.setForeground(0, ink)
            item.setToolTip(SENTENCE, hint.sentence)
            item.setToolTip(RULE, tr("Double-click or Return: all messages with this hint"))
            self.list.addTopLevelItem(item)
        if not hints:
            self.list.say_nothing(tr("Nothing to remark on this message."), self._theme)
        self.list.fit(SENTENCE)
        self.sentence.setVisible(bool(hints))
        if (first := self.list.topLevelItem(0)) is not None and hints:
            self.list.setCurrentItem(first)

    def _tell_whole(self, item: QTreeWidgetItem | None) -> None:
        _, rule, _, sentence, section = ("",) * 5 if item is None else [item.text(column) for column in range(5)]
        is_told = not section or section in sentence
        text = tr("{sentence}\nRule {rule}") if is_told else tr("{sentence}\nRule {rule}: {section}")
        self.sentence.setText(text.format(sentence=sentence, rule=rule, section=section) if rule else sentence)

    def _want(self, item: QTreeWidgetItem) -> None:
        if item.flags() & Qt.ItemFlag.ItemIsSelectable:
            self.rule_wanted.emit(item.text(RULE))
