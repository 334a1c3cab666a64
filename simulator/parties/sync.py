"""Keeps a Receiver's copies in step by pulling: after registration or an outage, if something is missed, now and then.

OCPI wants no push sent again, so a pull is what mends a lost one. How long a copy was wrong or missing is recorded. A
list that a peer refuses to show is not asked for again before it has been away or registers anew.
Source: OCPI 2.2.1, Transport and format, Offline behaviour, Pull and Push.
"""

from collections.abc import Callable, Generator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.parties.connection import Connection
from simulator.parties.office import Office
from simulator.parties.pull import Crawl, Reader, crawl
from simulator.parties.taking import Receiver, Taken

SETTLE_US = 2_000_000
"""After a handshake the other side needs its answer before it lets us in; a network that is back needs a moment."""

RETRIES_US = (30_000_000, 60_000_000, 120_000_000, 240_000_000, 480_000_000)
"""Pauses before a round that was not complete is tried again; after the last, the next poll or return mends it."""

_HAVE_LISTS = tuple(role for role in Role if role is not Role.SCSP)
_DAY_US = 24 * 3_600_000_000
_HISTORY_US = 30 * _DAY_US


class Pull(Struct, frozen=True):
    """One list to pull into `copies`, from peers of these `roles`; `took` hears what came of each.

    A list is read whole at first and, where only that tells what is gone, each day again; a `full` one always. An SCSP
    owns nothing that could be listed. One of an `optional` module is not asked of peers without it. One that is not
    `by_hub` is not asked over a hub, which does not say who behind it has the module. What is `personal` a hub keeps no
    copy of: over a hub each party behind it is asked. `read` as for `crawl`.
    """

    module: ModuleID
    cls: type[Any]
    copies: Receiver[Any]
    full: bool = False
    needs_date_from: bool = False
    personal: bool = False
    optional: bool = False
    by_hub: bool = True
    roles: tuple[Role, ...] = _HAVE_LISTS
    read: Reader | None = None
    took: Callable[[Connection, Taken, Cause], None] | None = None

    def targets(self, connection: Connection) -> list[Connection]:
        """Whom to ask over a connection."""
        if connection.peer_role not in self.roles:
            return []
        if self.optional and connection.endpoint(self.module, InterfaceRole.SENDER) is None:
            return []
        if connection.by_hub and not self.by_hub:
            return []
        if self.personal and connection.to_hub:
            return [routed for routed in connection.behind.values() if routed.registered]
        return [connection]


