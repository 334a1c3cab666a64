"""Whether the parts of one exchange agree: URL and body, sender and token, question and answer.

A table of routes, with a few lines for each; what is asked of an object by itself lies in `rules`. Bodies are read as
far as a line needs it, and in whatever version. Source: OCPI 2.2.1, Tokens: Receiver interface, POST; Commands: POST,
StartSession, ReserveNow; Status codes; digest, sections 3.2 and 3.5.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from simulator.ocpi import headers as h
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.parts import part_of, query_of, uid_asked
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding

_UNKNOWN_LOCATION: Final = 2003
_RFID: Final = "RFID"


class _Token(Struct, frozen=True):
    uid: str = ""
    type: str = ""
    country_code: str = ""
    party_id: str = ""


class _Command(Struct, frozen=True):
    token: _Token = _Token()


class _Place(Struct, frozen=True):
    location_id: str = ""
    evse_uids: tuple[str, ...] = ()


class _Authorisation(Struct, frozen=True):
    token: _Token = _Token()
    location: _Place | None = None


class _Response(Struct, frozen=True):
    result: str = ""


def check_asked(seen: Seen) -> Iterator[Finding]:
    """What in a request does not go together."""
    check = _ASKED.get(seen.route)
    return check(seen) if check is not None else iter(())


def check_answered(seen: Seen) -> Iterator[Finding]:
    """What in an answer does not go with what was asked, or with its own code."""
    check = _ANSWERED.get(seen.route)
    return check(seen) if check is not None else iter(())


def _token_at_url(seen: Seen) -> Iterator[Finding]:
    """A token is unique by uid and type, so that from 2.2 on the URL says both."""
    token, named = part_of(seen.request_body, _Token), query_of(seen.url).get("type", _RFID)
    if seen.version != OLDEST and token.type and token.type != named:
        expected = f"{named!r}, as the URL says, or a type in its query"
        yield seen.remark("token-type", "$.type", repr(token.type), expected, "tokens, PUT", "error")


def _own_token(seen: Seen) -> Iterator[Finding]:
    """An eMSP starts and reserves for its own tokens; in 2.1.1 there are no headers that say who it is."""
    token = part_of(seen.request_body, _Command).token
    asker = (h.OCPI_FROM_COUNTRY_CODE, h.OCPI_FROM_PARTY_ID)
    values = [seen.request_headers.get(name.lower(), "") for name in asker]
    owner = (token.country_code, token.party_id)
    if all((*values, *owner)) and [ci_key(each) for each in values] != [ci_key(each) for each in owner]:
        found, expected = f"a token of {'-'.join(owner)}", f"one of {'-'.join(values)}, who sends the command"
        yield seen.remark("foreign-token", "$.token", found, expected, "commands, POST", "error")


def _command_answer(seen: Seen) -> Iterator[Finding]:
    """A place that is not known is told twice: by its status code, and by the result REJECTED."""
    answer = seen.envelope
    if answer is None or answer.status_code < 2000:
        return
    result = part_of(seen.data, _Response).result
    if result == "ACCEPTED":
        found = f"ACCEPTED with status code {answer.status_code}"
        expected = "codes that say the same"
    elif answer.status_code == _UNKNOWN_LOCATION and result != "REJECTED":
        found, expected = repr(result) if result else "nothing", "REJECTED beside status code 2003"
    else:
        return
    yield seen.remark("command-answer", "$.data.result", found, expected, "commands, CommandResponse", "warning")


def _authorisation(seen: Seen) -> Iterator[Finding]:
    """The answer is about the token that was asked about, and of places only about those that were asked about."""
    if not seen.ok:
        return
    said, asked = part_of(seen.data, _Authorisation), part_of(seen.request_body, _Place)
    section = "tokens, AuthorizationInfo"
    uid = uid_asked(seen)
    if said.token.uid and ci_key(said.token.uid) != ci_key(uid):
        expected = f"{uid!r}, which was asked about"
        yield seen.remark("authorized-token", "$.data.token.uid", repr(said.token.uid), expected, section, "error")
    if said.location is None:
        return
    path = "$.data.location"
    if not asked.location_id:
        expected = "nothing, for the question names no place"
        yield seen.remark("authorized-place", path, "a place", expected, section, "warning")
    elif ci_key(said.location.location_id) != ci_key(asked.location_id):
        found, expected = repr(said.location.location_id), f"{asked.location_id!r}, which was asked about"
        yield seen.remark("authorized-place", f"{path}.location_id", found, expected, section, "warning")
    else:
        wanted = [ci_key(evse_uid) for evse_uid in asked.evse_uids]
        for index, evse_uid in enumerate(said.location.evse_uids):
            if wanted and ci_key(evse_uid) not in wanted:
                where, expected = f"{path}.evse_uids[{index}]", "only EVSEs that were asked about"
                yield seen.remark("authorized-place", where, repr(evse_uid), expected, section, "warning")


_Check = Callable[[Seen], Iterator[Finding]]
_ASKED: Final[Mapping[str, _Check]] = {
    "tokens.receiver.put_token": _token_at_url,
    "commands.receiver.post_start_session": _own_token,
    "commands.receiver.post_reserve_now": _own_token,
}
_COMMANDS: Final = ("start_session", "stop_session", "reserve_now", "cancel_reservation", "unlock_connector")
_ANSWERED: Final[Mapping[str, _Check]] = {
    "tokens.sender.post_authorize": _authorisation,
    **{f"commands.receiver.post_{command}": _command_answer for command in _COMMANDS},
}
