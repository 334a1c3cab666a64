"""Series: samples of one quantity of one entity, folded by 1,024 into compressed chunks that know their extremes.

New samples lie as plain rows in `sample`, where a reader of a growing file finds them; each 1,024 become one row of
`series_chunk`: zstd over the differences of the times (little-endian int64) followed by the values (float64). A value
that is not a number is kept as NULL outside chunks. Done without numpy, which takes longer to import than the rest of
the writer together.
"""

import math
import sqlite3
import sys
from array import array
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

import zstandard

from simulator.recording.batch import Sample

SAMPLES_A_CHUNK: Final = 1_024


class SeriesChunk(NamedTuple):
    """A row of the table `series_chunk`."""

    series: int
    n: int
    from_us: int
    to_us: int
    minimum: float
    maximum: float
    size: int
    data: bytes


def fold(series: int, n: int, at_us: "array[int]", values: "array[float]") -> SeriesChunk:
    """One chunk of the samples of a series; `n` is the number of the first of them within the series."""
    steps = array("q", (after - before for before, after in pairwise((0, *at_us))))
    data = zstandard.ZstdCompressor(level=3).compress(_little_endian(steps) + _little_endian(values))
    numbers = [value for value in values if not math.isnan(value)]
    extremes = min(numbers, default=math.nan), max(numbers, default=math.nan)
    return SeriesChunk(series, n, min(at_us), max(at_us), *extremes, len(values), data)


def _little_endian(numbers: "array[int] | array[float]") -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


class _Pending:
    """The samples of one series that are not yet in a chunk."""

    __slots__ = ("at_us", "id", "n", "values")

    def __init__(self, series: int) -> None:
        self.id = series
        self.n = 0
        self.at_us = array("q")
        self.values = array("d")


class SeriesFolder:
    """Turns samples into new series, rows for `sample`, and chunks (whose older rows in `sample` are then obsolete).

    Of several samples of a series in one instant only the last counts: the others lasted no time.
    """

    def __init__(self) -> None:
        self.new_series: list[tuple[int, str, str, str]] = []
        self.rows: dict[tuple[int, int], tuple[int, float]] = {}
        self.chunks: list[SeriesChunk] = []
        self._pending: dict[tuple[str, str], _Pending] = {}

    def add(self, samples: Iterable[Sample]) -> None:
        """Take in samples (entity, quantity, unit, at_us, value); those of one series come in order of time."""
        folded: dict[int, int] = {}
        for entity, quantity, unit, at_us, value in samples:
            pending = self._pending.get((entity, quantity))
            if pending is None:
                pending = self._pending[entity, quantity] = _Pending(len(self._pending) + 1)
                self.new_series.append((pending.id, entity, quantity, unit))
            count = len(pending.values)
            if count and pending.at_us[-1] == at_us:
                pending.values[-1] = value
                self.rows[pending.id, pending.n + count - 1] = at_us, value
                continue
            # Only now is it certain that the last of them was the last of its instant.
            if count == SAMPLES_A_CHUNK:
                self.chunks.append(fold(pending.id, pending.n, pending.at_us, pending.values))
                pending.n += count
                del pending.at_us[:], pending.values[:]
                folded[pending.id] = pending.n
                count = 0
            pending.at_us.append(at_us)
            pending.values.append(value)
            self.rows[pending.id, pending.n + count] = at_us, value
        if folded:
            self.rows = {key: row for key, row in self.rows.items() if key[1] >= folded.get(key[0], 0)}


def fold_rest(connection: sqlite3.Connection) -> None:
    """Fold whatever still lies in `sample`, at the end of a run; the caller commits."""
    for (series,) in connection.execute("SELECT DISTINCT series FROM sample").fetchall():
        rows = connection.execute(
            "SELECT n, at_us, value FROM sample WHERE series = ? ORDER BY n", (series,)
        ).fetchall()
        for begin in range(0, len(rows), SAMPLES_A_CHUNK):
            part = rows[begin : begin + SAMPLES_A_CHUNK]
            times = array("q", [at_us for _, at_us, _ in part])
            # NULL stands for what is no number.
            values = array("d", [math.nan if value is None else value for *_, value in part])
            chunk = fold(series, part[0][0], times, values)
            connection.execute("INSERT INTO series_chunk VALUES (?,?,?,?,?,?,?,?)", chunk)
    connection.execute("DELETE FROM sample")
