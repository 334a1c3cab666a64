"""Brings two parties together: what their people do out of band, then the handshake, again if it fails.

OCPI leaves it to people to hand over a versions URL and CREDENTIALS_TOKEN_A. When a registration gets stuck half-way
(an answer was lost after the other side had registered), people are again the ones who mend it, with a new token.
"""

from collections.abc import Generator
from typing import Any, Protocol

from simpy import Event

from simulator.engine.cause import TIME, Cause
from simulator.parties.connection import Connection
from simulator.parties.office import Office
from simulator.parties.registration import Registration

RETRY_US = 60_000_000
_MOST_ATTEMPTS = 60


class Party(Protocol):
    """A party of whatever role."""

    @property
    def office(self) -> Office:
        """What it has in common with all others."""

    @property
    def registration(self) -> Registration:
        """Its handshakes."""


def introduce(sender: Party, receiver: Party, senders: str = "", receivers: str = "") -> Generator[Event, Any, None]:
    """A process that belongs to no party, because people outlive an outage of the platform that they look after.

    `senders` and `receivers` name the connection at either end where it is not named after the party at the other.
    """
    office = sender.office
    connection = office.connections[senders or receiver.office.id]
    other = receiver.office.connections[receivers or office.id]
    for attempt in range(1, _MOST_ATTEMPTS + 1):
        token = receiver.registration.issue_token_a(other)
        sender.registration.take_token_a(connection, token, receiver.registration.versions_url(other))
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


def _handshake(sender: Party, connection: Connection, attempt: int, cause: Cause) -> Generator[Event, Any, None]:
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
