"""Runs are grouped into variants, told apart by their scenarios, and compared over common seeds."""

import json
import math
import re
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from report_hour import hour

from simulator.report.compare.beware import beware_of
from simulator.report.compare.comparison import Comparison, TooFewRuns, compare, verdict, verdict_on
from simulator.report.compare.overlay import overlay
from simulator.report.compare.runs import Run, find_runs
from simulator.report.compare.variants import UNTIL, letters, variants_of
from simulator.report.format import Style
from simulator.report.kpi.definitions import BY_ID, KPIS
from simulator.report.kpi.facts import WarmUp
from simulator.report.kpi.intervals import Difference, Estimate
from simulator.report.kpi.warm_up import Window
from simulator.report.publish.compare_data import compare_json
from simulator.report.publish.compare_page import compare_page
from simulator.report.publish.compare_text import compare_text
from simulator.report.publish.compare_words import mean_words, verdict_words
from simulator.report.watch import unwatched

TOWN = """\
name: A town
seed: 1
drivers:
  - {name: Ada, patience: 5 min}
  - {name: Bram, patience: 10 min}
between: [NL-ABC, NL-EMA]
"""
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes the recording of an hour with a seed, a scenario and what else `hour` takes."""

    def make(seed: int, text: str = TOWN, overrides: tuple[str, ...] = (), delay_s: int = 5, **meta: Any) -> Path:
        name = f"{len(list(tmp_path.iterdir()))}.ocpirun"
        about = {"seed": str(seed), "scenario_text": text, "overrides": json.dumps(overrides), "program_version": "1"}
        return hour(tmp_path / name, delay_s=delay_s, **{**about, **meta})

    return make


def compared(*paths: Path) -> Comparison:
    return compare(paths, "none", lambda done, all: None)


def recorded(path: Path, warm_up: WarmUp) -> Run:
    (run,) = find_runs([path], warm_up, unwatched).runs
    return run


# Scenarios


def test_variants_are_lettered() -> None:
    assert [letters(number) for number in (0, 25, 26, 51, 52)] == ["A", "Z", "AA", "AZ", "BA"]


# Variants


def test_runs_of_one_scenario_are_replications_and_others_are_not(make: Make) -> None:
    found = compared(make(1), make(1, overrides=("drivers.Bram.patience=1 h",)), make(2, overrides=("seed=2",)))
    assert [(each.name, [run.outcome.seed for run in each.runs]) for each in found.variants] == [
        ("A", [1, 2]),
        ("B", [1]),
    ]
    assert [each.title for each in found.variants] == ["patience=10 min", "patience=1 h"]
    (difference,) = found.scenario
    assert (difference.path, difference.values) == ("drivers.Bram.patience", {"A": "10 min", "B": "1 h"})


def test_keys_that_are_not_told_apart_by_their_last_word_are_told_whole(make: Make) -> None:
    both = ("drivers.Ada.patience=1 h", "drivers.Bram.patience=1 h", "new=1")
    found = compared(make(1), make(1, overrides=both))
    assert found.variants[1].title == "drivers.Ada.patience=1 h, drivers.Bram.patience=1 h, new=1"
    assert found.variants[0].title.endswith("new=–")


def test_titles_name_as_many_differences_as_tell_the_variants_apart(make: Make) -> None:
    grid = [(f"a={a}", f"b={b}", f"c={c}", f"d={d}") for a in "12" for b in "12" for c in "12" for d in "12"]
    found = compared(*(make(1, overrides=overrides) for overrides in grid))
    assert [each.title for each in found.variants] == [", ".join(overrides) for overrides in grid]
    beside = ("a=1", "b=1", "c=1", "d=1", "e=1")
    found = compared(make(1, overrides=beside), make(1, overrides=(*beside[:4], "e=2")), make(1))
    assert found.variants[0].title == "a=1, b=1, e=1, …"


def test_files_that_a_scenario_names_are_part_of_it(make: Make) -> None:
    text = TOWN + "networks: [{locations: l.json}, {locations: m.json}]\n"
    first, other = json.dumps({"l.json": "aa", "m.json": "bb"}), json.dumps({"l.json": "aa", "m.json": "cc"})
    found = compared(make(1, text, files=first), make(2, text, files=first), make(2, text, files=other))
    assert [len(each.runs) for each in found.variants] == [2, 1]
    (difference,) = found.scenario
    assert (difference.path, difference.values) == ("networks.1.locations", {"A": "m.json (bb)", "B": "m.json (cc)"})


def test_runs_of_different_length_are_no_replications(make: Make) -> None:
    shorter = {"duration_us": "1800000000", "ended_at_us": "1800000000"}
    found = compared(make(1), make(2, **shorter))
    assert [each.path for each in found.scenario] == [UNTIL]
    assert found.scenario[0].values == {"A": "1 h", "B": "0.5 h"}
    (note,) = [note for note in found.notes if "different parts of time: 0 h to 1 h" in note]
    assert "--warm-up" not in note
    assert "Their lengths differ: totals" in note


def test_the_same_run_counts_once(make: Make) -> None:
    found = compared(make(1), make(1), make(2))
    assert len(found.variants[0].runs) == 2
    assert any("is the same run" in note for note in found.notes)


def test_of_one_run_the_recording_that_tells_most_counts_in_whatever_order_they_are_named(make: Make) -> None:
    few, full, other = make(1, level="aggregates"), make(1), make(2)
    assert recorded(few, "none").outcome.values["picture_wrong_percent"] is None
    for paths in ((few, full, other), (full, few, other), (other, few, full)):
        found = compared(*paths)
        assert {run.recording for run in found.variants[0].runs} == {full, other}
        (_,) = [note for note in found.notes if "is the same run" in note]


def test_of_one_run_that_counts_which_has_the_most_to_look_at_beside_its_figures(make: Make) -> None:
    full, other = recorded(make(1), "none"), recorded(make(1, overrides=("new=1",)), "none")
    without = replace(full, name="without", recording=None)
    bodiless = replace(full, name="bodiless", outcome=replace(full.outcome, level="headers"))
    uncurved = replace(full, name="uncurved", outcome=replace(full.outcome, curves=None))
    removed = replace(full, name="removed", recording=Path("removed.ocpirun"))
    assert without.outcome.values == full.outcome.values
    for less in (without, bodiless, uncurved, removed):
        for runs in ((less, full, other), (full, less, other), (other, less, full)):
            assert full in [run for variant in variants_of(runs).variants for run in variant.runs]


def test_of_one_run_measured_over_other_time_the_first_counts_so_that_a_sweep_stays_alike(make: Make) -> None:
    kept = recorded(make(1), "none")
    later = replace(kept.outcome, window=Window(900_000_000, 3_600_000_000, ""))
    swept = replace(kept, name="swept", recording=None, outcome=later)
    assert variants_of([swept, kept]).variants[0].runs == (swept,)


def test_another_digest_of_the_same_scenario_and_seed_is_told(make: Make) -> None:
    found = compared(make(1), make(1, delay_s=6))
    assert len(found.variants[0].runs) == 1
    assert any("outside the scenario" in note for note in found.notes)


def test_one_run_is_nothing_to_compare(make: Make) -> None:
    with pytest.raises(TooFewRuns):
        compared(make(1))


@pytest.mark.parametrize(
    ("meta", "note"),
    [
        ({"program_version": "2"}, "different versions of the program"),
        ({"interrupted": "true"}, "did not come to its end"),
    ],
)
def test_what_makes_runs_unlike_is_told(make: Make, meta: dict[str, str], note: str) -> None:
    assert any(note in each for each in compared(make(1), make(2, **meta)).notes)


def test_different_levels_are_told(make: Make, tmp_path: Path) -> None:
    other = hour(tmp_path / "headers.ocpirun", "headers", seed="2", scenario_text=TOWN, program_version="1")
    assert any("full" in note and "headers" in note for note in compared(make(1), other).notes)


# Figures


def test_figures_are_means_over_seeds_and_differences_pairs(make: Make) -> None:
    base = {1: 2, 2: 4, 3: 9}
    other = ("drivers.Bram.patience=1 h",)
    paths = [make(seed, delay_s=delay_s) for seed, delay_s in base.items()]
    paths += [make(seed, overrides=other, delay_s=delay_s + 3 + seed % 2) for seed, delay_s in base.items()]
    found = compared(*paths)
    # A picture is wrong for the delay, and later for ten seconds: the mean of both is the lag.
    lag = found.estimates["A"]["picture_lag_mean_s"]
    assert lag is not None
    assert (lag.mean, lag.runs) == (pytest.approx(7.5), 3)
    assert lag.high - lag.mean == pytest.approx(4.3027 * math.sqrt(13 / 4 / 3), rel=1e-4)
    longer = found.differences["B"]["picture_lag_mean_s"]
    assert longer is not None
    assert (longer.mean, longer.pairs) == (pytest.approx((2 + 1.5 + 2) / 3), 3)
    assert verdict(BY_ID["picture_lag_mean_s"], longer) == "worse, beyond chance"
    assert verdict(BY_ID["energy_kwh"], found.differences["B"]["energy_kwh"]) == "equal"
    assert found.estimates["A"]["cost_excl_vat_eur"].mean == pytest.approx(1.30)
    assert found.differences["B"]["exchanges_locations"] == Difference(0.0, 0.0, 0.0, 3)
    assert sum(found.estimates["A"][f"exchanges_{each}"].mean for each in ("cdrs", "commands", "locations")) == 3
    assert any("95 times in 100" in note for note in found.notes)


def test_without_common_seeds_variants_are_independent_samples(make: Make) -> None:
    other = ("drivers.Bram.patience=1 h",)
    found = compared(make(1), make(2, delay_s=7), make(3, overrides=other), make(4, overrides=other, delay_s=8))
    lag = found.differences["B"]["picture_lag_mean_s"]
    assert lag is not None
    assert lag.pairs == 0
    assert any("shares too few seeds" in note for note in found.notes)


def test_of_single_runs_chance_is_unknown(make: Make) -> None:
    found = compared(make(1), make(1, overrides=("new=1",), delay_s=9))
    assert "chance unknown" in verdict(BY_ID["picture_lag_mean_s"], found.differences["B"]["picture_lag_mean_s"])
    assert any("cannot be told" in note for note in found.notes)


def test_totals_of_runs_of_different_length_have_no_verdict(make: Make) -> None:
    shorter = {"duration_us": "3000000000", "ended_at_us": "3000000000"}
    runs = [make(seed, delay_s=seed) for seed in (1, 2)] + [make(seed, delay_s=seed + 3, **shorter) for seed in (1, 2)]
    found = compared(*runs)
    totals = {"arrived", "energy_kwh", "recorded_short", "recorded_short_kwh", "peak_kw", "cdrs", "exchanges"}
    totals |= {"megabytes", "cost_excl_vat_eur"}
    parts = {
        f"{figure}_{module}" for figure in ("exchanges", "megabytes") for module in ("cdrs", "commands", "locations")
    }
    links = {id for link in found.links for id in (kpi.id for kpi in link)}
    told = {kpi.id: verdict_on(found, "B", kpi) for kpi in chain(found.kpis, *found.links)}
    assert {id for id, said in told.items() if said == "not comparable: lengths differ"} == totals | parts | links
    assert told["picture_lag_mean_s"] == "worse, beyond chance"
    document = json.loads(compare_json(found))["figures"]["energy_kwh"]["differences"]["B"]
    assert (document["beyond_chance"], document["verdict"]) == (None, "not comparable: lengths differ")
    for written in (compare_text(found, Style()), compare_page(found).decode()):
        assert written.count("not comparable: lengths differ") == len(totals | parts | links)


def test_a_warm_up_that_makes_runs_unequal_is_told_with_what_mends_it(make: Make) -> None:
    first, second = compared(make(1), make(1, overrides=("new=1",))).variants
    (run,) = second.runs
    later = replace(run, outcome=replace(run.outcome, window=Window(900_000_000, 3_600_000_000, "")))
    (note,) = [note for note in beware_of([first, replace(second, runs=(later,))], None) if "parts of time" in note]
    assert "; 0.25 h to 1 h (" in note
    assert "--warm-up none or a time makes them equal. Their lengths differ: totals" in note


@pytest.mark.parametrize(
    ("id", "difference", "said"),
    [
        ("energy_kwh", Difference(2, 1, 3, 3), "better, beyond chance"),
        ("energy_kwh", Difference(-2, -3, -1, 3), "worse, beyond chance"),
        ("peak_kw", Difference(-2, -3, -1, 3), "better, beyond chance"),
        ("arrived", Difference(2, 1, 3, 3), "more, beyond chance"),
        ("arrived", Difference(-2, -3, -1, 3), "less, beyond chance"),
        ("energy_kwh", Difference(2, -1, 5, 3), "within chance"),
        ("energy_kwh", Difference(0, -1, 1, 3), "within chance"),
        ("energy_kwh", Difference(0, 0, 0, 3), "equal"),
        ("energy_kwh", Difference(2, None, None, 1), "one pair only: chance unknown"),
        ("energy_kwh", Difference(2, None, None, 0), "too few runs: chance unknown"),
        ("energy_kwh", None, "not measured in both"),
    ],
)
def test_a_verdict_in_words(id: str, difference: Difference | None, said: str) -> None:
    assert verdict(BY_ID[id], difference) == said


def test_a_figure_that_fewer_pairs_have_says_over_how_many(two: Comparison) -> None:
    """In a comparison over two pairs."""

    def told(found: Difference) -> str:
        differences = {"B": {**two.differences["B"], "taken_for_mean_min": found}}
        return verdict_words(replace(two, differences=differences), two.variants[1], BY_ID["taken_for_mean_min"])

    assert told(Difference(2, 1, 3, 2)) == "worse, beyond chance"
    assert told(Difference(2, None, None, 1)) == "one pair only: chance unknown"
    assert told(Difference(0, None, None, 1)) == "equal (1 pair)"
    assert told(Difference(2, 1, 3, 0)) == "worse, beyond chance (independent samples)"
    more = replace(two, differences={"B": {**two.differences["B"], "arrived": Difference(1, 1, 1, 4)}})
    assert verdict_words(more, two.variants[1], BY_ID["picture_lag_mean_s"]).endswith(" (2 pairs)")


@pytest.mark.parametrize(
    ("mean", "half", "said"),
    [
        (20.667, 2.871, "20.7 ± 2.9"),
        (0.1612, 0.00403, "0.1612 ± 0.0040"),
        (0.00021, 0.0000312, "0.000210 ± 0.000031"),
        (1_148.4, 132.4, "1,148 ± 132"),
        (32, 0, "32 ± 0"),
        (0.3, 1e-17, "0.30 ± 0"),
        (0, 0, "0 ± 0"),
        (-0.01, 2.3, "0.0 ± 2.3"),
    ],
)
def test_a_mean_has_the_digits_of_its_interval(two: Comparison, mean: float, half: float, said: str) -> None:
    assert mean_words(Estimate(mean, mean - half, mean + half, 2), two.variants[0]) == said


def test_a_mean_over_fewer_runs_says_over_how_many(two: Comparison) -> None:
    assert mean_words(Estimate(1.96, None, None, 1), two.variants[0]) == "1.96 (1 run)"
    assert mean_words(None, two.variants[0]) == "–"


# Load


def test_a_stress_load_is_called_one_wherever_runs_are_compared(make: Make) -> None:
    more = ("drivers.Bram.patience=1 h",)
    found = compared(make(1, sessions_per_day=4), make(1, overrides=more, sessions_per_day=5), make(2, overrides=more))
    (note,) = [note for note in found.notes if "stress load" in note]
    assert note.startswith("B has a stress load, more than 2 sessions per EVSE and day")
    text = compare_text(found, Style())
    assert "1 run, seed 1         2.00 sessions per EVSE and day\n" in text
    assert "2 runs, seeds 1 to 2  2.50 sessions per EVSE and day, a stress load\n" in text
    page = compare_page(found).decode()
    assert "<td>2.50 sessions per EVSE and day, a stress load</td>" in page
    assert f"<li>{note}</li>" in page
    ordinary, stressed, unknown = [run for each in json.loads(compare_json(found))["variants"] for run in each["runs"]]
    assert ordinary["load"]["is_stress"] is False
    assert stressed["load"] == {
        "sessions_per_day": 5,
        "evses": 2,
        "busiest": "",
        "busiest_sessions_per_day": 0,
        "busiest_evses": 0,
        "recorded_days": 0,
        "recorded_on": "",
        "sessions_per_evse_day": 2.5,
        "highest_sessions_per_evse_day": 2.5,
        "is_stress": True,
    }
    assert unknown["load"] is None


def test_loads_of_no_stress_are_no_matter_of_caution(make: Make) -> None:
    assert not any("stress" in note for note in compared(make(1, sessions_per_day=4), make(2)).notes)


# Curves


def test_curves_are_means_with_bands_over_the_same_quarter_hours(make: Make) -> None:
    shorter = {"duration_us": "1800000000", "ended_at_us": "1800000000"}
    curves = compared(make(1), make(2), make(1, **shorter)).curves
    assert curves is not None
    assert curves.from_s == [0, 900, 1_800, 2_700]
    power = curves.variants["A"].power_kw
    assert [each and each.mean for each in power] == pytest.approx([10 / 3, 10, 0, 0])
    assert power[1] is not None
    assert (power[1].low, power[1].high, power[1].runs) == (10, 10, 2)
    assert curves.variants["B"].occupied_evses[2:] == [None, None]


def test_curves_of_which_one_begins_within_a_quarter_of_an_hour_meet_from_the_next_one_on(make: Make) -> None:
    whole, cut = variants_of([recorded(make(1), "none"), recorded(make(1, "name: A village\n"), 600_000_000)]).variants
    curves = overlay([whole, cut])
    assert curves is not None
    assert curves.from_s == [0, 900, 1_800, 2_700]
    power = {name: [each and each.mean for each in found.power_kw] for name, found in curves.variants.items()}
    assert power == {"A": pytest.approx([10 / 3, 10, 0, 0]), "B": [None, 10, 0, 0]}


def test_a_quarter_of_an_hour_that_a_run_did_not_finish_is_laid_over_none(make: Make) -> None:
    def ended(minutes: int) -> dict[str, str]:
        return dict.fromkeys(("duration_us", "ended_at_us"), str(minutes * 60_000_000))

    curves = compared(make(1, **ended(17)), make(1, **ended(40)), make(1, **ended(45))).curves
    assert curves is not None
    assert curves.from_s == [0, 900, 1_800]
    power = {name: [each and each.mean for each in found.power_kw] for name, found in curves.variants.items()}
    assert power == {
        "A": [pytest.approx(10 / 3), None, None],
        "B": [pytest.approx(10 / 3), 10, None],
        "C": [pytest.approx(10 / 3), 10, 0],
    }


# Told


@pytest.fixture
def two(make: Make) -> Comparison:
    nasty = TOWN.replace("10 min", '"<b>10</b>"')
    return compared(make(1), make(2, delay_s=6), make(1, nasty, delay_s=8), make(2, nasty, delay_s=9))


def test_the_text_tells_variants_figures_and_differences(two: Comparison) -> None:
    text = compare_text(two, Style())
    for kpi in KPIS:
        assert len(re.findall(rf"^  {re.escape(kpi.name)}  ", text, re.MULTILINE)) == 2
    assert "A  patience=10 min" in text
    assert "2 runs, seeds 1 to 2" in text
    assert "B against A, over 2 pairs with common seeds" in text
    assert "+1.50 ± 0" in text
    assert "worse, beyond chance" in text


def test_the_page_tells_the_same_and_escapes_it(two: Comparison) -> None:
    page = compare_page(two).decode()
    assert "<b>10" not in page
    assert "&lt;b&gt;10&lt;/b&gt;" in page
    assert page.count("<svg ") == 2
    assert "var(--curve-2)" in page
    assert "<script" not in page
    for kpi in KPIS:
        assert page.count(f'<th scope="row">{kpi.name}</th><td>{kpi.unit}</td>') == 3
    assert "95 times in 100" in page


def test_the_page_folds_a_long_list_of_what_differs_and_begins_it_where_all_variants_say_something(make: Make) -> None:
    alone = tuple(f"a_group_of_its_own.key_{number}={number}" for number in range(9))
    shared = tuple(f"drivers.Ada.key_{number}=" for number in range(3))
    page = compare_page(
        compared(
            make(1, overrides=(*alone, *(f"{path}1" for path in shared))),
            make(1, overrides=tuple(f"{path}2" for path in shared)),
        )
    ).decode()
    shown, opened, folded = page.partition("<h2>Figures</h2>")[0].partition("<details><summary>2 paths more</summary>")
    assert opened
    paths = [re.findall(r'<th scope="row">(\w+\.[\w.]+)</th>', part) for part in (shown, folded)]
    assert paths[0][:3] == [path.removesuffix("=") for path in shared]
    assert [*map(len, paths)] == [10, 2]


def test_two_long_titles_that_differ_at_their_ends_are_told_apart_beside_their_curves(make: Make) -> None:
    same = [f"drivers.{name}.patience=1 h" for name in ("Ada", "Bram")]
    runs = [
        make(1),
        *(make(1, overrides=(*same, f"new=around the corner of {'a long street ' * 8}{end}")) for end in "12"),
    ]
    found = compared(*runs)
    ends = [variant.title[-60:] for variant in found.variants[1:]]
    assert len(set(ends)) == 2
    for drawn in re.findall(r"<svg .*?</svg>", compare_page(found).decode(), re.DOTALL):
        texts = re.findall(r"<text [^>]*>([^<]*)</text>", drawn)
        assert all(any(text.endswith(end[-20:]) for text in texts) for end in ends)
        assert max(map(len, texts)) < 120


def test_json_is_versioned_and_whole(two: Comparison) -> None:
    document = json.loads(compare_json(two))
    assert document["format"] == 1
    assert document["against"] == "A"
    assert [each["name"] for each in document["variants"]] == ["A", "B"]
    assert document["variants"][0]["runs"][0]["window"]["to_s"] == 3_600
    lag = document["figures"]["picture_lag_mean_s"]
    assert lag["variants"]["A"]["mean"] == 7.75
    assert lag["variants"]["A"]["high"] == pytest.approx(7.75 + 12.706 * 0.25, abs=1e-3)
    assert lag["variants"]["A"]["runs"] == 2
    assert lag["differences"]["B"]["mean"] == pytest.approx(1.5)
    assert lag["differences"]["B"]["beyond_chance"] is True
    assert lag["unit"] == "s"
    assert document["scenario"] == [
        {"path": "drivers.Bram.patience", "values": {"A": "10 min", "B": "<b>10</b>"}},
    ]
    assert len(document["curves"]["variants"]["A"]["power_kw"]) == 4


def test_many_variants_are_told_and_the_first_are_drawn(make: Make) -> None:
    found = compared(*(make(1, overrides=(f"new={number}",)) for number in range(8)))
    assert len(found.variants) == 8
    text = compare_text(found, Style())
    assert text.count("Figures: mean") == 2
    assert "H against A" in text
    page = compare_page(found).decode()
    assert "the first of 8 variants" in page
    assert page.count('<th scope="col">figure</th>') == 2 + 7 + 1
