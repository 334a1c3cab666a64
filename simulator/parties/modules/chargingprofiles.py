"""Charging profiles: an eMSP or SCSP limits a session's power; the CPO answers at once and tells results later.

Source: OCPI 2.2.1, ChargingProfiles module; digest, section 3.6. The results of setting and clearing look alike, so
the kind stands in the `response_url`.
"""

from collections.abc import Callable, Generator
from typing import Any, Protocol
from urllib.parse import parse_qs, quote

from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi.findings import section_in
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.chargingprofiles import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfile,
    ChargingProfileResponse,
    ChargingProfileResponseType,
    ChargingProfileResult,
    ClearProfileResult,
    SetChargingProfile,
)
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.call import DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.dialect import Unsayable
from simulator.parties.modules.ownership import Key, key_of, unknown
from simulator.parties.modules.results import RESULT_TIMEOUT_S, Results, must_be_told
from simulator.parties.modules.sessions import ENDED
from simulator.parties.office import Office

Result = ActiveChargingProfileResult | ChargingProfileResult | ClearProfileResult

_KINDS: dict[str, type[Result]] = {
    "active_charging_profile": ActiveChargingProfileResult,
    "charging_profile": ChargingProfileResult,
    "clear_profile": ClearProfileResult,
}
_ROUTES: dict[type[Result], str] = {
    ActiveChargingProfileResult: "post_active_charging_profile_result",
    ChargingProfileResult: "post_charging_profile_result",
    ClearProfileResult: "post_clear_profile_result",
}


_PERHAPS_SET = (ChargingProfileResponseType.ACCEPTED.value, "TIMEOUT", "UNREACHABLE")
"""What may have come of setting a profile that is in force: who hears nothing cannot know."""


class Told(Struct, frozen=True):
    """Where a result is to be told: the asker's URL, and the session that it is about."""

    connection: Connection
    url: str
    session_id: str


class Desk(Protocol):
    """What a Receiver decides; each answer is direct, the result follows by `ChargingProfilesReceiver.tell`."""

    def set(self, call: Call, profile: ChargingProfile, told: Told) -> ChargingProfileResponseType:
        """Limit a session."""

    def clear(self, call: Call, told: Told) -> ChargingProfileResponseType:
        """Lift the limits of a session."""

    def active(self, call: Call, duration_s: int, told: Told) -> ChargingProfileResponseType:
        """Find out the limits of a session for a time to come."""


class ChargingProfilesReceiver:
    """The side of a CPO, or of an eMSP towards an SCSP."""

    def __init__(self, office: Office, desk: Desk) -> None:
        self._office = office
        self._desk = desk
        office.platform.offer(
            ModuleID.CHARGING_PROFILES,
            InterfaceRole.RECEIVER,
            {
                "get_active_charging_profile": self._get,
                "put_charging_profile": self._put,
                "delete_charging_profile": self._delete,
            },
        )

    def tell(self, told: Told, result: Result, cause: Cause) -> None:
        """Tell whoever asked what the charge point made of it."""
        subject = _subject(told.connection, "SENDER", _ROUTES[type(result)], type(result), told.session_id)
        body = told.connection.dialect.encode(result)
        self._office.client.send(told.connection, "POST", told.url, subject, cause, body)

    def push(self, connection: Connection, session_id: str, active: ActiveChargingProfile, cause: Cause) -> None:
        """Tell a party that has limited a session that the limits have changed."""
        url = connection.endpoint(ModuleID.CHARGING_PROFILES, InterfaceRole.SENDER)
        if url is not None:
            subject = _subject(connection, "SENDER", "put_active_charging_profile", ActiveChargingProfile, session_id)
            body = connection.dialect.encode(active)
            self._office.client.send(connection, "PUT", join_url(url, session_id), subject, cause, body)

    def _put(self, call: Call) -> Reply:
        body = call.read(SetChargingProfile)
        told = self._told(call, body.response_url)
        return _answer(call, self._desk.set(call, body.charging_profile, told))

    def _delete(self, call: Call) -> Reply:
        told = self._told(call, _asked(call, "response_url"))
        return _answer(call, self._desk.clear(call, told))

    def _get(self, call: Call) -> Reply:
        duration = _asked(call, "duration")
        if not duration.isascii() or not duration.isdecimal() or not 0 < int(duration) <= 10**8:
            raise Refusal(Status.INVALID_PARAMETERS, f"duration {duration!r} is not a number of seconds above 0.")
        told = self._told(call, _asked(call, "response_url"))
        return _answer(call, self._desk.active(call, int(duration), told))

    def _told(self, call: Call, response_url: str) -> Told:
        must_be_told(self._office, call.connection, response_url)
        return Told(call.connection, response_url, call.params["session_id"])


