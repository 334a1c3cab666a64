"""The link to the CPO: delay, order, what is kept through an outage and what is not, one event a message."""

from field_town import CARD, DELAY_US, MIN, H, S, battery, start, town

from simulator.engine.cause import TIME
from simulator.ocpp.messages import RequestStartTransaction, RequestStopTransaction, StatusNotification


def test_an_outage_of_the_cpo_keeps_transaction_events_in_order() -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger)
        place.run(15 * MIN)
        place.cpo.reachable = False
        place.run(45 * MIN)
        charger.unplug(TIME)
        place.run(50 * MIN)
        assert len(place.cpo.transactions()) == 2
        place.cpo.reachable = True
        cause = place.journal.event("fault", "back")
        place.link.reconnect(None, cause)
        place.run(H)

        events = place.cpo.transactions()
        assert [event.seq_no for event in events] == [0, 1, 2, 3, 4, 5]
        assert [event.offline for event in events] == [False, False, True, True, True, True]
        back = events[2:]
        assert [event.kind for event in back] == ["Updated", "Updated", "Updated", "Ended"]
        assert [event.at_us // MIN for event in back] == [20, 30, 40, 45]
        heard_at = [at_us for at_us, _, message in place.cpo.heard if message in back]
        assert heard_at == [50 * MIN + DELAY_US] * 4
        assert events[-1].register_wh == place.street.plug_wh()
        assert place.cpo.causes[-1].parent is cause


def test_what_was_on_its_way_when_the_cpo_went_keeps_its_place() -> None:
    with town() as place:
        place.add("E1")
        for second in range(3):
            place.link.notify("E1", StatusNotification("Occupied", second), TIME)
            place.run((second + 1) * 10_000)
        place.cpo.reachable = False
        place.run(DELAY_US + 5_000)  # the first has arrived in vain, two are on their way
        place.cpo.reachable = True
        place.link.reconnect(None, TIME)
        place.run(S)
        assert [message.at_us for _, _, message in place.cpo.heard] == [1, 2]  # type: ignore[union-attr]


def test_of_the_statuses_of_an_outage_only_the_last_arrives() -> None:
    with town() as place:
        charger = place.add("E1")
        place.street.take_offline("square")
        for _ in range(3):
            assert charger.plug(battery(), TIME)
            charger.unplug(TIME)
        assert charger.plug(battery(), TIME)
        place.run(MIN)
        assert not place.cpo.heard
        place.street.bring_online("square", TIME)
        place.run(2 * MIN)
        assert [message.status for _, _, message in place.cpo.heard] == ["Occupied"]  # type: ignore[union-attr]


def test_a_card_at_a_charger_without_cpo_is_told_so() -> None:
    with town() as place:
        charger = place.add("E1")
        said: list[str] = []
        assert charger.plug(battery(), TIME)
        place.street.take_offline("square")
        charger.tap(CARD, said.append, TIME)
        place.run(59 * S)
        assert not said
        place.run(61 * S)
        assert said == ["Offline"]
        place.street.bring_online("square", TIME)
        place.run(H)
        assert [type(message) for _, _, message in place.cpo.heard] == [StatusNotification]
        assert charger.transaction is None


def test_an_answer_that_comes_too_late_starts_nothing() -> None:
    with town() as place:
        place.cpo.thinks_us = 2 * MIN
        charger = place.add("E1")
        said: list[str] = []
        assert charger.plug(battery(), TIME)
        charger.tap(CARD, said.append, TIME)
        place.run(H)
        assert said == ["Offline"]
        assert charger.transaction is None
        assert place.said("ocpp", "")[-1]["action"] == "AuthorizeResponse"  # it came, and is written down


def test_every_message_takes_its_time() -> None:
    with town() as place:
        place.add("E1")
        for second in range(3):
            place.link.notify("E1", StatusNotification("Occupied", second), TIME)
            place.run((second + 1) * 10_000)
        place.run(S)
        assert [at_us for at_us, _, _ in place.cpo.heard] == [DELAY_US, DELAY_US + 10_000, DELAY_US + 20_000]


def test_a_request_to_a_charger_that_is_offline_finds_nobody() -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger)
        place.run(MIN)
        answers: list[object] = []
        place.street.take_offline("square")
        place.street.take_offline("square")
        place.street.bring_online("square", TIME)
        place.link.request("E1", RequestStopTransaction("E1-1"), answers.append, TIME)
        place.run(2 * MIN)
        assert answers == [None]
        assert charger.transaction is not None
        place.street.bring_online("square", TIME)
        place.link.request("E1", RequestStopTransaction("E1-1"), answers.append, TIME)
        place.run(2 * MIN + DELAY_US + 1)
        place.cpo.reachable = False
        place.run(3 * MIN)
        assert answers == [None]  # the charger stopped, but nobody was there to hear it
        assert charger.transaction is None


def test_each_message_is_one_event_when_it_arrives() -> None:
    with town() as place:
        charger = place.add("E1")
        assert charger.plug(battery(), TIME)
        charger.tap(CARD, lambda _: None, TIME)
        place.link.request("E1", RequestStartTransaction(CARD, 3), lambda _: None, TIME)
        place.run(MIN)
        said = [(event["at_us"] // DELAY_US, event["direction"], event["action"]) for event in place.said("ocpp", "")]
        assert said == [
            (1, "to_cpo", "StatusNotification"),
            (1, "to_cpo", "Authorize"),
            (1, "to_charge_point", "RequestStartTransaction"),
            (2, "to_cpo", "RequestStartTransactionResponse"),
            (2, "to_cpo", "TransactionEvent"),
            (2, "to_charge_point", "AuthorizeResponse"),
        ]
        started = place.said("ocpp", "ocpp/NL-ABC/E1")[4]
        assert started == {
            "at_us": 2 * DELAY_US,
            "subject": "E1-1",
            "direction": "to_cpo",
            "action": "TransactionEvent",
            "kind": "Started",
            "transaction_id": "E1-1",
            "seq_no": 0,
            "trigger": "RemoteStart",
            "charging_state": "Charging",
            "register_wh": 0,
            "power_w": 11_000,
            "state_of_charge_permille": 200,
            "token": {"uid": "CARD1", "kind": "ISO14443"},
            "remote_start_id": 3,
        }
