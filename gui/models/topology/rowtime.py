"""From an instant to a row: rows are numbered in order of time, so their place is found by bisection, also in a file
that still grows and has no index on time. Most who ask stand near the end of a growing file: the search begins there.
"""

from typing import Final, Literal

from simulator.recording.reader import Recording

_ROW: Final = {
    "state": "SELECT seq, at_us FROM state WHERE seq >= ? ORDER BY seq LIMIT 1",
    "message": "SELECT seq, end_us FROM message WHERE seq >= ? ORDER BY seq LIMIT 1",
}
_FIRST_STEP: Final = 256
_WIDER: Final = 8


def last_seq_at(recording: Recording, table: Literal["state", "message"], at_us: int) -> int:
    """The last row of the table at or before an instant (of a message: its end); 0 if there is none."""
    low, high = 0, int(recording.query(f"SELECT coalesce(max(seq), 0) FROM {table}")[0][0])
    sql = _ROW[table]
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
