"""What the plots of the load view are told to draw; apart from them, because they bring pyqtgraph along."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from PySide6.QtGui import QColor

from gui.paint.pyramid import Pyramid

Panel = Literal["power", "places", "charge"]

PANELS: Final[tuple[Panel, ...]] = ("power", "places", "charge")


class Line(NamedTuple):
    """A curve to draw. `name` may be shared by several (a limit, the stays at one EVSE); `end_us` None: up to now.

    `value` says a value with its unit, `label` stands at the right end ("" for none), `label_above` where the line is
    above the picture.
    """

    name: str
    title: str
    panel: Panel
    pyramid: Pyramid
    colour: QColor
    value: Callable[[float], str]
    width: int = 1
    is_dashed: bool = False
    label: str = ""
    label_above: str = ""
    end_us: int | None = None
