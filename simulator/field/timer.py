"""Calls a function after some simulated time: the street's cheapest way to wait, without a process for each charger."""

from collections.abc import Callable

from simpy import Environment


def after(env: Environment, delay_us: int, callback: Callable[[], None]) -> None:
    """Call `callback` in `delay_us`; calls due at one instant are made in the order in which they were asked for."""
    timeout = env.timeout(delay_us)
    assert timeout.callbacks is not None
    timeout.callbacks.append(lambda _: callback())
