"""What the plots of the load view are told to draw; apart from them, because they bring pyqtgraph along."""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

import numpy as np
from PySide6.QtGui import QColor

from gui.paint.pyramid import Pyramid, Times
from gui.theme import Theme

Panel = Literal["power", "places", "one", "charge"]

PANELS: Final[tuple[Panel, ...]] = ("power", "places", "one", "charge")
"""Power of sites, EVSEs occupied there, power of what is selected, its batteries."""

_FAINT: Final = 0.28
_NO_MARKS: Final[Times] = np.empty(0, np.int64)


class Line(NamedTuple):
    """A curve to draw. `name` may be shared by several (a limit, the sessions of one EVSE); `end_us` None: up to now.

    `value` says a value with its unit, `label` stands at the right end ("" for none), `label_above` where the line is
    above the picture. `badge` is a short text that tells the curve from others without its colour. A faint line is
    there but not meant. `marks_us` are instants to be marked on it.
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
    badge: str = ""
    is_faint: bool = False
    marks_us: Times = _NO_MARKS


def ink(line: Line, theme: Theme) -> QColor:
    """The colour of a line; a faint one's lies near the paper's. Not by transparency, which takes long to paint."""
    return mixed(line.colour, theme.panel, _FAINT) if line.is_faint else line.colour


def mixed(colour: QColor, paper: QColor, part: float) -> QColor:
    """So much of a colour on paper of another."""
    inks = zip(colour.getRgb()[:3], paper.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(part * over + (1 - part) * under) for over, under in inks))
