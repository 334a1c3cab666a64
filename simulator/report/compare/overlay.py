"""Curves of variants over the same quarter hours: the mean over the seeds of each, and its 95 % interval."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from simulator.report.compare.variants import Variant
from simulator.report.kpi.intervals import Estimate, estimate

SHOWN: Final = 6
"""So many variants are told apart on a plot; it has the first ones."""


class VariantCurves(Struct, frozen=True):
    """An estimate a quarter of an hour; None where not every run of the variant counts."""

    power_kw: list[Estimate | None]
    occupied_evses: list[Estimate | None]


class Overlay(Struct, frozen=True):
    """`from_s`: when each quarter of an hour begins; `start_epoch_us` and `zone` say what that is in local time."""

    start_epoch_us: int
    zone: str
    from_s: list[float]
    variants: dict[str, VariantCurves]


def overlay(variants: Sequence[Variant]) -> Overlay | None:
    """The curves of the first variants; None where a run does not have them."""
    shown = variants[:SHOWN]
    curves = {variant.name: [run.outcome.curves for run in variant.runs] for variant in shown}
    if any(each is None for runs in curves.values() for each in runs):
        return None
    from_s = sorted({at_s for runs in curves.values() for each in runs if each for at_s in each.from_s})
    first = variants[0].runs[0].outcome

    def estimates(name: str, column: str) -> list[Estimate | None]:
        by_time = [
            dict(zip(each.from_s, getattr(each, column), strict=True)) for each in curves[name] if each is not None
        ]
        return [
            estimate([values[at_s] for values in by_time]) if all(at_s in values for values in by_time) else None
            for at_s in from_s
        ]

    return Overlay(
        first.start_epoch_us,
        first.zone,
        from_s,
        {name: VariantCurves(estimates(name, "mean_kw"), estimates(name, "occupied_evses")) for name in curves},
    )
