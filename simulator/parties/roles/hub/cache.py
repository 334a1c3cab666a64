"""What a hub has seen of what is meant for everybody: locations, tariffs and tokens, each as its owner wrote it.

From here come the lists of GET ALL, the owner of an object that a message names (Open Routing), and what a translation
looks up. Kept are the owner's own bytes, so that a reader of the same version gets the original.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec, rules
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.translation.kinds import class_of
from simulator.ocpi.translation.tokens import type_in
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.order import newer
from simulator.parties.store import Store

Tree = dict[str, Any]
Owner = tuple[str, str]
_PARTS = (("evses", "uid"), ("connectors", "id"))
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Head(Struct, frozen=True, gc=False):
    """The little that is read of an object of any version to find it again."""

    last_updated: str
    country_code: str = ""
    party_id: str = ""
    id: str = ""
    uid: str = ""
    type: str = ""
    contract_id: str = ""
    auth_id: str = ""


class Kept:
    """An object as its owner wrote it; `said` is how it reads in other versions, `told` what of that was told.

    `before` is how it was before the last change of a part of it.
    """

    __slots__ = ("_raw", "_tree", "before", "head", "kind", "owner", "said", "told", "version")

    def __init__(self, kind: str, owner: Owner, version: str, head: Head, raw: bytes) -> None:
        self.kind = kind
        self.owner = owner
        self.version = version
        self.head = head
        self.said: dict[str, Any] = {}
        self.told: dict[str, None] = {}
        self.before: Tree = {}
        self._raw: bytes | None = raw
        self._tree: Tree | None = None

    @property
    def id(self) -> str:
        """Its id, or the uid of a token."""
        return self.head.uid or self.head.id

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Under which key it is kept."""
        return (*self.owner, self.id, self.head.type if self.kind == "token" else "")

    @property
    def names(self) -> tuple[str, ...]:
        """What parties may call a token: its uid and its contract."""
        head = self.head
        return (head.uid.lower(), (head.contract_id or head.auth_id).lower()) if self.kind == "token" else ()

    def stands(self, other: "Kept") -> bool:
        """Whether this state of an object is not replaced by another."""
        return self.raw == other.raw or newer(self.head.last_updated, other.head.last_updated)

    @property
    def raw(self) -> bytes:
        """The JSON: the owner's own bytes, or with what was changed since."""
        if self._raw is None:
            self._raw = codec.encode(self._tree)
        return self._raw

    @property
    def tree(self) -> Tree:
        """The object as JSON, of which no part is ever changed in place."""
        if self._tree is None:
            self._tree = parse(self.raw)
        return self._tree

    def change(self, tree: Tree, last_updated: str | None) -> None:
        """It is like this now."""
        self._tree = tree
        self._raw = None
        self.said.clear()
        self.told.clear()
        if last_updated is not None:
            self.head = replace(self.head, last_updated=last_updated)


def read_list(kind: str, raw: msgspec.Raw, version: str) -> tuple[list[tuple[Head, bytes]], list[Finding]]:
    """The good items of a list, as they came, and what is wrong with the others: they are not shown to anybody."""
    good: list[tuple[Head, bytes]] = []
    findings: list[Finding] = []
    for index, item in enumerate(_items(raw)):
        try:
            good.append((head_of(read(bytes(item), version, kind)), bytes(item)))
        except Invalid as error:
            findings += [replace(finding, path=f"$[{index}]{finding.path[1:]}") for finding in error.findings]
    return good, findings


