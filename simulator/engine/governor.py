"""Pause, step, run until and speed: what a person may tell a running engine, obeyed between two steps of the kernel."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from simulator.engine.journal import Journal

MAX_SPEED = 0.0
"""The speed that stands for: as fast as it goes."""


class Report(msgspec.Struct, frozen=True):
    """What the engine is doing. `seq` is the last committed row: what was stepped can be seen up to there."""

    state: str
    at_us: int
    next_us: int | None
    seq: int
    speed: float


class _Order(msgspec.Struct):
    command: str
    value: float
    done: "asyncio.Future[Report]"


class Governor:
    """Admits each step of the kernel, or holds it back.

    `speed` is simulated seconds a wall second, or MAX_SPEED. `now_s` is the wall clock, given so that a test can
    own it.
    """

    def __init__(
        self,
        speed: float = MAX_SPEED,
        *,
        paused: bool = False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self.paused = paused
        self.live = False
        self.stopped = ""
        self._now_s = now_s
        self._orders: deque[_Order] = deque()
        self._wake = asyncio.Event()
        self._until_us: int | None = None
        self._stepping: _Order | None = None
        self._stepped_from = 0
        self._running_to: _Order | None = None
        self._anchor: tuple[float, int] | None = None
        self._at_us = 0
        self._last: Report | None = None
        self.attention = paused or speed != MAX_SPEED

    def _heed(self) -> None:
        self.attention = bool(
            self.paused
            or self.stopped
            or self._orders
            or self.speed != MAX_SPEED
            or self._until_us is not None
            or self._stepping
        )

    # What others may ask, from the same event loop

    def keep_to_the_clock(self, speed: float, at_us: int) -> None:
        """From now on the run is live: it goes at this speed, and never again as fast as it can.

        `at_us` is where it ought to be by now: what is due before is not waited for.
        """
        self.live = True
        self.speed = speed
        self._anchor = (self._now_s(), at_us)
        self._heed()

    def stop(self, why: str) -> None:
        """End the run at the next step, cleanly."""
        self.stopped = self.stopped or why
        self._heed()
        self._wake.set()

    async def order(self, command: str, value: float = 0.0) -> Report:
        """`pause`, `resume`, `step`, `run_until` (value: at_us), `speed` (value) or `state`; returns when it is done.

        `step` is done when the next row is committed, `run_until` when everything before that instant is. An order that
        a later one takes the place of, or that the end overtakes, is answered then.
        """
        if self._last is not None:
            return self._last
        order = _Order(command, value, asyncio.get_running_loop().create_future())
        self._orders.append(order)
        self._heed()
        self._wake.set()
        return await order.done

    # What the kernel asks before each step

    async def admit(self, at_us: int, next_us: int, journal: "Journal") -> bool:
        """Wait until the step to `next_us` may be taken; False when the run shall end."""
        self._at_us = at_us
        while True:
            self._obey(next_us, journal)
            if self.stopped:
                self._finish_all(journal)
                return False
            if self._stepping is not None and journal.rows != self._stepped_from:
                self._finish(self._stepping, journal, next_us)
                self._stepping = None
            if self._until_us is not None and next_us >= self._until_us:
                self._until_us = None
                self.paused = True
                if self._running_to is not None:
                    self._finish(self._running_to, journal, next_us)
                    self._running_to = None
            if self.paused and self._stepping is None and self._until_us is None:
                self._anchor = None
                journal.flush()
                await self._sleep(None)
                continue
            wait_s = 0.0 if self._stepping is not None else self._ahead_s(next_us)
            if wait_s <= 0:
                self._heed()
                return True
            journal.flush()
            await self._sleep(wait_s)

    def _obey(self, next_us: int, journal: "Journal") -> None:
        while self._orders:
            order = self._orders.popleft()
            command = order.command
            if command != "state":
                journal.command(command, {"value": order.value})
            if command == "step":
                self.paused = True
                self._supersede(journal, next_us)
                self._stepping, self._stepped_from = order, journal.rows
                continue
            if command == "run_until":
                self._supersede(journal, next_us)
                self.paused = True
                self._until_us, self._running_to = int(order.value), order
                continue
            if command == "pause":
                self.paused = True
                self._until_us = None
                self._supersede(journal, next_us)
            elif command == "resume":
                self.paused = False
                self._until_us = None
                self._supersede(journal, next_us)
            elif command == "speed" and not (self.live and order.value == MAX_SPEED):
                self.speed = order.value
                self._anchor = None
            self._finish(order, journal, next_us)

    def _supersede(self, journal: "Journal", next_us: int) -> None:
        """An order still under way is answered when a later one takes its place."""
        for order in (self._stepping, self._running_to):
            if order is not None:
                self._finish(order, journal, next_us)
        self._stepping = self._running_to = None

    def _finish_all(self, journal: "Journal") -> None:
        self._supersede(journal, self._at_us)
        self.attention = True

    def finish(self, journal: "Journal") -> None:
        """The run has ended: answer whoever still waits."""
        self.stopped = self.stopped or "ended"
        self._obey(self._at_us, journal)
        self._supersede(journal, self._at_us)
        self._last = self.report(journal.flush())

    def _finish(self, order: _Order, journal: "Journal", next_us: int) -> None:
        if not order.done.done():
            order.done.set_result(self.report(journal.flush(), next_us))

    def report(self, seq: int, next_us: int | None = None) -> Report:
        """The present state in the words of the control API."""
        state = "ended" if self.stopped else "paused" if self.paused else "running"
        return Report(state, self._at_us, next_us, seq, self.speed)

    def _ahead_s(self, next_us: int) -> float:
        """Wall seconds until the step is due at this speed."""
        if self.speed == MAX_SPEED or math.isinf(self.speed):
            return 0.0
        now_s = self._now_s()
        if self._anchor is None:
            self._anchor = (now_s, self._at_us)
        anchor_s, anchor_us = self._anchor
        return anchor_s + (next_us - anchor_us) / 1e6 / self.speed - now_s

    async def _sleep(self, seconds: float | None) -> None:
        self._wake.clear()
        if self._orders or self.stopped:
            return
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return
