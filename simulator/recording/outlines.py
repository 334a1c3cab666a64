"""All messages of a recording as rows of numbers, for those who go through millions of them.

What messages have in common stands in tables of its own, which are read once; `outline` says a row's numbers in words.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording

Row: TypeAlias = tuple[Any, ...]
"""Sequence; ids of call, about and final state; statuses, start, transit and duration as table `message` has them."""

_ROWS: Final = """SELECT seq, call, about, final, statuses, start_us, transit_us, duration_us FROM message
WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"""
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

    def pages(self, size: int) -> Iterator[list[Row]]:
        """In order, so many at a time."""
        after_seq = 0
        while rows := self._recording.query(_ROWS, (after_seq, self._last_seq, size)):
            yield rows
            after_seq = rows[-1][0]

    def outline(self, row: Row) -> Row:
        """A message without its sequence and ids: who to whom and how, path, final state, statuses and times."""
        with damage_refused(self._recording.path):
            return (*(shared[id] for shared, id in zip(self._shared, row[1:4], strict=True)), *row[4:])

    def unlike(self, other: "Outlines") -> list[set[int]]:
        """Ids of calls, abouts and final states that say something else in another recording, or nothing."""
        return [
            {id for id, _ in dict(ours.items() ^ theirs.items()).items()}
            for ours, theirs in zip(self._shared, other._shared, strict=True)
        ]
