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
_TYPES_IN_211: Final = (_RFID, "OTHER")
_UNKNOWN: Final = "UNKNOWN"
"""What whitelist a holder goes by who did not say that it took a token: the one from before or the new one."""
_AGAIN_US: Final = 15 * 60 * 1_000_000
"""For so long after a START_SESSION a card at that place is known to be good."""

Card = tuple[str, str, str, str]
"""Who holds a copy of a token, from whom, its uid and its type."""


class _Token(Struct, frozen=True):
    """In 2.1.1 `auth_id` is its contract."""

    uid: str = ""
    type: str = ""
    whitelist: str = ""
    auth_id: str = ""


class _Start(Struct, frozen=True):
    token: _Token = _Token()
    location_id: str = ""


class _Session(Struct, frozen=True):
    """2.1.1 has `start_datetime` and `auth_id` in place of `start_date_time` and `cdr_token`."""

    start_date_time: str = ""
    start_datetime: str = ""
    cdr_token: _Token = _Token()
    auth_id: str = ""
    auth_method: str = ""


class _Whitelist(Struct, frozen=True):
    """What a holder has been told to do, and since when, by the clock of whoever answered."""

    is_always: bool
    since: str


class Asking:
    """Remembers of the tokens that were told of those that are always or never to be asked about, and remote starts."""

    def __init__(self) -> None:
        self._whitelists: Memory[Card, _Whitelist] = Memory()
        self._contracts: Memory[tuple[str, str, str], Card | None] = Memory()
        """The one token of a contract, by which a Session of 2.1.1 names it; None where it may be any of several."""

        self._started: Memory[Card, tuple[int, str]] = Memory()

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """A token that is pushed, a remote start, a question, or a Session that tells how it was authorised."""
        if seen.route in _PUSHES:
            token = part_of(seen.request_body, _Token)
            *_, uid = segments_of(seen.url)
            whitelist = token.whitelist if seen.ok else _UNKNOWN
            kinds = _types_of(seen, token)
            told = [_Token(uid, kind, whitelist, token.auth_id) for kind in kinds]
            self._take(seen, seen.receiver, seen.sender, told)
        elif seen.route == _START and seen.ok:
            start = part_of(seen.request_body, _Start)
            card = _card(seen.receiver, seen.sender, start.token)
            self._started[card] = (seen.end_us, ci_key(start.location_id))
        elif seen.route == _AUTHORISE and not seen.follows:
            yield from self._check_question(seen)
        elif seen.route == _SESSION and not seen.follows:
            yield from self._check_session(seen)

    def remember_answer(self, seen: Seen) -> None:
        """A list of tokens."""
        if seen.route == _LIST and seen.ok:
            self._take(seen, seen.sender, seen.receiver, parts_of(seen.data, _Token))

    def _take(self, seen: Seen, holder: str, giver: str, tokens: Iterable[_Token]) -> None:
        since = seen.envelope.timestamp if isinstance(seen.envelope, Envelope) else ""
        for token in tokens:
            card = _card(holder, giver, token)
            if token.whitelist in ("ALWAYS", "NEVER"):
                self._whitelists[card] = _Whitelist(token.whitelist == "ALWAYS", since)
            elif token.whitelist:
                self._whitelists.pop(card, None)
            if token.auth_id:
                contract = holder, giver, ci_key(token.auth_id)
                self._contracts[contract] = card if self._contracts.get(contract, card) == card else None

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
        if seen.version == OLDEST:
            card = self._contracts.get((seen.sender, seen.receiver, ci_key(session.auth_id)))
        else:
            card = _card(seen.sender, seen.receiver, session.cdr_token)
        whitelist = self._whitelists.get(card) if card is not None else None
        if session.auth_method != "WHITELIST" or whitelist is None or whitelist.is_always:
            return
        if is_after(session.start_date_time or session.start_datetime, whitelist.since):
            expected = "AUTH_REQUEST, for the whitelist of its token is NEVER"
            section = "tokens, WhitelistType"
            yield seen.remark("never-asked", "$.auth_method", "WHITELIST", expected, section, "error")


def _types_of(seen: Seen, token: _Token) -> Iterable[str]:
    """What a token that is pushed is by type; the URLs of 2.1.1 do not tell it, and a PATCH need not."""
    if token.type:
        return (token.type,)
    return _TYPES_IN_211 if seen.version == OLDEST else (query_of(seen.url).get("type", _RFID),)


def _card(holder: str, giver: str, token: _Token) -> Card:
    return holder, giver, ci_key(token.uid), token.type
