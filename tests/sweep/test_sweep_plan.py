"""Every combination is read and checked before anything runs, and a run's id stands for all that makes its result."""

import re
from pathlib import Path
from typing import Any

import pytest

from simulator.report.kpi.warm_up import NothingLeft
from simulator.scenario.errors import ScenarioErrors
from simulator.sweep.axes import BadAxis, parse_axis
from simulator.sweep.plan import Plan, What, make_plan

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
WHITELIST = "parties.NL-EMA.whitelist=NEVER,ALWAYS"
LIMIT = "sites.Station square.grid.limit=30 kW,10 kW"
TARIFF = (
    '{"country_code": "NL", "party_id": "ABC", "id": "street", "currency": "EUR", "last_updated": '
    '"2026-01-01T00:00:00Z", "elements": [{"price_components": [{"type": "ENERGY", "price": %s, "step_size": 1}]}]}'
)


def plan(*axes: str, scenario: Path = QUICKSTART, **what: Any) -> Plan:
    return make_plan(
        What(scenario=scenario, axes=tuple(map(parse_axis, axes)), **what), watch=lambda number, count: None
    )


def test_every_combination_is_played_with_every_seed() -> None:
    found = plan(WHITELIST, LIMIT, seeds=(1, 2))
    assert len(found.jobs) == 8
    assert found.manifest.jobs == tuple(job.id for job in found.jobs)
    assert len(set(found.manifest.jobs)) == 8
    told = [(*job.values.values(), job.seed) for job in found.jobs]
    assert told[:3] == [("NEVER", "30 kW", 1), ("NEVER", "30 kW", 2), ("NEVER", "10 kW", 1)]
    assert found.manifest.variants[3] == {
        "parties.NL-EMA.whitelist": "ALWAYS",
        "sites.Station square.grid.limit": "10 kW",
    }


def test_without_axes_and_seeds_it_is_the_scenario_once() -> None:
    found = plan()
    assert [(job.values, job.seed) for job in found.jobs] == [({}, 7)]


def test_an_id_stands_for_what_makes_the_result(tmp_path: Path) -> None:
    base = plan(seeds=(1,))
    assert plan(seeds=(1,)).manifest.jobs == base.manifest.jobs
    others = [
        plan(seeds=(2,)),
        plan(seeds=(1,), until_us=3_600_000_000),
        plan(seeds=(1,), warm_up="none"),
        plan(seeds=(1,), overrides=("poll=6 h",)),
        plan("poll=6 h", seeds=(1,)),
    ]
    ids = {each.manifest.jobs[0] for each in [base, *others]}
    # Wherever a value was written, it is the same run.
    assert len(ids) == 5
    copy = tmp_path / QUICKSTART.name
    copy.write_bytes(QUICKSTART.read_bytes())
    assert plan(scenario=copy, seeds=(1,)).manifest.jobs == base.manifest.jobs


@pytest.fixture
def priced(tmp_path: Path) -> Path:
    """The scenario with its price in a file `street.json`, which is not there yet."""
    path = tmp_path / "town.yaml"
    text = QUICKSTART.read_text().replace("street: {energy: 0.39 EUR/kWh, vat: 21 %}", "street: {file: street.json}")
    path.write_text(text)
    return path


def test_an_id_stands_for_the_files_that_a_scenario_names(priced: Path) -> None:
    manifests = []
    for price in ("0.39", "0.41"):
        (priced.parent / "street.json").write_text(TARIFF % price)
        manifests.append(plan(scenario=priced).manifest)
    assert manifests[0].jobs != manifests[1].jobs
    assert manifests[0].files["street.json"] != manifests[1].files["street.json"]


def test_the_files_of_all_combinations_are_told(priced: Path) -> None:
    for name, price in (("a.json", "0.39"), ("b.json", "0.41"), ("c.json", "0.39")):
        (priced.parent / name).write_text(TARIFF % price)
    files = plan("tariffs.street.file=a.json,b.json,c.json", scenario=priced).manifest.files
    assert list(files) == ["a.json", "b.json", "c.json"]
    assert files["a.json"] == files["c.json"] != files["b.json"]


def errors(*axes: str, **what: Any) -> list[str]:
    with pytest.raises(ScenarioErrors) as refused:
        plan(*axes, **what)
    return list(map(str, refused.value.errors))


def test_a_bad_value_is_told_at_its_place_behind_vary() -> None:
    (sentence,) = errors(LIMIT, "parties.NL-EMA.whitelist=NEVER,ALWYS", seeds=(1,))
    assert sentence.startswith("--vary:2:32: “ALWYS” is not one of")


def test_a_bad_path_is_told_behind_vary() -> None:
    (sentence,) = errors("sitez.0=1,2")
    assert sentence.startswith("--vary:1:1: ")
    (sentence,) = errors("sites.Nowhere.grid.limit=1 kW,2 kW")
    assert sentence.startswith("--vary:1:1: --vary names “Nowhere”")


def test_a_party_that_there_is_not_is_told_as_such_and_by_nothing_else() -> None:
    told = errors("parties.NL-XYZ.whitelist=NEVER,ALWAYS")
    assert [sentence.partition("; known: ")[0] for sentence in told] == ["--vary:1:1: There is no party “NL-XYZ”"]


