"""What keeps an EVSE for one driver: at most one reservation at a time, which ends by itself when its time is over.

Source: OCPP 2.0.1, part 2, section H (reservation).
"""

from collections.abc import Callable

from simulator.engine.clock import Alarm, Clock
from simulator.ocpp.messages import IdToken, ReserveNow


class ReservedPlace:
    """The reservation of one EVSE. `request` is what is held now; `expired` gets the id of one whose time is over."""

    __slots__ = ("_env", "_expired", "request")

    def __init__(self, env: Clock, expired: Callable[[int], None]) -> None:
        self.request: ReserveNow | None = None
        self._env = env
        self._expired = expired

    def open_to(self, token: IdToken) -> bool:
        """Whether the place is reserved for nobody else."""
        return self.request is None or self.request.token.may_be(token)

    def holds(self, reservation_id: int) -> bool:
        """Whether this reservation is the one that is held."""
        return self.request is not None and self.request.reservation_id == reservation_id

    def can_hold(self, request: ReserveNow) -> bool:
        """Whether no other reservation is in the way."""
        return self.request is None or self.holds(request.reservation_id)

    def hold(self, request: ReserveNow) -> None:
        """Keep the place until the expiry, in place of what was held before."""
        self.request = request
        self._env.after(request.expiry_us - self._env.now_us, self._end, request)

    def give_up(self) -> int | None:
        """Keep the place for nobody; returns the id of the reservation that ends by it."""
        request, self.request = self.request, None
        return request.reservation_id if request is not None else None

    def _end(self, alarm: Alarm[ReserveNow]) -> None:
        if self.request is alarm.subject:
            self.give_up()
            self._expired(alarm.subject.reservation_id)
