"""Tells all partners of a change in one of our own objects: each in its version, in order with what else is on the way.

Source: OCPI 2.2.1, Transport and format, Client Owned Object Push.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from msgspec import Struct

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.routes import join_url
from simulator.parties.client import succeeded
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST, Unsayable
from simulator.parties.losses import Said
from simulator.parties.office import Office
from simulator.parties.patching import difference
from simulator.parties.push import Outbox, say

_NOTHING: Final = Said(b"")


class Where(Struct, frozen=True):
    """An object's place at a Receiver: `route` is the last part of the name, as in `evse`; `lane` orders the pushes."""

    module: ModuleID
    route: str
    segments: tuple[str, ...]
    lane: str
    token_uid: str = ""
    token_type: str = ""
    location_id: str = ""
    session_id: str = ""

    def path(self, connection: Connection) -> str:
        """The object's way from a Receiver's endpoint. 2.1.1 knows no types of tokens in a URL."""
        path = join_url("", *self.segments)
        return f"{path}?type={self.token_type}" if self.token_type and connection.version != OLDEST else path

    def subject(self, connection: Connection, method: str, kind: str) -> Subject:
        """What a message about it is about."""
        return Subject(
            module=self.module.value,
            interface=InterfaceRole.RECEIVER.value,
            route=f"{self.module.value}.receiver.{method.lower()}_{self.route}",
            version=connection.version,
            object_kind=kind,
            object_id=self.segments[-1],
            token_uid=self.token_uid,
            location_id=self.location_id,
            session_id=self.session_id,
        )


def publish(
    office: Office,
    outbox: Outbox,
    method: str,
    obj: Struct,
    where: Where,
    cause: Cause,
    changes: Any = None,
    to: tuple[Role, ...] = tuple(Role),
    original: Any = None,
    before: Any = None,
    among: Callable[[Connection], bool] | None = None,
) -> None:
    """Push an object by PUT, its `changes` by PATCH, or its end by DELETE, to partners of these roles who take it.

    `among` chooses from these. `original`: see `say`. In 2.1.1 what differs from what the object was `before` is
    PATCHed, if that is given.
    """
    for connection in tuple(office.registered()):
        has_place = connection.endpoint(where.module, InterfaceRole.RECEIVER) is not None
        if not has_place or connection.peer_role not in to or (among and not among(connection)):
            continue
        said = _NOTHING if method == "DELETE" else say(office, connection, obj, cause, changes, original)
        if said is None:
            continue
        body, losses = said.body, said.losses
        subject = where.subject(connection, method, type(obj).__name__)
        lane, path = f"{connection.peer_id}/{where.lane}", where.path(connection)
        patch = _patch(connection, before, body) if before is not None and connection.version == OLDEST else None
        if patch is None:
            outbox.push(lane, connection, method, path, subject, cause, body, losses=losses)
        else:
            whole = partial(outbox.push, lane, connection, method, path, subject, body=body, first=True, losses=losses)
            patched = where.subject(connection, "PATCH", type(obj).__name__)
            outbox.push(lane, connection, "PATCH", path, patched, cause, patch, partial(_or_whole, whole))


def _patch(connection: Connection, before: Struct, now: bytes) -> bytes | None:
    """A PATCH of what differs; None when none can say it."""
    try:
        return difference(connection.dialect.encode(before), now)
    except Unsayable:
        return None


def _or_whole(send_whole: Callable[..., None], exchange: Exchange | None) -> None:
    """After a PATCH that did not work only the whole object can make a copy right."""
    if exchange is not None and not succeeded(exchange):
        send_whole(cause=exchange.as_cause())
