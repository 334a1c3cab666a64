"""Reads back from a peer, object by object, what it holds of ours or we of its, and counts what is not the same.

Pushes may fail and nobody repeats them; who wants to know for sure asks. Source: OCPI 2.2.1, the GET methods of single
objects in the interfaces of all modules.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

import msgspec
from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi import codec
from simulator.ocpi.findings import Invalid
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.unknown import known_class
from simulator.parties.connection import Connection
from simulator.parties.dialect import NEWEST, Unsayable
from simulator.parties.office import Office


class Item(Struct, frozen=True):
    """An object as we know it, and where the peer shows it.

    `said` is our object as the peer's version can say it; `read` makes the same of the peer's answer. An `original` in
    that version is what the peer has to show; without one, both are compared as 2.2.1.
    """

    module: ModuleID
    interface: InterfaceRole
    route: str
    segments: tuple[str, ...]
    obj: Struct
    query: str = ""
    original: Struct | None = None

    def said(self, connection: Connection) -> Struct:
        """Our object, said in the version of a connection and heard again. Raises Unsayable."""
        dialect, original = connection.dialect, self.original
        if original is None:
            return self.read(connection, msgspec.Raw(dialect.encode(self.obj)))
        if self._is_spoken(connection):
            return original
        return self.read(connection, msgspec.Raw(dialect.encode_original(original, type(self.obj)).body))

    def read(self, connection: Connection, data: msgspec.Raw) -> Struct:
        """What the peer shows. Raises Invalid."""
        if self.original is not None and self._is_spoken(connection):
            decode = codec.decode_whole if connection.version == NEWEST else codec.decode
            shown: Struct = decode(bytes(data), known_class(type(self.original)))
            return shown
        return connection.dialect.decode(data, type(self.obj))

    def _is_spoken(self, connection: Connection) -> bool:
        return connection.dialect.class_of(type(self.obj)) is known_class(type(self.original))


def read_back(
    office: Office, connection: Connection, items: Iterable[Item], cause: Cause
) -> Generator[Event, Any, dict[str, int]]:
    """Ask for each item; returns how many were equal, different and missing."""
    counts = {"equal": 0, "different": 0, "missing": 0}
    for item in items:
        endpoint = connection.endpoint(item.module, item.interface)
        if endpoint is None:
            continue
        try:
            said = item.said(connection)
        except (Unsayable, Invalid):
            continue
        exchange = office.client.send(
            connection, "GET", join_url(endpoint, *item.segments) + item.query, _subject(connection, item), cause
        )
        if exchange is not None:
            yield exchange
        answer = office.client.read(exchange)
        shown = office.client.decode(exchange, answer, _reader(connection, item)) if answer.ok else None
        counts["missing" if shown is None else "equal" if shown == said else "different"] += 1
    return counts


def _reader(connection: Connection, item: Item) -> Callable[[msgspec.Raw], Struct]:
    return lambda data: item.read(connection, data)


def _subject(connection: Connection, item: Item) -> Subject:
    side = item.interface.lower()
    return Subject(
        module=item.module.value,
        interface=item.interface.value,
        route=f"{item.module.value}.{side}.get_{item.route}",
        version=connection.version,
        object_kind=type(item.obj).__name__,
        object_id=item.segments[-1],
    )
