"""The bills of Sessions at payers of 2.1.1, whom nobody can tell that one has been taken back: another is withheld.

A CDR of 2.1.1 names no Session and there is no credit, so that its receiver would pay both. The first bill stands, as
between two partners of 2.1.1, and what is wrong with it has to be settled out of band. One that its receiver has
refused before it ever took it is none. Source: OCPI 2.2.1, CDRs, Credit CDRs; digest, section 6.2.
"""

from typing import Final, TypeAlias

from msgspec import Struct

from simulator.engine.exchange import Subject
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.translation import Translated
from simulator.parties.roles.hub.kept import Owner
from simulator.parties.roles.hub.reading import Tree

_KEPT: Final = 10_000
_Key: TypeAlias = tuple[Owner, str, Owner]
"""A Session of an owner, its id as it is compared, and who is to pay."""


class _Told(Struct):
    """The bill that was said in 2.1.1, and whether its receiver has taken it."""

    id: str
    taken: bool = False


class Bills:
    """What was billed through one hub to payers of 2.1.1. The oldest of too many are forgotten."""

    def __init__(self) -> None:
        self._told: dict[_Key, _Told] = {}

    def once(self, cdr: Tree, said: Translated, owner: Owner, payer: Owner) -> Translated:
        """A CDR as it is `said` to a payer of 2.1.1; withheld if that was told another bill of its Session."""
        session_id = cdr.get("session_id")
        if said.tree is None or session_id is None:
            return said
        told = self._told.setdefault((owner, ci_key(session_id), payer), _Told(cdr["id"]))
        if len(self._told) > _KEPT:
            del self._told[next(iter(self._told))]
        if ci_key(told.id) == ci_key(cdr["id"]):
            return said
        why = f"Session {session_id!r} was billed by CDR {told.id!r}, which OCPI 2.1.1 has no credit to take back."
        return Translated(None, (), why)

    def answered(self, subject: Subject, owner: Owner, payer: Owner, *, taken: bool) -> None:
        """The payer has taken or refused the CDR that a message is about."""
        key = owner, ci_key(subject.session_id), payer
        told = self._told.get(key)
        if told is None or ci_key(told.id) != ci_key(subject.object_id):
            return
        if taken:
            told.taken = True
        elif not told.taken:
            del self._told[key]
