"""Equal share: the strategy most sites run, and the reference others are compared with.

Max-min fairness by water filling: everybody gets the same power, whoever wants less leaves the rest to the others.
Source: Bertsekas and Gallager, Data Networks (2nd ed. 1992), section 6.5.2.
"""

from collections.abc import Sequence

from simulator.charging.strategy import Demand


def fair_share_w(limit_w: int, demands_w: Sequence[int], floors_w: Sequence[int] | None = None) -> list[int]:
    """Max-min fair powers in W for `demands_w` under `limit_w`, exact to the watt.

    Each share is the common level, but at most its demand and at least its floor (0 when none are given; a floor
    above its demand counts as the demand). The sum is the limit, or all demands where the limit is larger. Watts that
    do not divide go one each to the first that can take them. Raises ValueError for negative numbers or floors
    that do not fit.
    """
    floors = [0] * len(demands_w) if floors_w is None else [*map(min, floors_w, demands_w)]
    if limit_w < 0 or min(demands_w, default=0) < 0 or min(floors, default=0) < 0:
        raise ValueError(f"Cannot share {limit_w} W over {list(demands_w)}: expected no negative power.")
    left_w = limit_w - sum(floors)
    if left_w < 0:
        raise ValueError(f"Floors of {sum(floors)} W exceed the limit of {limit_w} W: expected them to fit.")

    # The level rises from 0; a session rises with it from its floor up to its demand.
    turns = sorted([(floor, 1) for floor in floors] + [(demand, -1) for demand in demands_w])
    level_w = rising = 0
    for turn_w, change in turns:
        needed_w = (turn_w - level_w) * rising
        if needed_w > left_w:
            break
        left_w -= needed_w
        level_w = turn_w
        rising += change
    else:
        return list(demands_w)
    level_w += left_w // rising
    spare_w = left_w % rising
    shares = []
    for floor, demand in zip(floors, demands_w, strict=True):
        share = min(max(level_w, floor), demand)
        if spare_w and floor <= level_w < demand:
            share += 1
            spare_w -= 1
        shares.append(share)
    return shares


def fair_share(limit_w: int, demands: tuple[Demand, ...]) -> dict[str, int]:
    """The strategy: sessions are admitted in the order they were plugged in while their minimum still fits.

    The admitted share the limit max-min fairly above their minimum; the others get 0. Without minimum powers
    everybody is admitted.
    """
    shares = dict.fromkeys((demand.session_id for demand in demands), 0)
    if len(shares) != len(demands):
        raise ValueError("Two demands carry the same session id: expected one demand for each session.")
    admitted = []
    free_w = limit_w
    for demand in sorted(demands, key=lambda demand: (demand.plugged_at_us, demand.session_id)):
        floor_w = min(demand.minimum_w, demand.demand_w)
        if floor_w <= free_w:
            free_w -= floor_w
            admitted.append(demand)
    powers_w = fair_share_w(limit_w, [d.demand_w for d in admitted], [d.minimum_w for d in admitted])
    for demand, power_w in zip(admitted, powers_w, strict=True):
        shares[demand.session_id] = power_w
    return shares
