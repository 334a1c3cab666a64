"""Which part of a run counts: what the start has not yet forgotten is left out by a rule, never by eye.

A street has its times of day, which no truncation may take for a transient. So only whole days are left out, and a day
is compared with the days after it: it goes when its occupancy lies outside of the prediction interval for one more of
them (Student's t; G. J. Hahn, W. Q. Meeker, Statistical Intervals, 1991), shared over all days that are tried.

A street has its week too: a workplace is nearly empty on a Sunday, which is no transient. So a day is compared with
days of its kind, those from Monday to Friday or those of a weekend.

How many of its kind follow goes by the weekday that a run begins on, but whether a transient is found should not. A
comparison in whose interval even an empty street would lie finds nothing out. So where fewer than three of its kind
follow, or those find nothing out, a day is compared with all that follow: the interval of such as differ by their kind
is so wide that it finds nothing out either. A day within an interval like that is not usual: it could not be judged,
which is said and never passed for a finding. Neither could one that none of its kind follows, if it is unlike the
others: it may be of a transient or of its kind.

Limits: Saturdays are taken to be as Sundays are, Fridays as Mondays. A working day before nothing but days off is left
out as if it were a transient. And of a transient over a first weekend that has none after it nobody can tell that it is
no weekend.

A holiday is of neither kind, and nobody tells which days are: but a transient is at the beginning, so a day that is
unlike the others after a usual one is none of it, and no measure for the days before it either. (In the second half, by
which all others are measured, a holiday widens the interval: then rather too little is left out.)

A day is one of the calendar, from midnight to midnight on the scenario's clock, 23 or 25 hours long where clocks
change. What a run has of its first and last day besides is no day: too little to be compared with one.

Days played from recorded sessions are data and no transient: where nobody else comes, nothing is left out by rule.

What counts begins with a whole minute of the run, for a recording of aggregates counts messages by the minute.
"""

import math
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from simulator.i18n import tr, trn
from simulator.recording.series import Values
from simulator.report.clock import LocalClock
from simulator.report.interval import student_t

QUARTER_US: Final = 900_000_000
FEWEST_DAYS: Final = 5
"""Of fewer days too few are left to say what is usual."""

_MINUTE_US: Final = 60_000_000
_FEWEST_AFTER: Final = 3
"""So many days of its kind tell how much such days differ; where fewer follow, days of any kind have to."""

_SATURDAY: Final = 5
_FALSE: Final = 0.02
"""How often a run without a transient may lose days all the same, by one comparison a day; a second one may follow."""

_NEGLIGIBLE: Final = 0.01
"""A day that differs by less than this share of the others does no figure any harm."""

_SHORT_TAIL_US: Final = 7_200_000_000
_SHORT_TAIL: Final = 0.1
"""What follows the recorded days is worth a remark if it is longer, and more than this share of what counts."""


Verdict = Literal["usual", "unlike", "untold"]
"""What a comparison says of a day; `untold`: it could not have noticed an empty one."""


class NothingLeft(ValueError):
    """A warm-up as long as the run. The message is a sentence."""

    @classmethod
    def of(cls, warm_up_us: int, run_us: int) -> "NothingLeft":
        """What to raise for such a warm-up of such a run."""
        sentence = tr("A warm-up of {warm_up:g} h leaves nothing of a run of {run:g} h; choose a shorter one.")
        return cls(sentence.format(warm_up=warm_up_us / 3.6e9, run=run_us / 3.6e9))


class Window(Struct, frozen=True):
    """The part of a run that counts, in microseconds since its start, and why, in a sentence.

    `recorded_to_us`: if all drivers came as recorded, the end of the last day on which one did (of a run that was cut
    off, its end); None of other runs.
    """

    from_us: int
    to_us: int
    rule: str
    recorded_to_us: int | None = None

    @property
    def span(self) -> str:
        """From where to where it goes, in a sentence."""
        told = tr("Measured is the time from {begin} to {end} of the run.")
        return told.format(begin=hours_words(self.from_us), end=hours_words(self.to_us))

    @property
    def is_recorded_whole(self) -> bool:
        """Whether it has recorded days only, and all of them."""
        return self.recorded_to_us is not None and self.from_us == 0

    @property
    def quiet(self) -> str:
        """That the recorded days are over long before what counts ends, in a sentence; empty if they are not."""
        if self.recorded_to_us is None:
            return ""
        tail_us = self.to_us - max(self.recorded_to_us, self.from_us)
        if tail_us <= max(_SHORT_TAIL_US, _SHORT_TAIL * (self.to_us - self.from_us)):
            return ""
        return tr(
            "After {hours} nobody arrives, in the last {tail} of what counts: figures over time (occupancy, load "
            "factor, sessions per EVSE and day) are lower than those of the days before. `ocpi-sim run --until "
            "{until}` measures these alone."
        ).format(
            hours=hours_words(self.recorded_to_us),
            tail=hours_words(tail_us),
            until=f"{self.recorded_to_us / 3.6e9:.7g}h",
        )

    @property
    def length(self) -> str:
        """How long it is, in words that tell apart what differs by a second."""
        return hours_words(self.to_us - self.from_us)

    @property
    def hours(self) -> float:
        """How long it is."""
        return (self.to_us - self.from_us) / 3_600_000_000


