"""A remote start that came before the car: the EVSE waits a while for whoever asked for it to plug in.

Source: OCPP 2.0.1, part 2, use case F02 (a remote start first, the cable after it).
"""

from collections.abc import Callable

from simulator.engine.clock import Alarm, Clock
from simulator.ocpp.messages import IdToken, RequestStartTransaction

EV_CONNECTION_TIMEOUT_US = 120_000_000
"""How long a charge point waits for the plug. Source: OCPP 2.0.1, part 2, EVConnectionTimeOut (which sets no value)."""


class AwaitedPlug:
    """The remote start that waits at one EVSE: at most one, the latest; `lapsed` is called when nobody plugged in."""

    __slots__ = ("_env", "_lapsed", "_request")

    def __init__(self, env: Clock, lapsed: Callable[[], None]) -> None:
        self._env = env
        self._lapsed = lapsed
        self._request: RequestStartTransaction | None = None

    def open_to(self, token: IdToken) -> bool:
        """Whether nobody else is awaited."""
        return self._request is None or self._request.token.may_be(token)

    def expect(self, request: RequestStartTransaction) -> None:
        """Wait from now on for this one to plug in."""
        self._request = request
        self._env.after(EV_CONNECTION_TIMEOUT_US, self._lapse, request)

    def take(self) -> RequestStartTransaction | None:
        """A car is plugged in: what it is to be charged for, if that was asked before it came."""
        request, self._request = self._request, None
        return request

    def _lapse(self, alarm: Alarm[RequestStartTransaction]) -> None:
        if self._request is alarm.subject:
            self._request = None
            self._lapsed()
