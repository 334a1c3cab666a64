"""A driver's life: what the app shows against what is there, queues and patience, and every way a visit ends."""

from typing import Any

import pytest
from field_town import ACCOUNT, CARD, DC, MIN, H, IdToken, S, Town, known, start, town, visit
from msgspec import structs

from simulator.engine.cause import TIME
from simulator.field.arrivals import arrive_at
from simulator.field.visit import Visit
from simulator.ocpp.messages import RequestAnswer, RequestStartTransaction

OTHER = IdToken("OTHER", "ISO14443")


def go(place: Town, who: Visit, at_us: int = 0) -> None:
    place.env.process(arrive_at(place.street, who, at_us))


def reasons(place: Town) -> list[Any]:
    return [event["reason"] for event in place.said("turned_away")]


def test_a_card_visit_from_arrival_to_leave() -> None:
    with town() as place:
        charger = place.add("E1", north_m=1_000)
        go(place, visit(stay_us=2 * H), MIN)
        place.run(5 * H)
        kinds = [row.kind for row in place.rows.events if row.source == "driver/Ada"]
        assert kinds == ["arrive", "plug", "tap", "tap", "leave"]
        (left,) = place.said("leave")
        plugged_us = MIN + 120 * S  # a kilometre at 30 km/h
        assert left == {
            "at_us": plugged_us + 2 * H,
            "subject": "E1-1",
            "evse": "NL-ABC/E1",
            "energy_wh": place.street.plug_wh(),
            "stay_s": 7_200,
            "waited_s": 0,
            "detour_m": 1_000,
            "tries": 1,
        }
        (plugged,) = place.said("plug")
        assert (plugged["at_us"], plugged["detour_m"]) == (plugged_us, 1_000)
        assert charger.free


@pytest.mark.parametrize(
    ("stop", "trigger"), [("app", "RemoteStop"), ("unplug", "EVDeparted"), ("card", "StopAuthorized")]
)
def test_an_app_visit_starts_through_the_app_and_ends_as_the_driver_does(stop: Any, trigger: str) -> None:
    with town() as place:
        place.add("E1")
        go(place, visit(token=ACCOUNT, stop=stop))
        place.run(3 * H)
        started, ended = place.cpo.transactions()[0], place.cpo.transactions()[-1]
        assert (started.trigger, ended.trigger) == ("RemoteStart", trigger)
        assert [verb for verb, _, _ in place.app.asked] == ["start", "stop"][: 2 if stop == "app" else 1]
        assert len(place.said("leave")) == 1


def test_one_who_leaves_when_full_leaves_when_full() -> None:
    with town() as place:
        place.add("E1")
        go(place, visit(stay_us=9 * H, start_permille=900, target_permille=940, leaves_when_full=True))
        place.run(10 * H)
        (left,) = place.said("leave")
        assert left["energy_wh"] == 52_000 * 40 // 1000
        assert left["stay_s"] == 52_000 * 40 // 1000 * 3600 // 11_000  # and the 0.1 s of the authorisation round it


def test_a_stale_app_sends_to_a_taken_place_and_the_next_site_is_tried() -> None:
    with town() as place:
        start(place.add("E1"), OTHER)
        place.add("E2", site="park", north_m=1_000)
        go(place, visit(), MIN)
        place.run(3 * H)
        (taken,) = place.said("taken")
        assert taken == {"at_us": MIN, "subject": "NL-ABC/E1", "age_s": 60, "shown": "AVAILABLE"}
        (left,) = place.said("leave")
        assert (left["evse"], left["tries"]) == ("NL-ABC/E2", 2)
        assert [event["detour_m"] for event in place.said("plug")] == [1_000]


def test_a_free_neighbour_is_taken_without_another_drive() -> None:
    with town() as place:
        start(place.add("E1"), OTHER)
        place.add("E2")
        go(place, visit())
        place.run(3 * H)
        assert len(place.said("taken")) == 1
        assert [event["tries"] for event in place.said("leave")] == [1]


