"""Whether a CPO asks for an authorisation when it should, and only then: a token says so, or a command has said it.

What was told of a token last is what counts. Source: OCPI 2.2.1, Tokens, WhitelistType; Commands, StartSession; digest,
sections 3.2 and 3.5, cases 27 and 30.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.envelope import Envelope
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import is_after, part_of, parts_of, query_of, segments_of, uid_asked
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding

_PUSHES: Final = ("tokens.receiver.put_token", "tokens.receiver.patch_token")
_LIST: Final = "tokens.sender.get_list"
_AUTHORISE: Final = "tokens.sender.post_authorize"
_START: Final = "commands.receiver.post_start_session"
_SESSION: Final = "sessions.receiver.put_session"
_RFID: Final = "RFID"
_UNKNOWN: Final = "UNKNOWN"
"""What whitelist a holder goes by who did not say that it took a token: the one from before or the new one."""
_AGAIN_US: Final = 15 * 60 * 1_000_000
"""For so long after a START_SESSION a card at that place is known to be good."""

Card = tuple[str, str, str, str]
"""Who holds a copy of a token, from whom, its uid and its type."""


class _Token(Struct, frozen=True):
    uid: str = ""
    type: str = ""
    whitelist: str = ""


class _Start(Struct, frozen=True):
    token: _Token = _Token()
    location_id: str = ""


class _Session(Struct, frozen=True):
    start_date_time: str = ""
    cdr_token: _Token = _Token()
    auth_method: str = ""


class _Whitelist(Struct, frozen=True):
    """What a holder has been told to do, and since when, by the clock of whoever answered."""

    is_always: bool
    since: str


class Asking:
    """Remembers of the tokens that were told of those that are always or never to be asked about, and remote starts."""

    def __init__(self) -> None:
        self._whitelists: Memory[Card, _Whitelist] = Memory()
        self._started: Memory[Card, tuple[int, str]] = Memory()

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """A token that is pushed, a remote start, a question, or a Session that tells how it was authorised."""
        if seen.route in _PUSHES:
            token = part_of(seen.request_body, _Token)
            *_, uid = segments_of(seen.url)
            kind = token.type or query_of(seen.url).get("type", _RFID)
            whitelist = token.whitelist if seen.ok else _UNKNOWN
            self._take(seen, seen.receiver, seen.sender, [_Token(uid, kind, whitelist)])
        elif seen.route == _START and seen.ok:
            start = part_of(seen.request_body, _Start)
            card = _card(seen.receiver, seen.sender, start.token)
            self._started[card] = (seen.end_us, ci_key(start.location_id))
        elif seen.route == _AUTHORISE and not seen.follows:
            yield from self._check_question(seen)
        elif seen.route == _SESSION and not seen.follows and seen.version != OLDEST:
            yield from self._check_session(seen)

    def remember_answer(self, seen: Seen) -> None:
        """A list of tokens."""
        if seen.route == _LIST and seen.ok:
            self._take(seen, seen.sender, seen.receiver, parts_of(seen.data, _Token))

    def _take(self, seen: Seen, holder: str, giver: str, tokens: Iterable[_Token]) -> None:
        since = seen.envelope.timestamp if isinstance(seen.envelope, Envelope) else ""
        for token in tokens:
            if token.whitelist in ("ALWAYS", "NEVER"):
                self._whitelists[_card(holder, giver, token)] = _Whitelist(token.whitelist == "ALWAYS", since)
            elif token.whitelist:
                self._whitelists.pop(_card(holder, giver, token), None)

    def _check_question(self, seen: Seen) -> Iterator[Finding]:
        token = _Token(uid_asked(seen), query_of(seen.url).get("type", _RFID))
        card = _card(seen.sender, seen.receiver, token)
        whitelist = self._whitelists.get(card)
        if whitelist is not None and whitelist.is_always:
            expected = "none, for the whitelist of this token is ALWAYS"
            section = "tokens, WhitelistType"
            yield seen.remark("asked-needlessly", "path", "a real-time authorisation", expected, section, "warning")
        started_us, place = self._started.get(card) or (seen.start_us + 1, "")
        if token.type in ("APP_USER", "AD_HOC_USER"):
            is_known = seen.start_us >= started_us
        else:
            here = ci_key(part_of(seen.request_body, _Start).location_id)
            is_known = token.type == _RFID and 0 <= seen.start_us - started_us <= _AGAIN_US and here == place
        if is_known:
            expected = "none, for its eMSP has authorised it by START_SESSION"
            section = "commands, StartSession"
            yield seen.remark("asked-again", "path", "a real-time authorisation", expected, section, "warning")

    def _check_session(self, seen: Seen) -> Iterator[Finding]:
        """What has been told of its token since a Session began, was not known when its driver came."""
        session = part_of(seen.request_body, _Session)
        card = _card(seen.sender, seen.receiver, session.cdr_token)
        whitelist = self._whitelists.get(card)
        if session.auth_method != "WHITELIST" or whitelist is None or whitelist.is_always:
            return
        if is_after(session.start_date_time, whitelist.since):
            expected = "AUTH_REQUEST, for the whitelist of its token is NEVER"
            section = "tokens, WhitelistType"
            yield seen.remark("never-asked", "$.auth_method", "WHITELIST", expected, section, "error")


def _card(holder: str, giver: str, token: _Token) -> Card:
    return holder, giver, ci_key(token.uid), token.type
