"""What came of a message that was passed on, as its sender is told: in its version, with URLs that it can use.

The party's own status codes (2xxx, 3xxx) pass unchanged, the hub's (4xxx) say why there is no answer of the party's.

Between parties of one version a hub is no judge: a body with a status code passes as it came, be it a code that OCPI
does not have, or a timestamp that is wrong or missing. Whoever asked takes it as it would without a hub, and the expert
names the fault and its author on both legs. Between versions the hub writes the envelope itself, with its own time, and
has no other word for such a code. A body without a status code is no answer at all.
Source: OCPI 2.2.1, Status codes, Hub errors; Transport and format, Pagination; digest, sections 2.3 and 2.5.
"""

from functools import partial

from simulator.engine.exchange import Exchange
from simulator.ocpi import codec
from simulator.ocpi import headers as h
from simulator.ocpi.envelope import status_of
from simulator.ocpi.findings import Invalid
from simulator.ocpi.pagination import next_url
from simulator.ocpi.status import Status
from simulator.ocpi.translation.wording import as_written
from simulator.parties.call import Call, Refusal, Reply, fewer
from simulator.parties.office import Office
from simulator.parties.roles.hub.addressee import no_answer, not_connected
from simulator.parties.roles.hub.changes import Changes
from simulator.parties.roles.hub.interpreter import Interpreter
from simulator.parties.roles.hub.links import Links, Place
from simulator.parties.roles.hub.onward import Onward, payer_of
from simulator.parties.roles.hub.subjects import CARGO, NOTHING
from simulator.wire.carrier import Headers, Response

_UNAUTHORISED = 401
_KEPT = (h.X_TOTAL_COUNT.lower(), h.X_LIMIT.lower())


class Answers:
    """Makes the answers of one hub from those of the parties."""

    def __init__(self, office: Office, interpreter: Interpreter, changes: Changes, links: Links) -> None:
        self._office = office
        self._interpreter = interpreter
        self._changes = changes
        self._links = links

    def answer(self, call: Call, onward: Onward, exchange: Exchange) -> Reply:
        """What the sender is told. Raises Refusal with a 4xxx code when there is no usable answer."""
        response, to = exchange.response, onward.way.client.id
        if response is None:
            if exchange.final == "dead":
                raise not_connected(to)
            raise no_answer(to)
        if response.status == _UNAUTHORISED or status_of(response.body) is None:
            raise _of_no_use(onward, response)
        if call.version != onward.way.line.version:
            return self._translated(call, onward, exchange, response)
        headers = self._headers(call, onward, response)
        self._changes.passed_as_it_is(call, call.owner or onward.way.to, onward.way.end.facade, response.body)
        self._office.journal.passed_on(call.cause.id, self._office.id, exchange.id, exchange.receiver.id)
        return Reply(http_status=response.status, headers=headers, speaker=onward.way.back, passed=response.body)

    def _translated(self, call: Call, onward: Onward, exchange: Exchange, response: Response) -> Reply:
        answer, cargo = self._office.client.read(exchange), CARGO.get(call.route.name, NOTHING)
        if not answer.status:
            raise _of_no_use(onward, response)
        data = bytes(answer.data) if answer.data is not None else None
        headers = self._headers(call, onward, response)
        if data is not None and cargo.told:
            source, owner = onward.way.line.version, call.owner or onward.way.to
            try:
                payer = payer_of(call, onward.way)
                listed = partial(self._changes.passed, call, owner, onward.way.end.facade)
                said = (
                    self._interpreter.say_list(cargo.told, data, source, call.version, owner, payer, listed)
                    if cargo.many
                    else self._interpreter.say(
                        cargo.told,
                        data,
                        source,
                        call.version,
                        owner,
                        payer=payer,
                        token=call.params.get("token_uid", ""),
                        network=onward.way.sender if cargo.told == "authorization_info" else None,
                    )
                )
            except (*codec.UNREADABLE, Invalid) as error:
                if isinstance(error, Invalid):
                    self._office.client.hints(exchange, error.findings)
                raise Refusal(Status.HUB_ERROR, f"What {'-'.join(onward.way.to)} answered is not valid.") from error
            self._interpreter.tell(exchange.id, said)
            if not cargo.many and said.body is not None:
                listed(data, said.body)
            if said.body is None:
                raise Refusal(
                    Status.CLIENT_ERROR, f"It cannot be said in OCPI {call.version}: {said.reason}"[:255], 404
                )
            self._office.client.hints(exchange, [finding for item in said.unreadable for finding in item])
            data, headers = said.body, fewer(headers, len(said.withheld) + len(said.unreadable))
        return Reply(
            data,
            answer.status,
            self._as_written(call, onward, answer.problem),
            response.status,
            headers,
            speaker=onward.way.back,
        )

    def _as_written(self, call: Call, onward: Onward, problem: str) -> str | None:
        """What is wrong, in the fields that the sender has written."""
        if not problem or onward.said is None:
            return problem or None
        return as_written(problem, onward.cargo.sent, call.version, onward.way.line.version)[:255]

    def _headers(self, call: Call, onward: Onward, response: Response) -> Headers:
        """The headers of a page, or of a CDR that was created, with the hub's URLs in place of the party's."""
        is_cdr = onward.cargo.sent == "cdr"
        if not call.route.paginated and not is_cdr:
            return ()
        way, kept = onward.way, list[tuple[str, str]]()
        place = Place(way.base, way.ours, onward.url, way.sender, way.to)
        for name, value in response.headers:
            if name.lower() in _KEPT:
                kept.append((name, value))
            elif is_cdr and name.lower() == h.LOCATION.lower():
                kept.append((h.LOCATION, self._links.cdr(call.version, place, value, onward.subject.object_id)))
            elif call.route.paginated and name.lower() == h.LINK.lower():
                url = next_url(value)
                if url is not None:
                    kept.append((h.LINK, f'<{self._links.page(call.route.name, place, url)}>; rel="next"'))
        return tuple(kept)


def _of_no_use(onward: Onward, response: Response) -> Refusal:
    to = onward.way.client.id
    return Refusal(Status.HUB_ERROR, f"{to} gave the hub no usable answer (HTTP {response.status}).")
