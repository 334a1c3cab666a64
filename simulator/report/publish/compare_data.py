"""A comparison for programs: JSON of one documented shape."""

from itertools import chain
from typing import Any

import msgspec

from simulator.report.compare.comparison import FORMAT, Comparison, is_comparable, verdict_on
from simulator.report.compare.runs import Run


def compare_json(comparison: Comparison) -> bytes:
    """A comparison as JSON.

    `variants` (name, title, runs) are compared with the first of them, which `against` names. `figures` are by id:
    name, unit, better, `variants` (mean, low, high, runs by name of the variant; low to high is the 95 % interval) and
    `differences` (mean, low, high, pairs, beyond_chance, verdict). `scenario` has the paths that differ, `curves` an
    estimate a quarter of an hour (`from_s` after the start of each run; `axis` says what that is in local time),
    `divergences` the first message that differs between two `runs`, those of a further `variant` and of the first one
    with a `seed` (null where two runs are compared that have no seed in common, or are of one variant; where not
    `bodies_compared`, bodies of the `equal` messages before it may differ); `divergence` and `parted` are the first of
    them and its runs. `notes` are sentences to beware of. The `load` of a run is that of a report's JSON.
    """
    variants = comparison.variants
    document: dict[str, Any] = {
        "format": FORMAT,
        "against": variants[0].name,
        "variants": [
            {"name": variant.name, "title": variant.title, "runs": [_run(run) for run in variant.runs]}
            for variant in variants
        ],
        "scenario": comparison.scenario,
        "figures": {
            kpi.id: {
                "name": kpi.name,
                "unit": kpi.unit,
                "better": kpi.better,
                "variants": {variant.name: comparison.estimates[variant.name][kpi.id] for variant in variants},
                "differences": {
                    name: found
                    and {
                        **msgspec.to_builtins(found),
                        "beyond_chance": found.is_beyond_chance if is_comparable(comparison, name, kpi) else None,
                        "verdict": verdict_on(comparison, name, kpi),
                    }
                    for name, found in ((name, by_id[kpi.id]) for name, by_id in comparison.differences.items())
                },
            }
            for kpi in chain(comparison.kpis, *comparison.links)
        },
        "curves": comparison.curves,
        "divergence": comparison.partings[0].divergence if comparison.partings else None,
        "parted": comparison.partings[0].runs if comparison.partings else (),
        "divergences": comparison.partings,
        "notes": comparison.notes,
    }
    return msgspec.json.encode(document)


def _run(run: Run) -> dict[str, Any]:
    outcome = run.outcome
    return {
        "name": run.name,
        "seed": outcome.seed,
        "digest": outcome.digest,
        "level": outcome.level,
        "complete": outcome.is_complete,
        "load": outcome.load and outcome.load.figures,
        "window": {
            "from_s": outcome.window.from_us / 1e6,
            "to_s": outcome.window.to_us / 1e6,
            "rule": outcome.window.rule,
        },
    }
