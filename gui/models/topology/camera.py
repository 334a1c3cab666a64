"""What part of a layout is seen: from world units to pixels and back, zoom and pan. Knows no Qt."""

from typing import Final, NamedTuple

import numpy as np

from gui.models.topology.layout import Floats, Layout

_MARGIN_PX: Final = 22.0
_LARGEST_CELL_PX: Final = 170.0
_SMALLEST: Final = 0.6


class Camera(NamedTuple):
    """Looks at a point of the world; `scale` is pixels a world unit; sizes in device-independent pixels."""

    x: float
    y: float
    scale: float
    width: float
    height: float

    def px(self, world: Floats) -> Floats:
        """Pixels of world points (rows of x, y)."""
        return (world - (self.x, self.y)) * self.scale + (self.width / 2, self.height / 2)

    def world(self, x_px: float, y_px: float) -> tuple[float, float]:
        """The world point under a pixel."""
        return (x_px - self.width / 2) / self.scale + self.x, (y_px - self.height / 2) / self.scale + self.y

    def moved(self, x_px: float, y_px: float) -> "Camera":
        """With the picture moved by so many pixels."""
        return self._replace(x=self.x - x_px / self.scale, y=self.y - y_px / self.scale)

    def zoomed(self, layout: Layout, factor: float, x_px: float, y_px: float) -> "Camera":
        """Nearer (factor > 1) or farther, with the world point under a pixel staying there."""
        scale = self.allowed(layout, self.scale * factor)
        x, y = self.world(x_px, y_px)
        nearer = self._replace(scale=scale)
        moved_x, moved_y = nearer.world(x_px, y_px)
        return nearer._replace(x=self.x + x - moved_x, y=self.y + y - moved_y)

    def resized(self, width: float, height: float) -> "Camera":
        """The same centre and scale in another size of window."""
        return self._replace(width=width, height=height)

    def showing(self, layout: Layout, x: float, y: float, w: float, h: float, largest: float) -> "Camera":
        """With a world rectangle in the middle, as near as it fits but not nearer than `largest` pixels a unit."""
        fitting = min(self.width / max(w, 1e-9), self.height / max(h, 1e-9)) * 0.7
        scale = self.allowed(layout, min(largest, fitting))
        return self._replace(x=x + w / 2, y=y + h / 2, scale=scale)

    def allowed(self, layout: Layout, scale: float) -> float:
        """The nearest scale between a little farther than all and one EVSE filling a hand."""
        farthest = fit(layout, self.width, self.height).scale * _SMALLEST
        return float(np.clip(scale, farthest, max(farthest, _LARGEST_CELL_PX / layout.cell)))


def fit(layout: Layout, width: float, height: float) -> Camera:
    """All of a layout with a margin, but never larger than its natural size."""
    x0, y0, x1, y1 = layout.bounds
    room_x, room_y = max(width - 2 * _MARGIN_PX, 20.0), max(height - 2 * _MARGIN_PX, 20.0)
    scale = min(room_x / max(x1 - x0, 1e-9), room_y / max(y1 - y0, 1e-9), 1.15 / layout.unit)
    return Camera((x0 + x1) / 2, (y0 + y1) / 2, scale, width, height)
