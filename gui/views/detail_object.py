"""The OCPI objects of a message field by field, and below them the one sentence that explains the chosen field.

The first field is chosen from the start, so that its sentence is seen without a further act; the tree has the rest of
the room.
"""

from typing import Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QStyledItemDelegate,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gui.models.message_object import FIELD, MEANING, VALUE, ObjectModel
from gui.theme import Theme
from gui.views.detail_parts import LEAST_HEIGHT, set_ink
from simulator.i18n import tr
from simulator.recording.rows import Message

_WIDE_ENOUGH_FOR_SENTENCES: Final = 560
_HIGH_ENOUGH_FOR_TITLES: Final = 110
_HIGH_ENOUGH_FOR_HINT: Final = 200
_MOST_LINES: Final = 3


class ObjectPage(QWidget):
    """A tree of fields with values, or a sentence why there is none."""

    def __init__(self, rows: QStyledItemDelegate, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._help = ""
        self._is_asked = False
        self.objects = ObjectModel(self)
        self.tree = QTreeView()
        self.tree.setModel(self.objects)
        self.tree.setAccessibleName(tr("Fields of the OCPI object"))
        self.tree.setUniformRowHeights(True)
        self.tree.setItemDelegate(rows)
        self.tree.setFrameShape(QTreeView.Shape.NoFrame)
        self.tree.setMinimumHeight(LEAST_HEIGHT)
        self.tree.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.tree.selectionModel().currentChanged.connect(self._explain_field)
        self.sentence = QLabel()
        self.sentence.setAccessibleName(tr("What the selected field says"))
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._no_object = QLabel()
        self._no_object.setWordWrap(True)
        self._no_object.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._action(tr("Copy as JSON"), self.copy_json, QKeySequence(QKeySequence.StandardKey.Copy))
        self._action(tr("Copy the value"), self.copy_value, QKeySequence("Ctrl+Shift+C"))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take another theme's colours and fonts."""
        self._theme = theme
        set_ink(self._no_object, theme.muted)
        self.sentence.setFont(theme.body)
        self._fit_sentence()

    def show_message(self, message: Message | None) -> None:
        """Show the objects of another message."""
        self.objects.show(message)
        self._explain_field(QModelIndex())
        has_objects = self.objects.rowCount() > 0
        self._pages.setCurrentIndex(0 if has_objects else 1)
        if not has_objects:
            self._no_object.setText("" if message is None else _why_none(message))
            return
        for row in range(self.objects.rowCount()):
            self.tree.setFirstColumnSpanned(row, QModelIndex(), True)
            self.tree.expand(self.objects.index(row, 0))
        metrics = self.tree.fontMetrics()
        self.tree.setColumnWidth(FIELD, metrics.horizontalAdvance("authorization_reference") + 50)
        self.tree.setColumnWidth(VALUE, metrics.horizontalAdvance("2026-05-04T05:17:03.482Z") + 16)
        self._choose_first_field()

    def copy_json(self) -> None:
        """The part of the object that is selected in the tree, into the clipboard."""
        index = self.tree.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(self.objects.json(index))

    def copy_value(self) -> None:
        """What the selected field reads, into the clipboard."""
        index = self.tree.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(self.objects.node(index).text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow page shows a field's sentence below the tree only, a low one no titles."""
        super().resizeEvent(event)
        self.tree.setColumnHidden(MEANING, self.width() < _WIDE_ENOUGH_FOR_SENTENCES)
        self.tree.setHeaderHidden(self.height() < _HIGH_ENOUGH_FOR_TITLES)
        self._fit_sentence()

    def _lay_out(self) -> None:
        with_tree = QWidget()
        column = QVBoxLayout(with_tree)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tree, 1)
        column.addWidget(self.sentence)
        space = self._theme.space
        self.sentence.setContentsMargins(space, space // 2, space, space // 2)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(with_tree)
        self._pages.addWidget(self._no_object)
        self.setFocusProxy(self.tree)

    def _action(self, text: str, slot: object, keys: QKeySequence) -> None:
        action = QAction(text, self)
        action.setShortcut(keys)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(slot)
        self.tree.addAction(action)

    def _choose_first_field(self) -> None:
        """Nobody has to guess that fields are explained: the first that is, is so from the start."""
        for row in range(self.objects.rowCount()):
            whole = self.objects.index(row, 0)
            for number, node in enumerate(self.objects.node(whole).nodes):
                if node.help:
                    self.tree.setCurrentIndex(self.objects.index(number, FIELD, whole))
                    self.tree.scrollToTop()
                    self._is_asked = False
                    self._fit_sentence()
                    return

    def _explain_field(self, index: QModelIndex) -> None:
        self._help = self.objects.node(index).help if index.isValid() else ""
        self._is_asked = bool(self._help)
        self.sentence.setToolTip(self._help)
        self._fit_sentence()

    def _fit_sentence(self) -> None:
        """A high page has a line that says what can be read here; in a low one each row of the tree counts."""
        hint = tr("Select a field to read what it says.") if self.height() >= _HIGH_ENOUGH_FOR_HINT else ""
        self.sentence.setText(self._help or hint)
        set_ink(self.sentence, self._theme.text if self._help else self._theme.muted)
        self.sentence.setVisible(bool(self._help or hint))
        if self._help or hint:
            # In a low pane a sentence that nobody asked for takes one line; all of it is in the tip.
            lines = _MOST_LINES if self._is_asked or self.height() >= _HIGH_ENOUGH_FOR_HINT else 1
            most = lines * self.sentence.fontMetrics().lineSpacing() + self._theme.space
            self.sentence.setFixedHeight(min(most, self.sentence.heightForWidth(self.width())))


def _why_none(message: Message) -> str:
    if message.request_headers or message.response_headers:
        return tr("This message carries no object.")
    return tr("Bodies were not kept: the run was recorded at a level below “full”, or nothing was answered.")
