"""Generated networks: the same from the same seed, and changed only where they are varied."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from simulator.scenario import grow as growing
from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.load import load
from simulator.scenario.loads import load_of
from simulator.scenario.model import DriverGroup, Scenario
from simulator.world.geometry import distance_m

TEXT = """name: Made up
start: 2026-05-04T00:00 Europe/Amsterdam
duration: 24 h
seed: 5
generate:
  cpos: 4
  emsps: 3
  sites_per_cpo: {median: 5, p95: 15}
  evses_per_site: {median: 3, p95: 9}
  power: {11 kW: 0.6, 22 kW: 0.3, 150 kW: 0.1}
  grid: {limit_per_evse: 8 kW}
  around: [52.16, 4.48]
  radius: 20 km
  prices: {median: 0.39 EUR/kWh, p95: 0.79 EUR/kWh}
  load: ordinary
"""


def made(folder: Path, *overrides: str, text: str = TEXT) -> Scenario:
    path = folder / "made.yaml"
    path.write_text(text)
    return load(path, overrides)


def mistakes(folder: Path, *overrides: str, text: str = TEXT) -> list[str]:
    with pytest.raises(ScenarioErrors) as caught:
        made(folder, *overrides, text=text)
    return [str(error).removeprefix(f"{folder}/made.yaml:") for error in caught.value.errors]


def of(scenario: Scenario, cpos: Sequence[str]) -> tuple[object, ...]:
    """All that belongs to some CPOs."""
    return (
        [site for site in scenario.sites if site.cpo in cpos],
        [tariff for tariff in scenario.tariffs if tariff.name in cpos],
        [group for group in scenario.drivers if isinstance(group, DriverGroup) and group.near in cpos],
    )


def test_the_plan_is_made(tmp_path: Path) -> None:
    scenario = made(tmp_path)
    assert [party.id for party in scenario.parties] == [
        "XC-001",
        "XC-002",
        "XC-003",
        "XC-004",
        "XE-001",
        "XE-002",
        "XE-003",
    ]
    assert len(scenario.connections) == 12
    groups = [group for group in scenario.drivers if isinstance(group, DriverGroup)]
    emsps = ("XE-001", "XE-002", "XE-003")
    assert [(group.name, group.emsps, group.near) for group in groups][:2] == [
        ("XC-001 commuter", emsps, "XC-001"),
        ("XC-002 commuter", emsps, "XC-002"),
    ]
    assert len(groups) == 4
    assert {group.power_w for site in scenario.sites for group in site.evses} <= {11_000, 22_000, 150_000}
    for site in scenario.sites:
        (group,) = site.evses
        assert site.grid_limit_w == max(group.power_w, 8_000 * group.count)
        assert distance_m(52.16, 4.48, site.latitude, site.longitude) <= 20_100
        assert (site.country, group.tariff) == ("NLD", site.cpo)
    assert all(tariff.energy_per_kwh and tariff.energy_per_kwh > 0 for tariff in scenario.tariffs)
    assert load_of(scenario).sessions_per_evse == pytest.approx(0.7)


def test_the_same_seed_makes_the_same_and_another_another(tmp_path: Path) -> None:
    assert made(tmp_path).sites == made(tmp_path).sites
    assert made(tmp_path, "seed=6").sites != made(tmp_path).sites


def test_one_cpo_more_changes_no_other(tmp_path: Path) -> None:
    four, eight = made(tmp_path), made(tmp_path, "generate.cpos=8")
    cpos = [party.id for party in four.parties if party.role == "cpo"]
    assert of(four, cpos) == of(eight, cpos)
    assert len([party for party in eight.parties if party.role == "cpo"]) == 8


VARIATIONS = [
    "generate.load=busy",
    "generate.prices.p95=0.99 EUR/kWh",
    "generate.emsps=5",
    "generate.grid=~",
    "generate.arrivals={commuter: 1, shopping: 2}",
]


@pytest.mark.parametrize("override", VARIATIONS)
def test_what_is_varied_moves_no_site(tmp_path: Path, override: str) -> None:
    plain, varied = made(tmp_path), made(tmp_path, override)
    assert [(site.name, site.latitude, site.longitude, site.evses) for site in plain.sites] == [
        (site.name, site.latitude, site.longitude, site.evses) for site in varied.sites
    ]


def test_a_larger_spread_only_adds_sites_and_evses(tmp_path: Path) -> None:
    plain, larger = made(tmp_path), made(tmp_path, "generate.sites_per_cpo={median: 10, p95: 30}")
    assert len(larger.sites) > len(plain.sites)
    names = [site.name for site in plain.sites]
    assert [site for site in larger.sites if site.name in names] == list(plain.sites)


def test_the_distributions_are_those_that_are_asked_for(tmp_path: Path) -> None:
    scenario = made(tmp_path, "generate.cpos=300", "generate.sites_per_cpo=4")
    assert len(scenario.sites) == 1_200
    counts = sorted(site.evses[0].count for site in scenario.sites)
    assert counts[600] == 3
    assert 8 <= counts[1140] <= 10
    assert 0.55 < sum(site.evses[0].power_w == 11_000 for site in scenario.sites) / 1_200 < 0.65
    prices = sorted(tariff.energy_per_kwh or 0 for tariff in scenario.tariffs)
    assert 0.36 < prices[150] < 0.42
    assert 0.70 < prices[285] < 0.90


def test_a_load_is_a_word_or_a_number_and_a_stress_load_is_called_one(tmp_path: Path) -> None:
    assert load_of(made(tmp_path, "generate.load=busy")).sessions_per_evse == pytest.approx(1.3)
    number = ("generate.load=~", "generate.sessions_per_evse=2.1")
    load_it_has = load_of(made(tmp_path, *number))
    assert load_it_has.is_stress
    assert load_it_has.sentence.startswith("This is a stress load: 2.10 sessions per EVSE and day")
    assert load_of(made(tmp_path, "generate.load=stress")).is_stress
    assert not load_of(made(tmp_path, "generate.load=~", "generate.sessions_per_evse=2")).is_stress
    assert not made(tmp_path, "generate.load=~", "generate.sessions_per_evse=0").drivers


def test_generated_and_hand_written_parties_live_together(tmp_path: Path) -> None:
    text = TEXT + (
        "parties:\n  NL-ABC: {role: cpo}\n  NL-EMA: {role: emsp}\n  NL-NOM: {role: emsp}\n"
        "sites:\n  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {power: 11 kW, tariff: XC-001}}\n"
        "drivers:\n  - {emsp: XE-002, name: walkers, sessions_per_day: 3, near: NL-ABC}\n"
        "connections:\n  - {between: [NL-EMA, NL-ABC], latency: 1 s}\n"
    )
    scenario = made(tmp_path, text=text)
    assert [party.id for party in scenario.parties][:4] == ["NL-ABC", "NL-EMA", "NL-NOM", "XC-001"]
    pairs = [(each.a, each.b) for each in scenario.connections]
    assert len(pairs) == 5 * 5 - 1
    assert ("NL-ABC", "NL-NOM") not in pairs
    assert scenario.connections[0].latency.median_us == 1_000_000
    assert of(scenario, ["XC-001", "XC-004"]) == of(made(tmp_path), ["XC-001", "XC-004"])


HAND = "parties:\n  XC-002: {role: cpo}\n"
WRONG = [
    (("generate.cpos=none",), TEXT, ["--set:1:15: “none” was found where a whole number from 1 to 999 is expected."]),
    ((), TEXT.replace("cpos: 4", "cpoos: 4"), ["6:3: A generated network has no key “cpoos” (did you mean “cpos”?)."]),
    (
        (),
        TEXT.replace("22 kW: 0.3", "22: 0.3"),
        ["10:23: “22” has no unit; write a power in W, kW or MW, such as 22 kW."],
    ),
    (
        (),
        TEXT.replace("p95: 15", "p95: 3"),
        ["8:35: The 95th percentile of sites_per_cpo (p95) cannot be below its median."],
    ),
    (
        (),
        TEXT.replace("0.79 EUR", "0.79 USD"),
        ["14:39: “0.79 USD/kWh” is not in EUR as the price before it; prices have one currency."],
    ),
    ((), TEXT.replace("ordinary", "heavy"), ["15:9: “heavy” is not one of light, ordinary, busy, stress."]),
    (
        (),
        TEXT + "  sessions_per_evse: 1\n",
        ["16:22: “load” and “sessions_per_evse” say the same twice; leave one of the two away."],
    ),
    (
        (),
        TEXT.replace("{11 kW: 0.6, 22 kW: 0.3, 150 kW: 0.1}", "{11 kW: 0}"),
        ["10:10: All weights are 0; at least one must be above 0."],
    ),
    (
        (),
        TEXT.replace("Europe/Amsterdam", "UTC"),
        ["6:3: The time zone UTC belongs to no country; add one, such as country: NLD."],
    ),
    (
        (),
        TEXT.replace("52.16", "89.95"),
        ["12:11: Nobody charges at latitude 89.95; a generated network lies between -80 and 80."],
    ),
    (
        (),
        TEXT.replace("cpos: 4", "cpos: 900").replace("emsps: 3", "emsps: 900"),
        ["6:9: 900 cpos and 900 emsps make 810,000 connections; the most is 10,000."],
    ),
    ((), TEXT + HAND, ["17:3: “generate” makes a party XC-002 as well; give this one another id."]),
    (
        (),
        TEXT + "tariffs:\n  XC-002: {energy: 1 EUR/kWh}\n",
        ["17:3: “generate” makes a tariff “XC-002” as well; call the one written by hand differently."],
    ),
]


@pytest.mark.parametrize(("overrides", "text", "expected"), WRONG, ids=[str(number) for number in range(len(WRONG))])
def test_a_mistake_is_told_at_its_place_and_nothing_else(
    tmp_path: Path, overrides: tuple[str, ...], text: str, expected: list[str]
) -> None:
    assert mistakes(tmp_path, *overrides, text=text) == expected


def test_a_network_beyond_all_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MAX_EVSES", 20)
    (told,) = mistakes(tmp_path)
    assert told.startswith("6:3: The generated network has more than 20 EVSEs by its cpo number")


def test_near_names_a_cpo_and_no_point_beside_it(tmp_path: Path) -> None:
    group = "drivers:\n  - {{emsp: XE-001, sessions_per_day: 1, near: {}}}\n"
    assert "There is no cpo “XC-009”" in mistakes(tmp_path, text=TEXT + group.format("XC-009"))[0]
    both = group.format("XC-001, around: [52.16, 4.48]")
    assert "not both" in mistakes(tmp_path, text=TEXT + both)[0]
