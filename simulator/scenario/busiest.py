"""The places of which most is asked: by all who can charge at none but these, whichever of their wishes overlap.

There are far too many sets of places to try. But what is asked of the busiest one is also the least that the places can
be limited to, so much an EVSE, when everybody is to be served (max-flow min-cut; P. Hall, "On representatives of
subsets", 1935). So all are shared out over the places with room: where somebody finds none and nobody can be moved to
make some, the places looked through are asked for more than the limit, which is raised to what they are asked for.

Sessions that are at a place anyhow may alone be above the limit, and count only with a wish for that place. With
several such places, to find the wishes best put together is as hard as to cover a set by the fewest others. So the
search goes on from one wish for such a place at a time: what more is asked beyond its places is the same question
again.

Sets of places are whole numbers with a bit for each (see usable.py).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

_ROUNDING: Final = 1e-9
"""Less than this of a session is what sums of fractions come to."""

_TRIED: Final = 12
"""The search goes on from so many of the busiest, ..."""

_SHARED_OUT: Final = 24_000
"""... but of fewer where wishes are many: for each, all are shared out anew, and all in all these are so many."""


def busiest_places(asked: Mapping[int, float], evses: Sequence[int], besides: Sequence[float]) -> int:
    """The places with the most sessions an EVSE, as they are asked for by the sets of places that drivers can use.

    `evses` and `besides` are by place: how many it has, and the sessions that are there anyhow. Of several sets with as
    many it is the largest that hangs together, 0 where nothing is asked.
    """
    sharing = _Sharing(asked, evses, besides)
    above = sorted(sharing.wishes_above(), key=sharing.order, reverse=True)
    tried = min(_TRIED, max(1, _SHARED_OUT // max(1, len(asked))))
    grown = [_grown(places, asked, evses, besides) for places in above[:tried]]
    return max([sharing.busiest(), *grown], key=sharing.order)


def _grown(places: int, asked: Mapping[int, float], evses: Sequence[int], besides: Sequence[float]) -> int:
    """These places with all that make them busier: what others ask for beyond them, as long as that is more an EVSE."""
    while True:
        beyond: dict[int, float] = {}
        for usable, rate in sorted(asked.items()):
            beyond[usable & ~places] = beyond.get(usable & ~places, 0.0) + rate
        sharing = _Sharing(beyond, evses, besides)
        more = sharing.busiest()
        there = sessions_within(places, asked, besides) / max(1, sum(evses[place] for place in members(places)))
        if sharing.load(more) <= there + _ROUNDING:
            return places
        places |= more


def sessions_within(places: int, asked: Mapping[int, float], besides: Sequence[float]) -> float:
    """How many sessions are asked of some places by all who can charge nowhere else, with those there anyhow."""
    there = sum(besides[place] for place in members(places))
    return there + sum(rate for usable, rate in asked.items() if usable and usable | places == places)


def members(places: int) -> Iterator[int]:
    """The numbers of some places."""
    while places:
        lowest = places & -places
        yield lowest.bit_length() - 1
        places ^= lowest


class _Sharing:
    """Who is served where, by shares of sessions; nowhere more than what the busiest places found are asked for."""

    def __init__(self, asked: Mapping[int, float], evses: Sequence[int], besides: Sequence[float]) -> None:
        # Places are numbered from south to north: who cannot go far north comes first and is served far south, which
        # leaves few to be moved later.
        ordered = sorted(asked.items(), key=lambda each: (each[0].bit_length(), each[0]))
        asked = {usable: rate for usable, rate in ordered if usable and rate > 0}
        self._usable, self._rates = list(asked), list(asked.values())
        # By the lowest place of each, from south to north: all who can charge only within some places are soon found.
        self._from: list[list[tuple[int, float]]] = [[] for _ in evses]
        for usable, rate in asked.items():
            self._from[(usable & -usable).bit_length() - 1].append((usable, rate))
        self._evses, self._besides = evses, besides
        # By who asks, how much of it is where; by place, who is there.
        self._shares: list[dict[int, float]] = [{} for _ in asked]
        self._there: list[dict[int, None]] = [{} for _ in evses]
        self._taken = [0.0] * len(evses)
        self._all = 0
        for usable in asked:
            self._all |= usable
        self._limit_by(self._all)
        self._share_out()

    def evses(self, places: int) -> int:
        """How many EVSEs some places have."""
        return sum(self._evses[place] for place in members(places))

    def load(self, places: int) -> float:
        """Sessions an EVSE of some places, of those who can charge nowhere else."""
        sessions, evses = 0.0, 0
        for place in members(places):
            sessions += self._besides[place]
            evses += self._evses[place]
            for usable, rate in self._from[place]:
                if usable > places:
                    break
                if usable | places == places:
                    sessions += rate
        return sessions / max(1, evses)

    def order(self, places: int) -> tuple[float, int, int]:
        """The busiest places come last; of such as are as busy those with the most EVSEs."""
        return round(self.load(places), 6), self.evses(places), places

    def wishes_above(self) -> list[int]:
        """What is asked for with a place where alone what is there anyhow is above the limit: it may be busier."""
        return [usable for usable in self._usable if usable & self._above]

    def busiest(self) -> int:
        """The busiest of the places that hang together, and of single wishes; 0 where nothing is asked."""
        return max((self._limited_by, *self._tight(), *self.wishes_above()), key=self.order)

    def _share_out(self) -> None:
        """Serve one after the other, and raise the limit where that cannot be done."""
        for who, left in enumerate(self._rates):
            while left > _ROUNDING:
                steps, seen = self._way_to_room(who)
                if steps:
                    left -= self._move(steps, left)
                    continue
                if self.load(seen) <= self._limit:
                    break
                self._limit_by(seen)

    def _tight(self) -> Iterator[int]:
        """The places from which nobody can be moved to any with room, by what of them hangs together."""
        loose, before = self._room, -1
        while loose != before:
            before = loose
            for usable, shares in zip(self._usable, self._shares, strict=True):
                if usable & loose:
                    for place in shares:
                        loose |= 1 << place
        tight = self._all & ~loose
        parts: list[int] = []
        for usable in self._usable:
            if usable | tight == tight:
                apart = [part for part in parts if not part & usable]
                for part in parts:
                    usable |= part if part & usable else 0
                parts = [*apart, usable]
        yield from parts

    def _limit_by(self, places: int) -> None:
        """Set the limit to what is asked of some places."""
        self._limited_by, self._limit = places, self.load(places)
        self._above = self._room = 0
        self._left = [0.0] * len(self._evses)
        for place, evses in enumerate(self._evses):
            left = self._limit * evses - self._besides[place]
            self._above |= (left < -_ROUNDING) << place
            self._left[place] = max(0.0, left) - self._taken[place]
            self._room |= (self._left[place] > _ROUNDING) << place

    def _way_to_room(self, who: int) -> tuple[list[tuple[int, int]], int]:
        """Steps (who, place) that end at a place with room, and all places looked through.

        At each step somebody goes to the place, and has come from that of the step before.
        """
        seen = 0
        came_from: dict[int, int] = {who: -1}
        led_there: dict[int, int] = {}
        queue = [who]
        for each in queue:
            free = self._usable[each] & self._room
            if free:
                place, steps = (free & -free).bit_length() - 1, []
                while place >= 0:
                    steps.append((each, place))
                    place = came_from[each]
                    each = led_there.get(place, who)
                return steps[::-1], seen
            new = self._usable[each] & ~seen
            seen |= new
            for place in members(new):
                led_there[place] = each
                for other in self._there[place]:
                    if other not in came_from:
                        came_from[other] = place
                        queue.append(other)
        return [], seen

    def _move(self, steps: Sequence[tuple[int, int]], most: float) -> float:
        """Go these steps with as much as there is of everybody and room at the end; returns how much that is."""
        moved = min(most, self._left[steps[-1][1]])
        for (_, place), (other, _) in pairwise(steps):
            moved = min(moved, self._shares[other][place])
        for (_, place), (other, _) in pairwise(steps):
            self._shares[other][place] -= moved
            if self._shares[other][place] <= _ROUNDING:
                del self._shares[other][place], self._there[place][other]
        for who, place in steps:
            self._shares[who][place] = self._shares[who].get(place, 0.0) + moved
            self._there[place][who] = None
        last = steps[-1][1]
        self._taken[last] += moved
        self._left[last] -= moved
        if self._left[last] <= _ROUNDING:
            self._room &= ~(1 << last)
        return moved
