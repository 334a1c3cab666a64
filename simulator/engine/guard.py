"""Stops a run whose parties call each other in circles, with a sentence that names the circle."""

from simulator.engine.exchange import Exchange

MAX_DEPTH = 32
MAX_PER_INSTANT = 10_000


class KernelError(RuntimeError):
    """The run cannot go on; the text says why and where to look."""


class Guard:
    """Counts exchanges by instant and looks at their causes."""

    def __init__(self) -> None:
        self._instant_us: int | None = None
        self._in_instant = 0

    def admit(self, exchange: Exchange) -> None:
        """Let the exchange start, or raise KernelError."""
        if exchange.start_us != self._instant_us:
            self._instant_us = exchange.start_us
            self._in_instant = 0
        self._in_instant += 1
        if exchange.depth > MAX_DEPTH:
            raise KernelError(
                f"One exchange caused the next more than {MAX_DEPTH} times in a row: {_circle(exchange)}. "
                "Break this circle in the parties that it names."
            )
        if self._in_instant > MAX_PER_INSTANT:
            raise KernelError(
                f"More than {MAX_PER_INSTANT:,} exchanges started at one instant of simulated time, the last of them: "
                f"{_circle(exchange)}. Give the links a latency, or break this circle."
            )


def _circle(exchange: Exchange) -> str:
    """The steps that repeat along the exchange's causes, oldest first, or the last few when none do."""
    label = exchange.as_cause().label
    steps = [label]
    for cause in exchange.cause.chain():
        steps.append(cause.label)
        if cause.label == label:
            return ", then ".join(reversed(steps))
    return ", then ".join(reversed(steps[:6]))
