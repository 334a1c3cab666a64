"""Broadcast Push: what its owner sends to the hub for everybody goes on to every party that it is meant for.

The hub has answered before; what comes of it is not told to the owner. URLs keep the owner, the hub itself is FROM.
Source: OCPI 2.2.1, Transport and format, Broadcast Push; digest, section 2.3.
"""

from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.routes import join_url
from simulator.parties.call import Call
from simulator.parties.client import not_found, succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.push import Outbox
from simulator.parties.roles.hub.beginnings import Beginnings
from simulator.parties.roles.hub.changes import Change, Changes
from simulator.parties.roles.hub.directory import CONNECTED, Directory
from simulator.parties.roles.hub.interpreter import Interpreter
from simulator.parties.roles.hub.kept import Owner
from simulator.parties.roles.hub.library import Library
from simulator.parties.roles.hub.subjects import subject_of, whole_of


class Broadcast:
    """Passes pushes on to all counterparts of their owner, each object's in order.

    That a part is withheld is told once, not at each change of it.
    """

    def __init__(
        self,
        outbox: Outbox,
        directory: Directory,
        library: Library,
        interpreter: Interpreter,
        changes: Changes,
        beginnings: Beginnings,
    ) -> None:
        self._directory = directory
        self._library = library
        self._interpreter = interpreter
        self._changes = changes
        self._beginnings = beginnings
        self._outbox = outbox
        self._withheld: dict[str, str] = {}

    def send(self, call: Call, owner: Owner) -> None:
        """Pass a push on to everybody that it is meant for.

        Nobody has heard of an owner that is not connected yet; once they have, they read all that it has. With several
        hubs it goes in no circle: of an owner each hub takes only what comes by way of the one that leads to it.
        """
        teller = self._directory.find(f"{owner[0]}-{owner[1]}")
        if teller is None or teller.status is not CONNECTED:
            return
        for line in self._directory.meant(owner, call.route.module):
            if line.name != call.line.name:
                self._pass(call, owner, line)
        kept = self._changes.kept(call, owner)
        if kept is not None:
            self._beginnings.took([kept], call.cause)

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
        route, ids = call.route, self._interpreter.ids_of(call, owner, line.version)
        id, *path = tuple(ids.values())[2:]
        lane = lane_of(line, route.module, owner, id)
        if line.endpoint(route.module, route.interface) is None:
            return
        query = ""
        if route.module is ModuleID.TOKENS and line.version != OLDEST:
            query = f"?type={self._library.type_of_token(call, owner, line.version)}"
        whole = join_url("", *owner, id) + query
        place = whole if change.whole else join_url("", *owner, id, *path) + query
        subject = subject_of(call, line.version, ids)
        if change.whole:
            subject = whole_of(subject, change.method, id)
        correlation_id = call.headers.get("x-correlation-id", "")

        def tell_anew() -> None:
            # It speaks another version by now: of all that waited in the words of the other the whole tells it.
            anew = self._changes.whole(call, owner, line)
            if anew is not None and not self._outbox.holds(lane, anew.said.body or b""):
                self.push(call, owner, line, anew)

        def done(exchange: Exchange | None) -> None:
            if not succeeded(exchange):
                self._changes.failed(change)
            if exchange is None:
                if line.registered and line.version != subject.version:
                    tell_anew()
                return
            self._interpreter.tell(exchange.id, change.said)
            if change.whole or not (path or change.method == "PATCH") or not not_found(exchange):
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
            place,
            subject,
            call.cause,
            body,
            done,
            correlation_id=correlation_id,
            author=call.line.peer_platform if body is call.body else "",
        )


def lane_of(line: Connection, module: ModuleID, owner: Owner, id: str) -> str:
    """In which lane of an Outbox all goes that a receiver is sent of an object, in whatever case its id is written."""
    return f"{line.name}/{module}/{'/'.join(owner)}/{id.lower()}"
