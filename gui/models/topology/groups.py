"""Parties in groups of groups, so that thousands can be told in a few words: by role, by hub or country, by id.

A group stands for its parties where these would be too small to be read; the picture opens it as one comes near.
"""

from collections.abc import Sequence
from math import ceil, log
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.network import Network

FEW: Final = 12
"""So many parties, or groups, lie in one group at most where nothing but their ids parts them."""

MOST_NODES: Final = 24
"""So many parties of a role stand in one column by themselves; more are parted into groups."""

_LEAST_PART: Final = 0.02
_MOST_PARTS: Final = 24


class Group(NamedTuple):
    """Some parties: all of a `role`, or those of it that `by` and `name` tell.

    `by` is "role" (all), "hub" (`name` is its name), "country" (`name` is its code), "others" or "ids" (`name` is the
    first id, `last` the last). `column` counts from the left. A group without `children` holds parties alone.
    """

    role: str
    by: str
    name: str
    last: str
    column: int
    members: NDArray[np.int64]
    parent: int
    children: tuple[int, ...]


def group_parties(network: Network, columns: Sequence[Sequence[int]]) -> list[Group]:
    """The groups of all columns, each after its parent; the members of a role that are few keep their order."""
    found: list[Group] = []
    for number, column in enumerate(columns):
        roles = dict.fromkeys(network.parties[party].role for party in column)
        for role in roles:
            members = [party for party in column if network.parties[party].role == role]
            root = Group(role, "role", "", "", number, np.array(members, np.int64), -1, ())
            _add(network, found, root, members)
    return found


def _add(network: Network, found: list[Group], group: Group, members: list[int]) -> int:
    """Add a group with all that it is parted into; its place."""
    place = len(found)
    found.append(group)
    if len(members) > (MOST_NODES if group.by == "role" else FEW):
        children = []
        for by, name, last, part in _parted(network, group, members):
            child = Group(group.role, by, name, last, group.column, np.array(part, np.int64), place, ())
            children.append(_add(network, found, child, part))
        found[place] = group._replace(children=tuple(children))
    return place


def _parted(network: Network, group: Group, members: list[int]) -> list[tuple[str, str, str, list[int]]]:
    """The parts of a group: by hub if several serve it, else by country, else by id."""
    if group.by == "role":
        for by, keys in (("hub", _hubs(network, members)), ("country", _countries(network, members))):
            parts: dict[str, list[int]] = {}
            for party, key in zip(members, keys, strict=True):
                parts.setdefault(key, []).append(party)
            least = len(members) * _LEAST_PART
            large = sorted(key for key, part in parts.items() if key and len(part) >= least)
            if 2 <= len(large) <= _MOST_PARTS:
                others = [party for key, part in parts.items() if key not in large for party in part]
                told = [(by, key, "", parts[key]) for key in large]
                return [*told, ("others", "", "", others)] if others else told
    return _by_id(network, members)


def _by_id(network: Network, members: list[int]) -> list[tuple[str, str, str, list[int]]]:
    """Parts of about equal size, with about as many parts in each part as there are parts."""
    ordered = sorted(members, key=lambda party: network.parties[party].id)
    levels = ceil(log(len(ordered)) / log(FEW) - 1e-9)
    count = min(FEW, ceil(len(ordered) ** (1 / max(levels, 2)) - 1e-9))
    parts = [part.tolist() for part in np.array_split(np.array(ordered), count)]
    return [("ids", network.parties[part[0]].id, network.parties[part[-1]].id, part) for part in parts]


def _hubs(network: Network, members: Sequence[int]) -> list[str]:
    """The name of the first hub that each party speaks with; empty without one."""
    names = []
    for party in members:
        hubs = [peer for peer in network.graph.neighbors(party) if network.parties[peer].role == "hub"]
        names.append(network.parties[min(hubs)].name if hubs and network.parties[party].role != "hub" else "")
    return names


def _countries(network: Network, members: Sequence[int]) -> list[str]:
    """The country that begins each party's id (OCPI: country_code, ISO 3166-1 alpha-2)."""
    return [network.parties[party].id.partition("-")[0] for party in members]
