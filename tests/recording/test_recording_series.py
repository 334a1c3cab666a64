"""Series: folding changes nothing that a reader sees."""

import math
import tempfile
from array import array
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from recording_rows import META

from simulator.recording.folding import SAMPLES_A_CHUNK, fold
from simulator.recording.reader import Recording
from simulator.recording.series import unfold
from simulator.recording.writer import Recorder


@given(st.lists(st.tuples(st.integers(-(1 << 60), 1 << 60), st.floats()), min_size=1, max_size=50))
def test_a_chunk_gives_back_its_samples(samples: list[tuple[int, float]]) -> None:
    times = array("q", [at_us for at_us, _ in samples])
    values = array("d", [value for _, value in samples])
    chunk = fold(1, 0, times, values)
    again = unfold(chunk.data)
    np.testing.assert_array_equal(again[0], times)
    np.testing.assert_array_equal(again[1], values)
    assert (chunk.from_us, chunk.to_us, chunk.size) == (min(times), max(times), len(samples))
    numbers = [value for _, value in samples if not math.isnan(value)]
    if numbers:
        assert (chunk.minimum, chunk.maximum) == (min(numbers), max(numbers))


@settings(max_examples=12)
@given(st.lists(st.integers(1, 1500), min_size=1, max_size=4), st.booleans())
def test_folded_and_raw_samples_read_alike(parts: list[int], closed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.ocpirun"
        recorder = Recorder.create(path, "aggregates", META)
        n = 0
        for part in parts:
            for n in range(n, n + part):  # noqa: B020
                recorder.sample("evse/E1", "power", "W", n * 10, n / 2)
                recorder.sample("site", "limit", "W", n * 10, math.nan if n % 7 == 0 else -n)
            n += 1
            recorder.flush()
        if closed:
            recorder.close({})
        with Recording.open(path) as recording:
            assert recording.series_keys() == [("evse/E1", "power", "W"), ("site", "limit", "W")]
            times, values = recording.series("evse/E1", "power")
            np.testing.assert_array_equal(times, np.arange(n) * 10)
            np.testing.assert_array_equal(values, np.arange(n) / 2)
            expected = np.where(np.arange(n) % 7 == 0, np.nan, -np.arange(n, dtype=float))
            np.testing.assert_array_equal(recording.series("site", "limit")[1], expected)
            some = recording.series("evse/E1", "power", 50, n * 5)[0]
            np.testing.assert_array_equal(some, np.arange(n)[5 : max(5, (n + 1) // 2)] * 10)
            # A full chunk waits for the next sample, which may be of the same instant as its last.
            folded = math.ceil(n / SAMPLES_A_CHUNK) - (not closed)
            assert recording.query("SELECT count(*) FROM series_chunk") == [(2 * folded,)]
            left = 0 if closed else n - folded * SAMPLES_A_CHUNK
            assert recording.query("SELECT count(*) FROM sample") == [(2 * left,)]
        recorder.abort()


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=40), st.integers(0, 3))
def test_of_one_instant_only_the_last_sample_is_kept(steps: list[tuple[int, bool]], lead: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.ocpirun"
        recorder = Recorder.create(path, "full", META)
        # The samples that share instants lie around the edge of a chunk.
        expected = {at_us: float(at_us) for at_us in range(-SAMPLES_A_CHUNK + lead, 0)}
        for at_us, value in expected.items():
            recorder.sample("evse/E1", "power", "W", at_us, value)
        at_us = 0
        for number, (step_us, flushed) in enumerate(steps):
            at_us += step_us
            expected[at_us] = float(number)
            recorder.sample("evse/E1", "power", "W", at_us, float(number))
            if flushed:
                recorder.flush()
        recorder.flush()
        found = [series_of(path)]
        recorder.close({})
        found.append(series_of(path))
        assert found == [list(expected.items())] * 2


def series_of(path: Path) -> list[tuple[int, float]]:
    with Recording.open(path) as recording:
        times, values = recording.series("evse/E1", "power")
    return list(zip(times.tolist(), values.tolist(), strict=True))


def test_a_series_that_is_not_there_is_empty(tmp_path: Path) -> None:
    recorder = Recorder.create(tmp_path / "run.ocpirun", "full", META)
    recorder.close({})
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        times, values = recording.series("nobody", "power", 0, 10)
        assert (times.dtype, values.dtype, len(times)) == (np.int64, np.float64, 0)
