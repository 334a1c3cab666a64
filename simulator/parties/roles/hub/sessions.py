"""Sessions between versions: whole to and from 2.1.1, and not left standing when they cannot be said any more.

In 2.1.1 a PATCH with charging periods replaces them, from 2.2 on it adds them. OCPI has no way to take a Session back,
and a receiver that was told of one must not believe for ever that it is ACTIVE: of one that cannot be said as a whole
any more it is told how it goes on, which every version has words for, and is left with all else as it was.

What a receiver refused has not happened, and may be said again. What it has not answered yet, or never does, it may
have: what follows builds on it, as a whole without it would take it away again. What its owner has told in an earlier
registration is doubted: it is then no newer than anything.
Source: OCPI 2.2.1, Sessions, PATCH; digest, sections 3.3 and 6.2.
"""

import re
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from simulator.engine.journal import Journal
from simulator.ocpi import codec
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.patch import partial as patch_of
from simulator.ocpi.translation import Loss
from simulator.ocpi.translation.kinds import class_of
from simulator.parties.call import Call
from simulator.parties.connection import Connection
from simulator.parties.copied import Copies
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.order import newer, overtaken
from simulator.parties.modules.ownership import must_match, must_stay, unknown
from simulator.parties.modules.sessions import ENDED, patched
from simulator.parties.roles.hub.changes import Change
from simulator.parties.roles.hub.interpreter import Interpreter, Remark, Said
from simulator.parties.roles.hub.kept import Owner
from simulator.parties.roles.hub.reading import Tree, must_be_right, parse
from simulator.parties.store import join_key

_Key: TypeAlias = tuple[str, str, str, str, str]
"""A Session at a receiver: whose it is, the name of the connection with the receiver, its id in lower case, and over
which facade it is told, if its owner speaks 2.1.1."""
_ENDED_KEPT: Final = 1_000
"""How many Sessions that have ended are known still: their last message may come twice."""
_of_a_period: Final = re.compile(r"\$\.charging_periods\[([0-9]+)\](.*)\Z").match
_GOES_ON: Final = ("status", "kwh", "total_cost", "end_date_time", "end_datetime", "last_updated")


class _Copy(Struct, frozen=True):
    """A Session of a version as its owner has told it to a receiver, who was told of this `card` if that is 2.1.1.

    `doubted`: its owner has registered anew since.
    """

    version: str
    session: Any
    card: Tree | None = None
    doubted: bool = False


class _Message(Struct, frozen=True, eq=False):
    """What an owner tells of its Session, whose `key` says to whom: the whole, or by a PATCH what of it changes."""

    sessions: "Sessions"
    key: _Key
    version: str
    told: Any
    is_patch: bool
    card: Tree | None = None

    def after(self, known: _Copy | None) -> _Copy | None:
        """What is known after it; a state that came late takes the place of no newer one."""
        is_late = known is not None and _is_late(known, self.told)
        if not self.is_patch:
            return known if is_late else _Copy(self.version, self.told, self.card)
        if known is None or known.version != self.version:
            return known
        session = patched(known.session, self.told, self.version, late=is_late)
        return replace(known, session=session, card=self.card)

    def begun(self) -> None:
        """See Delivery."""
        self.sessions.begun(self)

    def ended(self, *, refused: bool) -> None:
        """See Delivery."""
        self.sessions.ended(self, refused=refused)


