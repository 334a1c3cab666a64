"""What passes through the hub said in the version of whom it is for, with all that was lost on the way.

Nothing is touched between two parties of one version. What cannot be said faithfully is withheld, with the reason.
"""

from collections.abc import Callable
from itertools import takewhile
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec import Struct

from simulator.engine.journal import Journal
from simulator.ocpi import codec
from simulator.ocpi.aliases import alias_of, in_path
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.translation import Loss, Setting, Translated, translate
from simulator.ocpi.translation.kinds import class_of
from simulator.ocpi.translation.tokens import in_common
from simulator.parties.calendar import Calendar
from simulator.parties.call import Call
from simulator.parties.dialect import HOME, OLDEST
from simulator.parties.losses import TRANSLATION, tell_translation
from simulator.parties.roles.hub.addressee import known_type
from simulator.parties.roles.hub.bills import Bills
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.cards import asked, billed, holders
from simulator.parties.roles.hub.kept import Kept, Owner, Place, places_of
from simulator.parties.roles.hub.reading import PARTS, Tree, must_be_right, parse, part_of
from simulator.parties.roles.hub.references import References
from simulator.parties.roles.hub.subjects import SHARED

Listed: TypeAlias = Callable[[bytes, bytes | None], bytes | None]
"""What stands in a list for an object, given that as it came and as it is said; None: nothing."""
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_PAID_BY_TOKEN: Final = ("session", "cdr")
_TYPE_RESTORED: Final = Loss(
    "$.cdr_token.type", "invented", "The type is that of the Token known here; older versions have no word for it."
)
_PARTS: Final = ("evse", "connector")
_PLACE: Final = ("location_id", "evse_uid", "connector_id")


class Remark(NamedTuple):
    """A hint on the exchange that carries something said in another version, or instead of its owner."""

    rule: str
    severity: Literal["warning", "note"]
    sentence: str
    path: str = "$"
    section: str = TRANSLATION


class Said(Struct, frozen=True):
    """An object, or a list, in another version; `body` None: all of it is withheld.

    `withheld` has the place and the reason of what is, for an object itself `$`; `unreadable` what is wrong with each
    object of a list that is left out as it is not valid in its own version. `remarks` tell why it is sent at all.
    `stale`: see Translated.
    """

    body: bytes | None
    losses: tuple[Loss, ...] = ()
    withheld: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[tuple[Finding, ...], ...] = ()
    remarks: tuple[Remark, ...] = ()
    stale: bool = False

    @property
    def reason(self) -> str:
        """Why it is withheld."""
        return self.withheld[0][1] if self.withheld else ""


