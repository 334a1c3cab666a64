"""Passes messages on, whatever their module: to whom they are addressed, in the version that is spoken there.

The onward leg has a request id of its own and keeps correlation id, FROM and TO. Source: OCPI 2.2.1, Transport and
format, Message routing; Status codes, Hub errors; digest, section 2.3.
"""

from functools import partial
from typing import TypeAlias

from msgspec.structs import replace
from simpy import Event

from simulator.engine.exchange import Exchange
from simulator.ocpi import headers as h
from simulator.ocpi.modules import InterfaceRole
from simulator.ocpi.status import Status
from simulator.parties.call import Call, Later, Refusal, Reply, Waiting
from simulator.parties.dialect import OLDEST
from simulator.parties.office import Office
from simulator.parties.push import Outbox
from simulator.parties.roles.hub.addressee import FROM, TO, Addressees, no_answer, not_connected
from simulator.parties.roles.hub.answers import Answers
from simulator.parties.roles.hub.broadcast import Broadcast
from simulator.parties.roles.hub.directory import CONNECTED, Directory
from simulator.parties.roles.hub.kept import Owner
from simulator.parties.roles.hub.library import Library
from simulator.parties.roles.hub.onward import Onward, Preparation, Way
from simulator.parties.roles.hub.standing import Standing
from simulator.parties.roles.hub.subjects import SHARED

Leg: TypeAlias = tuple[str, str, str]
"""What is passed on: in which conversation (the correlation id), with which method, to which URL without its query."""
_MOST_AT_ONCE = 8
"""So many equal messages of one conversation may be under way over a hub; more go in a circle."""
_SURVIVING = ("credit-twice", "profile-not-set", "start-session-connector")
"""Of what only a receiver can know, what no translation from 2.2 on can cause."""
_CORRELATION_ID = h.X_CORRELATION_ID.lower()
_FROM_COUNTRY_CODE, _FROM_PARTY_ID = FROM
_TO_COUNTRY_CODE, _TO_PARTY_ID = TO


