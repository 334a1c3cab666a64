"""Where everything lies: two layouts of a network, both deterministic and linear in its size, so that 2,000 parties
do not freeze the window.

`network`: those who serve drivers left, hubs in the middle, CPOs right, and right of each CPO a block of cards, one a
site, with its EVSEs inside. `map`: the same cards at their coordinates in local metres (x east, y south), the parties
in columns west of them, because a back office has no place. networkx gives each party its column and its rank.
"""

from collections.abc import Iterator, Sequence
from math import ceil, cos, radians, sqrt
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.network import Network

Floats = NDArray[np.float64]
Kind = Literal["network", "map"]

NODE_W: Final = 150.0
NODE_H: Final = 44.0
CELL: Final = 28.0
HEAD: Final = 34.0
PAD: Final = 10.0

_CARD_W: Final = 168.0
_GAP: Final = 14.0
_ROW: Final = 30.0
_LANE: Final = 230.0
_MAP_LANE: Final = 150.0
_ONE_COLUMN: Final = 8
_ASPECT: Final = 1.5
_BLOCKS_ASPECT: Final = 0.85
_LEFT_ASPECT: Final = 0.5
_SMALLEST_UNIT: Final = 0.25
_CELL_M: Final = 5.0
_EARTH_M: Final = 6_371_008.8
_SMALLEST_MAP_M: Final = 400.0
_STRIP: Final = 560.0
_OWN_PLACE_M: Final = 3.0

_COLUMN_OF: Final = {"hub": 1, "cpo": 2}


class Layout(NamedTuple):
    """Places in world units: pixels at scale 1 in a network, metres on a map.

    `unit` is how many world units the drawing of parties takes for one; `cell` is the distance of EVSEs. `card` and
    `block` are rows of x, y, width, height; `block_party` says whose sites a block holds.
    """

    kind: Kind
    unit: float
    cell: float
    party_xy: Floats
    site_xy: Floats
    card: Floats
    evse_xy: Floats
    block: Floats
    block_party: NDArray[np.int64]
    bounds: tuple[float, float, float, float]
    west: float
    """On a map: where the land begins, east of the parties, which have no place."""


class _Box(NamedTuple):
    """Something to be packed: a party with what hangs on it."""

    party: int
    w: float
    h: float


def lay_out(network: Network, kind: Kind) -> Layout:
    """The layout of a network."""
    return _map_layout(network) if kind == "map" else _network_layout(network)


def columns_of(network: Network) -> list[list[int]]:
    """The parties left, in the middle and right; in a column, parties that speak with the same peers lie together."""
    if not network.parties:
        return [[], [], []]
    # Loaded here for the same reason as in Network.graph.
    import networkx as nx  # type: ignore[import-untyped]

    graph = network.graph.copy()
    for index, party in enumerate(network.parties):
        graph.nodes[index]["column"] = _COLUMN_OF.get(party.role, 0)
    places = nx.multipartite_layout(graph, subset_key="column")
    columns: list[list[int]] = [[], [], []]
    for index in sorted(places, key=lambda index: (places[index][1], index)):
        columns[graph.nodes[index]["column"]].append(index)
    rank = {index: place for place, index in enumerate(columns[2])}
    for column in columns[:2]:
        mean = {index: _mean([rank[peer] for peer in graph.neighbors(index) if peer in rank]) for index in column}
        column.sort(key=lambda index: (mean[index], index))
    return columns


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else 0.0


def _network_layout(network: Network) -> Layout:
    left, middle, right = columns_of(network)
    cards, _, inner_xy = _cards(network, CELL)
    width = sqrt(_BLOCKS_ASPECT * _area(cards)) if len(right) <= _ONE_COLUMN else None
    blocks = {party: _shelve(network.sites_of[party], cards, width) for party in right}
    unit = _node_unit([blocks[party][1] for party in right], len(left)) if len(right) <= _ONE_COLUMN else 1.0
    node_w, node_h, stem = NODE_W * unit, NODE_H * unit, _GAP * 3 * unit
    boxes = []
    for party in right:
        w, h, _ = blocks[party]
        boxes.append(_Box(party, node_w + (stem + w if w else 0.0), max(node_h, h)))
    height = _column_height(boxes, unit)
    party_xy = np.zeros((len(network.parties), 2))
    x = _stack([_Box(party, node_w, node_h) for party in left], height, 0.0, unit, party_xy)
    if middle:
        x = _stack([_Box(party, node_w, node_h) for party in middle], height, x + _LANE * unit, unit, party_xy)
    _stack(boxes, height, x + _LANE * unit if left or middle else 0.0, unit, party_xy)
    outline, outline_party = [], []
    for party in right:
        w, h, corners = blocks[party]
        if not corners:
            continue
        block_x, block_y = party_xy[party, 0] + node_w / 2 + stem, party_xy[party, 1] - h / 2
        for site, (corner_x, corner_y) in corners.items():
            cards[site, :2] = block_x + corner_x, block_y + corner_y
        outline.append((block_x, block_y, w, h))
        outline_party.append(party)
    block = np.array(outline).reshape(-1, 4)
    return Layout(
        kind="network",
        unit=unit,
        cell=CELL,
        party_xy=party_xy,
        site_xy=cards[:, :2] + cards[:, 2:] / 2,
        card=cards,
        evse_xy=inner_xy + cards[network.evse_site, :2],
        block=block,
        block_party=np.array(outline_party, np.int64),
        bounds=_bounds(np.concatenate([_node_boxes(party_xy, unit), block, cards])),
        west=0.0,
    )


