"""The pyramid's polyline shows every peak that the samples have, in the pixel where it is."""

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gui.paint.pyramid import Pyramid


def pyramid(samples: list[tuple[int, float]]) -> Pyramid:
    return Pyramid(np.array([at for at, _ in samples], np.int64), np.array([value for _, value in samples], float))


def test_few_samples_are_exact_steps_held_to_the_end() -> None:
    x, y = pyramid([(1_000_000, 5.0), (3_000_000, 7.0)]).outline(0, 10_000_000, 800)
    assert x.tolist() == [1, 3, 3, 10]
    assert y.tolist() == [5, 5, 7, 7]


def test_the_value_that_holds_already_enters_from_the_left() -> None:
    x, y = pyramid([(1_000_000, 5.0), (3_000_000, 7.0)]).outline(2_000_000, 4_000_000, 800)
    assert x.tolist() == [2, 3, 3, 4]
    assert y.tolist() == [5, 5, 7, 7]


def test_nothing_is_drawn_before_the_first_sample_nor_of_no_samples() -> None:
    assert len(pyramid([(5_000_000, 1.0)]).outline(0, 5_000_000, 100)[0]) == 0
    assert len(pyramid([]).outline(0, 5_000_000, 100)[0]) == 0


def test_what_held_until_just_inside_the_first_column_is_seen() -> None:
    for count in (500, 60_000):
        times = np.append(0, 1_000_000 + np.arange(count) * 1_000)
        values = np.append(100.0, np.arange(count) % 2)
        _, y = Pyramid(times, values).outline(999_999, 1_000_000 + count * 1_000, 50)
        assert y.max() == 100.0


def random_curve(seed: int, count: int, burst: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    gaps = rng.integers(0, 50_000, count)
    if burst:
        gaps[rng.integers(0, count, 5)] += 2_000_000_000
    return np.cumsum(gaps), rng.integers(-50, 50, count).astype(float)


@settings(max_examples=60)
@example(227, 20_000, False, (0.9375, 0.8424619865425282), 16)
@example(227, 20_000, False, (0.875, 0.8424619865425282), 5)
@example(227, 20_000, False, (0.85, 0.8424619865425282), 1)
@given(
    seed=st.integers(0, 1_000),
    count=st.sampled_from([300, 3_000, 20_000, 70_000]),
    burst=st.booleans(),
    window=st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)),
    pixels=st.integers(5, 900),
)
def test_every_pixel_shows_its_lowest_and_highest_value(
    seed: int, count: int, burst: bool, window: tuple[float, float], pixels: int
) -> None:
    times, values = random_curve(seed, count, burst)
    from_us, to_us = (int(part * times[-1]) for part in sorted(window))
    x, y = Pyramid(times, values).outline(from_us, to_us, pixels)
    assert np.all(np.diff(x) >= 0)
    inside = (times >= from_us) & (times < to_us)
    held = np.searchsorted(times, from_us, side="right") - 1
    seen = np.append(values[inside], values[held : held + 1] if held >= 0 and to_us > from_us else [])
    assert (y.min(), y.max()) == (seen.min(), seen.max()) if len(seen) else len(y) == 0
    # What the curve does in a stretch is drawn within a pixel of it, and nothing else is.
    pixel = (to_us - from_us) / pixels
    for left in np.linspace(from_us, to_us, 12)[:-1]:
        part = values[(times >= left) & (times < min(left + 3 * pixel, to_us))]
        drawn = y[(x * 1e6 >= left - 2 * pixel) & (x * 1e6 <= left + 5 * pixel)]
        if len(part):
            assert drawn.min() <= part.min()
            assert drawn.max() >= part.max()
    for at, value in zip(x[:: max(len(x) // 40, 1)], y[:: max(len(x) // 40, 1)], strict=True):
        near = (times >= at * 1e6 - 2 * pixel) & (times <= at * 1e6 + 2 * pixel)
        before = max(np.searchsorted(times, at * 1e6 - 2 * pixel, side="right") - 1, 0)
        assert value in values[near] or value == values[before]


def test_a_long_curve_becomes_few_points() -> None:
    times, values = random_curve(1, 1_000_000, burst=False)
    x, _ = Pyramid(times, values).outline(0, int(times[-1]), 1_000)
    assert len(x) <= 2 * 1_000 + 2