def test_a_site_that_is_full_is_one_try() -> None:
    with town() as place:
        for n in range(3):
            start(place.add(f"E{n}"), IdToken(f"T{n}", "ISO14443"))
        go(place, visit(patience_us=0))
        place.run(H)
        assert [event["subject"] for event in place.said("taken")] == ["NL-ABC/E0"]
        assert [(event["reason"], event["tries"]) for event in place.said("turned_away")] == [("all_taken", 1)]


def test_an_evse_that_is_only_in_the_app_is_passed_over() -> None:
    with town() as place:
        place.app.shown.append(known("NL-ABC/ghost"))
        place.add("E1", site="park", north_m=500)
        go(place, visit())
        place.run(3 * H)
        assert len(place.said("leave")) == 1


def test_no_more_than_four_sites_are_tried() -> None:
    with town() as place:
        for n in range(6):
            start(place.add(f"E{n}", site=f"site {n}", north_m=100 * n), IdToken(f"T{n}", "ISO14443"))
        go(place, visit(patience_us=0), MIN)
        place.run(H)
        assert len(place.said("taken")) == 4
        assert place.said("turned_away")[0]["tries"] == 4


def test_the_queue_gives_a_place_and_patience_ends() -> None:
    with town() as place:
        charger = place.add("E1")
        place.app.shown[0] = structs.replace(place.app.shown[0], status="CHARGING")
        start(charger, OTHER)
        go(place, visit("Ada", patience_us=20 * MIN), MIN)
        go(place, visit("Bob", IdToken("BOB", "ISO14443"), patience_us=5 * MIN), 2 * MIN)
        go(place, visit("Cy", IdToken("CY", "ISO14443"), patience_us=30 * MIN), 3 * MIN)
        place.run(11 * MIN)
        charger.unplug(TIME)
        place.run(12 * MIN)
        assert [(event["at_us"], event["before"]) for event in place.said("wait")] == [
            (MIN, 0),
            (2 * MIN, 1),
            (3 * MIN, 2),
        ]
        assert not place.said("taken")  # the app told the truth
        assert [(e["at_us"], e["reason"], e["waited_s"]) for e in place.said("turned_away")] == [
            (7 * MIN, "all_taken", 300)
        ]
        assert [(event["at_us"], event["waited_s"]) for event in place.said("plug")] == [(11 * MIN, 600)]
        place.run(40 * MIN)
        assert place.said("turned_away")[-1]["at_us"] == 33 * MIN
        assert place.street.sites["square"].waiting == 0


def test_a_place_freed_at_the_instant_patience_ends_is_not_lost() -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger, OTHER)
        place.run(1)
        go(place, visit(patience_us=MIN), S)
        place.env.process(_unplug_at(place, charger, S + MIN))
        place.run(3 * H)
        assert len(place.said("leave")) + len(place.said("turned_away")) == 1
        assert charger.free
        assert not charger.promised


def test_a_place_freed_as_the_time_of_one_who_must_leave_is_over_goes_to_the_next() -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger, OTHER)
        go(place, structs.replace(visit("Ada", patience_us=H), leaves_at_us=10 * MIN), MIN)
        go(place, visit("Bob", IdToken("BOB", "ISO14443"), patience_us=H), 2 * MIN)
        place.env.process(_unplug_at(place, charger, 10 * MIN))
        place.run(3 * H)
        ended = [(row.source, row.kind, row.at_us) for row in place.rows.events if row.kind in ("plug", "turned_away")]
        assert ended == [("driver/Ada", "turned_away", 10 * MIN), ("driver/Bob", "plug", 10 * MIN)]


def _unplug_at(place: Town, charger: Any, at_us: int) -> Any:
    yield place.env.timeout(at_us - place.env.now)
    charger.unplug(TIME)


