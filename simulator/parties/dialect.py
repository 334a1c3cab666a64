"""How a party that thinks in OCPI 2.2.1 says things in the version of a connection, and hears what is said in it.

What a party keeps in its books are objects of 2.2.1. A peer of another version gets, and sends, objects of its own:
they are checked against its version as a stranger would, and translated. What cannot be said is not sent (`Unsayable`).
Source: OCPI 2.1.1, 2.2.1 and 2.3.0; digest, section 6.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.tokens import AuthorizationInfo, Token

if TYPE_CHECKING:
    from simulator.ocpi.translation import Setting

T = TypeVar("T", bound=Struct)

HOME: Final = "2.2.1"
"""The version in which our parties keep their books."""

OLDEST: Final = "2.1.1"
"""The version without sides, message ids, routing headers and charging periods that are added."""


class Unsayable(Exception):
    """An object that a version has no faithful words for; the text says why."""


class Books:
    """Where a translation finds what an object names but does not hold; a role knows more than this."""

    def location(self, country_code: str, party_id: str, id: str) -> Location | None:
        """A location by owner and id."""
        del country_code, party_id, id
        return None

    def token(self, uid_or_contract: str) -> Token | None:
        """A token by its uid, or the only one of a contract."""
        del uid_or_contract
        return None


class Dialect(Protocol):
    """One version as it is spoken over one connection; classes and objects are those of 2.2.1.

    `encode` and its kin raise Unsayable, `decode` and its kin raise Invalid.
    """

    version: str

    def encode(self, obj: Struct) -> bytes:
        """The JSON of an object."""

    def encode_list(self, objects: Sequence[Struct]) -> bytes:
        """The JSON list of those objects that can be said."""

    def encode_patch(self, cls: type[Struct], changes: Any) -> bytes:
        """The JSON of a PATCH for an object of a class; `changes` is a mapping or a struct of its fields."""

    def decode(self, raw: bytes | msgspec.Raw, cls: type[T], owner: tuple[str, str] | None = None) -> T:
        """The object that a body holds; `owner` is whom the URL names."""

    def decode_authorisation(self, raw: bytes | msgspec.Raw, asked: Token | None) -> AuthorizationInfo:
        """The answer to whether a token may charge; 2.1.1 does not repeat which was asked for."""

    def decode_list(self, raw: bytes | msgspec.Raw, cls: type[T]) -> tuple[list[T], list[Finding]]:
        """The good objects of a list, and what is wrong with the others."""

    def decode_patch(self, raw: bytes, cls: type[Struct], owner: tuple[str, str] | None = None) -> Any:
        """The changes that a PATCH holds, each field of the class set or UNSET."""


class HomeDialect:
    """2.2.1, in which nothing has to be translated."""

    version = HOME

    encode = staticmethod(codec.encode)
    encode_list = staticmethod(codec.encode)
    decode_list = staticmethod(codec.decode_list)

    def encode_patch(self, cls: type[Struct], changes: Any) -> bytes:
        """See Dialect."""
        del cls
        return codec.encode(changes)

    def decode(self, raw: bytes | msgspec.Raw, cls: type[T], owner: tuple[str, str] | None = None) -> T:
        """See Dialect."""
        del owner
        return codec.decode(raw, cls)

    def decode_authorisation(self, raw: bytes | msgspec.Raw, asked: Token | None) -> AuthorizationInfo:
        """See Dialect."""
        del asked
        return codec.decode(raw, AuthorizationInfo)

    def decode_patch(self, raw: bytes, cls: type[Struct], owner: tuple[str, str] | None = None) -> Any:
        """See Dialect."""
        del owner
        return codec.decode(raw, partial(cls))


class ForeignDialect:
    """Another version. `us` and `them` own what neither the object nor its URL says the owner of."""

    def __init__(
        self, version: str, books: Books, us: tuple[str, str], them: tuple[str, str], now: Callable[[], str]
    ) -> None:
        self.version = version
        self._books = books
        self._us = us
        self._them = them
        self._now = now

    def encode(self, obj: Struct) -> bytes:
        """See Dialect."""
        return self._say(type(obj), _tree(obj), patch=False)

    def encode_list(self, objects: Sequence[Struct]) -> bytes:
        """See Dialect."""
        return b"[%b]" % b",".join(self._sayable(objects))

    def encode_patch(self, cls: type[Struct], changes: Any) -> bytes:
        """See Dialect."""
        return self._say(cls, _tree(changes), patch=True)

    def decode(self, raw: bytes | msgspec.Raw, cls: type[T], owner: tuple[str, str] | None = None) -> T:
        """See Dialect."""
        return self._hear(codec.decode(raw, self._class(cls)), cls, cls, self._setting(owner or self._them))

    def decode_authorisation(self, raw: bytes | msgspec.Raw, asked: Token | None) -> AuthorizationInfo:
        """See Dialect."""
        theirs = codec.decode(raw, self._class(AuthorizationInfo))
        setting = self._setting(self._them)
        if asked is not None:
            setting = replace(setting, asked_token=_tree(asked))
        return self._hear(theirs, AuthorizationInfo, AuthorizationInfo, setting)

    def decode_list(self, raw: bytes | msgspec.Raw, cls: type[T]) -> tuple[list[T], list[Finding]]:
        """See Dialect."""
        theirs, findings = codec.decode_list(raw, self._class(cls))
        good: list[T] = []
        for obj in theirs:
            try:
                good.append(self._hear(obj, cls, cls, self._setting(self._them)))
            except Invalid as invalid:
                findings += invalid.findings
        return good, findings

    def decode_patch(self, raw: bytes, cls: type[Struct], owner: tuple[str, str] | None = None) -> Any:
        """See Dialect. A PATCH of 2.1.1 need not say when; it is then of now."""
        theirs = codec.decode(raw, partial(self._class(cls), self.version != OLDEST))
        return self._hear(theirs, cls, partial(cls), self._setting(owner or self._them), patch=True)

    def _class(self, cls: type[Struct]) -> type[Struct]:
        from simulator.ocpi.translation.kinds import class_of

        found = class_of(_kind(cls), self.version)
        if found is None:
            raise Unsayable(f"OCPI {self.version} has no {cls.__name__}.")
        return found

    def _sayable(self, objects: Iterable[Struct]) -> Iterable[bytes]:
        for obj in objects:
            try:
                yield self.encode(obj)
            except Unsayable:
                continue

    # The tables of translation are loaded by those runs only that have need of them.

    def _say(self, cls: type[Struct], tree: dict[str, Any], patch: bool) -> bytes:
        from simulator.ocpi.translation import translate

        # A receiver shows its owner's objects, too.
        owner = (tree["country_code"], tree["party_id"]) if "party_id" in tree else self._us
        said = translate(_kind(cls), tree, HOME, self.version, self._setting(owner), patch=patch)
        if said.tree is None:
            raise Unsayable(said.withheld)
        return codec.encode(said.tree)

    def _hear(self, theirs: Struct, cls: type[Struct], into: type[T], setting: "Setting", patch: bool = False) -> T:
        from simulator.ocpi.translation import translate

        kind = _kind(cls)
        heard = translate(kind, _tree(theirs), self.version, HOME, setting, patch=patch)
        if heard.tree is None:
            raise Invalid((_not_understood(cls, self.version, heard.withheld),))
        return msgspec.convert(heard.tree, into)

    def _setting(self, owner: tuple[str, str]) -> "Setting":
        from simulator.ocpi.translation import Setting

        country_code, party_id = owner

        def location(id: str) -> dict[str, Any] | None:
            found = self._books.location(country_code, party_id, id)
            return None if found is None else _tree(found)

        def token(uid_or_contract: str) -> dict[str, Any] | None:
            found = self._books.token(uid_or_contract)
            return None if found is None else _tree(found)

        return Setting(country_code=country_code, party_id=party_id, location=location, token=token, now=self._now())


@cache
def _kind(cls: type[Struct]) -> str:
    """What the translation calls objects of a class of 2.2.1."""
    from simulator.ocpi.translation.kinds import KINDS

    return next(kind for kind, name in KINDS.items() if name == cls.__name__)


def _not_understood(cls: type[Struct], version: str, why: str) -> Finding:
    return Finding(
        rule="not-understood",
        severity="error",
        path="$",
        found=f"a {cls.__name__} of {version}",
        expected=f"one that says the same in {HOME}: {why}",
        section=f"OCPI {version}",
    )


def _tree(obj: Any) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(obj, builtin_types=(Decimal,))
    return tree
