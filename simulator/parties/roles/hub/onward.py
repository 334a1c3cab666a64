"""A message as the hub passes it on: where it goes, and what of it has to be said otherwise there.

Between two parties of one version the bytes stay as they are, but for a response_url. Source: OCPI 2.2.1, Transport and
format, Message routing; digest, sections 2.3 and 6.
"""

from collections.abc import Mapping

from msgspec import Struct

from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.parties.call import Call, Refusal
from simulator.parties.client import not_found, succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.office import Office
from simulator.parties.roles.hub.addressee import not_connected, reservation_of
from simulator.parties.roles.hub.broadcast import Broadcast, lane_of
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.callbacks import Asked, Callbacks
from simulator.parties.roles.hub.changes import Change, Changes
from simulator.parties.roles.hub.directory import Client, Directory
from simulator.parties.roles.hub.interpreter import Interpreter, Said
from simulator.parties.roles.hub.kept import Owner
from simulator.parties.roles.hub.library import Library
from simulator.parties.roles.hub.links import Links
from simulator.parties.roles.hub.reservations import is_billed
from simulator.parties.roles.hub.sessions import Sessions
from simulator.parties.roles.hub.subjects import CARGO, NOTHING, Cargo, is_change, is_shared, subject_of, whole_of

_PUT_SESSION = "sessions.receiver.put_session"
_RESERVE_NOW = "commands.receiver.post_reserve_now"
_REMEMBERED = 2_048
_UNTOLD_PRICE = f"A reservation there is billed, and OCPI {OLDEST} has no prices for reservations."


class Way(Struct, frozen=True, gc=False):
    """How messages of one kind go from one party to another.

    `line` speaks for the sender and `back` for the receiver, `end` is the hub's own connection. `base` is the endpoint
    there and `ours` the hub's that stands for it. On a `plain` way messages are just passed on, for as long as the
    `endpoints` are those in force; `urls` remembers where each goes and what it is about.
    """

    sender: Owner
    to: Owner
    client: Client
    line: Connection
    end: Connection
    back: Connection
    base: str
    ours: str
    plain: bool
    cargo: Cargo
    endpoints: dict[tuple[str, str], str]
    urls: dict[str, tuple[str, Subject]]


class Onward(Struct, frozen=True, gc=False):
    """The onward leg of one message; `said` is its body if that was translated, `change` what it is to the receiver.

    `lane` is set for what is meant for everybody: the receiver hears in order what becomes of such an object. For one
    behind another hub that hub sees to it, as it alone knows which of its parties is slow to answer.
    """

    way: Way
    method: str
    url: str
    body: bytes
    subject: Subject
    cargo: Cargo
    said: Said | None = None
    change: Change | None = None
    lane: str = ""

    @property
    def path(self) -> str:
        """Where it goes from the receiver's endpoint."""
        return self.url.removeprefix(self.way.base)


