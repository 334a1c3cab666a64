"""The sum of power curves is exact, curves are extended without reading twice, and points lead to their messages."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.assemble import RunOptions, play
from simulator.recording.errors import RecordingError
from simulator.recording.folding import SAMPLES_A_CHUNK
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder
from simulator.report.load import (
    Curves,
    LoadAt,
    SiteLoad,
    capped_us,
    from_zero,
    sites,
    step_sum,
    total,
    value_at,
    within,
)
from simulator.scenario.load import load as load_scenario

ROOT = Path(__file__).parents[2]
STATION = "NL-ABC/NL-ABC-L001"

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


def all_sites(recording: Recording) -> list[SiteLoad]:
    return sites(recording, Curves(recording, "power"), Curves(recording, "limit"))


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
    by_site = total(quickstart, [f"site/{site.key}" for site in all_sites(quickstart)])
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
    station, fast, *_ = all_sites(quickstart)
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


def recorded(path: Path, samples: Steps, flush_at: int) -> Recording:
    """A recording of one curve of a site, written in two parts."""
    recorder = Recorder.create(path, "full", {"start_epoch_us": "0"})
    for number, (at_us, value) in enumerate(samples):
        if number == flush_at:
            recorder.flush()
        recorder.sample("site/A/1", "power", "W", at_us, value)
    recorder.close({})
    return Recording.open(path)


def test_of_several_samples_in_an_instant_only_the_last_counts(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "spike.ocpirun", "full", {"start_epoch_us": "0"})
    write = ((5, 10), (7, 99), (7, 20), (9, 30))
    with Recording.open(tmp_path / "spike.ocpirun") as recording:
        power = Curves(recording, "power")
        for at_us, value in write:
            recorder.sample("site/A/1", "power", "W", at_us, value)
            recorder.flush()
            power.extend()
        curve = power.by_entity["site/A/1"]
        assert (curve.times_us.tolist(), curve.values.tolist()) == ([5, 7, 9], [10, 20, 30])
        # The sum was made when the spike was still the last that was known.
        assert (power.total[0].tolist(), power.total[1].tolist()) == ([5, 7, 9], [10, 20, 30])
        assert sites(recording, power, Curves(recording, "limit"))[0].peak_w == 30
    recorder.close({})


def test_folded_samples_of_an_instant_count_once_too(tmp_path: Path) -> None:
    samples = [(at_us // 2, at_us) for at_us in range(3 * SAMPLES_A_CHUNK + 11)]
    with recorded(tmp_path / "folded.ocpirun", samples, SAMPLES_A_CHUNK) as recording:
        curve = Curves(recording, "power").by_entity["site/A/1"]
        assert np.all(np.diff(curve.times_us) > 0)
        assert [curve.at(at_us) for at_us in (0, 700, 1_540)] == [1, 1_401, 3_081]


def test_a_damaged_chunk_is_refused_in_a_sentence(tmp_path: Path) -> None:
    samples = [(at_us, 1) for at_us in range(SAMPLES_A_CHUNK)]
    recorded(tmp_path / "bad.ocpirun", samples, 0).close()
    with sqlite3.connect(tmp_path / "bad.ocpirun") as connection:
        connection.execute("UPDATE series_chunk SET data = x'00ff00ff'")
    connection.close()
    with Recording.open(tmp_path / "bad.ocpirun") as recording, pytest.raises(RecordingError, match="is damaged"):
        Curves(recording, "power")


@given(steps, st.integers(-10, 45), st.integers(0, 30), st.booleans())
def test_a_part_of_a_curve_has_its_values_and_no_others(
    curve: Steps, from_us: int, duration_us: int, falls: bool
) -> None:
    curve = list(dict(curve).items())
    to_us = from_us + duration_us
    part = within(arrays(curve), from_us, to_us, falls=falls)
    assert np.all(np.diff(part[0]) >= 0)
    for at_us in range(from_us, to_us):
        value = value_at(part, at_us)
        assert (value or 0) == holds(curve, at_us)
        assert value is not None or not falls
    if falls:
        assert value_at(part, to_us) == 0


def test_a_curve_is_zero_from_the_beginning_of_the_run() -> None:
    times_us, values = from_zero(arrays([(5, 3)]), -2)
    assert (times_us.tolist(), values.tolist()) == ([-2, 5], [0, 3])
    times_us, values = from_zero(None, -2)
    assert (times_us.tolist(), values.tolist()) == ([-2], [0])
    times_us, values = from_zero(arrays([(-2, 3)]), -2)
    assert (times_us.tolist(), values.tolist()) == ([-2], [3])


def test_the_time_at_the_limit_is_counted(quickstart: Recording) -> None:
    power, limit = arrays([(10, 20), (20, 100), (35, 99), (50, 0)]), arrays([(0, 100), (30, 50)])
    assert capped_us(power, limit, 1_000) == 15 + 15
    assert capped_us(power, limit, 25) == 5
    assert capped_us(power, None, 25) == capped_us(None, limit, 25) == 0
    entity = f"site/{STATION}"
    drawn, borne = Curves(quickstart, "power").of(entity), Curves(quickstart, "limit").of(entity)
    assert 58 * 60_000_000 < capped_us(drawn, borne, 14_400_000_000) < 63 * 60_000_000


def test_a_load_knows_its_share_of_the_limit() -> None:
    assert (LoadAt(15, 30, 1, 2).share, LoadAt(15, 30, 1, 2).is_capped) == (0.5, False)
    assert LoadAt(29_999, 30_000, 1, 2).is_capped
    assert (LoadAt(15, None, 1, 2).share, LoadAt(15, None, 1, 2).is_capped) == (None, False)
