"""Sites of a map seen from afar: those that would lie on one another make one spot. Knows no Qt."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.cards import Floats

_APART_PX: Final = 40.0
_RASTER_PX: Final = 24.0
_MANY: Final = 400
_LARGEST_PX: Final = 19.0


class Spots:
    """Markers in pixels: `xy` and `radius` of each; `of` is the spot of each site; `evses` how many there are."""

    def __init__(self, xy: Floats, of: NDArray[np.int64], evses: NDArray[np.int64]) -> None:
        self.xy = xy
        self.of = of
        self.evses = evses
        self.radius: Floats = np.minimum(11.0 + 1.6 * np.log2(np.maximum(evses, 1)), _LARGEST_PX)
        self._order = np.argsort(of, kind="stable")
        self._first = np.searchsorted(of[self._order], np.arange(len(xy) + 1))

    def sites(self, spot: int) -> NDArray[np.int64]:
        """The sites of a spot."""
        return self._order[self._first[spot] : self._first[spot + 1]]


def find_spots(site_px: Floats, evses: NDArray[np.int64], scale: float) -> Spots:
    """Spots that do not touch each other; where the largest sites are, the smaller ones near them join.

    Very many sites are first put together by a raster that is fixed to the ground, so that panning changes nothing.
    """
    count = len(site_px)
    of: NDArray[np.int64] = np.arange(count)
    points, sizes = site_px, evses
    if count > _MANY:
        raster = 2.0 ** np.ceil(np.log2(_RASTER_PX / scale)) * scale
        ground = site_px - site_px[0] if count else site_px
        cells = np.floor(ground / raster).astype(np.int64)
        _, first, of = np.unique(cells, axis=0, return_index=True, return_inverse=True)
        of = of.reshape(-1)
        points = site_px[first]
        sizes = np.bincount(of, evses, minlength=len(first)).astype(np.int64)
    kept: list[int] = []
    joins = np.zeros(len(points), np.int64)
    for point in np.argsort(-sizes, kind="stable").tolist():
        away = np.hypot(*(points[kept] - points[point]).T) if kept else np.empty(0)
        near = int(np.argmin(away)) if len(away) else -1
        if near >= 0 and away[near] < _APART_PX:
            joins[point] = near
        else:
            joins[point] = len(kept)
            kept.append(point)
    of = joins[of]
    return Spots(points[kept], of, np.bincount(of, evses, minlength=len(kept)).astype(np.int64))
