"""Sites at their coordinates, in local metres: x east, y south. Knows no parties: these have no coordinates."""

from collections.abc import Sequence
from math import ceil, cos, radians, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.cards import Floats
from gui.models.topology.network import Network

_EARTH_M: Final = 6_371_008.8
_SAME_M: Final = 2.0
_GAP_M: Final = 4.0
_FAR_SPANS: Final = 0.75
_NEAR_M: Final = 500.0


class Projection(NamedTuple):
    """Degrees to metres east and south of a centre; equirectangular, so true at the centre's latitude."""

    latitude: float
    longitude: float

    def metres(self, degrees: Sequence[tuple[float, float]]) -> Floats:
        """Places (latitude, longitude) in metres."""
        places = np.array(degrees, np.float64).reshape(-1, 2)
        east = (places[:, 1] - self.longitude + 180.0) % 360.0 - 180.0
        metres = _EARTH_M * np.radians(np.column_stack([east, self.latitude - places[:, 0]]))
        metres[:, 0] *= cos(radians(self.latitude))
        return metres


def projection(network: Network) -> Projection:
    """Around the middle of all sites; the date line is no border."""
    if not network.sites:
        return Projection(0.0, 0.0)
    longitudes = np.radians([site.longitude for site in network.sites])
    longitude = np.degrees(np.arctan2(np.sin(longitudes).sum(), np.cos(longitudes).sum()))
    latitudes = [site.latitude for site in network.sites]
    return Projection(float(np.median(latitudes)), float(longitude))


def far_off(site_xy: Floats) -> NDArray[np.bool_]:
    """Which sites lie so far from nearly all others (the 2nd to the 98th percentile) that a picture of all would show
    nothing of these."""
    if not len(site_xy):
        return np.zeros(0, np.bool_)
    low, high = np.percentile(site_xy, (2, 98), axis=0)
    margin = _FAR_SPANS * np.maximum(high - low, _NEAR_M)
    far: NDArray[np.bool_] = ((site_xy < low - margin) | (site_xy > high + margin)).any(axis=1)
    return far


def side_by_side(site_xy: Floats, sizes: Floats) -> Floats:
    """Sites that share their coordinates are moved next to each other, by the size of the cards they get from near."""
    moved = site_xy.copy()
    sharing: dict[tuple[int, int], list[int]] = {}
    for site, (x, y) in enumerate(np.round(site_xy / _SAME_M).astype(np.int64).tolist()):
        sharing.setdefault((x, y), []).append(site)
    for sites in sharing.values():
        if len(sites) < 2:
            continue
        columns = ceil(sqrt(len(sites)))
        rows = ceil(len(sites) / columns)
        w, h = sizes[sites].max(axis=0) + _GAP_M
        for place, site in enumerate(sites):
            right, down = place % columns - (columns - 1) / 2, place // columns - (rows - 1) / 2
            moved[site] = site_xy[sites[0]] + (right * w, down * h)
    return moved
