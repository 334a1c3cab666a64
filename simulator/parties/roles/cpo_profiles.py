"""What a CPO does about its partners' charging profiles: it passes the limits on to the charge point, which obeys.

Limits in A are per phase, so what they are in W depends on the phases and the voltage of the EVSE. After a profile has
once been accepted, its sender (the eMSP that pays, or an SCSP) hears of each change that the CPO knows of; not before.
Source: OCPI 2.2.1, ChargingProfiles module; digest, section 3.6.
"""

from collections.abc import Callable
from decimal import Decimal

from msgspec import Struct

from simulator.ocpi.v2_2_1.chargingprofiles import (
    ActiveChargingProfile,
    ActiveChargingProfileResult,
    ChargingProfile,
    ChargingProfilePeriod,
    ChargingProfileResponseType,
    ChargingProfileResult,
    ChargingProfileResultType,
    ChargingRateUnit,
    ClearProfileResult,
)
from simulator.ocpi.v2_2_1.locations import Capability
from simulator.ocpp.messages import (
    Answer,
    ChargingSchedulePeriod,
    ClearChargingProfile,
    CompositeSchedule,
    GetCompositeSchedule,
    SetChargingProfile,
)
from simulator.parties.call import Call
from simulator.parties.connection import Connection
from simulator.parties.modules.chargingprofiles import ChargingProfilesReceiver, Told
from simulator.parties.office import Office
from simulator.parties.roles.charge_points import ChargePoints, accepts
from simulator.parties.roles.cpo_capabilities import why_not_supported
from simulator.parties.roles.cpo_session import CpoSession
from simulator.world.evse import PowerType, rating_from_connector

WINDOW_S = 3_600
"""How far ahead a change of limits is told. OCPI recommends 5 to 60 minutes."""

LEAST_PAUSE_US = 5_000_000
"""A profile that comes sooner after the one before is TOO_OFTEN."""

_ACCEPTED = ChargingProfileResultType.ACCEPTED
_REJECTED = ChargingProfileResultType.REJECTED


class _Limited(Struct):
    """A session that has been limited; `watchers` are those of whom a profile has been accepted."""

    last_us: int
    watchers: dict[str, Connection]


