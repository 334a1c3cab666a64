"""How a party that thinks in OCPI 2.2.1 says things in the version of a connection, and hears what is said in it.

What a party works with are objects of 2.2.1. What came in another version is kept beside them as it came, the
*original*, and shown to who speaks that version. Source: OCPI 2.1.1, 2.2.1 and 2.3.0; digest, section 6.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec
from simulator.ocpi.findings import Finding
from simulator.ocpi.patch import partial
from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import AuthorizationInfo, Token
from simulator.parties.losses import Said

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

T = TypeVar("T", bound=Struct)
Owner = tuple[str, str]

HOME: Final = "2.2.1"
"""The version that our parties think in; what they hear in another they keep as it came, too."""

RICHEST: Final = "2.3.0"
"""The version that says more than they think: of prices and taxes, plugs, and parking places."""

OLDEST: Final = "2.1.1"
"""The version without sides, message ids, routing headers and charging periods that are added."""


NEWEST: Final = "2.3.0"
"""The version in which a receiver that shows an object again shows also what its class does not know."""


_PAGES: Final = range(16_384, 1_048_576)
"""How many bytes a page of a list has that is worth remembering, and not too much for that."""


class Unsayable(Exception):
    """An object that a version has no faithful words for; the text says why."""


class Books:
    """Where a translation finds what an object names but does not hold; a role knows more than this."""

    def location(self, country_code: str, party_id: str, id: str) -> Location | None:
        """A location by owner and id."""
        del country_code, party_id, id
        return None

    def tariff(self, country_code: str, party_id: str, id: str) -> Tariff | None:
        """A tariff by owner and id."""
        del country_code, party_id, id
        return None

    def tokens(self, uid_or_contract: str) -> Sequence[Token]:
        """The tokens of a contract, or those with a uid."""
        del uid_or_contract
        return ()

    def token_owners(self, uid: str, contract_id: str) -> Sequence[Owner]:
        """All, in upper case, who have a token with this uid and contract."""
        del uid, contract_id
        return ()


class Dialect(Protocol):
    """One version as it is spoken over one connection; classes and objects are those of 2.2.1.

    `encode` and its kin raise Unsayable, `decode` and its kin raise Invalid. What 2.2.1 has no words for is told on the
    `exchange`, if one is given. Of 2.2.1 itself there are no originals: they are None.
    """

    version: str

    def class_of(self, cls: type[Struct]) -> type[Struct]:
        """The class that this version has for one of 2.2.1. Raises Unsayable."""

    def encode(self, obj: Struct) -> bytes:
        """The JSON of an object."""

    def encode_original(self, original: Struct, cls: type[Struct]) -> Said:
        """The JSON of an original that stands for an object of a class: as it is, or translated without stand-ins."""

    def encode_list(self, objects: Sequence[T], original: Callable[[T], Any] | None = None) -> tuple[Said, list[int]]:
        """The JSON list of those objects that can be said, and the places of those that cannot; its losses say why.

        `original` finds that of an object, if it has one.
        """

    def encode_patch(self, cls: type[Struct], changes: Any) -> bytes:
        """The JSON of a PATCH for an object of a class; `changes` is a mapping or a struct of its fields."""

    def decode(
        self, raw: bytes | msgspec.Raw, cls: type[T], owner: Owner | None = None, exchange: int | None = None
    ) -> T:
        """The object that a body holds; `owner` is whom the URL names."""

    def original(self, raw: bytes, cls: type[Struct]) -> Any:
        """That object as it came."""

    def decode_authorisation(self, raw: bytes | msgspec.Raw, asked: Token | None) -> AuthorizationInfo:
        """The answer to whether a token may charge; 2.1.1 does not repeat which was asked for."""

    def decode_list(
        self, raw: bytes | msgspec.Raw, cls: type[T], exchange: int | None = None
    ) -> tuple[list[T], list[Any], list[Finding]]:
        """The good objects of a list, their originals if there are any, and what is wrong with the other objects."""

    def decode_patch(
        self, raw: bytes, cls: type[Struct], owner: Owner | None = None, exchange: int | None = None
    ) -> Any:
        """The changes that a PATCH holds, each field of the class set or UNSET."""

    def original_patch(self, raw: bytes, cls: type[Struct]) -> Any:
        """Those changes as they came."""


class HomeDialect:
    """2.2.1, in which nothing has to be translated."""

    encode = staticmethod(codec.encode)

    def __init__(self) -> None:
        self.version = HOME

    def class_of(self, cls: type[Struct]) -> type[Struct]:
        """See Dialect."""
        return cls

    def encode_original(self, original: Struct, cls: type[Struct]) -> Said:
        """See Dialect."""
        from simulator.ocpi.translation import Setting
        from simulator.parties.foreign import said_of

        return said_of(original, cls, HOME, Setting())

    def encode_list(self, objects: Sequence[T], original: Callable[[T], Any] | None = None) -> tuple[Said, list[int]]:
        """See Dialect."""
        return (Said(codec.encode(objects)), []) if original is None else encode_each(self, objects, original)

    def encode_patch(self, cls: type[Struct], changes: Any) -> bytes:
        """See Dialect."""
        del cls
        return codec.encode(changes)

    def decode(
        self, raw: bytes | msgspec.Raw, cls: type[T], owner: Owner | None = None, exchange: int | None = None
    ) -> T:
        """See Dialect."""
        del owner, exchange
        return codec.decode(raw, cls)

    def original(self, raw: bytes, cls: type[Struct]) -> Any:
        """See Dialect."""
        del raw, cls

    def decode_authorisation(self, raw: bytes | msgspec.Raw, asked: Token | None) -> AuthorizationInfo:
        """See Dialect."""
        del asked
        return codec.decode(raw, AuthorizationInfo)

    def decode_list(
        self, raw: bytes | msgspec.Raw, cls: type[T], exchange: int | None = None
    ) -> tuple[list[T], list[Any], list[Finding]]:
        """See Dialect."""
        del exchange
        body = bytes(raw)
        is_shared = cls is Token and len(body) in _PAGES  # what else is listed is soon another
        good, findings = (_read_page if is_shared else codec.decode_list)(body, cls)
        return list(good), [], list(findings)

    def decode_patch(
        self, raw: bytes, cls: type[Struct], owner: Owner | None = None, exchange: int | None = None
    ) -> Any:
        """See Dialect."""
        del owner, exchange
        return codec.decode(raw, partial(cls))

    def original_patch(self, raw: bytes, cls: type[Struct]) -> Any:
        """See Dialect."""
        del raw, cls


@lru_cache(maxsize=16)
def _read_page(body: bytes, cls: type[T]) -> tuple[list[T], list[Finding]]:
    """The same for all who are shown a page letter by letter alike, as of tokens each CPO is: they share its objects.

    Nobody changes an object that was read. In a city that spares a fifth of the memory, and most of the reading.
    """
    return codec.decode_list(body, cls)


def encode_each(dialect: Dialect, objects: Sequence[T], original: Callable[[T], Any] | None) -> tuple[Said, list[int]]:
    """See Dialect.encode_list."""
    said: list[bytes] = []
    withheld: list[int] = []
    losses: list[Loss] = []
    for place, obj in enumerate(objects):
        kept = original(obj) if original is not None else None
        try:
            if kept is None:
                said.append(dialect.encode(obj))
                continue
            each = dialect.encode_original(kept, type(obj))
        except Unsayable as why:
            withheld.append(place)
            losses.append(_withheld(obj, why))
            continue
        losses += [replace(loss, path=f"$[{len(said)}]{loss.path[1:]}") for loss in each.losses]
        said.append(each.body)
    return Said(b"[%b]" % b",".join(said), tuple(losses)), withheld


def _withheld(obj: Struct, why: Unsayable) -> "Loss":
    from simulator.ocpi.translation import Loss

    return Loss("$", "lost", f"A {type(obj).__name__} is withheld: {why}")
