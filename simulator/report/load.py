"""Load: the power curves of sites and EVSEs, their exact sum, and how they stand to the limits of their connections.

Curves are step curves: a sample holds until the next one, and of several in one instant the last counts. They are read
once and then extended sample by sample, so that a window or a report can follow a growing recording without reading
anything twice.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording
from simulator.recording.rows import CAST
from simulator.recording.series import Times, Values, unfold

SITE: Final = "site/"
EVSE: Final = "evse/"

Steps: TypeAlias = tuple[Times, Values]
"""The instants (microseconds) at which a step curve changes, and its values from each of them on."""

_SAMPLES: Final = """SELECT n, data, NULL, NULL FROM series_chunk WHERE series = ? AND n + count > ?
UNION ALL SELECT n, NULL, at_us, value FROM sample WHERE series = ? AND n >= ? ORDER BY n"""
_SERIES: Final = "SELECT id, entity, quantity, unit FROM series WHERE quantity = ? AND id > ? ORDER BY id"
_CAPPED: Final = 0.995
"""From this share of its limit on a site counts as capped: watts divided among cars leave a rest."""


class SiteLoad(msgspec.Struct, frozen=True):
    """A place with chargers. `key` is `NL-ABC/LOC1`; `limit_w` is that of the grid connection, None without one.

    `power_w` is what its EVSEs could draw together (0 when the recording does not say), `peak_w` the most they drew.
    """

    key: str
    name: str
    cpo: str
    limit_w: float | None
    evses: int
    power_w: float
    peak_w: float


class LoadAt(msgspec.Struct, frozen=True):
    """What a site, or all together, draws at an instant (W), what its connection bears, and how many EVSEs are taken.

    `limit_w` is None without a limit; `evses` is 0 when the recording does not say how many there are.
    """

    power_w: float
    limit_w: float | None
    occupied: int
    evses: int

    @property
    def share(self) -> float | None:
        """The part of the limit that is drawn, 1 at the limit; None without one."""
        return self.power_w / self.limit_w if self.limit_w else None

    @property
    def is_capped(self) -> bool:
        """Whether all is drawn that the connection bears."""
        return self.share is not None and self.share >= _CAPPED


class Curve:
    """One series as far as it has been read: `times_us` (rising) and `values` in the unit of its name."""

    def __init__(self, series: int, entity: str, quantity: str, unit: str) -> None:
        """Not for callers: use `Curves`."""
        self.entity = entity
        self.quantity = quantity
        self.unit = unit
        self.times_us: Times = np.empty(0, np.int64)
        self.values: Values = np.empty(0, np.float64)
        self._series = series
        self._samples = 0

    @property
    def steps(self) -> Steps:
        """Times and values."""
        return self.times_us, self.values

    def extend(self, recording: Recording) -> int | None:
        """Read the samples that have come since; the instant of the first of them, None if there were none.

        Raises RecordingError for a damaged recording.
        """
        # The last sample is read again: while time stands still, another one takes its place.
        known = max(self._samples - 1, 0)
        times: list[int] = []
        values: list[float] = []
        chunks: list[Steps] = []
        for n, data, at_us, value in recording.query(_SAMPLES, (self._series, known, self._series, known)):
            if data is None:
                times.append(at_us)
                values.append(np.nan if value is None else value)
            else:
                with damage_refused(recording.path):
                    chunk_us, chunk = unfold(data)
                chunks.append((chunk_us[max(known - n, 0) :], chunk[max(known - n, 0) :]))
        chunks.append((np.array(times, np.int64), np.array(values, np.float64)))
        new_us, new = (np.concatenate(part) for part in zip(*chunks, strict=True))
        is_last_the_same = np.array_equal(new[:1], self.values[-1:], equal_nan=True)
        first = 1 if self._samples and is_last_the_same else 0
        if first >= len(new):
            return None
        all_us, all_values = np.append(self.times_us[:-1], new_us), np.append(self.values[:-1], new)
        last = _last_of_instants(all_us)
        self.times_us, self.values = all_us[last], all_values[last]
        self._samples = known + len(new)
        return int(new_us[first])

    def at(self, at_us: int) -> float | None:
        """The value that holds at an instant; None before the first sample."""
        return value_at(self.steps, at_us)

    def step_begin_us(self, at_us: int) -> int:
        """Since when the value that holds at an instant has held; the instant itself before the first sample."""
        index = int(np.searchsorted(self.times_us, at_us, side="right")) - 1
        return int(self.times_us[index]) if index >= 0 else at_us


class Curves:
    """The curves of one quantity by entity, of all sites unless `entities` are named, and their sum."""

    def __init__(self, recording: Recording, quantity: str, entities: Collection[str] | None = None) -> None:
        """Reads all there is."""
        self.quantity = quantity
        self.by_entity: dict[str, Curve] = {}
        self.total: Steps = step_sum(())
        self._recording = recording
        self._entities = entities
        self._last_series = 0
        self.extend()

    def extend(self) -> bool:
        """Read the samples, and the series, that have come since; True if there were any."""
        for id, entity, quantity, unit in self._recording.query(_SERIES, (self.quantity, self._last_series)):
            self._last_series = id
            if entity.startswith(SITE) if self._entities is None else entity in self._entities:
                self.by_entity[entity] = Curve(id, entity, quantity, unit)
        read = [curve.extend(self._recording) for curve in self.by_entity.values()]
        since_us = [at_us for at_us in read if at_us is not None]
        if since_us:
            self._sum_from(min(since_us))
        return bool(since_us)

    def of(self, entity: str) -> Steps | None:
        """The curve of an entity; None without one."""
        curve = self.by_entity.get(entity)
        return None if curve is None else curve.steps

    def _sum_from(self, from_us: int) -> None:
        at_us, values = self.total
        known = int(np.searchsorted(at_us, from_us))
        new = step_sum((curve.steps for curve in self.by_entity.values()), from_us if known else None)
        self.total = np.concatenate((at_us[:known], new[0])), np.concatenate((values[:known], new[1]))


def value_at(steps: Steps | None, at_us: int) -> float | None:
    """The value of a step curve at an instant; None before its first sample, and of no curve."""
    if steps is None:
        return None
    index = int(np.searchsorted(steps[0], at_us, side="right")) - 1
    return float(steps[1][index]) if index >= 0 else None


def from_zero(steps: Steps | None, begin_us: int) -> Steps:
    """The same curve from the beginning of the run: nothing was drawn or occupied before its first sample."""
    if steps is None:
        return np.array([begin_us], np.int64), np.zeros(1)
    if len(steps[0]) and steps[0][0] <= begin_us:
        return steps
    return np.insert(steps[0], 0, begin_us), np.insert(steps[1], 0, 0.0)


def within(steps: Steps, from_us: int, to_us: int | None, *, falls: bool) -> Steps:
    """The part of a curve between two instants, beginning with what holds at the first; empty if nothing does.

    With `falls` it begins at 0 if nothing holds yet, and ends in a sample of 0 at `to_us` (None: it has no end yet).
    """
    at_us, values = steps
    begin = int(np.searchsorted(at_us, from_us, side="right"))
    end = len(at_us) if to_us is None else max(int(np.searchsorted(at_us, to_us)), begin)
    times, inside = [at_us[begin:end]], [values[begin:end]]
    if begin or falls:
        times.insert(0, np.array([from_us], np.int64))
        inside.insert(0, values[begin - 1 : begin] if begin else np.zeros(1))
    if falls and to_us is not None:
        times.append(np.array([to_us], np.int64))
        inside.append(np.zeros(1))
    return np.concatenate(times), np.concatenate(inside)


def capped_us(power: Steps | None, limit: Steps | None, to_us: int) -> int:
    """For how long, up to an instant, all was drawn that the connection bore."""
    if power is None or limit is None or not len(limit[0]):
        return 0
    times = np.union1d(power[0], limit[0])
    times = np.append(times[times < to_us], to_us)
    drawn, borne = (
        np.append(0.0, values)[np.searchsorted(at_us, times[:-1], side="right")] for at_us, values in (power, limit)
    )
    return int(np.diff(times)[(borne > 0) & (drawn >= _CAPPED * borne)].sum())


def _last_of_instants(at_us: Times) -> NDArray[np.bool_]:
    """Which of samples in order of time are the last of their instant: only those hold for any time."""
    last: NDArray[np.bool_] = np.append(at_us[1:] != at_us[:-1], True)[: len(at_us)]
    return last


def step_sum(steps: Iterable[Steps], from_us: int | None = None) -> Steps:
    """The sum of step curves: one sample an instant at which it changes. A curve is 0 before its first sample.

    With `from_us` the sum from there on, beginning with a sample at `from_us`. It is exact as long as the values are
    whole numbers (watts, places).
    """
    times, changes = [np.empty(0, np.int64)], [np.empty(0, np.float64)]
    for at_us, values in steps:
        change = np.diff(values, prepend=0.0)
        begin = 0 if from_us is None else int(np.searchsorted(at_us, from_us, side="right"))
        if begin:
            times.append(np.array([from_us], np.int64))
            changes.append(values[begin - 1 : begin])
        times.append(at_us[begin:])
        changes.append(change[begin:])
    at_us, change = np.concatenate(times), np.concatenate(changes)
    if from_us is not None:
        at_us, change = np.append(at_us, from_us), np.append(change, 0.0)
    order = np.argsort(at_us, kind="stable")
    at_us, total = at_us[order], np.cumsum(change[order])
    last = _last_of_instants(at_us)
    return at_us[last], total[last]


def total(
    recording: Recording,
    entities: Sequence[str],
    from_us: int | None = None,
    to_us: int | None = None,
    *,
    quantity: str = "power",
) -> Steps:
    """The sum of a quantity over entities (`site/...`, `evse/...`) within a half-open range of time; see `step_sum`."""
    found = Curves(recording, quantity, frozenset(entities)).by_entity
    at_us, values = step_sum((curve.steps for curve in found.values()), from_us)
    end = len(at_us) if to_us is None else int(np.searchsorted(at_us, to_us))
    return at_us[:end], values[:end]


def sites(recording: Recording, power: Curves, limit: Curves) -> list[SiteLoad]:
    """All sites with what has been read of their curves, in the order in which the run made them.

    Raises RecordingError for a damaged recording.
    """
    with damage_refused(recording.path):
        told = {state.entity: msgspec.json.decode(state.value) for state in recording.states(holder=CAST, kind="site")}
    read = [entity.removeprefix(SITE) for curves in (limit, power) for entity in curves.by_entity]
    return [
        _site(key, told.get(key, {}), power.of(SITE + key), limit.of(SITE + key))
        for key in dict.fromkeys([*told, *read])
    ]


def _site(key: str, told: dict[str, Any], power: Steps | None, limit: Steps | None) -> SiteLoad:
    cpo, _, location = key.partition("/")
    limit_w = told.get("limit_w") if limit is None or not len(limit[1]) else float(limit[1].max())
    peak_w = 0.0 if power is None or not len(power[1]) else float(power[1].max())
    return SiteLoad(
        key, told.get("name") or location, cpo, limit_w, told.get("evses", 0), told.get("power_w", 0.0), peak_w
    )
