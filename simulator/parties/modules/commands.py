"""Commands: the eMSP asks, the CPO answers at once and tells the result later at `response_url`.

Source: OCPI 2.2.1, Commands module; digest, section 3.5.
"""

from collections.abc import Callable, Generator
from typing import Any, Final, Protocol

import msgspec
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi.datatypes import DisplayText
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
from simulator.parties.call import Call, Reply
from simulator.parties.connection import Connection
from simulator.parties.dialect import Unsayable
from simulator.parties.modules.results import RESULT_TIMEOUT_S, Results, must_be_told
from simulator.parties.office import Office

Command = StartSession | StopSession | ReserveNow | CancelReservation | UnlockConnector


class Tell(Protocol):
    """Tells the result of an accepted command to whoever sent it, and once more if the CPO takes a reservation back."""

    def __call__(self, result: CommandResultType, cause: Cause, why: str = "") -> None:
        """`why` is a sentence for a person, where there is more to say than the result does."""


Decide = Callable[[Call, Any, Tell], Reply]
More = Callable[[CommandResultType, Cause], None]

_LANGUAGE: Final = "en"
_BODIES: dict[CommandType, type[Command]] = {
    CommandType.START_SESSION: StartSession,
    CommandType.STOP_SESSION: StopSession,
    CommandType.RESERVE_NOW: ReserveNow,
    CommandType.CANCEL_RESERVATION: CancelReservation,
    CommandType.UNLOCK_CONNECTOR: UnlockConnector,
}


def answer(call: Call, result: CommandResponseType, why: str = "", **how: Any) -> Reply:
    """The CPO's direct answer; `why` is a sentence for a person, `how` may set status, message and HTTP status."""
    return call.reply(CommandResponse(result=result, timeout=RESULT_TIMEOUT_S, message=_in_words(why)), **how)


def _in_words(why: str) -> tuple[DisplayText, ...]:
    return (DisplayText(language=_LANGUAGE, text=why),) if why else ()


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
            must_be_told(self._office, call.connection, body.response_url)
            decide = self._decisions.get(command)
            if decide is None:
                return answer(call, CommandResponseType.NOT_SUPPORTED)
            return decide(call, body, self._teller(call.connection, command, body.response_url))

        return handle

    def _teller(self, connection: Connection, command: CommandType, response_url: str) -> Tell:
        def tell(result: CommandResultType, cause: Cause, why: str = "") -> None:
            subject = Subject(
                module=ModuleID.COMMANDS.value,
                interface="SENDER",
                route="commands.sender.post_result",
                version=connection.version,
                object_kind="CommandResult",
                object_id=command.value,
            )
            body = connection.dialect.encode(CommandResult(result=result, message=_in_words(why)))
            self._office.client.send(connection, "POST", response_url, subject, cause, body)

        return tell


class CommandsSender:
    """Sends commands and waits for their results; one that comes late is acknowledged, and told to who wants `more`."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._results: Results[CommandResult] = Results(office, ModuleID.COMMANDS)
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
        endpoint, dialect = connection.endpoint(ModuleID.COMMANDS, InterfaceRole.RECEIVER), connection.dialect
        if endpoint is None:
            return "UNREACHABLE"
        id, response_url = self._results.new(connection, command.value)
        try:
            encoded = dialect.encode(msgspec.structs.replace(body, response_url=response_url))
        except Unsayable:
            return CommandResponseType.NOT_SUPPORTED.value
        url = join_url(endpoint, command.value)
        result = yield from self._results.wait(
            connection,
            id,
            lambda: self._office.client.send(connection, "POST", url, subject, cause, encoded),
            lambda data: dialect.decode(data, CommandResponse),
            None if more is None else lambda later, why: more(later.result, why),
        )
        return result if isinstance(result, str) else result.result.value

    def _post_result(self, call: Call) -> Reply:
        return self._results.take(call, call.read(CommandResult))
