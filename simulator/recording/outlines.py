"""All messages of a recording as rows of numbers, for those who go through millions of them.

What messages have in common stands in tables of its own, which are read once; `outline` says a row's numbers in words.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import msgspec

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording

Row: TypeAlias = tuple[Any, ...]
"""Sequence; ids of call, about and final state; statuses, start, transit and duration as table `message` has them."""

_ROWS: Final = """SELECT seq, call, about, final, statuses, start_us, transit_us, duration_us FROM message
WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"""
_NUMBERS: Final = ("call", "about", "final", "statuses", "start_us", "transit_us", "duration_us")
_UNLIKE: Final = f"""SELECT min(seq) FROM (
  SELECT * FROM (
    SELECT ours.seq FROM main.message ours LEFT JOIN other.message theirs ON theirs.seq = ours.seq
    WHERE ours.seq <= ? AND (({", ".join(f"ours.{each}" for each in _NUMBERS)})
        IS NOT ({", ".join(f"theirs.{each}" for each in _NUMBERS)})
      OR ours.call IN (SELECT value FROM json_each(?)) OR ours.about IN (SELECT value FROM json_each(?))
      OR ours.final IN (SELECT value FROM json_each(?)))
    ORDER BY ours.seq LIMIT 1
  )
  UNION ALL
  SELECT * FROM (
    SELECT theirs.seq FROM other.message theirs LEFT JOIN main.message ours ON ours.seq = theirs.seq
    WHERE theirs.seq <= ? AND ours.seq IS NULL ORDER BY theirs.seq LIMIT 1
  )
)"""
_SHARED: Final = (
    "SELECT id, sender || ' ' || receiver || ' ' || method FROM call",
    "SELECT id, path FROM about",
    "SELECT id, text FROM name WHERE id IN (SELECT final FROM message)",
)


class Outlines:
    """The messages that there are when it is made."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._last_seq = recording.last_seq
        self._shared: list[dict[int, str]] = [dict(recording.query(sql)) for sql in _SHARED]

    def pages(self, size: int, from_seq: int) -> Iterator[list[Row]]:
        """In order, so many at a time."""
        after_seq = from_seq - 1
        while rows := self._recording.query(_ROWS, (after_seq, self._last_seq, size)):
            yield rows
            after_seq = rows[-1][0]

    def outline(self, row: Row) -> Row:
        """A message without its sequence and ids: who to whom and how, path, final state, statuses and times."""
        with damage_refused(self._recording.path):
            return (*(shared[id] for shared, id in zip(self._shared, row[1:4], strict=True)), *row[4:])

    def apart_from(self, other: "Outlines") -> int | None:
        """The first sequence at which rows are not the same to the number, or say something else; None: nowhere.

        Where ids differ, messages that say the same may follow.
        """
        unlike = (
            msgspec.json.encode([*dict(ours.items() ^ theirs.items())]).decode()
            for ours, theirs in zip(self._shared, other._shared, strict=True)
        )
        with self._recording.beside(other._recording):
            ((seq,),) = self._recording.query(_UNLIKE, (self._last_seq, *unlike, other._last_seq))
        return None if seq is None else int(seq)
