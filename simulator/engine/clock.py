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
from simpy.core import EmptySchedule

T = TypeVar("T")

_NORMAL = 1
"""SimPy's priority of all that is not urgent."""

_PAGE_BITS = 24
"""A page is so many microseconds, of which there are 2 ** 24, nearly 17 s: so long that it has some events in a small
town, and not too many in a city."""


class Alarm(Struct, Generic[T], eq=False, gc=False):
    """A call to come, about its `subject`: unlike for an event, nobody can wait for it."""

    ring: Callable[["Alarm[Any]"], None]
    subject: T


_Due: TypeAlias = tuple[int, int, int, Event | Alarm[Any]]
"""When, of what priority, asked for as the so-maniest, and what happens."""


class Clock(Environment):
    """SimPy's environment. `now_us` is its time: whole microseconds since the scenario's start."""

    __slots__ = ("_now",)

    now_us: int
    _queue: list[_Due]  # type: ignore[assignment]

    def __init__(self, start_us: int = 0) -> None:
        super().__init__(start_us)
        self._page_ends_us = (start_us >> _PAGE_BITS) + 1 << _PAGE_BITS
        self._later: dict[int, list[_Due]] = {}
        self._pages: list[int] = []

    def after(self, delay_us: int, callback: Callable[[Alarm[T]], None], subject: T, priority: int = _NORMAL) -> None:
        """Call `callback` in `delay_us`, with an alarm that names its `subject`.

        Calls of one priority due at one instant are made in the order in which they were asked for.
        """
        at_us = self.now_us + delay_us
        due = (at_us, priority, next(self._eid), Alarm(callback, subject))
        if at_us < self._page_ends_us:
            heappush(self._queue, due)
        else:
            self._put_off(due)

    def schedule(  # type: ignore[override]  # of whole microseconds alone
        self, event: Event | Alarm[Any], priority: int = _NORMAL, delay: int = 0
    ) -> None:
        """See Environment."""
        at_us = self.now_us + delay
        due = (at_us, priority, next(self._eid), event)
        if at_us < self._page_ends_us:
            heappush(self._queue, due)
        else:
            self._put_off(due)

    def _put_off(self, due: _Due) -> None:
        page = due[0] >> _PAGE_BITS
        if page in self._later:
            self._later[page].append(due)
        else:
            self._later[page] = [due]
            heappush(self._pages, page)

    def peek(self) -> float:
        """See Environment."""
        self._turn()
        return super().peek()

    def step(self) -> None:
        """See Environment; one function, as nothing is done more often."""
        queue = self._queue
        if not queue:
            self._turn()
            if not queue:
                raise EmptySchedule
        event: Any
        self._now, _, _, event = heappop(queue)
        if event.__class__ is Alarm:
            event.ring(event)
            return
        callbacks, event.callbacks = event.callbacks, None
        for callback in callbacks:
            callback(event)
        if not event._ok and not event.defused:
            # Nobody has seen to the failure: as SimPy does, show it from here.
            failure: BaseException = event._value
            raise type(failure)(*failure.args) from failure

    def _turn(self) -> None:
        """Once nothing is left of a page, go on with the next that has anything."""
        if not self._queue and self._pages:
            page = heappop(self._pages)
            self._page_ends_us = page + 1 << _PAGE_BITS
            self._queue.extend(self._later.pop(page))
            heapify(self._queue)


# The slot that SimPy writes under our name for it: a property would be a call of its own at each reading.
Clock.now_us = Clock.__dict__["_now"]