class Interpreter:
    """Translates for one hub, which looks up in its cache what an object does not say itself."""

    def __init__(self, cache: Cache, journal: Journal, calendar: Calendar) -> None:
        self._cache = cache
        self._journal = journal
        self._calendar = calendar
        self._reservations: dict[str, int] = {}
        self._references = References()
        self.bills = Bills()
        """Those of payers of 2.1.1, who are told one of each Session."""

    def say(
        self,
        kind: str,
        raw: bytes,
        source: str,
        target: str,
        owner: Owner,
        *,
        payer: Owner | None = None,
        token: str = "",
        network: Owner | None = None,
        patch: bool = False,
    ) -> Said:
        """A body, or with `patch` that of a PATCH, in another version.

        `owner` is the object's, `payer` the eMSP that is told a Session or CDR, `token` the uid that is asked about,
        `network` whose places are named, if not the owner's. Raises Invalid for a body that is not right in its own
        version: said in another, what its author did wrong would be the hub's word.
        """
        cls = class_of(kind, source)
        if cls is None or source == target:
            return Said(raw)
        if patch:
            codec.decode(raw, partial(cls, source != OLDEST))
        else:
            must_be_right(raw, source, kind)
        setting, tree = self._setting(owner, token, payer, network), parse(raw)
        if target == OLDEST and network is not None:
            tree = self._with_written_ids(tree, network)
        said = self._with_type(kind, translate(kind, tree, source, target, setting, patch=patch), target)
        if target == OLDEST and said.tree is not None:
            self._references.note(kind, tree, network or owner, setting.now)
            if kind == "cdr" and payer is not None:
                said = self.bills.once(tree, said, owner, payer)
        elif source == OLDEST and not patch:
            said = self._references.put_back(kind, said, owner)
        return _said(said)

    def say_list(
        self, kind: str, raw: bytes, source: str, target: str, owner: Owner, payer: Owner, listed: Listed
    ) -> Said:
        """A list in another version; what is withheld of it is told with its place, a bad object costs only itself."""
        said: list[bytes] = []
        remarks: list[Remark] = []
        losses: list[Loss] = []
        withheld: list[tuple[str, str]] = []
        unreadable: list[tuple[Finding, ...]] = []
        for index, item in enumerate(_items(raw)):
            place = f"$[{index}]"
            try:
                each = self.say(kind, bytes(item), source, target, owner, payer=payer)
            except Invalid as error:
                unreadable.append(
                    tuple(msgspec.structs.replace(each, path=place + each.path[1:]) for each in error.findings)
                )
                continue
            losses += [msgspec.structs.replace(loss, path=place + loss.path[1:]) for loss in each.losses]
            left = listed(bytes(item), each.body)
            if left is None:
                withheld.append((place, each.reason))
                continue
            said.append(left)
            if each.body is None:
                sentence = f"What was told of it before is taken back. {each.reason}"
                remarks.append(Remark("translation-taken-back", "warning", sentence, place))
        return Said(b"[%b]" % b",".join(said), tuple(losses), tuple(withheld), tuple(unreadable), tuple(remarks))

    def kept(self, kept: Kept, version: str, exchange: int | None = None) -> bytes | None:
        """A kept object as a reader of a version gets it: the owner's own bytes if it is of that version.

        What the translation cost is told on the first `exchange` that carries it.
        """
        if kept.version == version:
            return kept.raw
        said = self.said(kept, version)
        if exchange is not None and version not in kept.told:
            kept.told[version] = None
            self.tell(exchange, said)
        return said.body

    def said(self, kept: Kept, version: str) -> Said:
        """A kept object in a version, and what that cost."""
        said = kept.said.get(version)
        if said is None:
            said = self.say(kept.kind, kept.raw, kept.version, version, kept.owner)
            if said.body is not None:
                kept.show(version, said.body)
            if said.body is not None or kept.kind != "tariff":  # One that has not begun can be said later.
                kept.said[version] = said
        return said

    def unsaid(self, kept: Kept, version: str) -> str:
        """Why a kept object cannot be said in a version; empty when it can, a location without any of its EVSEs."""
        if kept.kind != "location" or version in kept.said:
            return self.said(kept, version).reason
        location = {name: value for name, value in kept.tree.items() if name != "evses"}
        return translate("location", location, kept.version, version, self._setting(kept.owner)).withheld

    def part(self, kept: Kept, version: str, path: tuple[str, ...]) -> tuple[str, dict[Place, None]]:
        """Why an EVSE of a kept location, or a Connector in it, cannot be said in a version; empty when it can.

        With it all Connectors of that EVSE that can be said.
        """
        setting, places = self._setting(kept.owner), dict[Place, None]()
        for depth, level in enumerate(_PARTS[: len(path)], start=1):
            part = part_of(kept.tree, path[:depth])
            if part is None:
                break
            found = translate(level, part, kept.version, version, setting)
            if found.tree is None:
                return found.withheld, places
            if level == "evse":
                places = dict.fromkeys(places_of(found.tree))
        return "", places

    def tell(self, exchange: int, said: Said) -> None:
        """Record what a translation cost as remarks on the exchange that carries it, what is alike in a list once."""
        tell_translation(self._journal, exchange, said.losses)
        for path, reason in said.withheld:
            self._journal.hint(exchange, "translation-withheld", "warning", reason, path, TRANSLATION)
        for rule, severity, sentence, path, section in said.remarks:
            self._journal.hint(exchange, rule, severity, sentence, path, section)

    def _with_type(self, kind: str, said: Translated, target: str) -> Translated:
        """A session or a bill with its Token's own type, if the version on the way to `target` had no word for that."""
        token = said.tree.get("cdr_token") if said.tree is not None else None
        if said.tree is None or token is None or kind not in _PAID_BY_TOKEN or target in (OLDEST, HOME):
            return said
        owner = token["country_code"].upper(), token["party_id"].upper()
        meant = self._cache.meant(token["uid"], token["type"], HOME, owner)
        if not meant or meant[0].head.type == token["type"]:
            return said
        told = {**said.tree, "cdr_token": {**token, "type": meant[0].head.type}}
        return Translated(told, (*said.losses, _TYPE_RESTORED), "")

    # Ids in a path

    def ids_of(self, call: Call, owner: Owner, version: str) -> dict[str, str]:
        """The parameters of a call's path as a version has them; for 2.1.1, where letter case matters, as kept here."""
        params, kind = call.params, SHARED.get(call.route.module.value)
        if kind is not None and call.owner is not None and OLDEST == version != call.version:
            kept = self._cache.get(kind, owner, tuple(params.values())[2], known_type(call))
            params = params if kept is None else _as_written(params, kept)
        return self.ids(params, call.version, version)

    def ids(self, params: dict[str, str], source: str, target: str) -> dict[str, str]:
        """The parameters of a path of a version as another has them, with aliases for what it has no room for."""
        if OLDEST not in (source, target) or source == target:
            return params
        return in_path(params, alias_of if source == OLDEST else self._cache.aliases.meant)

    def _with_written_ids(self, command: Tree, owner: Owner) -> Tree:
        """A command to a party of 2.1.1 with the ids of a Session and a place as that writes them, if it is known."""
        if "session_id" in command:
            return {**command, "session_id": self._cache.session_id(owner, command["session_id"])}
        ids = {name: command[name] for name in takewhile(lambda name: command.get(name) is not None, _PLACE)}
        kept = self._cache.get("location", owner, ids["location_id"]) if ids else None
        return command if kept is None else command | _place_as_written(ids, kept)

    # What is looked up

    def _setting(
        self, owner: Owner, token: str = "", payer: Owner | None = None, network: Owner | None = None
    ) -> Setting:
        def kept(kind: str, owner: Owner, id: str) -> Tree | None:
            return self._at_home(self._cache.get(kind, owner, aliases.meant(id)))

        aliases = self._cache.aliases
        return Setting(
            country_code=owner[0],
            party_id=owner[1],
            location=lambda id: kept("location", network or owner, id),
            tariff=lambda id: kept("tariff", owner, id),
            token=lambda auth_id: in_common(auth_id, self._billed(auth_id, payer)),
            token_owners=lambda uid, contract: holders(self._cache, uid, contract),
            payer=payer or (),
            reservation_number=self._reservation,
            aliases=aliases,
            asked_token=self._at_home(asked(self._cache, token, owner)) if token else None,
            now=self._calendar.now(),
        )

    def _billed(self, auth_id: str, payer: Owner | None) -> list[Tree]:
        return [tree for kept in billed(self._cache, auth_id, payer) if (tree := self._at_home(kept)) is not None]

    def _at_home(self, kept: Kept | None) -> Tree | None:
        """A kept object as 2.2.1, in which translations look things up."""
        if kept is None:
            return None
        if kept.version == HOME:
            return kept.tree
        raw = self.kept(kept, HOME)
        return None if raw is None else parse(raw)

    def _reservation(self, id: str) -> int:
        """The number that stands for a reservation towards 2.1.1, where ids are numbers."""
        return self._reservations.setdefault(id, len(self._reservations) + 1)


def _as_written(params: dict[str, str], kept: Kept) -> dict[str, str]:
    """The parameters of a path as the object that it leads to, or into, writes its ids itself."""
    country_code, party_id, *place = params
    owner = dict(zip((country_code, party_id), kept.owner, strict=True))
    return owner | _place_as_written({name: params[name] for name in place}, kept)


def _place_as_written(ids: dict[str, str], kept: Kept) -> dict[str, str]:
    """The id of an object, and those of parts of it, one in the other, as it writes them itself."""
    _, *path = ids.values()
    parts = [part_of(kept.tree, tuple(path[:depth])) for depth in range(1, len(path) + 1)]
    written = [id if part is None else part[key] for id, part, (_, key) in zip(path, parts, PARTS, strict=False)]
    return dict(zip(ids, (kept.id, *written), strict=True))


def _said(translated: Translated) -> Said:
    if translated.tree is None:
        return Said(None, (), (("$", translated.withheld),))
    return Said(codec.encode(translated.tree), translated.losses, stale=translated.stale)