def test_what_the_app_does_not_show_does_not_exist() -> None:
    with town() as place:
        place.add("E1", rating=DC)
        go(place, visit("Hybrid", vehicle="plug_in_hybrid"))
        place.run(MIN)
        for status in ("PLANNED", "REMOVED", "OUTOFORDER", "INOPERATIVE", "BLOCKED"):
            place.app.shown = [structs.replace(place.app.shown[0], status=status)]
            go(place, visit("Ada"), int(place.env.now) + 1)
            place.run(int(place.env.now) + MIN)
        place.app.shown = []
        go(place, visit("Eve"), int(place.env.now))
        place.run(H)
        assert reasons(place) == ["none_compatible"] + ["nothing_shown"] * 6


def test_by_app_drivers_go_where_it_can_start_and_by_card_anywhere() -> None:
    with town() as place:
        place.add("E1")
        place.app.shown = [structs.replace(place.app.shown[0], can_start=False)]
        go(place, visit("Ada", ACCOUNT, "app"))
        go(place, visit("Bea"), MIN)
        place.run(3 * H)
        assert reasons(place) == ["card_needed"]
        assert [row.source for row in place.rows.events if row.kind == "leave"] == ["driver/Bea"]


@pytest.mark.parametrize(("verdict", "reason"), [("Blocked", "refused"), (None, "no_answer")])
def test_a_refused_card_frees_the_place(verdict: str | None, reason: str) -> None:
    with town() as place:
        place.cpo.verdicts[CARD.uid] = verdict
        charger = place.add("E1")
        go(place, visit())
        place.run(H)
        assert [event["status"] for event in place.said("refused")] == [verdict or "Offline"]
        assert reasons(place) == [reason]
        assert charger.free


@pytest.mark.parametrize(
    ("says", "acts", "reason", "after_s"),
    [
        ("REJECTED", False, "refused", 0),
        (None, False, "no_answer", 120),
        ("ACCEPTED", False, "no_answer", 60),
        ("TIMEOUT", True, "no_answer", 0),
    ],
)
def test_an_app_that_fails(says: str | None, acts: bool, reason: str, after_s: int) -> None:
    with town() as place:
        place.app.says, place.app.acts = says, acts
        charger = place.add("E1")
        go(place, visit(token=ACCOUNT, stop="app"))
        place.run(H)
        assert [(event["reason"], event["at_us"]) for event in place.said("turned_away")] == [(reason, after_s * S)]
        assert charger.free
        assert charger.transaction is None


def test_a_start_for_another_sends_no_driver_away() -> None:
    with town() as place:
        place.app.says, place.app.acts = None, False
        place.add("E1")
        go(place, structs.replace(visit(token=ACCOUNT), app_patience_us=H))
        answers: list[object] = []
        for number, token in enumerate((CARD, ACCOUNT)):
            place.run((number + 1) * MIN)
            place.link.request("E1", RequestStartTransaction(token, number), answers.append, TIME)
        place.run(3 * MIN)
        assert answers == [RequestAnswer(False, "the EVSE is occupied"), RequestAnswer(True)]
        assert not place.said("turned_away")
        assert [event.token for event in place.cpo.transactions()[:1]] == [ACCOUNT]


def test_a_failing_stop_ends_by_unplugging() -> None:
    with town() as place:
        charger = place.add("E1")
        go(place, visit(token=ACCOUNT, stop="app", stay_us=H))
        place.run(H - MIN)
        place.app.says, place.app.acts = None, False
        place.run(2 * H)
        (left,) = place.said("leave")
        assert left["at_us"] == H + 120 * S
        assert place.cpo.transactions()[-1].trigger == "EVDeparted"
        assert charger.free


def test_one_whose_charging_is_stopped_from_elsewhere_still_leaves_once() -> None:
    with town() as place:
        charger = place.add("E1")
        go(place, visit(stay_us=H, leaves_when_full=True))
        place.run(10 * MIN)
        charger.tap(CARD, lambda _: None, TIME)
        place.run(2 * H)
        (left,) = place.said("leave")
        assert left["at_us"] == 10 * MIN
        assert len(place.cpo.transactions()) == 2
