"""Lets somebody look at each message as it is written, and keeps what he remarks as hints.

Whoever writes the recording has time left, the engine has not; and in a process of its own it takes none from the
engine. This room knows no protocol, so the onlooker is handed in by name. Hints are no part of the digest.
"""

from collections.abc import Iterable, Iterator, Mapping
from pkgutil import resolve_name
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from simulator.recording.headers import with_ids
from simulator.recording.rows import EncodedMessage, Headers, HintRow, Severity

FAILED: Final = "onlooker-failed"
"""The rule of the remark that an onlooker's own code has failed."""

_REMEMBERED: Final = 10_000
_decode: Final = msgspec.msgpack.Decoder(Headers).decode


class Remark(Protocol):
    """What an onlooker has to say."""

    @property
    def rule(self) -> str:
        """What it is about, in a word."""
        ...

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        ...

    @property
    def path(self) -> str:
        """Where in the body, in JSON path."""
        ...

    @property
    def section(self) -> str:
        """Where it is written."""
        ...

    def sentence(self) -> str:
        """The remark for the person who has to act."""
        ...


class Looks(Protocol):
    """An onlooker. It gets the messages in order; its class is made without arguments."""

    @property
    def errors(self) -> Mapping[str, Mapping[str, int]]:
        """How many of the remarks so far are of severity error, by the party whose doing each is, and by rule.

        Whose doing one is may turn out at a later message.
        """
        ...

    def look_at(
        self,
        row: EncodedMessage,
        asked: int,
        request_headers: Mapping[str, str],
        answered: int,
        response_headers: Mapping[str, str],
    ) -> Iterable[Remark]:
        """The remarks on a message.

        The names of headers are in lower case. `asked` and `answered` are their numbers: those of one number differ in
        the message ids that they end with and in nothing else; 0 for headers without a number.
        """
        ...


class Failure(Struct, frozen=True):
    """The remark that an onlooker has failed at a message."""

    reason: str
    rule: str = FAILED
    severity: Severity = "error"
    path: str = "$"
    section: str = ""

    def sentence(self) -> str:
        """See Remark."""
        return f"The program failed to look at this message as a whole ({self.reason}); please report this."


class Onlooker:
    """Collects the hints on the messages of a batch."""

    def __init__(self, name: str) -> None:
        """`name` is that of a class that Looks, such as "package.module:Class"."""
        self._looks: Looks = resolve_name(name)()
        self._failures: dict[str, int] = {}
        self._hints: list[tuple[int, HintRow]] = []
        self._headers: dict[int, dict[str, str]] = {}

    @property
    def errors(self) -> dict[str, dict[str, int]]:
        """How many remarks of severity error have been made so far, by party and rule."""
        errors = {party: dict(by_rule) for party, by_rule in self._looks.errors.items()}
        for party, count in self._failures.items():
            errors.setdefault(party, {})[FAILED] = count
        return errors

    def look(self, seq: int, row: EncodedMessage, asked: int, answered: int) -> None:
        """Have the message looked at whose headers have these numbers."""
        request_headers = self._read(asked, row.request_headers, row)
        response_headers = self._read(answered, row.response_headers, row)
        for remark in self._remarks(row, asked, request_headers, answered, response_headers):
            hint = HintRow(
                row.end_us, row.exchange, remark.rule, remark.severity, remark.sentence(), remark.path, remark.section
            )
            self._hints.append((seq, hint))

    def _remarks(
        self, row: EncodedMessage, asked: int, request: dict[str, str], answered: int, response: dict[str, str]
    ) -> Iterator[Remark]:
        """What the onlooker remarks; where his own code fails the run goes on, and the recording says so."""
        try:
            yield from self._looks.look_at(row, asked, request, answered, response)
        except Exception as error:
            self._failures[row.sender] = self._failures.get(row.sender, 0) + 1
            yield Failure(f"{type(error).__name__}: {error}")

    def among(self, hints: list[tuple[int, HintRow]]) -> list[tuple[int, HintRow]]:
        """The hints collected together with others of the same batch, in an order that no batch's size changes."""
        if not self._hints:
            return hints
        # What the engine remarks once a row is there may come a batch later, so that it is always put after that row's.
        together = sorted([*self._hints, *hints], key=_seq)
        self._hints.clear()
        return together

    def _read(self, number: int, encoded: msgspec.Raw, row: EncodedMessage) -> dict[str, str]:
        known = self._headers.get(number) if number else None
        if known is None:
            known = {name.lower(): value for name, value in reversed(_decode(encoded))}
            if number:
                if len(self._headers) >= _REMEMBERED:
                    self._headers.clear()
                self._headers[number] = known
            return known
        return with_ids(known, row.correlation_id, row.request_id)


def _seq(hint: tuple[int, HintRow]) -> int:
    return hint[0]
