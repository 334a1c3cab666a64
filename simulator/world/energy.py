"""Exact energy arithmetic: one unit small enough that power times time never needs rounding.

Energy is kept in watt-microseconds (`energy_wus`). With power in whole watts and time in whole microseconds the
energy of a piecewise-constant power is an integer, so a meter, a battery and a CDR can agree to the last digit.
"""

WUS_PER_WH = 3_600_000_000
"""Watt-microseconds in one watt-hour."""


def wh_to_wus(energy_wh: int) -> int:
    """Watt-microseconds of a whole number of watt-hours."""
    return energy_wh * WUS_PER_WH


def time_to_us(energy_wus: int, power_w: int) -> int:
    """Microseconds until `power_w` has delivered `energy_wus`, rounded up so that the energy is reached.

    Zero when there is nothing left to deliver. Raises ValueError when energy is wanted but no power flows.
    """
    if energy_wus <= 0:
        return 0
    if power_w <= 0:
        raise ValueError(f"{energy_wus} W*us are never reached at {power_w} W: expected a power above 0 W.")
    return -(-energy_wus // power_w)
