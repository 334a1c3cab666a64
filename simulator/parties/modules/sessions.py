"""Sessions: the CPO's running sessions, each shown to the eMSP of its token, and an eMSP's copies.

A driver's charging preferences go the other way, to the Sender. Source: OCPI 2.2.1, Sessions module.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi import codec
from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.ocpi.patch import apply_patch, apply_session_patch
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.cdrs import CdrToken, ChargingPeriod
from simulator.ocpi.v2_2_1.sessions import (
    ChargingPreferences,
    ChargingPreferencesResponse,
    Session,
    SessionStatus,
)
from simulator.parties.call import CREATED, DONE, Call, Refusal, Reply
from simulator.parties.connection import Connection
from simulator.parties.dialect import HOME, OLDEST
from simulator.parties.modules.order import newer, overtaken
from simulator.parties.modules.ownership import must_match, must_stay, not_ours, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.store import Store, page
from simulator.parties.taking import Receiver

if TYPE_CHECKING:
    from simulator.ocpi.translation import Loss

PAGE_LIMIT = 100
ENDED = (SessionStatus.COMPLETED, SessionStatus.INVALID)
_ACTIVE = SessionStatus.ACTIVE
_BEFORE = (SessionStatus.PENDING, SessionStatus.RESERVATION)


class RunningSession(Protocol):
    """A session in its owner's books; the message about it is made when somebody asks."""

    id: str
    last_updated: str

    def whole(self) -> Session:
        """The Session object as it is now."""

    def losses(self, version: str) -> "tuple[Loss, ...]":
        """What that does not say as it is written, in this version."""


Prefer = Callable[[Call, ChargingPreferences], ChargingPreferencesResponse]
"""What the CPO says to charging preferences for the session that the call names. Raises Refusal."""


class SessionsSender:
    """Serves the party's sessions; a peer may say what drivers prefer.

    It sees the sessions of its own tokens only, but an SCSP, which may limit any, sees all.
    """

    def __init__(self, office: Office, prefer: Prefer) -> None:
        self.by_peer: dict[str, Store[RunningSession]] = {}
        self._all: Store[RunningSession] = Store()
        self._prefer = prefer
        office.platform.offer(
            ModuleID.SESSIONS,
            InterfaceRole.SENDER,
            {"get_list": self._get_list, "put_charging_preferences": self._put_preferences},
        )

    def put(self, peer_id: str, session: RunningSession) -> None:
        """Keep a session for the peer whose token it was."""
        self.by_peer.setdefault(peer_id, Store()).put(session, session.id)
        self._all.put(session, session.id)

    def get(self, id: str) -> RunningSession | None:
        """The session with this id, whoever may see it."""
        return self._all.get(id)

    def _get_list(self, call: Call) -> Reply:
        sessions = self._shown_to(call.connection)
        shown, headers = page(sessions, lambda session: session.last_updated, call, PAGE_LIMIT, date_from_required=True)
        losses = [session.losses(call.version) for session in shown]
        return call.reply_list([session.whole() for session in shown], headers, losses=losses)

    def _shown_to(self, connection: Connection) -> list[RunningSession]:
        if connection.peer_role is Role.SCSP:
            return list(self._all)
        return list(self.by_peer.get(connection.peer_id, ()))

    def _put_preferences(self, call: Call) -> Reply:
        return Reply(codec.encode(self._prefer(call, call.read(ChargingPreferences))))


