"""A value in another spelling is the same value: what runs are told apart by is what their scenarios are read as."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from report_hour import hour

from simulator.report.compare.comparison import Comparison, compare
from simulator.report.compare.paths import scenario_lines
from simulator.report.format import Style
from simulator.report.publish.compare_text import compare_text

SCENARIOS = Path(__file__).parents[2] / "scenarios"
QUICKSTART = (SCENARIOS / "quickstart.yaml").read_text()
GENERATED = (SCENARIOS / "scale" / "generated.yaml").read_text()
LINK = "connections=[{between: [NL-EMA, NL-ABC]"
SLOW = "faults=[{at: 12:00, kind: latency, between: [NL-EMA, NL-ABC], for: 1 h"
Compared = Callable[..., Comparison]


@pytest.fixture
def compared(tmp_path: Path) -> Compared:
    """Compares recordings of a scenario with these overrides each, all with one seed."""

    def compared(*overrides: tuple[str, ...], text: str = QUICKSTART) -> Comparison:
        paths = []
        for number, each in enumerate(overrides):
            about = {"seed": str(number), "scenario_text": text, "overrides": json.dumps(each)}
            paths.append(hour(tmp_path / f"{number}.ocpirun", **about))
        return compare(paths, "none")

    return compared


def meant(text: str, *overrides: str) -> list[tuple[str, str]]:
    return sorted((line.meant_path, line.meant) for line in scenario_lines(text, overrides))


def test_spellings_of_one_value_are_one_variant(compared: Compared) -> None:
    found = compared(("poll=6 h", "session_updates=15 min"), ("poll=360min", "session_updates=900s"))
    (variant,) = found.variants
    assert len(variant.runs) == 2
    assert found.scenario == ()


def test_what_differs_is_told_in_the_first_spelling(compared: Compared) -> None:
    found = compared(("poll=6 h",), ("poll=1 h",), ("poll=60min", "session_updates=1 min"), ("poll=never",))
    (poll,) = [each for each in found.scenario if each.path == "poll"]
    assert poll.values == {"A": "6 h", "B": "1 h", "C": "1 h", "D": "never"}
    assert "60min" not in compare_text(found, Style())
    assert not [
        each for each in compared(("poll=60min", "duration=1 d"), ("poll=1 h",)).scenario if each.path == "poll"
    ]


@pytest.mark.parametrize(
    ("text", "first", "again"),
    [
        (QUICKSTART, "duration=24 h", "duration=1 d"),
        (QUICKSTART, "sites.0.grid.limit=35 kW", "sites.0.grid.limit=35000 W"),
        (QUICKSTART, "sites.0.at=[52.16, 4.48]", "sites.0.at=[52.160, 4.480]"),
        (QUICKSTART, "drivers.0.sessions_per_day=60", "drivers.0.sessions_per_day=60.0"),
        (QUICKSTART, "start=2026-05-04T06:00 Europe/Amsterdam", "start=2026-05-04T06:00:00  Europe/Amsterdam"),
        (QUICKSTART, "name=A town", "name='A town'"),
        (GENERATED, "generate.power={11 kW: 1, 22 kW: 2}", "generate.power={11000 W: 1.0, 0.022 MW: 2}"),
        (GENERATED, "generate.sites_per_cpo={median: 3, p95: 4}", "generate.sites_per_cpo={median: 03, p95: 4}"),
        # In short and in full.
        (QUICKSTART, f"{LINK}, latency: 90 ms}}]", f"{LINK}, latency: {{median: 0.09 s}}}}]"),
        (QUICKSTART, f"{SLOW}, latency: 2 s}}]", f"{SLOW}, latency: {{median: 2000 ms}}}}]"),
        (QUICKSTART, "parties.NL-ABC.ocpi=2.1.1", "parties.NL-ABC.ocpi=[2.1.1]"),
        (GENERATED, "generate.authorise=app", "generate.authorise={app: 1.0}"),
        (QUICKSTART, "drivers.0.only_at=Station square", "drivers.0.only_at=[Station square]"),
        (GENERATED, "generate.sites_per_cpo=3", "generate.sites_per_cpo={median: 3}"),
        (GENERATED, "generate.prices=0.39 EUR/kWh", "generate.prices={median: 0.39 EUR/kWh}"),
        (GENERATED, "generate.power=11 kW", "generate.power={11000 W: 1}"),
        (GENERATED, "generate.arrivals=shopper", "generate.arrivals={shopper: 1}"),
    ],
)
def test_whatever_is_read_as_the_same_is_the_same(text: str, first: str, again: str) -> None:
    assert meant(text, first) == meant(text, again)
    assert meant(text, first) != meant(text)


@pytest.mark.parametrize(
    ("text", "first", "other"),
    [
        (QUICKSTART, "poll=6 h", "poll=6 min"),
        (QUICKSTART, "poll=never", "poll=1 h"),
        (QUICKSTART, "name=1", "name=01"),
        # An amount is written on the wire with the decimals that it has here.
        (QUICKSTART, "tariffs.street.energy=0.39 EUR/kWh", "tariffs.street.energy=0.390 EUR/kWh"),
        (GENERATED, "generate.prices=0.39 EUR/kWh", "generate.prices=0.39 USD/kWh"),
        (GENERATED, "generate.power={11 kW: 1, 22 kW: 2}", "generate.power={11 kW: 2, 22 kW: 1}"),
        (GENERATED, "nobody.reads.this=1 h", "nobody.reads.this=60 min"),
        (QUICKSTART, f"{LINK}, latency: 90 ms}}]", f"{LINK}, latency: {{median: 80 ms}}}}]"),
        (QUICKSTART, f"{LINK}, latency: 90 ms}}]", f"{LINK}, latency: {{median: 90 ms, p95: 91 ms}}}}]"),
        (GENERATED, "generate.power=11 kW", "generate.power={11 kW: 1, 22 kW: 1}"),
        (GENERATED, "generate.power=11 kW", "generate.power=22 kW"),
        (QUICKSTART, "parties.NL-ABC.ocpi=2.1.1", "parties.NL-ABC.ocpi=[2.1.1, 2.2.1]"),
    ],
)
def test_what_is_not_read_as_the_same_is_not(text: str, first: str, other: str) -> None:
    assert meant(text, first) != meant(text, other)


def test_a_time_of_day_is_no_difference_where_scenarios_start_at_other_times(compared: Compared) -> None:
    """Though it is another instant since the start."""
    at = "faults=[{kind: party_offline, party: NL-EMA, at: 12:00, for: 5 min}]"
    found = compared((at, "start=2026-05-04T06:00 Europe/Amsterdam"), (at, "start=2026-05-04T07:00 Europe/Amsterdam"))
    assert [each.path for each in found.scenario] == ["start"]


def test_what_is_said_in_short_and_in_full_is_one_variant_and_no_difference(compared: Compared) -> None:
    short, full = f"{LINK}, latency: 90 ms}}]", f"{LINK}, latency: {{median: 90 ms}}}}]"
    found = compared((short,), (full,), (short, "poll=1 h"), (full, "poll=1 h"))
    assert [len(variant.runs) for variant in found.variants] == [2, 2]
    assert [each.path for each in found.scenario] == ["poll"]
    # Where each is the first of its variant.
    assert [each.path for each in compared((short,), (full, "poll=1 h")).scenario] == ["poll"]


def test_what_is_said_in_short_is_told_in_one_row(compared: Compared) -> None:
    found = compared(("generate.power=11 kW",), ("generate.power=22 kW",), text=GENERATED)
    (difference,) = found.scenario
    assert (difference.path, difference.values) == ("generate.power", {"A": "11 kW", "B": "22 kW"})
    spread = f"{LINK}, latency: {{median: 90 ms, p95: 1 s}}}}]"
    found = compared((f"{LINK}, latency: 90 ms}}]",), (spread,), (f"{LINK}, latency: 80 ms}}]",))
    assert {each.path: tuple(each.values.values()) for each in found.scenario} == {
        "connections.0.latency": ("90 ms", None, "80 ms"),
        "connections.0.latency.median": (None, "90 ms", None),
        "connections.0.latency.p95": (None, "1 s", None),
    }


def test_a_path_is_told_as_set_takes_it(compared: Compared) -> None:
    text = f'{QUICKSTART}\nmade_up: {{"mar.ket": {{weights: {{"0.5=x": 1}}}}}}'
    path = 'made_up."mar.ket".weights."0.5=x"'
    found = compared((), (f"{path}=2",), text=text)
    (difference,) = found.scenario
    assert (difference.path, difference.values) == (path, {"A": "1", "B": "2"})
    assert [each.title for each in found.variants] == ['"0.5=x"=1', '"0.5=x"=2']


def test_no_file_is_opened_and_no_network_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    grown: list[float] = []

    def grow(plan: object, seed: int) -> object:
        grown.append(plan.sessions_per_evse)  # type: ignore[attr-defined]
        return real(plan, seed)  # type: ignore[arg-type]

    from simulator.scenario.grow import grow as real

    monkeypatch.setattr("simulator.scenario.load.grow", grow)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
    lines = scenario_lines(GENERATED + "networks: [{locations: pyproject.toml}]\n", ())
    assert {line.path: line.meant for line in lines}["networks.0.locations"] == "'pyproject.toml'"
    assert grown == [0.0]
