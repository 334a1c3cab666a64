"""Where labels go so that no two lie upon each other: along an edge near their lines, or on curves where it is free.

All in pixels, of no picture in particular.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF

from gui.paint.pyramid import Floats

_CANDIDATES: Final = 8
_PARTS: Final = (0.5, 0.25, 0.75, 0.1, 0.9)
_MUCH: Final = 1_000.0
_HEIGHT_COUNTS: Final = 4.0


def spread(wanted: Sequence[float], height: float, low: float, high: float) -> list[float | None]:
    """Upper edges of labels of one height, each as near as can be to where it is wanted, between `low` and `high`.

    They keep their order from top to bottom. What has no room is None: of too many the last of the sequence.
    """
    room = max(int((high - low) // height), 0)
    order = sorted(range(min(len(wanted), room)), key=lambda index: wanted[index])
    places: list[float | None] = [None] * len(wanted)
    edge = low
    for index in order:
        edge = max(wanted[index], edge)
        places[index] = edge
        edge += height
    edge = high
    for index in reversed(order):
        edge = min(places[index] or 0.0, edge - height)
        places[index] = edge
    return places


def beside(x: Floats, y: Floats, width: float, height: float, inside: QRectF, taken: Sequence[QRectF]) -> QRectF | None:
    """A free place for a small label on a polyline, if possible on a level stretch; None if there is none.

    Long stretches and high ones come first, as curves part at their tops.
    """
    if len(x) < 2:
        return None
    lengths = np.minimum(x[1:], inside.right()) - np.maximum(x[:-1], inside.left())
    # A label on a stretch shorter than itself hides what the curve does there.
    is_level = (np.abs(np.diff(y)) < 1.0) & (lengths > width)
    merit = np.where(is_level, _MUCH, 0.0) + lengths - _HEIGHT_COUNTS * y[:-1]
    merit[lengths < 0] = -np.inf
    for _ in range(min(_CANDIDATES, len(merit))):
        index = int(merit.argmax())
        if merit[index] == -np.inf:
            return None
        merit[index] = -np.inf
        left, right = max(float(x[index]), inside.left()), min(float(x[index + 1]), inside.right())
        for part in _PARTS if is_level[index] else _PARTS[:1]:
            place = QRectF(left + part * (right - left) - width / 2, float(y[index]) - height / 2, width, height)
            if inside.contains(place) and not any(map(place.intersects, taken)):
                return place
    return None


def stretches(curves: Sequence[tuple[Floats, Floats]]) -> Floats:
    """What each step of some curves takes up: rows of left, top, right, bottom."""
    lows = [np.column_stack([np.minimum(x[1:], x[:-1]), np.minimum(y[1:], y[:-1])]) for x, y in curves]
    highs = [np.column_stack([np.maximum(x[1:], x[:-1]), np.maximum(y[1:], y[:-1])]) for x, y in curves]
    return np.column_stack([np.concatenate([np.empty((0, 2)), *each]) for each in (lows, highs)])


def freest(places: Sequence[QRectF], taken: Floats) -> QRectF:
    """Of places beside each other that into which the fewest stretches reach; of equals the first."""
    row = taken[(taken[:, 3] > places[0].top()) & (taken[:, 1] < places[0].bottom())]
    return min(places, key=lambda place: int(((row[:, 2] > place.left()) & (row[:, 0] < place.right())).sum()))