def hours_words(duration_us: int) -> str:
    """`168 h`, told apart to the second."""
    return tr("{hours:.7g} h").format(hours=duration_us / 3.6e9)


def whole(to_us: int) -> Window:
    """All of the run."""
    return Window(0, to_us, tr("The whole run counts."))


def after(from_us: int, to_us: int) -> Window:
    """The run after a time that a person chose."""
    return Window(from_us, to_us, tr("The first {hours:g} h are left out, as asked.").format(hours=from_us / 3.6e9))


def recorded_whole() -> str:
    """Why nothing is left out of days that were recorded, in a sentence."""
    return tr("The days are recorded ones: the whole run counts.")


def by_rule(quarter_hours: Values, to_us: int, clock: LocalClock) -> Window:
    """The run after its transient; `quarter_hours` holds EVSEs occupied, one mean a quarter of an hour from 0 on."""
    midnights_us = clock.midnights(min(to_us, len(quarter_hours) * QUARTER_US))
    days = len(midnights_us) - 1
    if days < FEWEST_DAYS:
        told = tr("The whole run counts: of fewer than {days} whole days, no transient can be told from chance.")
        return Window(0, to_us, told.format(days=FEWEST_DAYS))
    edges = [round(at_us / QUARTER_US) for at_us in midnights_us]
    means = np.array([quarter_hours[begin:end].mean() for begin, end in pairwise(edges)])
    is_weekend = np.array([clock.at(at_us).weekday() >= _SATURDAY for at_us in midnights_us[:-1]])
    cut, untold = _first_days(means, is_weekend)
    from_us = -(-midnights_us[cut] // _MINUTE_US) * _MINUTE_US if cut else 0
    return Window(from_us, to_us, _sentence(from_us, untold))


def _sentence(from_us: int, untold: int) -> str:
    """What is left out and why, and how many days after it could not be judged."""
    if from_us:
        told = tr(
            "The first {hours:g} h are left out: their occupancy differs beyond chance from that of the days after."
        ).format(hours=from_us / 3.6e9)
        unsure = trn(
            "Whether the next day is usual could not be judged: too few days of its kind (Monday to Friday, or "
            "weekend) follow, or they differ too much.",
            "Whether the next {days} days are usual could not be judged: too few days of their kind (Monday to Friday, "
            "or weekend) follow, or they differ too much.",
            untold,
        ).format(days=untold)
        return f"{told} {unsure}" if untold else told
    if untold:
        return trn(
            "The whole run counts, but whether its first day is usual could not be judged: too few days of its kind "
            "(Monday to Friday, or weekend) follow, or they differ too much. A longer run would tell.",
            "The whole run counts, but whether its first {days} days are usual could not be judged: too few days of "
            "their kind (Monday to Friday, or weekend) follow, or they differ too much. A longer run would tell.",
            untold,
        ).format(days=untold)
    return tr("The whole run counts: no first day is occupied otherwise than the days after it.")


def _first_days(means: Values, is_weekend: NDArray[np.bool_]) -> tuple[int, int]:
    """How many days to leave out, and how many after these could not be judged.

    Left out are those of the first half, before the first usual one, up to the last that is unlike the days after it.
    """
    half = len(means) // 2
    is_measure = np.ones(len(means), np.bool_)
    verdicts: list[Verdict] = ["untold"] * half
    for day in range(half - 1, -1, -1):
        is_after = is_measure & (np.arange(len(means)) > day)
        verdicts[day] = _verdict(float(means[day]), means, is_after, is_weekend == is_weekend[day], half)
        is_measure[day] = verdicts[day] != "unlike"
    first = verdicts.index("usual") if "usual" in verdicts else half
    cut = max((day + 1 for day in range(first) if verdicts[day] == "unlike"), default=0)
    return cut, first - cut


def _verdict(
    mean: float, means: Values, is_after: NDArray[np.bool_], is_of_kind: NDArray[np.bool_], tests: int
) -> Verdict:
    """What the days after a day say of it: those of its kind, or all where these tell nothing."""
    of_kind = means[is_after & is_of_kind]
    verdict = _compared(mean, of_kind, tests) if len(of_kind) >= _FEWEST_AFTER else "untold"
    if verdict != "untold":
        return verdict
    of_any = _compared(mean, means[is_after], tests)
    return "untold" if of_any == "unlike" and not len(of_kind) else of_any


def _compared(mean: float, after: Values, tests: int) -> Verdict:
    """Whether a day lies outside of where one more of the days after it lies, with all `tests` at once in mind."""
    usual = float(after.mean())
    spread = float(after.std(ddof=1)) * math.sqrt(1 + 1 / len(after))
    bound = max(_NEGLIGIBLE * usual, student_t(len(after) - 1, 1 - _FALSE / tests) * spread)
    if abs(mean - usual) > bound:
        return "unlike"
    return "untold" if bound >= usual > 0 else "usual"
