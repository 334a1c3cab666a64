"""How sessions are limited from afar: by charging profiles, whose outcome and effect are recorded.

An eMSP limits its own drivers' sessions, an SCSP any session that it is told of; the CPO hears of no difference.
Source: OCPI 2.2.1, ChargingProfiles module; digest, section 3.6.
"""

from collections.abc import Callable, Generator
from decimal import Decimal
from typing import Any

from simpy import Event

from simulator.engine.cause import Cause
from simulator.ocpi.v2_2_1.chargingprofiles import (
    ActiveChargingProfile,
    ChargingProfile,
    ChargingProfilePeriod,
    ChargingRateUnit,
)
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.parties.modules.chargingprofiles import ChargingProfilesSender
from simulator.parties.modules.sessions import SessionsReceiver
from simulator.parties.office import Office

_AHEAD_S = 3_600


class Limiter:
    """Limits sessions for one party; `on_change` hears of the limits that apply whenever a CPO says them."""

    def __init__(
        self,
        office: Office,
        sessions: SessionsReceiver,
        on_change: Callable[[Session, ActiveChargingProfile, Cause], None] | None = None,
    ) -> None:
        self._office = office
        self._on_change = on_change
        self.profiles = ChargingProfilesSender(office, sessions.told_by, self._changed)

    def limit(self, session: Session, limit_w: int | None, duration_s: int | None, cause: Cause) -> None:
        """Limit the power of a session for a while, or lift the limits (None); what comes of it is an event."""
        connection = self._office.peer_of(session.country_code, session.party_id)
        if connection is None:
            return

        def work() -> Generator[Event, Any, None]:
            if limit_w is None:
                result = yield from self.profiles.clear(connection, session, cause)
            else:
                profile = ChargingProfile(
                    start_date_time=self._office.calendar.now(),
                    duration=duration_s,
                    charging_rate_unit=ChargingRateUnit.W,
                    charging_profile_period=(ChargingProfilePeriod(start_period=0, limit=Decimal(limit_w)),),
                )
                result = yield from self.profiles.set(connection, session, profile, cause)
            self._office.journal.event(
                self._office.id,
                "charging_profile_result",
                party=self._office.id,
                subject=session.id,
                data={"result": result, "limit_w": limit_w},
                cause=cause,
            )

        self._office.spawn(work(), f"charging profile of {session.id}")

    def ask(self, session: Session, cause: Cause) -> None:
        """Ask for the limits of a session; what they are for the hour to come is heard as if it were pushed."""
        connection = self._office.peer_of(session.country_code, session.party_id)
        if connection is None:
            return

        def work() -> Generator[Event, Any, None]:
            _, active = yield from self.profiles.active(connection, session, _AHEAD_S, cause)
            if active is not None:
                self._changed(session, active, cause)

        self._office.spawn(work(), f"limits of {session.id}")

    def _changed(self, session: Session, active: ActiveChargingProfile, cause: Cause) -> None:
        profile = active.charging_profile
        periods = [[each.start_period, str(each.limit)] for each in profile.charging_profile_period]
        value = {"unit": profile.charging_rate_unit, "start": active.start_date_time, "periods": periods}
        self._office.journal.state(self._office.id, "charging_profile", session.id, value, cause)
        if self._on_change is not None:
            self._on_change(session, active, cause)
