"""Runs laid side by side: figures of each variant, differences from the first, curves, and what to beware of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from simulator.i18n import tr, trn
from simulator.recording.reader import Recording
from simulator.report.compare.divergence import Divergence, diverge
from simulator.report.compare.overlay import Overlay, overlay
from simulator.report.compare.runs import Run, find_runs
from simulator.report.compare.variants import ScenarioDifference, Variant, variants_of
from simulator.report.kpi.definitions import BY_ID, KPIS, Kpi, cost_kpi, module_kpis, modules_of
from simulator.report.kpi.facts import WarmUp
from simulator.report.kpi.intervals import Difference, Estimate, difference, estimate
from simulator.report.watch import Watch, unwatched

FORMAT: Final = 1
"""Counts up when the JSON of a comparison changes the meaning or name of something."""


class TooFewRuns(Exception):
    """There is nothing to compare. The message is a sentence."""


class Comparison(Struct, frozen=True):
    """`estimates` and `differences` (from the first variant) are by variant, then by figure; None: nothing to tell.

    `divergence` is of the runs `parted`, of which one may be in no variant: a second run of one scenario and seed.
    """

    variants: tuple[Variant, ...]
    scenario: tuple[ScenarioDifference, ...]
    kpis: tuple[Kpi, ...]
    estimates: dict[str, dict[str, Estimate | None]]
    differences: dict[str, dict[str, Difference | None]]
    curves: Overlay | None
    divergence: Divergence | None
    parted: tuple[str, ...]
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
    modules = modules_of(id for run in found.runs for id in run.outcome.values)
    kpis = (*KPIS, *(kpi for module in modules for kpi in module_kpis(module)), *map(cost_kpi, currencies))
    values = {variant.name: {kpi.id: _by_seed(variant.runs, kpi, currencies) for kpi in kpis} for variant in variants}
    first = values[variants[0].name]
    divergence = _divergence(found.runs, searching)
    return Comparison(
        variants=variants,
        scenario=grouped.differences,
        kpis=kpis,
        estimates={
            name: {id: estimate(list(by_seed.values())) for id, by_seed in figures.items()}
            for name, figures in values.items()
        },
        differences={
            variant.name: {id: difference(first[id], by_seed) for id, by_seed in values[variant.name].items()}
            for variant in variants[1:]
        },
        curves=overlay(variants),
        divergence=divergence,
        parted=tuple(run.name for run in found.runs) if divergence is not None else (),
        notes=(*found.notes, *grouped.notes, *_notes(variants)),
    )


def verdict(kpi: Kpi, found: Difference | None) -> str:
    """What a difference says, in a word: whether it is beyond chance, and if so which way it goes."""
    if found is None:
        return tr("not measured in both")
    if not found.mean and not found.low and not found.high:
        return tr("equal")
    if found.is_beyond_chance is None:
        return tr("one run each: chance unknown")
    if not found.is_beyond_chance:
        return tr("within chance")
    is_more = found.mean > 0
    if not kpi.better:
        return tr("more, beyond chance") if is_more else tr("less, beyond chance")
    is_good = is_more == (kpi.better == "more")
    return tr("better, beyond chance") if is_good else tr("worse, beyond chance")


def _by_seed(runs: Iterable[Run], kpi: Kpi, currencies: Sequence[str]) -> dict[int, float]:
    found: dict[int, float | None] = {}
    for run in runs:
        if kpi.id in run.outcome.values:
            found[run.outcome.seed] = run.outcome.values[kpi.id]
        elif kpi.unit in currencies:
            # Without a CDR in a currency nothing is owed in it.
            found[run.outcome.seed] = float(run.outcome.cost.get(kpi.unit, 0))
        elif kpi.id not in BY_ID and modules_of(run.outcome.values):
            # A module of which no message was sent.
            found[run.outcome.seed] = 0.0
    return {seed: value for seed, value in found.items() if value is not None}


def _divergence(runs: Sequence[Run], watch: Watch) -> Divergence | None:
    """Of exactly two runs whose recordings there are."""
    if len(runs) != 2 or runs[0].recording is None or runs[1].recording is None:
        return None
    with Recording.open(runs[0].recording) as left, Recording.open(runs[1].recording) as right:
        return diverge(left, right, watch)


def _notes(variants: Sequence[Variant]) -> Iterable[str]:
    runs = [run for variant in variants for run in variant.runs]
    for run in runs:
        if not run.outcome.is_complete:
            yield tr("{name} did not come to its end; it is measured as far as it came.").format(name=run.name)
    windows = _named(runs, lambda run: _window(run))
    if len(windows) > 1:
        yield tr("The runs count different parts of time: {which}. --warm-up none or a time makes them equal.").format(
            which=_told(windows)
        )
    levels = _named(runs, lambda run: run.outcome.level)
    if len(levels) > 1:
        yield tr(
            "The runs were recorded at different levels: {which}. At level aggregates the picture of availability is "
            "not known."
        ).format(which=_told(levels))
    programs = _named(runs, lambda run: run.outcome.program)
    if len(programs) > 1:
        yield tr("The runs were made by different versions of the program: {which}.").format(which=_told(programs))
    if len(variants) > 1:
        yield from _on_chance(variants)


def _on_chance(variants: Sequence[Variant]) -> Iterable[str]:
    if all(len(variant.runs) == 1 for variant in variants):
        yield tr(
            "There is one run of each variant: whether a difference is chance cannot be told. Play each with several "
            "seeds (`ocpi-sim run --seeds 1..10`, or `ocpi-sim sweep`)."
        )
        return
    first = {run.outcome.seed for run in variants[0].runs}
    apart = [
        variant.name
        for variant in variants[1:]
        if len(first.intersection(run.outcome.seed for run in variant.runs)) < 2
    ]
    if apart:
        yield trn(
            "{names} shares too few seeds with {first} for pairs and is compared with it as an independent sample.",
            "{names} share too few seeds with {first} for pairs and are compared with it as independent samples.",
            len(apart),
        ).format(names=", ".join(apart), first=variants[0].name)
    yield tr(
        "Each interval is right 95 times in 100, so about one figure in twenty seems to differ though it does not."
    )


def _named(runs: Iterable[Run], of: Callable[[Run], str]) -> Mapping[str, list[str]]:
    """Names of runs by something that they have; runs of which it is not known are left out."""
    found: dict[str, list[str]] = {}
    for run in runs:
        if of(run):
            found.setdefault(of(run), []).append(run.name)
    return found


def _told(named: Mapping[str, list[str]]) -> str:
    return "; ".join(
        tr("{what} ({name})").format(what=what, name=names[0])
        if len(names) == 1
        else tr("{what} ({name} and {more} more)").format(what=what, name=names[0], more=len(names) - 1)
        for what, names in named.items()
    )


def _window(run: Run) -> str:
    window = run.outcome.window
    return tr("{begin:g} h to {end:g} h").format(begin=window.from_us / 3.6e9, end=window.to_us / 3.6e9)
