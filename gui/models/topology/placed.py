"""A layout seen through its cameras: everything in pixels, with how much detail there is room for. Painter and mouse
read the same numbers, so that what is clicked is what is seen. Knows no Qt.
"""

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.camera import Cameras
from gui.models.topology.cards import Floats
from gui.models.topology.layout import Layout
from gui.models.topology.network import Network
from gui.models.topology.spots import find_spots
from gui.models.topology.traffic import Dots, Flags, Ints

LANE_PX: Final = 5.0
WORDS_PX: Final = 84.0
"""From this distance of EVSEs on there is room for words at each."""

_WIDEST_LANE_PX: Final = 40.0
_GOLDEN: Final = 0.618_034
"""Multiples of it spread evenly between whole numbers."""
_LARGEST_NODE_PX: Final = (210.0, 53.0)
_SMALLEST_NODE_PX: Final = (44.0, 19.0)
_SMALLEST_CELL_PX: Final = 8.0
"""In less a circle and a square look alike, and colour alone would tell statuses."""
_SMALLEST_MAP_CELL_PX: Final = 7.0
_LEAST_GAP_PX: Final = 24.0
_SHORTEST_PX: Final = 16.0
_NEAR_DOT_PX: Final = 9.0
_NEAR_LINK_PX: Final = 6.0
_NEAR_MARKER_PX: Final = 14.0

Kind = Literal["", "message", "evse", "party", "group", "site", "spot", "link", "bundle"]


class Hit(NamedTuple):
    """What lies under a pixel: the kind and its index (of a message its number).

    `group`: several parties drawn as one; `spot`: several sites drawn as one; `bundle`: several links drawn as one.
    """

    kind: Kind
    item: int


NO_HIT: Final = Hit("", -1)


