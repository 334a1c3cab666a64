"""No label lies upon another, each is as near to its line as it can be, and what has no room is left out."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from gui.paint.placing import beside, freest, spread, stretches
from gui.paint.plot_axes import value_ticks

ROW = 14.0


@given(st.lists(st.floats(-50, 400), max_size=30), st.floats(20, 300))
def test_labels_along_an_edge_never_overlap(wanted: list[float], high: float) -> None:
    places = spread(wanted, ROW, 10.0, high)
    found = sorted(place for place in places if place is not None)
    assert len(found) == min(len(wanted), max(int((high - 10) // ROW), 0))
    assert all(below - above >= ROW - 1e-6 for above, below in pairwise(found))
    assert not found or (found[0] >= 10 - 1e-6 and found[-1] + ROW <= high + 1e-6)


@given(st.lists(st.integers(0, 12), max_size=6, unique=True))
def test_labels_that_do_not_meet_stay_where_they_are(rows: list[int]) -> None:
    wanted = [10 + ROW * row for row in rows]
    assert spread(wanted, ROW, 10.0, 500.0) == wanted


def test_of_too_many_labels_the_last_are_left_out() -> None:
    assert spread([5, 0, 3], ROW, 0.0, 30.0) == [14.0, 0.0, None]


def test_a_badge_sits_on_the_highest_level_stretch_beside_what_is_there() -> None:
    x, y = np.array([0.0, 100, 100, 300, 300, 400]), np.array([200.0, 200, 50, 50, 200, 200])
    inside = QRectF(0, 0, 400, 300)
    first = beside(x, y, 20, ROW, inside, [])
    assert first is not None
    assert (first.center().x(), first.center().y()) == (200, 50)
    second = beside(x, y, 20, ROW, inside, [first])
    assert second is not None
    assert second.center().y() == 50
    assert not second.intersects(first)
    assert beside(x, y, 20, ROW, inside, [inside]) is None
    assert beside(x, y, 20, ROW, QRectF(0, 0, 400, 10), []) is None
    assert beside(x[:1], y[:1], 20, ROW, inside, []) is None


def test_values_are_round_and_counts_are_whole() -> None:
    assert value_ticks(0, 113, 5) == ([0, 50, 100], 0)
    assert value_ticks(0, 0.9, 4)[0] == [0, 0.5]
    ticks, places = value_ticks(0, 0.09, 5)
    assert [f"{tick:.{places}f}" for tick in ticks] == ["0.00", "0.02", "0.04", "0.06", "0.08"]
    assert value_ticks(0, 1.5, 8, whole=True) == ([0, 1], 0)


def test_of_some_places_the_one_that_hides_fewest_stretches_is_taken() -> None:
    right, left, middle = (QRectF(x, 20.0, 30.0, ROW) for x in (70.0, 0.0, 35.0))
    x = np.array([0.0, 80.0, 80.0, 100.0])
    up, above = np.array([5.0, 5.0, 50.0, 50.0]), np.array([5.0, 5.0, -10.0, -10.0])
    assert freest([right, left, middle], stretches([(x, up)])) == left
    assert freest([right, left, middle], stretches([])) == right
    assert freest([right, left], stretches([(x, above)])) == right
