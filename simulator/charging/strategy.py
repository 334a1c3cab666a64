"""The interface that load-balancing strategies share: a limit and the demands in, a power for each session out."""

from typing import Protocol

from msgspec import Struct


class Demand(Struct, frozen=True):
    """What one session asks of a strategy.

    `demand_w` is the most the vehicle would draw, `plugged_at_us` when it was plugged in, `minimum_w` the least power
    at which charging runs at all (IEC 61851: 6 A a phase); below it the session gets 0 and waits.
    """

    session_id: str
    demand_w: int
    plugged_at_us: int
    minimum_w: int = 0


class Strategy(Protocol):
    """Divides a site's limit.

    Every implementation returns one entry for each demand, in the order given, in whole watts: never above the
    demand, never negative, either 0 or at least the smaller of minimum and demand, and together at most `limit_w`.
    """

    def __call__(self, limit_w: int, demands: tuple[Demand, ...]) -> dict[str, int]:
        """Allocations in W by session id."""
        ...