class ChargingProfilesSender:
    """The side of whoever limits sessions; `on_active` hears of changes in the limits of these.

    `find` gives the session with an id that belongs to whoever speaks over a connection.
    """

    def __init__(
        self,
        office: Office,
        find: Callable[[Connection, str], Session | None],
        on_active: Callable[[Session, ActiveChargingProfile, Cause], None],
    ) -> None:
        self._office = office
        self._find = find
        self._on_active = on_active
        self._limited: dict[Key, None] = {}
        self._results: Results[Result] = Results(office, ModuleID.CHARGING_PROFILES)
        office.platform.offer(
            ModuleID.CHARGING_PROFILES,
            InterfaceRole.SENDER,
            {
                "put_active_charging_profile": self._put_active,
                "post_active_charging_profile_result": self._result_of("active_charging_profile"),
                "post_charging_profile_result": self._result_of("charging_profile"),
                "post_clear_profile_result": self._result_of("clear_profile"),
            },
        )

    def set(
        self, connection: Connection, session: Session, profile: ChargingProfile, cause: Cause
    ) -> Generator[Event, Any, str]:
        """Limit a session; returns OCPI's word for what came of it, TIMEOUT or UNREACHABLE."""
        id, url = self._results.new(connection, "charging_profile")
        try:
            body = connection.dialect.encode(SetChargingProfile(charging_profile=profile, response_url=url))
        except Unsayable:
            return ChargingProfileResponseType.NOT_SUPPORTED.value
        key = key_of(session)
        before = key in self._limited
        # The CPO may tell the limits before its result has come.
        self._limited[key] = None
        result = yield from self._run(connection, "PUT", session.id, "put_charging_profile", "", body, id, cause)
        word = _word(result)
        if word in _PERHAPS_SET:
            self._limited[key] = None
        elif not before:
            self._limited.pop(key, None)
        return word

    def clear(self, connection: Connection, session: Session, cause: Cause) -> Generator[Event, Any, str]:
        """Lift the limits of a session; returns as `set` does."""
        id, url = self._results.new(connection, "clear_profile")
        query = f"?response_url={quote(url, safe='')}"
        result = yield from self._run(
            connection, "DELETE", session.id, "delete_charging_profile", query, b"", id, cause
        )
        return _word(result)

    def active(
        self, connection: Connection, session: Session, duration_s: int, cause: Cause
    ) -> Generator[Event, Any, tuple[str, ActiveChargingProfile | None]]:
        """Ask for the limits of a session; returns a word as `set` does, and the limits if they were told."""
        id, url = self._results.new(connection, "active_charging_profile")
        query = f"?duration={duration_s}&response_url={quote(url, safe='')}"
        result = yield from self._run(
            connection, "GET", session.id, "get_active_charging_profile", query, b"", id, cause
        )
        return _word(result), result.profile if isinstance(result, ActiveChargingProfileResult) else None

    def _run(
        self,
        connection: Connection,
        method: str,
        session_id: str,
        route: str,
        query: str,
        body: bytes,
        id: str,
        cause: Cause,
    ) -> Generator[Event, Any, Result | str]:
        endpoint, dialect = connection.endpoint(ModuleID.CHARGING_PROFILES, InterfaceRole.RECEIVER), connection.dialect
        if endpoint is None:
            return "UNREACHABLE"
        subject = _subject(connection, "RECEIVER", route, ChargingProfile, session_id)
        url = join_url(endpoint, session_id) + query
        return (
            yield from self._results.wait(
                connection,
                id,
                lambda: self._office.client.send(connection, method, url, subject, cause, body),
                lambda data: dialect.decode(data, ChargingProfileResponse),
            )
        )

    def _result_of(self, kind: str) -> Callable[[Call], Reply]:
        return lambda call: self._results.take(call, call.read(_KINDS[kind]))

    def _put_active(self, call: Call) -> Reply:
        id = call.params["session_id"]
        session = self._find(call.connection, id)
        if session is None:
            raise unknown("Session", id)
        active = call.read(ActiveChargingProfile)
        if session.status in ENDED:
            raise Refusal(Status.INVALID_PARAMETERS, f"Session {id!r} is {session.status.value}: nothing limits it.")
        if key_of(session) not in self._limited:
            self._office.journal.hint(
                call.cause.id,
                "profile-not-set",
                "error",
                f"The limits of session {id!r} are told though no profile was set here: not before that.",
                "",
                section_in("OCPI chargingprofiles, Sender Interface", call.version),
                by=call.line.peer_platform,
            )
        self._on_active(session, active, call.cause)
        return DONE


def _word(result: Result | str) -> str:
    return result if isinstance(result, str) else result.result.value


def _answer(call: Call, result: ChargingProfileResponseType) -> Reply:
    return call.reply(ChargingProfileResponse(result=result, timeout=RESULT_TIMEOUT_S))


def _asked(call: Call, name: str) -> str:
    values = parse_qs(call.query).get(name)
    if not values:
        raise Refusal(Status.INVALID_PARAMETERS, f"The query parameter {name} is missing.")
    return values[0]


def _subject(connection: Connection, side: str, route: str, cls: type[Struct], session_id: str) -> Subject:
    return Subject(
        module=ModuleID.CHARGING_PROFILES.value,
        interface=side,
        route=f"chargingprofiles.{side.lower()}.{route}",
        version=connection.version,
        object_kind=cls.__name__,
        object_id=session_id,
        session_id=session_id,
    )
