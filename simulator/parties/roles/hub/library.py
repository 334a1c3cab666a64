"""What a hub keeps of its clients' locations, tariffs and tokens: read from them, told by them, shown in GET ALL.

Source: OCPI 2.2.1, Transport and format, GET All via Hubs; digest, section 2.3.
"""

from collections.abc import Callable, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any

from msgspec import Struct

from simulator.engine.cause import Cause
from simulator.ocpi import codec
from simulator.ocpi import headers as h
from simulator.ocpi.findings import Invalid
from simulator.ocpi.modules import ModuleID, Role
from simulator.ocpi.rules import check_identity
from simulator.ocpi.status import Status
from simulator.ocpi.translation.kinds import KINDS
from simulator.ocpi.translation.tokens import type_in
from simulator.parties.call import CREATED, DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.modules.order import newer
from simulator.parties.modules.ownership import unknown
from simulator.parties.office import Office
from simulator.parties.pull import Crawl
from simulator.parties.roles.hub.addressee import known_type, token_type
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.changes import Changes, is_read_whole
from simulator.parties.roles.hub.directory import Directory
from simulator.parties.roles.hub.interpreter import Interpreter
from simulator.parties.roles.hub.kept import Kept, Owner
from simulator.parties.roles.hub.reading import Head, parse, part_of, read, read_list
from simulator.parties.roles.hub.subjects import CARGO, SHARED
from simulator.parties.store import page
from simulator.parties.sync import Pull
from simulator.parties.taking import Key, Receiver, Taken

PAGE_LIMIT = 100
OnGone = Callable[[Kept, Cause], None]
OnTaken = Callable[[tuple[Kept, ...], Cause], None]


class _Entry(Struct, frozen=True):
    """A kept object as it is `said` to a reader, and what of it stands in a list."""

    kept: Kept
    said: bytes | None
    shown: bytes


class _Copies(Receiver[Kept]):
    """What is kept of one kind, as it takes what clients list."""

    removes = True

    def __init__(self, office: Office, directory: Directory, cache: Cache, kind: str, on_gone: OnGone) -> None:
        super().__init__(office)
        self.store = cache.store(kind)
        self._directory = directory
        self._cache = cache
        self._kind = kind
        self._on_gone = on_gone

    def heard(self, connection: Connection, listed: tuple[Head, bytes]) -> Kept:
        """See Receiver. In 2.1.1 no object says whose it is."""
        head, raw = listed
        own = (connection.peer_country_code, connection.peer_party_id)
        owner = (head.country_code.upper(), head.party_id.upper()) if head.country_code else own
        return Kept(self._kind, owner, connection.version, head, raw, connection.facade)

    def key(self, obj: Kept) -> Key:
        """See Receiver."""
        return obj.key

    def owner(self, obj: Kept) -> Owner:
        """See Receiver."""
        return obj.owner

    def may_tell(self, connection: Connection, owner: Owner) -> bool:
        """See Receiver: a platform tells of its own objects, or of those of a party behind it."""
        client = self._directory.find("-".join(owner))
        return client is not None and self._directory.at_end(connection) in client.lines()

    def gone(self, connection: Connection, found: Crawl[Any], since: int) -> list[Kept]:
        """See Receiver. What was told over one facade says nothing of the others."""
        return [kept for kept in super().gone(connection, found, since) if kept.facade == connection.facade]

    def stands(self, known: Kept, other: Kept) -> bool:
        """See Receiver."""
        return known.stands(other)

    def keep(self, obj: Kept, original: Any, cause: Cause) -> None:
        """See Receiver. A newer state than the known is listed for all, also for those at whom that was deleted."""
        del original, cause
        known = self._cache.keep(obj)
        if known is not None and newer(obj.head.last_updated, known.head.last_updated):
            obj.ended = {}

    def forget(self, obj: Kept, cause: Cause) -> None:
        """See Receiver."""
        self._cache.drop(obj)
        self._on_gone(obj, cause)