class SessionsReceiver(Receiver[Session]):
    """Keeps copies of the peers' sessions, of tokens that it `may_see`; `on_change` hears of each new state."""

    def __init__(
        self, office: Office, on_change: Callable[[Session, Cause], None], may_see: Callable[[CdrToken], bool]
    ) -> None:
        super().__init__(office)
        self._may_see = may_see
        self._on_change = on_change
        office.platform.offer(
            ModuleID.SESSIONS,
            InterfaceRole.RECEIVER,
            {"get_session": self._get, "put_session": self._put, "patch_session": self._patch},
        )

    def told_by(self, connection: Connection, id: str) -> Session | None:
        """The session with this id that belongs to whoever speaks over a connection."""
        members = [(member.country_code, member.party_id) for member in connection.members]
        owners = [(connection.peer_country_code, connection.peer_party_id), *members]
        return next((found for owner in owners if (found := self.store.get(*owner, id)) is not None), None)

    def must_concern_us(self, obj: Session) -> None:
        """See Receiver: it goes to the owner of its token, and to who may limit it."""
        if not self._may_see(obj.cdr_token):
            raise not_ours(obj.cdr_token)

    def must_follow(self, known: Session, later: Session) -> None:
        """See Receiver."""
        _must_follow(known, later.status, later.last_updated)

    def stale_us(self, known: Session | None, later: Session) -> int:
        """See Receiver: since its last change at least; when the first one was missed nobody says."""
        del known
        return self._age_us(later)

    def keep(self, obj: Session, original: Any, cause: Cause) -> None:
        """See Receiver."""
        self.store.put(obj, obj.country_code, obj.party_id, obj.id, original=original)
        self._on_change(obj, cause)

    def prefer(
        self, connection: Connection, session: Session, preferences: ChargingPreferences, cause: Cause
    ) -> Generator[Event, Any, str]:
        """Say what a session's driver prefers; returns OCPI's word for what the CPO says to it, or a sentence."""
        endpoint = connection.endpoint(ModuleID.SESSIONS, InterfaceRole.SENDER)
        if endpoint is None or connection.version == OLDEST:
            return f"{connection.peer_id} takes no charging preferences."
        subject = Subject(
            module=ModuleID.SESSIONS.value,
            interface="SENDER",
            route="sessions.sender.put_charging_preferences",
            version=connection.version,
            object_kind="ChargingPreferences",
            object_id=session.id,
            session_id=session.id,
            token_uid=session.cdr_token.uid,
            location_id=session.location_id,
        )
        client = self._office.client
        url, body = join_url(endpoint, session.id, "charging_preferences"), connection.dialect.encode(preferences)
        exchange = client.send(connection, "PUT", url, subject, cause, body)
        if exchange is not None:
            yield exchange
        answer = client.read(exchange)
        word = client.decode(exchange, answer, lambda data: codec.decode(data, ChargingPreferencesResponse))
        return word.value if word is not None else answer.problem

    def _known(self, call: Call) -> Session:
        """The session that the URL names, if its owner is the caller's."""
        owner_of(call)
        session = self.store.at(call.key)
        if session is None:
            raise unknown("Session", call.params["session_id"])
        return session

    def _original(self, call: Call) -> Any:
        """The session that the URL names as it came, None when it is of another version than is spoken."""
        if call.dialect.version == HOME:
            return None
        return self.store.original(call.class_of(Session), *owner_of(call), call.params["session_id"])

    def _get(self, call: Call) -> Reply:
        return call.reply(self._known(call), self._original(call))

    def _put(self, call: Call) -> Reply:
        country_code, party_id = owner_of(call)
        session = call.read(Session)
        must_match(call, session)
        self.must_concern_us(session)
        known = self.store.told(country_code, party_id, session.id)
        if known is None or not overtaken(self._journal, call, known.last_updated, session.last_updated):
            if known is not None:
                self.must_follow(known, session)
            self.keep(session, call.original(Session), call.cause)
        return CREATED if known is None else DONE

    def _patch(self, call: Call) -> Reply:
        version, known = call.dialect.version, self._known(call)
        patch = call.read_patch(Session)
        if not patch.id is patch.country_code is patch.party_id is UNSET:
            must_stay(known, patch, "id", "country_code", "party_id")
        goes_on = known.status is _ACTIVE and patch.status is UNSET  # as nearly all do
        late = False
        if not goes_on or newer(known.last_updated, patch.last_updated):
            late = self._is_late(call, known, patch)
        changed = patched(known, patch, version, late=late)
        if changed is not known:
            if changed.cdr_token is not known.cdr_token:
                self.must_concern_us(changed)
            original = None if version == HOME else self._original(call)
            if original is not None:
                original = patched(original, call.original_patch(Session), version, late=late)
            self.store.amend(call.key, changed, original)
            self._on_change(changed, call.cause)
        return DONE

    def _is_late(self, call: Call, known: Session, patch: Any) -> bool:
        """Whether a PATCH is of an older state than is known; refuses one that the known state cannot lead to."""
        if self.store.doubts(known.country_code, known.party_id, known.id):
            return False
        if overtaken(self._journal, call, known.last_updated, patch.last_updated):
            return True
        _must_follow(known, patch.status, patch.last_updated)
        return False


def patched(session: Any, patch: Any, version: str, *, late: bool) -> Any:
    """A session, or the original of one, after a PATCH of a version; of one that came late it takes new periods only.

    In 2.1.1 a list replaces what was there, as in any other PATCH.
    """
    if version == OLDEST:
        return session if late else apply_patch(session, patch)
    if patch.charging_periods:
        periods = session.charging_periods
        added = _unknown_of(patch.charging_periods, periods)
        if late and added:
            in_order = tuple(sorted(periods + added, key=lambda period: parse_datetime(period.start_date_time)))
            return replace(session, charging_periods=in_order)
        if len(added) != len(patch.charging_periods):
            patch = replace(patch, charging_periods=added)
    return session if late else apply_session_patch(session, patch)


def _must_follow(known: Session, status: SessionStatus | UnsetType | None, last_updated: str) -> None:
    """Refuse with 2001 a later state that the known one cannot lead to: what has ended never changes again.

    That state itself may be told again, and more fully. Source: OCPI 2.2.1, Sessions, SessionStatus; digest, 3.3.
    """
    if known.status in ENDED and newer(last_updated, known.last_updated):
        message = f"Session {known.id!r} is {known.status.value} and does not change any more."
    elif status in (UNSET, None, known.status) or known.status in _BEFORE:
        return
    elif known.status in ENDED or status in _BEFORE:
        message = f"Session {known.id!r} is {known.status.value} and cannot become {status}."
    else:
        return
    raise Refusal(Status.INVALID_PARAMETERS, message)


def _unknown_of(added: tuple[ChargingPeriod, ...], known: tuple[ChargingPeriod, ...]) -> tuple[ChargingPeriod, ...]:
    """A network may deliver a PATCH twice: a period that starts when a known one does is the same period."""
    if not known or newer(added[0].start_date_time, known[-1].start_date_time):
        # Periods follow each other: those of a PATCH begin where the known ones end.
        return added
    starts = [period.start_date_time for period in known]
    return tuple([period for period in added if period.start_date_time not in starts])
