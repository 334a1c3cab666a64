"""Charging where another's charge point stands: what the app shows of the Session is all that a driver goes by."""

import pytest
from field_town import ACCOUNT, CARD, MIN, H, Town, known, start, town, visit

from simulator.field.arrivals import arrive_at
from simulator.ocpp.messages import IdToken
from simulator.world.app import KnownSession

ABROAD = "DE-EXT/E9"
OTHER = IdToken("OTHER", "ISO14443")


def comes(place: Town, token: IdToken = ACCOUNT, status: str = "AVAILABLE", stay_us: int = H, north_m: int = 0) -> None:
    """Ada arrives; the app shows one EVSE that stands elsewhere."""
    place.app.shown.append(known(ABROAD, "elsewhere", north_m=north_m, status=status))
    place.env.process(arrive_at(place.street, visit(token=token, stay_us=stay_us, patience_us=0), 0))


def shows(place: Town, status: str, energy_wh: int = 0) -> None:
    place.app.follows[ACCOUNT.uid, ABROAD](KnownSession("S1", status, energy_wh))


def kinds(place: Town) -> list[str]:
    return [row.kind for row in place.rows.events if row.source == "driver/Ada"]


def test_a_session_that_ends_by_itself_lets_the_driver_go() -> None:
    with town() as place:
        comes(place)
        place.run(MIN)
        shows(place, "PENDING")
        place.run(2 * MIN)
        shows(place, "ACTIVE")
        place.run(20 * MIN)
        shows(place, "COMPLETED", 4_200)
        place.run(30 * MIN)
        assert kinds(place) == ["arrive", "plug", "app", "leave"]
        (left,) = place.said("leave")
        assert (left["subject"], left["energy_wh"], left["stay_s"], left["evse"]) == ("S1", 4_200, 1_200, ABROAD)
        assert not place.street.parked_abroad
        assert not place.street.plug_wh()


def test_one_whose_stay_is_over_stops_by_app_and_leaves_even_if_the_end_is_never_told() -> None:
    with town() as place:
        comes(place, stay_us=30 * MIN)
        place.run(MIN)
        shows(place, "ACTIVE", 100)
        place.run(H)
        assert kinds(place) == ["arrive", "plug", "app", "app", "leave"]
        assert [each[0] for each in place.app.asked] == ["start", "stop"]
        (left,) = place.said("leave")
        assert left["stay_s"] == 40 * 60


@pytest.mark.parametrize(
    ("says", "status", "told", "reason"),
    [
        ("EVSE_OCCUPIED", "", "EVSE_OCCUPIED", "refused"),
        ("ACCEPTED", "", "TIMEOUT", "no_answer"),
        ("ACCEPTED", "INVALID", "INVALID", "refused"),
    ],
)
def test_without_a_session_the_driver_goes_and_says_why(says: str, status: str, told: str, reason: str) -> None:
    with town() as place:
        place.app.says = says
        comes(place)
        place.run(MIN)
        if status:
            shows(place, status)
        place.run(H)
        (refused,), (away,) = place.said("refused"), place.said("turned_away")
        assert (refused["status"], away["reason"]) == (told, reason)
        assert not place.street.parked_abroad


@pytest.mark.parametrize(
    ("token", "status", "reason"),
    [(CARD, "AVAILABLE", "app_needed"), (ACCOUNT, "CHARGING", "all_taken")],
    ids=["by card", "taken"],
)
def test_who_can_do_nothing_there_is_turned_away_for_the_true_reason(token: IdToken, status: str, reason: str) -> None:
    with town() as place:
        comes(place, token, status)
        place.run(H)
        assert [event["reason"] for event in place.said("turned_away")] == [reason]


def test_ours_are_found_taken_first_and_then_the_one_elsewhere() -> None:
    with town() as place:
        start(place.add("E1"), OTHER)
        comes(place, north_m=500)
        place.run(2 * MIN)
        assert kinds(place) == ["arrive", "taken", "plug", "app"]
        assert place.said("plug")[-1]["subject"] == ABROAD