def test_a_name_with_a_dot_is_varied_in_quotes(tmp_path: Path) -> None:
    dotted = tmp_path / "dotted.yaml"
    text = QUICKSTART.read_text().replace("  market: {", '  "mar.ket": {').replace("tariff: market", "tariff: mar.ket")
    dotted.write_text(text.replace("name: Station square", "name: Station 5.1"))
    made = plan('tariffs. "mar.ket".energy=0.2 EUR/kWh,0.3 EUR/kWh', scenario=dotted)
    assert list(made.manifest.axes) == ['tariffs."mar.ket".energy']
    assert len(set(made.manifest.jobs)) == 2
    (sentence,) = errors("tariffs.mar.ket.energy=0.2 EUR/kWh,0.3 EUR/kWh", scenario=dotted)
    hint = 'a name with a dot stands in quotes, tariffs."mar.ket".energy.'
    assert sentence == f"--vary:1:1: There is no tariff “mar”; {hint}"
    (sentence,) = errors('tariffs."mar.kt".energy=0.2 EUR/kWh,0.3 EUR/kWh', scenario=dotted)
    assert 'no tariff “mar.kt” (did you mean “"mar.ket"”?); known: street, fast, "mar.ket"' in sentence
    (sentence,) = errors("sites.Station 5.1.evses.count=1,2", scenario=dotted)
    hint = 'a name with a dot stands in quotes, "Station 5.1".evses.count.'
    assert sentence == f"--vary:1:1: --vary names “Station 5”, which is not in the list; {hint}"
    (sentence,) = errors("sites.Nowhere.grid.limit=1 kW,2 kW", scenario=dotted)
    assert 'it holds: "Station 5.1", ' in sentence


def test_a_mistake_in_set_is_not_one_in_vary() -> None:
    (sentence,) = errors(WHITELIST, overrides=("poll=6 x",))
    assert sentence.startswith("--set:1:6: ")


def test_a_mistake_that_one_combination_makes_names_it() -> None:
    told = errors(LIMIT, "parties.NL-EMA.role=emsp,cpo")
    in_file = [sentence for sentence in told if sentence.startswith(str(QUICKSTART))]
    assert in_file
    with_value = "(with sites.Station square.grid.limit=30 kW, parties.NL-EMA.role=cpo)"
    assert all(sentence.endswith(with_value) for sentence in in_file)


def test_what_cannot_be_swept_is_refused() -> None:
    with pytest.raises(BadAxis, match="at most 100,000"):
        plan("poll=" + ",".join(f"{minutes} min" for minutes in range(1, 12)), seeds=tuple(range(10_000)))
    with pytest.raises(NothingLeft, match="A warm-up of 2 h leaves nothing of a run of 1 h"):
        plan(warm_up=7_200_000_000, until_us=3_600_000_000)


def test_a_value_in_two_spellings_is_refused_as_one_that_stands_there_twice() -> None:
    with pytest.raises(BadAxis, match="--vary poll has one value in two spellings: 6h and 360min"):
        plan(WHITELIST, "poll=1h,6h,360min")
    with pytest.raises(BadAxis, match="30 kW and 30000 W"):
        plan("poll=never,1 h", LIMIT + ",30000 W")
    assert len(plan(WHITELIST, "poll=1h,6h,never").jobs) == 6


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        (
            ("drivers.Ada.target=80 %,90 %", "drivers.0.target=70 %,60 %"),
            "names one place twice, as drivers.Ada.target and as drivers.0.target; name all its values at once",
        ),
        (
            ("sites.0.grid.limit=30 kW,20 kW", "poll=6 h", LIMIT),
            "names one place twice, as sites.0.grid.limit and as sites.Station square.grid.limit;",
        ),
        (("drivers.Ada.target=80 %", "drivers.0.target=70 %,60 %"), "names one place twice"),
        (
            ("drivers.Lotte.target=80 %,90 %", "drivers.Lotte.name=Lot", "drivers.11.target=70 %,60 %"),
            "names one place twice, as drivers.Lotte.target and as drivers.11.target;",
        ),
        (
            ("sites.0.grid.limit=30 kW", "sites.Station square.grid={limit: 20 kW},{limit: 10 kW}"),
            "sites.Station square.grid takes the place of sites.0.grid.limit within it;",
        ),
        (
            ("sites.Station square.grid={limit: 20 kW},{limit: 10 kW}", "sites.0.grid.limit=30 kW,40 kW"),
            "sites.Station square.grid has {limit: 20 kW} and {limit: 10 kW}, whose difference --vary "
            "sites.0.grid.limit undoes",
        ),
        (
            ("sites.Station square.grid={limit: 20 kW},{limit: 20000 W}", "sites.1.name=Quay,Pier"),
            "has one value in two spellings: {limit: 20 kW} and {limit: 20000 W}",
        ),
    ],
)
def test_a_place_that_is_named_twice_is_told_as_such_and_not_as_a_spelling(axes: tuple[str, ...], told: str) -> None:
    with pytest.raises(BadAxis, match=re.escape(told)):
        plan(*axes)


def test_items_of_other_places_are_varied_together_however_they_are_named() -> None:
    """Also by a name that is varied behind it."""
    made = plan("sites.Station square.grid.limit=30 kW,20 kW", "sites.0.name=Square,Station", "drivers.0.target=80 %")
    assert len(made.jobs) == 4


def test_a_mistake_is_told_before_a_spelling() -> None:
    assert errors("poll=6h,360min,5 x")


def test_an_id_is_of_what_is_written() -> None:
    """So that a sweep which an earlier version began is gone on with."""
    ids = [plan("poll=6 h", seeds=(1,)), plan("poll=360 min", seeds=(1,))]
    assert len({each.manifest.jobs for each in ids}) == 2
