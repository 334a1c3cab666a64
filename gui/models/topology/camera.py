"""What part of a layout is seen: from world units to pixels and back, zoom and pan. Knows no Qt.

On a map the parties, which have no coordinates, lie in a strip of their own with a camera of its own.
"""

from typing import Final, NamedTuple

import numpy as np

from gui.models.topology.cards import Floats
from gui.models.topology.layout import MARGIN_PX, TOP_PX, Layout, strip_px

_LARGEST_CELL_PX: Final = 170.0
_LARGEST_NODE: Final = 2.2
_SMALLEST: Final = 0.6
_SCALE_PX: Final = 44.0
_MARKER_PX: Final = 24.0
_STRIP_TOP_PX: Final = 40.0


class Camera(NamedTuple):
    """Looks at a point of the world; `scale` is pixels a world unit; sizes in device-independent pixels.

    Its picture begins at `left`. `least` and `most` bound the scale.
    """

    x: float
    y: float
    scale: float
    width: float
    height: float
    left: float
    least: float
    most: float

    def px(self, world: Floats) -> Floats:
        """Pixels of world points (rows of x, y)."""
        return (world - (self.x, self.y)) * self.scale + (self.left + self.width / 2, self.height / 2)

    def world(self, x_px: float, y_px: float) -> tuple[float, float]:
        """The world point under a pixel."""
        return (x_px - self.left - self.width / 2) / self.scale + self.x, (y_px - self.height / 2) / self.scale + self.y

    def moved(self, x_px: float, y_px: float) -> "Camera":
        """With the picture moved by so many pixels."""
        return self._replace(x=self.x - x_px / self.scale, y=self.y - y_px / self.scale)

    def zoomed(self, factor: float, x_px: float, y_px: float) -> "Camera":
        """Nearer (factor > 1) or farther, with the world point under a pixel staying there."""
        x, y = self.world(x_px, y_px)
        nearer = self._replace(scale=self.allowed(self.scale * factor))
        moved_x, moved_y = nearer.world(x_px, y_px)
        return nearer._replace(x=self.x + x - moved_x, y=self.y + y - moved_y)

    def showing(self, x: float, y: float, w: float, h: float, largest: float, part: float = 0.7) -> "Camera":
        """With a world rectangle in the middle, as near as it fits but not nearer than `largest` pixels a unit."""
        fitting = min(self.width / max(w, 1e-9), self.height / max(h, 1e-9)) * part
        return self._replace(x=x + w / 2, y=y + h / 2, scale=self.allowed(min(largest, fitting)))

    def allowed(self, scale: float) -> float:
        """The nearest scale between a little farther than all and one thing filling a hand."""
        return float(np.clip(scale, self.least, self.most))


class Cameras(NamedTuple):
    """The camera on sites and EVSEs, and that on the parties; in a network they are the same."""

    main: Camera
    parties: Camera

    def at(self, layout: Layout, x_px: float) -> str:
        """Which camera looks at a pixel: "main" or "parties"."""
        return "parties" if layout.kind == "map" and x_px < self.main.left else "main"

    def with_one(self, layout: Layout, which: str, camera: Camera) -> "Cameras":
        """With one camera in another place."""
        if layout.kind != "map":
            return Cameras(camera, camera)
        return self._replace(parties=camera) if which == "parties" else self._replace(main=camera)

    def resized(self, layout: Layout, width: float, height: float) -> "Cameras":
        """The same centres and scales in another size of window."""
        now = fit(layout, width, height)
        main, parties = (
            new._replace(x=old.x, y=old.y, scale=new.allowed(old.scale)) for old, new in zip(self, now, strict=True)
        )
        return Cameras(main, parties)


def fit(layout: Layout, width: float, height: float, *, whole: bool = False) -> Cameras:
    """A layout with a margin, but never larger than its natural size: the bulk of it, or the whole of it, with sites
    that lie far off."""
    bounds = layout.all_bounds if whole else layout.bounds
    if layout.kind != "map":
        all_of_it = _fitted(bounds, width, height, 0.0, TOP_PX, 1.15 / layout.unit, layout.cell)
        all_of_it = _bounded(all_of_it, layout)
        return Cameras(all_of_it, all_of_it)
    strip = strip_px(width)
    main = _fitted(bounds, max(width - strip, 40.0), height - _SCALE_PX, strip, _MARKER_PX, np.inf, layout.cell)
    # The scale bar has room of its own below all sites.
    main = _bounded(main._replace(height=height, y=main.y + _SCALE_PX / 2 / main.scale), layout)
    most = _LARGEST_NODE / layout.unit
    parties = _fitted(layout.party_bounds, strip, height, 0.0, _STRIP_TOP_PX, 1.15 / layout.unit, 170.0 / most)
    return Cameras(main, parties)


def _bounded(camera: Camera, layout: Layout) -> Camera:
    """Free to go as far away as the whole of the layout needs."""
    x0, y0, x1, y1 = layout.all_bounds
    whole = min(camera.width / max(x1 - x0, 1e-9), camera.height / max(y1 - y0, 1e-9)) * _SMALLEST
    return camera._replace(least=min(camera.least, whole))


def _fitted(
    bounds: tuple[float, float, float, float],
    width: float,
    height: float,
    left: float,
    top: float,
    largest: float,
    cell: float,
) -> Camera:
    x0, y0, x1, y1 = bounds
    room_x, room_y = max(width - 2 * MARGIN_PX, 20.0), max(height - MARGIN_PX - top, 20.0)
    scale = float(min(room_x / max(x1 - x0, 1e-9), room_y / max(y1 - y0, 1e-9), largest))
    least = scale * _SMALLEST
    # The room for headings above moves the middle down.
    y = (y0 + y1) / 2 - (top - MARGIN_PX) / 2 / scale
    return Camera((x0 + x1) / 2, y, scale, width, height, left, least, max(least, _LARGEST_CELL_PX / cell))
