"""For whom a message is: its routing headers say so, or the platform in whose place we were called, or its content.

Source: OCPI 2.2.1, Transport and format, Message routing, Open Routing Request; Status codes, Hub errors; digest 2.3.
"""

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from simulator.ocpi import codec
from simulator.ocpi import headers as h
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.status import Status
from simulator.parties.call import Call, Refusal
from simulator.parties.dialect import OLDEST
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.directory import CONNECTED, Client, Directory
from simulator.parties.roles.hub.kept import Kept, Owner

T = TypeVar("T")

FROM = (h.OCPI_FROM_COUNTRY_CODE.lower(), h.OCPI_FROM_PARTY_ID.lower())
TO = (h.OCPI_TO_COUNTRY_CODE.lower(), h.OCPI_TO_PARTY_ID.lower())
_IN_BODY = (
    "commands.receiver.post_start_session",
    "commands.receiver.post_reserve_now",
    "commands.receiver.post_unlock_connector",
    "commands.receiver.post_stop_session",
    "commands.receiver.post_cancel_reservation",
)


class _Named(Struct, gc=False):
    location_id: str = ""
    evse_uid: str | None = None
    session_id: str = ""
    reservation_id: str | int = ""


class _Bill(Struct, gc=False):
    cdr_token: dict[str, object] = {}


_read_named = msgspec.json.Decoder(_Named).decode
_read_payer = msgspec.json.Decoder(_Bill).decode


class Addressees:
    """Finds out who speaks and for whom, for one hub."""

    def __init__(self, directory: Directory, cache: Cache) -> None:
        self._directory = directory
        self._cache = cache

    def sender(self, call: Call) -> Owner:
        """Who speaks. Refused when the platform that calls does not hold that party."""
        line = call.line
        if line.facade or not call.headers.get(FROM[1]):
            return line.peer_country_code, line.peer_party_id
        country_code, party_id = (call.headers.get(name, "").upper() for name in FROM)
        client = self._directory.find(f"{country_code}-{party_id}")
        if client is not None and client.line is line:
            return client.country_code, client.party_id
        if (country_code, party_id) == (line.peer_country_code, line.peer_party_id):
            return country_code, party_id
        raise Refusal(Status.INVALID_PARAMETERS, f"{line.peer_id} cannot speak for {country_code}-{party_id}.")

    def receiver(self, call: Call) -> Owner:
        """For whom it is. Refused with 4001 when nobody can tell."""
        if call.line.facade:
            country_code, _, party_id = call.line.facade.partition("-")
            return country_code, party_id
        headers = call.headers
        if headers.get(TO[1]):
            return headers.get(TO[0], "").upper(), headers[TO[1]].upper()
        found = self._by_content(call)
        if found is None:
            raise Refusal(Status.UNKNOWN_RECEIVER, "The hub cannot find out for whom this message is.")
        return found

    def _by_content(self, call: Call) -> Owner | None:
        """Open Routing, which is not for lists."""
        cache, params, name = self._cache, call.params, call.route.name
        if call.route.paginated or (not params and name not in _IN_BODY and name != "cdrs.receiver.post_cdr"):
            return None
        if name == "tokens.sender.post_authorize":
            owners = [kept.owner for kept in cache.meant(params["token_uid"], token_type(call), call.version)]
            return _only(list(dict.fromkeys(owners)))
        if name in _IN_BODY:
            named = _read(_read_named, call.body, _Named())
            if named.location_id:
                return self._owner_of_location(named.location_id, named.evse_uid)
            if named.reservation_id:
                return cache.reserved(self.sender(call), str(named.reservation_id))
            return self._owner_of_session(named.session_id, self.sender(call))
        if call.route.module is ModuleID.LOCATIONS and "country_code" not in params:
            return self._owner_of_location(params["location_id"], params.get("evse_uid"))
        if "session_id" in params and "country_code" not in params:
            return self._owner_of_session(params["session_id"], self.sender(call))
        if call.route.module in (ModuleID.SESSIONS, ModuleID.CDRS):
            token = _read(_read_payer, call.body, _Bill()).cdr_token
            payer = (str(token.get("country_code", "")).upper(), str(token.get("party_id", "")).upper())
            return payer if all(payer) else self._who_was_told(call)
        return None

    def _who_was_told(self, call: Call) -> Owner | None:
        """The one whom its owner has told of the session that a URL names."""
        if call.owner is None or "session_id" not in call.params:
            return None
        owner = call.owner[0].upper(), call.owner[1].upper()
        return _only(list(self._cache.told(owner, call.params["session_id"])))

    def _owner_of_location(self, id: str, evse_uid: str | None) -> Owner | None:
        """The one that has a Location with this id; of several, as ids are theirs to choose, that with this EVSE.

        Either id may be an alias.
        """
        meant = self._cache.aliases.meant
        id, evse_uid = meant(id), evse_uid and meant(evse_uid)
        found = [kept for owner in self._parties() if (kept := self._cache.get("location", owner, id)) is not None]
        if len(found) > 1 and evse_uid is not None:
            found = [kept for kept in found if _has_evse(kept, evse_uid)]
        return _only([kept.owner for kept in found])

    def _owner_of_session(self, id: str, asker: Owner) -> Owner | None:
        """The one that has told anybody of a session with this id; of several, that which has told the asker."""
        found = [owner for owner in self._parties() if self._cache.told(owner, id)]
        if len(found) > 1:
            asker = (asker[0].upper(), asker[1].upper())
            found = [owner for owner in found if asker in self._cache.told(owner, id)]
        return _only(found)

    def _parties(self) -> list[Owner]:
        return [(client.country_code.upper(), client.party_id.upper()) for client in self._directory]

    def reachable(self, to: Owner) -> Client:
        """The party that a message is for. Refused with 4001 or 4003 when it cannot be reached."""
        id = f"{to[0]}-{to[1]}"
        client = self._directory.find(id)
        if client is None:
            raise Refusal(Status.UNKNOWN_RECEIVER, f"This hub knows no party {id}.")
        if client.status is not CONNECTED:
            raise not_connected(id)
        return client


def reservation_of(body: bytes) -> str:
    """The id of the reservation that a command is about; empty when it names none."""
    return str(_read(_read_named, body, _Named()).reservation_id)


def token_type(call: Call) -> str:
    """The type of a token that a URL names, in the words of its version."""
    return dict(parse_qsl(call.query)).get("type", "RFID")


def known_type(call: Call) -> str:
    """The type of what a push is about, as far as it is known: 2.1.1 does not say that of a token."""
    return token_type(call) if call.route.module is ModuleID.TOKENS and call.version != OLDEST else ""


def not_connected(id: str) -> Refusal:
    """The answer for a party that is known and out of reach."""
    return Refusal(Status.RECEIVER_NOT_CONNECTED, f"{id} is not connected at the moment.")


def no_answer(id: str) -> Refusal:
    """The answer for a party that is slower than the hub's own clients can wait for."""
    return Refusal(Status.RECEIVER_TIMEOUT, f"{id} did not answer in time.")


def _only(owners: list[Owner]) -> Owner | None:
    return owners[0] if len(owners) == 1 else None


def _has_evse(location: Kept, uid: str) -> bool:
    return any(evse["uid"].lower() == uid.lower() for evse in location.tree.get("evses") or ())


def _read(decode: Callable[[bytes], T], body: bytes, default: T) -> T:
    try:
        return decode(body)
    except codec.UNREADABLE:
        return default
