"""Runs laid side by side: figures of each variant, differences from the first, curves, and what to beware of."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final

from msgspec import Struct

from simulator.i18n import tr
from simulator.report.compare.beware import beware_of
from simulator.report.compare.outcome import Outcome
from simulator.report.compare.overlay import Overlay, overlay
from simulator.report.compare.partings import Parting, partings_of
from simulator.report.compare.runs import find_runs
from simulator.report.compare.variants import ScenarioDifference, Variant, variants_of
from simulator.report.kpi.definitions import KPIS, TURNED_AWAY, Kpi, cost_kpi, kpis_by_link, kpis_by_module
from simulator.report.kpi.facts import WarmUp
from simulator.report.kpi.intervals import Difference, Estimate, difference, estimate
from simulator.report.watch import Watch, unwatched

FORMAT: Final = 1
"""Counts up when the JSON of a comparison changes the meaning or name of something."""


class TooFewRuns(Exception):
    """There is nothing to compare. The message is a sentence."""


class Comparison(Struct, frozen=True):
    """`estimates` and `differences` (from the first variant) are by variant, then by figure; None: nothing to tell.

    `links` has the figures of each link, which may be many, `kpis` all others.
    `unequal` names the variants that do not count for as long as the first, so that their totals cannot be compared.
    `partings` have the first message that differs of each further variant, or of two runs alone.
    """

    variants: tuple[Variant, ...]
    scenario: tuple[ScenarioDifference, ...]
    kpis: tuple[Kpi, ...]
    links: tuple[tuple[Kpi, Kpi], ...]
    estimates: dict[str, dict[str, Estimate | None]]
    differences: dict[str, dict[str, Difference | None]]
    unequal: tuple[str, ...]
    curves: Overlay | None
    partings: tuple[Parting, ...]
    notes: tuple[str, ...]


def compare(
    paths: Sequence[Path], warm_up: WarmUp, measuring: Watch = unwatched, searching: Watch = unwatched
) -> Comparison:
    """Compare recordings and sweeps; see `find_runs`. Raises TooFewRuns, and what `find_runs` raises.

    `measuring` hears of the runs, `searching` of the messages among which the first that differs is looked for.
    """
    found = find_runs(paths, warm_up, measuring)
    if len(found.runs) < 2:
        raise TooFewRuns(
            tr("There is nothing to compare: name two runs or more, or a sweep with more than one run done.")
        )
    grouped = variants_of(found.runs)
    variants = grouped.variants
    currencies = sorted({currency for run in found.runs for currency in run.outcome.cost})
    ids = list(dict.fromkeys(id for run in found.runs for id in run.outcome.values))
    by_module, by_link = kpis_by_module(ids), kpis_by_link(ids)
    kpis = (*KPIS, *chain(*by_module), *map(cost_kpi, currencies))
    values: dict[str, dict[str, dict[int, float]]] = {}
    for variant in variants:
        by_seed = {run.outcome.seed: _values(run.outcome, currencies, by_module, by_link) for run in variant.runs}
        values[variant.name] = {kpi.id: _known(by_seed, kpi) for kpi in chain(kpis, *by_link)}
    first = values[variants[0].name]
    partings = partings_of(found.runs, variants, searching)
    curves = overlay(variants)
    return Comparison(
        variants=variants,
        scenario=grouped.differences,
        kpis=kpis,
        links=tuple(by_link),
        estimates={
            name: {id: estimate(list(by_seed.values())) for id, by_seed in figures.items()}
            for name, figures in values.items()
        },
        differences={
            variant.name: {id: difference(first[id], by_seed) for id, by_seed in values[variant.name].items()}
            for variant in variants[1:]
        },
        unequal=tuple(each.name for each in variants[1:] if len(_lengths(variants[0]) | _lengths(each)) > 1),
        curves=curves,
        partings=partings.found,
        notes=(*found.notes, *grouped.notes, *beware_of(variants, curves), *partings.notes),
    )


def links_apart(comparison: Comparison, variants: Sequence[Variant]) -> list[tuple[Kpi, Kpi]]:
    """The links, first those in which these variants differ most from the first, then those that carry most."""
    differences = [comparison.differences[each.name] for each in variants if each.name in comparison.differences]
    first = comparison.estimates[comparison.variants[0].name]

    def sizes(link: tuple[Kpi, Kpi]) -> list[float]:
        apart = [[abs(found.mean) for each in differences if (found := each[kpi.id])] for kpi in link]
        carried = [mean.mean if (mean := first[kpi.id]) else 0.0 for kpi in link]
        return [*(max(each, default=0.0) for each in apart), *carried]

    return sorted(comparison.links, key=sizes, reverse=True)


def is_comparable(comparison: Comparison, name: str, kpi: Kpi) -> bool:
    """Whether a figure of a variant and of the first is of the same: as long a time, and no less of what happened."""
    return not (kpi.grows and name in comparison.unequal) and not _is_flattered(comparison, name, kpi)


def verdict_on(comparison: Comparison, name: str, kpi: Kpi) -> str:
    """What the difference of a variant from the first says, in a word, where it can be told."""
    if not is_comparable(comparison, name, kpi):
        if kpi.leaves_out == TURNED_AWAY:
            return tr("not comparable: how many were turned away differs")
        return tr("not comparable: lengths differ") if kpi.grows else tr("not comparable: what never arrived differs")
    return verdict(kpi, comparison.differences[name][kpi.id])


def verdict(kpi: Kpi, found: Difference | None) -> str:
    """What a difference says, in a word: whether it is beyond chance, and if so which way it goes."""
    if found is None:
        return tr("not measured in both")
    if not found.mean and not found.low and not found.high:
        return tr("equal")
    if found.is_beyond_chance is None:
        return tr("one pair only: chance unknown") if found.pairs == 1 else tr("too few runs: chance unknown")
    if not found.is_beyond_chance:
        return tr("within chance")
    is_more = found.mean > 0
    if not kpi.better:
        return tr("more, beyond chance") if is_more else tr("less, beyond chance")
    is_good = is_more == (kpi.better == "more")
    return tr("better, beyond chance") if is_good else tr("worse, beyond chance")


def _is_flattered(comparison: Comparison, name: str, kpi: Kpi) -> bool:
    """Whether the figure and how much it leaves out go different ways: less of what came may be worse.

    Enough runs may tell that what is left out differs by chance only.
    """
    differences = comparison.differences[name]
    found, left_out = differences[kpi.id], differences.get(kpi.leaves_out)
    if found is None or left_out is None or left_out.is_beyond_chance is False:
        return False
    return found.mean * left_out.mean < 0


def _lengths(variant: Variant) -> set[str]:
    return {run.outcome.window.length for run in variant.runs}


def _values(outcome: Outcome, currencies: Sequence[str], *parts: Sequence[tuple[Kpi, Kpi]]) -> dict[str, float | None]:
    """All figures of a run: 0 is owed in a currency without CDRs, and sent by a module or link without messages."""
    found: dict[str, float | None] = {
        cost_kpi(currency).id: float(outcome.cost.get(currency, 0)) for currency in currencies
    }
    is_silent = outcome.values.get("exchanges") == 0
    for kpis in parts:
        ids = [kpi.id for kpi in chain(*kpis)]
        # A run that an earlier version measured may not know of modules or links at all, nor does one without messages.
        if is_silent or any(id in outcome.values for id in ids):
            found |= dict.fromkeys(ids, 0.0)
    return found | outcome.values


def _known(by_seed: Mapping[int, Mapping[str, float | None]], kpi: Kpi) -> dict[int, float]:
    found = ((seed, values.get(kpi.id)) for seed, values in by_seed.items())
    return {seed: value for seed, value in found if value is not None}
