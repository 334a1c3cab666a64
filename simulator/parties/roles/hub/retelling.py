"""Tells who speaks 2.1.1 what a hub has read, and nobody has pushed, of what is meant for everybody.

From 2.2 on a party hears by HubClientInfo that another is there again, or anew, and reads all that it has. In 2.1.1
nobody hears that: in whose place the hub stands has been there all along, and tells by a PUT what is new. It does so
one object after the other, lest anybody is sent a whole city at once; who does not answer is told no more of them. Who
was not there before is read by those who want to: until then they were told that it is not connected.
Source: OCPI 2.2.1, HubClientInfo; digest, section 6.1.
"""

from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import TypeAlias

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import InterfaceRole
from simulator.ocpi.v2_2_1.hubclientinfo import ConnectionStatus
from simulator.parties.client import succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.changes import Change, Changes
from simulator.parties.roles.hub.directory import Directory
from simulator.parties.roles.hub.kept import Kept
from simulator.parties.roles.hub.subjects import MODULES
from simulator.parties.roles.hub.wholes import Wholes

_Waiting: TypeAlias = deque[tuple[Kept, bool, Cause]]
"""Objects to tell of, and whether the reader had been told of each before."""


class Retelling:
    """What waits to be told over each connection of one hub with a party of 2.1.1."""

    def __init__(self, directory: Directory, cache: Cache, changes: Changes, wholes: Wholes) -> None:
        self._directory = directory
        self._cache = cache
        self._changes = changes
        self._wholes = wholes
        self._waiting: dict[str, _Waiting] = {}

    def clear(self) -> None:
        """Forget what waits: the hub went down."""
        self._waiting.clear()

    def took(self, changed: Iterable[Kept], cause: Cause) -> None:
        """These are new, or other than they were."""
        if not any(client.facades for client in self._directory):
            return
        idle = dict[str, Connection]()
        for kept in changed:
            owner = self._directory.find("-".join(kept.owner))
            if owner is None or owner.status is ConnectionStatus.PLANNED:
                continue
            for line in self._directory.meant(kept.owner, MODULES[kept.kind]):
                if line.version != OLDEST or line.name in kept.ended:
                    continue
                if kept.facade not in self._directory.facades(kept.owner, line):
                    continue
                if line.name not in self._waiting:
                    self._waiting[line.name] = deque()
                    idle[line.name] = line
                self._waiting[line.name].append((kept, line.name in kept.readers, cause))
        for line in idle.values():
            self._next(line)

    def _next(self, line: Connection) -> None:
        waiting = self._waiting[line.name]
        while waiting:
            kept, had, cause = waiting.popleft()
            if line.endpoint(MODULES[kept.kind], InterfaceRole.RECEIVER) is None:
                continue
            # It may have been told meanwhile: pushed by its owner, or listed for the reader.
            is_told = self._cache.store(kept.kind).get(*kept.key) is not kept or (not had and line.name in kept.readers)
            change = None if is_told else self._changes.anew(line, kept)
            if change is not None and change.method:
                self._wholes.push(line, kept, change, cause, partial(self._told, line, waiting, change))
                return
        del self._waiting[line.name]

    def _told(self, line: Connection, waiting: _Waiting, change: Change, exchange: Exchange | None) -> None:
        if not succeeded(exchange):
            self._changes.failed(change)
        if self._waiting.get(line.name) is not waiting:
            return
        if exchange is None or exchange.response is None:
            del self._waiting[line.name]
        else:
            self._next(line)
