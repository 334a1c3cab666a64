"""Which part of a run counts: what the start has not yet forgotten is left out by a rule, never by eye.

Source of the rule: MSER-5, K. P. White, "An effective truncation heuristic for bias reduction in simulation output",
Simulation 69(6), 1997. A street has its days, which no truncation may take for a transient: the curve is compared with
the mean of its own times of day, and only from the second day on is there something to compare with.
"""

from typing import Final

import numpy as np
from msgspec import Struct

from simulator.i18n import tr
from simulator.recording.series import Values

QUARTER_US: Final = 900_000_000
_A_DAY: Final = 96
_BATCH: Final = 5


class NothingLeft(ValueError):
    """A warm-up as long as the run. The message is a sentence."""

    @classmethod
    def of(cls, warm_up_us: int, run_us: int) -> "NothingLeft":
        """What to raise for such a warm-up of such a run."""
        sentence = tr("A warm-up of {warm_up:g} h leaves nothing of a run of {run:g} h; choose a shorter one.")
        return cls(sentence.format(warm_up=warm_up_us / 3.6e9, run=run_us / 3.6e9))


class Window(Struct, frozen=True):
    """The part of a run that counts, in microseconds since its start, and why, in a sentence."""

    from_us: int
    to_us: int
    rule: str

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.to_us - self.from_us) / 3_600_000_000


def whole(to_us: int) -> Window:
    """All of the run."""
    return Window(0, to_us, tr("The whole run counts."))


def after(from_us: int, to_us: int) -> Window:
    """The run after a time that a person chose."""
    return Window(from_us, to_us, tr("The first {hours:g} h are left out, as asked.").format(hours=from_us / 3.6e9))


def by_rule(quarter_hours: Values, to_us: int) -> Window:
    """The run after its transient; `quarter_hours` holds EVSEs occupied, one mean a quarter of an hour from 0 on."""
    days = len(quarter_hours) // _A_DAY
    if days < 2:
        return Window(
            0,
            to_us,
            tr("The whole run counts: shorter than two days, no transient can be told from the time of day."),
        )
    cut = _mser(_without_days(quarter_hours, days)) * _BATCH
    if not cut:
        return Window(0, to_us, tr("The whole run counts: MSER-5 on occupancy finds no transient."))
    return Window(
        cut * QUARTER_US,
        to_us,
        tr("The first {hours:g} h are left out, as MSER-5 on occupancy finds a transient there.").format(hours=cut / 4),
    )


def _without_days(values: Values, days: int) -> Values:
    """What is left of a curve when the mean of its time of day, over all days but the first, is taken away."""
    pattern = values[_A_DAY : days * _A_DAY].reshape(days - 1, _A_DAY).mean(axis=0)
    rest: Values = values - np.resize(pattern, len(values))
    return rest


def _mser(values: Values) -> int:
    """How many batches of five to leave out: where the standard error of the rest is least, within the first half."""
    count = len(values) // _BATCH
    batches = values[: count * _BATCH].reshape(count, _BATCH).mean(axis=1)
    errors = [float(batches[cut:].var()) / (count - cut) for cut in range(count // 2)]
    return int(np.argmin(errors)) if errors else 0
