from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.meter import Meter


@given(st.lists(st.integers(0, 10**13), max_size=20))
def test_differences_of_the_shown_register_add_up_to_the_total(energies_wus: list[int]) -> None:
    meter = Meter(1_234)
    shown_wh = [meter.register_wh]
    for energy_wus in energies_wus:
        meter.add(energy_wus)
        shown_wh.append(meter.register_wh)
    sessions_wh = [after - before for before, after in pairwise(shown_wh)]
    assert sum(sessions_wh) == sum(energies_wus) // 3_600_000_000 == meter.register_wh - 1_234


@given(st.integers(0, 10**13), st.integers(1, 400_000), st.integers(1, 50_000))
def test_until_wh_is_the_first_microsecond_that_shows_it(before_wus: int, power_w: int, more_wh: int) -> None:
    meter = Meter()
    meter.add(before_wus)
    wanted_wh = meter.register_wh + more_wh
    duration_us = meter.until_wh_us(power_w, wanted_wh)
    meter.add(power_w * (duration_us - 1))
    assert meter.register_wh == wanted_wh - 1
    meter.add(power_w)
    assert meter.register_wh == wanted_wh
    assert meter.until_wh_us(0, wanted_wh) == 0


def test_a_register_never_falls() -> None:
    with pytest.raises(ValueError, match="cannot count -1"):
        Meter().add(-1)
