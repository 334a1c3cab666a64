import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.world.battery import Battery
from simulator.world.vehicle import VEHICLES

vehicles = st.sampled_from(list(VEHICLES.values()))


def charge_to_target(battery: Battery, limit_w: int) -> tuple[int, int, list[int]]:
    taken_wus = duration_us = 0
    powers_w = []
    while (power_w := battery.acceptance_w(limit_w)) > 0:
        step_us = battery.until_change_us(power_w)
        assert step_us is not None
        assert step_us > 0
        taken_wus += battery.charge(power_w, step_us)
        duration_us += step_us
        powers_w.append(power_w)
    return taken_wus, duration_us, powers_w


def test_ac_stays_constant_long_after_dc_tapers() -> None:
    compact = VEHICLES["compact"]
    _, _, dc_w = charge_to_target(Battery(compact, 500), 150_000)
    assert dc_w == [100_000, 50_000, 25_000, 12_000, 6_000]
    _, _, ac_w = charge_to_target(Battery(compact, 500), 11_000)
    assert ac_w == [11_000, 6_000]
    _, _, middling_w = charge_to_target(Battery(compact, 500), 50_000)
    assert middling_w == [50_000, 25_000, 12_000, 6_000]  # no step at 80 %, where 50 kW are still accepted


@given(vehicles, st.integers(0, 999), st.integers(1, 1000), st.integers(1, 400_000))
def test_a_battery_takes_exactly_what_was_missing_in_at_most_one_step_a_band(vehicle, start, target, limit_w) -> None:
    battery = Battery(vehicle, start, target)
    missing_wus = max(0, battery.target_wus - battery.stored_wus)
    taken_wus, _, powers_w = charge_to_target(battery, limit_w)
    assert taken_wus == missing_wus
    assert battery.target_reached
    assert battery.until_change_us(limit_w) is None
    assert powers_w == sorted(set(powers_w), reverse=True)


@given(vehicles, st.integers(0, 990), st.integers(1, 400_000), st.integers(1, 3_600_000_000))
def test_many_steps_take_what_one_step_takes(vehicle, start, limit_w, cut_us) -> None:
    whole, parts = Battery(vehicle, start), Battery(vehicle, start)
    power_w = whole.acceptance_w(limit_w)
    step_us = whole.until_change_us(power_w)
    assert step_us is not None
    cut_us = min(cut_us, step_us)
    taken = parts.charge(power_w, cut_us) + parts.charge(power_w, step_us - cut_us)
    assert whole.charge(power_w, step_us) == taken


@given(vehicles, st.integers(0, 990), st.integers(1, 400_000))
def test_until_change_holds_until_its_last_microsecond(vehicle, start, limit_w) -> None:
    battery = Battery(vehicle, start)
    power_w = battery.acceptance_w(limit_w)
    step_us = battery.until_change_us(power_w)
    assert step_us is not None
    battery.charge(power_w, step_us - 1)
    assert battery.acceptance_w(limit_w) == power_w
    battery.charge(power_w, 1)
    assert battery.acceptance_w(limit_w) < power_w


def test_nothing_flows_at_target_without_power_or_into_a_battery_above_its_target() -> None:
    battery = Battery(VEHICLES["city"], 900, 800)
    assert battery.acceptance_w(7_400) == 0
    assert battery.charge(7_400, 1_000_000) == 0
    assert battery.state_of_charge_permille == 900
    assert Battery(VEHICLES["city"], 100).until_change_us(0) is None
    assert Battery(VEHICLES["city"], 100).acceptance_w(-5) == 0


def test_wrong_numbers_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="start state of charge is 1001 permille"):
        Battery(VEHICLES["city"], 1001)
    with pytest.raises(ValueError, match="neither to be negative"):
        Battery(VEHICLES["city"], 500).charge(1, -1)