class Preparation:
    """Makes onward legs for one hub."""

    def __init__(
        self,
        office: Office,
        directory: Directory,
        cache: Cache,
        interpreter: Interpreter,
        library: Library,
        changes: Changes,
        broadcast: Broadcast,
        links: Links,
    ) -> None:
        self._office = office
        self._directory = directory
        self._cache = cache
        self._interpreter = interpreter
        self._library = library
        self._broadcast = broadcast
        self._links = links
        self.callbacks = Callbacks(office)
        self._changes = changes
        self._sessions = Sessions(interpreter, office.journal, office.copies())

    def way(self, call: Call, sender: Owner, to: Owner, client: Client, asked: Asked | None) -> Way:
        """The way of a message. Refused with 2000, 4000 or 4003 when there is none."""
        route, line = call.route, client.line_from(f"{sender[0]}-{sender[1]}")
        if line is None and client.facades:
            raise self._strangers(sender, client)
        if line is None or not line.registered:
            raise not_connected(client.id)
        relay = self._directory.relay(line, sender, to)
        base = relay.endpoint(route.module, route.interface)
        if base is None and asked is None:
            raise Refusal(Status.HUB_ERROR, f"{client.id} has no {route.interface} interface for {route.module}.")
        ours = self._office.platform.url(call.version, route.module, route.interface, call.line.facade)
        plain = line.version == call.version and asked is None and _is_plain(call)
        back = self._directory.relay(call.line, to, sender)
        cargo = CARGO.get(route.name, NOTHING)
        start = (base or "").rstrip("/")
        return Way(sender, to, client, relay, line, back, start, ours, plain, cargo, relay.endpoints, {})

    def _strangers(self, sender: Owner, client: Client) -> Refusal:
        """The answer to one in whose place the hub does not stand towards a party of 2.1.1."""
        known = self._directory.find("-".join(sender))
        if known is None or known.role in (Role.CPO, Role.EMSP):
            reason = f" and has no connection with {'-'.join(sender)}"
        else:
            reason = f", which has no {known.role}s"
        return Refusal(Status.CLIENT_ERROR, f"{client.id} speaks OCPI {OLDEST}{reason}.")

    def onward(self, call: Call, way: Way, asked: Asked | None) -> Onward:
        """All that there is to send. Refused when it cannot be said in the other version; raises Invalid."""
        route, cargo, version = call.route, way.cargo, way.line.version
        owner = _owner_of(call, way)
        body, query = self.callbacks.replace(call, way.sender, way.to, version, way.line.facade)
        self._remember(call, way, owner)
        ids = self._interpreter.ids_of(call, owner, version)
        said, subject = None, subject_of(call, version, ids)
        lane = ""
        if is_shared(call) and not way.client.remote:
            lane = lane_of(way.end, route.module, owner, tuple(ids.values())[2])
        if version != call.version:
            query = self._query(call, query, version, owner)
            if is_change(call):
                return self._change(call, way, owner, query, subject, ids, lane)
            if cargo.sent and body:
                said = self._say(call, way, body, owner)
                if said.body is None:
                    raise self._withheld(call, cargo, version, said)
                self._must_be_free(call, cargo, way.to)
                body = said.body
        url = asked.url if asked is not None else self._url(call, way, query, ids)
        return Onward(way, route.method, url, body, subject, cargo, said, lane=lane)

    def _change(
        self, call: Call, way: Way, owner: Owner, query: str, subject: Subject, ids: Mapping[str, str], lane: str
    ) -> Onward:
        """The onward leg of a change of something that is kept here."""
        if is_shared(call):
            change = self._changes.of(call, owner, way.end)
        else:
            change = self._sessions.of(call, owner, way.end, way.to)
        if change.withheld.withheld:
            if change.method:
                self._broadcast.push(call, owner, way.end, change)
            raise self._withheld(call, way.cargo, way.line.version, change.withheld)
        if change.id:
            ids = {**ids, "session_id": change.id}
        url = self._url(call, way, query, ids)
        whole = tuple(ids.values())[:3]
        if change.whole:
            url = join_url(way.base, *whole) + (f"?{query}" if query else "")
        if change.whole or change.method != call.route.method:
            subject = whole_of(subject, change.method, whole[-1])
        return Onward(way, change.method, url, change.said.body or b"", subject, way.cargo, change.said, change, lane)

    def plain(self, call: Call, way: Way) -> Onward:
        """The onward leg of a message that is just passed on."""
        found = way.urls.get(call.url)
        if found is None:
            found = (
                self._url(call, way, call.query, call.params),
                subject_of(call, way.line.version, call.params),
            )
            if call.route.method != "POST":  # what is posted has no URL of its own
                if len(way.urls) >= _REMEMBERED:
                    way.urls.clear()
                way.urls[call.url] = found
        return Onward(way, call.route.method, found[0], call.body, found[1], way.cargo)

    def _url(self, call: Call, way: Way, query: str, ids: Mapping[str, str]) -> str:
        """Where a message goes. Refused with 404 for a URL of ours that stands for none of theirs."""
        foreign = self._links.meant(call, way.sender, way.to)
        if foreign is not None:
            return foreign
        return way.base + tail(call, way.ours, ids) + (f"?{query}" if query else "")

    def sent(self, onward: Onward, exchange: Exchange) -> None:
        """It is under way: record what its translation cost on the exchange that carries it."""
        if onward.said is not None:
            self._interpreter.tell(exchange.id, onward.said)
        if onward.change is not None and onward.change.delivery is not None:
            onward.change.delivery.begun()

    def concluded(self, call: Call, onward: Onward, exchange: Exchange | None) -> None:
        """It has reached its final state, or cannot be sent: what did not come to its receiver is not there."""
        change, is_done = onward.change, succeeded(exchange)
        is_gone = is_done or (exchange is not None and not_found(exchange))
        if is_gone and is_shared(call) and call.route.method == "DELETE":
            self._library.deleted(call, _owner_of(call, onward.way), onward.way.end)
        if onward.cargo.sent == "cdr" and exchange is not None and exchange.response is not None:
            way = onward.way
            self._interpreter.bills.answered(onward.subject, _owner_of(call, way), way.to, taken=is_done)
        if change is not None and not is_done:
            self._changes.failed(change)
        if change is not None and change.delivery is not None:
            change.delivery.ended(refused=not is_done and exchange is not None and exchange.response is not None)

    def _remember(self, call: Call, way: Way, owner: Owner) -> None:
        """Keep what is meant for all, though sent to each by itself, who hears of a session, and where one reserves."""
        route = call.route
        if route.interface is InterfaceRole.RECEIVER and route.method != "GET":
            self._directory.must_own(call.line, way.sender, owner)
            if is_shared(call) and route.method != "DELETE":
                self._library.told(call, owner)
                if way.end.version == call.version:
                    self._changes.passed_on(call, owner, way.end)
            elif route.name == _PUT_SESSION:
                self._cache.tell(owner, call.params["session_id"], way.to)
            elif route.name == _RESERVE_NOW:
                self._cache.reserve(way.sender, reservation_of(call.body), way.to)

    def _say(self, call: Call, way: Way, body: bytes, owner: Owner) -> Said:
        cargo, version, payer = way.cargo, way.line.version, payer_of(call, way)
        network = way.to if call.route.module is ModuleID.COMMANDS else None
        return self._interpreter.say(
            cargo.sent, body, call.version, version, owner, payer=payer, network=network, patch=cargo.patch
        )

    def _withheld(self, call: Call, cargo: Cargo, version: str, said: Said) -> Refusal:
        """The answer to what cannot be said in a version."""
        self._interpreter.tell(call.cause.id, said)
        data = _not_supported(call) if cargo.told == "command_response" else None
        return Refusal(Status.CLIENT_ERROR, f"It cannot be said in OCPI {version}: {said.reason}"[:255], data=data)

    def _must_be_free(self, call: Call, cargo: Cargo, to: Owner) -> None:
        """Refuse a reservation that would be billed to a payer of 2.1.1."""
        if cargo.sent == "reserve_now" and call.version == OLDEST and is_billed(self._cache, to, call.body):
            self._interpreter.tell(call.cause.id, Said(None, (), (("$", _UNTOLD_PRICE),)))
            raise Refusal(Status.CLIENT_ERROR, _UNTOLD_PRICE, data=_not_supported(call))

    def _query(self, call: Call, query: str, version: str, owner: Owner) -> str:
        """A token's URL says its type there; of 2.1.1 only the Sender's does."""
        if "token_uid" not in call.params:
            return query
        is_said = version != OLDEST or call.route.interface is InterfaceRole.SENDER
        return f"type={self._library.type_of_token(call, owner, version)}" if is_said else ""


