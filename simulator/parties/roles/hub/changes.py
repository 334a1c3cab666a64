"""What a change of something that is meant for everybody is to a receiver of another version.

Mostly it is the same change in other words. What was told before and cannot be said any more is taken back: nobody is
left with a price, a place or a card that is none any more. OCPI has a way for each. A Tariff is deleted. A Token, which
has no DELETE, is not valid. A Location, which has none either, comes whole, without what of it cannot be said; without
any EVSE it has expired and is not to be shown. That an EVSE is REMOVED would be untrue, and for good.

What can be said again comes whole, as a PATCH would change only the little that was left. A receiver is told of both
once, and each by itself, as the owner may address each by itself. For Sessions, which cannot be taken back, see there.
Source: OCPI 2.2.1, Locations, Flow and Lifecycle; Tariffs, DELETE; Tokens, PUT; digest, sections 2.6, 3 and 6.2.
"""

from typing import Final, Protocol
from urllib.parse import parse_qsl

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole
from simulator.parties.call import Call
from simulator.parties.connection import Connection
from simulator.parties.roles.hub.addressee import known_type
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.interpreter import Interpreter, Remark, Said
from simulator.parties.roles.hub.kept import Kept, Owner, Place, Shown, places_of
from simulator.parties.roles.hub.reading import PARTS, head_of, names_in, parse
from simulator.parties.roles.hub.subjects import CARGO, NOTHING, SHARED

_ALL: Final = ("", "")
"""Where in its own copy an object lies of which nothing is left."""
_NOTHING: Final = Said(None)
_LEFT: Final = {
    "location": "the Location without any EVSE, which is not to be shown",
    "tariff": "no such Tariff",
    "token": "a Token that is not valid",
}
"""What a receiver is left with of what has been taken back from it."""


class Delivery(Protocol):
    """Hears of what becomes of a change on its way."""

    def begun(self) -> None:
        """It has been sent."""

    def ended(self, *, refused: bool) -> None:
        """It was answered, or never will be."""


class Change(Struct, frozen=True):
    """What a receiver is sent: by which method, and whether that is about the `whole` object; no method: nothing.

    `withheld` is what cannot be said of the owner's own words; what is sent then takes back what was told before.
    `copy` is the receiver's, if something of it goes or comes back, and `lacked` what was not in it until then.
    `delivery` is told how it gets on, if somebody has to know; `id` is a Session's own, for its path.
    """

    method: str
    said: Said
    whole: bool = False
    withheld: Said = _NOTHING
    copy: str = ""
    lacked: tuple[Place, ...] = ()
    delivery: Delivery | None = None
    id: str = ""


