"""The command palette: every action by name, found by typing a few of its letters, with its key beside it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.theme import Theme
from simulator.i18n import tr

_WIDTH: Final = 520
_HEIGHT: Final = 380
_MOVES: Final = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class CommandPalette(QDialog):
    """Choose an action by typing; Enter takes it, Escape takes none."""

    def __init__(self, actions: Sequence[QAction], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setWindowTitle(tr("All commands"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions = actions
        self.field = QLineEdit(placeholderText=tr("Type what you want to do"))
        self.field.setAccessibleName(tr("Search a command"))
        self.field.addAction(theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._take)
        self.field.installEventFilter(self)
        self.list = QTreeWidget(columnCount=2)
        self.list.setRootIsDecorated(False)
        self.list.setHeaderHidden(True)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(tr("Commands and their keys"))
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemClicked.connect(self._take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.space, theme.space, theme.space, theme.space)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.resize(min(_WIDTH, parent.width()), min(_HEIGHT, parent.height()))
        corner = parent.mapToGlobal(parent.rect().center())
        self.move(corner.x() - self.width() // 2, corner.y() - self.height() // 2)
        blank = QPixmap(theme.icon_size, theme.icon_size)
        blank.fill(Qt.GlobalColor.transparent)
        self._no_icon = QIcon(blank)
        self._theme = theme
        self._fill("")
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys move in the list while the field keeps the focus."""
        is_press = watched is self.field and event.type() == QEvent.Type.KeyPress
        if is_press and isinstance(event, QKeyEvent) and Qt.Key(event.key()) in _MOVES:
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        self.list.clear()
        fitting = [(score, action) for action in self._actions if (score := fit(text, plain(action))) is not None]
        for _, action in sorted(fitting, key=lambda pair: pair[0]):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem([plain(action), keys])
            item.setData(0, Qt.ItemDataRole.UserRole, action)
            item.setIcon(0, action.icon() if not action.icon().isNull() else self._no_icon)
            item.setForeground(1, self._theme.muted)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setDisabled(not action.isEnabled())
            self.list.addTopLevelItem(item)
            if action.isEnabled() and self.list.currentItem() is None:
                self.list.setCurrentItem(item)

    def _take(self) -> None:
        item = self.list.currentItem()
        if item is not None and not item.isDisabled():
            action: QAction = item.data(0, Qt.ItemDataRole.UserRole)
            self.close()
            action.trigger()


def plain(action: QAction) -> str:
    """The action's text without the mark of its mnemonic."""
    return action.text().replace("&", "")


def fit(typed: str, text: str) -> tuple[int, int] | None:
    """How well `text` answers what was typed, the smaller the better; None if its letters do not come in that order.

    Words typed whole count before letters that are spread; an early place counts before a late one.
    """
    typed, text = typed.lower().strip(), text.lower()
    if not typed:
        return (0, 0)
    words = typed.split()
    if all(word in text for word in words):
        return (0, text.index(words[0]))
    place = -1
    for letter in typed.replace(" ", ""):
        place = text.find(letter, place + 1)
        if place < 0:
            return None
    return (1, place)
