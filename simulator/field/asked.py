"""What a CPO asked of a running transaction: when each meter value is due, and within which limit it may draw."""

from collections import deque

from simulator.ocpp.messages import ClearChargingProfile, SetChargingProfile, TriggerMeterValue
from simulator.world.limit import UNLIMITED, PowerLimit, Step
from simulator.world.meter import Meter

_US_PER_S = 1_000_000


class AskedReadings:
    """What is still to be sent of one request."""

    __slots__ = ("_at_us", "_at_w", "_at_wh")

    def __init__(self, asked: TriggerMeterValue) -> None:
        self._at_us = deque(sorted(asked.instants_us))
        self._at_wh = deque(sorted(asked.registers_wh))
        self._at_w = asked.powers_w

    def next_us(self, now_us: int, power_w: int, meter: Meter, else_us: int) -> int:
        """When the next is due if the power stays as it is, or `else_us` when that is sooner."""
        next_us = min(self._at_us[0], else_us) if self._at_us else else_us
        if self._at_wh and power_w:
            next_us = min(next_us, now_us + meter.until_wh_us(power_w, self._at_wh[0]))
        return next_us

    def fall_due(self, now_us: int, register_wh: int) -> bool:
        """Whether one is due now; one reading does for all that are."""
        due = False
        while self._at_us and self._at_us[0] <= now_us:
            self._at_us.popleft()
            due = True
        while self._at_wh and self._at_wh[0] <= register_wh:
            self._at_wh.popleft()
            due = True
        return due

    def crosses(self, from_w: int, to_w: int) -> bool:
        """Whether one is due because the power comes to a bound, or falls below it."""
        return any((from_w < bound_w) != (to_w < bound_w) for bound_w in self._at_w)


def limit_of(message: SetChargingProfile | ClearChargingProfile) -> PowerLimit:
    """What the CPO's limits mean; cleared ones none."""
    if isinstance(message, ClearChargingProfile):
        return UNLIMITED
    steps = tuple([Step(message.start_us + period.start_s * _US_PER_S, period.limit_w) for period in message.periods])
    duration_s = message.duration_s
    return PowerLimit(steps, None if duration_s is None else message.start_us + duration_s * _US_PER_S)
