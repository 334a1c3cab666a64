"""What must hold of every answer, whatever was asked; and what a party keeps, to see that a refusal changed nothing."""

import re
from collections.abc import Iterator
from typing import Any, Final

from fuzz_attacks import Spoilt
from fuzz_targets import Target
from run_town import OpenTown

from simulator.ocpi.datatypes import is_datetime
from simulator.ocpi.envelope import decode_envelope
from simulator.ocpi.findings import Invalid
from simulator.parties.connection import Connection
from simulator.parties.roles.hub.cache import Kept as HubCopy
from simulator.parties.store import Store
from simulator.wire.carrier import Response

_ECHOED: Final = ("x-request-id", "x-correlation-id")
_code_line: Final = re.compile(rb"\.py\W+line \d").search
_routing: Final = re.compile(r"ocpi-(to|from)-").match

Kept = tuple[Any, ...]


def complaints(asked: Spoilt, target: Target, answer: Response) -> Iterator[str]:
    """What is wrong with an answer by itself."""
    if answer.status >= 500:
        yield f"HTTP {answer.status}"
    try:
        envelope = decode_envelope(answer.body)
    except Invalid as invalid:
        yield f"no envelope: {invalid}"
        return
    if not is_datetime(envelope.timestamp) or not envelope.timestamp.endswith("Z"):
        yield f"timestamp {envelope.timestamp}"
    if (answer.status >= 300) and envelope.status_code < 2000:
        yield f"HTTP {answer.status} with status {envelope.status_code}"
    if b"Traceback" in answer.body or _code_line(answer.body):
        yield "a traceback in the answer"
    headers = {name.lower(): value for name, value in answer.headers}
    if headers.get("content-type") != "application/json":
        yield f"Content-Type {headers.get('content-type')}"
    for name in _ECHOED:
        sent = [value for each, value in asked.headers if each.lower() == name]
        if headers.get(name) not in (sent or [None]):
            yield f"{name} {headers.get(name)!r} for {sent}"
    if answer.status == 401 and any(map(_routing, headers)):
        yield "routing headers for a caller that is not known"


def refused(answer: Response) -> bool:
    """Whether the victim says that it did not do it."""
    return answer.status >= 300 or decode_envelope(answer.body).status_code >= 2000


def kept(town: OpenTown, party: str) -> Kept:
    """All objects that a party keeps, and how it stands with each peer. Objects are immutable; a hub's are bytes.

    What the run does by itself (the retiring of an old token) is left out.
    """
    found: dict[int, Store[Any]] = {}
    role = town.world.party(party)
    _collect(role, found, {})
    stores = tuple((tuple(store.keys()), tuple(map(_content, store))) for store in found.values() if len(store))
    connections = tuple(map(_standing, role.office.connections.values()))
    return (*stores, *connections)


def _collect(thing: Any, found: dict[int, Store[Any]], seen: dict[int, Any]) -> None:
    """Every Store that hangs on an object of simulator.parties, through its attributes and their containers."""
    if id(thing) in seen:
        return
    seen[id(thing)] = thing
    if isinstance(thing, Store):
        found[id(thing)] = thing
    elif isinstance(thing, dict):
        for value in thing.values():
            _collect(value, found, seen)
    elif isinstance(thing, list | tuple):
        for value in thing:
            _collect(value, found, seen)
    elif type(thing).__module__.startswith("simulator.parties") and hasattr(thing, "__dict__"):
        for value in vars(thing).values():
            _collect(value, found, seen)


def _content(value: Any) -> Any:
    return value.raw if isinstance(value, HubCopy) else value


def _standing(connection: Connection) -> Kept:
    line = connection
    return (
        line.peer_id,
        line.state,
        line.version,
        line.issued,
        line.held,
        dict(line.endpoints),
        line.peer_versions_url,
    )
