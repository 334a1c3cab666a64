import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.energy import WUS_PER_WH, time_to_us, wh_to_wus


def test_an_hour_at_one_kilowatt_is_a_thousand_watt_hours() -> None:
    assert wh_to_wus(1_000) == 1_000 * WUS_PER_WH == 1_000 * 3_600_000_000


@given(st.integers(1, 10**18), st.integers(1, 10**6))
def test_time_to_us_is_the_first_microsecond_that_reaches_the_energy(energy_wus: int, power_w: int) -> None:
    duration_us = time_to_us(energy_wus, power_w)
    assert (duration_us - 1) * power_w < energy_wus <= duration_us * power_w


def test_nothing_to_deliver_takes_no_time_and_no_power_is_refused() -> None:
    assert time_to_us(0, 0) == 0
    with pytest.raises(ValueError, match="never reached at 0 W"):
        time_to_us(1, 0)
