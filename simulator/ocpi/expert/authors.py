"""Whose doing an error is that two legs of one way have: a hub passes on what others wrote, and is not to blame for it.

Only a hub keeps the correlation id in what follows from a message. Broadcasts come after the message that they pass on;
of what is addressed to one party the hub waits for the answer, and passes that on. Its own leg is then looked at first,
and the hub is to blame only for as long as the leg before does not show the same. Source: digest, section 2.3.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import headers as h
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.requests import IDS, ROUTING
from simulator.ocpi.findings import Finding

_OF_A_HOP: Final = (*IDS, *ROUTING, h.AUTHORIZATION, h.CONTENT_TYPE, "path")
"""What each platform answers for itself."""
Place = tuple[int, str]
"""An exchange and its correlation id; a leg after another keeps the id, and has the other's exchange as its cause."""


class Leg(Protocol):
    """Between whom an exchange was and what it followed from; see `simulator.recording.rows.MessageRow`."""

    exchange: int
    cause_kind: str
    cause: int
    correlation_id: str
    sender: str
    receiver: str


def place_of(row: Leg) -> Place:
    """Where a leg is."""
    return row.exchange, row.correlation_id


def place_before(row: Leg) -> Place | None:
    """Where the leg is that it may have followed from."""
    return (row.cause, row.correlation_id) if row.cause_kind == "message" else None


class _Doing(Struct, frozen=True):
    """What somebody does wrong, or what is only odd and makes others do wrong who pass it on.

    `before` is the leg that has still to show the same if the author has only passed it on.
    """

    author: str
    rule: str
    path: str
    version: str
    is_error: bool
    before: Place | None = None

    def after(self, others: Iterable["_Doing"]) -> "_Doing":
        """The same as it comes of what another leg has, if it does; in another version that lies elsewhere."""
        for each in others:
            if self.rule == each.rule and (self.path == each.path or self.version != each.version):
                return replace(self, author=each.author, before=each.before)
        return replace(self, before=None)


_Remembered = Memory[Place, list[_Doing]]


class Authors:
    """Counts errors after whose doing they are; remembers them for as long as they may come again on another leg."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()
        self._asked: _Remembered = Memory()
        self._waiting: _Remembered = Memory()
        self._answered: _Remembered = Memory()

    @property
    def errors(self) -> dict[str, dict[str, int]]:
        """How many errors each party has made, by rule, as far as is known by now."""
        errors: dict[str, dict[str, int]] = {}
        for (party, rule), count in self._counts.items():
            if count:
                errors.setdefault(party, {})[rule] = count
        return errors

    def blame(self, party: str, finding: Finding) -> None:
        """A finding that is this party's own doing, whatever there is on other legs."""
        if finding.severity == "error":
            self._counts[party, finding.rule] += 1

    def of_request(self, row: Leg, version: str, findings: Sequence[Finding]) -> None:
        """The findings on a request."""
        if not findings:
            return
        doings = [self._traced(each) for each in self._doings(row.sender, version, findings, place_before(row))]
        this = place_of(row)
        self._asked[this] = doings
        for each in doings:
            self._count(each)
        for each in self._waiting.pop(this, ()):
            self._counts[each.author, each.rule] -= 1
            self._count(self._traced(each))

    def of_answer(self, row: Leg, version: str, findings: Sequence[Finding]) -> None:
        """The findings on an answer, which comes after the one that it passes on."""
        if not findings:
            return
        known = self._answered.pop(place_of(row), ())
        doings = [each.after(known) for each in self._doings(row.receiver, version, findings)]
        for each in doings:
            self._count(each)
        before = place_before(row)
        if before is not None:
            _add(self._answered, before, doings)

    def _doings(
        self, party: str, version: str, findings: Iterable[Finding], before: Place | None = None
    ) -> Iterator[_Doing]:
        """What of the findings may come again on another leg; the others are this party's."""
        for each in findings:
            if each.path in _OF_A_HOP:
                self.blame(party, each)
            else:
                yield _Doing(party, each.rule, each.path, version, each.severity == "error", before)

    def _traced(self, doing: _Doing) -> _Doing:
        """The same with its author, as far back as the legs are known."""
        while doing.before is not None and (shown := self._asked.get(doing.before)) is not None:
            doing = doing.after(shown)
        return doing

    def _count(self, doing: _Doing) -> None:
        if doing.is_error:
            self._counts[doing.author, doing.rule] += 1
            if doing.before is not None:
                _add(self._waiting, doing.before, [doing])


def _add(remembered: _Remembered, place: Place, doings: list[_Doing]) -> None:
    if place in remembered:
        remembered[place] += doings
    elif doings:
        remembered[place] = doings
