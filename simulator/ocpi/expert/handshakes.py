"""Whether both sides keep to what they agreed on: which token is in force, and whose platforms they are.

Read off the handshakes themselves: the credentials that go to and fro. Source: OCPI 2.2.1, Credentials module; digest,
section 2.8.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from simulator.ocpi import codec
from simulator.ocpi import headers as h
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_UNAUTHORISED: Final = 401
_HANDSHAKES: Final = ("credentials.post", "credentials.put")
Way = tuple[str, str]
"""Who asks, and who is asked."""
Token = tuple[str, str, str]
"""Who presents it, to whom, and the credentials token."""


class Handshakes:
    """Remembers the tokens that handshakes gave and took.

    Two platforms may have several connections (a hub stands in the place of others towards a peer of 2.1.1), so tokens
    are known by themselves: `peers` leads from each to the one that goes the other way. `replaced` says since when
    another one is in force, so that its sender may be refused, and `dead` since when it must be: what a PUT replaces
    may be good until its `successors` is used, as requests may be on the way.
    """

    def __init__(self) -> None:
        self._peers: dict[Token, str] = {}
        self._replaced: dict[Token, int] = {}
        self._dead: dict[Token, int] = {}
        self._successors: dict[Token, Token] = {}
        self._one_each: dict[Way, bool] = {}
        self._versions: dict[Way, str] = {}
        self._hubs: dict[str, None] = {}

    def version(self, sender: str, receiver: str) -> str:
        """The version that the last handshake of two platforms was for; empty when there was none."""
        return self._versions.get((sender, receiver), "")

    def is_hub(self, party: str) -> bool:
        """Whether a platform has told somebody that it is a hub, and that its own party is nothing else."""
        return party in self._hubs

    def one_party_each(self, seen: Seen) -> bool:
        """Whether the two platforms have told each other of one party each, and neither is a hub."""
        return self._one_each.get((seen.sender, seen.receiver), False)

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """A token of the past."""
        if self._is_stale(seen):
            expected = "the token of the last handshake; the earlier one is dead"
            yield seen.remark("stale-token", h.AUTHORIZATION, "an earlier token", expected, "credentials", "error")

    def check_answer(self, seen: Seen) -> Iterator[Finding]:
        """A stale token let in, a registration taken twice; then what the exchange agreed on is remembered."""
        section = "credentials, Registration"
        if seen.ok and self._is_stale(seen):
            expected = "HTTP 401, as the token was replaced"
            yield seen.remark("stale-token-accepted", "HTTP", f"{seen.http_status}", expected, section, "error")
        if seen.route == "credentials.post" and seen.ok and self._holds_credentials(seen):
            expected = "HTTP 405, as the peer is registered already and must use PUT"
            yield seen.remark("second-registration", "HTTP", f"{seen.http_status}", expected, section, "error")
        if seen.route in _HANDSHAKES and seen.ok:
            if _token(seen.data) in seen.tokens:
                found, expected = "the token that the request came with", "a new one in its place"
                yield seen.remark("same-token", "$.data.token", found, expected, section, "error")
            yield from self._check_party(seen, seen.sender, seen.request_body)
            yield from self._check_party(seen, seen.receiver, seen.data)
        self._remember(seen)

    def _check_party(self, seen: Seen, party: str, credentials: bytes | None) -> Iterator[Finding]:
        """Whether a platform presents itself as the party that its people said it is; a hub may stand for another."""
        named = _named(credentials)
        if party not in (*named, _hub(credentials)) and "/via/" not in seen.url:
            expected = f"{party}, as was agreed on; messages for it will not find anybody else"
            yield seen.remark("other-party", "$.roles", ", ".join(named), expected, "credentials", "warning")

    def _is_stale(self, seen: Seen) -> bool:
        """Whether all that the sender presents was in force once, and nothing of it was when it sent it.

        Versions that are read because of a handshake are read with the token that its credentials offer, which may be
        an earlier one again: who lets it in there knows.
        """
        is_refused = seen.http_status == _UNAUTHORISED
        if seen.module == "versions" and seen.follows and not is_refused:
            return False
        ended = self._replaced if is_refused else self._dead
        died_us: int | None = None
        for token in _presented(seen):
            if token in ended:
                died_us = ended[token] if died_us is None else min(died_us, ended[token])
            elif token in self._peers:
                return False
        return died_us is not None and seen.start_us > died_us

    def _holds_credentials(self, seen: Seen) -> bool:
        """Whether the sender presents a token that a handshake gave it, and not one from its people."""
        return any(token in self._peers for token in _presented(seen))

    def _remember(self, seen: Seen) -> None:
        if seen.http_status == _UNAUTHORISED and self._is_in_force(seen):
            self._begin_anew(seen.sender, seen.receiver)
        if self._successors and seen.http_status != _UNAUTHORISED:
            for token in _presented(seen):
                self._bury_before(token, seen.end_us)
        if not seen.ok:
            return
        if seen.route in (*_HANDSHAKES, "credentials.delete"):
            theirs, ours = _token(seen.data), _token(seen.request_body)
            for token in _presented(seen):
                self._end(seen, token, theirs)
                if token in self._peers:
                    self._end(seen, (seen.receiver, seen.sender, self._peers[token]), ours)
            if seen.route in _HANDSHAKES:
                self._take(seen, theirs, ours)
                one_each = _is_of_one(seen.request_body) and _is_of_one(seen.data)
                for party, credentials in ((seen.sender, seen.request_body), (seen.receiver, seen.data)):
                    if _is_only_hub(party, credentials):
                        self._hubs[party] = None
                for way in ((seen.sender, seen.receiver), (seen.receiver, seen.sender)):
                    self._one_each[way] = one_each
                    self._versions[way] = seen.version

    def _is_in_force(self, seen: Seen) -> bool:
        return any(token in self._peers and token not in self._replaced for token in _presented(seen))

    def _begin_anew(self, sender: str, receiver: str) -> None:
        """The receiver no longer knows what was agreed on, so an earlier token of the sender may be good once more."""
        for ended in (self._dead, self._replaced):
            for token in [token for token in ended if token[:2] == (sender, receiver)]:
                del ended[token]

    def _end(self, seen: Seen, token: Token, successor: str) -> None:
        """This token is given back or replaced by another, which is to be used from now on."""
        self._bury_before(token, seen.end_us)
        self._replaced[token] = seen.end_us
        if seen.route == "credentials.put" and token in self._peers:
            self._successors[(*token[:2], successor)] = token
        else:
            self._dead[token] = seen.end_us

    def _bury_before(self, token: Token, at_us: int) -> None:
        """What this token has replaced is of no use any more."""
        if token in self._successors:
            self._dead[self._successors.pop(token)] = at_us

    def _take(self, seen: Seen, theirs: str, ours: str) -> None:
        """These tokens are in force now, the one for the sender to present, the other for the receiver."""
        for token, other in (
            ((seen.sender, seen.receiver, theirs), ours),
            ((seen.receiver, seen.sender, ours), theirs),
        ):
            self._peers[token] = other
            self._replaced.pop(token, None)
            self._dead.pop(token, None)
            self._successors = {new: old for new, old in self._successors.items() if old != token}


def _presented(seen: Seen) -> Iterator[Token]:
    for token in seen.tokens:
        yield seen.sender, seen.receiver, token


def _token(credentials: bytes | None) -> str:
    token = _tree(credentials).get("token")
    return token if isinstance(token, str) else ""


def _roles(credentials: bytes | None) -> list[dict[str, Any]]:
    tree = _tree(credentials)
    roles = tree.get("roles", [tree])
    return [role for role in roles if isinstance(role, dict)] if isinstance(roles, list) else []


def _named(credentials: bytes | None, besides: str | None = None) -> list[str]:
    """The parties that credentials name in any role besides one, if one is given."""
    roles = [role for role in _roles(credentials) if besides is None or role.get("role") != besides]
    return [f"{role.get('country_code')}-{role.get('party_id')}".upper() for role in roles]


def _hub(credentials: bytes | None) -> str:
    """The hub whose platform it is, which has that in 2.3.0 instead of a role; empty for none."""
    hub = str(_tree(credentials).get("hub_party_id", "")).upper()
    return f"{hub[:2]}-{hub[2:]}" if hub else ""


def _is_hub(credentials: bytes | None) -> bool:
    return bool(_hub(credentials)) or "HUB" in [each.get("role") for each in _roles(credentials)]


def _is_only_hub(party: str, credentials: bytes | None) -> bool:
    """Whether a platform's own party is a hub, and nothing besides that could be addressed by its id."""
    return _is_hub(credentials) and party not in _named(credentials, besides="HUB")


def _is_of_one(credentials: bytes | None) -> bool:
    """Whether a platform has one party, in whatever roles, and is no hub."""
    return len(dict.fromkeys(_named(credentials))) == 1 and not _is_hub(credentials)


def _tree(raw: bytes | None) -> dict[str, Any]:
    try:
        tree = msgspec.json.decode(raw or b"{}")
    except codec.UNREADABLE:
        return {}
    return tree if isinstance(tree, dict) else {}
