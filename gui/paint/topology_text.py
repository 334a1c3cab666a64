"""One line of text fitted into little room."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter


def paint_text(
    painter: QPainter,
    rect: QRectF,
    text: str,
    font: QFont,
    colour: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line in a rectangle, in the middle of its height, shortened if need be; nothing if there is no room."""
    if rect.width() < 14:
        return
    shown = QFontMetricsF(font).elidedText(text, elide, rect.width())
    if len(shown) < 2 and len(text) > 1:
        return
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)


def bold(font: QFont) -> QFont:
    """The same font, bold."""
    strong = QFont(font)
    strong.setBold(True)
    return strong
