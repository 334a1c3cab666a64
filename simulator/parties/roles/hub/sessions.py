"""Sessions between versions: whole to and from 2.1.1, and not left standing when they cannot be said any more.

In 2.1.1 a PATCH with charging periods replaces them, from 2.2 on it adds them. OCPI has no way to take a Session back,
and a receiver that was told of one must not believe for ever that it is ACTIVE: of one that cannot be said as a whole
any more it is told how it goes on, which every version has words for, and is left with all else as it was.
Source: OCPI 2.2.1, Sessions, PATCH; digest, sections 3.3 and 6.2.
"""

import re
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec
from simulator.ocpi.translation import Loss
from simulator.parties.call import Call
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.ownership import unknown
from simulator.parties.roles.hub.cache import Owner
from simulator.parties.roles.hub.changes import Change
from simulator.parties.roles.hub.interpreter import Interpreter, Remark, Said
from simulator.parties.roles.hub.reading import Tree, read

_ENDED: Final = ("COMPLETED", "INVALID")
_of_a_period: Final = re.compile(r"\$\.charging_periods\[([0-9]+)\](.*)\Z").match
_GOES_ON: Final = ("status", "kwh", "total_cost", "end_date_time", "end_datetime", "last_updated")


class _UnderWay(Struct):
    """A Session as its owner has told it in a version, and over which connections it was `told` on.

    `before`: how many of its charging periods were known before its owner's last message, which has added the others.
    """

    version: str
    tree: Tree
    told: dict[str, None]
    before: int = 0


class Sessions:
    """The Sessions under way that one hub says in another version."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._under_way: dict[tuple[Owner, str], _UnderWay] = {}

    def of(self, call: Call, owner: Owner, line: Connection, payer: Owner) -> Change:
        """What a receiver, who is to pay, is sent for a PUT or PATCH.

        Refused with 404 for a PATCH of one unknown; raises Invalid.
        """
        source, target, method = call.version, line.version, call.route.method
        if OLDEST not in (source, target):
            return self._change(method, self._say(call.body, source, target, owner, payer, patch=method == "PATCH"))
        session = self._take(call, owner)
        said = self._say(codec.encode(session.tree), source, target, owner, payer)
        if said.body is not None:
            session.told[line.name] = None
            said = replace(said, losses=_as_told(said.losses, session.before))
        elif line.name in session.told:
            return Change("PATCH", self._rest(session, said, owner, line, payer))
        return self._change("PUT", said)

    def _change(self, method: str, said: Said) -> Change:
        return Change(method, said) if said.body is not None else Change("", said, withheld=said)

    def _say(self, raw: bytes, source: str, target: str, owner: Owner, payer: Owner, *, patch: bool = False) -> Said:
        return self._interpreter.say("session", raw, source, target, owner, payer=payer, patch=patch)

    def _rest(self, session: _UnderWay, withheld: Said, owner: Owner, line: Connection, payer: Owner) -> Said:
        """How a Session goes on that cannot be said as a whole any more."""
        names = [name for name in _GOES_ON if session.tree.get(name) is not None]
        changes = {name: session.tree[name] for name in names}
        said = self._say(codec.encode(changes), session.version, line.version, owner, payer, patch=True)
        left = f"{line.peer_id} is told {', '.join(names)} only, and is left with all else as it was told before."
        return replace(said, withheld=withheld.withheld, remarks=(Remark("translation-left", "warning", left),))

    def _take(self, call: Call, owner: Owner) -> _UnderWay:
        """The whole Session after a PUT or PATCH of its owner."""
        id, is_patch = call.params["session_id"], call.route.method == "PATCH"
        key = owner, id.lower()
        tree, known = read(call.body, call.version, "session", is_patch), self._under_way.get(key)
        if is_patch:
            if known is None or known.version != call.version:
                raise unknown("Session", id)
            tree = _patched(known.tree, tree, call.version)
        session = _UnderWay(call.version, tree, known.told if known is not None else {})
        if is_patch and known is not None and call.version != OLDEST:
            session.before = len(known.tree.get("charging_periods") or ())
        if tree["status"] in _ENDED:
            self._under_way.pop(key, None)
        else:
            self._under_way[key] = session
        return session


def _patched(whole: Tree, patch: Tree, version: str) -> Tree:
    changes = {name: value for name, value in patch.items() if value is not None}
    if version != OLDEST and "charging_periods" in changes:
        changes["charging_periods"] = [*(whole.get("charging_periods") or ()), *changes["charging_periods"]]
    return {**whole, **changes}


def _as_told(losses: tuple[Loss, ...], before: int) -> tuple[Loss, ...]:
    """What a Session lost, with its charging periods as its owner's last message counts them; of others it was told."""
    if not before:
        return losses
    told = []
    for loss in losses:
        period = _of_a_period(loss.path)
        if period is None:
            told.append(loss)
        elif int(period[1]) >= before:
            told.append(replace(loss, path=f"$.charging_periods[{int(period[1]) - before}]{period[2]}"))
    return tuple(told)