class Synchroniser:
    """Runs the pulls of one party, one round at a time for each peer; one asked for meanwhile follows it.

    `done` is told of each round that read every list to its end.
    """

    def __init__(
        self,
        office: Office,
        pulls: tuple[Pull, ...],
        poll_us: int | None,
        done: Callable[[Connection, Cause], None] | None = None,
    ) -> None:
        self._office = office
        self._done = done
        self._pulls = pulls
        self._poll_us = poll_us
        self._asked_again: dict[str, bool] = {}

    def soon(self, connection: Connection, reason: str, cause: Cause = TIME) -> None:
        """Start a round in a moment with a peer who may show by now what it has refused to show."""
        for each in (connection, *connection.behind.values()):
            each.refused.clear()
        self.missed(connection, reason, cause)

    def missed(self, connection: Connection, reason: str, cause: Cause) -> None:
        """Start a round in a moment with a peer of whom something has not come."""
        self._office.spawn(self._round(connection, reason, cause, SETTLE_US), f"synchronise with {connection.peer_id}")

    def registered(self, connection: Connection, cause: Cause) -> None:
        """A peer has just been registered: read all that it has."""
        self.soon(connection, "registered", cause)

    def came_up(self) -> None:
        """This party is back after an outage: poll again, and read at once what was missed."""
        self.start_polling()
        self.all_soon("back after an outage")

    def peer_is_back(self, peer_id: str) -> None:
        """A peer, or the link to it, is back."""
        for connection in tuple(self._office.registered()):
            if connection.peer_platform == peer_id and not self._office.node.down:
                self.soon(connection, "the peer is back")

    def all_soon(self, reason: str) -> None:
        """Start a round with every peer."""
        for connection in tuple(self._office.registered()):
            self.soon(connection, reason)

    def start_polling(self) -> None:
        """Poll every peer."""
        for peer_id in self._office.connections:
            self.start_polling_of(peer_id)

    def start_polling_of(self, peer_id: str) -> None:
        """Poll a peer every so often, each at its own drawn moment so that nobody is asked by all at once."""
        if self._poll_us is not None and self._pulls:
            connection = self._office.connections[peer_id]
            splay = self._office.streams.uniform(self._office.id, f"poll {peer_id}")()
            self._office.spawn(self._poll(connection, round(splay * self._poll_us)), f"poll {peer_id}")

    def _poll(self, connection: Connection, first_us: int) -> Generator[Event, Any, None]:
        assert self._poll_us is not None
        yield self._office.env.timeout(self._poll_us + first_us)
        while True:
            if connection.registered:
                yield from self._round(connection, "poll", TIME, 0)
            yield self._office.env.timeout(self._poll_us)

    def _round(self, connection: Connection, reason: str, cause: Cause, delay_us: int) -> Generator[Event, Any, None]:
        name = connection.name
        if name in self._asked_again:
            self._asked_again[name] = True
            return
        retries_us = iter(RETRIES_US)
        try:
            while True:
                self._asked_again[name] = False
                yield self._office.env.timeout(delay_us)
                complete, may_mend = yield from self._pull_all(connection, reason, cause)
                if complete and self._done is not None:
                    self._done(connection, cause)
                if self._asked_again[name]:
                    delay_us = SETTLE_US
                elif not may_mend or not connection.registered:
                    return
                else:
                    delay_us, reason = next(retries_us, -1), "again"
                    if delay_us < 0:
                        return
        finally:
            del self._asked_again[name]

    def _pull_all(self, connection: Connection, reason: str, cause: Cause) -> Generator[Event, Any, tuple[bool, bool]]:
        """One round; whether every list was read to its end, and whether one that was not may be the next time."""
        office, may_mend = self._office, False
        changed: dict[str, int] = {}
        problems: list[str] = []
        stalest_us = 0
        why = office.journal.event(
            office.id,
            "synchronise",
            party=office.id,
            subject=connection.peer_id,
            data={"peer": connection.peer_id, "reason": reason},
            cause=cause,
        )
        for pull in self._pulls:
            module = pull.module.value
            for target in pull.targets(connection):
                if module in target.refused:
                    problems.append(target.refused[module])
                    continue
                began_us, since = office.calendar.now_us, pull.copies.store.mark
                date_from = self._date_from(pull, target)
                found = yield from self._read(pull, target, date_from, since, why)
                if found.complete or found.listed or not pull.full:
                    taken = pull.copies.take_list(target, found, since, why)
                    if pull.took is not None:
                        pull.took(target, taken, why)
                    changed[module] = changed.get(module, 0) + len(taken.changed) + taken.gone
                    stalest_us = max(stalest_us, taken.stalest_us)
                if found.complete:
                    target.synced_us[module] = began_us
                    if date_from is None:
                        target.read_whole_us[module] = began_us
                else:
                    problems.append(found.problem)
                    if found.refused:
                        target.refused[module] = found.problem
                    else:
                        may_mend = True
        office.journal.event(
            office.id,
            "synchronised",
            party=office.id,
            subject=connection.peer_id,
            data={
                "peer": connection.peer_id,
                "reason": reason,
                "changed": changed,
                "stalest_s": round(stalest_us / 1e6, 3),
                "problems": problems,
            },
            cause=why,
        )
        return not problems, may_mend

    def _date_from(self, pull: Pull, target: Connection) -> str | None:
        """From when on a list is asked for, by the peer's own clock where that is behind ours; None: all of it.

        What a peer gives for the time may lie ages back, as where it gives none: before 1970 nothing can have changed.
        """
        module, now_us = pull.module.value, self._office.calendar.now_us
        since_us = target.synced_us.get(module)
        due = pull.copies.removes and now_us - target.read_whole_us.get(module, now_us) >= _DAY_US
        if not pull.needs_date_from and (since_us is None or pull.full or due):
            return None
        from_us = (now_us - _HISTORY_US if since_us is None else since_us) - target.behind_us
        return self._office.calendar.text(max(from_us, -self._office.calendar.start_epoch_us))

    def _read(
        self, pull: Pull, target: Connection, date_from: str | None, since: int, cause: Cause
    ) -> Generator[Event, Any, Crawl[Any]]:
        """Read a list: twice if it has several pages and lacks what we know, lest that was only missed, or if it shows
        that it changed meanwhile, lest something was that we do not know.
        """
        copies = pull.copies
        found = yield from self._crawl(pull, target, date_from, cause)
        lacks = not found.settled and bool(copies.gone(target, found, since))
        if not lacks and not copies.moved(found):
            return found
        again = yield from self._crawl(pull, target, date_from, cause)
        if again.complete and copies.repeats(found, again) and (again.whole or not lacks):
            return replace(again, settled=again.whole)
        problem = again.problem or f"The list of {pull.module} of {target.peer_id} changed while it was read."
        return replace(again if again.complete else found, complete=False, problem=problem)

    def _crawl(
        self, pull: Pull, target: Connection, date_from: str | None, cause: Cause
    ) -> Generator[Event, Any, Crawl[Any]]:
        found: Crawl[Any] = yield from crawl(self._office, target, pull.module, pull.cls, cause, date_from, pull.read)
        return pull.copies.hear(target, found)
