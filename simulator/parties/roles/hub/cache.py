"""What a hub has seen of what is meant for everybody: locations, tariffs and tokens, each as its owner wrote it.

From here come the lists of GET ALL, the owner of an object that a message names (Open Routing), and what a translation
looks up. Kept are the owner's own bytes, so that a reader of the same version gets the original. Of a session, which is
meant for few, only that is known whom its owner has told of it, and of a reservation where it was asked for.

An owner of 2.1.1 tells each of its partners by itself, over a facade of the hub, and may have another price for each:
what it tells over one is kept beside what it tells over the next. For what a translation looks up any of them will do.
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from simulator.ocpi import codec
from simulator.ocpi.aliases import Aliases
from simulator.ocpi.datatypes import later
from simulator.ocpi.findings import Invalid
from simulator.ocpi.translation.tokens import type_in
from simulator.parties.copied import Copies
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.order import newer
from simulator.parties.roles.hub.kept import Kept, Owner, key_for
from simulator.parties.roles.hub.reading import PARTS, Tree, head_of, must_be_right


class Cache:
    """The kept objects by kind, owner and id; tokens by their type as well."""

    def __init__(self, copies: Callable[[], Copies[Kept]] = Copies) -> None:
        self._stores = {kind: copies() for kind in ("location", "tariff", "token")}
        self._facades: dict[Owner, dict[str, None]] = {}
        self._told: dict[tuple[Owner, str], dict[Owner, None]] = {}
        self._sessions: dict[tuple[Owner, str], str] = {}
        self._reserved: dict[tuple[Owner, str], Owner] = {}
        self.aliases = Aliases()
        """What stands for ids that not every version has room for, whoever's they are."""
        self._contracts: dict[str, dict[str, Kept]] = {}
        self._unwanted: dict[str, Kept] = {}

    def all(self, kind: str) -> Iterator[Kept]:
        """Everything of a kind, oldest first."""
        return iter(self._stores[kind])

    def get(
        self, kind: str, owner: Owner, id: str, type: str = "", facades: Iterable[str] | None = None
    ) -> Kept | None:
        """One object; a token of any type when none is named.

        It is as told over the first of these `facades`, or over any when none are named.
        """
        if facades is None:
            facades = self._facades.get(owner, ())
        if kind == "token" and not type:
            found = [kept for kept in self._named(id) if kept.owner == owner and _same(kept.head.uid, id)]
            return next((kept for kept in found if kept.facade in facades), None)
        store = self._stores[kind]
        return next(
            (kept for each in facades if (kept := store.get(*key_for(owner, id, type, each))) is not None), None
        )

    def meant(self, uid: str, type: str, version: str, owner: Owner | None = None) -> list[Kept]:
        """The tokens that a party of a version means by a uid and its word for their type, the likeliest first.

        Not every URL of 2.1.1 says the type.
        """
        found = [kept for kept in self.tokens(uid) if owner in (None, kept.owner) and _same(kept.head.uid, uid)]
        of_type = [kept for kept in found if type_in(kept.head.type, version) == type]
        return sorted(of_type, key=lambda kept: kept.head.type != type) or (found if version == OLDEST else [])

    def told(self, owner: Owner, session_id: str) -> dict[Owner, None]:
        """Whom an owner has told of its session with this id: nobody, if it has none as far as is known."""
        return self._told.get((owner, session_id.lower()), {})

    def tell(self, owner: Owner, session_id: str, to: Owner) -> None:
        """Remember that an owner tells a party of its session."""
        self._told.setdefault((owner, session_id.lower()), {})[to] = None
        self._sessions[owner, session_id.lower()] = session_id

    def session_id(self, owner: Owner, id: str) -> str:
        """The id of an owner's session as that writes it, as far as is known."""
        return self._sessions.get((owner, id.lower()), id)

    def reserved(self, asker: Owner, reservation_id: str) -> Owner | None:
        """Whom a party has asked for its reservation with this id."""
        return self._reserved.get((asker, reservation_id.lower()))

    def reserve(self, asker: Owner, reservation_id: str, to: Owner) -> None:
        """Remember that a party asks another for a reservation."""
        self._reserved[asker, reservation_id.lower()] = to

    def tokens(self, uid_or_contract: str) -> list[Kept]:
        """The tokens with this uid, or of this contract; one that was told over several facades once."""
        named = self._named(uid_or_contract)
        return list({(kept.owner, kept.id.lower(), kept.head.type): kept for kept in named}.values())

    def _named(self, uid_or_contract: str) -> Iterable[Kept]:
        return self._contracts.get(uid_or_contract.lower(), {}).values()

    def store(self, kind: str) -> Copies[Kept]:
        """Everything of a kind, by the keys of the objects."""
        return self._stores[kind]

    def keep(self, kept: Kept) -> Kept | None:
        """Keep a whole object in the place of what is known of it, which it gives back, or was when nobody had it."""
        store = self._stores[kept.kind]
        known = store.get(*kept.key)
        if known is not None:
            self._unname(known)
        else:
            known = self._unwanted.pop("/".join((kept.kind, *kept.key)).lower(), None)
        if known is not None:
            # Who registers anew puts in doubt what it has told, not what others were told of it.
            kept.shown, kept.readers, kept.ended = known.shown, known.readers, known.ended
        self._facades.setdefault(kept.owner, {})[kept.facade] = None
        store.put(kept, *kept.key)
        self._name(kept)
        return known

    def put(self, kind: str, owner: Owner, version: str, raw: bytes, tree: Tree, facade: str = "") -> None:
        """Keep an object that was pushed, which is `tree` when read, unless a newer state of it is known."""
        kept = Kept(kind, owner, version, head_of(tree), raw, facade)
        known = self._stores[kind].told(*kept.key)
        if known is None or not known.stands(kept):
            self.keep(kept)

    def change(self, kept: Kept, changes: Tree, path: tuple[str, ...] = (), *, whole: bool = False) -> bool:
        """Change a kept object, or what lies at `path` in it: an EVSE by uid, a connector by id.

        `whole`: put the part in its place. False when there is no such part. An older state than the known changes
        nothing. Raises Invalid for a change that makes of the object what would be refused if it came whole.
        """
        parts, within = [dict(kept.tree)], "$"
        for (name, key), id in zip(PARTS, path, strict=False):
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
            within += f".{name}[{place}]"
        known, last_updated = parts[-1].get("last_updated"), changes.get("last_updated")
        doubted = self._stores[kept.kind].doubts(*kept.key)
        if not doubted and last_updated is not None and known is not None and newer(known, last_updated):
            return True
        if whole:
            parts[-1].clear()
        parts[-1].update((name, value) for name, value in changes.items() if value is not None)
        if last_updated is not None:
            for part in parts[:-1]:
                part["last_updated"] = later(part["last_updated"], last_updated)
        _must_be_right(kept, parts, within, changes)
        self._unname(kept)
        kept.change(parts[0])
        self._name(kept)
        self._stores[kept.kind].touch(*kept.key)
        return True

    def drop(self, kept: Kept) -> None:
        """Forget an object that its owner has no more."""
        self._stores[kept.kind].drop(*kept.key)
        self._unname(kept)

    def abandon(self, kept: Kept) -> None:
        """Show an object to nobody until its owner tells of it: that has deleted it wherever anybody had it."""
        self.drop(kept)
        self._unwanted["/".join((kept.kind, *kept.key)).lower()] = kept

    def _name(self, kept: Kept) -> None:
        for name in kept.names:
            self._contracts.setdefault(name, {})["/".join(kept.key).lower()] = kept

    def _unname(self, kept: Kept) -> None:
        for name in kept.names:
            self._contracts[name].pop("/".join(kept.key).lower(), None)


def _must_be_right(kept: Kept, parts: list[Tree], within: str, changes: Tree) -> None:
    """Raises Invalid for what a change has made of an object, or of the last of its `parts`, which lies `within` it.

    A part is asked by itself, in 5 us; a location of ten EVSEs takes 65. Only its parking leads out of an EVSE.
    """
    must_be_right(codec.encode(parts[-1]), kept.version, (kept.kind, "evse", "connector")[len(parts) - 1])
    if len(parts) > 1 and "parking" in changes:
        try:
            must_be_right(codec.encode(parts[0]), kept.version, kept.kind)
        except Invalid as error:
            inside = [each for each in error.findings if each.path.startswith(within)]
            if inside:
                raise Invalid(tuple([replace(each, path="$" + each.path[len(within) :]) for each in inside])) from None


def _same(id: str, other: str) -> bool:
    return id.lower() == other.lower()
