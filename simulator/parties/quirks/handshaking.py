"""Defects of registration: platforms that register twice, that let others do so, and that never forget a token."""

from collections.abc import Generator
from typing import Any

from simpy import Event

from simulator.engine.cause import Cause
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.parties.call import Call, Reply, Waiting
from simulator.parties.connection import Connection
from simulator.parties.quirks.quirk import Party, Quirk


class RegistersTwice(Quirk):
    """Posts its credentials once more when it is registered. A strict peer answers 405 and nothing changes."""

    breaks = "OCPI 2.2.1 credentials, POST"
    hints = ("method-not-allowed",)

    def __init__(self, party: Party) -> None:
        super().__init__(party)
        self._registration = party.registration
        self._first_time = self._registration.on_registered
        self._repeated: dict[str, None] = {}
        self._registration.on_registered = self._registered

    def _registered(self, connection: Connection, cause: Cause) -> None:
        self._first_time(connection, cause)
        if connection.peer_id not in self._repeated:
            self._repeated[connection.peer_id] = None
            self.office.spawn(self._again(connection, cause), f"register a second time with {connection.peer_id}")

    def _again(self, connection: Connection, cause: Cause) -> Generator[Event, Any, None]:
        given = connection.issued
        problem = yield from self._registration.register(connection, cause)
        if problem:
            self.office.platform.admit(connection, given)


class SecondRegistrationAccepted(Quirk):
    """Takes a POST of credentials from a peer that is registered already, as if it were a PUT."""

    breaks = "OCPI 2.2.1 credentials, POST"
    hints = ("second-registration",)

    def __init__(self, party: Party) -> None:
        super().__init__(party)
        registration = party.registration

        def post(call: Call) -> Reply | Waiting:
            return registration.put(call) if call.line.registered else registration.post(call)

        self.office.platform.offer(ModuleID.CREDENTIALS, InterfaceRole.SENDER, {"post": post})


class OldTokensAccepted(Quirk):
    """Lets in whoever presents a token that was good once, even CREDENTIALS_TOKEN_A."""

    breaks = "OCPI 2.2.1 credentials, Registration"
    hints = ("stale-token-accepted",)

    def __init__(self, party: Party) -> None:
        super().__init__(party)
        self.office.platform.forgets = False
