"""Whether Sessions and CDRs carry the reference of the authorisation that they come of, by which an eMSP knows them.

A reference is given in an answer to a real-time authorisation, or in a command; it belongs to a token, whichever way
the messages take, so that a hub that drops it is seen, too. But 2.1.1 has no word for it: nothing is asked of a hub
about what it has authorised for a CPO of that version. Source: OCPI 2.2.1, Tokens, AuthorizationInfo; Commands,
StartSession and ReserveNow; Sessions, Session; CDRs, CDR; digest, sections 3.2, 3.4 and 3.5.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import part_of, uid_asked
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding

_AUTHORISE: Final = "tokens.sender.post_authorize"
_COMMANDS: Final = ("commands.receiver.post_start_session", "commands.receiver.post_reserve_now")
_BILLS: Final = {
    "sessions.receiver.put_session": "sessions, Session",
    "cdrs.receiver.post_cdr": "cdrs, CDR",
}
_REQUEST: Final = "AUTH_REQUEST"
_COMMAND: Final = "COMMAND"
_MOST: Final = 32
"""Of so many references of one token each may still be that of a session that is told of."""


class _Token(Struct, frozen=True):
    country_code: str = ""
    party_id: str = ""
    uid: str = ""

    def key(self) -> str:
        return ci_key(f"{self.country_code}-{self.party_id}-{self.uid}")


class _Given(Struct, frozen=True):
    """An answer that lets a driver charge, or a command that does."""

    token: _Token = _Token()
    allowed: str = ""
    authorization_reference: str | None = None


class _Bill(Struct, frozen=True):
    cdr_token: _Token = _Token()
    auth_method: str = ""
    authorization_reference: str | None = None


class References:
    """Remembers the references that were given for each token, and in which way; None where none was given."""

    def __init__(self) -> None:
        self._given: Memory[str, tuple[tuple[str, str | None], ...]] = Memory()
        self._unsaid: Memory[tuple[str, str], None] = Memory()

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """A command, or a Session or a CDR that is told."""
        if seen.route in _COMMANDS:
            given = part_of(seen.request_body, _Given)
            if seen.version == OLDEST:
                self._unsaid[seen.sender, ci_key(given.token.uid)] = None
            else:
                self._remember(_COMMAND, given)
        elif seen.route in _BILLS and seen.version != OLDEST:
            bill = part_of(seen.request_body, _Bill)
            if (seen.sender, ci_key(bill.cdr_token.uid)) not in self._unsaid:
                yield from self._check(seen, bill, _BILLS[seen.route])

    def remember_answer(self, seen: Seen) -> None:
        """The answer to a real-time authorisation."""
        if seen.route != _AUTHORISE or not seen.ok:
            return
        given = part_of(seen.data, _Given)
        if seen.version == OLDEST:
            self._unsaid[seen.receiver, ci_key(uid_asked(seen))] = None
        elif given.allowed == "ALLOWED":
            self._remember(_REQUEST, given)

    def _remember(self, method: str, given: _Given) -> None:
        key = given.token.key()
        entry = (method, given.authorization_reference)
        known = self._given.get(key, ())
        self._given[key] = (*(each for each in known if each != entry), entry)[-_MOST:]

    def _check(self, seen: Seen, bill: _Bill, section: str) -> Iterator[Finding]:
        given = self._given.get(bill.cdr_token.key(), ())
        in_this_way = [reference for method, reference in given if method == bill.auth_method]
        found = bill.authorization_reference
        if not in_this_way or None in in_this_way or found in [reference for _, reference in given]:
            return
        what = repr(found) if found else "nothing"
        expected = f"{in_this_way[-1]!r}, which was given with the last authorisation of its token"
        yield seen.remark("authorization-reference", "$.authorization_reference", what, expected, section, "warning")
