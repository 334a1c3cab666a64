"""How a party takes what a peer lists into its copies: whose it is, which state is the newer, and what is gone.

All lists of all modules are taken by the same three rules. Owner: of what is another's a peer can tell nothing. Order:
what is known and newer stands, and so does what was pushed or deleted while the list was on its way. Removal: what a
whole list lacks is no longer valid, where the module says so; what is left out of anything less says nothing.

Source: OCPI 2.2.1, Transport and format, Pagination and Client Owned Object Push; Locations, Tariffs and Tokens
modules, GET List; digest, sections 2.4 and 2.6.
"""

from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from simulator.engine.cause import Cause
from simulator.ocpi.findings import Invalid
from simulator.parties.call import Refusal
from simulator.parties.connection import Connection
from simulator.parties.copied import Copies
from simulator.parties.modules.order import newer
from simulator.parties.office import Office
from simulator.parties.pull import Crawl, Listed
from simulator.parties.store import join_key

T = TypeVar("T")
Key = tuple[str, ...]
Owner = tuple[str, str]


class Taken(Struct, frozen=True):
    """What came of a list: how many objects the peer could tell of, and the copies that are now other, new or gone.

    `stalest_us`: for how long the stalest of them had been wrong or missing.
    """

    listed: int = 0
    changed: tuple[Any, ...] = ()
    new: int = 0
    gone: int = 0
    stalest_us: int = 0


