"""One car's battery while it charges: what it accepts now, until when, and what it has taken.

A charger in the street sleeps until something changes; this class tells it when. All of it is integer, so that
the energy taken in many steps equals the energy taken in one.
"""

from simulator.world.energy import time_to_us, wh_to_wus
from simulator.world.vehicle import Vehicle


class Battery:
    """The battery of one vehicle in one session.

    Made with a state of charge, it only fills: `acceptance_w` gives the power for now, `until_change_us` how long
    that power holds, `charge` books the energy. It ends when `target_reached`. Energies are in W*us,
    `state_of_charge_permille` is what is stored in thousandths of the capacity, rounded down.
    """

    __slots__ = ("_bands", "capacity_wus", "state_of_charge_permille", "stored_wus", "target_wus", "vehicle")

    def __init__(self, vehicle: Vehicle, start_permille: int, target_permille: int = 1000) -> None:
        for name, permille in (("start", start_permille), ("target", target_permille)):
            if not 0 <= permille <= 1000:
                raise ValueError(f"Battery {name} state of charge is {permille} permille; expected 0 to 1000.")
        self.vehicle = vehicle
        self.capacity_wus = wh_to_wus(vehicle.battery_wh)
        self.stored_wus = self._at(start_permille)
        self.state_of_charge_permille = start_permille
        self.target_wus = self._at(target_permille)
        peak_w = vehicle.peak_power_w
        self._bands = tuple((self._at(edge), peak_w * fraction // 1000) for edge, fraction in vehicle.curve)

    def _at(self, permille: int) -> int:
        return self.capacity_wus * permille // 1000  # exact: a Wh is a multiple of 1000 W*us

    @property
    def target_reached(self) -> bool:
        """Whether the car wants no more."""
        return self.stored_wus >= self.target_wus

    def acceptance_w(self, limit_w: int) -> int:
        """Power the battery takes now when `limit_w` is offered; 0 once the target is reached."""
        stored_wus = self.stored_wus
        if stored_wus >= self.target_wus:
            return 0
        accepted_w = 0
        for edge_wus, band_w in self._bands:
            if edge_wus > stored_wus:
                break
            accepted_w = band_w
        return max(0, limit_w) if limit_w < accepted_w else accepted_w

    def until_change_us(self, power_w: int) -> int | None:
        """Microseconds for which the battery goes on taking `power_w` (at most the present acceptance).

        It ends at the first band that accepts less than `power_w` (bands that accept more change nothing) or at the
        target, rounded up so that the edge is reached. None when no power flows or the target is reached.
        """
        if power_w <= 0 or self.stored_wus >= self.target_wus:
            return None
        stored_wus = self.stored_wus
        change_wus = self.target_wus
        for edge_wus, band_w in self._bands:
            if edge_wus > stored_wus and band_w < power_w:
                if edge_wus < change_wus:
                    change_wus = edge_wus
                break
        return time_to_us(change_wus - stored_wus, power_w)

    def charge(self, power_w: int, duration_us: int) -> int:
        """Take `power_w` for `duration_us` and return the W*us taken, never more than up to the target.

        The caller keeps to `acceptance_w` and `until_change_us`; within them the power is constant.
        """
        if power_w < 0 or duration_us < 0:
            raise ValueError(f"Cannot charge at {power_w} W for {duration_us} us: expected neither to be negative.")
        taken_wus, most_wus = power_w * duration_us, self.target_wus - self.stored_wus
        if taken_wus > most_wus:
            taken_wus = max(0, most_wus)
        self.stored_wus += taken_wus
        self.state_of_charge_permille = self.stored_wus * 1000 // self.capacity_wus
        return taken_wus
