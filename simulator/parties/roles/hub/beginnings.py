"""A Tariff that begins later cannot be said in 2.1.1, which would take it for one that holds: it is told then.

However the hub has heard of it, pushed for everybody or listed, it is told as it is by then, to whoever is there then.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

from simpy import Event

from simulator.engine.cause import Cause
from simulator.parties.office import Office
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.kept import Kept


class Beginnings:
    """Waits for one hub until Tariffs begin, and lets `retell` tell of each."""

    def __init__(self, office: Office, cache: Cache, retell: Callable[[Iterable[Kept], Cause], None]) -> None:
        self._office = office
        self._cache = cache
        self._retell = retell
        self._awaited: dict[tuple[tuple[str, ...], int], None] = {}

    def took(self, changed: Iterable[Kept], cause: Cause) -> None:
        """These are new, or other than they were."""
        for kept in changed:
            begins_us = self._begins_us(kept)
            if begins_us is None or begins_us <= self._office.calendar.now_us:
                continue
            if (kept.key, begins_us) not in self._awaited:
                self._awaited[kept.key, begins_us] = None
                # Belongs to no process of the hub, which an outage would end.
                self._office.env.process(self._await(kept.key, begins_us, cause))

    def _await(self, key: tuple[str, ...], begins_us: int, cause: Cause) -> Generator[Event, Any, None]:
        yield self._office.env.timeout(begins_us - self._office.calendar.now_us)
        del self._awaited[key, begins_us]
        kept = self._cache.store("tariff").get(*key)
        if kept is not None and self._begins_us(kept) == begins_us:
            self._retell([kept], cause)

    def _begins_us(self, kept: Kept) -> int | None:
        """When a Tariff begins, of the run; None for what has no such instant."""
        start = kept.head.start_date_time if kept.kind == "tariff" else ""
        return self._office.calendar.at_us(start) if start else None