def _owner_of(call: Call, way: Way) -> Owner:
    """Whose object a message is about, or whose card."""
    owner = call.owner or (way.sender if call.route.interface is InterfaceRole.RECEIVER else way.to)
    return owner[0].upper(), owner[1].upper()


def payer_of(call: Call, way: Way) -> Owner:
    """Who is to pay for the Sessions and CDRs that a message or its answer tells."""
    return way.to if call.route.interface is InterfaceRole.RECEIVER else way.sender


def _not_supported(call: Call) -> bytes:
    return b'{"result":"NOT_SUPPORTED"}' if call.version == OLDEST else b'{"result":"NOT_SUPPORTED","timeout":0}'


def _is_plain(call: Call) -> bool:
    """Whether nothing of such a message has to be kept or replaced."""
    route = call.route
    if route.module in (ModuleID.COMMANDS, ModuleID.CHARGING_PROFILES) or route.name == _PUT_SESSION:
        return False
    return not is_shared(call)


def tail(call: Call, ours: str, ids: Mapping[str, str]) -> str:
    """What of the URL lies behind our endpoint, as it was written unless it needs other `ids`."""
    path = call.url.partition("?")[0]
    if ids is call.params and path.startswith(ours):
        return path[len(ours) :].rstrip("/")
    return join_url("", *(ids[name[1:-1]] if name[:1] == "{" else name for name in call.route.template))
