"""Why a message was sent and what came of it, and the steps that led to it, to which one can go."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QTreeWidgetItem, QVBoxLayout, QWidget

from gui.theme import Theme
from gui.views.detail_parts import CopyList, Rows, set_ink
from simulator.i18n import tr
from simulator.report.explain import Explanation

_EXCHANGE: Final = Qt.ItemDataRole.UserRole


class WhyPage(QWidget):
    """Two sentences and a trail. `step_wanted`: the exchange of a step that somebody wants to see."""

    step_wanted = Signal(int)

    def __init__(self, rows: Rows, theme: Theme) -> None:
        super().__init__()
        self.deed, self.verdict = QLabel(), QLabel()
        self.trail = CopyList(tr("What led to it"), (tr("Time"), tr("Who"), tr("What led to it")), rows)
        self.trail.itemActivated.connect(self._go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.space // 2, 0, 0)
        column.setSpacing(theme.space // 2)
        for label in (self.deed, self.verdict):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setContentsMargins(theme.space, 0, theme.space, 0)
            column.addWidget(label)
        column.addWidget(self.trail, 1)
        self.setFocusProxy(self.trail)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours."""
        for label in (self.deed, self.verdict):
            set_ink(label, theme.text)

    def tell(self, explanation: Explanation) -> None:
        """Show the reasons of another message."""
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

    def _go(self, item: QTreeWidgetItem) -> None:
        exchange = item.data(0, _EXCHANGE)
        if exchange is not None:
            self.step_wanted.emit(exchange)
