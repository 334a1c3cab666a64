"""A layout seen through a camera: everything in pixels, with how much detail there is room for. Painter and mouse read
the same numbers, so that what is clicked is what is seen. Knows no Qt.
"""

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.camera import Camera
from gui.models.topology.layout import NODE_H, NODE_W, Floats, Layout
from gui.models.topology.network import Network
from gui.models.topology.traffic import Dots

NodeDetail = Literal["pill", "shape", "dot"]

LANE_PX: Final = 5.0
WORDS_PX: Final = 84.0
"""From this distance of EVSEs on there is room for words at each."""

_PILL: Final = 0.42
_SHAPE: Final = 0.16
_LARGEST_NODE: Final = 1.2
_SMALLEST_CELL_PX: Final = 2.2
_SMALLEST_MAP_CELL_PX: Final = 7.0
_NEAR_DOT_PX: Final = 9.0
_NEAR_LINK_PX: Final = 6.0
_NEAR_MARKER_PX: Final = 14.0


class Hit(NamedTuple):
    """What lies under a pixel: the kind and its index (of a message its number)."""

    kind: Literal["", "message", "evse", "party", "site", "link"]
    item: int


NO_HIT: Final = Hit("", -1)


class Placed:
    """Pixel places of parties, links, cards and EVSEs.

    `evses_drawn`: there is room to draw each; else a site tells how many are in which status. `cards_drawn`: sites are
    cards; else (a map seen from afar) markers. `*_seen` are the indices of what lies within the window.
    """

    def __init__(self, network: Network, layout: Layout, camera: Camera) -> None:
        self.layout = layout
        self.camera = camera
        scale = camera.scale
        self.node_scale = layout.unit * scale
        self.detail: NodeDetail = (
            "pill" if self.node_scale >= _PILL else "shape" if self.node_scale >= _SHAPE else "dot"
        )
        self.node_w, self.node_h = self._node_size()
        self.party_px = camera.px(layout.party_xy)
        self.parties_seen = self._seen(self.party_px, self.node_w, self.node_h + 30)
        self.cell_px = layout.cell * scale
        on_map = layout.kind == "map"
        self.evses_drawn = self.cell_px >= (_SMALLEST_MAP_CELL_PX if on_map else _SMALLEST_CELL_PX)
        self.cards_drawn = self.evses_drawn or not on_map
        self.site_px = camera.px(layout.site_xy)
        self.card_px = np.column_stack([camera.px(layout.card[:, :2]), layout.card[:, 2:] * scale])
        self.sites_seen = self._sites_seen()
        self.block_px = np.column_stack([camera.px(layout.block[:, :2]), layout.block[:, 2:] * scale])
        self.evse_px = camera.px(layout.evse_xy) if self.evses_drawn else np.empty((0, 2))
        self.evses_seen = self._seen(self.evse_px, self.cell_px, self.cell_px)
        self.link_px = self._link_ends(network)

    def dots_px(self, dots: Dots) -> Floats:
        """Pixel places of messages; each direction of a link has its own lane, on the right as one drives."""
        ends = self.link_px[dots.link]
        along = ends[:, 2:] - ends[:, :2]
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        side = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
        direction = np.where(dots.forward != dots.answer, LANE_PX, -LANE_PX)
        places: Floats = ends[:, :2] + along * dots.place[:, None] + side * direction[:, None]
        return places

    def hit(self, dots: Dots, x: float, y: float) -> Hit:
        """What a click at a pixel means; what is drawn on top comes first."""
        near = _nearest(self.dots_px(dots), x, y, _NEAR_DOT_PX)
        if near >= 0:
            return Hit("message", int(dots.exchange[near]))
        near = _nearest(self.evse_px, x, y, self.cell_px * 0.6) if self.cell_px >= 5 else -1
        if near >= 0:
            return Hit("evse", near)
        reach = np.maximum((self.node_w, self.node_h), 10) / 2
        inside = np.flatnonzero((np.abs(self.party_px - (x, y)) <= reach).all(axis=1))
        if len(inside):
            return Hit("party", int(inside[-1]))
        site = self._site_at(x, y)
        if site >= 0:
            return Hit("site", site)
        link = self._link_at(x, y)
        return Hit("link", link) if link >= 0 else NO_HIT

    def neighbour(self, kind: Literal["party", "site", "evse"], item: int, right: int, down: int) -> Hit:
        """The nearest thing of a kind in a direction (1 right or down, -1 left or up) from one of them; the first of
        them if none is given; NO_HIT if there is none."""
        points = {"party": self.party_px, "site": self.site_px, "evse": self.camera.px(self.layout.evse_xy)}[kind]
        if item < 0 or not len(points):
            return Hit(kind, 0) if len(points) else NO_HIT
        away = points - points[item]
        ahead, aside = away @ (right, down), np.abs(away @ (down, right))
        cost = np.where(ahead > 1e-6, ahead + 2 * aside, np.inf)
        best = int(np.argmin(cost))
        return Hit(kind, best) if np.isfinite(cost[best]) else NO_HIT

    def rect_of(self, kind: str, index: int) -> tuple[float, float, float, float]:
        """The pixel rectangle of a party, site or EVSE, or around a link."""
        if kind == "party":
            return _around(self.party_px[index], self.node_w, self.node_h)
        if kind == "link":
            x0, y0, x1, y1 = self.link_px[index].tolist()
            return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
        if kind == "evse" and self.evses_drawn:
            return _around(self.evse_px[index], self.cell_px, self.cell_px)
        if kind == "site" and self.cards_drawn:
            x, y, w, h = self.card_px[index].tolist()
            return x, y, w, h
        return _around(self.site_px[index], 2 * _NEAR_MARKER_PX, 2 * _NEAR_MARKER_PX)

    def _node_size(self) -> tuple[float, float]:
        if self.detail == "pill":
            scale = min(self.node_scale, _LARGEST_NODE)
            return NODE_W * scale, max(NODE_H * scale, 22.0)
        side = 16.0 if self.detail == "shape" else max(4.0, NODE_H * self.node_scale)
        return side, side

    def _seen(self, points: Floats, w: float, h: float) -> NDArray[np.int64]:
        reach, size = np.array([w, h]) / 2, (self.camera.width, self.camera.height)
        return np.flatnonzero(((points >= -reach) & (points <= size + reach)).all(axis=1))

    def _sites_seen(self) -> NDArray[np.int64]:
        if not self.cards_drawn:
            return self._seen(self.site_px, 40.0, 40.0)
        low, high = self.card_px[:, :2], self.card_px[:, :2] + self.card_px[:, 2:]
        return np.flatnonzero(((high >= 0) & (low <= (self.camera.width, self.camera.height))).all(axis=1))

    def _link_ends(self, network: Network) -> Floats:
        ends = network.link_ends
        a, b = self.party_px[ends[:, 0]].copy(), self.party_px[ends[:, 1]].copy()
        toward = np.sign(b[:, 0] - a[:, 0]) * self.node_w / 2
        a[:, 0] += toward
        b[:, 0] -= toward
        return np.column_stack([a, b])

    def _site_at(self, x: float, y: float) -> int:
        if not self.cards_drawn:
            return _nearest(self.site_px, x, y, _NEAR_MARKER_PX)
        low, high = self.card_px[:, :2], self.card_px[:, :2] + self.card_px[:, 2:]
        inside = np.flatnonzero(((low <= (x, y)) & (high >= (x, y))).all(axis=1))
        return int(inside[-1]) if len(inside) else -1

    def _link_at(self, x: float, y: float) -> int:
        a, along = self.link_px[:, :2], self.link_px[:, 2:] - self.link_px[:, :2]
        toward = np.array([x, y]) - a
        share = np.clip((toward * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-9), 0.0, 1.0)
        return _nearest(a + along * share[:, None], x, y, _NEAR_LINK_PX)


def _nearest(points: Floats, x: float, y: float, reach: float) -> int:
    """The index of the nearest point within reach, the last of equals (it is drawn on top); -1 if there is none."""
    if not len(points):
        return -1
    away = np.hypot(points[:, 0] - x, points[:, 1] - y)[::-1]
    index = int(np.argmin(away))
    return len(points) - 1 - index if away[index] <= reach else -1


def _around(centre: Floats, w: float, h: float) -> tuple[float, float, float, float]:
    return float(centre[0]) - w / 2, float(centre[1]) - h / 2, w, h
