"""Paints the marks above the timeline's bars: a hint by the height and width of its tick, a command as a triangle.

The legend paints them by the same functions, so that it shows what stands in the strip.
"""

from typing import Final, Literal, get_args

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from gui.theme import Theme

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From grave to slight."""

MARK_PX: Final = 6.0
"""How high the highest is."""

_TICKS: Final[dict[str, tuple[float, float]]] = {"error": (4.0, MARK_PX), "warning": (2.0, MARK_PX), "note": (2.0, 3.0)}
"""Width and height, so that colour is not the only sign: the graver, the more of it there is."""


def paint_hint(painter: QPainter, x: float, top: float, severity: str, theme: Theme) -> None:
    """A tick that stands on the lower edge of the marks."""
    width, height = _TICKS.get(severity, _TICKS["note"])
    painter.fillRect(QRectF(x - width / 2, top + MARK_PX - height, width, height), theme.severity(severity))


def paint_command(painter: QPainter, x: float, top: float, theme: Theme) -> None:
    """A triangle that points down to its instant."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.accent)
    painter.drawPolygon(QPolygonF([QPointF(x - 4, top), QPointF(x + 4, top), QPointF(x, top + MARK_PX)]))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
