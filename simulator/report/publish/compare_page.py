"""The page of a comparison: variants, scenario differences, figures with intervals, overlaid curves, first message."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Final

from simulator.i18n import tr, trn
from simulator.report.clock import LocalClock
from simulator.report.compare.comparison import Comparison
from simulator.report.compare.overlay import SHOWN, Overlay
from simulator.report.compare.partings import Parting
from simulator.report.compare.variants import Variant
from simulator.report.kpi.definitions import link_kpis
from simulator.report.kpi.intervals import Estimate
from simulator.report.publish.compare_words import (
    against_words,
    difference_words,
    divergence_rows,
    load_words,
    mean_words,
    parting_words,
    runs_words,
    shown_links,
    verdict_words,
)
from simulator.report.publish.figures import number
from simulator.report.publish.page import SHOWN_ROWS, PageTable, Plot, missing, plot, render
from simulator.report.publish.plots import Curve, over_hours, over_time

_ABREAST: Final = 4
"""So many variants stand side by side in a table."""

_SHOWN_PATHS: Final = 10
"""So many paths of the scenario are in view; the others are folded, for the figures stand below."""

_SHOWN_LINKS: Final = 20


def compare_page(comparison: Comparison) -> bytes:
    """The page as UTF-8. Raises NotWritten when the packages that it needs are not installed."""
    variants = comparison.variants
    shown = [variant.name for variant in variants[:SHOWN]]
    scenario, folded = _scenario(comparison)
    cut = tr("Curves of {names}, the first of {count} variants.").format(names=", ".join(shown), count=len(variants))
    return render(
        "compare.html.j2",
        title=tr("{names} compared").format(names=_names(comparison)),
        variants=_variants(variants),
        scenario=scenario,
        folded=folded,
        figures=[
            _figures(comparison, variants[begin : begin + _ABREAST]) for begin in range(0, len(variants), _ABREAST)
        ],
        meanings=_meanings(comparison),
        plots=_curves(comparison.curves, variants) if comparison.curves else [],
        plots_note=cut if len(variants) > SHOWN else "",
        against=[_against(comparison, variant) for variant in variants[1:]],
        partings=[_parting(comparison, parting) for parting in comparison.partings],
        notes=comparison.notes,
        words={
            "scenario": tr("What differs in the scenario"),
            "nothing": tr("Nothing differs in the scenario."),
            "over_time": tr("Over time"),
            "bands": tr("Means over the runs of each variant; bands are their 95 % intervals."),
            "beware": tr("To beware of"),
        },
    )


def _names(comparison: Comparison) -> str:
    return ", ".join(
        dict.fromkeys(run.outcome.scenario for variant in comparison.variants for run in variant.runs)
    ) or tr("Runs")


def _variants(variants: Sequence[Variant]) -> PageTable:
    rows = [(variant.name, variant.title, runs_words(variant), load_words(variant)) for variant in variants]
    columns = (tr("variant"), tr("what sets it apart"), tr("runs"), tr("load"))
    return _table(tr("Variants"), "", columns, rows)


def _scenario(comparison: Comparison) -> tuple[PageTable | None, PageTable | None]:
    """What differs, first where all variants say something: the first lines, and those to fold away."""
    names = [variant.name for variant in comparison.variants]
    told = sorted(comparison.scenario, key=lambda each: None in each.values.values())
    rows = [(each.path, *(each.values[name] or "–" for name in names)) for each in told]
    columns = (tr("path"), *names)
    shown, folded = rows[:_SHOWN_PATHS], rows[_SHOWN_PATHS:SHOWN_ROWS]
    summary = trn("{count} path more", "{count} paths more", len(folded)).format(count=len(folded))
    if len(rows) > SHOWN_ROWS:
        summary = tr("{summary}; --json has all {all}").format(summary=summary, all=len(rows))
    return (
        _table("", "", columns, shown) if shown else None,
        _table(summary, "", columns, folded) if folded else None,
    )


def _figures(comparison: Comparison, variants: Sequence[Variant]) -> PageTable:
    names = [variant.name for variant in variants]
    links, cut = shown_links(comparison, variants, _SHOWN_LINKS)
    rows = [
        (kpi.name, kpi.unit, *(mean_words(comparison.estimates[each.name][kpi.id], each) for each in variants))
        for kpi in (*comparison.kpis, *links)
    ]
    caption = tr("Mean over the runs of a variant ± half of its 95 % interval (Student's t).")
    columns = (tr("figure"), tr("unit"), *names)
    return _table(tr("Figures"), f"{caption} {cut}".rstrip(), columns, rows, range(2, 2 + len(names)))


def _meanings(comparison: Comparison) -> PageTable:
    kpis = (*comparison.kpis, *(link_kpis(tr("sender"), tr("receiver")) if comparison.links else ()))
    rows = [(kpi.name, kpi.unit, kpi.meaning, kpi.source) for kpi in kpis]
    columns = (tr("figure"), tr("unit"), tr("what it means"), tr("measured on"))
    return _table(tr("What the figures mean"), "", columns, rows)


def _against(comparison: Comparison, variant: Variant) -> PageTable:
    found = comparison.differences[variant.name]
    links, cut = shown_links(comparison, [variant], _SHOWN_LINKS)
    rows = []
    for kpi in (*comparison.kpis, *links):
        each = found[kpi.id]
        bounds = "–" if each is None or each.low is None else f"{number(each.low)} … {number(each.high)}"
        rows.append((kpi.name, kpi.unit, difference_words(each), bounds, verdict_words(comparison, variant, kpi)))
    columns = (tr("figure"), tr("unit"), tr("difference"), tr("95 % interval"), tr("verdict"))
    return _table(against_words(comparison, variant), cut, columns, rows, (2, 3))


def _parting(comparison: Comparison, parting: Parting) -> dict[str, str | PageTable | None]:
    """What a page says of it; of runs without such a message the sentence names them, as there is no table."""
    left, right = parting.runs
    rows = divergence_rows(parting.divergence)
    sentence = parting.divergence.sentence
    return {
        "title": parting_words(comparison, parting),
        "sentence": sentence if rows else f"{left} | {right}: {sentence}",
        "message": _table("", "", ("", left, right), rows) if rows else None,
    }


def _curves(curves: Overlay, variants: Sequence[Variant]) -> list[Plot]:
    """Power and places over time; nothing for runs shorter than a quarter of an hour."""
    if not curves.from_s:
        return []
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise missing(error) from error
    clock = LocalClock({"zone": curves.zone, "start_epoch_us": str(curves.start_epoch_us)})
    hours = [from_s / 3_600 for from_s in curves.from_s]
    if curves.axis == "local_time":
        over = partial(over_time, [clock.at(round(from_s * 1e6)) for from_s in curves.from_s])
    elif curves.axis == "time_of_day":
        begin = clock.at(0)
        begin_h = begin.hour + begin.minute / 60 + begin.second / 3_600
        over = partial(over_hours, [begin_h + hour for hour in hours], of_day=True)
    else:
        over = partial(over_hours, hours, of_day=False)
    titles = {variant.name: f"{variant.name}: {variant.title}" for variant in variants}

    def drawn(title: str, unit: str, column: str) -> Plot:
        chosen = [_curve(titles[name], getattr(each, column)) for name, each in curves.variants.items()]
        return plot(title, over(chosen, unit, title))

    return [
        drawn(tr("Power of all sites"), "kW", "power_kw"),
        drawn(tr("EVSEs occupied"), tr("EVSEs"), "occupied_evses"),
    ]


def _curve(name: str, estimates: Sequence[Estimate | None]) -> Curve:
    means = [math.nan if each is None else each.mean for each in estimates]
    if all(each is None or each.low is None for each in estimates):
        return Curve(name, means)
    edges = [(math.nan, math.nan) if each is None else (each.low or 0.0, each.high or 0.0) for each in estimates]
    low, high = zip(*edges, strict=True)
    return Curve(name, means, (low, high))


def _table(
    title: str, caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[int] = ()
) -> PageTable:
    return PageTable(title, caption, columns, [place in right for place in range(len(columns))], rows)
