"""A reserved place: who may take it, how the reservation ends, and what a driver makes of one."""

from collections.abc import Callable

import pytest
from field_town import CARD, CPO, MIN, H, IdToken, Town, battery, start, town, visit
from msgspec.structs import replace

from simulator.engine.cause import TIME
from simulator.field.arrivals import arrive_at
from simulator.field.charger import Charger
from simulator.field.visit import Booking
from simulator.ocpp.messages import (
    NOT_RESERVED,
    OCCUPIED,
    OVER,
    PLUG_IN_USE,
    RESERVED,
    Authorize,
    CancelReservation,
    RequestAnswer,
    RequestStartTransaction,
    ReservationStatusUpdate,
    ReserveNow,
    StatusNotification,
    ToChargePoint,
    UnlockConnector,
)

OTHER = IdToken("CARD2", "ISO14443")
YES = RequestAnswer(True)


def ask(charger: Charger, request: ToChargePoint) -> object:
    """What the charge point answers."""
    said: list[object] = []
    charger.on_request(request, said.append, TIME)
    (answer,) = said
    return answer


def statuses(place: Town) -> list[str]:
    return [message.status for _, _, message in place.cpo.heard if isinstance(message, StatusNotification)]


def ended(place: Town) -> list[ReservationStatusUpdate]:
    return [message for _, _, message in place.cpo.heard if isinstance(message, ReservationStatusUpdate)]


def test_only_the_token_that_it_is_kept_for_may_start_and_that_uses_it_up() -> None:
    with town() as place:
        charger = place.add("E1")
        assert ask(charger, ReserveNow(7, CARD, H)) == YES
        assert (charger.free_for(CARD), charger.free_for(OTHER)) == (True, False)
        assert charger.plug(battery(), TIME)
        said: list[str] = []
        charger.tap(OTHER, said.append, TIME)
        assert said == ["Reserved"]
        refused = ask(charger, RequestStartTransaction(OTHER, 1))
        assert refused == RequestAnswer(False, RESERVED)
        place.run(MIN)
        assert not [message for _, _, message in place.cpo.heard if isinstance(message, Authorize)]
        charger.tap(CARD, said.append, TIME)
        place.run(2 * MIN)
        (started,) = place.cpo.transactions()
        assert started.reservation_id == 7
        charger.unplug(TIME)
        place.run(2 * H)
        assert place.cpo.transactions()[-1].reservation_id is None
        assert statuses(place) == ["Reserved", "Occupied", "Available"]
        assert not ended(place)
        assert charger.free_for(OTHER)


def test_a_reservation_ends_by_itself_when_its_time_is_over() -> None:
    with town() as place:
        charger = place.add("E1")
        ask(charger, ReserveNow(7, CARD, H))
        place.run(H - 1)
        assert not charger.free_for(OTHER)
        place.run(H + MIN)
        assert charger.free_for(OTHER)
        assert ended(place) == [ReservationStatusUpdate(7, "Expired")]
        assert statuses(place) == ["Reserved", "Available"]


def test_the_same_id_again_replaces_what_was_asked_before() -> None:
    with town() as place:
        charger = place.add("E1")
        ask(charger, ReserveNow(7, CARD, H))
        assert ask(charger, ReserveNow(7, OTHER, 2 * H)) == YES
        place.run(H + MIN)
        assert (charger.free_for(CARD), charger.free_for(OTHER)) == (False, True)
        place.run(3 * H)
        assert len(ended(place)) == 1


def test_a_place_is_kept_for_one_at_a_time_and_not_where_a_car_stands() -> None:
    with town() as place:
        charger = place.add("E1")
        assert ask(charger, ReserveNow(7, CARD, 0)) == RequestAnswer(False, OVER)
        ask(charger, ReserveNow(7, CARD, H))
        assert ask(charger, ReserveNow(8, OTHER, H)) == RequestAnswer(False, OCCUPIED)
        assert ask(charger, CancelReservation(8)) == RequestAnswer(False, NOT_RESERVED)
        assert ask(charger, CancelReservation(7)) == YES
        assert charger.free_for(OTHER)
        start(charger)
        assert ask(charger, ReserveNow(9, CARD, H)) == RequestAnswer(False, OCCUPIED)
        place.run(2 * H)
        assert not ended(place)


def test_a_car_that_leaves_without_charging_leaves_the_place_reserved() -> None:
    with town() as place:
        charger = place.add("E1")
        ask(charger, ReserveNow(7, CARD, H))
        charger.plug(battery(), TIME)
        charger.unplug(TIME)
        place.run(MIN)
        assert statuses(place) == ["Reserved", "Occupied", "Reserved"]