class Receiver(Generic[T]):
    """A party's copies of one kind of objects that its peers own.

    What a kind does otherwise it says by the methods at the end. `removes`: what a whole list lacks is no longer valid.
    """

    removes = False

    def __init__(self, office: Office, store: Copies[T] | None = None) -> None:
        self.store: Copies[T] = office.copies() if store is None else store
        self._office = office
        self._journal = office.journal

    def hear(self, connection: Connection, found: Crawl[Any]) -> Crawl[T]:
        """What a peer lists, as it is kept and under which key; whatever else is asked of a list goes by that."""
        heard, key = self.heard, self.key
        listed: list[Listed[T]] = []
        keys: list[str] = []
        for each in found.listed:
            obj = heard(connection, each.object)
            listed.append(each if obj is each.object else Listed(obj, each.original, each.exchange))
            keys.append(join_key(key(obj)))
        return replace(found, listed=listed, keys=keys)

    def take_list(self, connection: Connection, found: Crawl[T], since: int, cause: Cause) -> Taken:
        """Take what a peer lists, as it was heard; `since` is the mark of the store at which the list was asked for."""
        changed: list[T] = []
        foreign: dict[int, list[T]] = {}
        may_tell: dict[Owner, bool] = {}
        store, owner_of = self.store, self.owner
        listed = new = stalest_us = 0
        for each, at in zip(found.listed, found.keys, strict=True):
            obj: T = each.object
            owner = owner_of(obj)
            if owner not in may_tell:
                may_tell[owner] = self.may_tell(connection, owner)
            if not may_tell[owner]:
                foreign.setdefault(each.exchange, []).append(obj)
                continue
            listed += 1
            known, late = store.at(at), store.changed_since(since, at)
            try:
                if not self._take(obj, known, late, cause, each.original):
                    continue
            except (Refusal, Invalid) as refusal:
                self._remark_not_taken(connection, each.exchange, obj, refusal)
                continue
            changed.append(obj)
            new += known is None
            stalest_us = max(stalest_us, self.stale_us(known, obj))
        for exchange, objects in foreign.items():
            self._remark_foreign(connection, exchange, objects)
        gone = self._forget_gone(connection, found, since, cause)
        return Taken(listed, tuple(changed), new, gone, stalest_us)

    def take(self, obj: T, cause: Cause, original: Any = None) -> bool:
        """Take an object as its owner shows it, unless what is known stands; whether that changed anything.

        A copy from an earlier registration does not stand. Raises Refusal, or Invalid, for what cannot follow what is
        known, and for what is none of ours.
        """
        return self._take(obj, self.store.get(*self.key(obj)), False, cause, original)

    def _take(self, obj: T, known: T | None, late: bool, cause: Cause, original: Any) -> bool:
        """The same, of an object of which this is known; `late`: since the object was asked for."""
        self.must_concern_us(obj)
        if known is None and late:
            return False
        if known is not None:
            key = self.key(obj)
            if self.store.doubts(*key):
                pass
            elif self.stands(known, obj) or (late and not self.stands(obj, known)):
                before = self.store.original(type(original), *key)
                obj = self.merged(known, obj)
                original = self.merged(before, original) if before is not None else None
            else:
                self.must_follow(known, obj)
            if obj == known:
                self.store.again(original, *key)
                return False
        self.keep(obj, original, cause)
        return True

    def gone(self, connection: Connection, found: Crawl[T], since: int) -> list[T]:
        """The copies that a whole list lacks, but for those that were pushed while it was on its way."""
        if not self.removes or not found.whole:
            return []
        owner_of, store = self.owner, self.store
        named = dict.fromkeys([owner_of(each.object) for each in found.listed]) if connection.by_hub else {}
        listed = dict.fromkeys(found.keys)
        speaks_for: dict[Owner, bool] = {}
        gone: list[T] = []
        for at, obj in store.items():
            if at in listed:
                continue
            owner = owner_of(obj)
            if owner not in speaks_for:
                speaks_for[owner] = self._speaks_for(connection, owner, named)
            if speaks_for[owner] and not store.changed_since(since, at):
                gone.append(obj)
        return gone

    def moved(self, found: Crawl[T]) -> bool:
        """Whether a list of what may go shows that it changed while it was read: by its total, or as pages overlap."""
        listed, keys = found.listed, found.keys
        if not self.removes or not found.complete or not listed or listed[0].exchange == listed[-1].exchange:
            return False
        if len(dict.fromkeys(keys)) < len(keys):
            on_page: dict[str, int] = {}
            for key, each in zip(keys, listed, strict=True):
                if on_page.setdefault(key, each.exchange) != each.exchange:
                    return True
        return found.moved

    def repeats(self, first: Crawl[T], second: Crawl[T]) -> bool:
        """Whether a second reading has brought all that the first did, in its order.

        Then nothing that the first had read was deleted meanwhile, so nothing moved up past the page being read.
        """
        remaining = iter(second.keys)
        return all(key in remaining for key in dict.fromkeys(first.keys))

    def _speaks_for(self, connection: Connection, owner: Owner, named: dict[Owner, None]) -> bool:
        """Whether what a peer does not list of an owner's is gone.

        A hub lists what it has heard so far: that is all of an owner's if it is anything. Who is reached otherwise can
        tell by himself.
        """
        if not self.may_tell(connection, owner) or (connection.by_hub and owner not in named):
            return False
        nearest = self._office.partner("-".join(owner))
        return nearest is None or nearest.peer_platform == connection.peer_platform

    def _forget_gone(self, connection: Connection, found: Crawl[T], since: int, cause: Cause) -> int:
        gone = self.gone(connection, found, since) if found.settled else []
        for obj in gone:
            self.forget(obj, cause)
        return len(gone)

    def _remark_not_taken(self, connection: Connection, exchange: int, obj: T, refusal: Refusal | Invalid) -> None:
        why = refusal.in_version(connection.version) if isinstance(refusal, Invalid) else refusal
        stays = "It was not taken over." if self.store.get(*self.key(obj)) is None else "It is kept as it was."
        self._remark(connection, exchange, "not-taken", f"{why} {stays}")

    def _remark_foreign(self, connection: Connection, exchange: int, objects: list[T]) -> None:
        first = "/".join(self.key(objects[0]))
        more = f" and {len(objects) - 1} more" if len(objects) > 1 else ""
        sentence = (
            f"{connection.peer_id} lists what belongs to none of its parties: {first}{more}; it was not taken over."
        )
        self._remark(connection, exchange, "foreign-object", sentence)

    def _remark(self, connection: Connection, exchange: int, rule: str, sentence: str) -> None:
        section = f"OCPI {connection.version} transport_and_format, Client Owned Object Push"
        self._journal.hint(exchange, rule, "warning", sentence, "$", section, by=connection.peer_id)

    def _age_us(self, obj: Any) -> int:
        """For how long an object has been as it is, of the run: what is older nobody has missed in it."""
        calendar = self._office.calendar
        return calendar.now_us - max(0, calendar.at_us(obj.last_updated))

    # What a kind may do otherwise

    def heard(self, connection: Connection, listed: Any) -> T:
        """An object as it is kept that a peer lists."""
        del connection
        heard: T = listed
        return heard

    def key(self, obj: Any) -> Key:
        """Under which key an object is kept."""
        return obj.country_code, obj.party_id, obj.id

    def owner(self, obj: Any) -> Owner:
        """Country code and party id of the owner, in capitals."""
        return obj.country_code.upper(), obj.party_id.upper()

    def may_tell(self, connection: Connection, owner: Owner) -> bool:
        """Whether a peer can tell of an owner's objects: its platform holds that party, or leads to it."""
        return connection.owns(*owner)

    def must_concern_us(self, obj: T) -> None:
        """Raises Refusal for an object that its owner should have told to somebody else."""

    def stands(self, known: Any, other: Any) -> bool:
        """Whether a known state is not replaced by another."""
        return newer(known.last_updated, other.last_updated)

    def merged(self, known: Any, other: Any) -> Any:
        """A known state that stands, with what the other has to add; both may be originals."""
        del other
        return known

    def must_follow(self, known: T, later: T) -> None:
        """Raises Refusal for a newer state that the known one cannot lead to."""

    def stale_us(self, known: T | None, later: T) -> int:
        """For how long a known state was wrong, or one that is new was missing; 0 where nobody relies on that."""
        del known, later
        return 0

    def keep(self, obj: T, original: Any, cause: Cause) -> None:
        """Keep an object that is new or other. May raise Refusal or Invalid instead."""
        raise NotImplementedError

    def forget(self, obj: T, cause: Cause) -> None:
        """Forget an object that is no longer valid."""
        raise NotImplementedError