class Placed:
    """Pixel places of parties, groups, links, cards and EVSEs.

    A party is shown by itself (`party_shown`) or as part of a closed group; `party_node` is the number of what stands
    for it: its own, or behind all parties that of the group. `node_px` are their boxes (x, y, width, height).
    `evses_drawn`: there is room to draw each; else a site tells how many are in which status. `cards_drawn`: sites are
    cards; else (a map seen from afar) markers, the `spots`. `*_seen` are the indices of what lies within the window.
    """

    def __init__(self, network: Network, layout: Layout, cameras: Cameras) -> None:
        self.layout = layout
        self.cameras = cameras
        self.camera = camera = cameras.main
        self._network = network
        self._place_parties()
        self._tie_links()
        scale = camera.scale
        self.cell_px = layout.cell * scale
        on_map = layout.kind == "map"
        self.evses_drawn = self.cell_px >= (_SMALLEST_MAP_CELL_PX if on_map else _SMALLEST_CELL_PX)
        self.cards_drawn = self.evses_drawn or not on_map
        shows = self.party_shown | layout.aside
        own = shows[network.site_cpo] if not on_map else np.ones(len(network.sites), np.bool_)
        self.site_px = camera.px(layout.site_xy)
        self.card_px = np.column_stack([camera.px(layout.card[:, :2]), layout.card[:, 2:] * scale])
        self.sites_seen = self._sites_seen(own)
        self.spots = find_spots(self.site_px, network.site_sizes(), scale) if not self.cards_drawn else None
        self.block_px = np.column_stack([camera.px(layout.block[:, :2]), layout.block[:, 2:] * scale])
        self.blocks_seen = np.flatnonzero(shows[layout.block_party])
        self.evse_px = camera.px(layout.evse_xy) if self.evses_drawn else np.empty((0, 2))
        shown = own[network.evse_site] if network.evses else np.empty(0, np.bool_)
        self._evse_shown = shown if self.evses_drawn else np.empty(0, np.bool_)
        self.evses_seen = self._seen(self.evse_px, self.cell_px, self._evse_shown)

    def _place_parties(self) -> None:
        layout, camera = self.layout, self.cameras.parties
        scale = camera.scale
        count = len(layout.party_xy)
        self.party_px = camera.px(layout.party_xy)
        sizes = np.clip(layout.party_size * scale, _SMALLEST_NODE_PX, _LARGEST_NODE_PX)
        boxes = np.column_stack([camera.px(layout.group_box[:, :2]), layout.group_box[:, 2:] * scale])
        self.node_px = np.concatenate([np.column_stack([self.party_px - sizes / 2, sizes]), boxes])
        self.party_shown: Flags = np.zeros(count, np.bool_)
        self.party_node: Ints = np.arange(count)
        seen = self._overlaps(boxes, camera.left, camera.width)
        visible = np.zeros(len(boxes), np.bool_)
        closed: list[int] = []
        opened: list[int] = []
        for number, group in enumerate(layout.groups):
            if group.parent >= 0 and not visible[number]:
                continue
            if not (seen[number] and scale >= layout.group_opens[number]):
                closed.append(number)
                self.party_node[group.members] = count + number
                continue
            opened.append(number)
            visible[list(group.children)] = True
            if not group.children:
                self.party_shown[group.members] = True
        self.closed_groups = [number for number in closed if seen[number]]
        self.open_groups = opened
        self.is_shown: Flags = np.concatenate([self.party_shown, np.isin(np.arange(len(boxes)), closed)])
        inside = self._overlaps(self.node_px[:count], camera.left, camera.width)
        self.parties_seen = np.flatnonzero(self.party_shown & inside)

    def _tie_links(self) -> None:
        """Links between what stands for their parties; those between the same two make one bundle."""
        network, count = self._network, len(self.node_px)
        ends = self.party_node[network.link_ends]
        low, high = ends.min(axis=1), ends.max(axis=1)
        keys, of, sizes = np.unique(low * count + high, return_inverse=True, return_counts=True)
        within = low == high
        self.bundle_of: Ints = np.where(within, -1, of.reshape(-1))
        """The bundle of each link; -1: both its parties are in one closed group."""
        self.bundle_links: Ints = sizes
        self.bundle_nodes: Ints = np.column_stack([keys // max(1, count), keys % max(1, count)])
        self.bundle_px = self._between(self.bundle_nodes)
        drawn = self.bundle_nodes[:, 0] != self.bundle_nodes[:, 1]
        self.bundles_drawn = np.flatnonzero(drawn)
        turned = ends[:, 0] > ends[:, 1]
        self.link_px = self.bundle_px[of.reshape(-1)]
        self.link_px[turned] = self.link_px[turned][:, [2, 3, 0, 1]]

    def bundle_sums(self, per_link: Floats) -> Floats:
        """What links have, added up for each bundle."""
        inside = self.bundle_of >= 0
        sums = np.bincount(self.bundle_of[inside], per_link[inside], minlength=len(self.bundle_px))
        return sums.astype(np.float64)

    def dots_px(self, dots: Dots) -> Floats:
        """Pixel places of messages; each direction of a link has its own lane, on the right as one drives, and where
        many links are drawn as one a wider lane. What is behind a closed group, or within it, has no place: not a
        number."""
        ends = self.link_px[dots.link]
        along = ends[:, 2:] - ends[:, :2]
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        side = np.column_stack([-along[:, 1], along[:, 0]]) / length[:, None]
        wide = np.minimum(_WIDEST_LANE_PX, np.sqrt(self.bundle_links[self.bundle_of[dots.link]]) - 1.0)
        lane = LANE_PX + wide * (dots.link * _GOLDEN % 1.0)
        direction = np.where(dots.forward != dots.answer, lane, -lane)
        places: Floats = ends[:, :2] + along * dots.place[:, None] + side * direction[:, None]
        hidden = (self.bundle_of[dots.link] < 0) | (length < _SHORTEST_PX)
        for x, y, w, h in self.node_px[len(self.party_px) :][self.closed_groups].tolist():
            hidden |= (places[:, 0] > x) & (places[:, 0] < x + w) & (places[:, 1] > y) & (places[:, 1] < y + h)
        places[hidden] = np.nan
        return places

    def hit(self, dots: Dots, x: float, y: float) -> Hit:
        """What a click at a pixel means; what is drawn on top comes first."""
        on_land = self.cameras.at(self.layout, x) == "main"
        in_strip = not on_land or self.layout.kind != "map"
        if in_strip:
            near = _nearest(self.dots_px(dots), x, y, _NEAR_DOT_PX)
            if near >= 0:
                return Hit("message", int(dots.exchange[near]))
        if on_land and self.cell_px >= 5:
            evses = np.flatnonzero(self._evse_shown)
            near = _nearest(self.evse_px[evses], x, y, self.cell_px * 0.6)
            if near >= 0:
                return Hit("evse", int(evses[near]))
        if in_strip:
            node = self._node_at(x, y)
            if node >= 0:
                count = len(self.party_px)
                return Hit("party", node) if node < count else Hit("group", node - count)
        return self._land_hit(x, y) if on_land and self._land_hit(x, y).kind else self._link_hit(x, y, in_strip)

    def _land_hit(self, x: float, y: float) -> Hit:
        if self.spots is not None:
            near = _nearest(self.spots.xy, x, y, _NEAR_MARKER_PX)
            if near < 0:
                return NO_HIT
            sites = self.spots.sites(near)
            return Hit("site", int(sites[0])) if len(sites) == 1 else Hit("spot", near)
        low, high = self.card_px[:, :2], self.card_px[:, :2] + self.card_px[:, 2:]
        within: Flags = np.all((low <= (x, y)) & (high >= (x, y)), axis=1)
        inside = self.sites_seen[within[self.sites_seen]]
        return Hit("site", int(inside[-1])) if len(inside) else NO_HIT

    def _link_hit(self, x: float, y: float, in_strip: bool) -> Hit:
        bundle = self._bundle_at(x, y) if in_strip else -1
        if bundle < 0:
            return NO_HIT
        if self.bundle_links[bundle] > 1:
            return Hit("bundle", bundle)
        return Hit("link", int(np.flatnonzero(self.bundle_of == bundle)[0]))

    def neighbour(self, hit: Hit, right: int, down: int) -> Hit:
        """The nearest thing of its kind in a direction (1 right or down, -1 left or up) from one of them; the first if
        none is given (item -1); NO_HIT if there is none. Parties and closed groups are of one kind."""
        if hit.kind in ("party", "group"):
            nodes = np.flatnonzero(self.is_shown)
            points = self.node_px[nodes, :2] + self.node_px[nodes, 2:] / 2
            count = len(self.party_px)
            node = hit.item + count if hit.kind == "group" else int(self.party_node[hit.item]) if hit.item >= 0 else -1
            start = int(np.flatnonzero(nodes == node)[0]) if node >= 0 and node in nodes else -1
            found = _ahead(points, start, right, down)
            node = int(nodes[found]) if found >= 0 else -1
            return NO_HIT if node < 0 else Hit("party", node) if node < count else Hit("group", node - count)
        points = self.site_px if hit.kind == "site" else self.camera.px(self.layout.evse_xy)
        found = _ahead(points, hit.item, right, down)
        return Hit(hit.kind, found) if found >= 0 else NO_HIT

    def rect_of(self, kind: str, index: int) -> tuple[float, float, float, float]:
        """The pixel rectangle of a party, group, site, spot or EVSE, or around a link."""
        if kind in ("party", "group"):
            x, y, w, h = self.node_px[index + (len(self.party_px) if kind == "group" else 0)].tolist()
            return x, y, w, h
        if kind in ("link", "bundle"):
            x0, y0, x1, y1 = (self.link_px if kind == "link" else self.bundle_px)[index].tolist()
            return min(x0, x1), min(y0, y1), abs(x1 - x0), abs(y1 - y0)
        if kind == "evse" and self.evses_drawn:
            return _around(self.evse_px[index], self.cell_px, self.cell_px)
        if kind == "site" and self.cards_drawn:
            x, y, w, h = self.card_px[index].tolist()
            return x, y, w, h
        if kind == "spot" and self.spots is not None:
            return _around(self.spots.xy[index], 2 * _NEAR_MARKER_PX, 2 * _NEAR_MARKER_PX)
        if kind == "site" and self.spots is not None:
            return _around(self.spots.xy[self.spots.of[index]], 2 * _NEAR_MARKER_PX, 2 * _NEAR_MARKER_PX)
        site = index if kind == "site" else int(self._network.evse_site[index])
        return _around(self.site_px[site], 2 * _NEAR_MARKER_PX, 2 * _NEAR_MARKER_PX)

    def _between(self, nodes: Ints) -> Floats:
        """From side to side of two boxes each, or from top to bottom where one stands above the other."""
        a, b = self.node_px[nodes[:, 0]], self.node_px[nodes[:, 1]]
        a_xy, b_xy = a[:, :2] + a[:, 2:] / 2, b[:, :2] + b[:, 2:] / 2
        away = b_xy - a_xy
        apart = np.abs(away) - (a[:, 2:] + b[:, 2:]) / 2
        sideways = (apart[:, 0] > _LEAST_GAP_PX) | (apart[:, 0] >= apart[:, 1])
        way = np.where(np.column_stack([sideways, ~sideways]), np.sign(away), 0.0)
        return np.column_stack([a_xy + way * a[:, 2:] / 2, b_xy - way * b[:, 2:] / 2])

    def _overlaps(self, boxes: Floats, left: float, width: float) -> Flags:
        low, high = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
        inside: Flags = np.all((high >= (left, 0)) & (low <= (left + width, self.camera.height)), axis=1)
        return inside

    def _seen(self, points: Floats, size: float, shown: Flags) -> NDArray[np.int64]:
        boxes = np.column_stack([points - size / 2, np.full_like(points, size)])
        return np.flatnonzero(shown & self._overlaps(boxes, self.camera.left, self.camera.width))

    def _sites_seen(self, shown: Flags) -> NDArray[np.int64]:
        if not self.cards_drawn:
            return self._seen(self.site_px, 40.0, shown)
        return np.flatnonzero(shown & self._overlaps(self.card_px, self.camera.left, self.camera.width))

    def _node_at(self, x: float, y: float) -> int:
        inside = (self.node_px[:, :2] <= (x, y)) & (self.node_px[:, :2] + self.node_px[:, 2:] >= (x, y))
        found = np.flatnonzero(inside.all(axis=1) & self.is_shown)
        return int(found[0]) if len(found) else -1

    def _bundle_at(self, x: float, y: float) -> int:
        lines = self.bundle_px[self.bundles_drawn]
        a, along = lines[:, :2], lines[:, 2:] - lines[:, :2]
        toward = np.array([x, y]) - a
        share = np.clip((toward * along).sum(axis=1) / np.maximum((along**2).sum(axis=1), 1e-9), 0.0, 1.0)
        near = _nearest(a + along * share[:, None], x, y, _NEAR_LINK_PX)
        return int(self.bundles_drawn[near]) if near >= 0 else -1


def _ahead(points: Floats, item: int, right: int, down: int) -> int:
    """The nearest point in a direction from one of them; the first if there is none; -1 if nothing lies there."""
    if item < 0 or not len(points):
        return 0 if len(points) else -1
    away = points - points[item]
    ahead, aside = away @ (right, down), np.abs(away @ (down, right))
    cost = np.where(ahead > 1e-6, ahead + 2 * aside, np.inf)
    best = int(np.argmin(cost))
    return best if np.isfinite(cost[best]) else -1


def _nearest(points: Floats, x: float, y: float, reach: float) -> int:
    """The index of the nearest point within reach, the last of equals (it is drawn on top); -1 if there is none."""
    if not len(points):
        return -1
    away = np.nan_to_num(np.hypot(points[:, 0] - x, points[:, 1] - y)[::-1], nan=np.inf)
    index = int(np.argmin(away))
    return len(points) - 1 - index if away[index] <= reach else -1


def _around(centre: Floats, w: float, h: float) -> tuple[float, float, float, float]:
    return float(centre[0]) - w / 2, float(centre[1]) - h / 2, w, h
