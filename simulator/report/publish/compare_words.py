"""What a comparison says in words and figures, alike in the terminal and on a page."""

import math
from collections.abc import Sequence
from itertools import chain

from simulator.i18n import tr, trn
from simulator.report.compare.comparison import Comparison, is_comparable, links_apart, verdict_on
from simulator.report.compare.divergence import Divergence, Side
from simulator.report.compare.partings import Parting
from simulator.report.compare.variants import Variant
from simulator.report.kpi.definitions import Kpi
from simulator.report.kpi.intervals import Difference, Estimate
from simulator.report.publish.figures import number

_SHOWN_SEEDS = 12
_ROUNDING = 1e-9
"""Half of an interval below this share of its mean is that of floating-point sums."""


def runs_words(variant: Variant) -> str:
    """`10 runs, seeds 1 to 10`."""
    seeds = sorted(run.outcome.seed for run in variant.runs)
    if len(seeds) == 1:
        return tr("1 run, seed {seed}").format(seed=seeds[0])
    if seeds == list(range(seeds[0], seeds[-1] + 1)):
        told = tr("{first} to {last}").format(first=seeds[0], last=seeds[-1])
    else:
        told = ", ".join(map(str, seeds[:_SHOWN_SEEDS])) + (", …" if len(seeds) > _SHOWN_SEEDS else "")
    return tr("{count} runs, seeds {seeds}").format(count=len(seeds), seeds=told)


def load_words(variant: Variant) -> str:
    """`0.70 sessions per EVSE and day` where these are most, and whether that is a stress load; a dash if not known."""
    loads = sorted({load for run in variant.runs if (load := run.outcome.load)}, key=lambda load: load.highest)
    if not loads:
        return number(None)
    told = " … ".join(dict.fromkeys(f"{load.highest:.2f}" for load in (loads[0], loads[-1])))
    if loads[-1].is_stress:
        return tr("{load} sessions per EVSE and day, a stress load").format(load=told)
    return tr("{load} sessions per EVSE and day").format(load=told)


def mean_words(found: Estimate | None, variant: Variant) -> str:
    """`12.3 ± 1.4`, half of the 95 % interval behind the mean; the mean alone where there is no interval.

    Where only some of the variant's runs have the figure, it says how many.
    """
    if found is None:
        return number(None)
    told = _with_half(found.mean, found.high, signed=False)
    if found.runs == len(variant.runs):
        return told
    return trn("{mean} ({count} run)", "{mean} ({count} runs)", found.runs).format(mean=told, count=found.runs)


def difference_words(found: Difference | None) -> str:
    """`+1.2 ± 0.3`."""
    return _with_half(found.mean, found.high, signed=True) if found else number(None)


def against_words(comparison: Comparison, variant: Variant) -> str:
    """`B against A, over 10 pairs with common seeds`."""
    first = comparison.variants[0].name
    pairs = _pairs(comparison, variant)
    if not pairs:
        return tr("{name} against {first}, as independent samples").format(name=variant.name, first=first)
    return trn(
        "{name} against {first}, with {count} seed in common",
        "{name} against {first}, over {count} pairs with common seeds",
        pairs,
    ).format(name=variant.name, first=first, count=pairs)


def verdict_words(comparison: Comparison, variant: Variant, kpi: Kpi) -> str:
    """The verdict, and over how many pairs where not over those of `against_words`: some runs may lack a figure."""
    told = verdict_on(comparison, variant.name, kpi)
    found = comparison.differences[variant.name][kpi.id]
    if found is None or found.pairs == _pairs(comparison, variant) or not is_comparable(comparison, variant.name, kpi):
        return told
    if found.mean and found.is_beyond_chance is None:
        return told
    if not found.pairs:
        return tr("{verdict} (independent samples)").format(verdict=told)
    return trn("{verdict} ({count} pair)", "{verdict} ({count} pairs)", found.pairs).format(
        verdict=told, count=found.pairs
    )


def shown_links(comparison: Comparison, variants: Sequence[Variant], shown: int) -> tuple[list[Kpi], str]:
    """The figures of as many links as are to be shown of those variants, and a sentence if that is not all."""
    links = links_apart(comparison, variants)
    sentence = ""
    if len(links) > shown:
        sentence = tr("The {shown} of {all} links that differ most, or else carry most; --json has all.").format(
            shown=shown, all=len(links)
        )
    return list(chain(*links[:shown])), sentence


def parting_words(comparison: Comparison, parting: Parting) -> str:
    """`First message that differs: B against A, seed 1`."""
    if parting.variant is None:
        return tr("First message that differs")
    return tr("First message that differs: {name} against {first}, seed {seed}").format(
        name=parting.variant, first=comparison.variants[0].name, seed=parting.seed
    )


def divergence_rows(found: Divergence) -> list[tuple[str, str, str]]:
    """The message as either run has it, then what differs; nothing where no message does."""
    if found.left is None and found.right is None:
        return []
    message = (tr("message"), _line(found.left), _line(found.right))
    return [message, *((change.what, change.left, change.right) for change in found.changes)]


def _pairs(comparison: Comparison, variant: Variant) -> int:
    return max((found.pairs for found in comparison.differences[variant.name].values() if found), default=0)


def _line(side: Side | None) -> str:
    if side is None:
        return tr("none: the run has ended")
    return f"{side.time} {side.sender} -> {side.receiver} {side.method} {side.path}"


def _with_half(mean: float, high: float | None, *, signed: bool) -> str:
    """An interval with two digits that count, and its mean as far as these go."""
    sign = "+" if signed and mean > 0 else ""
    if high is None:
        return f"{sign}{number(mean)}"
    half = high - mean
    if half <= abs(mean) * _ROUNDING:
        return f"{sign}{number(mean)} ± 0"
    digits = max(0, 1 - math.floor(math.log10(half)))
    return f"{sign}{number(mean, digits)} ± {number(half, digits)}"