class ProfileDesk:
    """Takes charging profiles for one CPO, as its Desk; `to_limit` finds a running session that a peer may limit."""

    def __init__(
        self, office: Office, charge_points: ChargePoints, to_limit: Callable[[Connection, str], CpoSession | None]
    ) -> None:
        self._office = office
        self._charge_points = charge_points
        self._to_limit = to_limit
        self._limited: dict[str, _Limited] = {}
        self._receiver = ChargingProfilesReceiver(office, self)

    def set(self, call: Call, profile: ChargingProfile, told: Told) -> ChargingProfileResponseType:
        """See Desk."""
        session = self._to_limit(call.connection, told.session_id)
        if session is None:
            return ChargingProfileResponseType.UNKNOWN_SESSION
        if self._is_incapable(call, session):
            return ChargingProfileResponseType.NOT_SUPPORTED
        now_us = self._office.calendar.now_us
        limited = self._limited.get(session.id)
        if limited is not None and now_us - limited.last_us < LEAST_PAUSE_US:
            return ChargingProfileResponseType.TOO_OFTEN
        watts = _watts(profile, session)
        if watts is None or not watts:
            return ChargingProfileResponseType.REJECTED
        watchers = limited.watchers if limited is not None else {}
        self._limited[session.id] = _Limited(now_us, watchers)
        start = profile.start_date_time
        start_us = self._office.calendar.at_us(start) if start is not None else now_us
        request = SetChargingProfile(session.transaction_id, start_us, profile.duration, watts)

        def answered(accepted: bool) -> None:
            result = ChargingProfileResult(result=_ACCEPTED if accepted else _REJECTED)
            self._receiver.tell(told, result, call.cause)
            if accepted:
                watchers[call.connection.peer_id] = call.connection
                self._tell_change(call, session, watchers)

        self._ask(session, request, lambda answer: answered(accepts(answer)), call)
        return ChargingProfileResponseType.ACCEPTED

    def clear(self, call: Call, told: Told) -> ChargingProfileResponseType:
        """See Desk."""
        session = self._to_limit(call.connection, told.session_id)
        if session is None:
            return ChargingProfileResponseType.UNKNOWN_SESSION
        if self._is_incapable(call, session):
            return ChargingProfileResponseType.NOT_SUPPORTED
        limited = self._limited.get(session.id)

        def answered(answer: Answer | None) -> None:
            accepted = accepts(answer)
            known = ChargingProfileResultType.UNKNOWN if limited is None else _ACCEPTED
            self._receiver.tell(told, ClearProfileResult(result=known if accepted else _REJECTED), call.cause)
            if accepted and limited is not None and limited.watchers:
                self._tell_change(call, session, limited.watchers)

        self._ask(session, ClearChargingProfile(session.transaction_id), answered, call)
        return ChargingProfileResponseType.ACCEPTED

    def active(self, call: Call, duration_s: int, told: Told) -> ChargingProfileResponseType:
        """See Desk."""
        session = self._to_limit(call.connection, told.session_id)
        if session is None:
            return ChargingProfileResponseType.UNKNOWN_SESSION
        if self._is_incapable(call, session):
            return ChargingProfileResponseType.NOT_SUPPORTED

        def answered(answer: Answer | None) -> None:
            active = self._active(answer, duration_s)
            result = _ACCEPTED if active is not None else _REJECTED
            self._receiver.tell(told, ActiveChargingProfileResult(result=result, profile=active), call.cause)

        self._ask(session, GetCompositeSchedule(session.transaction_id, duration_s), answered, call)
        return ChargingProfileResponseType.ACCEPTED

    def _is_incapable(self, call: Call, session: CpoSession) -> bool:
        capability = Capability.CHARGING_PROFILE_CAPABLE
        return bool(why_not_supported(self._office, call, (session.place.evse,), capability))

    def _tell_change(self, call: Call, session: CpoSession, watchers: dict[str, Connection]) -> None:
        def answered(answer: Answer | None) -> None:
            active = self._active(answer, WINDOW_S)
            if active is not None:
                for connection in watchers.values():
                    self._receiver.push(connection, session.id, active, call.cause)

        self._ask(session, GetCompositeSchedule(session.transaction_id, WINDOW_S), answered, call)

    def _ask(
        self,
        session: CpoSession,
        request: SetChargingProfile | ClearChargingProfile | GetCompositeSchedule,
        answered: Callable[[Answer | None], None],
        call: Call,
    ) -> None:
        self._charge_points.ask(session.place.evse.uid, request, answered, call.cause)

    def _active(self, answer: Answer | None, duration_s: int) -> ActiveChargingProfile | None:
        if not isinstance(answer, CompositeSchedule) or not answer.accepted:
            return None
        now = self._office.calendar.now()
        return ActiveChargingProfile(
            start_date_time=now,
            charging_profile=ChargingProfile(
                start_date_time=now,
                duration=duration_s,
                charging_rate_unit=ChargingRateUnit.W,
                charging_profile_period=tuple(
                    [
                        ChargingProfilePeriod(start_period=period.start_s, limit=Decimal(period.limit_w))
                        for period in answer.periods
                    ]
                ),
            ),
        )


def _watts(profile: ChargingProfile, session: CpoSession) -> tuple[ChargingSchedulePeriod, ...] | None:
    """The steps of a profile in W, cut to whole ones; None when its limits in A cannot be read at this connector."""
    per_ampere = Decimal(1)
    if profile.charging_rate_unit is ChargingRateUnit.A:
        connector = session.place.connector
        power_type: PowerType = connector.power_type.value
        try:
            rating = rating_from_connector(
                power_type, connector.max_voltage, connector.max_amperage, connector.max_electric_power
            )
        except ValueError:
            return None
        per_ampere = Decimal(rating.voltage_v * rating.phases)
    starts = [period.start_period for period in profile.charging_profile_period]
    if starts != sorted(starts) or any(period.limit < 0 for period in profile.charging_profile_period):
        return None
    return tuple(
        [
            ChargingSchedulePeriod(period.start_period, int(period.limit * per_ampere))
            for period in profile.charging_profile_period
        ]
    )
