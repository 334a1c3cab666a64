"""Brings two parties together: what their people do out of band, then the handshake, again if it fails.

OCPI leaves it to people to hand over a versions URL and CREDENTIALS_TOKEN_A. When a registration gets stuck half-way
(an answer was lost after the other side had registered), people are again the ones who mend it, with a new token.
"""

from collections.abc import Generator
from typing import Any

from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.parties.connection import Connection
from simulator.parties.roles.cpo import Cpo
from simulator.parties.roles.emsp import Emsp

RETRY_US = 60_000_000
_MOST_ATTEMPTS = 60


def introduce(sender: Cpo | Emsp, receiver: Cpo | Emsp) -> Generator[Event, Any, None]:
    """A process that belongs to no party, because people outlive an outage of the platform that they look after."""
    office = sender.office
    connection = office.connections[receiver.office.id]
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        token = receiver.registration.issue_token_a(receiver.office.connections[office.id])
        sender.registration.take_token_a(connection, token, receiver.office.identity.versions_url)
        cause = office.journal.event(
            "people",
            "token_a_handed_over",
            party=office.id,
            subject=receiver.office.id,
            data={"sender": office.id, "receiver": receiver.office.id, "attempt": attempt},
            cause=TIME,
        )
        yield office.spawn(_handshake(sender, connection, attempt, cause), f"register with {receiver.office.id}")
        if connection.registered:
            return
        yield office.env.timeout(RETRY_US)


def _handshake(sender: Cpo | Emsp, connection: Connection, attempt: int, cause: Cause) -> Generator[Event, Any, None]:
    problem = yield from sender.registration.register(connection, cause)
    if problem:
        sender.office.journal.event(
            sender.office.id,
            "registration_failed",
            party=sender.office.id,
            subject=connection.peer_id,
            data={"problem": problem, "attempt": attempt},
            cause=cause,
        )
