"""What to beware of when runs are laid side by side: what else than their scenarios sets them apart, and chance."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from simulator.i18n import tr, trn
from simulator.report.clock import LocalClock
from simulator.report.compare.overlay import Overlay
from simulator.report.compare.runs import Run
from simulator.report.compare.variants import Variant
from simulator.report.kpi.warm_up import hours_words, recorded_whole
from simulator.scenario.loads import STRESS_ABOVE


def beware_of(variants: Sequence[Variant], curves: Overlay | None) -> Iterable[str]:
    """Sentences for whoever reads the comparison; `curves` are those that it has."""
    runs = [run for variant in variants for run in variant.runs]
    for run in runs:
        if not run.outcome.is_complete:
            yield tr("{name} did not come to its end; it is measured as far as it came.").format(name=run.name)
    stressed = [variant.name for variant in variants if any(_is_stressed(run) for run in variant.runs)]
    if stressed:
        yield trn(
            "{names} has a stress load, more than {bound:g} sessions per EVSE and day: it shows how a system fails, "
            "not how a city charges.",
            "{names} have a stress load, more than {bound:g} sessions per EVSE and day: they show how a system fails, "
            "not how a city charges.",
            len(stressed),
        ).format(names=", ".join(stressed), bound=STRESS_ABOVE)
    yield from _on_starts(runs, curves)
    yield from _on_windows(runs)
    yield from _on_recorded_days(runs)
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


def _on_starts(runs: Sequence[Run], curves: Overlay | None) -> Iterable[str]:
    starts = _named(runs, _start)
    if len(starts) < 2:
        return
    told = [tr("The starts of the runs differ: {which}.").format(which=_told(starts))]
    axis = curves.axis if curves is not None and curves.from_s else None
    if axis == "time_of_day":
        told.append(tr("Their curves lie over one another by the time of day."))
    if axis == "since_start":
        told.append(
            tr("Their curves lie over one another by the hours since the start of each, not by the time of day.")
        )
    yield " ".join(told)


def _on_windows(runs: Sequence[Run]) -> Iterable[str]:
    windows = _named(runs, _window)
    if len(windows) < 2:
        return
    told = [tr("The runs count different parts of time: {which}.").format(which=_told(windows))]
    if len({run.outcome.window.to_us for run in runs}) == 1:
        told.append(tr("--warm-up none or a time makes them equal."))
    if len({run.outcome.window.length for run in runs}) > 1:
        told.append(
            tr(
                "Their lengths differ: totals (drivers, energy, CDRs, messages, bytes, cost) and the peak cannot be "
                "compared, and all others are of other hours."
            )
        )
    yield " ".join(told)


def _on_recorded_days(runs: Sequence[Run]) -> Iterable[str]:
    whole = _named(runs, lambda run: recorded_whole() if run.outcome.window.is_recorded_whole else "")
    quiet = _named(runs, lambda run: run.outcome.window.quiet)
    for found in (whole, quiet):
        if found:
            is_of_all = len(found) == 1 and sum(map(len, found.values())) == len(runs)
            yield next(iter(found)) if is_of_all else _told(found)


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


def _is_stressed(run: Run) -> bool:
    return run.outcome.load is not None and run.outcome.load.is_stress


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


def _start(run: Run) -> str:
    """Not known of a table that an earlier version left of a sweep."""
    outcome = run.outcome
    if not outcome.zone:
        return ""
    clock = LocalClock({"start_epoch_us": str(outcome.start_epoch_us), "zone": outcome.zone})
    return f"{clock.at(0):%Y-%m-%d %H:%M:%S}".removesuffix(":00") + f" {clock.zone}"


def _window(run: Run) -> str:
    window = run.outcome.window
    return tr("{begin} to {end}").format(begin=hours_words(window.from_us), end=hours_words(window.to_us))
