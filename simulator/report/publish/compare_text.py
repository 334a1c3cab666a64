"""A comparison for the terminal: the variants, what differs in their scenarios, figures, differences, first message."""

from collections.abc import Sequence

from simulator.i18n import tr
from simulator.report.compare.comparison import Comparison
from simulator.report.compare.variants import Variant
from simulator.report.format import Style, table
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

_BOLD = "1"
_ABREAST = 4
_SHOWN_PATHS = 40
_SHOWN_LINKS = 6
_NOTHING = "–"


def compare_text(comparison: Comparison, style: Style) -> str:
    """The comparison as lines."""
    variants = comparison.variants
    lines = [style.paint(tr("Variants"), _BOLD)]
    lines += _indented([(each.name, each.title, runs_words(each), load_words(each)) for each in variants])
    lines += ["", style.paint(tr("What differs in the scenario"), _BOLD), *_scenario(comparison)]
    for begin in range(0, len(variants), _ABREAST):
        lines += ["", style.paint(tr("Figures: mean ± half of the 95 % interval"), _BOLD)]
        lines += _figures(comparison, variants[begin : begin + _ABREAST])
    for variant in variants[1:]:
        lines += ["", style.paint(against_words(comparison, variant), _BOLD), *_against(comparison, variant)]
    for parting in comparison.partings:
        lines += ["", style.paint(parting_words(comparison, parting), _BOLD), f"  {parting.divergence.sentence}"]
        lines += _indented([("", *parting.runs), *divergence_rows(parting.divergence)])
    lines += ["", *comparison.notes] if comparison.notes else []
    return "\n".join(lines)


def _scenario(comparison: Comparison) -> list[str]:
    if not comparison.scenario:
        return [f"  {tr('Nothing.')}"]
    shown = comparison.scenario[:_SHOWN_PATHS]
    lines = []
    for begin in range(0, len(comparison.variants), _ABREAST):
        names = [variant.name for variant in comparison.variants[begin : begin + _ABREAST]]
        lines += _indented(
            [("", *names), *((each.path, *(each.values[name] or _NOTHING for name in names)) for each in shown)]
        )
    if len(comparison.scenario) > len(shown):
        lines.append(
            tr("  … and {more} paths more; --json has all.").format(more=len(comparison.scenario) - len(shown))
        )
    return lines


def _figures(comparison: Comparison, variants: tuple[Variant, ...]) -> list[str]:
    links, sentence = shown_links(comparison, variants, _SHOWN_LINKS)
    rows = [("", tr("unit"), *(variant.name for variant in variants))]
    for kpi in (*comparison.kpis, *links):
        found = [mean_words(comparison.estimates[variant.name][kpi.id], variant) for variant in variants]
        rows.append((kpi.name, kpi.unit, *found))
    return _cut(_indented(rows, *range(2, 2 + len(variants))), sentence)


def _against(comparison: Comparison, variant: Variant) -> list[str]:
    found = comparison.differences[variant.name]
    links, sentence = shown_links(comparison, [variant], _SHOWN_LINKS)
    rows = [
        (kpi.name, kpi.unit, difference_words(found[kpi.id]), verdict_words(comparison, variant, kpi))
        for kpi in (*comparison.kpis, *links)
    ]
    return _cut(_indented(rows, 2), sentence)


def _cut(lines: list[str], sentence: str) -> list[str]:
    return [*lines, f"  {sentence}"] if sentence else lines


def _indented(rows: Sequence[Sequence[str]], *right: int) -> list[str]:
    return [f"  {line}" for line in table(rows, right)]
