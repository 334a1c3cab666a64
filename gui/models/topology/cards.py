"""The card of each site, with its EVSEs in rows, and blocks of cards that hang on a CPO."""

from collections.abc import Sequence
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gui.models.topology.network import Network
from gui.models.topology.packing import Item, shelve

Floats = NDArray[np.float64]

CELL: Final = 28.0
HEAD: Final = 34.0
PAD: Final = 10.0
GAP: Final = 14.0

_CARD_W: Final = 182.0


def cards_of(network: Network) -> tuple[Floats, Floats]:
    """Cards of each site at the origin (rows of x, y, width, height), and the centre of each EVSE within its card."""
    sizes = network.site_sizes()
    columns = np.maximum(np.ceil(np.sqrt(sizes * 1.8)), (_CARD_W - 2 * PAD) // CELL)
    columns = np.minimum(columns, np.maximum(sizes, 1))
    rows = np.maximum(np.ceil(sizes / np.maximum(columns, 1)), 1)
    # As many in each row: one alone in the last looks forgotten.
    columns = np.maximum(np.ceil(sizes / rows), 1)
    cards = np.zeros((len(network.sites), 4))
    cards[:, 2] = np.maximum(_CARD_W, columns * CELL + 2 * PAD)
    cards[:, 3] = HEAD + rows * CELL + PAD
    places = np.arange(len(network.evses)) - np.searchsorted(network.evse_site, network.evse_site)
    per_row = columns[network.evse_site] if network.evses else np.empty(0)
    across, down = places % per_row, places // per_row
    return cards, np.column_stack([PAD + (across + 0.5) * CELL, HEAD + (down + 0.5) * CELL])


def block_of(sites: Sequence[int], cards: Floats, width: float | None) -> tuple[float, float, list[Item]]:
    """Cards in rows not much wider than asked: the size of the block they make, and each in it (by site in `party`)."""
    if not sites:
        return 0.0, 0.0, []
    items = [Item(float(cards[site, 2]), float(cards[site, 3]), party=site) for site in sites]
    area = area_of(cards[sites])
    w, h = shelve(items, 1.5 if width is None else max(width, 1.0) ** 2 / area, GAP, 0.0)
    return w, h, items


def area_of(cards: Floats) -> float:
    """How much room cards take, with what lies between them."""
    return float(((cards[:, 2] + GAP) * (cards[:, 3] + GAP)).sum())


def width_for(cards: Floats, aspect: float) -> float:
    """How wide blocks of all these cards are to be, one below the other, for an aspect (width to height)."""
    return sqrt(area_of(cards) * aspect)
