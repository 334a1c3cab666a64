"""Links between parties: latency, loss, duplicates and outages, all modelled before the wire."""

import math
from collections.abc import Callable
from statistics import NormalDist

from simulator.engine.streams import Streams

_Z95 = NormalDist().inv_cdf(0.95)
_exp = math.exp
_standard_quantile = NormalDist().inv_cdf
_LEAST_DRAW = 1e-12
_DRAWN_AT_ONCE = 64
"""Drawing many at once costs much less than one now and then; from a stream of their own they stay what they were."""


class Latency:
    """Delay of one direction: log-normal with this median and 95th percentile, both in microseconds.

    Without a larger 95th percentile every delay is the median. `spread` is the standard deviation of the logarithm.
    """

    __slots__ = ("median_us", "spread")

    def __init__(self, median_us: int, p95_us: int) -> None:
        self.median_us = max(median_us, 0)
        self.spread = math.log(p95_us / median_us) / _Z95 if 0 < median_us < p95_us else 0.0


def normal(uniform: Callable[[], float]) -> float:
    """The next standard normal number."""
    return _standard_quantile(max(uniform(), _LEAST_DRAW))


class Direction:
    """What happens to messages that travel one way over a link."""

    __slots__ = ("_ahead", "_duplicate_draw", "_latency_draw", "_loss_draw")

    def __init__(self, streams: Streams, sender: str, receiver: str) -> None:
        entity = f"link/{sender}/{receiver}"
        self._latency_draw = streams.uniform(entity, "latency")
        self._ahead: list[float] = []
        self._loss_draw = streams.uniform(entity, "loss")
        self._duplicate_draw = streams.uniform(entity, "duplicates")

    def latency_us(self, latency: Latency) -> int:
        """The delay of the next message."""
        spread = latency.spread
        if not spread:
            return latency.median_us
        ahead = self._ahead
        if not ahead:
            uniform = self._latency_draw
            ahead.extend([normal(uniform) for _ in range(_DRAWN_AT_ONCE)])
            ahead.reverse()
        return round(latency.median_us * _exp(spread * ahead.pop()))

    def loses(self, probability: float) -> bool:
        """Whether the network loses the next message."""
        return probability > 0 and self._loss_draw() < probability

    def duplicates(self, probability: float) -> bool:
        """Whether the network delivers the next request twice."""
        return probability > 0 and self._duplicate_draw() < probability

    def duplicate_lag_us(self, latency: Latency) -> int:
        """How much later the second copy arrives; drawn apart, so that latencies stay what they were."""
        spread = latency.spread
        return round(latency.median_us * _exp(spread * normal(self._duplicate_draw))) if spread else latency.median_us


class Link:
    """A link between two parties, the same for both directions but for its draws.

    Faults lie over it in layers, each a list of one value, and the last one laid counts; `cuts` counts the faults
    that keep the link down.
    """

    __slots__ = ("_base", "a", "b", "back", "cuts", "duplications", "latencies", "losses", "timeout_us", "towards")

    def __init__(
        self,
        streams: Streams,
        a: str,
        b: str,
        latency: Latency,
        timeout_us: int,
        loss: float = 0.0,
        duplicates: float = 0.0,
    ) -> None:
        self.a = a
        self.b = b
        self.timeout_us = timeout_us
        self.cuts = 0
        self._base = (latency, loss, duplicates)
        self.latencies: list[list[Latency]] = []
        self.losses: list[list[float]] = []
        self.duplications: list[list[float]] = []
        self.towards = Direction(streams, a, b)
        self.back = Direction(streams, b, a)

    @property
    def down(self) -> bool:
        """Whether nothing gets through."""
        return self.cuts > 0

    def conditions(self) -> tuple[Latency, float, float]:
        """Latency, loss and duplicates in force."""
        if self.latencies or self.losses or self.duplications:
            return self.latency, self.loss, self.duplicates
        return self._base

    @property
    def latency(self) -> Latency:
        """The delay in force."""
        return self.latencies[-1][0] if self.latencies else self._base[0]

    @property
    def loss(self) -> float:
        """The probability that a message is lost."""
        return self.losses[-1][0] if self.losses else self._base[1]

    @property
    def duplicates(self) -> float:
        """The probability that a request arrives twice."""
        return self.duplications[-1][0] if self.duplications else self._base[2]

    def direction(self, sender: str) -> Direction:
        """The way from `sender` to the other end."""
        return self.towards if sender == self.a else self.back


class Links:
    """All links of a run by their two ends; `ways` leads from a sender and a receiver there and back."""

    def __init__(self) -> None:
        self._by_ends: dict[tuple[str, str], Link] = {}
        self.ways: dict[tuple[str, str], tuple[Link, Direction, Direction]] = {}

    def add(self, link: Link) -> None:
        """Make the link known under both orders of its ends."""
        self._by_ends[link.a, link.b] = link
        self._by_ends[link.b, link.a] = link
        self.ways[link.a, link.b] = link, link.towards, link.back
        self.ways[link.b, link.a] = link, link.back, link.towards

    def between(self, a: str, b: str) -> Link:
        """The link of two parties; KeyError when they have none."""
        return self._by_ends[a, b]

    def of(self, party: str) -> tuple[Link, ...]:
        """Every link that ends at the party."""
        return tuple(link for (a, _), link in self._by_ends.items() if a == party)
