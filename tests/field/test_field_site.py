"""A site: energy is exact and conserved under any limit, power is shared fairly, places are queued for."""

from field_town import AC, CARD, DC, MIN, H, IdToken, battery, start, town
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.engine.cause import TIME
from simulator.world.vehicle import VEHICLES

plugs = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(0, 240).map(lambda minutes: minutes * MIN + 1),
        st.integers(0, 480).map(lambda minutes: minutes * MIN + 7),
        st.integers(50, 990),
        st.sampled_from(sorted(VEHICLES)),
        st.booleans(),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=60)
@given(plugs, st.sampled_from((None, 0, 5_003, 20_001, 60_007)), st.integers(MIN, H))
def test_energy_is_exact_and_the_limit_kept(
    wishes: list[tuple[int, int, int, int, str, bool]], limit_w: int | None, sample_us: int
) -> None:
    with town(sample_us=sample_us) as place:
        chargers = [place.add(f"E{n}", rating=AC if n % 2 else DC, limit_w=limit_w) for n in range(4)]
        cars = []

        def come(index: int, at_us: int, stay_us: int, permille: int, vehicle: str, taps: bool):  # type: ignore[no-untyped-def]
            yield place.env.timeout(at_us)
            car = battery(permille, vehicle=vehicle)
            if chargers[index].plug(car, TIME):
                token = IdToken(f"T{len(cars)}", "ISO14443")
                cars.append((index, car, car.stored_wus))
                chargers[index].tap(token, lambda _: None, TIME)
                yield place.env.timeout(stay_us)
                if taps:
                    chargers[index].tap(token, lambda _: None, TIME)
                chargers[index].unplug(TIME)

        for wish in wishes:
            place.env.process(come(*wish))
        for at_us in range(H, 14 * H, H):
            place.run(at_us)
            site = place.street.sites["square"]
            assert site.power_w == sum(charger.power_w for charger in chargers)
            assert limit_w is None or site.power_w <= limit_w
            transactions = place.street.transactions
            for index, charger in enumerate(chargers):
                shown_wh = charger.register_wh()
                assert charger.meter.register_wus == sum(
                    car.stored_wus - before for at, car, before in cars if at == index
                )
                assert shown_wh == sum(t.energy_wh for t in transactions if t.evse_key == charger.key)
        told_wh = 0
        first = {}
        for _, uid, message in place.cpo.heard:
            if getattr(message, "kind", "") == "Started":
                first[uid] = message.register_wh
            elif getattr(message, "kind", "") == "Ended":
                told_wh += message.register_wh - first[uid]
        assert told_wh == place.street.plug_wh()
        assert site.power_w == site.occupied == 0


def test_two_cars_share_and_one_that_leaves_gives_back() -> None:
    with town(sample_us=24 * H) as place:
        one, two = place.add("E1", limit_w=16_000), place.add("E2")
        start(one)
        place.run(H)
        start(two, IdToken("B", "ISO14443"))
        place.run(2 * H)
        assert (one.power_w, two.power_w) == (8_000, 8_000)
        one.unplug(TIME)
        assert (one.power_w, two.power_w) == (0, 11_000)
        assert place.street.sites["square"].power_w == 11_000
        place.run(3 * H)
        kinds = [(event.transaction_id, event.kind) for event in place.cpo.transactions()]
        assert kinds == [("E1-1", "Started"), ("E2-1", "Started"), ("E1-1", "Ended")]
        assert [value for _, value in place.series("site/square", "power")] == [11_000, 16_000, 11_000]


def test_more_power_makes_full_come_earlier() -> None:
    with town(sample_us=24 * H) as place:
        one, two = place.add("E1", limit_w=12_000), place.add("E2")
        start(one, car=battery(500, 700))  # 10,400 Wh
        start(two, IdToken("B", "ISO14443"))
        place.run(H)
        two.unplug(TIME)
        place.run(3 * H)
        transaction = place.street.transactions[0]
        assert transaction.full.processed
        full_us = next(e.at_us for e in place.cpo.transactions("E1") if e.charging_state == "SuspendedEV")
        started_us = transaction.started_us
        left_wus = 10_400 * H - 6_000 * (H - started_us)
        assert full_us == H + -(-left_wus // 11_000)
        assert one.meter.register_wus == 10_400 * H


def test_a_car_below_the_minimum_current_waits_for_power() -> None:
    with town(sample_us=24 * H) as place:
        one, two = place.add("E1", limit_w=6_000), place.add("E2")
        start(one)
        start(two, IdToken("B", "ISO14443"))
        place.run(H)
        assert (one.power_w, two.power_w) == (6_000, 0)  # 6 A on three phases are 4,140 W
        one.unplug(TIME)
        place.run(2 * H)
        assert [(event.trigger, event.charging_state) for event in place.cpo.transactions("E2")] == [
            ("Authorized", "SuspendedEVSE"),
            ("ChargingStateChanged", "Charging"),
        ]


def test_a_taper_leaves_its_power_to_the_others() -> None:
    with town(sample_us=24 * H) as place:
        one, two = place.add("E1", rating=DC, limit_w=60_000), place.add("E2", rating=DC)
        start(one, car=battery(940))
        start(two, IdToken("B", "ISO14443"), battery(100))
        place.run(MIN)
        assert (one.power_w, two.power_w) == (25_000, 35_000)
        place.run(3 * MIN)
        assert (one.power_w, two.power_w) == (12_000, 48_000)


def test_the_queue_is_served_in_order_to_those_who_fit() -> None:
    with town() as place:
        ac, dc = place.add("E1"), place.add("E2", rating=DC)
        start(ac)
        start(dc, IdToken("B", "ISO14443"))
        site = place.street.sites["square"]
        first = site.wait_for([ac.key], CARD)
        second = site.wait_for([ac.key, dc.key], CARD)
        third = site.wait_for([ac.key, dc.key], CARD)
        dc.unplug(TIME)
        assert (first.triggered, second.triggered, second.value is dc) == (False, True, True)
        assert not dc.free
        site.give_up(first)
        ac.unplug(TIME)
        assert third.value is ac
        assert site.waiting == 0
