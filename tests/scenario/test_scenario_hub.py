"""Hubs in a scenario: with whom they are connected, written out or not, and which parties may be connected at all."""

from pathlib import Path

import pytest

from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.load import load
from simulator.scenario.model import Scenario

TEXT = """
name: Hubs
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 1 h
parties:
  NL-ABC: {role: cpo}
  NL-EMA: {role: emsp}
  NL-HUB: {role: hub}
  BE-HUB: {role: hub, ocpi: 2.2.1}
tariffs: {day: {energy: 0.45 EUR/kWh}}
sites:
  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {count: 1, power: 22 kW, tariff: day}}
drivers:
  - {emsp: NL-EMA, name: commuters, sessions_per_day: 1, arrivals: commuter, vehicles: compact, authorise: rfid}
"""


def read(folder: Path, *changes: tuple[str, str]) -> Scenario:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "hubs.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def complaint(folder: Path, *changes: tuple[str, str]) -> str:
    with pytest.raises(ScenarioErrors) as caught:
        read(folder, *changes)
    (error,) = caught.value.errors
    return str(error)


def connected(*pairs: str) -> tuple[str, str]:
    return "tariffs:", "connections:\n" + "".join(f"  - {{between: [{pair}]}}\n" for pair in pairs) + "tariffs:"


def test_where_there_is_a_hub_everybody_is_connected_with_the_first(tmp_path: Path) -> None:
    pairs = [(each.a, each.b) for each in read(tmp_path).connections]
    assert pairs == [("NL-ABC", "NL-HUB"), ("NL-EMA", "NL-HUB"), ("BE-HUB", "NL-HUB")]


def test_written_connections_are_all_there_are(tmp_path: Path) -> None:
    scenario = read(tmp_path, connected("NL-ABC, NL-HUB", "NL-HUB, BE-HUB", "NL-EMA, BE-HUB"))
    assert [(each.a, each.b) for each in scenario.connections] == [
        ("NL-ABC", "NL-HUB"),
        ("NL-HUB", "BE-HUB"),
        ("NL-EMA", "BE-HUB"),
    ]


@pytest.mark.parametrize("pair", ["NL-HUB, NL-HUB", "NL-ABC, NL-EMA, NL-HUB"])
def test_a_connection_is_between_two_that_can_talk(tmp_path: Path, pair: str) -> None:
    said = complaint(tmp_path, connected(pair))
    assert (
        "A connection is between one cpo and one emsp, between one of these and an scsp, or between a hub and a" in said
    )


def test_a_hub_speaks_every_version_unless_it_says_otherwise(tmp_path: Path) -> None:
    versions = {party.id: party.versions for party in read(tmp_path).parties}
    assert versions["NL-HUB"] == ("2.1.1", "2.2.1", "2.3.0")
    assert versions["BE-HUB"] == ("2.2.1",)


def test_a_network_may_ask_about_each_card(tmp_path: Path) -> None:
    parties = read(tmp_path, ("NL-ABC: {role: cpo}", "NL-ABC: {role: cpo, tokens: ask}")).parties
    assert [party.keeps_tokens for party in parties] == [False, True, True, True]


@pytest.mark.parametrize("role", ["emsp", "hub"])
def test_only_a_network_has_a_choice_about_cards(tmp_path: Path, role: str) -> None:
    party = {"emsp": "NL-EMA", "hub": "NL-HUB"}[role]
    said = complaint(tmp_path, (f"{party}: {{role: {role}}}", f"{party}: {{role: {role}, tokens: ask}}"))
    assert "only a cpo keeps a list of others' tokens" in said


def test_a_network_may_patch_what_2_1_1_lets_it(tmp_path: Path) -> None:
    parties = read(tmp_path, ("NL-ABC: {role: cpo}", "NL-ABC: {role: cpo, patches: yes}")).parties
    assert [party.patches for party in parties] == [True, False, False, False]
    said = complaint(tmp_path, ("NL-EMA: {role: emsp}", "NL-EMA: {role: emsp, patches: yes}"))
    assert "only a cpo has sessions and tariffs to patch" in said


def test_a_hub_has_no_whitelist(tmp_path: Path) -> None:
    said = complaint(tmp_path, ("NL-HUB: {role: hub}", "NL-HUB: {role: hub, whitelist: NEVER}"))
    assert "NL-HUB is a hub; only an emsp has tokens" in said
