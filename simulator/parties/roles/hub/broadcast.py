"""Broadcast Push: what its owner sends to the hub for everybody goes on to every party that it is meant for.

The hub has answered before; what comes of it is not told to the owner. URLs keep the owner, the hub itself is FROM.
Source: OCPI 2.2.1, Transport and format, Broadcast Push; digest, section 2.3.
"""

from msgspec.structs import replace

from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.routes import join_url
from simulator.parties.behind import COUNTERPARTS
from simulator.parties.call import Call
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.office import Office
from simulator.parties.push import Outbox
from simulator.parties.roles.hub.cache import Kept, Owner
from simulator.parties.roles.hub.directory import CONNECTED, Directory
from simulator.parties.roles.hub.interpreter import Interpreter, Said
from simulator.parties.roles.hub.library import Library
from simulator.parties.roles.hub.subjects import CARGO, SHARED, subject_of

_KEPT = 10_000


class Broadcast:
    """Passes pushes on to all counterparts of their owner, each object's in order.

    That a part is withheld is told once, not at each change of it.
    """

    def __init__(self, office: Office, directory: Directory, library: Library, interpreter: Interpreter) -> None:
        self._office = office
        self._directory = directory
        self._library = library
        self._interpreter = interpreter
        self._outbox = Outbox(office)
        self._passed: dict[str, None] = {}
        self._withheld: dict[str, str] = {}

    def clear(self) -> None:
        """Forget what waits: the hub went down."""
        self._outbox.clear()

    def _is_new(self, call: Call) -> bool:
        """Whether this has not been passed on already: with several hubs it may come round."""
        id = call.headers.get("x-correlation-id", "")
        if id in self._passed:
            return False
        if id:
            self._passed[id] = None
            if len(self._passed) > _KEPT:
                del self._passed[next(iter(self._passed))]
        return True

    def send(self, call: Call, owner: Owner, before: Kept | None) -> None:
        """Pass a push on to everybody that it is meant for; `before` is the tariff whose place another one takes.

        Nobody has heard of an owner that is not connected yet; once they have, they read all that it has.
        """
        teller = self._directory.find(f"{owner[0]}-{owner[1]}")
        if teller is None or teller.status is not CONNECTED or not self._is_new(call):
            return
        sent_by = Role.EMSP if call.route.module is ModuleID.TOKENS else Role.CPO
        done: dict[str, None] = {call.line.name: None}
        for client in self._directory:
            line = client.line_from(f"{owner[0]}-{owner[1]}")
            meant = client.role in COUNTERPARTS[sent_by] and client.status is CONNECTED
            if meant and line is not None and line.registered and line.name not in done:
                done[line.name] = None
                self._pass(call, owner, line, before)

    def take_back(self, call: Call, owner: Owner, line: Connection, before: Kept | None) -> None:
        """End a tariff at a receiver who could be told what it was `before`, and cannot be told what it is now."""
        endpoint = line.endpoint(ModuleID.TARIFFS, InterfaceRole.RECEIVER)
        if before is None or endpoint is None or self._interpreter.kept(before, line.version) is None:
            return
        id = call.params["tariff_id"]
        url = join_url(endpoint, *owner, id)
        subject = replace(subject_of(call, line.version), route="tariffs.receiver.delete_tariff")
        self._outbox.push(_lane(line, call, owner, id), line, "DELETE", url, subject, call.cause, b"")

    def _pass(self, call: Call, owner: Owner, line: Connection, before: Kept | None) -> None:
        route, params = call.route, call.params
        endpoint = line.endpoint(route.module, route.interface)
        if endpoint is None:
            return
        kind, id, type = SHARED[route.module.value], tuple(params.values())[2], _type(call)
        query = ""
        if route.module is ModuleID.TOKENS and line.version != OLDEST:
            query = f"?type={self._library.type_of_token(call, owner, line.version)}"
        whole = join_url(endpoint, *owner, id) + query
        url = join_url(endpoint, *owner, *tuple(params.values())[2:]) + query
        subject, method = subject_of(call, line.version), route.method
        correlation_id = call.headers.get("x-correlation-id", "")
        put = replace(subject, route=f"{route.module}.receiver.put_{kind}", object_kind=kind.capitalize(), object_id=id)
        lane = _lane(line, call, owner, id)

        def mend(exchange: Exchange | None) -> None:
            """A part of something that the receiver does not know: only the whole tells it."""
            if exchange is not None and method == "PATCH" and _not_found(exchange):
                body = self._library.whole(kind, owner, id, type, line.version, exchange.id)
                if body is not None:
                    self._outbox.push(lane, line, "PUT", whole, put, exchange.as_cause(), body, first=True)

        said = self._say(call, owner, line)
        if said.body is None:
            self.take_back(call, owner, line, before)
            if method != "PATCH" or self._withheld.get(url) != said.reason:
                self._interpreter.tell(call.cause.id, said)
            self._withheld[url] = said.reason
            said = self._instead(owner, line, tuple(params.values())[2:])
            if said.body is None:
                return
            method, url, subject = "PUT", whole, put
        else:
            self._withheld.pop(url, None)

        def done(exchange: Exchange | None) -> None:
            if exchange is not None:
                self._interpreter.tell(exchange.id, said)
            mend(exchange)

        author = call.line.peer_platform if said.body is call.body else ""
        self._outbox.push(
            lane,
            line,
            method,
            url,
            subject,
            call.cause,
            said.body,
            done,
            correlation_id=correlation_id,
            author=author,
        )

    def _instead(self, owner: Owner, line: Connection, ids: tuple[str, ...]) -> Said:
        """What is told in place of a change that is withheld: the Location, if a receiver has too much of the EVSE.

        That the EVSE is REMOVED would be untrue, and for good; a PUT replaces the copy and says nothing untrue.
        """
        kept = self._library.kept("location", owner, ids[0]) if len(ids) > 1 else None
        if kept is None or not self._interpreter.tells_less(kept, line.version, ids[1]):
            return Said(None)
        return self._interpreter.said(kept, line.version)

    def _say(self, call: Call, owner: Owner, line: Connection) -> Said:
        cargo, interpreter = CARGO[call.route.name], self._interpreter
        if cargo.patch:
            ids = tuple(call.params.values())[2:]
            return interpreter.say_patch(cargo.sent, call.body, call.version, line.version, owner, ids)
        return interpreter.say(cargo.sent, call.body, call.version, line.version, owner)


def _lane(line: Connection, call: Call, owner: Owner, id: str) -> str:
    return f"{line.name}/{call.route.module}/{'/'.join(owner)}/{id}"


def _type(call: Call) -> str:
    return call.query.partition("type=")[2].partition("&")[0]


def _not_found(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status == 404
