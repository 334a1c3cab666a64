"""The meter values that a CPO asked of a running transaction: when each is due."""

from collections import deque

from simulator.ocpp.messages import TriggerMeterValue
from simulator.world.meter import Meter


class AskedReadings:
    """What is still to be sent of one request."""

    __slots__ = ("_at_us", "_at_wh")

    def __init__(self, asked: TriggerMeterValue) -> None:
        self._at_us = deque(sorted(asked.instants_us))
        self._at_wh = deque(sorted(asked.registers_wh))

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
