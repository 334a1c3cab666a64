"""Where everything lies: two layouts of a network, both deterministic and linear in its size, so that 2,000 parties
do not freeze the window.

`network`: those who serve drivers left, hubs in the middle, CPOs right, and right of each CPO a block of cards, one a
site, with its EVSEs inside. `map`: the same cards at their coordinates in local metres (x east, y south); the parties,
which have no place, in a world of their own. networkx gives each party its column and its rank.

Few parties of a role stand one below the other, each CPO with its sites. Where there are more CPOs they stand on both
sides of those whom they speak with, and their sites lie `aside`, right of all; very many lie in boxes in boxes, as
gui/models/topology/groups.py parts them. A layout is made for a size of picture: it takes the arrangement that is
largest there.
"""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.cards import CELL, GAP, Floats, block_of, cards_of, width_for
from gui.models.topology.groups import FEW, MOST_NODES, Group, group_parties
from gui.models.topology.land import far_off, projection, side_by_side
from gui.models.topology.network import Network
from gui.models.topology.packing import Item, equalise, middle, shelve, spread

Kind = Literal["network", "map"]

NODE_W: Final = 150.0
NODE_H: Final = 44.0
MARGIN_PX: Final = 16.0
TOP_PX: Final = 30.0
"""Above a picture there is room for headings."""
USUAL_SIZE: Final = (900, 560)

READABLE_PILL: Final = 0.42
"""From this scale on a party in a crowd shows its id."""
_READABLE_W_PX: Final = 46.0
_READABLE_PITCH_PX: Final = 21.0
_READABLE_GROUP_PX: Final = (70.0, 31.0)

_ROW: Final = 30.0
_LANE: Final = 230.0
_MAP_LANE: Final = 84.0
_CROWD_LANE: Final = 0.4
_STEM: Final = 42.0
_ASPECTS: Final = (0.3, 0.5, 0.75, 1.1, 1.8, 3.2)
_CROWD_ASPECT: Final = 1.7
_TITLE: Final = 0.36
_NODE_PX: Final = 27.0
_WIDER_NODE: Final = 0.6
_WIDEST_NODE: Final = 1.8
_WIDER_LANE: Final = 1.0
_ASIDE_GAP: Final = 90.0
_ASIDE_LANE: Final = 400.0
_CELL_M: Final = 5.0
_SMALLEST_MAP_M: Final = 400.0
_OWN_PLACE_M: Final = 3.0
_STRIP_PART: Final = 0.36
_STRIP_PX: Final = (150.0, 360.0)

_COLUMN_OF: Final = {"hub": 1, "cpo": 2}

Bounds = tuple[float, float, float, float]


class Layout(NamedTuple):
    """Places in world units: pixels at scale 1 in a network, metres on a map, where parties have pixels of their own.

    `unit` is how many world units a party among few takes for one; `cell` is the distance of EVSEs. `party_size` is
    the width and height of each party; `group_box` are rows of x, y, width, height, as are `card` and `block`;
    `group_opens` is the scale from which what is in a group can be read. `block_party` says whose sites a block holds.
    `aside` are the parties whose blocks lie right of all, outside the first picture; `far` the sites of a map that do.
    `bounds` is what is shown at first, `all_bounds` everything.
    """

    kind: Kind
    unit: float
    cell: float
    party_xy: Floats
    party_size: Floats
    groups: list[Group]
    group_box: Floats
    group_opens: Floats
    site_xy: Floats
    card: Floats
    evse_xy: Floats
    block: Floats
    block_party: NDArray[np.int64]
    bounds: Bounds
    party_bounds: Bounds
    all_bounds: Bounds
    aside: NDArray[np.bool_]
    far: NDArray[np.bool_]


def lay_out(network: Network, kind: Kind, size: tuple[int, int] = USUAL_SIZE) -> Layout:
    """The layout of a network for a picture of so many pixels."""
    return Layouts(network).of(kind, size)


