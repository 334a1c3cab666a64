"""One EVSE: exact energy, the messages it sends and when, and what it makes of taps and requests."""

import pytest
from field_town import ACCOUNT, CARD, DC, DELAY_US, MIN, H, S, battery, start, town
from msgspec.structs import replace

from simulator.engine.cause import TIME
from simulator.field.awaited_plug import EV_CONNECTION_TIMEOUT_US
from simulator.ocpp.messages import (
    Authorize,
    IdToken,
    RequestAnswer,
    RequestStartTransaction,
    RequestStopTransaction,
    ReserveNow,
    StatusNotification,
)

STARTED_US = 2 * DELAY_US  # Authorize there and back


def test_a_tap_starts_and_the_same_card_stops() -> None:
    with town() as place:
        charger = place.add("E1")
        said: list[str] = []
        assert charger.plug(battery(), TIME)
        charger.tap(CARD, said.append, TIME)
        place.run(H)
        charger.tap(CARD, said.append, TIME)
        charger.unplug(TIME)
        place.run(2 * H)

        assert said == ["Accepted", "Accepted"]
        started, *updates, ended = place.cpo.transactions()
        assert (started.kind, started.trigger, started.token, started.at_us) == (
            "Started",
            "Authorized",
            CARD,
            STARTED_US,
        )
        assert (started.charging_state, started.power_w, started.register_wh) == ("Charging", 11_000, 0)
        assert (ended.kind, ended.trigger, ended.stopped_reason) == ("Ended", "StopAuthorized", "Local")
        assert [event.seq_no for event in (started, *updates, ended)] == list(range(len(updates) + 2))
        transaction = place.street.transactions[0]
        exact_wus = 11_000 * (H - STARTED_US)
        assert charger.meter.register_wus == exact_wus
        assert ended.register_wh == transaction.energy_wh == place.street.plug_wh() == exact_wus // 3_600_000_000
        assert transaction.stopped_us == ended.at_us == H


def test_meter_values_come_at_exact_times() -> None:
    with town(sample_us=7 * MIN) as place:
        start(place.add("E1"))
        place.run(H)
        periodic = [event for event in place.cpo.transactions() if event.trigger == "MeterValuePeriodic"]
        assert [event.at_us for event in periodic] == [STARTED_US + 7 * MIN * n for n in range(1, 9)]
        assert [event.register_wh for event in periodic] == [11_000 * 7 * n // 60 for n in range(1, 9)]
        assert {event.power_w for event in periodic} == {11_000}


def test_the_battery_tapers_and_then_suspends() -> None:
    with town(sample_us=24 * H) as place:
        charger = place.add("E1", rating=DC)
        car = battery(700)
        start(charger, car=car)
        place.run(5 * H)
        transaction = place.street.transactions[0]
        assert transaction.full.triggered
        (suspended,) = [event for event in place.cpo.transactions() if event.kind == "Updated"]
        assert (suspended.trigger, suspended.charging_state) == ("ChargingStateChanged", "SuspendedEV")
        assert (suspended.power_w, suspended.state_of_charge_permille) == (0, 1000)
        assert transaction.energy_wh == 52_000 * 3 // 10
        powers = [value for _, value in place.series("evse/NL-ABC/E1", "power")]
        assert powers == [50_000, 25_000, 12_000, 6_000, 0]  # the catalogue's bands of 100 kW


def test_unplugging_ends_a_transaction() -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger)
        place.run(H)
        charger.unplug(TIME)
        place.run(2 * H)
        ended = place.cpo.transactions()[-1]
        assert (ended.trigger, ended.stopped_reason, ended.charging_state) == ("EVDeparted", "EVDisconnected", "Idle")
        assert charger.free
        statuses = [m.status for _, _, m in place.cpo.heard if isinstance(m, StatusNotification)]
        assert statuses == ["Occupied", "Available"]
        assert [row.value for row in place.rows.states] == [
            b'{"status":"Available"}',
            b'{"status":"Occupied"}',
            b'{"status":"Available"}',
        ]


