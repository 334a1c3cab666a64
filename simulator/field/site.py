"""A place with chargers behind one grid connection: it divides the power, and people queue there for a free place."""

from collections.abc import Collection

from msgspec import Struct
from simpy import Event

from simulator.charging.fair_share import fair_share
from simulator.charging.strategy import Demand, Strategy
from simulator.engine.cause import Cause
from simulator.engine.clock import Clock
from simulator.engine.journal import Journal
from simulator.field.charger import Charger
from simulator.ocpp.messages import IdToken


class _Waiting(Struct, eq=False):
    """One driver in the queue and the EVSEs that would do."""

    token: IdToken
    keys: Collection[str]
    place: Event


class Site:
    """The chargers of one location.

    Whenever a charger's demand changes, the `limit_w` of the grid connection (None: enough for all) is divided anew by
    `strategy` and only the chargers whose power changes are told. Freed places go to the queue, first come first
    served among those who can use them.
    """

    def __init__(
        self,
        env: Clock,
        journal: Journal,
        key: str,
        limit_w: int | None,
        strategy: Strategy = fair_share,
    ) -> None:
        self.key = key
        self.limit_w = limit_w
        self.chargers: list[Charger] = []
        self.power_w = 0
        self.occupied = 0
        self._env = env
        self._journal = journal
        self._strategy = strategy
        self._entity = f"site/{key}"
        self._sampled_w = 0
        self._active: dict[str, Charger] = {}
        self._queue: list[_Waiting] = []
        if limit_w is not None:
            journal.sample(self._entity, "limit", "W", limit_w)

    # Power

    def share(self, changed: Charger, cause: Cause) -> None:
        """The demand of `changed` is another than before: divide the power anew."""
        demand_w = changed.demand_w()
        if demand_w:
            self._active[changed.key] = changed
        else:
            self._active.pop(changed.key, None)
        if self.limit_w is None or not demand_w:
            changed.draw(demand_w, cause)
        if self.limit_w is not None:
            self._divide(self.limit_w, cause)
        if self.power_w != self._sampled_w:
            self._sampled_w = self.power_w
            self._journal.sample(self._entity, "power", "W", self.power_w)

    def _divide(self, limit_w: int, cause: Cause) -> None:
        active = self._active
        demands = tuple(
            Demand(charger.key, charger.demand_w(), charger.plugged_us, charger.minimum_w)
            for charger in active.values()
        )
        for key, power_w in self._strategy(limit_w, demands).items():
            active[key].draw(power_w, cause)

    # Places

    def plugged(self, change: int) -> None:
        """One place more (1) or less (-1) is occupied."""
        self.occupied += change
        self._journal.sample(self._entity, "occupancy", "1", self.occupied)

    def wait_for(self, keys: Collection[str], token: IdToken) -> Event:
        """Join the queue for one of these EVSEs; the event happens with the charger, which is then promised."""
        place = Event(self._env)
        self._queue.append(_Waiting(token, keys, place))
        return place

    def give_up(self, place: Event) -> None:
        """Leave the queue; a place that was promised already goes to the next."""
        if place.triggered:
            charger = place.value
            assert isinstance(charger, Charger)
            charger.promised = False
            self.freed(charger)
        self._queue = [waiting for waiting in self._queue if waiting.place is not place]

    @property
    def waiting(self) -> int:
        """How many drivers are in the queue."""
        return len(self._queue)

    def freed(self, charger: Charger) -> None:
        """A place is free: promise it to the first in the queue who can use it."""
        for index, waiting in enumerate(self._queue):
            if charger.key in waiting.keys and charger.free_for(waiting.token):
                del self._queue[index]
                charger.promised = True
                waiting.place.succeed(charger)
                return
