"""What a quirk is: a sentence about it, and a change to what a party sends or answers."""

from typing import ClassVar, Protocol

from msgspec.structs import replace

from simulator.engine.exchange import Subject
from simulator.parties.office import Office
from simulator.parties.registration import Registration
from simulator.wire.carrier import Headers, Request, Response


class Party(Protocol):
    """A party of any role that keeps its own connections."""

    @property
    def office(self) -> Office:
        """Its common ground."""

    @property
    def registration(self) -> Registration:
        """Its handshakes."""


class Quirk:
    """One defect of one party. Override what it changes; the docstring says what the platform does, and since when.

    `breaks` is the place in OCPI that asks for something else, `hints` are the rules by which a recording tells of it.
    `unsent` and `unanswered` are the headers that its requests and its answers lack.
    """

    breaks: ClassVar[str]
    hints: ClassVar[tuple[str, ...]]
    unsent: ClassVar[tuple[str, ...]] = ()
    unanswered: ClassVar[tuple[str, ...]] = ()

    def __init__(self, party: Party) -> None:
        self.office = party.office

    def ask(self, request: Request, subject: Subject) -> Request:
        """The request that goes out in place of this one."""
        del subject
        return replace(request, headers=without(request.headers, *self.unsent)) if self.unsent else request

    def answer(self, request: Request, response: Response) -> Response:
        """The answer that goes out in place of this one."""
        del request
        return replace(response, headers=without(response.headers, *self.unanswered)) if self.unanswered else response


def without(headers: Headers, *names: str) -> Headers:
    """The headers but for some."""
    dropped = [name.lower() for name in names]
    return tuple(pair for pair in headers if pair[0].lower() not in dropped)


def value_of(headers: Headers, name: str) -> str:
    """The first value of a header, empty when there is none."""
    return next((value for key, value in headers if key.lower() == name.lower()), "")
