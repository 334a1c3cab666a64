"""Which message comes next or came before, of all or of what is selected: SQL over the recording, quick while it grows.

Exchanges are numbered in the order of their start, and that column has an index from the first row on.
"""

from typing import Any, Final, Literal, NamedTuple

from gui.models.cursor import Selection
from simulator.recording.reader import Recording
from simulator.report.story import story

Direction = Literal[1, -1]

_NAMED: Final = "IN (SELECT id FROM name WHERE text = ?)"
_OF_CALLS: Final = "call IN (SELECT id FROM call WHERE {})"
# One select of both would walk the whole index; each alone is at its end.
_ENDS: Final = "SELECT (SELECT min(exchange) FROM message), (SELECT max(exchange) FROM message)"
_SESSIONS_OF_EVSE: Final = f"""SELECT id FROM name WHERE text IN (SELECT name.text FROM state
JOIN name ON name.id = state.entity
WHERE holder {_NAMED} AND kind {_NAMED} AND json_extract(value, '$.evse') = ?)"""


class Step(NamedTuple):
    """A message to go to: its number, when it started, and its row."""

    exchange: int
    start_us: int
    seq: int


def neighbour(
    recording: Recording, exchange: int, direction: Direction, selection: Selection | None = None
) -> Step | None:
    """The next (1) or previous (-1) message from an exchange number on, of all or of the selection; None at an end."""
    where, parameters = ("", []) if selection is None else _of(recording, selection)
    compare, order = (">", "") if direction > 0 else ("<", "DESC")
    # The unary plus keeps SQLite from walking all exchanges where an index on what is selected finds them at once.
    column = "+exchange" if where else "exchange"
    which = f"WHERE {column} {compare} ? {where} ORDER BY {column} {order} LIMIT 1"
    rows = recording.query(f"SELECT exchange, start_us, seq FROM message {which}", (exchange, *parameters))
    return Step(*rows[0]) if rows else None


def next_row(recording: Recording, seq: int) -> Step | None:
    """The next message after a row in the order of their ends, which is how they come while a run goes on."""
    rows = recording.query("SELECT exchange, start_us, seq FROM message WHERE seq > ? ORDER BY seq LIMIT 1", (seq,))
    return Step(*rows[0]) if rows else None


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
        return f"AND session_id {_NAMED}", [name]
    if kind == "token":
        return f"AND token_uid {_NAMED}", [name]
    if kind == "party":
        return f"AND {_OF_CALLS.format('sender = ? OR receiver = ?')}", [name, name]
    if kind == "link":
        one, _, other = name.partition("|")
        calls = _OF_CALLS.format("(sender = ? AND receiver = ?) OR (sender = ? AND receiver = ?)")
        return f"AND {calls}", [one, other, other, one]
    if kind == "site":
        return f"AND location_id {_NAMED}", [local]
    if kind == "evse":
        return f"AND (object_id {_NAMED} OR session_id IN ({_SESSIONS_OF_EVSE}))", [local, owner, "session", name]
    if kind == "driver":
        exchanges = [str(line.exchange) for line in story(recording, name) if line.exchange]
        return f"AND exchange IN ({', '.join(exchanges)})", []
    return "", []


def _like(recording: Recording, exchange: int) -> tuple[str, list[Any]]:
    """The messages of the same session, else about the same object, else between the same two parties."""
    rows = recording.query(
        "SELECT session.text, object.text, c.sender, c.receiver FROM message m JOIN call c ON c.id = m.call "
        "JOIN name session ON session.id = m.session_id JOIN name object ON object.id = m.object_id WHERE exchange = ?",
        (exchange,),
    )
    if not rows:
        return "", []
    session, thing, sender, receiver = rows[0]
    if session:
        return _of(recording, Selection("session", session))
    if thing:
        return f"AND object_id {_NAMED}", [thing]
    return _of(recording, Selection("link", f"{sender}|{receiver}"))
