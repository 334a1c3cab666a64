"""Which rows of a recording belong together: joined by cause and effect, and by the session or transaction they are of.

Rows are looked up as they are needed, so that a visit is found as fast in a recording of a million messages.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import msgspec

from simulator.recording.reader import Recording
from simulator.recording.rows import Event, Message

AFTERMATH_US: Final = 600_000_000
"""How long after the last step effects are looked for; a session's own messages are found at any time."""

DRIVER: Final = "driver/"
"""What the source of a driver's event begins with."""

LIMITS: Final = "chargingprofiles"
"""The OCPI module by which a session is limited."""

Row: TypeAlias = Event | Message
Key: TypeAlias = tuple[str, int]
_R = TypeVar("_R", Event, Message)

_EFFECTS: Final = {
    "event": "SELECT seq FROM event WHERE cause IN ({causes}) AND seq > ? AND seq <= ?",
    "message": "SELECT exchange FROM message WHERE cause IN ({causes}) AND seq > ? AND seq <= ?",
}
_NEXT: Final = """SELECT * FROM (SELECT seq, at_us FROM event WHERE seq >= ?1 ORDER BY seq LIMIT 1)
UNION ALL SELECT * FROM (SELECT seq, end_us FROM message WHERE seq >= ?1 ORDER BY seq LIMIT 1) ORDER BY 1 LIMIT 1"""


class Belonging(NamedTuple):
    """Rows in the order in which to tell them, and by `copies_key` how many more copies of a message others got."""

    rows: list[Row]
    told_to_others: Counter[tuple[str, int, str]]


class _Thread(NamedTuple):
    """A session at OCPI, or with `source` a transaction at OCPP: it is the driver's if the driver made it begin."""

    id: str
    source: str


class Web:
    """Cause and effect in one recording. Rows never change, so what was read is remembered."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._rows: dict[Key, Row] = {}

    def row(self, key: Key) -> Row | None:
        """The row that a cause names, without headers and bodies."""
        if key not in self._rows:
            kind, number = key
            if kind == "event":
                self._add(self._recording.events(after_seq=number - 1, limit=1))
            elif kind == "message":
                self._add(self._recording.messages(exchange=number))
        return self._rows.get(key)

    def causes(self, row: Row) -> Iterator[Row]:
        """What brought the row about, nearest first."""
        cause = self.row((row.cause_kind, row.cause))
        while cause is not None:
            yield cause
            cause = self.row((cause.cause_kind, cause.cause))

    def driver_of(self, row: Row) -> str:
        """The driver to whose doing a row goes back, a session's or transaction's rows by its start; "" if nobody's."""
        thread = _thread(row)
        begin = row if thread is None else min(self._rows_of(thread), key=at_us_of, default=row)
        for each in (begin, *self.causes(begin)):
            if isinstance(each, Event) and each.source.startswith(DRIVER):
                return each.source.removeprefix(DRIVER)
        return ""

    def of_driver(self, driver: str) -> Belonging:
        """All that belongs to a driver's visit; nothing when the recording knows no such driver.

        What only affected others (their car charges slower now) is their story. Of what a CPO tells all its eMSPs only
        the copy to the driver's own is kept.
        """
        own = self._add(self._recording.events(source=DRIVER + driver))
        if not own:
            return Belonging([], Counter())
        # A driver who leaves names the transaction; without messages (aggregates) no cause leads from app to charger.
        is_own = {_left(event): True for event in own if event.kind == "leave"}
        rows = self._grown(own, own[-1].at_us + AFTERMATH_US, is_own)
        for thread in [thread for thread, belongs in is_own.items() if belongs]:
            rows |= {key_of(row): row for row in self._rows_of(thread)}
        rows |= self._about_limits(rows.values())
        kept, others = _split(rows.values(), own[0].party)
        return Belonging(in_order(kept), others)

    def of_session(self, session_id: str) -> Belonging:
        """All messages of a session, what brought them about, and its transaction at the charge point."""
        rows: dict[Key, Row] = {}
        for message in self._rows_of(_Thread(session_id, "")):
            for row in (message, *self.causes(message)):
                thread = _thread(row)
                if key_of(row) not in rows and thread is not None and thread.source:
                    rows |= {key_of(each): each for each in self._rows_of(thread)}
                rows[key_of(row)] = row
        rows |= self._about_limits(rows.values())
        return Belonging(in_order(rows.values()), Counter())

    def of_cause(self, row: Row) -> Belonging:
        """The first cause of a row and all that soon came of it: a registration, a round of synchronising."""
        first = [row, *self.causes(row)][-1]
        rows = self._grown([first], at_us_of(first) + AFTERMATH_US, None)
        return Belonging(in_order(rows.values()), Counter())

    def _grown(self, roots: Sequence[Row], to_us: int, is_own: dict[_Thread, bool] | None) -> dict[Key, Row]:
        """The roots and, before `to_us`, their effects; with `is_own` (which is filled) no threads of other drivers."""
        own = {key_of(row) for row in roots}
        span = seq_at(self._recording, at_us_of(roots[0]) - 1), seq_at(self._recording, to_us - 1)
        found: dict[Key, Row] = {}
        level = {key_of(row): row for row in roots}
        while level:
            if is_own is not None:
                level = {key: row for key, row in level.items() if self._is_about(row, own, is_own)}
            found |= level
            level = {key_of(row): row for row in self._effects(level, span) if key_of(row) not in found}
        return found

    def _about_limits(self, rows: Iterable[Row]) -> dict[Key, Row]:
        """What came of messages that limit a session: how hubs passed them on, and what a charge point was told."""
        found: dict[Key, Row] = {}
        for row in [row for row in rows if isinstance(row, Message) and row.module == LIMITS]:
            span = seq_at(self._recording, row.start_us - 1), seq_at(self._recording, row.end_us + AFTERMATH_US)
            level: dict[Key, Row] = {key_of(row): row}
            while level:
                level = {key_of(each): each for each in self._effects(level, span) if _is_of_limit(each, row)}
                found |= level
        return found

    def _effects(self, causes: Mapping[Key, Row], span: tuple[int, int]) -> Iterator[Row]:
        """What the rows brought about, within a span of sequences."""
        numbers = ", ".join(str(number) for _, number in causes)
        for kind, sql in _EFFECTS.items():
            for (number,) in self._recording.query(sql.format(causes=numbers), span):
                row = self.row((kind, number))
                if row is not None and (row.cause_kind, row.cause) in causes:
                    yield row

    def _is_about(self, row: Row, own: set[Key], is_own: dict[_Thread, bool]) -> bool:
        if isinstance(row, Event) and row.source.startswith(DRIVER):
            return key_of(row) in own
        thread = _thread(row)
        if thread is None:
            return True
        if thread not in is_own:
            first = min(self._rows_of(thread), key=at_us_of)
            is_own[thread] = any(
                key_of(cause) in own or ((begun_by := _thread(cause)) is not None and is_own.get(begun_by, False))
                for cause in self.causes(first)
            )
        return is_own[thread]

    def _rows_of(self, thread: _Thread) -> Sequence[Row]:
        if thread.source:
            return self._add(self._recording.events(source=thread.source, subject=thread.id, kind="ocpp"))
        return self._add(self._recording.messages(session_id=thread.id))

    def _add(self, rows: Sequence[_R]) -> Sequence[_R]:
        for row in rows:
            self._rows[key_of(row)] = row
        return rows


