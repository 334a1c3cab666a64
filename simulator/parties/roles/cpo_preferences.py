"""What a CPO says to a driver's charging preferences, and what it remembers of them.

A profile needs a tariff of its kind at the connector; charging cheap or green needs to know how much until when.
Source: OCPI 2.2.1, Sessions module, ChargingPreferences; digest, sections 2.4 and 3.3.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.locations import Capability
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, ChargingPreferencesResponse
from simulator.ocpi.v2_2_1.tariffs import TariffType
from simulator.ocpi.v2_2_1.types import ProfileType
from simulator.parties.call import Call, Refusal
from simulator.parties.modules.ownership import unknown
from simulator.parties.office import Office
from simulator.parties.roles.cpo_session import CpoSession

_TARIFFS: Final = {
    ProfileType.CHEAP: TariffType.PROFILE_CHEAP,
    ProfileType.FAST: TariffType.PROFILE_FAST,
    ProfileType.GREEN: TariffType.PROFILE_GREEN,
    ProfileType.REGULAR: TariffType.REGULAR,
}
_PLANNED: Final = (ProfileType.CHEAP, ProfileType.GREEN)
"""The profiles for which charging is put at the better hours until departure."""

_US_PER_H: Final = 3_600_000_000


class PreferenceDesk:
    """Answers for one CPO; accepted preferences are a state of the session, for whoever plans its power."""

    def __init__(self, office: Office, open_session: Callable[[str, str], CpoSession | None]) -> None:
        self._office = office
        self._open_session = open_session

    def decide(self, call: Call, wanted: ChargingPreferences) -> ChargingPreferencesResponse:
        """See sessions.Prefer."""
        id = call.params["session_id"]
        session = self._open_session(call.connection.peer_id, id)
        if session is None:
            raise unknown("Session", id)
        if Capability.CHARGING_PREFERENCES_CAPABLE not in session.place.evse.capabilities:
            sentence = f"EVSE {session.place.evse.uid} is not {Capability.CHARGING_PREFERENCES_CAPABLE}."
            raise Refusal(Status.INVALID_PARAMETERS, sentence, 404)
        answer = self._answer(session, wanted)
        if answer is ChargingPreferencesResponse.ACCEPTED:
            value = {
                "profile_type": wanted.profile_type,
                "departure_time": wanted.departure_time,
                "energy_need": None if wanted.energy_need is None else str(wanted.energy_need),
            }
            self._office.journal.state(self._office.id, "charging_preferences", session.id, value, call.cause)
        return answer

    def _answer(self, session: CpoSession, wanted: ChargingPreferences) -> ChargingPreferencesResponse:
        tariff = session.place.tariff
        if tariff is not None and tariff.type not in (None, _TARIFFS[wanted.profile_type]):
            return ChargingPreferencesResponse.PROFILE_TYPE_NOT_SUPPORTED
        if wanted.profile_type in _PLANNED:
            if wanted.departure_time is None:
                return ChargingPreferencesResponse.DEPARTURE_REQUIRED
            if wanted.energy_need is None:
                return ChargingPreferencesResponse.ENERGY_NEED_REQUIRED
        if wanted.departure_time is not None and wanted.energy_need is not None:
            left_us = self._office.calendar.at_us(wanted.departure_time) - self._office.calendar.now_us
            power_w = session.place.connector.max_electric_power
            if power_w is not None and wanted.energy_need * 1000 > Decimal(power_w) * left_us / _US_PER_H:
                return ChargingPreferencesResponse.NOT_POSSIBLE
        return ChargingPreferencesResponse.ACCEPTED