class Layouts:
    """The layouts of one network, for any size of picture; what does not depend on it is worked out once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._groups = group_parties(network, _on_both_sides(columns_of(network)))
        self._cards, self._inner_xy = cards_of(network)
        self._planners: dict[Kind, _Planner] = {}

    def of(self, kind: Kind, size: tuple[int, int]) -> Layout:
        """The layout of a kind for a picture of so many pixels."""
        if kind not in self._planners:
            self._planners[kind] = _Planner(self._network, self._groups, self._cards, has_blocks=kind == "network")
        planner = self._planners[kind]
        cards = self._cards.copy()
        if kind == "map":
            return _map_layout(self._network, planner, cards, self._inner_xy, size)
        return _network_layout(self._network, planner, cards, self._inner_xy, size)


def strip_px(width: float) -> float:
    """How wide the strip of parties beside a map is."""
    return float(round(min(max(width * _STRIP_PART, _STRIP_PX[0]), _STRIP_PX[1], width * 0.5)))


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


def _on_both_sides(columns: list[list[int]]) -> list[list[int]]:
    """More CPOs than stand well in one column are shared out to both sides of the others, so that no link has to pass
    below one of them; with hubs between, or too many to be told one by one, they stay."""
    providers, hubs, cpos = columns
    if hubs or not 0 < len(providers) <= MOST_NODES or not FEW < len(cpos) <= 2 * MOST_NODES:
        return columns
    half = (len(cpos) + 1) // 2
    ordered = sorted(cpos)
    return [ordered[:half], providers, ordered[half:]]


def _mean(values: Sequence[int]) -> float:
    return sum(values) / len(values) if values else 0.0


_Blocks = dict[int, tuple[float, float, list[Item]]]
"""Of each party the size of its block of cards, and each card in it."""


class _Look(NamedTuple):
    """What can be chosen about an arrangement."""

    aspect: float
    unit: float = 1.0
    node_w: float = NODE_W
    lane: float = _LANE


class _Plan(NamedTuple):
    """Columns of items with their widths, as high as the highest; blocks of cards by party."""

    look: _Look
    columns: list[list[Item]]
    widths: list[float]
    lane: float
    height: float
    solid: float
    blocks: _Blocks

    @property
    def width(self) -> float:
        """From the first column to the last."""
        return sum(self.widths) + self.lane * (len(self.widths) - 1)

    def scale(self, room: tuple[float, float]) -> float:
        """Pixels a world unit where it fills a picture."""
        return min(room[0] / max(self.width, 1.0), room[1] / max(self.height, 1.0), 1.15 / self.look.unit)


def _enlarge_crowds(items: list[Item], height: float) -> None:
    """Groups with fewer or smaller things in them are drawn larger, so that columns are about equally high."""
    crowds = [item for item in items if item.group >= 0]
    rest = sum(item.h + _ROW for item in items if item.group < 0)
    factor = (height - rest) / max(1.0, sum(item.h + _ROW for item in crowds))
    for item in crowds:
        item.scale = max(1.0, factor)
        item.w, item.h = item.w * item.scale, item.h * item.scale


class _Planner:
    """Arranges one network in the ways that a look asks for."""

    def __init__(self, network: Network, groups: list[Group], cards: Floats, has_blocks: bool) -> None:
        self._network = network
        self.groups = self._groups = groups
        self._boxes: dict[int, list[Item]] = {}
        self._crowd_blocks: _Blocks = {}
        self._cards = cards
        self._has_blocks = has_blocks
        roots = [number for number, group in enumerate(groups) if group.parent < 0]
        self._columns = [[n for n in roots if groups[n].column == column] for column in range(3)]
        self._columns = [column for column in self._columns if column]
        self.is_crowd = any(group.children for group in groups)
        count = sum(party.role == "cpo" for party in network.parties)
        self.has_aside = has_blocks and count > FEW and not any(g.role == "cpo" and g.children for g in groups)
        """Whether the sites of CPOs lie apart from them, because together nobody could read either."""
        self.aside: _Blocks = {}
        self.aside_items: list[Item] = []
        if self.has_aside:
            self._lay_aside()

    def _lay_aside(self) -> None:
        for party, sites in enumerate(self._network.sites_of):
            if sites:
                self.aside[party] = block_of(sites, self._cards, None)
                w, h, _ = self.aside[party]
                self.aside_items.append(Item(w, h, party=party))
        if self.aside_items:
            shelve(self.aside_items, _CROWD_ASPECT, _ASIDE_GAP, 0.0)

    def best(self, room: tuple[float, float], lane: float) -> _Plan:
        """The arrangement that can be read best in a room of so many pixels, widened to fill it."""
        plans = [self._fitting(room, _Look(aspect, lane=lane)) for aspect in _ASPECTS]
        plan = max(plans, key=lambda plan: self._merit(plan, room))
        spare = room[0] / plan.scale(room) - plan.width
        look = plan.look
        columns = max(1, len(plan.widths))
        spare = max(0.0, spare)
        few_only = not plan.blocks and not self.is_crowd
        wider = min((_WIDEST_NODE if few_only else _WIDER_NODE) * look.node_w, 0.6 * spare / columns)
        spare -= wider * columns
        longer = min(_WIDER_LANE * look.lane, spare / max(1, columns - 1))
        return self._plan(look._replace(node_w=look.node_w + wider, lane=look.lane + longer))

    def _merit(self, plan: _Plan, room: tuple[float, float]) -> float:
        """Large is good, if parties among few can be read; to see into crowds at once is better."""
        scale = plan.scale(room)
        crowds = [item for items in plan.columns for item in items if item.group >= 0]
        opened = sum(
            scale * item.scale >= _opens(np.array([(part.w, part.h) for part in item.items])) for item in crowds
        )
        readable = min(1.0, NODE_H * plan.look.unit * scale / _NODE_PX) if len(crowds) < len(plan.columns) else 1.0
        return scale * readable**2 * (1.0 + opened)

    def _fitting(self, room: tuple[float, float], look: _Look) -> _Plan:
        """With parties among few as large as they must be to be read, as far as that costs no height."""
        plan = self._plan(look)
        few = max((len(items) for items in plan.columns if not self._crowds(items)), default=0)
        if not few:
            return plan
        most = max(1.0, plan.solid / (few * (NODE_H + _ROW / 2)))
        for _ in range(3):
            unit = min(max(1.0, _NODE_PX / NODE_H / plan.scale(room)), most)
            plan = self._plan(look._replace(unit=unit, node_w=NODE_W * unit, lane=look.lane * unit))
        return plan

    def _crowds(self, items: Sequence[Item]) -> bool:
        return any(item.group >= 0 for item in items)

    def _plan(self, look: _Look) -> _Plan:
        blocks: _Blocks = {}
        columns = [self._column(roots, look, blocks) for roots in self._columns]
        row = _ROW * look.unit
        heights = [sum(item.h + row for item in items) for items in columns]
        solid = max(
            (sum(blocks.get(item.party, (0.0, item.h if item.group >= 0 else 0.0))[1] + _ROW for item in items))
            for items in columns
        ) if columns else 0.0  # fmt: skip
        height = max(heights, default=0.0)
        for items in columns:
            _enlarge_crowds(items, height)
            spread(items, height)
        widths = [max(item.w for item in items) for items in columns]
        lane = max(look.lane, _CROWD_LANE * max(widths) if self.is_crowd else 0.0)
        return _Plan(look, columns, widths, lane, height, solid, blocks | self._crowd_blocks)

    def _column(self, roots: list[int], look: _Look, blocks: _Blocks) -> list[Item]:
        items: list[Item] = []
        for root in roots:
            group = self._groups[root]
            if group.children:
                items.append(self._box(root, look.aspect))
                continue
            width = width_for(self._cards, look.aspect)
            for party in group.members.tolist():
                w, h = self._blocked(party, width, blocks)
                stem = _STEM * look.unit + w if w else 0.0
                items.append(Item(look.node_w + stem, max(NODE_H * look.unit, h), party=party))
        return items

    def _blocked(self, party: int, width: float | None, blocks: _Blocks) -> tuple[float, float]:
        sites = self._network.sites_of[party] if self._has_blocks and not self.has_aside else []
        if not sites:
            return 0.0, 0.0
        if party not in blocks:
            blocks[party] = block_of(sites, self._cards, width)
        return blocks[party][:2]

    def _box(self, root: int, aspect: float) -> Item:
        """The box of a crowd; all in it is worked out once."""
        if root not in self._boxes:
            self._boxes[root] = self._children(self._groups[root])
        return self._shelved(root, self._boxes[root], aspect)

    def _children(self, group: Group) -> list[Item]:
        items = [self._inner(child) for child in group.children]
        if all(self._groups[child].by == "ids" for child in group.children):
            # Who is in which is chance, so that a larger box would seem to tell something.
            equalise(items)
        return items

    def _inner(self, number: int) -> Item:
        group = self._groups[number]
        if group.children:
            return self._shelved(number, self._children(group), _CROWD_ASPECT)
        items = []
        for party in group.members.tolist():
            w, h = self._blocked(party, None, self._crowd_blocks)
            items.append(Item(NODE_W + (_STEM + w if w else 0.0), max(NODE_H, h), party=party))
        w, h = shelve(items, _CROWD_ASPECT, GAP, _TITLE * NODE_H)
        return Item(w, h, group=number, items=items)

    def _shelved(self, number: int, items: list[Item], aspect: float) -> Item:
        high = middle([item.h for item in items])
        w, h = shelve(items, aspect, 0.06 * high, _TITLE * high)
        return Item(w, h, group=number, items=items)


def _network_layout(
    network: Network, planner: _Planner, cards: Floats, inner_xy: Floats, size: tuple[int, int]
) -> Layout:
    room = (max(size[0] - 2 * MARGIN_PX, 40.0), max(size[1] - MARGIN_PX - TOP_PX, 40.0))
    layout = _parties(network, cards, planner, planner.best(room, _LANE))
    block = layout.block
    near = block[~layout.aside[layout.block_party]]
    bounds = _bounds(np.concatenate([_node_boxes(layout), near, layout.group_box]))
    return layout._replace(
        site_xy=cards[:, :2] + cards[:, 2:] / 2,
        card=cards,
        evse_xy=inner_xy + cards[network.evse_site, :2],
        bounds=bounds,
        party_bounds=bounds,
        all_bounds=_bounds(np.concatenate([_node_boxes(layout), block, layout.group_box])),
    )


def _map_layout(network: Network, planner: _Planner, cards: Floats, inner_xy: Floats, size: tuple[int, int]) -> Layout:
    per_px = _CELL_M / CELL
    room = (strip_px(size[0]) - 2 * MARGIN_PX, max(size[1] - 3 * MARGIN_PX, 40.0))
    layout = _parties(network, cards, planner, planner.best(room, _MAP_LANE))
    cards, inner_xy = cards * per_px, inner_xy * per_px
    places = projection(network)
    own_xy = places.metres([(site.latitude, site.longitude) for site in network.sites])
    site_xy = side_by_side(own_xy, cards[:, 2:])
    cards[:, :2] = site_xy - cards[:, 2:] / 2
    evse_xy = inner_xy
    if network.evses:
        place_xy = places.metres([(evse.latitude, evse.longitude) for evse in network.evses])
        away = np.hypot(*(place_xy - own_xy[network.evse_site]).T) > _OWN_PLACE_M
        evse_xy = np.where(away[:, None], place_xy, inner_xy + cards[network.evse_site, :2])
    points = np.column_stack([site_xy, np.zeros_like(site_xy)])
    far = far_off(own_xy)
    return layout._replace(
        kind="map",
        cell=_CELL_M,
        site_xy=site_xy,
        card=cards,
        evse_xy=evse_xy,
        bounds=_grown(_bounds(points[~far]), _SMALLEST_MAP_M),
        all_bounds=_grown(_bounds(points), _SMALLEST_MAP_M),
        far=far,
        party_bounds=_bounds(np.concatenate([_node_boxes(layout), layout.group_box])),
    )


def _parties(network: Network, cards: Floats, planner: _Planner, plan: _Plan) -> Layout:
    """Parties, groups and blocks in place, and cards moved to theirs; what lies on a map is still to be filled in."""
    groups = planner.groups
    unit, few_w = plan.look.unit, plan.look.node_w
    count = len(network.parties)
    party_xy, party_size = np.zeros((count, 2)), np.tile((NODE_W, NODE_H), (count, 1))
    group_box = np.zeros((len(groups), 4))
    outline: list[tuple[float, float, float, float]] = []
    outline_party: list[int] = []
    left = 0.0
    for items, width in zip(plan.columns, plan.widths, strict=True):
        for column_item in items:
            few = column_item.group < 0
            for item, x, y, w, h, scale in column_item.placed(
                left + (0.0 if few else (width - column_item.w) / 2), 0.0
            ):
                if item.group >= 0:
                    group_box[item.group] = x, y, w, h
                    continue
                node_w, node_h = (few_w, NODE_H * unit) if few else (NODE_W * scale, NODE_H * scale)
                party_xy[item.party] = x + node_w / 2, y + h / 2
                party_size[item.party] = node_w, node_h
                block_w, block_h, corners = plan.blocks.get(item.party, (0.0, 0.0, []))
                if corners:
                    block_x, block_y = x + node_w + _STEM * (unit if few else scale), y + (h - block_h) / 2
                    for corner in corners:
                        cards[corner.party, :2] = block_x + corner.x, block_y + corner.y
                    outline.append((block_x, block_y, block_w, block_h))
                    outline_party.append(item.party)
        left += width + plan.lane
    for item in planner.aside_items:
        block_x, block_y = left - plan.lane + _ASIDE_LANE * unit + item.x, item.y
        for corner in planner.aside[item.party][2]:
            cards[corner.party, :2] = block_x + corner.x, block_y + corner.y
        outline.append((block_x, block_y, item.w, item.h))
        outline_party.append(item.party)
    aside = np.zeros(count, np.bool_)
    aside[[item.party for item in planner.aside_items]] = True
    block = np.array(outline).reshape(-1, 4)
    block_party = np.array(outline_party, np.int64)
    nothing = (0.0, 0.0, 1.0, 1.0)
    empty = np.empty((0, 2))
    layout = Layout(
        "network", unit, CELL, party_xy, party_size, groups, group_box, np.zeros(len(groups)),
        empty, cards, empty, block, block_party, nothing, nothing, nothing, aside,
        np.zeros(len(network.sites), np.bool_),
    )  # fmt: skip
    return layout._replace(group_opens=_complete(layout))


def _complete(layout: Layout) -> Floats:
    """Give groups of few a box around their parties; from which scale on each group's content can be read."""
    nodes = _node_boxes(layout)
    opens = np.zeros(len(layout.groups))
    for number, group in enumerate(layout.groups):
        if group.parent < 0 and not group.children:
            beside = layout.block_party[~layout.aside[layout.block_party]]
            blocks = layout.block[~layout.aside[layout.block_party]][np.isin(beside, group.members)]
            x0, y0, x1, y1 = _bounds(np.concatenate([nodes[group.members], blocks]))
            layout.group_box[number] = x0, y0, x1 - x0, y1 - y0
            pitch = np.diff(np.sort(layout.party_xy[group.members, 1])).min(initial=np.inf)
            width = layout.party_size[group.members, 0].min()
            opens[number] = max(_READABLE_PITCH_PX / pitch, _READABLE_W_PX / width) if len(group.members) > 1 else 0.0
        elif group.children:
            opens[number] = _opens(layout.group_box[list(group.children), 2:])
        else:
            opens[number] = READABLE_PILL * NODE_W / float(layout.party_size[group.members, 0].min())
    return opens


def _opens(sizes: Floats) -> float:
    """The scale from which most boxes of these sizes can be read."""
    return float((np.array(_READABLE_GROUP_PX) / np.median(sizes, axis=0)).max())


def _node_boxes(layout: Layout) -> Floats:
    return np.column_stack([layout.party_xy - layout.party_size / 2, layout.party_size])


def _bounds(boxes: Floats) -> Bounds:
    if not len(boxes):
        return 0.0, 0.0, 1.0, 1.0
    low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _grown(bounds: Bounds, least: float) -> Bounds:
    """At least this wide and high, around the same centre, and with some room at the edges."""
    x0, y0, x1, y1 = bounds
    w, h = max(least, (x1 - x0) * 1.1), max(least, (y1 - y0) * 1.1)
    return (x0 + x1 - w) / 2, (y0 + y1 - h) / 2, (x0 + x1 + w) / 2, (y0 + y1 + h) / 2