def _is_of_limit(row: Row, of: Message) -> bool:
    """Whether an effect of a message that limits a session tells of it; how a transaction goes on its own rows tell."""
    if isinstance(row, Message):
        return row.route == of.route
    return row.kind == "ocpp" and _thread(row) is None


def key_of(row: Row) -> Key:
    """How a cause names the row."""
    return ("message", row.exchange) if isinstance(row, Message) else ("event", row.seq)


def at_us_of(row: Row) -> int:
    """When it happened, or its request left."""
    return row.start_us if isinstance(row, Message) else row.at_us


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By time; within an instant events before messages, as the street brings them about, but no effect before a cause
    that is among the rows.
    """
    chosen = {key_of(row): row for row in sorted(rows, key=_by_time)}
    told: dict[Key, Row] = {}
    for key, row in chosen.items():
        chain = [(key, row)]
        cause = (row.cause_kind, row.cause)
        while cause in chosen and cause not in told:
            chain.append((cause, chosen[cause]))
            cause = (chosen[cause].cause_kind, chosen[cause].cause)
        told.update(reversed(chain))
    return list(told.values())


def copies_key(row: Message) -> tuple[str, int, str]:
    """What the copies of one message to several parties have in common."""
    return row.cause_kind, row.cause, row.route


def seq_at(recording: Recording, at_us: int) -> int:
    """The last sequence of what had happened by then, 0 before all; rows are written down in the order of time."""
    before, last = 0, recording.last_seq
    while before < last:
        middle = (before + last + 1) // 2
        following = recording.query(_NEXT, (middle,))
        if following and following[0][1] <= at_us:
            before = following[0][0]
        else:
            last = middle - 1
    return before


def _split(rows: Iterable[Row], emsp: str) -> tuple[list[Row], Counter[tuple[str, int, str]]]:
    """The rows to tell, and how many copies of a message went between parties that are not the driver's eMSP.

    What limits the driver's car is told whoever asked for it, be it an SCSP. With one hop of a message that goes by way
    of hubs all those are told that it took before and takes after.
    """
    rows = list(rows)
    messages = {row.exchange: row for row in rows if isinstance(row, Message)}
    onward: dict[int, list[int]] = {}
    for row in messages.values():
        before = messages.get(row.cause) if row.cause_kind == "message" else None
        if before is not None and before.route == row.route:
            onward.setdefault(before.exchange, []).append(row.exchange)
    inward = {each: before for before, hops in onward.items() for each in hops}
    chosen = [
        row.exchange
        for row in messages.values()
        if not emsp or emsp in (row.sender, row.receiver) or row.module == LIMITS
    ]
    told = dict.fromkeys(chosen)
    for exchange in chosen:
        while (exchange := inward.get(exchange, 0)) and exchange not in told:
            told[exchange] = None
    for exchange in chosen:
        new = [each for each in onward.get(exchange, ()) if each not in told]
        told.update(dict.fromkeys(new))
        chosen += new
    others = Counter(copies_key(row) for row in messages.values() if row.exchange not in told)
    return [row for row in rows if isinstance(row, Event) or row.exchange in told], others


def _thread(row: Row) -> _Thread | None:
    """The session or transaction that the row is about."""
    if isinstance(row, Message):
        return _Thread(row.session_id, "") if row.session_id else None
    return _Thread(row.subject, row.source) if row.kind == "ocpp" and b'"TransactionEvent"' in row.data else None


def _left(event: Event) -> _Thread:
    """The transaction that a driver leaves."""
    return _Thread(event.subject, f"ocpp/{msgspec.json.decode(event.data, type=dict[str, Any]).get('evse', '')}")


def _by_time(row: Row) -> tuple[int, bool, int]:
    """Messages of one instant in the order in which they started, which their sequence is not."""
    return at_us_of(row), isinstance(row, Message), row.exchange if isinstance(row, Message) else row.seq