class Forwarder:
    """Answers every functional module of one hub. `timeout_us` after a request has come it is answered."""

    def __init__(
        self,
        office: Office,
        directory: Directory,
        standing: Standing,
        addressees: Addressees,
        preparation: Preparation,
        answers: Answers,
        library: Library,
        broadcast: Broadcast,
        outbox: Outbox,
        timeout_us: int,
    ) -> None:
        self._office = office
        self._us = (office.identity.country_code, office.identity.party_id)
        self._directory = directory
        self._standing = standing
        self._addressees = addressees
        self._preparation = preparation
        self._answers = answers
        self._library = library
        self._broadcast = broadcast
        self._outbox = outbox
        self._timeout_us = timeout_us
        self._under_way: dict[Leg, int] = {}
        self._ways: dict[tuple[str | None, ...], Way] = {}

    def clear(self) -> None:
        """Forget what is under way: the hub went down."""
        self._under_way.clear()

    def handle(self, call: Call) -> Reply | Later | Waiting:
        """Answer a request: pass it on, or answer it ourselves when it is addressed to the hub."""
        self._standing.heard(call.line, call.cause)
        headers = call.headers
        kind = (
            call.line.name,
            call.route.name,
            call.version,
            headers.get(_FROM_COUNTRY_CODE),
            headers.get(_FROM_PARTY_ID),
            headers.get(_TO_COUNTRY_CODE),
            headers.get(_TO_PARTY_ID),
        )
        way = self._ways.get(kind)
        # A new registration brings other endpoints and perhaps another version: then the way must be found anew.
        if (
            way is not None
            and way.client.status is CONNECTED
            and way.line.registered
            and way.endpoints is way.line.endpoints
        ):
            return self._send(call, self._preparation.plain(call, way))
        return self._decide(call, kind)

    def _decide(self, call: Call, kind: tuple[str | None, ...]) -> Reply | Later | Waiting:
        sender = self._addressees.sender(call)
        asked = self._preparation.callbacks.asked(call, sender)
        to = asked.asker if asked is not None else self._addressees.receiver(call)
        if to == self._us:
            return self._for_the_hub(call, sender)
        client = self._addressees.reachable(to)
        if client.line_from("-".join(sender)) is None and _is_shown(call):
            return replace(self._library.for_owner(call, to), speaker=self._directory.relay(call.line, to, sender))
        way = self._preparation.way(call, sender, to, client, asked)
        if way.plain and (kind[-1] or call.line.facade):
            self._ways[kind] = way
        return self._send(call, self._preparation.onward(call, way, asked))

    def _for_the_hub(self, call: Call, sender: Owner) -> Reply:
        route = call.route
        if route.paginated and route.module.value in SHARED:
            return self._library.list(call)
        if route.method == "GET":
            raise Refusal(Status.CLIENT_ERROR, f"The hub has no {route.module} of its own to show; address the owner.")
        # Parties may not broadcast a DELETE; another hub says by it that an owner lists something no more.
        methods = ("PUT", "PATCH", "DELETE") if call.line.to_hub else ("PUT", "PATCH")
        if route.module.value not in SHARED or call.owner is None or route.method not in methods:
            raise Refusal(Status.CLIENT_ERROR, f"{route.method} of {route.module} cannot be broadcast.")
        owner = (call.owner[0].upper(), call.owner[1].upper())
        self._directory.must_own(call.line, sender, owner)
        if route.method == "DELETE":
            return self._library.end(call, owner)
        reply = self._library.told(call, owner)
        self._broadcast.send(call, owner)
        return reply

    def _send(self, call: Call, onward: Onward) -> Later | Waiting:
        correlation_id = call.headers.get(_CORRELATION_ID, "")
        leg = (correlation_id, onward.method, onward.url.partition("?")[0])
        if call.line.to_hub and onward.way.end.to_hub:
            self._must_lead_on(call, onward, leg)
        if onward.lane:
            return self._in_turn(call, onward, leg)
        exchange = self._office.client.send(
            onward.way.line,
            onward.method,
            onward.url,
            onward.subject,
            call.cause,
            onward.body,
            correlation_id=correlation_id,
            timeout_us=self._timeout_us,
        )
        if exchange is None:
            raise Refusal(Status.HUB_ERROR, f"The URL of {onward.way.line.peer_id} does not lead there.")
        self._under_way[leg] = self._under_way.get(leg, 0) + 1
        self._preparation.sent(onward, exchange)
        if onward.said is None or call.version != OLDEST:
            rules = () if onward.said is None else _SURVIVING
            self._office.journal.passed_on(exchange.id, self._office.id, call.cause.id, call.line.peer_platform, rules)
        return Later(exchange, partial(self._answer, call, onward, leg))

    def _must_lead_on(self, call: Call, onward: Onward, leg: Leg) -> None:
        """Refuse what goes in a circle, from one hub to another.

        The first hub that it comes to twice refuses it by its sender, who cannot be behind two hubs. But one from
        outside may not look, and lead the same message to us time and again; while a few that are equal are none, as
        much may be asked for in one conversation.
        """
        if onward.way.end is call.line or (leg[0] and self._under_way.get(leg, 0) >= _MOST_AT_ONCE):
            raise Refusal(Status.HUB_ERROR, f"{self._office.id} would pass this message on in a circle.")

    def _in_turn(self, call: Call, onward: Onward, leg: Leg) -> Waiting:
        """Send what waits for all that its receiver has been sent of the same object."""
        over = self._office.env.event()
        until_us = self._office.calendar.now_us + self._timeout_us
        self._under_way[leg] = self._under_way.get(leg, 0) + 1
        self._outbox.push(
            onward.lane,
            onward.way.line,
            onward.method,
            onward.path,
            onward.subject,
            call.cause,
            onward.body,
            over.succeed,
            correlation_id=call.headers.get(_CORRELATION_ID, ""),
            author=call.line.peer_platform if onward.said is None else "",
            until_us=until_us,
        )
        return self._heard(call, onward, leg, over, until_us)

    def _heard(self, call: Call, onward: Onward, leg: Leg, over: Event, until_us: int) -> Waiting:
        exchange: Exchange | None = yield over
        if exchange is None:
            self._ended(call, onward, leg, None)
            is_late = self._office.calendar.now_us >= until_us
            raise (no_answer if is_late else not_connected)(onward.way.client.id)
        self._preparation.sent(onward, exchange)
        return self._answer(call, onward, leg, exchange)

    def _answer(self, call: Call, onward: Onward, leg: Leg, exchange: Exchange) -> Reply:
        self._ended(call, onward, leg, exchange)
        if exchange.response is None:
            self._standing.doubted(onward.way.end, exchange.as_cause())
        else:
            self._standing.heard(onward.way.end, exchange)
        return self._answers.answer(call, onward, exchange)

    def _ended(self, call: Call, onward: Onward, leg: Leg, exchange: Exchange | None) -> None:
        others = self._under_way.pop(leg, 0) - 1
        if others > 0:
            self._under_way[leg] = others
        self._preparation.concluded(call, onward, exchange)


def _is_shown(call: Call) -> bool:
    """Whether a party of 2.1.1, which knows no such reader, has shown the hub what this asks for."""
    route = call.route
    return route.method == "GET" and route.interface is InterfaceRole.SENDER and route.module.value in SHARED
