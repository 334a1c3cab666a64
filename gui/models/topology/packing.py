"""Rectangles put into rectangles: rows of them on shelves, columns of them one below the other. Knows no parties."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import NamedTuple

import numpy as np


@dataclass(slots=True)
class Item:
    """A rectangle with its corner in what holds it; it stands for a party, or a group with its items.

    What is in it is drawn larger by `scale`.
    """

    w: float
    h: float
    party: int = -1
    group: int = -1
    items: list["Item"] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0

    def placed(self, x: float, y: float, scale: float = 1.0) -> Iterator["Place"]:
        """Where this item and all within it lie, when what holds it lies at a corner, drawn larger by a scale."""
        x, y = x + self.x * scale, y + self.y * scale
        yield Place(self, x, y, self.w * scale, self.h * scale, scale)
        for item in self.items:
            yield from item.placed(x, y, scale * self.scale)


class Place(NamedTuple):
    """An item with its rectangle in the world, and how much larger than natural it is drawn."""

    item: Item
    x: float
    y: float
    w: float
    h: float
    scale: float


def shelve(items: Sequence[Item], aspect: float, gap: float, top: float) -> tuple[float, float]:
    """Put items in rows so that they make about so many times more width than height; the size they take.

    `gap` lies between and around them, `top` more above them. Rows are then made as equal as can be.
    """
    area = sum((item.w + gap) * (item.h + gap) for item in items)
    least = max(item.w for item in items)
    total = sum(item.w + gap for item in items)
    rows = _count(items, max(sqrt(area * aspect), least), gap)
    even = max(total / rows, least)
    for limit in (even, even * 1.1, even * 1.25):
        if _count(items, limit, gap) <= rows:
            break
    x, y, shelf, widest = gap, gap + top, 0.0, 0.0
    for item in items:
        if x > gap and x + item.w > limit + 1e-6:
            x, y, shelf = gap, y + shelf + gap, 0.0
        item.x, item.y = x, y
        x, shelf = x + item.w + gap, max(shelf, item.h)
        widest = max(widest, x)
    return widest, y + shelf + gap


def _count(items: Sequence[Item], limit: float, gap: float) -> int:
    """How many rows it takes."""
    x, rows = gap, 1
    for item in items:
        if x > gap and x + item.w > limit + 1e-6:
            x, rows = gap, rows + 1
        x += item.w + gap
    return rows


def equalise(items: Sequence[Item]) -> None:
    """Make boxes equally large; what is in each is drawn as large as there is room for, in the middle."""
    w, h = max(item.w for item in items), max(item.h for item in items)
    for item in items:
        item.scale = min(w / item.w, h / item.h)
        for inner in item.items:
            inner.x += (w / item.scale - item.w) / 2
            inner.y += (h / item.scale - item.h) / 2
        item.w, item.h = w, h


def spread(items: Sequence[Item], height: float) -> None:
    """Put items one below the other, the free height shared out around them."""
    free = max(0.0, height - sum(item.h for item in items)) / max(1, len(items))
    y = free / 2
    for item in items:
        item.x, item.y = 0.0, y
        y += item.h + free


def middle(values: Sequence[float]) -> float:
    """The median; 1 of nothing."""
    return float(np.median(values)) if len(values) else 1.0