def _area(cards: Floats) -> float:
    return float(((cards[:, 2] + _GAP) * (cards[:, 3] + _GAP)).sum())


def _node_unit(block_heights: Sequence[float], left: int) -> float:
    """How large parties are drawn beside blocks so high that all is readable at once, with so many on the left."""
    height = sum(block_heights) + _ROW * len(block_heights)
    room = height * sqrt(_LEFT_ASPECT / max(1, left * (NODE_W + _ROW) * (NODE_H + _ROW)))
    return max(_SMALLEST_UNIT, min(max(1.0, height / _STRIP), room)) if height else 1.0


def _map_layout(network: Network) -> Layout:
    unit = _CELL_M / CELL
    cards, _, inner_xy = _cards(network, CELL)
    cards, inner_xy = cards * unit, inner_xy * unit
    project = _projection(network)
    site_xy = project([(site.latitude, site.longitude) for site in network.sites])
    cards[:, :2] = site_xy - cards[:, 2:] / 2
    if network.evses:
        own_xy = project([(evse.latitude, evse.longitude) for evse in network.evses])
        away = np.hypot(*(own_xy - site_xy[network.evse_site]).T) > _OWN_PLACE_M
        evse_xy = np.where(away[:, None], own_xy, inner_xy + cards[network.evse_site, :2])
    else:
        evse_xy = inner_xy
    x0, y0, x1, y1 = _grown(_bounds(np.column_stack([site_xy, np.zeros_like(site_xy)])), _SMALLEST_MAP_M)
    left, middle, right = columns_of(network)
    columns = [column for column in (left, middle, right) if column]
    boxes = [[_Box(party, NODE_W, NODE_H) for party in column] for column in columns]
    strip = max([_STRIP, *(_column_height(column, 1.0) for column in boxes)])
    extent = max(y1 - y0, (x1 - x0) / _ASPECT)
    unit = extent / strip
    party_xy = np.zeros((len(network.parties), 2))
    x = 0.0
    for column in boxes:
        x = _stack(column, strip, x, 1.0, party_xy) + _MAP_LANE
    party_xy = party_xy * unit + (x0 - (x - _MAP_LANE + _LANE / 3) * unit, (y0 + y1 - extent) / 2)
    bounds = _bounds(np.concatenate([_node_boxes(party_xy, unit), [[x0, y0, x1 - x0, y1 - y0]]]))
    return Layout(
        kind="map",
        unit=unit,
        cell=_CELL_M,
        party_xy=party_xy,
        site_xy=site_xy,
        card=cards,
        evse_xy=evse_xy,
        block=np.empty((0, 4)),
        block_party=np.empty(0, np.int64),
        bounds=bounds,
        west=x0 - _GAP * unit,
    )


