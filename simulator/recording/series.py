"""Series: samples of one quantity of one entity, folded by 1,024 into compressed chunks that know their extremes.

New samples lie as plain rows in `sample`, where a reader of a growing file finds them; each 1,024 become one row of
`series_chunk`: zstd over the differences of the times (little-endian int64) followed by the values (float64). A value
that is not a number is kept as NULL outside chunks.
"""

import sqlite3
from array import array
from collections.abc import Iterable
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import zstandard
from numpy.typing import NDArray

Times: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]

SAMPLES_A_CHUNK: Final = 1_024
_TIME: Final = np.dtype("<i8")
_VALUE: Final = np.dtype("<f8")


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


def fold(series: int, n: int, at_us: Times, values: Values) -> SeriesChunk:
    """One chunk of the samples of a series; `n` is the number of the first of them within the series."""
    steps = np.diff(at_us, prepend=0).astype(_TIME)
    data = zstandard.ZstdCompressor(level=3).compress(steps.tobytes() + values.astype(_VALUE).tobytes())
    extremes = float(np.fmin.reduce(values)), float(np.fmax.reduce(values))
    return SeriesChunk(series, n, int(at_us.min()), int(at_us.max()), *extremes, len(values), data)


def unfold(data: bytes) -> tuple[Times, Values]:
    """The times (microseconds) and values of a chunk."""
    raw = zstandard.ZstdDecompressor().decompress(data)
    half = len(raw) // 2
    steps = np.frombuffer(raw, _TIME, count=half // 8)
    return np.cumsum(steps, dtype=np.int64), np.frombuffer(raw, _VALUE, offset=half).astype(np.float64)


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

    def add(self, samples: Iterable[tuple[str, str, str, int, float]]) -> None:
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
                times, values = np.array(pending.at_us, np.int64), np.array(pending.values, np.float64)
                self.chunks.append(fold(pending.id, pending.n, times, values))
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
            times = np.array([at_us for _, at_us, _ in part], np.int64)
            chunk = fold(series, part[0][0], times, np.array([value for *_, value in part], np.float64))
            connection.execute("INSERT INTO series_chunk VALUES (?,?,?,?,?,?,?,?)", chunk)
    connection.execute("DELETE FROM sample")
