"""A request as a module's handler sees it, and the answer that it gives back."""

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange
from simulator.ocpi import rules
from simulator.ocpi.headers import X_TOTAL_COUNT
from simulator.ocpi.pagination import total_of
from simulator.ocpi.route_tables import Route
from simulator.ocpi.status import Status
from simulator.parties.connection import Connection
from simulator.parties.dialect import HOME, Dialect, Unsayable
from simulator.parties.heads import lower
from simulator.wire.carrier import Headers, Request

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

T = TypeVar("T", bound=Struct)
_TOTAL = X_TOTAL_COUNT.lower()


class Reply(Struct, frozen=True, gc=False):
    """The answer: encoded `data` or none, in the envelope that the platform puts around it.

    A hub gives back what another party, the `speaker`, has said: `passed` is that party's whole body, if it need not be
    changed. `losses` are what the data does not say as they are written.
    """

    data: bytes | None = None
    status: int = Status.SUCCESS
    message: str | None = None
    http_status: int = 200
    headers: Headers = ()
    speaker: Connection | None = None
    passed: bytes = b""
    losses: "tuple[Loss, ...]" = ()


class Refusal(Exception):
    """Raised by a handler that will not do what is asked; becomes the answer."""

    def __init__(self, status: int, message: str, http_status: int = 200, data: bytes | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.http_status = http_status
        self.data = data


class Call(Struct, frozen=True, gc=False):
    """An authorised request for a known route, its body not yet decoded.

    `connection` is that with the party who speaks, `line` that with the platform that the request came from: they
    differ for parties behind a hub. `dialect` is that of the `version` whose endpoint was called. `key` is what all
    `params` together are in a store, see `join_key`.
    """

    connection: Connection
    line: Connection
    dialect: Dialect
    route: Route
    params: dict[str, str]
    query: str
    request: Request
    cause: Cause
    version: str
    key: str

    @property
    def url(self) -> str:
        """The URL that was called, as it came."""
        return self.request.url

    @property
    def headers(self) -> dict[str, str]:
        """The headers, by name in lower case; few handlers ask."""
        return lower(self.request.headers)

    @property
    def body(self) -> bytes:
        """The body as it came."""
        return self.request.body

    @property
    def owner(self) -> tuple[str, str] | None:
        """Whom the URL names as the owner of the object, if it does."""
        country_code = self.params.get("country_code")
        return None if country_code is None else (country_code, self.params["party_id"])

    def read(self, cls: type[T]) -> T:
        """The object in the body, as 2.2.1 has it. Raises Invalid, also for what no field can say by itself.

        That is asked of the object as it came, so that a refusal names the fields of the version that is spoken.
        """
        obj = self.dialect.decode(self.request.body, cls, self.owner, self.cause.id)
        if rules.ask_of(cls):
            written = self.original(cls)
            rules.must_be_right(obj if written is None else written)
        return obj

    def read_patch(self, cls: type[Struct]) -> Any:
        """The changes in the body, each field of the class set or UNSET. Raises Invalid."""
        dialect = self.dialect
        owner = None if dialect.version == HOME else self.owner
        return dialect.decode_patch(self.request.body, cls, owner, self.cause.id)

    def original(self, cls: type[Struct]) -> Any:
        """The object in the body as it came, to be kept beside that of 2.2.1; None when it is that. Raises Invalid."""
        return self.dialect.original(self.request.body, cls)

    def original_patch(self, cls: type[Struct]) -> Any:
        """The changes in the body as they came; None when they are of 2.2.1. Raises Invalid."""
        return self.dialect.original_patch(self.request.body, cls)

    def class_of(self, cls: type[Struct]) -> type[Struct]:
        """The class of the version that is spoken for one of 2.2.1: which originals can be shown and changed."""
        return self.dialect.class_of(cls)

    def reply(self, obj: Struct, original: Struct | None = None, **how: Any) -> Reply:
        """The answer that shows an object, or rather its original, if there is one. Raises Refusal.

        `how` may set status, message, HTTP status and headers.
        """
        dialect = self.dialect
        try:
            if original is None:
                return Reply(dialect.encode(obj), **how)
            said = dialect.encode_original(original, type(obj))
            return Reply(said.body, losses=said.losses, **how)
        except Unsayable as reason:
            raise Refusal(Status.CLIENT_ERROR, str(reason), 404) from reason

    def reply_list(
        self,
        objects: Sequence[T],
        headers: Headers = (),
        original: Callable[[T], Any] | None = None,
        losses: "Sequence[Sequence[Loss]]" = (),
    ) -> Reply:
        """The answer that shows a page of a list, but for what this version has no words for; see `listed`.

        `losses` are what each of the objects, in their order, does not say in any case.
        """
        said, withheld = self.dialect.encode_list(objects, original)
        told = [each for place, each in enumerate(losses) if place not in withheld]
        more = [replace(loss, path=f"$[{at}]{loss.path[1:]}") for at, each in enumerate(told) for loss in each]
        return Reply(said.body, headers=fewer(headers, len(withheld)), losses=(*said.losses, *more))


class Later(Struct, frozen=True, gc=False):
    """The answer is made from what comes of an exchange; `reply` may raise what a handler may."""

    exchange: Exchange
    reply: Callable[[Exchange], Reply]


def fewer(headers: Headers, withheld: int) -> Headers:
    """The headers of a page without the objects that its reader's version has no words for: for it they do not exist.

    Else the total would promise a reader of the last page that there is more to come.
    """
    if not withheld:
        return headers
    return tuple((name, _less(value, withheld) if name.lower() == _TOTAL else value) for name, value in headers)


def _less(total: str, withheld: int) -> str:
    said = total_of(total)
    return total if said is None else str(max(said - withheld, 0))


Waiting: TypeAlias = Generator[Event, Any, Reply]
Handler: TypeAlias = Callable[[Call], "Reply | Waiting | Later"]

DONE = Reply()
CREATED = Reply(http_status=201)