def _cards(network: Network, cell: float) -> tuple[Floats, NDArray[np.int64], Floats]:
    """Cards of each site at the origin, the place of each EVSE in its site, and its centre within the card."""
    sizes = network.site_sizes()
    columns = np.maximum(np.ceil(np.sqrt(sizes * 1.8)), (_CARD_W - 2 * PAD) // CELL)
    columns = np.minimum(columns, np.maximum(sizes, 1))
    rows = np.ceil(sizes / columns)
    cards = np.zeros((len(network.sites), 4))
    cards[:, 2] = np.maximum(_CARD_W, columns * cell + 2 * PAD)
    cards[:, 3] = HEAD + rows * cell + PAD
    places = np.arange(len(network.evses)) - np.searchsorted(network.evse_site, network.evse_site)
    per_row = columns[network.evse_site] if network.evses else np.empty(0)
    across, down = places % per_row, places // per_row
    return cards, places, np.column_stack([PAD + (across + 0.5) * cell, HEAD + (down + 0.5) * cell])


def _shelve(
    sites: Sequence[int], cards: Floats, width: float | None
) -> tuple[float, float, dict[int, tuple[float, float]]]:
    """Put cards in rows not much wider than asked: the size of the block they make and the corner of each in it.

    Rows are then made as equal as can be without adding one.
    """
    if not sites:
        return 0.0, 0.0, {}
    widths, least = cards[sites, 2] + _GAP, float(cards[sites, 2].max()) + 2 * _GAP
    first = _rows(sites, cards, max(width or sqrt(_area(cards[sites]) * _ASPECT), least))
    count = len({y for _, y in first[2].values()})
    even = _rows(sites, cards, max(float(widths.sum()) / count + _GAP, least))
    return even if len({y for _, y in even[2].values()}) == count else first


def _rows(sites: Sequence[int], cards: Floats, limit: float) -> tuple[float, float, dict[int, tuple[float, float]]]:
    corners = {}
    x, y, shelf, widest = _GAP, _GAP, 0.0, 0.0
    for site in sites:
        w, h = float(cards[site, 2]), float(cards[site, 3])
        if x > _GAP and x + w + _GAP > limit * 1.02:
            x, y, shelf = _GAP, y + shelf + _GAP, 0.0
        corners[site] = (x, y)
        x, shelf = x + w + _GAP, max(shelf, h)
        widest = max(widest, x)
    return widest, y + shelf + _GAP, corners


def _column_height(boxes: Sequence[_Box], unit: float) -> float:
    """How high a column is: all boxes if they are few, else about as high as the whole picture shall be."""
    row = _ROW * unit
    total = sum(box.h + row for box in boxes)
    if len(boxes) <= _ONE_COLUMN:
        return total
    area = sum((box.w + row) * (box.h + row) for box in boxes)
    return max(sqrt(area / _ASPECT), max(box.h for box in boxes) + row)


def _stack(boxes: Sequence[_Box], height: float, x: float, unit: float, party_xy: Floats) -> float:
    """Place boxes in as many columns as the height asks for, spread over it; the right edge of the last."""
    for column in _columns(boxes, height, _ROW * unit):
        free = max(0.0, height - sum(box.h for box in column)) / len(column)
        y = free / 2
        for box in column:
            party_xy[box.party] = x + NODE_W * unit / 2, y + box.h / 2
            y += box.h + free
        x += max(box.w for box in column) + _ROW * unit
    return x - _ROW * unit if boxes else x


def _columns(boxes: Sequence[_Box], height: float, row: float) -> Iterator[list[_Box]]:
    """Columns of about equal length, none higher than asked if it has more than one box."""
    if not boxes:
        return
    total = sum(box.h + row for box in boxes)
    even = total / max(1, ceil(total / max(height, 1.0) - 1e-6))
    column: list[_Box] = []
    filled = 0.0
    for box in boxes:
        need = box.h + row
        if column and (filled + need > height * 1.000001 or filled + need / 2 > even * 1.000001):
            yield column
            column, filled = [], 0.0
        column.append(box)
        filled += need
    yield column


class _Projection(NamedTuple):
    """Degrees to metres east and south of a centre; equirectangular, so true at the centre's latitude."""

    latitude: float
    longitude: float

    def __call__(self, degrees: Sequence[tuple[float, float]]) -> Floats:
        places = np.array(degrees, np.float64).reshape(-1, 2)
        east = (places[:, 1] - self.longitude + 180.0) % 360.0 - 180.0
        metres = _EARTH_M * np.radians(np.column_stack([east, self.latitude - places[:, 0]]))
        metres[:, 0] *= cos(radians(self.latitude))
        return metres


def _projection(network: Network) -> _Projection:
    if not network.sites:
        return _Projection(0.0, 0.0)
    longitudes = np.radians([site.longitude for site in network.sites])
    longitude = np.degrees(np.arctan2(np.sin(longitudes).sum(), np.cos(longitudes).sum()))
    latitudes = [site.latitude for site in network.sites]
    return _Projection((min(latitudes) + max(latitudes)) / 2, float(longitude))


def _node_boxes(party_xy: Floats, unit: float) -> Floats:
    size = np.array([NODE_W, NODE_H]) * unit
    return np.column_stack([party_xy - size / 2, np.tile(size, (len(party_xy), 1))])


def _bounds(boxes: Floats) -> tuple[float, float, float, float]:
    if not len(boxes):
        return 0.0, 0.0, 1.0, 1.0
    low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _grown(bounds: tuple[float, float, float, float], least: float) -> tuple[float, float, float, float]:
    """At least this wide and high, around the same centre, and with some room at the edges."""
    x0, y0, x1, y1 = bounds
    w, h = max(least, (x1 - x0) * 1.1), max(least, (y1 - y0) * 1.1)
    return (x0 + x1 - w) / 2, (y0 + y1 - h) / 2, (x0 + x1 + w) / 2, (y0 + y1 + h) / 2
