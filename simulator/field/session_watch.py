"""A session at a charge point that stands in no street of ours, as the driver's app shows it: that is all there is."""

from simpy import Event

from simulator.engine.clock import Clock
from simulator.world.app import KnownSession

_BEGUN = ("ACTIVE", "COMPLETED")
_OVER = ("COMPLETED", "INVALID")


class SessionWatch:
    """Life: nothing is known -> `began` -> `ended`, both events to wait for. `last` is the state heard last.

    Source of the states: OCPI 2.2.1, Sessions module, SessionStatus.
    """

    __slots__ = ("began", "ended", "last")

    def __init__(self, env: Clock) -> None:
        self.began = Event(env)
        self.ended = Event(env)
        self.last = KnownSession("", "", 0)

    def told(self, session: KnownSession) -> None:
        """The app shows another state of it."""
        self.last = session
        if session.status in _BEGUN and not self.began.triggered:
            self.began.succeed()
        if session.status in _OVER and not self.ended.triggered:
            self.ended.succeed()
