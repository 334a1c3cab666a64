"""What is to be told of a group of parties: how many are in which state, and what they carry."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.model import TopologyModel
from gui.models.topology.network import Network
from gui.models.topology.outages import DOWN
from gui.models.topology.statuses import STATUSES

BADNESS: Final = (
    *("OUTOFORDER", "INOPERATIVE", "BLOCKED", "UNKNOWN", "REMOVED", "RESERVED", "PLANNED"),
    *("CHARGING", "OCCUPIED", "AVAILABLE"),
)
"""EVSE statuses from the worst to the best."""


class Standing(NamedTuple):
    """How a group stands: parties offline of all, links down and links otherwise disturbed, messages a minute, and how
    many messages of its links failed in the last ten minutes."""

    parties: int
    offline: int
    down: int
    disturbed: int
    rate: float
    failed: int


def standing(model: TopologyModel, group: int) -> Standing:
    """How a group stands at the cursor's time."""
    members = model.layout.groups[group].members
    links = links_of(model.network, members)
    faults: list[str] = []
    if model.outages.links:
        inside = np.isin(list(model.outages.links), links).tolist()
        faults = [span.kind for span, is_inside in zip(model.outages.links.values(), inside, strict=True) if is_inside]
    down = sum(kind == DOWN for kind in faults)
    offline = int(np.isin(list(model.outages.parties), members).sum()) if model.outages.parties else 0
    rate, failed = float(model.rates[links].sum()), int(model.failed[links].sum())
    return Standing(len(members), offline, down, len(faults) - down, rate, failed)


def links_of(network: Network, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """The links of any of these parties."""
    belongs = np.zeros(len(network.parties), np.bool_)
    belongs[members] = True
    return np.flatnonzero(belongs[network.link_ends].any(axis=1))


def counts_by_party(model: TopologyModel) -> NDArray[np.int64]:
    """How many EVSEs of each party (row) are shown in each status (column)."""
    kinds = len(STATUSES)
    cells = model.network.evse_cpo * kinds + model.codes
    return np.bincount(cells, minlength=len(model.network.parties) * kinds).reshape(-1, kinds)


def worst_first(counts: NDArray[np.int64]) -> list[tuple[str, int]]:
    """Statuses with their counts: the worst first, then the others from the most frequent on."""
    there = {STATUSES[code]: int(counts[code]) for code in np.flatnonzero(counts).tolist()}
    worst = next((status for status in BADNESS if status in there), None)
    return sorted(there.items(), key=lambda item: (item[0] != worst, -item[1]))
