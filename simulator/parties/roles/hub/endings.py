"""What its owner lists no more is ended at all who were told of it: to them it was pushed, nobody else will tell them.

Nor can they ask later, as the hub has it no more. So an end that did not get through is told again, each time that the
hub has read what its receiver has: when that is back, and now and then. One that was refused is not. What an owner of
2.1.1 lists no more for one party behind another hub, though for others there, is ended at that party alone.
Source: OCPI 2.2.1, Transport and format, Client Owned Object Push and Offline behaviour.
"""

from functools import partial

from msgspec import Struct

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import InterfaceRole
from simulator.parties.client import came_through, succeeded
from simulator.parties.connection import Connection
from simulator.parties.office import Office
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.changes import Change, Changes
from simulator.parties.roles.hub.directory import CONNECTED, Directory
from simulator.parties.roles.hub.kept import Kept
from simulator.parties.roles.hub.subjects import MODULES
from simulator.parties.roles.hub.wholes import Wholes


class _End(Struct, eq=False):
    """An end that a receiver has not heard of; `change` is what is under way to it."""

    kept: Kept
    change: Change | None = None


class Endings:
    """Tells the receivers of one hub what has ended, until they have heard of it."""

    def __init__(
        self,
        office: Office,
        directory: Directory,
        cache: Cache,
        changes: Changes,
        wholes: Wholes,
    ) -> None:
        self._office = office
        self._directory = directory
        self._cache = cache
        self._changes = changes
        self._wholes = wholes
        self._unheard: dict[str, dict[tuple[str, ...], _End]] = {}

    def end(self, kept: Kept, cause: Cause) -> None:
        """End what its owner lists no more, and the hub has forgotten, at everybody who was told of it."""
        for name in kept.readers:
            end = self._unheard.setdefault(name, {})[_key(kept)] = _End(kept)
            self._tell(self._office.connections[name], end, cause)

    def read(self, line: Connection, cause: Cause) -> None:
        """All that a platform has was read: now it is told what it has not heard of."""
        line = self._directory.at_end(line)
        for end in tuple(self._unheard.get(line.name, {}).values()):
            if end.change is None:
                self._tell(line, end, cause)

    def clear(self) -> None:
        """Nothing is under way any more: the hub went down."""
        for ends in self._unheard.values():
            for end in ends.values():
                if end.change is not None:
                    self._changes.failed(end.change)
                    end.change = None

    def _tell(self, line: Connection, end: _End, cause: Cause) -> None:
        """Tell a receiver of an end, if it is there, and if that is one still."""
        if not line.registered or self._directory.at(line).status is not CONNECTED:
            return
        kept = end.kept
        facades = self._directory.facades(kept.owner, line)
        again = self._cache.get(kept.kind, kept.owner, kept.id, kept.type, [kept.facade])
        known = again or self._cache.get(kept.kind, kept.owner, kept.id, kept.type, facades)
        if known is not None:  # it is listed again, or told over another facade
            known.succeed(kept, line.name)
        to = line if known is again else self._alone(line, kept)
        has_ended = known is None or to is not line
        if not has_ended or not self._send(line, to, end, cause):
            del self._unheard[line.name][_key(kept)]

    def _alone(self, line: Connection, kept: Kept) -> Connection:
        """The connection with the party behind another hub for which alone a Tariff has ended, if there is one."""
        client = self._directory.find(kept.facade)
        if kept.kind != "tariff" or client is None or client.line is not line:
            return line
        return self._directory.relay(line, kept.owner, (client.country_code, client.party_id))

    def _send(self, line: Connection, to: Connection, end: _End, cause: Cause) -> bool:
        """Send an end; False when a receiver has nothing that could be ended."""
        if line.endpoint(MODULES[end.kept.kind], InterfaceRole.RECEIVER) is None:
            return False
        change = self._changes.end(line, end.kept)
        if not change.method:
            return False
        if to is not line:  # the hub before it still has it, for others
            self._changes.failed(change)
        end.change = change
        self._wholes.push(to, end.kept, change, cause, partial(self._concluded, line, end, change))
        return True

    def _concluded(self, line: Connection, end: _End, change: Change, exchange: Exchange | None) -> None:
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
