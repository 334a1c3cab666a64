"""From an instant to a row: rows are numbered in order of time, so their place is found by bisection, also in a file
that still grows and has no index on time. Most who ask stand near the end of a growing file: the search begins there.
"""

from typing import Final, NamedTuple

from simulator.recording.reader import Recording

END: Final = 1 << 60

_MESSAGE: Final = "SELECT seq, end_us FROM message WHERE seq >= ? ORDER BY seq LIMIT 1"
_EITHER: Final = """SELECT * FROM (SELECT seq, end_us FROM message WHERE seq >= ?1 ORDER BY seq LIMIT 1)
  UNION ALL SELECT * FROM (SELECT seq, at_us FROM event WHERE seq >= ?1 ORDER BY seq LIMIT 1) ORDER BY 1 LIMIT 1"""
_FIRST_STEP: Final = 256
_WIDER: Final = 8


class Bounds(NamedTuple):
    """The last message or event at or before an instant (0: none), and the first after it (END: none yet); rows of
    other kinds between them may be of either side."""

    last: int
    following: int


def last_message_at(recording: Recording, at_us: int) -> int:
    """The row of the last message that had ended by an instant; 0 if there is none."""
    highest = int(recording.query("SELECT coalesce(max(seq), 0) FROM message")[0][0])
    return _found(recording, _MESSAGE, highest, at_us)


def bounds_at(recording: Recording, at_us: int) -> Bounds:
    """Where an instant lies among messages and events."""
    highest = int(recording.query("SELECT max(ifnull((SELECT max(seq) FROM message), 0), "
                                  "ifnull((SELECT max(seq) FROM event), 0))")[0][0])  # fmt: skip
    last = _found(recording, _EITHER, highest, at_us)
    following = recording.query(_EITHER, (last + 1,))
    return Bounds(last, following[0][0] if following else END)


def _found(recording: Recording, sql: str, high: int, at_us: int) -> int:
    low = 0
    # Go back from the end in ever wider steps to a row that had been by then.
    step, place = 0, high
    while place > 0:
        seq, row_us = recording.query(sql, (place,))[0]
        if row_us <= at_us:
            low = seq
            break
        high = place - 1
        step = step * _WIDER or _FIRST_STEP
        place = high - step
    while low < high:
        middle = (low + high + 1) // 2
        seq, row_us = recording.query(sql, (middle,))[0]
        if row_us <= at_us:
            low = seq
        else:
            high = middle - 1
    return low