class Sessions:
    """The Sessions that one hub says in another version, of which it keeps these `copies`."""

    def __init__(self, interpreter: Interpreter, journal: Journal, copies: Copies[_Copy]) -> None:
        self._interpreter = interpreter
        self._journal = journal
        self._copies = copies
        self._under_way: dict[_Key, list[_Message]] = {}
        self._ended: dict[_Key, None] = {}

    def of(self, call: Call, owner: Owner, line: Connection, payer: Owner) -> Change:
        """What a receiver, who is to pay, is sent for a PUT or PATCH.

        Refused for a PATCH of one unknown or another; raises Invalid.
        """
        source, target, is_patch = call.version, line.version, call.route.method == "PATCH"
        if OLDEST not in (source, target):
            return self._change(call.route.method, self._say(call.body, source, target, owner, payer, patch=is_patch))
        key = *owner, line.name, call.params["session_id"].lower(), call.line.facade
        message, known = _Message(self, key, source, _read(call), is_patch), self._known(key, source, owner, payer)
        session = self._patched(call, known, message) if is_patch else message.told
        raw = codec.encode(session)
        must_be_right(raw, source, "session")
        said = self._say(raw, source, target, owner, payer)
        if source == OLDEST and said.body is not None:
            body, card = _with_its_card(known, session, said.body)
            said, message = replace(said, body=body), replace(message, card=card)
        if said.body is None and known is not None:
            said = self._rest(raw, said, source, owner, line, payer)
            return Change("PATCH", said, delivery=message, id=session.id)
        if is_patch and source != OLDEST:
            said = replace(said, losses=_as_told(said.losses, session, message.told))
        return replace(self._change("PUT", said), delivery=message, id=session.id)

    def begun(self, message: _Message) -> None:
        """A message is on its way to the receiver."""
        self._under_way.setdefault(message.key, []).append(message)

    def ended(self, message: _Message, *, refused: bool) -> None:
        """What becomes of it is known, or never will be."""
        key, under_way = message.key, self._under_way.get(message.key, [])
        if message not in under_way:
            return  # It has been settled: its owner speaks another version now.
        under_way.remove(message)
        if not under_way:
            del self._under_way[key]
        copy = None if refused else message.after(self._kept(key))
        if copy is not None:
            self._settle(key, copy)

    def _settle(self, key: _Key, copy: _Copy) -> None:
        """That is how it is, as far as that has come to an end."""
        if copy.doubted:
            self._copies.amend(join_key(key), copy)
        else:
            self._copies.put(copy, *key)
        self._ended.pop(key, None)
        if copy.session.status in ENDED:
            self._ended[key] = None
            if len(self._ended) > _ENDED_KEPT:
                oldest = next(iter(self._ended))
                del self._ended[oldest]
                self._copies.drop(*oldest)

    def _kept(self, key: _Key) -> _Copy | None:
        """What is known of it, as far as that has come to an end."""
        copy = self._copies.get(*key)
        return replace(copy, doubted=True) if copy is not None and self._copies.doubts(*key) else copy

    def _known(self, key: _Key, version: str, owner: Owner, payer: Owner) -> _Copy | None:
        """What a receiver has once it has taken all that is under way, in the version that its owner speaks now.

        What an owner has told in another version is settled then, as if all of it had got through.
        """
        known = self._kept(key)
        for message in self._under_way.get(key, ()):
            known = message.after(known)
        if known is None or known.version == version:
            return known
        said = self._say(codec.encode(known.session), known.version, version, owner, payer)
        if said.body is None:
            return known
        known = replace(known, version=version, session=codec.decode_whole(said.body, _class_in(version)))
        self._under_way.pop(key, None)
        self._settle(key, known)
        return known

    def _change(self, method: str, said: Said) -> Change:
        return Change(method, said) if said.body is not None else Change("", said, withheld=said)

    def _say(self, raw: bytes, source: str, target: str, owner: Owner, payer: Owner, *, patch: bool = False) -> Said:
        return self._interpreter.say("session", raw, source, target, owner, payer=payer, patch=patch)

    def _rest(self, raw: bytes, withheld: Said, source: str, owner: Owner, line: Connection, payer: Owner) -> Said:
        """How a Session goes on that cannot be said as a whole any more."""
        tree = parse(raw)
        changes = {name: tree[name] for name in _GOES_ON if tree.get(name) is not None}
        said = self._say(codec.encode(changes), source, line.version, owner, payer, patch=True)
        left = f"{line.peer_id} is told {', '.join(changes)} only, and is left with all else as it was told before."
        return replace(said, withheld=withheld.withheld, remarks=(Remark("translation-left", "warning", left),))

    def _patched(self, call: Call, known: _Copy | None, message: _Message) -> Any:
        """The whole Session after a PATCH."""
        after = message.after(known)
        if known is None or after is None or known.version != call.version:
            raise unknown("Session", call.params["session_id"])
        session, patch = known.session, message.told
        must_stay(session, patch, *(("id",) if call.version == OLDEST else ("id", "country_code", "party_id")))
        if _is_late(known, patch):
            overtaken(self._journal, call, session.last_updated, patch.last_updated)
        return after.session


def _class_in(version: str) -> type[Struct]:
    """What a Session is in a version."""
    cls = class_of("session", version)
    assert cls is not None
    return cls


def _read(call: Call) -> Any:
    """The Session, or what of it changes, in the version that is spoken, with all that its class does not know."""
    cls = _class_in(call.version)
    if call.route.method == "PATCH":
        return codec.decode_whole(call.body, patch_of(cls, call.version != OLDEST))
    session = codec.decode_whole(call.body, cls)
    must_match(call, session)
    return session


def _with_its_card(known: _Copy | None, session: Any, body: bytes) -> tuple[bytes, Tree]:
    """A Session of 2.1.1 as it is said, with the card that was told before, whatever its contract has by now."""
    tree = parse(body)
    card: Tree = tree["cdr_token"]
    if known is None or known.card in (None, card) or ci_key(known.session.auth_id) != ci_key(session.auth_id):
        return body, card
    return codec.encode(tree | {"cdr_token": known.card}), known.card


def _is_late(known: _Copy, told: Any) -> bool:
    """Whether a newer state is known; a PATCH of 2.1.1 need not say when it was."""
    at = told.last_updated
    return not known.doubted and isinstance(at, str) and newer(known.session.last_updated, at)


def _as_told(losses: tuple[Loss, ...], session: Any, patch: Any) -> tuple[Loss, ...]:
    """What a Session lost, with its charging periods as its owner's PATCH counts them; of others it was told."""
    places = {period.start_date_time: place for place, period in enumerate(patch.charging_periods or ())}
    told = []
    for loss in losses:
        found = _of_a_period(loss.path)
        if found is None:
            told.append(loss)
            continue
        place = places.get(session.charging_periods[int(found[1])].start_date_time)
        if place is not None:
            told.append(replace(loss, path=f"$.charging_periods[{place}]{found[2]}"))
    return tuple(told)
