"""One line of text fitted into little room."""

from collections.abc import Sequence

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


def fitting(texts: Sequence[str], font: QFont, width: float) -> str:
    """The first of some texts, which say the same ever shorter, that there is room for; empty without one."""
    metrics = QFontMetricsF(font)
    return next((text for text in texts if metrics.horizontalAdvance(text) <= width), "")


def bold(font: QFont) -> QFont:
    """The same font, bold."""
    strong = QFont(font)
    strong.setBold(True)
    return strong
