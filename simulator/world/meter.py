"""The energy meter of an EVSE: the register that CDRs are read from.

It keeps the exact energy and shows whole watt-hours. Sessions are differences of the shown register, so what is lost
by rounding in one session is found in the next and the sum stays exact.
"""

from simulator.world.energy import WUS_PER_WH, time_to_us, wh_to_wus


class Meter:
    """A register that only rises. `register_wus` is the exact total in W*us, `register_wh` what the display shows."""

    __slots__ = ("register_wus",)

    def __init__(self, register_wh: int = 0) -> None:
        self.register_wus = wh_to_wus(register_wh)

    @property
    def register_wh(self) -> int:
        """Whole watt-hours shown, rounded down."""
        return self.register_wus // WUS_PER_WH

    def add(self, energy_wus: int) -> None:
        """Count energy in W*us; raises ValueError for a negative amount, since a register never falls."""
        if energy_wus < 0:
            raise ValueError(f"A meter cannot count {energy_wus} W*us: expected 0 or more.")
        self.register_wus += energy_wus

    def until_wh_us(self, power_w: int, register_wh: int) -> int:
        """Microseconds at `power_w` until the display shows `register_wh`; 0 if it does, ValueError at no power."""
        return time_to_us(wh_to_wus(register_wh) - self.register_wus, power_w)
