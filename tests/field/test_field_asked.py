"""Meter values that the CPO asks for: at instants, and where the register shows so many Wh."""

from field_town import DC, DELAY_US, MIN, H, S, Town, battery, start, town

from simulator.engine.cause import TIME
from simulator.ocpp.messages import ASKED_FOR, TransactionEvent, TriggerMeterValue


def asked(
    place: Town,
    instants_us: tuple[int, ...] = (),
    registers_wh: tuple[int, ...] = (),
    powers_w: tuple[int, ...] = (),
) -> None:
    (transaction,) = place.street.transactions
    place.link.request(
        "E1", TriggerMeterValue(transaction.id, instants_us, registers_wh, powers_w), lambda _: None, TIME
    )


def readings(place: Town) -> list[TransactionEvent]:
    return [event for event in place.cpo.transactions() if event.trigger == ASKED_FOR]


def test_readings_come_at_the_instants_asked_for_and_no_more() -> None:
    with town(sample_us=24 * H) as place:
        start(place.add("E1", rating=DC), car=battery(200))
        place.run(S)
        asked(place, (20 * MIN, 10 * MIN))
        place.run(H)
        begun_us = place.street.transactions[0].started_us
        assert [event.at_us for event in readings(place)] == [10 * MIN, 20 * MIN]
        flowed_wh = [50_000 * (event.at_us - begun_us) // (3_600 * S) for event in readings(place)]
        assert [event.register_wh for event in readings(place)] == flowed_wh


def test_readings_come_when_the_register_shows_the_wh_at_whatever_power() -> None:
    with town(sample_us=24 * H) as place:
        start(place.add("E1", rating=DC), car=battery(700))  # tapers on the way
        place.run(S)
        asked(place, (), (1_000, 12_000, 15_000, 99_000))
        place.run(H)
        assert [event.register_wh for event in readings(place)] == [1_000, 12_000, 15_000]
        assert [event.power_w for event in readings(place)] == [50_000, 25_000, 6_000]


def test_readings_come_where_the_power_passes_a_bound_as_it_was_until_then() -> None:
    with town(sample_us=24 * H) as place:
        start(place.add("E1", rating=DC), car=battery(700))
        place.run(S)
        asked(place, powers_w=(12_000, 30_000, 90_000))
        place.run(2 * H)
        assert [event.power_w for event in readings(place)] == [50_000, 12_000]
        changes = [at_us for at_us, power_w in place.series("evse/NL-ABC/E1", "power") if power_w in (25_000, 6_000)]
        assert [event.at_us for event in readings(place)] == changes


def test_what_has_passed_is_sent_at_once_and_once() -> None:
    with town(sample_us=24 * H) as place:
        start(place.add("E1", rating=DC), car=battery(200))
        place.run(30 * MIN)
        asked(place, (10 * MIN, 20 * MIN), (5_000,))
        place.run(H)
        assert [event.at_us for event in readings(place)] == [30 * MIN + DELAY_US]


def test_a_later_request_replaces_the_one_before() -> None:
    with town(sample_us=24 * H) as place:
        start(place.add("E1", rating=DC), car=battery(200))
        place.run(S)
        asked(place, (10 * MIN,), (9_000,))
        asked(place, (15 * MIN,))
        place.run(H)
        assert [event.at_us for event in readings(place)] == [15 * MIN]


def test_no_outage_loses_one_and_the_end_of_the_transaction_ends_them() -> None:
    with town(sample_us=24 * H) as place:
        charger = place.add("E1", rating=DC)
        start(charger, car=battery(200))
        place.run(S)
        asked(place, (10 * MIN, 20 * MIN, 50 * MIN))
        place.run(5 * MIN)
        place.link.cut(["E1"])
        place.run(30 * MIN)
        place.link.reconnect(["E1"], TIME)
        charger.unplug(TIME)
        place.run(H)
        assert [(event.at_us, event.offline) for event in readings(place)] == [(10 * MIN, True), (20 * MIN, True)]
