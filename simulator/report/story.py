"""The story of one driver: every step in the street, every word between charge point and CPO, every OCPI message of
the session, in order, so that a person sees where OCPP ends and OCPI begins.

What belongs to it is found by cause and effect: all that follows from what the driver did, and all of the session and
the transaction that came of it. What only affected others (their car charges slower now) is their story. Of what a CPO
tells all its eMSPs only the copy to the driver's own is a line; the others are counted in its remark.
"""

from collections import Counter
from typing import Any, Literal

import msgspec

from simulator.filters.facts import failed
from simulator.i18n import trn
from simulator.recording.reader import Recording
from simulator.recording.rows import Event, Message
from simulator.report.clock import LocalClock
from simulator.report.limit_words import ocpi_limits, ocpp_limits
from simulator.report.office_words import office_remark, office_words
from simulator.report.remarks import Remarks, fields_of
from simulator.report.web import DRIVER, LIMITS, Row, Web, copies_key
from simulator.report.words import asked_readings, ocpp_remark, ocpp_words, street_remark, street_words

Layer = Literal["street", "OCPP", "OCPI", "office"]


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
    rows, told_to_others = Web(recording).of_driver(driver)
    teller = Teller(recording, told_to_others)
    return [teller.line(row) for row in rows]


class Teller:
    """Puts rows into words, in the order given; for the story of a driver as for any other choice of rows."""

    def __init__(self, recording: Recording, told_to_others: Counter[tuple[str, int, str]] | None = None) -> None:
        """`told_to_others` counts by `copies_key` the copies of messages that are not among the rows."""
        self._recording = recording
        self._told_to_others = told_to_others or Counter()
        self._clock = LocalClock(recording.meta)
        self._start_epoch_us = int(recording.meta.get("start_epoch_us") or 0)
        self._remarks = Remarks()
        self._number = 0

    def line(self, row: Row) -> StoryLine:
        """The line of one row; a message without its bodies is read again with them."""
        return self._message(row) if isinstance(row, Message) else self._event(row)

    def _message(self, row: Message) -> StoryLine:
        message = row if row.request_headers else self._recording.message(row.exchange)
        self._number += 1
        remark = [self._limits(message), self._remarks.remark(message)]
        others = self._told_to_others[copies_key(row)]
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

    def _limits(self, message: Message) -> str:
        if message.module != LIMITS:
            return ""
        return ocpi_limits(fields_of(message.request_body), self._clock.time, self._start_epoch_us)

    def _event(self, row: Event) -> StoryLine:
        data = msgspec.json.decode(row.data, type=dict[str, Any])
        layer: Layer
        if row.kind == "ocpp":
            layer, what, remark = "OCPP", ocpp_words(data), ocpp_remark(data)
            if data.get("action") == "SetChargingProfile":
                remark = ocpp_limits(data, self._clock.time)
            elif data.get("action") == "TriggerMeterValue":
                remark = asked_readings(data, self._clock.time)
        elif row.source.startswith(DRIVER):
            layer, what, remark = "street", street_words(row.kind, data), street_remark(row.kind, data)
        else:
            layer, what, remark = "office", office_words(row.kind, data), office_remark(row.kind, data)
        sender, receiver = ends(row, data)
        return StoryLine(
            number=0,
            at_us=row.at_us,
            time=self._clock.time(row.at_us),
            layer=layer,
            sender=sender,
            receiver=receiver,
            what=what,
            remark=remark,
            failed=row.kind in ("refused", "not_reserved", "turned_away"),
            exchange=0,
            seq=row.seq,
        )


def ends(event: Event, data: dict[str, Any]) -> tuple[str, str]:
    """Who does it or says it, and to what or whom ("" for nobody)."""
    if event.kind == "ocpp":
        evse = event.source.rpartition("/")[2]
        return (event.party, evse) if data.get("direction") == "to_charge_point" else (evse, event.party)
    if not event.source.startswith(DRIVER):
        return event.source, ""
    driver = event.source.removeprefix(DRIVER)
    if event.kind == "app":
        return driver, event.party
    return driver, str(data.get("evse") or event.subject).rpartition("/")[2]
