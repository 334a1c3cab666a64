"""Simulated time as SimPy keeps it, made cheap for what a run does most: reading it, and calling something later."""

from collections.abc import Callable
from heapq import heappush
from typing import Any, Generic, TypeVar

from msgspec import Struct
from simpy import Environment

T = TypeVar("T")

_NORMAL = 1
"""SimPy's priority of all that is not urgent."""


class Alarm(Struct, Generic[T], eq=False, gc=False):
    """A call to come, about its `subject`: as much of an event as SimPy's `step` looks at; nobody can wait for it."""

    callbacks: tuple[Callable[["Alarm[Any]"], None], ...] | None
    subject: T

    _ok = True


class Clock(Environment):
    """SimPy's environment. `now_us` is its time: whole microseconds since the scenario's start."""

    __slots__ = ("_now",)

    now_us: int

    def after(self, delay_us: int, callback: Callable[[Alarm[T]], None], subject: T, priority: int = _NORMAL) -> None:
        """Call `callback` in `delay_us`, with an alarm that names its `subject`.

        Calls of one priority due at one instant are made in the order in which they were asked for.
        """
        at_us = self._now + delay_us
        heappush(self._queue, (at_us, priority, next(self._eid), Alarm((callback,), subject)))  # type: ignore[misc]


# The slot that SimPy writes under our name for it: a property would be a call of its own at each reading.
Clock.now_us = Clock.__dict__["_now"]
