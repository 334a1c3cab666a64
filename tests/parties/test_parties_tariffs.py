"""Tariffs as an eMSP keeps them and shows them to its drivers."""

from decimal import Decimal

from parties_objects import LATER, Json
from run_town import OpenTown, Told

CPO, EMSP = "NL-ABC", "NL-EMA"
LATEST = "2026-05-04T10:00:00Z"


def tariff(id: str, price: float = 0.5, **changes: object) -> Json:
    return {
        "country_code": "NL",
        "party_id": "ABC",
        "id": id,
        "currency": "EUR",
        "elements": [{"price_components": [{"type": "ENERGY", "price": price, "vat": 21, "step_size": 1}]}],
        "last_updated": LATER,
        **changes,
    }


def ask(desk: OpenTown, method: str, id: str, body: Json | None = None, owner: str = "NL/ABC") -> Told:
    return desk.ask(CPO, EMSP, method, desk.url(CPO, EMSP, "tariffs", "RECEIVER", owner, id), body)


def test_a_tariff_is_put_read_and_deleted(desk: OpenTown) -> None:
    assert ask(desk, "PUT", "R1", tariff("R1")).http == 201
    assert ask(desk, "GET", "r1").data == tariff("R1")
    assert ask(desk, "PUT", "R1", tariff("R1", 0.6, last_updated=LATEST)).http == 200
    assert ask(desk, "DELETE", "R1").status == 1000
    assert ask(desk, "GET", "R1").http == ask(desk, "DELETE", "R1").http == 404


def test_a_tariff_is_not_patched_in_2_2_1(desk: OpenTown) -> None:
    assert ask(desk, "PATCH", "R2", {"currency": "USD", "last_updated": LATEST}).http == 405


def test_case_14_another_id_is_2001_and_another_owner_404(desk: OpenTown) -> None:
    told = ask(desk, "PUT", "R3", tariff("R4"))
    assert (told.http, told.status) == (200, 2001)
    assert ask(desk, "PUT", "R3", tariff("R3", party_id="DUN"), "NL/DUN").http == 404
    assert ask(desk, "GET", "R3").http == ask(desk, "GET", "R4").http == 404


def test_an_older_price_that_comes_late_changes_nothing(desk: OpenTown) -> None:
    ask(desk, "PUT", "R5", tariff("R5", 0.6, last_updated=LATEST))
    told = ask(desk, "PUT", "R5", tariff("R5", 0.5))
    assert (told.http, told.status) == (200, 1000)
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["overtaken-update"]
    assert ask(desk, "GET", "R5").data == tariff("R5", 0.6, last_updated=LATEST)


def test_a_new_price_is_shown_to_drivers(desk: OpenTown) -> None:
    app = desk.world.emsps[EMSP].app
    assert app.near(52.16, 4.48, 1, 100)[0].price_per_kwh == Decimal("0.35")
    assert ask(desk, "PUT", "DAY", tariff("day", 0.41)).http == 200
    assert app.near(52.16, 4.48, 1, 100)[0].price_per_kwh == Decimal("0.41")
    ask(desk, "DELETE", "day")
    assert app.near(52.16, 4.48, 1, 100)[0].price_per_kwh is None
