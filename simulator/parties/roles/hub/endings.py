"""What its owner lists no more is ended at all who were told of it: to them it was pushed, nobody else will tell them.

Nor can they ask later, as the hub has it no more. So an end that did not get through is told again, each time that the
hub has read what its receiver has: when that is back, and now and then. One that was refused is not.
Source: OCPI 2.2.1, Transport and format, Client Owned Object Push and Offline behaviour.
"""

from functools import partial

from msgspec import Struct

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.translation.tokens import type_in
from simulator.parties.client import came_through, succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.office import Office
from simulator.parties.push import Outbox
from simulator.parties.roles.hub.broadcast import lane_of
from simulator.parties.roles.hub.cache import Cache, Kept
from simulator.parties.roles.hub.changes import Change, Changes
from simulator.parties.roles.hub.directory import CONNECTED, Directory
from simulator.parties.roles.hub.interpreter import Interpreter
from simulator.parties.roles.hub.subjects import MODULES, subject_of_kept


class _End(Struct, eq=False):
    """An end that a receiver has not heard of; `change` is what is under way to it."""

    kept: Kept
    change: Change | None = None


class Endings:
    """Tells the receivers of one hub what has ended, until they have heard of it."""

    def __init__(
        self,
        office: Office,
        outbox: Outbox,
        directory: Directory,
        cache: Cache,
        interpreter: Interpreter,
        changes: Changes,
    ) -> None:
        self._office = office
        self._outbox = outbox
        self._directory = directory
        self._cache = cache
        self._interpreter = interpreter
        self._changes = changes
        self._unheard: dict[str, dict[tuple[str, ...], _End]] = {}

    def end(self, kept: Kept, cause: Cause) -> None:
        """End what its owner lists no more, and the hub has forgotten, at everybody who was told of it."""
        for name in kept.readers:
            self._unheard.setdefault(name, {})[_key(kept)] = _End(kept)
            self._tell(self._office.connections[name], cause)

    def read(self, line: Connection, cause: Cause) -> None:
        """All that a platform has was read: it can be told now."""
        self._tell(self._directory.at_end(line), cause)

    def clear(self) -> None:
        """Nothing is under way any more: the hub went down."""
        for ends in self._unheard.values():
            for end in ends.values():
                if end.change is not None:
                    self._changes.failed(end.change)
                    end.change = None

    def _tell(self, line: Connection, cause: Cause) -> None:
        """Tell a receiver all that it has not heard of, if it is there."""
        if not line.registered or self._directory.at(line).status is not CONNECTED:
            return
        ends = self._unheard.get(line.name, {})
        for key, end in tuple(ends.items()):
            kept = end.kept
            if end.change is not None:
                continue
            if self._cache.get(kept.kind, kept.owner, kept.id, kept.head.type) is not None:
                del ends[key]  # it is listed again
            elif not self._send(line, end, cause):
                del ends[key]

    def _send(self, line: Connection, end: _End, cause: Cause) -> bool:
        """Send an end; False when a receiver has nothing that could be ended."""
        kept, module = end.kept, MODULES[end.kept.kind]
        if line.endpoint(module, InterfaceRole.RECEIVER) is None:
            return False
        change = self._changes.end(line, kept)
        if not change.method:
            return False
        named = {"token_uid" if kept.kind == "token" else f"{kept.kind}_id": kept.id}
        (id,) = self._interpreter.ids(named, kept.version, line.version).values()
        path = join_url("", *kept.owner, id)
        if module is ModuleID.TOKENS and line.version != OLDEST:
            path += f"?type={type_in(kept.head.type, line.version)}"
        subject = subject_of_kept(kept.kind, change.method, id, line.version)
        lane, body = lane_of(line, module, kept.owner, id), change.said.body or b""
        end.change = change
        self._outbox.push(
            lane, line, change.method, path, subject, cause, body, partial(self._concluded, line, end, change)
        )
        return True

    def _concluded(self, line: Connection, end: _End, change: Change, exchange: Exchange | None) -> None:
        if exchange is not None:
            self._interpreter.tell(exchange.id, change.said)
        if end.change is not change:
            return
        end.change = None
        if not succeeded(exchange):
            self._changes.failed(change)
        ends, key = self._unheard[line.name], _key(end.kept)
        if came_through(exchange) and ends.get(key) is end:
            del ends[key]


def _key(kept: Kept) -> tuple[str, ...]:
    return kept.kind, *kept.key
