"""Curves of variants over the same quarter hours: the mean over the seeds of each, and its 95 % interval.

Runs are laid over one another from their starts on. What that makes of time is said, for a street has its times of day:
the runs have a local time in common, or the time of day on different dates, or only how long they have been going.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Final, Literal

from msgspec import Struct

from simulator.report.clock import LocalClock
from simulator.report.compare.outcome import Outcome
from simulator.report.compare.variants import Variant
from simulator.report.kpi.intervals import Estimate, estimate
from simulator.report.kpi.warm_up import QUARTER_US

Axis = Literal["local_time", "time_of_day", "since_start"]

SHOWN: Final = 6
"""So many variants are told apart on a plot; it has the first ones."""


class VariantCurves(Struct, frozen=True):
    """An estimate a quarter of an hour; None where not every run of the variant counts."""

    power_kw: list[Estimate | None]
    occupied_evses: list[Estimate | None]


class Overlay(Struct, frozen=True):
    """`from_s`: when each quarter of an hour begins, after the start of each run.

    `start_epoch_us` and `zone` say what that is in the first run's local time; `axis` is what of it holds for all runs.
    """

    axis: Axis
    start_epoch_us: int
    zone: str
    from_s: list[float]
    variants: dict[str, VariantCurves]


def overlay(variants: Sequence[Variant]) -> Overlay | None:
    """The curves of the first variants; None where a run does not have them."""
    shown = variants[:SHOWN]
    if any(run.outcome.curves is None for variant in shown for run in variant.runs):
        return None
    runs = {variant.name: [run.outcome for run in variant.runs] for variant in shown}
    from_s = sorted({at_s for outcomes in runs.values() for each in outcomes for at_s in _whole(each, "from_s")})
    first = variants[0].runs[0].outcome

    def estimates(name: str, column: str) -> list[Estimate | None]:
        by_time = [_whole(outcome, column) for outcome in runs[name]]
        return [
            estimate([values[at_s] for values in by_time]) if all(at_s in values for values in by_time) else None
            for at_s in from_s
        ]

    return Overlay(
        _axis((run.outcome for variant in shown for run in variant.runs), from_s),
        first.start_epoch_us,
        first.zone,
        from_s,
        {name: VariantCurves(estimates(name, "mean_kw"), estimates(name, "occupied_evses")) for name in runs},
    )


def _whole(outcome: Outcome, column: str) -> dict[float, float]:
    """A column by the begin of the quarter of an hour, of whole ones.

    Of one within which a warm-up or the run ends only a part counts: no value to lay beside those of a whole one.
    """
    curves = outcome.curves
    if curves is None:
        return {}
    return {
        at_s: value
        for at_s, value in zip(curves.from_s, getattr(curves, column), strict=True)
        if not at_s * 1e6 % QUARTER_US and at_s * 1e6 + QUARTER_US <= outcome.window.to_us
    }


def _axis(outcomes: Iterable[Outcome], from_s: Sequence[float]) -> Axis:
    starts = dict.fromkeys((outcome.start_epoch_us, outcome.zone) for outcome in outcomes)
    if len(starts) == 1:
        return "local_time"
    clocks = [LocalClock({"start_epoch_us": str(start_epoch_us), "zone": zone}) for start_epoch_us, zone in starts]
    # At each quarter of an hour: the time of day parts where the clocks of only one run change.
    begins = {_begin(clock, at_s) for clock in clocks for at_s in from_s}
    return "time_of_day" if len(begins) == 1 else "since_start"


def _begin(clock: LocalClock, at_s: float) -> timedelta:
    """The time of day at which a run began, as the clock on the wall tells it `at_s` later."""
    midnight = datetime.combine(clock.at(0).date(), time())
    return clock.at(round(at_s * 1e6)).replace(tzinfo=None) - midnight - timedelta(seconds=at_s)
