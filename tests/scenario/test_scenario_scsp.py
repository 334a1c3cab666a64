"""SCSPs in a scenario: with whom they are connected, and which sessions they may be told to limit."""

from pathlib import Path

import pytest

from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.load import load
from simulator.scenario.model import Scenario

TEXT = """
name: Steered
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 1 h
parties:
  NL-ABC: {role: cpo}
  NL-EMA: {role: emsp}
  NL-SCP: {role: scsp}
tariffs: {day: {energy: 0.45 EUR/kWh}}
sites:
  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {count: 1, power: 22 kW, tariff: day}}
drivers:
  - {emsp: NL-EMA, name: Vera, arrives: "06:10", at: [52.16, 4.48]}
changes:
  - {at: "06:30", kind: charging_limited, driver: Vera, limit: 4 kW, by: NL-SCP}
  - {at: "06:40", kind: charging_limit_asked, driver: Vera, by: NL-SCP}
  - {at: "06:50", kind: charging_limit_lifted, driver: Vera}
"""


def _read(folder: Path, *changes: tuple[str, str]) -> Scenario:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "steered.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def _connected(pair: str) -> tuple[str, str]:
    return "tariffs:", f"connections: [{{between: [NL-EMA, NL-ABC]}}, {{between: [{pair}]}}]\ntariffs:"


def test_who_limits_is_an_scsp_or_the_drivers_emsp(tmp_path: Path) -> None:
    changes = _read(tmp_path).changes
    assert [(change.kind, change.by) for change in changes] == [
        ("charging_limited", "NL-SCP"),
        ("charging_limit_asked", "NL-SCP"),
        ("charging_limit_lifted", None),
    ]


def test_an_scsp_is_connected_with_every_cpo_unless_it_is_written_otherwise(tmp_path: Path) -> None:
    pairs = [(each.a, each.b) for each in _read(tmp_path).connections]
    assert pairs == [("NL-ABC", "NL-EMA"), ("NL-SCP", "NL-ABC")]
    written = _read(tmp_path, _connected("NL-SCP, NL-EMA")).connections
    assert [(each.a, each.b) for each in written] == [("NL-EMA", "NL-ABC"), ("NL-SCP", "NL-EMA")]


HUB = ("  NL-SCP", "  NL-HUB: {role: hub}\n  NL-SCP")


def test_where_there_is_a_hub_an_scsp_is_connected_with_it_unless_it_is_written_otherwise(tmp_path: Path) -> None:
    pairs = [(each.a, each.b) for each in _read(tmp_path, HUB).connections]
    assert pairs == [("NL-ABC", "NL-HUB"), ("NL-EMA", "NL-HUB"), ("NL-SCP", "NL-HUB")]
    written = _read(tmp_path, HUB, _connected("NL-SCP, NL-ABC")).connections
    assert [(each.a, each.b) for each in written] == [("NL-EMA", "NL-ABC"), ("NL-SCP", "NL-ABC")]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((("limit: 4 kW, by: NL-SCP", "limit: 4 kW, by: NL-EMA"),), "NL-EMA"),
        (
            (("{role: scsp}", "{role: scsp, ocpi: [2.1.1, 2.2.1]}"),),
            "NL-SCP is an scsp, and OCPI 2.1.1 has no charging profiles",
        ),
        ((("{role: scsp}", "{role: scsp, whitelist: NEVER}"),), "NL-SCP is a scsp; only an emsp has tokens"),
        ((("NL-SCP: ", "NL-SCP: {role: scsp}\n  NL-SCQ: "), _connected("NL-SCP, NL-SCQ")), "is NL-SCP and NL-SCQ"),
        ((("{emsp: NL-EMA, name: Vera", "{emsp: NL-SCP, name: Vera"),), "NL-SCP"),
    ],
)
def test_what_an_scsp_cannot_be(tmp_path: Path, changes: tuple[tuple[str, str], ...], said: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        _read(tmp_path, *changes)
    assert said in str(caught.value.errors[0])