def test_requests_start_and_stop() -> None:
    with town() as place:
        charger = place.add("E1")
        answers: list[object] = []
        ask = RequestStartTransaction(ACCOUNT, 42)
        assert charger.plug(battery(), TIME)
        place.link.request("E1", ask, answers.append, TIME)
        place.link.request("E1", ask, answers.append, TIME)
        place.run(2 * MIN)
        place.link.request("E1", RequestStopTransaction("another"), answers.append, TIME)
        place.link.request("E1", RequestStopTransaction("E1-1"), answers.append, TIME)
        place.link.request("nowhere", ask, answers.append, TIME)
        place.run(3 * MIN)
        assert answers == [
            RequestAnswer(True),
            RequestAnswer(False, "a transaction is under way"),
            None,
            RequestAnswer(False, "this transaction is not under way"),
            RequestAnswer(True),
        ]
        started, ended = place.cpo.transactions()
        assert (started.trigger, started.remote_start_id, started.token) == ("RemoteStart", 42, ACCOUNT)
        assert (ended.trigger, ended.stopped_reason, ended.charging_state) == ("RemoteStop", "Remote", "EVConnected")


def test_a_remote_start_before_the_car_waits_for_its_plug() -> None:
    with town() as place:
        charger = place.add("E1")
        answers: list[object] = []
        place.link.request("E1", RequestStartTransaction(ACCOUNT, 42), answers.append, TIME)
        place.run(MIN)
        place.link.request("E1", RequestStartTransaction(CARD, 43), answers.append, TIME)
        place.link.request("E1", ReserveNow(1, CARD, 9 * MIN), answers.append, TIME)
        place.run(MIN + S)
        assert answers == [
            RequestAnswer(True),
            *[RequestAnswer(False, "the EVSE waits for somebody else to plug in")] * 2,
        ]
        assert charger.free_for(ACCOUNT)
        assert not charger.free_for(CARD)
        assert charger.plug(battery(), TIME)
        place.run(2 * MIN)
        (started,) = place.cpo.transactions()
        assert (started.trigger, started.remote_start_id, started.token) == ("CablePluggedIn", 42, ACCOUNT)


def test_where_a_driver_stands_nobody_starts_for_another() -> None:
    """An eMSP cannot know who stands there; whoever does goes on waiting for the own one."""
    with town() as place:
        charger = place.add("E1")
        assert charger.plug(battery(), TIME, CARD)
        answers: list[object] = []
        for number, token in enumerate((ACCOUNT, CARD)):
            place.link.request("E1", RequestStartTransaction(token, number), answers.append, TIME)
            place.run((number + 1) * MIN)
        place.link.request("E1", RequestStopTransaction("E1-1"), answers.append, TIME)
        place.link.request("E1", RequestStartTransaction(ACCOUNT, 2), answers.append, TIME)
        place.run(3 * MIN)
        taken = RequestAnswer(False, "the EVSE is occupied")
        assert answers == [taken, RequestAnswer(True), RequestAnswer(True), taken]
        assert [event.token for event in place.cpo.transactions() if event.kind == "Started"] == [CARD]
        charger.unplug(TIME)
        assert charger.stands_for(ACCOUNT)


@pytest.mark.parametrize(
    ("wanted", "is_same"),
    [
        (IdToken("ACCOUNT1", "Central", "NL-EMA"), True),
        (IdToken("account1", "Central", "nl-ema"), True),
        (IdToken("ACCOUNT1", "Central"), True),
        (IdToken("ACCOUNT1", "Central", "NL-NOM"), False),
    ],
    ids=["same", "in other letters", "of nobody known", "of another eMSP"],
)
def test_a_token_is_the_same_in_any_letters_and_another_at_every_emsp(wanted: IdToken, is_same: bool) -> None:
    """Two eMSPs may choose the same uid: whoever has it from one is not served for the other."""
    account = IdToken("ACCOUNT1", "Central", "NL-EMA")
    with town() as place:
        awaiting, reserved, taken = (place.add(f"E{number}") for number in range(3))
        answers: list[object] = []
        place.link.request("E0", RequestStartTransaction(account, 1), answers.append, TIME)
        place.link.request("E1", ReserveNow(1, account, 9 * MIN), answers.append, TIME)
        place.run(S)
        assert taken.plug(battery(), TIME, account)
        assert (awaiting.free_for(wanted), reserved.free_for(wanted)) == (is_same, is_same)
        place.link.request("E2", RequestStartTransaction(wanted, 2), answers.append, TIME)
        place.run(MIN)
        assert answers == [RequestAnswer(True)] * 2 + [
            RequestAnswer(True) if is_same else RequestAnswer(False, "the EVSE is occupied")
        ]


