"""What an EVSE can deliver, read from a connector's figures as real data give them.

OCPI gives maximum voltage, maximum current and perhaps a power (Connector, Locations module). In published data the
voltage of three-phase connectors is line-to-neutral (230) or line-to-line (400), and the power is sometimes in kW.
Everything after this file sees one meaning: voltage per phase, current per phase, power in W.
"""

from functools import lru_cache
from math import isqrt
from typing import Literal

from msgspec import Struct

from simulator.world.vehicle import Vehicle

PowerType = Literal["AC_1_PHASE", "AC_2_PHASE", "AC_2_PHASE_SPLIT", "AC_3_PHASE", "DC"]

# A split-phase supply is one load between two live conductors, hence one phase of twice the voltage.
_PHASES: dict[PowerType, int] = {"AC_1_PHASE": 1, "AC_2_PHASE": 2, "AC_2_PHASE_SPLIT": 1, "AC_3_PHASE": 3, "DC": 1}

_LINE_TO_NEUTRAL_MAX_V = 300
_SPLIT_LINE_TO_NEUTRAL_MAX_V = 150
_SMALLEST_POWER_W = 1_000  # IEC 61851 starts at 6 A; 230 V make 1,380 W, so less than 1,000 is a number of kW
_LARGEST_DC_POWER_W = 4_000_000  # just above the Megawatt Charging System's 3.75 MW


class EvseRating(Struct, frozen=True):
    """What one EVSE can deliver.

    `voltage_v` is per phase (line to neutral; between the two lives of a split-phase supply), `current_a` per phase,
    `power_w` the limit of all phases together. For DC the voltage and current are the maxima, reached one at a time.
    """

    power_type: PowerType
    voltage_v: int
    current_a: int
    power_w: int

    @property
    def phases(self) -> int:
        """Number of phases a vehicle can draw from; 1 for DC and for split-phase."""
        return _PHASES[self.power_type]


@lru_cache(maxsize=1024)
def rating_from_connector(
    power_type: PowerType, max_voltage: int, max_amperage: int, max_electric_power: int | None
) -> EvseRating:
    """Rating of a connector from its OCPI figures (V, A, W).

    Above 300 V a two- or three-phase voltage is taken as line-to-line, so three-phase power is sqrt(3) * U * I;
    up to 300 V it is 3 * U * I. `max_electric_power` wins when plausible: below 1,000 it is read as kW; for AC it may
    reach twice what voltage and current give (the current is then raised to fit), for DC 4 MW. Raises ValueError
    when no power can be derived.
    """
    if power_type not in _PHASES:
        raise ValueError(f"Connector power type {power_type!r} is not known: expected one of {', '.join(_PHASES)}.")
    phases = _PHASES[power_type]
    voltage_v, current_a = max(0, max_voltage), max(0, max_amperage)
    power_w = phases * voltage_v * current_a
    if power_type in ("AC_2_PHASE", "AC_3_PHASE") and voltage_v > _LINE_TO_NEUTRAL_MAX_V:
        power_w = isqrt((phases * voltage_v * current_a) ** 2 // 3)
        voltage_v = (isqrt(4 * voltage_v * voltage_v // 3) + 1) // 2  # U / sqrt(3), to the nearest volt
    elif power_type == "AC_2_PHASE_SPLIT" and voltage_v <= _SPLIT_LINE_TO_NEUTRAL_MAX_V:
        voltage_v, power_w = 2 * voltage_v, 2 * power_w

    stated_w = max_electric_power or 0
    if 0 < stated_w < _SMALLEST_POWER_W:
        stated_w *= 1_000
    if stated_w > 0 and _is_plausible(power_type, stated_w, power_w):
        if power_type != "DC" and voltage_v > 0:
            current_a = max(current_a, (stated_w + phases * voltage_v // 2) // (phases * voltage_v))
        power_w = stated_w
    if power_w <= 0:
        raise ValueError(
            f"A {power_type} connector with {max_voltage} V, {max_amperage} A and power {max_electric_power} "
            "has no power: expected voltage and current, or max_electric_power, above 0."
        )
    return EvseRating(power_type, voltage_v, current_a, power_w)


def _is_plausible(power_type: PowerType, stated_w: int, derived_w: int) -> bool:
    if power_type == "DC":
        return stated_w <= _LARGEST_DC_POWER_W
    return derived_w == 0 or stated_w <= 2 * derived_w


def charging_power_w(rating: EvseRating, vehicle: Vehicle) -> int:
    """The most this vehicle can draw at this EVSE, in W; 0 if they cannot connect (DC into a car without DC).

    AC: the phases both have, at the smaller current of the two, within both powers. DC: the smaller power. The
    battery may accept less as it fills (`Battery.acceptance_w`).
    """
    if rating.power_type == "DC":
        return min(rating.power_w, vehicle.dc_power_w)
    phases = min(_PHASES[rating.power_type], vehicle.ac_phases)
    if rating.voltage_v == 0 or rating.current_a == 0:
        return min(rating.power_w * phases // rating.phases, vehicle.ac_power_w)
    line_w = phases * min(rating.current_a, vehicle.ac_current_a) * rating.voltage_v
    return min(line_w, rating.power_w, vehicle.ac_power_w)
