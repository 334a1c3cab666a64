"""Which message comes next or came before, of all or of what is selected: SQL over the recording, quick while it grows.

Exchanges are numbered in the order of their start, and that column has an index from the first row on. What the
window's filter takes is known by number (see filtered.py), so here it is only looked up.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gui.models.cursor import Selection
from simulator.recording.reader import Recording
from simulator.report.story import story

Direction = Literal[1, -1]
Numbers: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = Callable[[Numbers], NDArray[np.bool_]]

_ROWS: Final = 1_000
_NAMED: Final = "IN (SELECT id FROM name WHERE text = ?)"
_OF_CALLS: Final = "call IN (SELECT id FROM call WHERE {})"
_ABOUT: Final = "about IN (SELECT id FROM about WHERE {})"
# One select of both would walk the whole index; each alone is at its end.
_ENDS: Final = "SELECT (SELECT min(exchange) FROM message), (SELECT max(exchange) FROM message)"
_SESSIONS_OF_EVSE: Final = """SELECT DISTINCT entity FROM v_state
WHERE holder = ? AND kind = 'session' AND json_extract(value, '$.evse') = ?"""


class Step(NamedTuple):
    """A message to go to: its number, when it started, and its row."""

    exchange: int
    start_us: int
    seq: int


def neighbour(
    recording: Recording,
    exchange: int,
    direction: Direction,
    selection: Selection | None = None,
    among: Numbers | None = None,
) -> Step | None:
    """The next (1) or previous (-1) message from an exchange number on, of all or of the selection; None at an end.

    `among` are the sorted numbers of those that count, None: all do.
    """
    where, parameters = ("", []) if selection is None else _of(recording, selection)
    if among is not None:
        if where:
            among = np.intersect1d(among, _numbers(recording, where, parameters), assume_unique=True)
        return _neighbour_among(recording, exchange, direction, among)
    compare, order = (">", "") if direction > 0 else ("<", "DESC")
    # The unary plus keeps SQLite from walking all exchanges where an index on what is selected finds them at once.
    column = "+exchange" if where else "exchange"
    which = f"WHERE {column} {compare} ? {where} ORDER BY {column} {order} LIMIT 1"
    rows = recording.query(f"SELECT exchange, start_us, seq FROM message {which}", (exchange, *parameters))
    return Step(*rows[0]) if rows else None


def _numbers(recording: Recording, where: str, parameters: list[Any]) -> Numbers:
    """The numbers of the messages about what is selected; as one text, as rows of Python would take far longer."""
    ((text,),) = recording.query(f"SELECT group_concat(exchange) FROM message WHERE 1 {where}", parameters)
    return np.fromstring(text or "", np.int64, sep=",")


def _neighbour_among(recording: Recording, exchange: int, direction: Direction, among: Numbers) -> Step | None:
    place = int(np.searchsorted(among, exchange, "right" if direction > 0 else "left")) - (direction < 0)
    return _from(recording, int(among[place])) if 0 <= place < len(among) else None


def next_row(recording: Recording, seq: int, mask: Mask) -> Step | None:
    """The next message that counts after a row, in the order of their ends: so they come while a run goes on."""
    while True:
        rows = [
            Step(*row)
            for row in recording.query(
                f"SELECT exchange, start_us, seq FROM message WHERE seq > ? ORDER BY seq LIMIT {_ROWS}", (seq,)
            )
        ]
        counting = np.flatnonzero(mask(np.array([row.exchange for row in rows], np.int64)))
        if len(counting):
            return rows[int(counting[0])]
        if len(rows) < _ROWS:
            return None
        seq = rows[-1].seq


def last_started(recording: Recording, at_us: int) -> int:
    """The number of the last exchange that started at `at_us` or before; 0 if there is none."""
    ((low, high),) = recording.query(_ENDS)
    if low is None or _from(recording, low).start_us > at_us:
        return 0
    while low < high:
        middle = (low + high + 1) // 2
        found = _from(recording, middle)
        if found.start_us <= at_us:
            low = found.exchange
        else:
            high = middle - 1
    return int(low)


def _from(recording: Recording, exchange: int) -> Step:
    """The first message from a number on; while a run goes on, numbers are missing whose exchange is under way."""
    sql = "SELECT exchange, start_us, seq FROM message WHERE exchange >= ? ORDER BY exchange LIMIT 1"
    return Step(*recording.query(sql, (exchange,))[0])


def _of(recording: Recording, selection: Selection) -> tuple[str, list[Any]]:
    """The condition on a message that it is about what is selected."""
    kind, name = selection
    owner, _, local = name.partition("/")
    if kind == "message":
        return _like(recording, int(name))
    if kind == "session":
        return f"AND {_ABOUT.format(f'session_id {_NAMED}')}", [name]
    if kind == "token":
        return f"AND {_ABOUT.format(f'token_uid {_NAMED}')}", [name]
    if kind == "party":
        return f"AND {_OF_CALLS.format('sender = ? OR receiver = ?')}", [name, name]
    if kind == "link":
        one, _, other = name.partition("|")
        calls = _OF_CALLS.format("(sender = ? AND receiver = ?) OR (sender = ? AND receiver = ?)")
        return f"AND {calls}", [one, other, other, one]
    if kind == "site":
        return f"AND {_ABOUT.format(f'location_id {_NAMED}')}", [local]
    if kind == "evse":
        sessions = f"session_id IN (SELECT id FROM name WHERE text IN ({_SESSIONS_OF_EVSE}))"
        return f"AND {_ABOUT.format(f'object_id {_NAMED} OR {sessions}')}", [local, owner, name]
    if kind == "driver":
        exchanges = [str(line.exchange) for line in story(recording, name) if line.exchange]
        return f"AND exchange IN ({', '.join(exchanges)})", []
    return "", []


def _like(recording: Recording, exchange: int) -> tuple[str, list[Any]]:
    """The messages of the same session, else about the same object, else between the same two parties."""
    rows = recording.query(
        "SELECT session_id, object_id, sender, receiver FROM v_message WHERE exchange = ?",
        (exchange,),
    )
    if not rows:
        return "", []
    session, thing, sender, receiver = rows[0]
    if session:
        return _of(recording, Selection("session", session))
    if thing:
        return f"AND {_ABOUT.format(f'object_id {_NAMED}')}", [thing]
    return _of(recording, Selection("link", f"{sender}|{receiver}"))
