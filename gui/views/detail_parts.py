"""What the pages of the detail pane share: the height of rows, lists of which a row can be copied, and inks."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence, QPalette
from PySide6.QtWidgets import QLabel, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem, QWidget

from gui.theme import Theme
from simulator.i18n import tr

LEAST_HEIGHT: Final = 24
"""A page may get as low as this, in device-independent pixels: a row."""


_SENTENCE_PX: Final = 420


class Rows(QStyledItemDelegate):
    """Rows of the theme's height, with room between columns."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width() + self.theme.space, max(hint.height(), self.theme.row - 4))


class CopyList(QTreeWidget):
    """A plain list with titled columns; Ctrl+C copies the current row, its columns parted by tabs."""

    def __init__(self, name: str, titles: tuple[str, ...], rows: Rows) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setHeaderLabels(titles)
        self.setRootIsDecorated(False)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setItemDelegate(rows)
        self.setMinimumHeight(LEAST_HEIGHT)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        copy = QAction(tr("Copy the row"), self)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_row)
        self.addAction(copy)

    def say_nothing(self, sentence: str, theme: Theme) -> None:
        """A sentence instead of rows; it cannot be chosen."""
        item = QTreeWidgetItem([sentence])
        item.setForeground(0, theme.muted)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.addTopLevelItem(item)
        item.setFirstColumnSpanned(True)

    def fit(self, text_column: int) -> None:
        """Columns as wide as what stands in them; one with sentences gets no more than a good part of a line."""
        for column in range(self.columnCount()):
            self.resizeColumnToContents(column)
        self.setColumnWidth(text_column, min(self.columnWidth(text_column), _SENTENCE_PX))

    def copy_row(self) -> None:
        """The current row, into the clipboard."""
        item = self.currentItem()
        if item is not None:
            texts = [item.text(column) for column in range(self.columnCount())]
            QGuiApplication.clipboard().setText("\t".join(texts))


def set_paper(widget: QWidget, colour: QColor) -> None:
    """Fill what lies behind a widget, such as a sentence where a list would stand."""
    palette = widget.palette()
    palette.setColor(QPalette.ColorRole.Window, colour)
    widget.setPalette(palette)
    widget.setAutoFillBackground(True)


def set_ink(label: QLabel, colour: QColor) -> None:
    """Write a label in a colour."""
    palette = label.palette()
    palette.setColor(QPalette.ColorRole.WindowText, colour)
    label.setPalette(palette)
