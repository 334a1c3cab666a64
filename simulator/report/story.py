"""The story of one driver: every step in the street, every word between charge point and CPO, every OCPI message of
the session, in order, so that a person sees where OCPP ends and OCPI begins.

What belongs to it is found by cause and effect: all that follows from what the driver did, and all of the session and
the transaction that came of it. What only affected others (their car charges slower now) is their story. Of what a CPO
tells all its eMSPs only the copy to the driver's own is a line; the others are counted in its remark.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from simulator.i18n import trn
from simulator.recording.reader import Recording
from simulator.recording.rows import Event, Message
from simulator.report.clock import LocalClock
from simulator.report.remarks import Remarks, failed
from simulator.report.words import ocpp_remark, ocpp_words, office_remark, office_words, street_remark, street_words

AFTERMATH_US: Final = 600_000_000
"""How long after the driver's last step its effects are looked for; a session's own messages are found at any time."""

Layer = Literal["street", "OCPP", "OCPI", "office"]
Row = Event | Message
Key = tuple[str, int]


class StoryLine(msgspec.Struct, frozen=True):
    """One step. `number` counts the OCPI messages from 1 and is 0 for the rest; so is `exchange`.

    `layer` says between whom: the driver and the street, charge point and CPO (OCPP), platforms (OCPI), or what a party
    settles with itself (office). `at_us` is when it happened or its request left, `time` the same in local time.
    `failed`: the sender did not get what it wanted.
    """

    number: int
    at_us: int
    time: str
    layer: Layer
    sender: str
    receiver: str
    what: str
    remark: str
    failed: bool
    exchange: int
    seq: int


def story(recording: Recording, driver: str) -> list[StoryLine]:
    """The story of the driver's visit; empty when the recording knows no such driver.

    Without bodies (level headers) OCPI lines lack remarks, without messages (aggregates) there are no OCPI lines.
    """
    own = recording.events(source=f"driver/{driver}")
    if not own:
        return []
    web = _Web(recording, own)
    emsp = own[0].party
    kept, told_to_others = _split(web.belonging(), emsp)
    teller = _Teller(recording, driver, told_to_others)
    return [teller.line(row) for row in web.in_order(kept)]


class _Thread(NamedTuple):
    """A session at OCPI, or with `evse` a transaction at OCPP: it is the driver's if the driver made it begin."""

    id: str
    evse: str


class _Web:
    """What happened around a driver's visit, joined by cause and effect."""

    def __init__(self, recording: Recording, own: list[Event]) -> None:
        self._recording = recording
        self._own = {_key(event): event for event in own}
        from_us, to_us = own[0].at_us, own[-1].at_us + AFTERMATH_US
        self._rows: dict[Key, Row] = {}
        self._effects: dict[Key, list[Row]] = {}
        # A driver who leaves names the transaction; without messages (aggregates) no cause leads from app to charger.
        self._is_own: dict[_Thread, bool] = {_left(event): True for event in own if event.kind == "leave"}
        self._add(recording.events(from_us=from_us, to_us=to_us))
        self._add(recording.messages(from_us=from_us, to_us=to_us))

    def belonging(self) -> list[Row]:
        """All rows that belong to the driver's story, each once."""
        found: dict[Key, Row] = {}
        waiting: list[Row] = list(self._own.values())
        while waiting:
            row = waiting.pop()
            key = _key(row)
            if key not in found and self._is_about_driver(row):
                found[key] = row
                waiting += self._effects.get(key, ())
        for thread, is_own in self._is_own.items():
            if is_own:
                found |= self._add(self._rows_of(thread))
        return list(found.values())

    def in_order(self, rows: Iterable[Row]) -> list[Row]:
        """By time; within an instant events before messages, as the street brings them about, but no effect before
        its cause.
        """
        chosen = {_key(row): row for row in sorted(rows, key=_by_time)}
        told: dict[Key, Row] = {}
        for key, row in chosen.items():
            for cause in reversed(list(self._causes(row))):
                if _key(cause) in chosen:
                    told.setdefault(_key(cause), cause)
            told.setdefault(key, row)
        return list(told.values())

    def _add(self, rows: Iterable[Row]) -> dict[Key, Row]:
        added = {_key(row): row for row in rows}
        for key, row in added.items():
            if key not in self._rows:
                self._rows[key] = row
                if row.cause_kind:
                    self._effects.setdefault((row.cause_kind, row.cause), []).append(row)
        return added

    def _causes(self, row: Row) -> Iterator[Row]:
        cause = self._rows.get((row.cause_kind, row.cause))
        while cause is not None:
            yield cause
            cause = self._rows.get((cause.cause_kind, cause.cause))

    def _is_about_driver(self, row: Row) -> bool:
        if isinstance(row, Event) and row.source.startswith("driver/"):
            return _key(row) in self._own
        thread = _thread(row)
        if thread is None:
            return True
        if thread not in self._is_own:
            first = min(self._rows_of(thread), key=_at_us)
            self._is_own[thread] = any(_key(cause) in self._own for cause in self._causes(first))
        return self._is_own[thread]

    def _rows_of(self, thread: "_Thread") -> Sequence[Row]:
        if thread.evse:
            return self._recording.events(source=thread.evse, subject=thread.id, kind="ocpp")
        return self._recording.messages(session_id=thread.id)


