"""Power and places of every site over a time grid: occupied, charging, drawn, and what the grid connection bore."""

from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording
from simulator.recording.rows import CAST
from simulator.recording.series import Values
from simulator.report.kpi.curves import Grid, integrals, peak, where
from simulator.report.kpi.warm_up import QUARTER_US, Window
from simulator.report.load import EVSE, SITE, Curves, SiteLoad, capped_us, sites

_US_AN_HOUR: Final = 3_600_000_000


class Place(Struct, frozen=True):
    """A site; each array has a value a bin of the grid: hours of its EVSEs occupied and charging, Wh drawn."""

    site: SiteLoad
    occupied_h: Values
    charging_h: Values
    energy_wh: Values
    peak_w: float
    capped_h: float


class Places(Struct, frozen=True):
    """All sites, and the highest power of all together in each bin and in the window (W)."""

    grid: Grid
    places: tuple[Place, ...]
    peak_w: float
    peaks_w: Values


class Loads:
    """The curves of a recording, read once."""

    def __init__(self, recording: Recording) -> None:
        self._power = Curves(recording, "power")
        self._limit = Curves(recording, "limit")
        self._occupancy = Curves(recording, "occupancy")
        self._sites = sites(recording, self._power, self._limit)
        self.site_of = evse_sites(recording)
        self._evses: dict[str, list[str]] = {}
        for evse, site in self.site_of.items():
            self._evses.setdefault(site, []).append(EVSE + evse)
        wanted = frozenset(evse for evses in self._evses.values() for evse in evses)
        self._evse_power = Curves(recording, "power", wanted)

    def occupied(self, to_us: int) -> Values:
        """How many EVSEs were occupied in the mean of each whole quarter of an hour from 0 on."""
        grid = np.arange(0, to_us + 1, QUARTER_US, dtype=np.int64)
        return integrals(self._occupancy.total, grid) * (_US_AN_HOUR / QUARTER_US)

    def within(self, window: Window) -> Places:
        """What they come to within a window, by quarters of an hour since the start; it may cut its first and last."""
        begins = np.arange(window.from_us // QUARTER_US * QUARTER_US, window.to_us, QUARTER_US, dtype=np.int64)
        grid = np.append(np.maximum(begins, window.from_us), window.to_us)
        total = self._power.total
        return Places(
            grid,
            tuple(self._place(site, grid) for site in self._sites),
            peak(total, window.from_us, window.to_us),
            np.array([peak(total, int(a), int(b)) for a, b in pairwise(grid)]),
        )

    def _place(self, site: SiteLoad, grid: Grid) -> Place:
        key = SITE + site.key
        power, limit = self._power.of(key), self._limit.of(key)
        charging = np.zeros(len(grid) - 1)
        for evse in self._evses.get(site.key, ()):
            charging += integrals(where(self._evse_power.of(evse)), grid)
        begin, end = int(grid[0]), int(grid[-1])
        capped = capped_us(power, limit, end) - capped_us(power, limit, begin) if limit is not None else 0
        return Place(
            site,
            integrals(self._occupancy.of(key), grid),
            charging,
            integrals(power, grid),
            peak(power, begin, end),
            capped / _US_AN_HOUR,
        )


def evse_sites(recording: Recording) -> dict[str, str]:
    """The site of each EVSE, `NL-ABC/<uid>` to `NL-ABC/<location id>`, as the run told them at its start."""
    with damage_refused(recording.path):
        return {
            state.entity: msgspec.json.decode(state.value)["site"]
            for state in recording.states(holder=CAST, kind="evse")
        }