@pytest.mark.parametrize(
    "ends", [lambda charger: None, lambda charger: ask(charger, CancelReservation(7))], ids=["expires", "cancelled"]
)
def test_the_queue_gets_a_reserved_place_when_the_reservation_ends(ends: Callable[[Charger], object]) -> None:
    with town() as place:
        charger = place.add("E1")
        start(charger, OTHER)
        site = charger.site
        other = site.wait_for([charger.key], OTHER)
        holder = site.wait_for([charger.key], CARD)
        place.run(MIN)
        charger.reserved.hold(ReserveNow(7, CARD, H))
        charger.unplug(TIME)
        assert (other.triggered, holder.triggered) == (False, True)
        charger.promised = False
        ends(charger)
        place.run(H + MIN)
        assert other.triggered


def test_a_plug_is_released_when_no_transaction_holds_it() -> None:
    with town() as place:
        charger = place.add("E1")
        charger.plug(battery(), TIME)
        assert ask(charger, UnlockConnector("1")) == YES
        charger.tap(CARD, lambda _: None, TIME)
        place.run(MIN)
        assert ask(charger, UnlockConnector("1")) == RequestAnswer(False, PLUG_IN_USE)


# The driver


def comes(place: Town, keeps: str, until_us: int = 3 * H) -> list[str]:
    """What Ada, who reserves at half past and arrives on the hour, does."""
    booking = Booking(H // 2, keeps)  # type: ignore[arg-type]
    place.env.process(arrive_at(place.street, visit(stay_us=H // 2, booking=booking), H))
    place.run(until_us)
    return [row.kind for row in place.rows.events if row.source == "driver/Ada"]


def test_a_place_is_reserved_only_where_the_app_offers_that() -> None:
    with town() as place:
        place.add("E1", "square")
        place.add("E2", "market", north_m=100)
        place.app.shown[0] = replace(place.app.shown[0], can_reserve=False)
        comes(place, "yes")
        assert [uid for action, _, uid in place.app.asked if action == "reserve"] == ["E2"]
    with town() as place:
        place.add("E1")
        place.app.shown[0] = replace(place.app.shown[0], can_reserve=False)
        assert comes(place, "yes")[:2] == ["not_reserved", "arrive"]


def test_who_reserved_goes_there_even_when_a_better_place_has_become_free() -> None:
    with town() as place:
        better = place.add("E1", "square")
        place.add("E2", "market", north_m=100)
        place.app.shown[0] = replace(place.app.shown[0], status="CHARGING")
        start(better, OTHER)

        def frees(_: object) -> None:
            better.unplug(TIME)
            place.app.shown[0] = replace(place.app.shown[0], status="AVAILABLE")

        place.env.after(45 * MIN, frees, None)
        assert comes(place, "yes") == ["app", "reserved", "arrive", "plug", "tap", "tap", "leave"]
        (plug,) = place.said("plug", "driver/Ada")
        assert plug["subject"] == f"{CPO}/E2"
        (reserved,) = place.said("reserved")
        assert reserved["for_s"] == 45 * 60


def test_who_does_not_come_lets_it_expire() -> None:
    with town() as place:
        charger = place.add("E1")
        assert comes(place, "no") == ["app", "reserved", "stays_away"]
        assert place.said("stays_away")[0]["at_us"] == H
        assert len(ended(place)) == 1
        assert charger.free_for(OTHER)


def test_who_cancels_does_so_halfway() -> None:
    with town() as place:
        charger = place.add("E1")
        assert comes(place, "cancels", H) == ["app", "reserved", "app", "stays_away"]
        assert place.app.asked == [("reserve", "CARD1", "E1"), ("cancel", "CARD1", "E1")]
        assert place.said("stays_away")[0]["at_us"] == 45 * MIN
        assert charger.free_for(OTHER)


def test_who_gets_no_reservation_comes_all_the_same() -> None:
    with town() as place:
        place.add("E1")
        place.app.says = "EVSE_OCCUPIED"
        place.app.acts = False
        assert comes(place, "no")[:3] == ["app", "not_reserved", "arrive"]


def test_where_nothing_is_shown_as_free_nothing_is_asked() -> None:
    with town() as place:
        place.add("E1")
        place.app.shown[0] = replace(place.app.shown[0], status="CHARGING")
        assert comes(place, "yes")[:2] == ["not_reserved", "arrive"]
        assert [each[0] for each in place.app.asked] == []


def test_who_hears_that_the_reservation_is_withdrawn_is_a_driver_like_any_other() -> None:
    with town() as place:
        place.add("E1")
        place.env.after(45 * MIN, lambda _: place.app.withdraw(TIME), None)
        assert comes(place, "yes")[:4] == ["app", "reserved", "reservation_withdrawn", "arrive"]