class Changes:
    """Remembers for one hub what its receivers lack of what others have, or what they themselves once had."""

    def __init__(self, cache: Cache, interpreter: Interpreter) -> None:
        self._cache = cache
        self._interpreter = interpreter
        self._gone: dict[str, dict[Place, None]] = {}

    def kept(self, call: Call, owner: Owner) -> Kept | None:
        """The object that a call is about, or a part of which it is about, as it is now."""
        kind, id = SHARED[call.route.module.value], tuple(call.params.values())[2]
        return self._cache.get(kind, owner, id, known_type(call), [call.line.facade])

    def of(self, call: Call, owner: Owner, line: Connection) -> Change:
        """What a receiver is sent for a PUT or PATCH that has been kept already. Raises Invalid."""
        cargo, version, path = CARGO[call.route.name], line.version, tuple(call.params.values())[3:]
        kept = self.kept(call, owner)
        assert kept is not None, "what is passed on has been kept before"
        if version == call.version:
            return self._as_it_is(call, line, kept, whole=not path and not cargo.patch)
        reason = self._interpreter.unsaid(kept, version)
        if reason:
            return self._take_back(line, kept, reason)
        if kept.raw != call.body and not cargo.patch and not path:
            # Older than what is known: that stands, and what was told of it.
            said = self._say(call, owner, version)
            return Change("PUT" if said.body is not None else "", said, withheld=said)
        if not path and (not cargo.patch or kept.kind == "tariff"):
            return self._whole(line, kept)
        return self._part(call, line, kept, path)

    def _as_it_is(self, call: Call, line: Connection, kept: Kept, *, whole: bool) -> Change:
        """What a receiver of the same version is sent: that itself, but for a part of what has ended there."""
        copy = _copy(line, kept)
        lacked = tuple(self._gone.get(copy, ()))
        self._has(line, kept)
        if lacked and not whole:
            return Change("PUT", Said(kept.raw, remarks=(_whole_for(line),)), True, _NOTHING, copy, lacked)
        return Change(call.route.method, Said(call.body), False, _NOTHING, copy, lacked)

    def passed_on(self, call: Call, owner: Owner, line: Connection) -> None:
        """Its owner tells one receiver of the same version by itself."""
        kept = self.kept(call, owner)
        if kept is not None and call.route.method == "PUT" and len(call.params) == 3:
            self._has(line, kept)
        elif kept is not None:
            kept.tell(line.name)

    def anew(self, line: Connection, kept: Kept) -> Change:
        """What a receiver is sent of an object that its owner has listed, and not pushed.

        It may be older than what the receiver has, which then stands: what this lacked comes with the next change. A
        Tariff lacks nothing but itself, as what was taken back of it is deleted.
        """
        if line.version == kept.version:
            kept.tell(line.name)
            return Change("PUT", Said(kept.raw), True)
        reason = self._interpreter.unsaid(kept, line.version)
        if reason:
            return self._take_back(line, kept, reason)
        change = self._whole(line, kept)
        if kept.kind != "tariff":
            self.failed(change)
        return change

    def end(self, line: Connection, kept: Kept) -> Change:
        """What ends an object at a receiver that its owner lists no more; no method if it was not told of it."""
        change = self._take_back(line, kept, "")
        section = f"OCPI {line.version} transport_and_format, Client Owned Object Push"
        sentence = f"{line.peer_id} is left with {_LEFT[kept.kind]}: its owner lists it no more."
        return replace(
            change, said=replace(change.said, remarks=(Remark("listed-no-more", "note", sentence, "$", section),))
        )

    def _say(self, call: Call, owner: Owner, version: str) -> Said:
        cargo = CARGO[call.route.name]
        return self._interpreter.say(cargo.sent, call.body, call.version, version, owner, patch=cargo.patch)

    def _part(self, call: Call, line: Connection, kept: Kept, path: tuple[str, ...]) -> Change:
        """What a receiver is sent for a change of a part of something that can be said."""
        copy, version, method = _copy(line, kept), line.version, call.route.method
        gone, shown = self._gone.get(copy, {}), kept.shown.get(version)
        reason, places = self._interpreter.part(kept, version, path)
        if reason:
            had = shown.places if shown is not None and line.name in kept.readers else ()
            lost = [each for each in had if each[0] == path[0].lower() and each not in places and each not in gone]
            withheld = Said(None, (), (("$", reason),))
            if not lost:
                return Change("", _NOTHING, withheld=withheld)
            taken_back = _taken_back(line, "the Location without it", reason)
            return self._whole(line, kept, taken_back, withheld=withheld)
        said = self._say(call, kept.owner, version)
        if said.stale:
            return self._whole(line, kept, _instead_of_patch(line))
        if said.body is None or _ALL in gone or any(place in gone for place in places):
            return self._whole(line, kept, _whole_for(line))
        if not path:
            self._interpreter.said(kept, version)
            shown = kept.shown.get(version)
            places = shown.now if shown is not None else {}
        if shown is None:
            return Change(method, said)
        shown.places.update(places)
        if method == "PATCH" and not any(name in parse(said.body) for name, _ in PARTS[len(path) :]):
            return Change(method, said)
        # All that lies there is told anew, so it has of that what is there now.
        there = [at for at in _all_places(shown, kept) if at[: len(path)] == tuple(map(str.lower, path))]
        self._keep(copy, [at for at in (*gone, *there) if at not in places])
        return Change(method, said, False, _NOTHING, copy, tuple(gone))

    def whole(self, call: Call, owner: Owner, line: Connection) -> Change | None:
        """The whole of what a call changes a part of, for a receiver that lacks it; None when it cannot be said."""
        kept = self.kept(call, owner)
        if kept is None or kept.version == line.version:
            return Change("PUT", Said(kept.raw), True) if kept is not None else None
        return None if self._interpreter.unsaid(kept, line.version) else self._whole(line, kept)

    def _whole(self, line: Connection, kept: Kept, *remarks: Remark, withheld: Said = _NOTHING) -> Change:
        """The object as it can be said now, which takes the place of what the receiver has."""
        copy, said = _copy(line, kept), self._interpreter.said(kept, line.version)
        lacked = self._gone.get(copy, ())
        self._has(line, kept)
        return Change("PUT", replace(said, remarks=remarks), True, withheld, copy, tuple(lacked))

    def _take_back(self, line: Connection, kept: Kept, reason: str) -> Change:
        """What ends an object that cannot be said any more at a receiver who may have it."""
        copy, withheld = _copy(line, kept), Said(None, (), (("$", reason),))
        rest, lacked = self._rest(kept, line, kept.head.last_updated), self._gone.get(copy, ())
        if rest is None or _ALL in lacked:
            return Change("", _NOTHING, withheld=withheld)
        self._keep(copy, [_ALL])
        method = "DELETE" if kept.kind == "tariff" else "PUT"
        said = Said(rest, remarks=(_taken_back(line, _LEFT[kept.kind], reason),))
        return Change(method, said, True, withheld, copy, tuple(lacked))

    def failed(self, change: Change) -> None:
        """It has not come to its receiver, who still has and lacks what it did before; the next one mends it."""
        if change.copy:
            self._keep(change.copy, list(change.lacked))

    def forget(self, line: Connection) -> None:
        """Who leaves may be back with earlier books, which have what was taken back."""
        prefix = f"{line.name}/".lower()
        for copy in [copy for copy in self._gone if copy.startswith(prefix)]:
            del self._gone[copy]

    def _has(self, line: Connection, kept: Kept) -> None:
        """A receiver has the whole of it as its version was last shown."""
        shown, lacked = kept.shown.get(line.version), list[Place]()
        if shown is not None and kept.version != line.version:
            lacked = [place for place in _all_places(shown, kept) if place not in shown.now]
        kept.tell(line.name)
        self._keep(_copy(line, kept), lacked)

    def _keep(self, copy: str, gone: list[Place]) -> None:
        if gone:
            self._gone[copy] = dict.fromkeys(gone)
        else:
            self._gone.pop(copy, None)

    def _rest(self, kept: Kept, line: Connection, last_updated: str) -> bytes | None:
        """What is left to tell a receiver of what it was told before and cannot be told any more.

        Nothing of a Tariff; None when it was never told of it.
        """
        shown, same = kept.shown.get(line.version), kept.version == line.version
        if line.name not in kept.readers or (shown is None and not same):
            return None
        if kept.kind == "tariff":
            return b""
        tree = kept.tree if same or shown is None else parse(shown.body)
        rest = {name: value for name, value in tree.items() if name != "evses"} | {"last_updated": last_updated}
        return codec.encode({**rest, "valid": False} if kept.kind == "token" else rest)

    def left(self, call: Call, kept: Kept, last_updated: str) -> bytes | None:
        """What stands in a list that a receiver reads for an object that cannot be said: what is left of it, if any.

        That is for who asks for what is new, and would keep what it has; a list that is read whole lacks it.
        """
        return None if is_read_whole(call) else self._rest(kept, call.line, last_updated) or None

    def listed(self, call: Call, kept: Kept, said: bytes | None) -> None:
        """A receiver has read a list that tells an object as it is `said`, or else what is left of it, if any."""
        if said is not None:
            self._has(call.line, kept)
        elif call.line.name in kept.readers:
            self._keep(_copy(call.line, kept), [_ALL])

    def passed(self, call: Call, owner: Owner, facade: str, item: bytes, said: bytes | None) -> bytes | None:
        """The same for an object in what its owner answers a reader, whether in a list or by itself."""
        kind = _told_by_owner(call)
        if not kind:
            return said
        head = head_of(parse(item))
        kept = self._cache.get(kind, owner, head.uid or head.id, head.type if kind == "token" else "", [facade])
        if kept is None:
            return said
        left = self.left(call, kept, head.last_updated) if said is None else said
        if said is not None:
            kept.show(call.version, said)
        if left is not None or is_read_whole(call):
            self.listed(call, kept, said)
        return left

    def passed_as_it_is(self, call: Call, owner: Owner, facade: str, answer: bytes) -> None:
        """The same for all that its owner answers a reader of its own version."""
        kind = _told_by_owner(call)
        for name in names_in(answer, many=CARGO[call.route.name].many) if kind else ():
            type = (name.type or "") if kind == "token" else ""
            kept = self._cache.get(kind, owner, name.uid or name.id or "", type, [facade])
            if kept is not None:
                self._has(call.line, kept)


