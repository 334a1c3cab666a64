"""Puts quirks between a party and the network, in the order in which the scenario names them."""

from collections.abc import Generator, Sequence
from typing import Any

from simpy import Event

from simulator.engine.exchange import Subject
from simulator.engine.node import Following, Handling, Inbound
from simulator.parties.quirks.catalogue import QUIRKS
from simulator.parties.quirks.quirk import Party, Quirk
from simulator.wire.carrier import Request, Response


class Bearer:
    """A party with quirks, as its peers meet it."""

    def __init__(self, party: Party, quirks: Sequence[Quirk]) -> None:
        self._serve = party.office.node.server
        self._quirks = quirks

    def write(self, request: Request, subject: Subject) -> Request:
        """A request that goes out."""
        for quirk in self._quirks:
            request = quirk.ask(request, subject)
        return request

    def receive(self, inbound: Inbound) -> Response | Handling | Following:
        """A request that comes in, and its answer."""
        request, answer = inbound.request, self._serve(inbound)
        if isinstance(answer, Response):
            return self._answer(request, answer)
        if isinstance(answer, Following):
            return Following(answer.awaited, lambda exchange: self._answer(request, answer.answer(exchange)))
        return self._wait(request, answer)

    def _wait(self, request: Request, work: Handling) -> Generator[Event, Any, Response]:
        answer = yield from work
        return self._answer(request, answer)

    def _answer(self, request: Request, response: Response) -> Response:
        for quirk in self._quirks:
            response = quirk.answer(request, response)
        return response


def give(party: Party, names: Sequence[str]) -> None:
    """Give a party the quirks of these names, before the run. Raises KeyError for a name that is none."""
    bearer = Bearer(party, [QUIRKS[name](party) for name in names])
    party.office.client.write = bearer.write
    party.office.node.server = bearer.receive
