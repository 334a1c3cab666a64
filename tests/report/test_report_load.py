"""The sum of power curves is exact, curves are extended without reading twice, and points lead to their messages."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.recording.series import SAMPLES_A_CHUNK
from simulator.recording.writer import Recorder
from simulator.report import load
from simulator.report.load import Curves, explaining, focus, presence, sites, step_sum, total
from simulator.scenario.load import load as load_scenario

ROOT = Path(__file__).parents[2]
STATION = "NL-ABC/NL-ABC-L001"
ADAS_PLACE = "NL-ABC/NL-ABC-E0001"

Steps = list[tuple[int, int]]
steps = st.lists(st.tuples(st.integers(-5, 40), st.integers(0, 9)), max_size=12).map(sorted)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of the quickstart."""
    out = tmp_path_factory.mktemp("load") / "quickstart.ocpirun"
    scenario = load_scenario(ROOT / "scenarios" / "quickstart.yaml")
    asyncio.run(play(scenario, RunOptions(out=out, wire="memory", control=False)))
    return out


@pytest.fixture
def quickstart(path: Path) -> Iterator[Recording]:
    with Recording.open(path) as recording:
        yield recording


def arrays(curve: Steps) -> tuple[np.ndarray, np.ndarray]:
    return np.array([at for at, _ in curve], np.int64), np.array([value for _, value in curve], float)


def holds(curve: Steps, at_us: int) -> int:
    return next((value for at, value in reversed(curve) if at <= at_us), 0)


@given(st.lists(steps, max_size=4), st.none() | st.integers(-8, 45))
def test_the_sum_is_right_at_every_instant(curves: list[Steps], from_us: int | None) -> None:
    at_us, values = step_sum(map(arrays, curves), from_us)
    assert np.all(np.diff(at_us) > 0)
    if from_us is not None:
        assert at_us[0] == from_us
    summed = list(zip(at_us.tolist(), values.tolist(), strict=True))
    for instant in range(-10 if from_us is None else from_us, 50):
        assert holds(summed, instant) == sum(holds(curve, instant) for curve in curves)


def test_the_total_of_a_run_is_what_its_evses_drew(quickstart: Recording) -> None:
    evses = [
        entity for entity, quantity, _ in quickstart.series_keys() if entity.startswith("evse/") and quantity == "power"
    ]
    by_site = total(quickstart, [f"site/{site.key}" for site in sites(quickstart)])
    by_evse = total(quickstart, evses)
    for at_us in range(0, 14_400_000_000, 7_000_000):
        left, right = (float(v[max(np.searchsorted(t, at_us, "right") - 1, 0)]) for t, v in (by_site, by_evse))
        assert left == right or at_us < by_site[0][0]


def test_a_range_begins_with_what_holds_and_ends_before_its_end(quickstart: Recording) -> None:
    at_us, values = total(quickstart, [f"site/{STATION}"], 4_000_000_000, 5_000_000_000)
    assert at_us[0] == 4_000_000_000
    assert values[0] > 0
    assert at_us[-1] < 5_000_000_000


def test_sites_are_told_with_their_limits_and_peaks(quickstart: Recording) -> None:
    station, fast, *_ = sites(quickstart)
    assert (station.key, station.name, station.limit_w, station.evses) == (STATION, "Station square", 30_000, 4)
    assert station.peak_w == 30_000
    assert fast.limit_w is None
    assert fast.peak_w == 50_000


def test_curves_grow_sample_by_sample_while_chunks_are_folded(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "growing.ocpirun", "full", {"start_epoch_us": "0"})
    with Recording.open(tmp_path / "growing.ocpirun") as recording:
        power = Curves(recording, "power")
        for round in range(5):
            for number in range(SAMPLES_A_CHUNK // 2 + 7):
                at_us = round * 10_000 + number
                recorder.sample("site/A/1", "power", "W", at_us, number % 13)
                if round and number % 3 == 0:
                    recorder.sample("site/A/2", "power", "W", at_us, number % 5)
            recorder.flush()
            assert power.extend()
            assert not power.extend()
        for entity, curve in power.by_entity.items():
            times_us, values = recording.series(entity, "power")
            assert curve.times_us.tolist() == times_us.tolist()
            assert curve.values.tolist() == values.tolist()
        whole = step_sum((curve.times_us, curve.values) for curve in power.by_entity.values())
        instants = np.arange(0, 50_000, 3)
        assert [holds_at(power.total, at) for at in instants] == [holds_at(whole, at) for at in instants]
    recorder.close({})


def holds_at(steps: tuple[np.ndarray, np.ndarray], at_us: int) -> float:
    return float(steps[1][np.searchsorted(steps[0], at_us, side="right") - 1])


def test_a_point_while_charging_leads_to_the_next_update(quickstart: Recording) -> None:
    exchange = explaining(quickstart, f"evse/{ADAS_PLACE}", 3_100_000_000)
    assert exchange is not None
    message = quickstart.message(exchange)
    assert (message.module, message.method) == ("sessions", "PATCH")
    assert 3_100_000_000 <= message.start_us < 3_100_000_000 + 600_000_000 * 2


def test_a_point_after_charging_leads_to_the_update_that_ended_it(quickstart: Recording) -> None:
    exchange = explaining(quickstart, f"evse/{ADAS_PLACE}", 12_000_000_000)
    assert exchange is not None
    assert b"COMPLETED" in quickstart.message(exchange).request_body


@pytest.mark.parametrize("entity", [f"site/{STATION}", ""])
def test_a_site_and_all_sites_lead_to_messages_too(quickstart: Recording, entity: str) -> None:
    exchange = explaining(quickstart, entity, 3_100_000_000)
    assert exchange is not None
    assert quickstart.message(exchange).start_us >= 3_100_000_000


def test_what_nobody_tells_of_leads_nowhere(quickstart: Recording) -> None:
    assert explaining(quickstart, "evse/NL-ABC/NONE", 0) is None
    assert explaining(quickstart, "site/NL-ABC/NONE", 0) is None


def test_selections_lead_to_their_evse(quickstart: Recording) -> None:
    for kind, id in (("driver", "Ada"), ("token", "C33994332E2ED3"), ("evse", ADAS_PLACE)):
        found = focus(quickstart, kind, id)
        assert (found.evses, found.site) == ((ADAS_PLACE,), STATION)
    ada = focus(quickstart, "driver", "Ada")
    assert (ada.from_us, ada.to_us) == presence(quickstart, ADAS_PLACE)[0]


def test_every_message_of_a_session_leads_to_the_same_evse(quickstart: Recording) -> None:
    session = quickstart.states(kind="session")[0].entity
    messages = quickstart.messages(session_id=session)
    assert len(messages) > 3
    assert {focus(quickstart, "message", str(message.exchange)) for message in messages} == {
        focus(quickstart, "session", session)
    }
    assert focus(quickstart, "session", session).evses


def test_a_message_about_a_location_leads_to_its_site(quickstart: Recording) -> None:
    start = next(message for message in quickstart.messages(module="commands") if message.location_id)
    assert focus(quickstart, "message", str(start.exchange)).site.endswith(start.location_id)


@pytest.mark.parametrize(
    ("kind", "id"), [("party", "NL-ABC"), ("link", "NL-ABC|NL-EMA"), ("", ""), ("message", "999999")]
)
def test_other_selections_are_about_no_evse(quickstart: Recording, kind: str, id: str) -> None:
    assert focus(quickstart, kind, id) == load.Focus()
