"""Pushes to a peer, in order for each object: the next one starts when the one before has reached its final state.

Latency may let a later message overtake an earlier one; a platform that sends its updates one after the other has no
such trouble. A push that fails is not repeated, as OCPI wants none kept and sent again: the next one, or the receiver's
pull, mends it.
What waits goes to where the peer is by then, and to nobody who has unregistered or has changed to another version.
Source: OCPI 2.2.1, Transport and format, Offline behaviour; Credentials, PUT and DELETE.
"""

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.parties.connection import Connection
from simulator.parties.dialect import Unsayable
from simulator.parties.losses import Said, tell_translation
from simulator.parties.office import Office

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

_RECEIVER: Final = InterfaceRole.RECEIVER

Done = Callable[[Exchange | None], object]
"""Told what came of a push; None when it could not be sent: the peer has no URL, or none that leads to it."""


class Copy(Struct, frozen=True, gc=False):
    """Where a peer keeps its copy of one of our objects: of use for as long as its `endpoint` is the one in force.

    `path` leads to it from there, and `url` is both; `lane` names it to an Outbox; `put` and `patch` are for the
    recording.
    """

    endpoint: str
    path: str
    url: str
    lane: str
    put: Subject
    patch: Subject


def url_of(endpoint: str, path: str) -> str:
    """Where a path leads from an endpoint."""
    return endpoint.rstrip("/") + path if path else endpoint


def say(
    office: Office, connection: Connection, obj: Struct, cause: Cause, patch: Any = None, original: Any = None
) -> Said | None:
    """An object, or a `patch` of it, in the words of a connection; None, and an event, when it has none for it.

    If there is an `original`, that is what has to be said; who cannot be told of it is not told of its changes either.
    """
    dialect = connection.dialect
    try:
        whole = dialect.encode_original(original, type(obj)) if original is not None else None
        if patch is not None:
            return Said(dialect.encode_patch(type(obj), patch))
        return whole or Said(dialect.encode(obj))
    except Unsayable as reason:
        office.journal.event(
            office.id,
            "withheld",
            party=office.id,
            subject=connection.peer_id,
            data={"kind": type(obj).__name__, "version": connection.version, "why": str(reason)},
            cause=cause,
        )
        return None


def can_say(connection: Connection, obj: Struct, original: Any = None) -> bool:
    """Whether a connection has words for an object, or rather its original, if there is one."""
    dialect = connection.dialect
    try:
        _ = dialect.encode(obj) if original is None else dialect.encode_original(original, type(obj))
    except Unsayable:
        return False
    return True


class _Push(Struct, eq=False):
    connection: Connection
    method: str
    path: str
    subject: Subject
    cause: Cause
    body: bytes
    done: Done | None
    correlation_id: str
    author: str
    losses: "tuple[Loss, ...]"
    until_us: int | None
    copy: Copy | None


class Outbox:
    """The pushes of one party that are under way or wait for their turn."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lanes: dict[str, list[_Push]] = {}

    def push(
        self,
        lane: str,
        connection: Connection,
        method: str,
        path: str,
        subject: Subject,
        cause: Cause,
        body: bytes,
        done: Done | None = None,
        *,
        first: bool = False,
        correlation_id: str = "",
        author: str = "",
        losses: "tuple[Loss, ...]" = (),
        until_us: int | None = None,
        copy: Copy | None = None,
    ) -> None:
        """Send now, or when everything given earlier for the same lane (an object at a peer) is done.

        `path` leads on from the peer's endpoint for what it is about; it is empty for the endpoint itself. `first` puts
        it before what waits: for a PUT that mends a PATCH which found no object. `correlation_id` is that of the
        message that a hub passes on, the `cause`, and `author` the platform that wrote its body if that is passed on
        untouched. `losses` are told on the exchange. After `until_us`, if set, nobody waits for it any more: what has
        not been sent by then is sent no more. `copy` is what `path` leads to, if the caller keeps that.
        """
        push = _Push(
            connection, method, path, subject, cause, body, done, correlation_id, author, losses, until_us, copy
        )
        waiting = self._lanes.get(lane)
        if waiting is None:
            waiting = self._lanes[lane] = []
            if not self._begin(lane, waiting, push):
                self._concluded(lane, waiting, push, None)
            return
        waiting.insert(0 if first else len(waiting), push)
        if until_us is not None:
            wait_us = until_us - self._office.calendar.now_us
            self._office.spawn(self._give_up(waiting, push, wait_us), f"give up {method} {path}")

    def holds(self, lane: str, body: bytes) -> bool:
        """Whether the same waits already."""
        return any(push.body == body for push in self._lanes.get(lane, ()))

    def withdraw(self, lane: str, module: ModuleID) -> Cause | None:
        """Send no more what waits in a lane about this module; returns the cause of the latest, if any waited."""
        queue = self._lanes.get(lane, [])
        withdrawn = [push for push in queue if push.subject.module == module]
        queue[:] = [push for push in queue if push.subject.module != module]
        return withdrawn[-1].cause if withdrawn else None

    def clear(self) -> None:
        """Forget what waits: the party went down, and what it did not send is not sent later."""
        self._lanes.clear()

    def _give_up(self, queue: list[_Push], push: _Push, wait_us: int) -> Generator[Event, Any, None]:
        """Take a push out if it waits still when nobody waits for it any more."""
        yield self._office.env.timeout(wait_us)
        if push in queue:
            queue.remove(push)
            self._tell(push, None)

    def _concluded(self, lane: str, queue: list[_Push], push: _Push, exchange: Exchange | None) -> None:
        """Tell what came of a push, and go on with the next that can be sent."""
        while True:
            self._tell(push, exchange)
            if self._lanes.get(lane) is not queue:
                return
            if not queue:
                del self._lanes[lane]
                return
            push, exchange = queue.pop(0), None
            if self._begin(lane, queue, push):
                return

    def _tell(self, push: _Push, exchange: Exchange | None) -> None:
        if push.done is not None:
            try:
                push.done(exchange)
            except Exception as error:
                self._office.failed(f"what follows {push.method} {push.path}", error)

    def _begin(self, lane: str, queue: list[_Push], push: _Push) -> bool:
        """Send it to where things stand now; False when it is for nobody any more, or its URL leads elsewhere."""
        office, connection, subject = self._office, push.connection, push.subject
        endpoint = connection.endpoint(subject.module, _RECEIVER)
        if endpoint is None or connection.version != subject.version:
            return False
        copy = push.copy
        exchange = office.client.send(
            connection,
            push.method,
            copy.url if copy is not None and copy.endpoint is endpoint else url_of(endpoint, push.path),
            subject,
            push.cause,
            push.body,
            partial(self._concluded, lane, queue, push),
            push.correlation_id,
            None if push.until_us is None else push.until_us - office.calendar.now_us,
        )
        if exchange is None:
            return False
        if push.author:
            office.journal.passed_on(exchange.id, office.id, push.cause.id, push.author)
        elif push.losses:
            tell_translation(office.journal, exchange.id, push.losses)
        return True
