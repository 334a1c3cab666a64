"""Requests that are answered at once and whose result comes later, at a URL that whoever asks has named for it.

A result that does not come within the answer's `timeout` never comes; one that does so all the same is acknowledged.
Source: OCPI 2.2.1, Commands and ChargingProfiles modules, `response_url`; digest, sections 3.5 and 3.6.
"""

from collections.abc import Callable, Generator
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.parties.call import DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.modules.ownership import unknown
from simulator.parties.office import Office

RESULT_TIMEOUT_S = 30
"""For how long a Receiver of ours says that its result may take."""

_US_PER_S = 1_000_000
_KEPT = 10_000

T = TypeVar("T", bound=Struct)


def must_be_told(office: Office, connection: Connection, response_url: str) -> None:
    """Refuse with 2001 what names a response_url at which its result could never be told."""
    if not office.client.leads_to(connection, response_url):
        reason = f"response_url {response_url!r} cannot be used, or is on no host that we know as yours."
        raise Refusal(Status.INVALID_PARAMETERS, reason[:255])


class Direct(Protocol):
    """The answer that comes at once: what is made of the request, and for how many seconds its result may take."""

    @property
    def result(self) -> StrEnum:
        """ACCEPTED, or why nothing more will come."""

    @property
    def timeout(self) -> int:
        """In seconds."""


class _Asked(Struct, frozen=True):
    peer_id: str
    more: Callable[[Any, Cause], None] | None


class Results(Generic[T]):
    """The results that one party waits for in one module."""

    def __init__(self, office: Office, module: ModuleID) -> None:
        self._office = office
        self._module = module
        self._count = 0
        self._asked: dict[str, _Asked] = {}
        self._waiting: dict[str, Event] = {}

    def new(self, connection: Connection, kind: str) -> tuple[str, str]:
        """An id for a request, and its response_url; the `kind` of result stands there, as some look alike."""
        self._count += 1
        id = f"{self._office.id}-{self._count}"
        ours = self._office.platform.url(connection.version, self._module, InterfaceRole.SENDER)
        return id, join_url(ours, kind, id)

    def wait(
        self,
        connection: Connection,
        id: str,
        send: Callable[[], Exchange | None],
        answer: Callable[[bytes], Direct],
        more: Callable[[T, Cause], None] | None = None,
    ) -> Generator[Event, Any, T | str]:
        """Send a request and wait for its result; returns that, or a word on why there is none.

        The word is OCPI's when the direct answer is no ACCEPTED, UNREACHABLE when there is none that can be read, and
        TIMEOUT when no result came in time. `more` gets a result that comes after all that.
        """
        client, env = self._office.client, self._office.env
        result = env.event()
        self._asked[id], self._waiting[id] = _Asked(connection.peer_id, more), result
        if len(self._asked) > _KEPT:
            del self._asked[next(iter(self._asked))]
        exchange = send()
        if exchange is not None:
            yield exchange
        direct = client.decode(exchange, client.read(exchange), answer)
        accepted = direct is not None and direct.result == "ACCEPTED"
        if direct is not None and accepted and not result.triggered:
            yield result | env.timeout(direct.timeout * _US_PER_S)
        del self._waiting[id]
        if not accepted:
            return direct.result.value if direct is not None else "UNREACHABLE"
        if not result.triggered:
            return "TIMEOUT"
        assert result.value is not None
        found: T = result.value
        return found

    def take(self, call: Call, result: T) -> Reply:
        """A result has come. Refused with 404 when its sender was not asked for it."""
        id = call.params["id"]
        asked = self._asked.get(id)
        if asked is None or asked.peer_id != call.connection.peer_id:
            raise unknown("Request", id)
        waiting = self._waiting.get(id)
        if waiting is None:
            if asked.more is not None:
                asked.more(result, call.cause)
        elif not waiting.triggered:
            waiting.succeed(result)
        return DONE