class Library:
    """The kept objects of one hub's clients.

    `on_taken` hears of what its owner lists that is new or other, `on_gone` of what that lists no more.
    """

    def __init__(
        self,
        office: Office,
        directory: Directory,
        cache: Cache,
        interpreter: Interpreter,
        changes: Changes,
        on_taken: OnTaken,
        on_gone: OnGone,
    ) -> None:
        self._office = office
        self._directory = directory
        self._cache = cache
        self._interpreter = interpreter
        self._changes = changes
        self._on_taken = on_taken
        self._on_gone = on_gone
        sellers, providers = (Role.CPO, Role.HUB), (Role.EMSP, Role.HUB)
        self.pulls = (
            self._pull(ModuleID.TARIFFS, sellers, full=True),
            self._pull(ModuleID.LOCATIONS, sellers),
            self._pull(ModuleID.TOKENS, providers),
        )

    def _pull(self, module: ModuleID, roles: tuple[Role, ...], full: bool = False) -> Pull:
        kind = SHARED[module.value]

        def took(connection: Connection, taken: Taken, cause: Cause) -> None:
            if taken.changed or taken.gone:
                value = {"count": taken.listed}
                self._office.journal.state(self._office.id, f"{kind}s", connection.name, value, cause)
            self._on_taken(taken.changed, cause)

        copies = _Copies(self._office, self._directory, self._cache, kind, self._on_gone)
        read = partial(read_list, kind)
        return Pull(module, Struct, copies, full=full, optional=True, roles=roles, read=read, took=took)

    # Told by the clients

    def told(self, call: Call, owner: Owner) -> Reply:
        """Keep what an owner pushes. Refused with 404 for a part of something unknown; raises Invalid."""
        kind = SHARED[call.route.module.value]
        ids = tuple(call.params.values())[2:]
        route = call.route
        type = known_type(call)
        kept = self._changes.kept(call, owner)
        whole, cargo = route.method == "PUT", CARGO[route.name]
        tree = read(call.body, call.version, cargo.sent, cargo.patch)
        named = SimpleNamespace(**{name: value for name, value in tree.items() if isinstance(value, str)})
        if findings := check_identity(call.params, named):
            raise Invalid(findings)
        if whole and type and tree["type"] != type:
            raise Refusal(Status.INVALID_PARAMETERS, f"The URL says type {type}, the body {tree['type']}.")
        if whole and len(ids) == 1:
            self._cache.put(kind, owner, call.version, call.body, tree, call.line.facade)
            return CREATED if kept is None else DONE
        if kept is None or not self._cache.change(kept, tree, ids[1:], whole=whole):
            raise unknown(kind.capitalize(), "/".join(ids))
        return DONE

    def deleted(self, call: Call, owner: Owner, at: Connection) -> None:
        """An owner has deleted at one receiver what others may still have: nobody is shown what nobody has.

        Of whom it leads to another hub keeps count itself.
        """
        kept = self._changes.kept(call, owner)
        if kept is not None and not at.to_hub:
            kept.end(at.name)
            if not kept.readers:
                self._cache.abandon(kept)

    def end(self, call: Call, owner: Owner) -> Reply:
        """Forget what another hub says that its owner has no more, and let all know. Refused with 404 if unknown."""
        kept = self._changes.kept(call, owner)
        if kept is None:
            raise unknown(SHARED[call.route.module.value].capitalize(), tuple(call.params.values())[2])
        self._cache.drop(kept)
        self._on_gone(kept, call.cause)
        return DONE

    def type_of_token(self, call: Call, owner: Owner, version: str) -> str:
        """A version's word for the type of the token that a URL names."""
        type = token_type(call)
        meant = self._cache.meant(call.params["token_uid"], type, call.version, owner)
        return type_in(meant[0].head.type if meant else type, version)

    # Shown in GET ALL

    def list(self, call: Call, owner: Owner | None = None) -> Reply:
        """A page of what all others have, or one of them; another hub is shown only what it has not told us itself.

        Not what those have who are not registered, as who has left: there is nobody to ask for it any more.
        """
        kind = SHARED[call.route.module.value]
        entries: list[_Entry] = []
        lacking: list[Kept] = []
        for kept in self._cache.all(kind):
            client = self._directory.find(f"{kept.owner[0]}-{kept.owner[1]}")
            if client is None or call.line in client.lines() or owner not in (None, kept.owner):
                continue
            if not client.status.registered:
                continue
            if call.line.name in kept.ended or not self._is_shown(kept, call.line):
                continue
            said = self._interpreter.kept(kept, call.version)
            shown = self._changes.left(call, kept, kept.head.last_updated) if said is None else said
            if shown is None:
                lacking.append(kept)
            else:
                entries.append(_Entry(kept, said, shown))
        page_of, headers = page(entries, lambda entry: entry.kept.head.last_updated, call, PAGE_LIMIT)
        for entry in page_of:
            self._changes.listed(call, entry.kept, entry.said)
            self._interpreter.kept(entry.kept, call.version, call.cause.id)
        if not any(name == h.LINK for name, _ in headers):
            self._lacks(call, lacking)
        return Reply(b"[%b]" % b",".join(entry.shown for entry in page_of), headers=headers)

    def _is_shown(self, kept: Kept, line: Connection) -> bool:
        """Whether this is how a reader is shown an object, which its owner may have told each in another way."""
        if not kept.facade:
            return True
        facades = self._directory.facades(kept.owner, line)
        return kept is self._cache.get(kept.kind, kept.owner, kept.id, kept.type, facades)

    def _lacks(self, call: Call, objects: Sequence[Kept]) -> None:
        """A list that was read to its end lacks these, as they cannot be said."""
        for kept in objects:
            self._interpreter.kept(kept, call.version, call.cause.id)
            if is_read_whole(call):
                self._changes.listed(call, kept, None)

    def for_owner(self, call: Call, owner: Owner) -> Reply:
        """What an owner's Sender interface would answer. Refused with 404 for what is not known or cannot be said."""
        if call.route.paginated:
            return self.list(call, owner)
        kind, ids = SHARED[call.route.module.value], tuple(call.params.values())
        id = self._cache.aliases.meant(ids[0])
        whole = self.whole(kind, owner, id, "", call.version, call.cause.id)
        if len(ids) == 1 or whole is None:
            found = whole
        else:
            part = part_of(parse(whole), ids[1:])
            found = None if part is None else codec.encode(part)
        if found is None:
            raise unknown(KINDS[CARGO[call.route.name].told], "/".join(ids))
        return Reply(found)

    def whole(self, kind: str, owner: Owner, id: str, type: str, version: str, exchange: int) -> bytes | None:
        """One object in a version; None when it is not known or cannot be said."""
        kept = self._cache.get(kind, owner, id, type)
        return None if kept is None else self._interpreter.kept(kept, version, exchange)