class _Teller:
    """Puts rows into words, in order."""

    def __init__(self, recording: Recording, driver: str, told_to_others: Counter[tuple[str, int, str]]) -> None:
        self._recording = recording
        self._driver = driver
        self._told_to_others = told_to_others
        self._clock = LocalClock(recording.meta)
        self._remarks = Remarks()
        self._number = 0

    def line(self, row: Row) -> StoryLine:
        """The line of one row."""
        return self._message(row) if isinstance(row, Message) else self._event(row)

    def _message(self, row: Message) -> StoryLine:
        message = self._recording.message(row.exchange)
        self._number += 1
        remark = [self._remarks.remark(message)]
        others = self._told_to_others[_copies(row)]
        if others:
            text = trn("told to {count} other party too", "told to {count} other parties too", others)
            remark.append(text.format(count=others))
        return StoryLine(
            number=self._number,
            at_us=row.start_us,
            time=self._clock.time(row.start_us),
            layer="OCPI",
            sender=row.sender,
            receiver=row.receiver,
            what=self._remarks.what(message),
            remark=", ".join(filter(None, remark)),
            failed=failed(row),
            exchange=row.exchange,
            seq=row.seq,
        )

    def _event(self, row: Event) -> StoryLine:
        data = msgspec.json.decode(row.data, type=dict[str, Any])
        layer: Layer
        if row.kind == "ocpp":
            layer, what, remark = "OCPP", ocpp_words(data), ocpp_remark(data)
        elif row.source == f"driver/{self._driver}":
            layer, what, remark = "street", street_words(row.kind, data), street_remark(row.kind, data)
        else:
            layer, what, remark = "office", office_words(row.kind), office_remark(row.kind, data)
        sender, receiver = self._ends(row, data)
        return StoryLine(
            number=0,
            at_us=row.at_us,
            time=self._clock.time(row.at_us),
            layer=layer,
            sender=sender,
            receiver=receiver,
            what=what,
            remark=remark,
            failed=row.kind in ("refused", "turned_away"),
            exchange=0,
            seq=row.seq,
        )

    def _ends(self, row: Event, data: dict[str, Any]) -> tuple[str, str]:
        """Who does it or says it, and to what or whom."""
        if row.kind == "ocpp":
            evse = row.source.rpartition("/")[2]
            return (row.party, evse) if data.get("direction") == "to_charge_point" else (evse, row.party)
        if row.source != f"driver/{self._driver}":
            return row.source, ""
        if row.kind == "app":
            return self._driver, row.party
        return self._driver, str(data.get("evse") or row.subject).rpartition("/")[2]


def _split(rows: Iterable[Row], emsp: str) -> tuple[list[Row], Counter[tuple[str, int, str]]]:
    """The rows to tell, and how many copies of a message went between parties that are not the driver's eMSP."""
    kept: list[Row] = []
    others: Counter[tuple[str, int, str]] = Counter()
    for row in rows:
        if isinstance(row, Message) and emsp and emsp not in (row.sender, row.receiver):
            others[_copies(row)] += 1
        else:
            kept.append(row)
    return kept, others


def _copies(row: Message) -> tuple[str, int, str]:
    """What the copies of one message to several parties have in common."""
    return row.cause_kind, row.cause, row.route


def _thread(row: Row) -> _Thread | None:
    """The session or transaction that the row is about."""
    if isinstance(row, Message):
        return _Thread(row.session_id, "") if row.session_id else None
    return _Thread(row.subject, row.source) if row.kind == "ocpp" and b'"TransactionEvent"' in row.data else None


def _left(event: Event) -> _Thread:
    """The transaction that a driver leaves."""
    return _Thread(event.subject, f"ocpp/{msgspec.json.decode(event.data, type=dict[str, Any]).get('evse', '')}")


def _key(row: Row) -> Key:
    """How a cause names the row."""
    return ("message", row.exchange) if isinstance(row, Message) else ("event", row.seq)


def _by_time(row: Row) -> tuple[int, bool, int]:
    """Messages of one instant in the order in which they started, which their sequence is not."""
    return _at_us(row), isinstance(row, Message), row.exchange if isinstance(row, Message) else row.seq


def _at_us(row: Row) -> int:
    return row.start_us if isinstance(row, Message) else row.at_us
