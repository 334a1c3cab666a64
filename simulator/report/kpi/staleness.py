"""How far behind the street each eMSP's picture of it is: when a place was free, and when it was thought to be.

Truth is the street's own state; an eMSP thinks of an EVSE as free while it holds AVAILABLE (OCPI Status). EVSEs that
their CPO reports as closed are free of cars and not usable, so they are left out on both sides while that holds.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from simulator.recording.reader import Recording
from simulator.recording.schema import STATE_VALUE

_FREE: Final = ("AVAILABLE", "Available")
_CLOSED: Final = ("BLOCKED", "INOPERATIVE", "OUTOFORDER", "PLANNED", "REMOVED")
_ROWS: Final = f"""SELECT entity.text, s.at_us, json_extract({STATE_VALUE}, '$.status')
FROM state s JOIN subject b ON b.id = s.subject JOIN value v ON v.id = s.value JOIN name entity ON entity.id = b.entity
WHERE s.holding IN (SELECT id FROM holding WHERE holder = ? AND kind = 'evse') ORDER BY s.seq"""
_US_AN_HOUR: Final = 3_600_000_000

Changes = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]
"""EVSE (number), instant, and 1 free, 0 taken, -1 not usable; in order of EVSE, then time."""


class Picture(Struct, frozen=True):
    """One eMSP: EVSE-hours looked at, and of these wrong; how many changes it saw, and how late, summed up.

    `changes_missed` are those that made its picture wrong as well, and that it never saw.
    """

    emsp: str
    evse_hours: float
    wrong_hours: float
    changes_seen: int
    lag_s: float
    changes_missed: int


class Street:
    """The truth about every EVSE, over time."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._number: dict[str, int] = {}
        self._changes = self._read("street")

    def taken_since_us(self, evse: str, at_us: int) -> int | None:
        """Since when a place that is taken at an instant has been so; None if it is not, or never changed."""
        entities, times, free = self._changes
        number = self._number.get(evse)
        if number is None:
            return None
        begin, end = np.searchsorted(entities, number), np.searchsorted(entities, number, side="right")
        index = int(begin + np.searchsorted(times[begin:end], at_us, side="right")) - 1
        return int(times[index]) if index >= begin and free[index] == 0 else None

    def picture(self, emsp: str, from_us: int, to_us: int) -> Picture:
        """How an eMSP's picture compares with the truth within a range of time, over the EVSEs that it knows of."""
        truth, belief = self._changes, self._read(emsp)
        entities = np.concatenate((truth[0], belief[0]))
        times = np.concatenate((truth[1], belief[1]))
        order = np.lexsort((times, entities))
        entities, times = entities[order], times[order]
        is_truth = order < len(truth[0])
        real = _held(np.concatenate((truth[2], np.full(len(belief[0]), -2, np.int8)))[order], entities, is_truth)
        thought = _held(np.concatenate((np.full(len(truth[0]), -2, np.int8), belief[2]))[order], entities, ~is_truth)
        until = np.append(times[1:], to_us)
        until[np.append(entities[1:] != entities[:-1], True)] = to_us
        span_h = np.maximum(np.minimum(until, to_us) - np.maximum(times, from_us), 0) / _US_AN_HOUR
        known = (real >= 0) & (thought >= 0)
        wrong = known & (real != thought)
        seen, lag_us, missed = _lags(entities, times, until, is_truth, wrong, from_us, to_us)
        return Picture(emsp, float(span_h[known].sum()), float(span_h[wrong].sum()), seen, lag_us / 1e6, missed)

    def _read(self, holder: str) -> Changes:
        rows: Sequence[tuple[str, int, str | None]] = self._recording.query(_ROWS, (holder,))
        number = self._number
        entities = np.array([number.setdefault(row[0], len(number)) for row in rows], np.int64)
        times = np.array([row[1] for row in rows], np.int64)
        free = np.array([1 if row[2] in _FREE else -1 if row[2] in _CLOSED else 0 for row in rows], np.int8)
        order = np.argsort(entities, kind="stable")
        entities, times, free = entities[order], times[order], free[order]
        # What an EVSE was for no time it never was: a queue hands it over at the instant at which it becomes free.
        lasts = np.append((entities[1:] != entities[:-1]) | (times[1:] != times[:-1]), True)[: len(rows)]
        return entities[lasts], times[lasts], free[lasts]


def _held(values: NDArray[np.int8], entities: NDArray[np.int64], own: NDArray[np.bool_]) -> NDArray[np.int8]:
    """The value that holds at each row: the last of its own kind for the same entity; -1 before the first."""
    last = np.maximum.accumulate(np.where(own, np.arange(len(values)), -1))
    held = np.where(last >= 0, values[last], -1)
    result: NDArray[np.int8] = np.where((last >= 0) & (entities[last] == entities), held, -1).astype(np.int8)
    return result


def _lags(
    entities: NDArray[np.int64],
    times: NDArray[np.int64],
    until: NDArray[np.int64],
    is_truth: NDArray[np.bool_],
    wrong: NDArray[np.bool_],
    from_us: int,
    to_us: int,
) -> tuple[int, int, int]:
    """How many changes of the truth made a picture wrong that was told of them before the end, after how long, and how
    many one that was not.

    A stretch of wrong rows begins with a row of the truth when the street changed first, and is followed by one of the
    picture when that was told; a street that changes back by itself was never seen to change.
    """
    same = np.append(False, entities[1:] == entities[:-1])
    before = np.append(False, wrong[:-1]) & same
    begins = np.flatnonzero(wrong & ~before)
    following = np.append(wrong[1:], False) & np.append(same[1:], False)
    ends = np.flatnonzero(wrong & ~following)
    was_told = ~np.append(is_truth, True)[ends + 1]
    counted = is_truth[begins] & (times[begins] >= from_us) & (times[begins] < to_us)
    seen = counted & was_told & (until[ends] < to_us)
    return int(seen.sum()), int((until[ends] - times[begins])[seen].sum()), int((counted & ~seen).sum())