def test_a_card_reader_reads_no_more_than_a_uid() -> None:
    """What was started for an account of some eMSP stops at a card with its uid."""
    with town() as place:
        charger = place.add("E1")
        assert charger.plug(battery(), TIME, replace(CARD, emsp="NL-EMA"))
        said: list[str] = []
        charger.tap(replace(CARD, emsp="NL-EMA"), said.append, TIME)
        place.run(MIN)
        charger.tap(replace(CARD, uid="card1"), said.append, TIME)
        assert said == ["Accepted", "Accepted"]
        (asked,) = [message for _, _, message in place.cpo.heard if isinstance(message, Authorize)]
        assert asked.token == CARD


def test_nobody_who_plugs_in_too_late_is_charged_for_a_remote_start() -> None:
    with town() as place:
        charger = place.add("E1")
        place.link.request("E1", RequestStartTransaction(ACCOUNT, 42), lambda _: None, TIME)
        place.run(EV_CONNECTION_TIMEOUT_US)
        assert not charger.free_for(CARD)
        waiting = charger.site.wait_for([charger.key], CARD)
        place.run(EV_CONNECTION_TIMEOUT_US + S)
        assert waiting.value is charger, "the place goes to the next in the queue"
        assert charger.plug(battery(), TIME)
        place.run(EV_CONNECTION_TIMEOUT_US + MIN)
        assert not place.cpo.transactions()


@pytest.mark.parametrize("verdict", ["Blocked", "Expired", "Invalid", "Unknown"])
def test_a_refused_card_starts_nothing(verdict: str) -> None:
    with town() as place:
        place.cpo.verdicts[CARD.uid] = verdict
        charger = place.add("E1")
        said: list[str] = []
        assert charger.plug(battery(), TIME)
        charger.tap(CARD, said.append, TIME)
        place.run(MIN)
        assert said == [verdict]
        assert not place.cpo.transactions()


def test_another_card_cannot_stop_and_a_taken_place_takes_no_second_car() -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger)
        place.run(MIN)
        said: list[str] = []
        charger.tap(IdToken("OTHER", "ISO14443"), said.append, TIME)
        assert said == ["ConcurrentTx"]
        assert not charger.plug(battery(), TIME)
        assert not place.add("E2", rating=DC).plug(battery(vehicle="plug_in_hybrid"), TIME)


def test_a_transaction_may_follow_another_in_one_visit() -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger)
        place.run(MIN)
        charger.tap(CARD, lambda _: None, TIME)
        charger.tap(CARD, lambda _: None, TIME)
        place.run(H)
        charger.unplug(TIME)
        first, second = place.street.transactions
        assert (first.id, second.id) == ("E1-1", "E1-2")
        assert second.register_start_wh == first.register_stop_wh
        assert first.energy_wh + second.energy_wh == place.street.plug_wh()


def test_a_long_uid_makes_a_short_transaction_id() -> None:
    with town() as place:
        for last in "12":
            start(place.add("NL*ABC*E" + "0" * 27 + last), IdToken(last, "ISO14443"))
        place.run(MIN)
        ids = [transaction.id for transaction in place.street.transactions]
        assert len(set(ids)) == 2
        assert max(map(len, ids)) <= 36


def test_a_charge_from_authorisation_to_meter_values_has_its_causes() -> None:
    with town() as place:
        start(place.add("E1"))
        place.run(11 * MIN)
        labels = [cause.label for cause in place.cpo.causes[2].chain()]
        assert labels == ["ocpp/NL-ABC/E1 ocpp"] * 3  # Started, because Authorize was answered, because it was asked
        assert [cause.depth for cause in place.cpo.causes] == [0, 0, 0, 0]
        assert len(list(place.cpo.causes[3].chain())) == 1  # a meter value: time went by
