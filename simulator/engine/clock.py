"""Simulated time as SimPy keeps it, made cheap for what a run does most: reading it, and calling something later.

SimPy sorts all that is to come in one heap. In a city that is tens of thousands of events, most of them hours away, and
each that comes or goes is compared with many that lie far apart in memory. So what is due later waits unsorted, in
pages of some seconds; only the page that is under way is a heap.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import Struct
from simpy import Environment, Event

T = TypeVar("T")

_NORMAL = 1
"""SimPy's priority of all that is not urgent."""

_PAGE_US = 16_000_000
"""So long that a page has some events in a small town, and not too many in a city."""


class Alarm(Struct, Generic[T], eq=False, gc=False):
    """A call to come, about its `subject`: as much of an event as SimPy's `step` looks at; nobody can wait for it."""

    callbacks: tuple[Callable[["Alarm[Any]"], None], ...] | None
    subject: T

    _ok = True


_Due: TypeAlias = tuple[int, int, int, Event | Alarm[Any]]
"""When, of what priority, asked for as the so-maniest, and what happens."""


class Clock(Environment):
    """SimPy's environment. `now_us` is its time: whole microseconds since the scenario's start."""

    __slots__ = ("_now",)

    now_us: int
    _queue: list[_Due]  # type: ignore[assignment]

    def __init__(self, start_us: int = 0) -> None:
        super().__init__(start_us)
        self._page = start_us // _PAGE_US
        self._later: dict[int, list[_Due]] = {}
        self._pages: list[int] = []

    def after(self, delay_us: int, callback: Callable[[Alarm[T]], None], subject: T, priority: int = _NORMAL) -> None:
        """Call `callback` in `delay_us`, with an alarm that names its `subject`.

        Calls of one priority due at one instant are made in the order in which they were asked for.
        """
        self.schedule(Alarm((callback,), subject), priority, delay_us)

    def schedule(  # type: ignore[override]  # of whole microseconds alone
        self, event: Event | Alarm[Any], priority: int = _NORMAL, delay: int = 0
    ) -> None:
        """See Environment."""
        at_us = self.now_us + delay
        page = at_us // _PAGE_US
        due = (at_us, priority, next(self._eid), event)
        if page <= self._page:
            heappush(self._queue, due)
        elif page in self._later:
            self._later[page].append(due)
        else:
            self._later[page] = [due]
            heappush(self._pages, page)

    def peek(self) -> float:
        """See Environment."""
        self._turn()
        return super().peek()

    def step(self) -> None:
        """See Environment."""
        if not self._queue:
            self._turn()
        super().step()

    def _turn(self) -> None:
        """Once nothing is left of a page, go on with the next that has anything."""
        if not self._queue and self._pages:
            self._page = heappop(self._pages)
            self._queue.extend(self._later.pop(self._page))
            heapify(self._queue)


# The slot that SimPy writes under our name for it: a property would be a call of its own at each reading.
Clock.now_us = Clock.__dict__["_now"]
