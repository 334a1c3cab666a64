"""The warm-up: who it leaves plugged in, with exact energy, and how the street and the CPO take over from there."""

import pytest
from field_town import AC, CARD, DC, MIN, H, battery, known, town, visit
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from test_field_arrivals import MEMBERS, group

from simulator.engine.streams import Streams
from simulator.field.driver import adopt
from simulator.field.warmup import Occupancy, _charge, warm_up
from simulator.world.choice import USUAL_TASTE, Taste
from simulator.world.vehicle import VEHICLES

SHOWN = [
    known(f"NL-ABC/E{n}", rating=DC if n % 3 == 0 else AC, status="PLANNED" if n == 7 else "AVAILABLE")
    for n in range(30)
]


def test_it_leaves_one_car_an_evse_and_exact_energies() -> None:
    groups = [group(per_day=300), group("others", 100)]
    left = warm_up(Streams(7), groups, lambda *_: SHOWN, USUAL_TASTE)
    again = warm_up(Streams(7), groups, lambda *_: SHOWN, USUAL_TASTE)
    assert [(o.visit, o.evse_key, o.energy_wus) for o in left] == [(o.visit, o.evse_key, o.energy_wus) for o in again]
    assert 10 < len(left) < 30
    keys = [occupancy.evse_key for occupancy in left]
    assert len(set(keys)) == len(keys)
    assert "NL-ABC/E7" not in keys
    assert [o.started_us for o in left] == sorted(o.started_us for o in left)
    for occupancy in left:
        plan = occupancy.visit.plan
        fresh = battery(plan.start_soc_permille, plan.target_soc_permille, plan.vehicle.name)
        assert -12 * H <= occupancy.started_us < occupancy.until_us == 0 < occupancy.leaves_at_us
        assert occupancy.battery.stored_wus - fresh.stored_wus == occupancy.energy_wus > 0
        assert not (plan.leaves_when_full and occupancy.battery.target_reached)
    numbers = {int(o.visit.name.split("-")[-1]): o.visit.token for o in left if o.visit.name.startswith("commuters")}
    assert all(token == MEMBERS[-1 - (n - 1) % len(MEMBERS)].token for n, token in numbers.items())


def test_a_second_group_leaves_the_first_ones_draws_alone() -> None:
    first = [o.visit for o in warm_up(Streams(7), [group(per_day=40)], lambda *_: SHOWN, USUAL_TASTE)]
    both = [
        o.visit for o in warm_up(Streams(7), [group("others", 10), group(per_day=40)], lambda *_: SHOWN, USUAL_TASTE)
    ]
    assert first
    assert [v for v in both if v.name.startswith("commuters")] == first


def test_who_was_there_chose_by_the_price_that_is_feared() -> None:
    priced = [known(f"NL-ABC/P{n}") for n in range(30)]
    shown = priced + [structs.replace(known(f"NL-ABC/U{n}"), price_per_kwh=None) for n in range(30)]
    for fear, chosen in ((0.60, "NL-ABC/P"), (0.20, "NL-ABC/U")):
        taste = Taste(unknown_price_per_kwh=fear)
        left = warm_up(Streams(7), [group(per_day=40)], lambda *_: shown, taste)
        assert {o.evse_key[:8] for o in left} == {chosen}


def test_who_starts_by_app_stands_only_where_that_is_possible() -> None:
    shown = [known(f"NL-ABC/E{n}", can_start=n % 2 == 0) for n in range(30)]
    left = warm_up(Streams(7), [group(per_day=300)], lambda *_: shown, USUAL_TASTE)
    stands = {(o.visit.token.kind, int(o.evse_key.removeprefix("NL-ABC/E")) % 2 == 0) for o in left}
    assert stands == {("Central", True), ("ISO14443", True), ("ISO14443", False)}


def test_the_street_takes_over() -> None:
    with town() as place:
        charger = place.add("E1")
        car = battery(300)
        energy_wus = car.charge(11_000, 95 * MIN)
        who = visit(stay_us=3 * H)
        told = adopt(place.street, Occupancy(who, "NL-ABC/E1", car, -95 * MIN, 0, energy_wus, 85 * MIN))
        place.run(1)
        assert not place.rows.events
        assert not charger.free
        place.run(3 * H)

        started, now = told
        assert (started.kind, started.at_us, started.seq_no, started.register_wh) == ("Started", -95 * MIN, 0, 0)
        assert (now.kind, now.at_us, now.seq_no, now.register_wh) == ("Updated", 0, 1, 11_000 * 95 // 60)
        assert (now.power_w, now.charging_state, started.token) == (11_000, "Charging", CARD)
        events = place.cpo.transactions()
        assert [event.seq_no for event in events] == list(range(2, 2 + len(events)))
        assert [event.at_us for event in events][:2] == [5 * MIN, 15 * MIN]  # ten minutes apart since its start
        (left,) = place.said("leave")
        assert (left["at_us"], left["stay_s"]) == (85 * MIN, 3 * 3_600)
        assert left["energy_wh"] == 33_000 == place.street.plug_wh()


def test_a_car_that_is_full_already_is_adopted_as_such() -> None:
    with town() as place:
        place.add("E1")
        occupancy = Occupancy(visit(), "NL-ABC/E1", battery(1000), -H, 0, 0, H)
        _, now = adopt(place.street, occupancy)
        assert (now.charging_state, now.power_w) == ("SuspendedEV", 0)
        with pytest.raises(ValueError, match="expected a free place"):
            adopt(place.street, occupancy)
        place.run(MIN)
        with pytest.raises(ValueError, match="at its own instant"):
            adopt(place.street, structs.replace(occupancy, evse_key="NL-ABC/E2"))


@settings(max_examples=40)
@given(st.sampled_from(sorted(VEHICLES)), st.integers(0, 999), st.integers(1, 12 * H), st.integers(1, 12 * H))
def test_on_paper_and_in_the_street_a_car_takes_the_same(
    vehicle: str, permille: int, before_us: int, run_us: int
) -> None:
    power_w = {"city": 3_680, "plug_in_hybrid": 3_680}.get(vehicle, 11_000)
    whole = battery(permille, vehicle=vehicle)
    whole_wus, _ = _charge(whole, power_w, -before_us, run_us)
    with town(sample_us=7 * MIN) as place:
        charger = place.add("E1")
        car = battery(permille, vehicle=vehicle)
        energy_wus, _ = _charge(car, power_w, -before_us, 0)
        adopt(place.street, Occupancy(visit(), "NL-ABC/E1", car, -before_us, 0, energy_wus, 99 * H))
        place.run(run_us)
        charger.settle()
        assert (charger.meter.register_wus, car.stored_wus) == (whole_wus, whole.stored_wus)