class Cache:
    """The kept objects by kind, owner and id; tokens by their type as well."""

    def __init__(self) -> None:
        self._stores: dict[str, Store[Kept]] = {"location": Store(), "tariff": Store(), "token": Store()}
        self._owners: dict[tuple[str, str], Owner] = {}
        self._contracts: dict[str, dict[str, Kept]] = {}

    def all(self, kind: str) -> Iterator[Kept]:
        """Everything of a kind, oldest first."""
        return iter(self._stores[kind])

    def get(self, kind: str, owner: Owner, id: str, type: str = "") -> Kept | None:
        """One object; a token of any type when none is named."""
        if kind == "token" and not type:
            return next((kept for kept in self.tokens(id) if kept.owner == owner and _same(kept.head.uid, id)), None)
        return self._stores[kind].get(*owner, id, type)

    def meant(self, uid: str, type: str, version: str, owner: Owner | None = None) -> list[Kept]:
        """The tokens that a party of a version means by a uid and its word for their type, the likeliest first.

        Not every URL of 2.1.1 says the type.
        """
        found = [kept for kept in self.tokens(uid) if owner in (None, kept.owner) and _same(kept.head.uid, uid)]
        of_type = [kept for kept in found if type_in(kept.head.type, version) == type]
        return sorted(of_type, key=lambda kept: kept.head.type != type) or (found if version == OLDEST else [])

    def owner_of(self, kind: str, id: str) -> Owner | None:
        """Who owns the object, or the session, with this id."""
        return self._owners.get((kind, id.lower()))

    def note(self, kind: str, id: str, owner: Owner) -> None:
        """Remember whose an object is that is not kept itself."""
        self._owners[kind, id.lower()] = owner

    def tokens(self, uid_or_contract: str) -> list[Kept]:
        """The tokens with this uid, or of this contract."""
        return list(self._contracts.get(uid_or_contract.lower(), {}).values())

    def store(self, kind: str) -> Store[Kept]:
        """Everything of a kind, by the keys of the objects."""
        return self._stores[kind]

    def keep(self, kept: Kept) -> None:
        """Keep a whole object in the place of what is known of it."""
        self._stores[kept.kind].put(kept, *kept.key)
        self.note(kept.kind, kept.id, kept.owner)
        for name in kept.names:
            self._contracts.setdefault(name, {})["/".join(kept.key).lower()] = kept

    def put(self, kind: str, owner: Owner, version: str, raw: bytes, tree: Tree) -> None:
        """Keep an object that was pushed, which is `tree` when read, unless a newer state of it is known."""
        kept = Kept(kind, owner, version, head_of(tree), raw)
        known = self._stores[kind].get(*kept.key)
        if known is None or not known.stands(kept):
            self.keep(kept)

    def change(self, kept: Kept, changes: Tree, path: tuple[str, ...] = (), *, whole: bool = False) -> bool:
        """Change a kept object, or what lies at `path` in it: an EVSE by uid, a connector by id.

        `whole`: put the part in its place. False when there is no such part. An older state than the known changes
        nothing.
        """
        kept.before = kept.tree
        parts = [dict(kept.tree)]
        for (name, key), id in zip(_PARTS, path, strict=False):
            items: list[Tree] = list(parts[-1].get(name) or ())
            place = next((place for place, item in enumerate(items) if item[key].lower() == id.lower()), None)
            if place is None and whole and len(parts) == len(path):
                place = len(items)
                items.append({})
            if place is None:
                return False
            items[place] = part = dict(items[place])
            parts[-1][name] = items
            parts.append(part)
        known, last_updated = parts[-1].get("last_updated"), changes.get("last_updated")
        if last_updated is not None and known is not None and newer(known, last_updated):
            return True
        if whole:
            parts[-1].clear()
        parts[-1].update((name, value) for name, value in changes.items() if value is not None)
        if last_updated is not None:
            for part in parts[:-1]:
                part["last_updated"] = last_updated
        kept.change(parts[0], last_updated)
        self._stores[kept.kind].touch(*kept.key)
        return True

    def drop(self, kept: Kept) -> None:
        """Forget an object that its owner has no more."""
        self._stores[kept.kind].drop(*kept.key)
        for name in kept.names:
            self._contracts[name].pop("/".join(kept.key).lower(), None)


def _same(id: str, other: str) -> bool:
    return id.lower() == other.lower()


def part_of(tree: Tree, path: tuple[str, ...]) -> Tree | None:
    """What lies at a path in a location: an EVSE by uid, a connector by id; None when there is no such part."""
    for (name, key), id in zip(_PARTS, path, strict=False):
        found = next((item for item in tree.get(name) or () if item[key].lower() == id.lower()), None)
        if found is None:
            return None
        tree = found
    return tree


def read(raw: bytes, version: str, kind: str, patch: bool = False) -> Tree:
    """A body of a version, as JSON. Raises Invalid, also for what no field can say by itself."""
    cls = class_of(kind, version)
    assert cls is not None
    obj = codec.decode(raw, partial(cls, version != OLDEST) if patch else cls)
    errors = () if patch else tuple([finding for finding in rules.check(obj) if finding.severity == "error"])
    if errors:
        raise Invalid(errors)
    return parse(raw)


def parse(raw: bytes | msgspec.Raw) -> Tree:
    """An object as JSON. Raises Invalid."""
    tree = codec.parse(bytes(raw))
    if not isinstance(tree, dict):
        raise codec.invalid(bytes(raw), Head)
    return tree


def head_of(tree: Tree) -> Head:
    """What is read of an object to find it again; what is no text does not count."""
    texts = {name: tree[name] for name in Head.__struct_fields__ if isinstance(tree.get(name), str)}
    return msgspec.convert({"last_updated": "", **texts}, Head)
