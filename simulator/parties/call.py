"""A request as a module's handler sees it, and the answer that it gives back."""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias

from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.ocpi.routes import Route
from simulator.ocpi.status import Status
from simulator.parties.connection import Connection
from simulator.wire.carrier import Headers


class Call(Struct, frozen=True, gc=False):
    """An authorised request for a known route, its body not yet decoded."""

    connection: Connection
    route: Route
    params: dict[str, str]
    query: str
    body: bytes
    url: str
    cause: Cause


class Reply(Struct, frozen=True, gc=False):
    """The answer: encoded `data` or none, in the envelope that the platform puts around it."""

    data: bytes | None = None
    status: int = Status.SUCCESS
    message: str | None = None
    http_status: int = 200
    headers: Headers = ()


class Refusal(Exception):
    """Raised by a handler that will not do what is asked; becomes the answer."""

    def __init__(self, status: int, message: str, http_status: int = 200, data: bytes | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.http_status = http_status
        self.data = data


Waiting: TypeAlias = Generator[Event, Any, Reply]
Handler: TypeAlias = Callable[[Call], "Reply | Waiting"]

DONE = Reply()
CREATED = Reply(http_status=201)
