"""Commands: the eMSP asks, the CPO answers at once and tells the result later at `response_url`.

Source: OCPI 2.2.1, Commands module. A result that does not come within the answer's `timeout` never comes.
"""

from collections.abc import Callable, Generator
from typing import Any

import msgspec
from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.v2_2_1.commands import (
    CancelReservation,
    CommandResponse,
    CommandResponseType,
    CommandResult,
    CommandResultType,
    CommandType,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)
from simulator.parties.call import DONE, Call, Reply
from simulator.parties.connection import Connection
from simulator.parties.dialect import Unsayable
from simulator.parties.modules.ownership import unknown
from simulator.parties.office import Office

RESULT_TIMEOUT_S = 30
_US_PER_S = 1_000_000
_LATE_KEPT = 10_000

Command = StartSession | StopSession | ReserveNow | CancelReservation | UnlockConnector
Tell = Callable[[CommandResultType, Cause], None]
"""Tells the result of an accepted command to whoever sent it, and once more if the CPO takes a reservation back."""
Decide = Callable[[Call, Any, Tell], Reply]
More = Callable[[CommandResultType, Cause], None]

_BODIES: dict[CommandType, type[Command]] = {
    CommandType.START_SESSION: StartSession,
    CommandType.STOP_SESSION: StopSession,
    CommandType.RESERVE_NOW: ReserveNow,
    CommandType.CANCEL_RESERVATION: CancelReservation,
    CommandType.UNLOCK_CONNECTOR: UnlockConnector,
}


def answer(call: Call, result: CommandResponseType, **how: Any) -> Reply:
    """The CPO's direct answer; `how` may set status, message and HTTP status."""
    return call.reply(CommandResponse(result=result, timeout=RESULT_TIMEOUT_S), **how)


class CommandsReceiver:
    """Takes commands; those that the party does not decide are NOT_SUPPORTED."""

    def __init__(self, office: Office, decisions: dict[CommandType, Decide]) -> None:
        self._office = office
        self._decisions = decisions
        office.platform.offer(
            ModuleID.COMMANDS,
            InterfaceRole.RECEIVER,
            {f"post_{command.value.lower()}": self._handler(command) for command in CommandType},
        )

    def _handler(self, command: CommandType) -> Callable[[Call], Reply]:
        def handle(call: Call) -> Reply:
            body = call.read(_BODIES[command])
            decide = self._decisions.get(command)
            if decide is None:
                return answer(call, CommandResponseType.NOT_SUPPORTED)
            return decide(call, body, self._teller(call.connection, command, body.response_url))

        return handle

    def _teller(self, connection: Connection, command: CommandType, response_url: str) -> Tell:
        def tell(result: CommandResultType, cause: Cause) -> None:
            subject = Subject(
                module=ModuleID.COMMANDS.value,
                interface="SENDER",
                route="commands.sender.post_result",
                version=connection.version,
                object_kind="CommandResult",
                object_id=command.value,
            )
            body = connection.dialect.encode(CommandResult(result=result))
            self._office.client.send(connection, "POST", response_url, subject, cause, body)

        return tell


class _Asked(Struct, frozen=True):
    peer_id: str
    more: More | None


class CommandsSender:
    """Sends commands and waits for their results; one that comes late is acknowledged, and told to who wants `more`."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._count = 0
        self._asked: dict[str, _Asked] = {}
        self._waiting: dict[str, Event] = {}
        office.platform.offer(ModuleID.COMMANDS, InterfaceRole.SENDER, {"post_result": self._post_result})

    def run(
        self,
        connection: Connection,
        command: CommandType,
        body: Command,
        subject: Subject,
        cause: Cause,
        more: More | None = None,
    ) -> Generator[Event, Any, str]:
        """Send a command (its response_url is filled in here) and wait; returns OCPI's word for what came of it.

        Besides OCPI's results: TIMEOUT when no result came in time, UNREACHABLE when no answer did.
        `more` gets a result that comes after all that.
        """
        office = self._office
        url = connection.endpoint(ModuleID.COMMANDS, InterfaceRole.RECEIVER)
        if url is None:
            return "UNREACHABLE"
        self._count += 1
        id = f"{office.id}-{self._count}"
        ours = office.platform.url(connection.version, ModuleID.COMMANDS, InterfaceRole.SENDER)
        body = msgspec.structs.replace(body, response_url=join_url(ours, command.value, id))
        try:
            encoded = connection.dialect.encode(body)
        except Unsayable:
            return CommandResponseType.NOT_SUPPORTED.value
        result = office.env.event()
        self._asked[id], self._waiting[id] = _Asked(connection.peer_id, more), result
        if len(self._asked) > _LATE_KEPT:
            del self._asked[next(iter(self._asked))]
        exchange = office.client.send(connection, "POST", join_url(url, command.value), subject, cause, encoded)
        if exchange is not None:
            yield exchange
        direct = office.client.read(exchange)
        response = office.client.decode(exchange, direct, lambda data: connection.dialect.decode(data, CommandResponse))
        if response is None or response.result is not CommandResponseType.ACCEPTED:
            del self._waiting[id]
            return response.result.value if response is not None else "UNREACHABLE"
        if not result.triggered:
            yield result | office.env.timeout(response.timeout * _US_PER_S)
        del self._waiting[id]
        return str(result.value) if result.triggered else "TIMEOUT"

    def _post_result(self, call: Call) -> Reply:
        result = call.read(CommandResult)
        id = call.params["id"]
        asked = self._asked.get(id)
        if asked is None or asked.peer_id != call.connection.peer_id:
            raise unknown("Command", id)
        waiting = self._waiting.get(id)
        if waiting is None:
            if asked.more is not None:
                asked.more(result.result, call.cause)
        elif not waiting.triggered:
            waiting.succeed(result.result.value)
        return DONE
