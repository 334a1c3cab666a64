"""How a row of the message list is painted: the module's colour, the outcome's icon, and where time stands."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.models.message_rows import DURATION, HINTS, MEANING, METHOD, PATH, STATUS, TIME, Row, outcome_icon
from gui.models.messages import MessagesModel
from gui.theme import Theme

_PAD: Final = 4
_GAP: Final = 6
_CHIP: Final = 10
_ICON: Final = 14
_MOST_TEXTS: Final = 4_096
_SECOND_RATE: Final = (METHOD, PATH, DURATION)


class MessageDelegate(QStyledItemDelegate):
    """Paints the cells of a MessagesModel; `now_row` is the last message that had left at the cursor's time."""

    def __init__(self, model: MessagesModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._texts: dict[tuple[int, int, int], str] = {}
        self._icons: dict[tuple[str, float], QPixmap] = {}
        self.theme = theme
        self.now_row = -1
        model.modelReset.connect(self._texts.clear)
        model.dataChanged.connect(self._texts.clear)

    @property
    def theme(self) -> Theme:
        """Colours, fonts and icons."""
        return self._theme

    @theme.setter
    def theme(self, theme: Theme) -> None:
        self._theme = theme
        self._metrics = {column: QFontMetrics(self.font(column)) for column in range(self._model.columnCount())}
        self._texts.clear()
        self._icons.clear()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = self._model.row(index.row())
        if row is None:
            return
        theme, column, worst = self._theme, index.column(), row.hints.worst
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.selection if is_selected else theme.panel)
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if column == MEANING:
            inner = self._paint_chip(painter, inner, row)
        elif column == STATUS:
            inner = self._paint_icon(painter, inner, outcome_icon(row))
        elif column == HINTS and worst is not None:
            inner = self._paint_icon(painter, inner, worst)
        failed = column == STATUS and outcome_icon(row) != "good"
        if failed:
            painter.setPen(theme.outcome(row.final, row.http_status, row.ocpi_status))
        elif column == HINTS and worst is not None:
            painter.setPen(theme.severity(worst))
        else:
            painter.setPen(theme.muted if column in _SECOND_RATE and not is_selected else theme.text)
        painter.setFont(self.font(column))
        side = Qt.AlignmentFlag.AlignRight if column == DURATION else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, self._elided(row, column, inner.width()))
        if index.row() == self.now_row:
            painter.fillRect(rect.left(), rect.bottom() - 1, rect.width(), 2, theme.accent)
        painter.restore()

    def font(self, column: int) -> QFont:
        """The font of a column."""
        return self._theme.mono if column in (TIME, PATH) else self._theme.body

    def _elided(self, row: Row, column: int, width: int) -> str:
        """A cell's text as far as it fits; rows never change, so a text is made once while it scrolls by."""
        key = row.exchange, column, width
        if key not in self._texts:
            if len(self._texts) >= _MOST_TEXTS:
                self._texts.clear()
            mode = Qt.TextElideMode.ElideMiddle if column == PATH else Qt.TextElideMode.ElideRight
            self._texts[key] = self._metrics[column].elidedText(self._model.text(row, column), mode, width)
        return self._texts[key]

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The width that a cell's text needs; the height is the theme's."""
        del option
        text = str(self._model.data(index) or "")
        extra = {MEANING: _CHIP + _GAP, STATUS: _ICON + _GAP, HINTS: _ICON + _GAP}.get(index.column(), 0)
        width = self._metrics[index.column()].horizontalAdvance(text)
        return QSize(width + extra + 3 * _PAD, self.theme.row)

    def _paint_chip(self, painter: QPainter, inner: QRect, row: Row) -> QRect:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.module(row.module))
        top = inner.center().y() - _CHIP / 2 + 1
        painter.drawRoundedRect(QRectF(inner.left(), top, _CHIP, _CHIP), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return inner.adjusted(_CHIP + _GAP, 0, 0, 0)

    def _paint_icon(self, painter: QPainter, inner: QRect, name: str) -> QRect:
        key = name, painter.device().devicePixelRatioF()
        if key not in self._icons:
            self._icons[key] = self._theme.icon(key[0]).pixmap(QSize(_ICON, _ICON), key[1])
        painter.drawPixmap(inner.left(), inner.center().y() - _ICON // 2 + 1, self._icons[key])
        return inner.adjusted(_ICON + _GAP, 0, 0, 0)
