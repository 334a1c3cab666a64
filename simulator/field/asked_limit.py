"""What a CPO's charging profile means to the EVSE that obeys it.

Source: OCPP 2.0.1, part 2, ChargingProfileType and ChargingScheduleType; each period holds until the next.
"""

from typing import Final

from simulator.ocpp.messages import ClearChargingProfile, SetChargingProfile
from simulator.world.limit import UNLIMITED, PowerLimit, Step

_US_PER_S: Final = 1_000_000


def limit_of(message: SetChargingProfile | ClearChargingProfile) -> PowerLimit:
    """The limit in W from now on; none when it is cleared."""
    if isinstance(message, ClearChargingProfile):
        return UNLIMITED
    steps = tuple([Step(message.start_us + period.start_s * _US_PER_S, period.limit_w) for period in message.periods])
    duration_s = message.duration_s
    return PowerLimit(steps, None if duration_s is None else message.start_us + duration_s * _US_PER_S)
