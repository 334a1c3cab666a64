"""Broadcast Push: what its owner sends to the hub for everybody goes on to every party that it is meant for.

The hub has answered before; what comes of it is not told to the owner. URLs keep the owner, the hub itself is FROM.
Source: OCPI 2.2.1, Transport and format, Broadcast Push; digest, section 2.3.
"""

from collections.abc import Iterator

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.routes import join_url
from simulator.ocpi.translation.tokens import type_in
from simulator.parties.behind import COUNTERPARTS
from simulator.parties.call import Call
from simulator.parties.client import not_found, succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.office import Office
from simulator.parties.push import Done, Outbox
from simulator.parties.roles.hub.cache import Kept, Owner
from simulator.parties.roles.hub.changes import Change, Changes
from simulator.parties.roles.hub.directory import CONNECTED, Directory
from simulator.parties.roles.hub.interpreter import Interpreter
from simulator.parties.roles.hub.library import Library
from simulator.parties.roles.hub.subjects import MODULES, subject_of, subject_of_kept, whole_of

_KEPT = 10_000


class Broadcast:
    """Passes pushes on to all counterparts of their owner, each object's in order.

    That a part is withheld is told once, not at each change of it.
    """

    def __init__(
        self, office: Office, directory: Directory, library: Library, interpreter: Interpreter, changes: Changes
    ) -> None:
        self._directory = directory
        self._library = library
        self._interpreter = interpreter
        self._changes = changes
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

    def send(self, call: Call, owner: Owner) -> None:
        """Pass a push on to everybody that it is meant for.

        Nobody has heard of an owner that is not connected yet; once they have, they read all that it has.
        """
        teller = self._directory.find(f"{owner[0]}-{owner[1]}")
        if teller is None or teller.status is not CONNECTED or not self._is_new(call):
            return
        for line in self.meant(owner, call.route.module):
            if line.name != call.line.name:
                self._pass(call, owner, line)

    def end(self, kept: Kept, cause: Cause) -> None:
        """End what its owner lists no more at everybody who was told of it: to them it was pushed, not listed."""
        for line in self.meant(kept.owner, MODULES[kept.kind]):
            change = self._changes.end(line, kept)
            if change.method:
                self.tell(line, kept, change, cause)

    def tell(self, line: Connection, kept: Kept, change: Change, cause: Cause, done: Done | None = None) -> None:
        """Send of a whole object what nobody has pushed; `done` hears what came of it."""
        module, owner = MODULES[kept.kind], kept.owner
        endpoint = line.endpoint(module, InterfaceRole.RECEIVER)
        if endpoint is None:
            return
        named = {"token_uid" if kept.kind == "token" else f"{kept.kind}_id": kept.id}
        (id,) = self._interpreter.ids(named, kept.version, line.version).values()
        url = join_url(endpoint, *owner, id)
        if module is ModuleID.TOKENS and line.version != OLDEST:
            url += f"?type={type_in(kept.head.type, line.version)}"
        subject = subject_of_kept(kept.kind, change.method, id, line.version)

        def concluded(exchange: Exchange | None) -> None:
            self._concluded(change, exchange)
            if done is not None:
                done(exchange)

        body, lane = change.said.body or b"", _lane(line, module, owner, id)
        self._outbox.push(lane, line, change.method, url, subject, cause, body, concluded)

    def _concluded(self, change: Change, exchange: Exchange | None) -> None:
        if exchange is not None:
            self._interpreter.tell(exchange.id, change.said)
        if not succeeded(exchange):
            self._changes.failed(change)

    def meant(self, owner: Owner, module: ModuleID) -> Iterator[Connection]:
        """The connections with all that what an owner has is meant for, each once."""
        sent_by = Role.EMSP if module is ModuleID.TOKENS else Role.CPO
        done: dict[str, None] = {}
        for client in self._directory:
            line = client.line_from(f"{owner[0]}-{owner[1]}")
            meant = client.role in COUNTERPARTS[sent_by] and client.status is CONNECTED
            if meant and line is not None and line.registered and line.name not in done:
                done[line.name] = None
                if line.endpoint(module, InterfaceRole.RECEIVER) is not None:
                    yield line

    def _pass(self, call: Call, owner: Owner, line: Connection) -> None:
        change, copy = self._changes.of(call, owner, line), f"{line.name} {call.url}"
        reason = change.withheld.reason
        if reason and (call.route.method != "PATCH" or self._withheld.get(copy) != reason):
            self._interpreter.tell(call.cause.id, change.withheld)
        if reason:
            self._withheld[copy] = reason
        else:
            self._withheld.pop(copy, None)
        if change.method:
            self.push(call, owner, line, change)

    def push(self, call: Call, owner: Owner, line: Connection, change: Change) -> None:
        """Send a change to a receiver, after all that it has been sent of the same object."""
        route, ids = call.route, self._interpreter.ids(call.params, call.version, line.version)
        id, *path = tuple(ids.values())[2:]
        lane = _lane(line, route.module, owner, id)
        endpoint = line.endpoint(route.module, route.interface)
        if endpoint is None:
            return
        query = ""
        if route.module is ModuleID.TOKENS and line.version != OLDEST:
            query = f"?type={self._library.type_of_token(call, owner, line.version)}"
        whole = join_url(endpoint, *owner, id) + query
        url = whole if change.whole else join_url(endpoint, *owner, id, *path) + query
        subject = subject_of(call, line.version, ids)
        if change.whole:
            subject = whole_of(subject, change.method, id)
        correlation_id = call.headers.get("x-correlation-id", "")

        def done(exchange: Exchange | None) -> None:
            if not succeeded(exchange):
                self._changes.failed(change)
            if exchange is None:
                return
            self._interpreter.tell(exchange.id, change.said)
            if change.method != "PATCH" or not not_found(exchange):
                return
            # A part of something that the receiver does not know: only the whole tells it.
            mends = self._changes.whole(call, owner, line)
            if mends is not None:
                self._interpreter.tell(exchange.id, mends.said)
                put, body = whole_of(subject, "PUT", id), mends.said.body or b""
                self._outbox.push(lane, line, "PUT", whole, put, exchange.as_cause(), body, first=True)

        body = change.said.body or b""
        self._outbox.push(
            lane,
            line,
            change.method,
            url,
            subject,
            call.cause,
            body,
            done,
            correlation_id=correlation_id,
            author=call.line.peer_platform if body is call.body else "",
        )


def _lane(line: Connection, module: ModuleID, owner: Owner, id: str) -> str:
    return f"{line.name}/{module}/{'/'.join(owner)}/{id}"