def _told_by_owner(call: Call) -> str:
    """The kind of the objects, meant for everybody, that a reader asks their owner for; empty when it is for none."""
    route, kind = call.route, SHARED.get(call.route.module.value, "")
    return kind if route.interface is InterfaceRole.SENDER and kind == CARGO.get(route.name, NOTHING).told else ""


def is_read_whole(call: Call) -> bool:
    """Whether who reads a list asks for all of it."""
    return not {"date_from", "date_to"}.intersection(dict(parse_qsl(call.query)))


def _all_places(shown: Shown, kept: Kept) -> list[Place]:
    """The Connectors that readers of a version were ever told of, and all that the object has now."""
    return [*shown.places, *[place for evse in kept.tree.get("evses") or () for place in places_of(evse)]]


def _copy(line: Connection, kept: Kept) -> str:
    return "/".join((line.name, kept.kind, *kept.owner, kept.id, kept.type)).lower()


def _taken_back(line: Connection, rest: str, reason: str) -> Remark:
    sentence = f"{line.peer_id} is left with {rest}: what it was told before is taken back. {reason}"
    return Remark("translation-taken-back", "warning", sentence)


def _whole_for(line: Connection) -> Remark:
    return Remark("translation-whole", "note", f"{line.peer_id} lacks more than what has changed, and gets the whole.")


def _instead_of_patch(line: Connection) -> Remark:
    sentence = f"{line.peer_id} gets the whole: a PATCH cannot take away a value that it was told before."
    return Remark("translation-whole", "note", sentence)
