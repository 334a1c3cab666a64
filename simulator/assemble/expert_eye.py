"""Lets the protocol's expert look at every exchange of a party of another make; what it remarks becomes hints.

Two of our own parties are sound by test, so that their exchanges cost nothing more.
"""

from simulator.engine.exchange import Exchange
from simulator.engine.instruments import Instrument
from simulator.engine.journal import Journal
from simulator.ocpi.expert import Expert, Seen
from simulator.wire.carrier import Headers


class ExpertEye(Instrument):
    """Watches the parties `odd`; `watched` are the exchanges that one of them was an end of."""

    def __init__(self, journal: Journal) -> None:
        self.odd: dict[str, None] = {}
        self.watched: dict[int, None] = {}
        self._journal = journal
        self._expert = Expert()

    def watch(self, party: str) -> None:
        """Look at this party's exchanges from now on; a run without such parties does without this instrument."""
        if not self.odd:
            self._journal.instruments.append(self)
        self.odd[party] = None

    def exchange(self, exchange: Exchange) -> None:
        """See Instrument."""
        if exchange.sender.id not in self.odd and exchange.receiver.id not in self.odd:
            return
        self.watched[exchange.id] = None
        for finding in self._expert.look(_seen(exchange)):
            self._journal.hint(
                exchange.id, finding.rule, finding.severity, finding.sentence(), finding.path, finding.section
            )


def _seen(exchange: Exchange) -> Seen:
    request, response, subject = exchange.request, exchange.response, exchange.subject
    return Seen(
        sender=exchange.sender.id,
        receiver=exchange.receiver.id,
        start_us=exchange.start_us,
        end_us=exchange.end_us,
        method=request.method,
        url=request.url,
        module=subject.module,
        route=subject.route,
        version=subject.version,
        request_headers=_by_name(request.headers),
        request_body=request.body,
        http_status=response.status if response is not None else None,
        response_headers=_by_name(response.headers) if response is not None else {},
        response_body=response.body if response is not None else b"",
    )


def _by_name(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in reversed(headers)}
