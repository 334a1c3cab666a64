"""Another version than 2.2.1 as it is spoken over a connection: translated when it is said, and when it is heard.

A peer gets, and sends, objects of its own version: they are checked against that as a stranger would. What cannot be
said is not sent (`Unsayable`). What is heard is taken liberally, for the original of it is kept: nothing is lost by
what 2.2.1 has no words for, which is told on the exchange (`Losses`). Source: OCPI 2.1.1, 2.2.1 and 2.3.0; digest,
section 6.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec
from simulator.ocpi.aliases import Aliases
from simulator.ocpi.catalogue import version_of
from simulator.ocpi.findings import PATH, Finding, Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.unknown import known_class
from simulator.ocpi.v2_2_1.tokens import AuthorizationInfo, Token
from simulator.parties.dialect import HOME, NEWEST, OLDEST, Books, Owner, Unsayable, encode_each
from simulator.parties.losses import BOOKS, Losses, Said

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss, Setting

T = TypeVar("T", bound=Struct)


class ForeignDialect:
    """Another version. `us` and `them` own what neither the object nor its URL says the owner of."""

    def __init__(
        self, version: str, books: Books, us: Owner, them: Owner, now: Callable[[], str], losses: Losses
    ) -> None:
        self.version = version
        self._books = books
        self._us = us
        self._them = them
        self._now = now
        self._losses = losses
        self._aliases = Aliases()

    def class_of(self, cls: type[Struct]) -> type[Struct]:
        """See Dialect."""
        from simulator.ocpi.translation.kinds import class_of

        found = class_of(_kind(cls), self.version)
        if found is None:
            raise Unsayable(f"OCPI {self.version} has no {cls.__name__}.")
        return found

    def encode(self, obj: Struct) -> bytes:
        """See Dialect."""
        return self._say(type(obj), _tree(obj), patch=False)

    def encode_list(self, objects: Sequence[T], original: Callable[[T], Any] | None = None) -> tuple[Said, list[int]]:
        """See Dialect."""
        return encode_each(self, objects, original)

    def encode_original(self, original: Struct, cls: type[Struct]) -> Said:
        """See Dialect."""
        if known_class(type(original)) is self.class_of(cls):
            return Said(codec.encode(original))
        return said_of(original, cls, self.version, self._setting(self._us))

    def encode_patch(self, cls: type[Struct], changes: Any) -> bytes:
        """See Dialect."""
        return self._say(cls, _tree(changes), patch=True)

    def decode(
        self, raw: bytes | msgspec.Raw, cls: type[T], owner: Owner | None = None, exchange: int | None = None
    ) -> T:
        """See Dialect."""
        heard, losses = self._hear(codec.decode(raw, self.class_of(cls)), cls, cls, self._heard_from(owner))
        self._tell(exchange, cls, losses)
        return heard

    def original(self, raw: bytes, cls: type[Struct]) -> Any:
        """See Dialect."""
        return self._decode(raw, self.class_of(cls))

    def decode_authorisation(self, raw: bytes | msgspec.Raw, asked: Token | None) -> AuthorizationInfo:
        """See Dialect."""
        theirs = codec.decode(raw, self.class_of(AuthorizationInfo))
        setting = self._heard_from(None)
        if asked is not None:
            setting = replace(setting, asked_token=_tree(asked))
        return self._hear(theirs, AuthorizationInfo, AuthorizationInfo, setting)[0]

    def decode_list(
        self, raw: bytes | msgspec.Raw, cls: type[T], exchange: int | None = None
    ) -> tuple[list[T], list[Any], list[Finding]]:
        """See Dialect."""
        decode_list = codec.decode_whole_list if self.version == NEWEST else codec.decode_list
        theirs, findings = decode_list(raw, self.class_of(cls))
        good: list[T] = []
        originals: list[Any] = []
        losses: list[Loss] = []
        setting = self._heard_from(None)
        for index, obj in enumerate(theirs):
            try:
                heard, lost = self._hear(obj, cls, cls, setting)
            except Invalid as invalid:
                findings += invalid.findings
                continue
            good.append(heard)
            originals.append(obj)
            losses += [replace(loss, path=f"$[{index}]{loss.path[1:]}") for loss in lost]
        self._tell(exchange, cls, losses)
        return good, originals, findings

    def decode_patch(
        self, raw: bytes, cls: type[Struct], owner: Owner | None = None, exchange: int | None = None
    ) -> Any:
        """See Dialect. A PATCH of 2.1.1 need not say when; it is then of now."""
        theirs = codec.decode(raw, self._patch_of(cls))
        heard, losses = self._hear(theirs, cls, partial(cls), self._heard_from(owner), patch=True)
        self._tell(exchange, cls, losses)
        return heard

    def original_patch(self, raw: bytes, cls: type[Struct]) -> Any:
        """See Dialect."""
        patch = self._decode(raw, self._patch_of(cls))
        return patch if isinstance(patch.last_updated, str) else replace(patch, last_updated=self._now())

    def _patch_of(self, cls: type[Struct]) -> type[Any]:
        return partial(self.class_of(cls), self.version != OLDEST)

    def _decode(self, raw: bytes, cls: type[Struct]) -> Any:
        """An original: from 2.3.0 on with what its class does not know."""
        return codec.decode_whole(raw, cls) if self.version == NEWEST else codec.decode(raw, cls)

    def _tell(self, exchange: int | None, cls: type[Struct], losses: "Iterable[Loss]") -> None:
        if exchange is None:
            return
        self._losses.tell(exchange, _kind(cls), losses)
        if _is_command(cls):
            self._losses.invented(exchange, losses)

    # The tables of translation are loaded by those runs only that have need of them.

    def _say(self, cls: type[Struct], tree: dict[str, Any], patch: bool) -> bytes:
        from simulator.ocpi.translation import translate

        # A receiver shows its owner's objects, too.
        owner = (tree["country_code"], tree["party_id"]) if "party_id" in tree else self._us
        said = translate(_kind(cls), tree, HOME, self.version, self._setting(owner), patch=patch)
        if said.tree is None:
            raise Unsayable(said.withheld)
        return codec.encode(said.tree)

    def _hear(
        self, theirs: Struct, cls: type[Struct], into: type[T], setting: "Setting", patch: bool = False
    ) -> "tuple[T, tuple[Loss, ...]]":
        from simulator.ocpi.translation import translate

        kind = _kind(cls)
        heard = translate(kind, _tree(theirs), self.version, HOME, setting, patch=patch)
        if heard.tree is None:
            raise Invalid((_not_understood(heard.withheld),))
        return msgspec.convert(heard.tree, into), heard.losses

    def _heard_from(self, owner: Owner | None) -> "Setting":
        """What is heard goes into the books beside its original: stand-ins are good enough there."""
        setting = self._setting(owner or self._them)

        def token(uid_or_contract: str) -> dict[str, Any]:
            found = setting.token(uid_or_contract)
            if found is None:
                raise Invalid((_no_token(uid_or_contract),))
            return found

        return replace(setting, stand_ins=True, token=token)

    def _setting(self, owner: Owner) -> "Setting":
        from simulator.ocpi.translation import Setting
        from simulator.ocpi.translation.tokens import in_common

        country_code, party_id = owner

        def location(id: str) -> dict[str, Any] | None:
            found = self._books.location(country_code, party_id, id)
            return None if found is None else _tree(found)

        def tariff(id: str) -> dict[str, Any] | None:
            found = self._books.tariff(country_code, party_id, id)
            return None if found is None else _tree(found)

        def token(uid_or_contract: str) -> dict[str, Any] | None:
            return in_common(uid_or_contract, [_tree(found) for found in self._books.tokens(uid_or_contract)])

        return Setting(
            country_code=country_code,
            party_id=party_id,
            location=location,
            tariff=tariff,
            token=token,
            token_owners=self._books.token_owners,
            aliases=self._aliases,
            now=self._now(),
        )


def said_of(original: Struct, cls: type[Struct], version: str, setting: "Setting") -> Said:
    """An original in another version than its own, where it stands for an object of a class. Raises Unsayable."""
    from simulator.ocpi.translation import translate

    said = translate(_kind(cls), _tree(original), version_of(type(original)), version, setting)
    if said.tree is None:
        raise Unsayable(said.withheld)
    return Said(codec.encode(said.tree), said.losses)


def in_version(obj: Struct, version: str) -> Any:
    """An object of 2.2.1 as that of another version. Raises Unsayable."""
    from simulator.ocpi.translation import Setting, translate
    from simulator.ocpi.translation.kinds import class_of

    kind = _kind(type(obj))
    said, cls = translate(kind, _tree(obj), HOME, version, Setting()), class_of(kind, version)
    if said.tree is None or cls is None:
        raise Unsayable(said.withheld)
    return msgspec.convert(said.tree, cls)


@cache
def _kind(cls: type[Struct]) -> str:
    """What the translation calls objects of a class of 2.2.1."""
    from simulator.ocpi.translation.kinds import KINDS

    return next(kind for kind, name in KINDS.items() if name == cls.__name__)


@cache
def _is_command(cls: type[Struct]) -> bool:
    """Whether objects of a class ask for something to be done, and told about."""
    return any(field.name == "response_url" for field in msgspec.structs.fields(cls))


def _no_token(auth_id: str) -> Finding:
    """Of a Session or CDR of 2.1.1 that names nobody here; which its sender cannot see by itself."""
    return Finding(
        rule="refused",
        severity="warning",
        path="$.auth_id",
        found=repr(auth_id),
        expected="the contract or the uid of a token that is known here",
        section="OCPI status_codes, 2xxx: Client errors",
    )


def _not_understood(why: str) -> Finding:
    """The lack is that of our books: the sender has kept to its version."""
    found = PATH.search(why)
    return Finding(
        rule="not-understood",
        severity="warning",
        path=found[0] if found is not None else "$",
        found="what cannot be kept here",
        expected=f"what can be said in OCPI {HOME}: {why.rstrip('.')}",
        section=BOOKS,
    )


def _tree(obj: Any) -> dict[str, Any]:
    tree: dict[str, Any] = msgspec.to_builtins(obj, builtin_types=(Decimal,))
    return tree
