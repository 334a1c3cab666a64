"""Tells who speaks 2.1.1 what a hub has read, and nobody has pushed, or what begins by now, of what is meant for all.

From 2.2 on a party hears by HubClientInfo that another is there again, or anew, and reads all that it has. In 2.1.1
nobody hears that: in whose place the hub stands has been there all along, and tells by a PUT what is new. It does so
one object after the other, lest anybody is sent a whole city at once. Who is out of reach or out of order, and so might
keep for ever what is to be taken back, is told the rest each time that the hub has read what it has: when it is back,
and now and then. Who was not there before is read by those who want to: until then they were told that it is not
connected.
Source: OCPI 2.2.1, HubClientInfo; digest, section 6.1.
"""

from collections.abc import Iterable
from functools import partial

from msgspec import Struct

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import InterfaceRole
from simulator.ocpi.v2_2_1.hubclientinfo import ConnectionStatus
from simulator.parties.client import came_through, succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.office import Office
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.changes import Change, Changes
from simulator.parties.roles.hub.directory import CONNECTED, Directory
from simulator.parties.roles.hub.kept import Kept
from simulator.parties.roles.hub.subjects import MODULES
from simulator.parties.roles.hub.wholes import Wholes

_STAY = (CONNECTED, ConnectionStatus.OFFLINE)
"""How those stand who will not read anew all that there is: who leaves and registers again does."""


class _News(Struct, eq=False):
    """An object to tell of; `had`: its reader had been told of it before, or may have."""

    kept: Kept
    had: bool
    cause: Cause


class _Waiting(Struct, eq=False):
    """What a reader has not heard of; `change` is what is under way to it, of the first."""

    news: dict[tuple[str, ...], _News]
    change: Change | None = None


class Retelling:
    """What waits to be told over each connection of one hub with a party of 2.1.1."""

    def __init__(self, office: Office, directory: Directory, cache: Cache, changes: Changes, wholes: Wholes) -> None:
        self._office = office
        self._directory = directory
        self._cache = cache
        self._changes = changes
        self._wholes = wholes
        self._waiting: dict[str, _Waiting] = {}

    def took(self, changed: Iterable[Kept], cause: Cause) -> None:
        """These are new, or other than they were."""
        if not any(client.facades for client in self._directory):
            return
        concerned = dict[str, Connection]()
        for kept in changed:
            owner = self._directory.find("-".join(kept.owner))
            if owner is None or owner.status is ConnectionStatus.PLANNED:
                continue
            for line in self._directory.meant(kept.owner, MODULES[kept.kind], stand=_STAY):
                if line.version != OLDEST or line.name in kept.ended:
                    continue
                if kept.facade not in self._directory.facades(kept.owner, line):
                    continue
                waiting = self._waiting.setdefault(line.name, _Waiting({}))
                waiting.news[_key(kept)] = _News(kept, line.name in kept.readers, cause)
                concerned[line.name] = line
        for line in concerned.values():
            self._go_on(line)

    def read(self, line: Connection) -> None:
        """All that a platform has was read: now it is told what it has not heard of."""
        for each in self._directory.at(line).lines():
            self._go_on(each)

    def forget(self, line: Connection) -> None:
        """Who leaves reads anew all that there is, should it come back."""
        self._waiting.pop(line.name, None)

    def clear(self) -> None:
        """Nothing is under way any more: the hub went down."""
        for waiting in self._waiting.values():
            if waiting.change is not None:
                self._changes.failed(waiting.change)
                waiting.change = None

    def _go_on(self, line: Connection) -> None:
        """Tell a reader of the first that waits, if both are there, and nothing is under way to it."""
        waiting = self._waiting.get(line.name)
        if waiting is None or waiting.change is not None or self._office.node.down:
            return
        if self._directory.at(line).status is not CONNECTED:
            return
        while waiting.news:
            key, news = next(iter(waiting.news.items()))
            change = self._change(line, news)
            if change is not None and change.method:
                waiting.change, news.had = change, True
                done = partial(self._told, line, waiting, news, change)
                self._wholes.push(line, news.kept, change, news.cause, done)
                return
            del waiting.news[key]
        del self._waiting[line.name]

    def _change(self, line: Connection, news: _News) -> Change | None:
        """What a reader is sent; None for what it may have been told meanwhile: pushed by its owner, or listed."""
        kept = news.kept
        if line.endpoint(MODULES[kept.kind], InterfaceRole.RECEIVER) is None:
            return None
        if self._cache.store(kept.kind).get(*kept.key) is not kept or (not news.had and line.name in kept.readers):
            return None
        return self._changes.anew(line, kept)

    def _told(
        self, line: Connection, waiting: _Waiting, news: _News, change: Change, exchange: Exchange | None
    ) -> None:
        if self._waiting.get(line.name) is not waiting or waiting.change is not change:
            return
        waiting.change = None
        if not succeeded(exchange):
            self._changes.failed(change)
        key = _key(news.kept)
        if waiting.news[key] is news:  # else there is newer of it by now
            del waiting.news[key]
            if not came_through(exchange):
                waiting.news[key] = news  # behind all others, of which the next may get through
        if came_through(exchange):
            self._go_on(line)


def _key(kept: Kept) -> tuple[str, ...]:
    return kept.kind, *kept.key
