"""How a row of the message list is painted: the module's colour, the outcome's icon, and where time stands."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.models.messages import DURATION, MEANING, METHOD, PATH, STATUS, TIME, MessagesModel, Row, outcome_icon
from gui.theme import Theme

_PAD: Final = 4
_GAP: Final = 6
_CHIP: Final = 10
_ICON: Final = 14
_SECOND_RATE: Final = (METHOD, PATH, DURATION)


class MessageDelegate(QStyledItemDelegate):
    """Paints the cells of a MessagesModel; `now_row` is the last message that had left at the cursor's time."""

    def __init__(self, model: MessagesModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.theme = theme
        self.now_row = -1

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = self._model.row(index.row())
        if row is None:
            return
        theme, column = self.theme, index.column()
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.selection if is_selected else theme.panel)
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        if column == MEANING:
            inner = self._paint_chip(painter, inner, row)
        elif column == STATUS:
            inner = self._paint_icon(painter, inner, row)
        failed = column == STATUS and outcome_icon(row) != "good"
        if failed:
            painter.setPen(theme.outcome(row.final, row.http_status, row.ocpi_status))
        else:
            painter.setPen(theme.muted if column in _SECOND_RATE and not is_selected else theme.text)
        font = self.font(column)
        painter.setFont(font)
        text = str(self._model.data(index) or "")
        mode = Qt.TextElideMode.ElideMiddle if column == PATH else Qt.TextElideMode.ElideRight
        side = Qt.AlignmentFlag.AlignRight if column == DURATION else Qt.AlignmentFlag.AlignLeft
        elided = QFontMetrics(font).elidedText(text, mode, inner.width())
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, elided)
        if index.row() == self.now_row:
            painter.fillRect(rect.left(), rect.bottom() - 1, rect.width(), 2, theme.accent)
        painter.restore()

    def font(self, column: int) -> QFont:
        """The font of a column."""
        return self.theme.mono if column in (TIME, PATH) else self.theme.body

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The width that a cell's text needs; the height is the theme's."""
        del option
        text = str(self._model.data(index) or "")
        extra = {MEANING: _CHIP + _GAP, STATUS: _ICON + _GAP}.get(index.column(), 0)
        width = QFontMetrics(self.font(index.column())).horizontalAdvance(text)
        return QSize(width + extra + 3 * _PAD, self.theme.row)

    def _paint_chip(self, painter: QPainter, inner: QRect, row: Row) -> QRect:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.module(row.module))
        top = inner.center().y() - _CHIP / 2 + 1
        painter.drawRoundedRect(QRectF(inner.left(), top, _CHIP, _CHIP), 3, 3)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        return inner.adjusted(_CHIP + _GAP, 0, 0, 0)

    def _paint_icon(self, painter: QPainter, inner: QRect, row: Row) -> QRect:
        # Good icons in their quiet ink, all others in the colour of the outcome, so that a failure stands out.
        icon: QIcon = self.theme.icon(outcome_icon(row))
        place = QRect(inner.left(), inner.center().y() - _ICON // 2 + 1, _ICON, _ICON)
        icon.paint(painter, place)
        return inner.adjusted(_ICON + _GAP, 0, 0, 0)
