"""Whose doing an error is that two legs of one way have: a hub passes on what others wrote, and is not to blame for it.

Only a hub keeps the correlation id in what follows from a message. Broadcasts come after the message that they pass on;
of what is addressed to one party the hub waits for the answer, and passes that on. Source: digest, section 2.3.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from simulator.ocpi import headers as h
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.requests import IDS, ROUTING
from simulator.ocpi.findings import Finding

_OF_A_HOP: Final = (*IDS, *ROUTING, h.AUTHORIZATION, h.CONTENT_TYPE, "path")
"""What each platform answers for itself."""
_Place = tuple[int, str]
_Remembered = Memory[_Place, dict[tuple[str, str], str]]


class Leg(Protocol):
    """Between whom an exchange was and what it followed from; see `simulator.recording.rows.MessageRow`."""

    exchange: int
    cause_kind: str
    cause: int
    correlation_id: str
    sender: str
    receiver: str


class Authors:
    """Remembers the errors of messages for as long as they may come again on another leg."""

    def __init__(self) -> None:
        self._asked: _Remembered = Memory()
        self._answered: _Remembered = Memory()

    def of_request(self, row: Leg, findings: Iterable[Finding]) -> Iterator[tuple[str, Finding]]:
        """The findings on a request, each after whose doing it is."""
        first, this = (row.cause, row.correlation_id), (row.exchange, row.correlation_id)
        known = self._asked.get(first, {}) if row.cause_kind == "message" else {}
        return _attribute(row.sender, findings, known, self._asked, this)

    def of_answer(self, row: Leg, findings: Iterable[Finding]) -> Iterator[tuple[str, Finding]]:
        """The findings on an answer, each after whose doing it is."""
        before, this = (row.cause, row.correlation_id), (row.exchange, row.correlation_id)
        known = self._answered.pop(this, {})
        return _attribute(row.receiver, findings, known, self._answered, before)


def _attribute(
    party: str,
    findings: Iterable[Finding],
    known: dict[tuple[str, str], str],
    remembered: _Remembered,
    leg: _Place,
) -> Iterator[tuple[str, Finding]]:
    for finding in findings:
        if finding.severity != "error" or finding.path in _OF_A_HOP:
            yield party, finding
            continue
        what = finding.rule, finding.path
        author = known.get(what, party)
        remembered[leg] = {**remembered.get(leg, {}), what: author}
        yield author, finding
