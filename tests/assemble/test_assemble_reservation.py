"""Places are reserved, in the scenario that ships: used, let expire, cancelled, withdrawn; and a plug is unlocked."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from run_town import MIN, SCENARIOS, alike_over_both_wires, holds, played

from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.explain import explain
from simulator.report.story import story
from simulator.scenario.load import load

SCENARIO = SCENARIOS / "roaming" / "reservation.yaml"
NINE, GRACE = 60 * MIN, 15 * MIN


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return alike_over_both_wires(SCENARIO, tmp_path_factory.mktemp("reservation") / "run.ocpirun")


def _did(path: Path, driver: str) -> list[tuple[str, int]]:
    """What a driver did, and in which minute after eight."""
    with Recording.open(path) as recording:
        return [(event.kind, event.at_us // MIN) for event in recording.events(source=f"driver/{driver}")]


def _reserved(path: Path, driver: str) -> list[Message]:
    """The messages about the Session of a driver's reservation."""
    with Recording.open(path) as recording:
        rows = recording.messages(contents=True, from_us=0)
    asked = next(
        row
        for row in rows
        if row.route == "commands.receiver.post_reserve_now"
        and json.loads(row.request_body)["token"]["visual_number"] == driver
    )
    first = next(row for row in rows if row.session_id and row.token_uid == asked.token_uid)
    return [row for row in rows if row.session_id == first.session_id]


def _statuses(rows: list[Message]) -> list[str]:
    """How the Session's status went, each once."""
    told = [json.loads(row.request_body).get("status") for row in rows if row.module == "sessions"]
    return list(dict.fromkeys(filter(None, told)))


def test_a_reservation_that_is_used_becomes_the_session(path: Path) -> None:
    rows = _reserved(path, "Ada")
    assert _statuses(rows) == ["RESERVATION", "ACTIVE", "COMPLETED"]
    bills = [row for row in rows if row.module == "cdrs"]
    assert [json.loads(row.request_body)["session_id"] for row in bills] == [rows[0].session_id]


def test_2_1_1_calls_it_pending_and_numbers_it(path: Path) -> None:
    rows = _reserved(path, "Otto")
    assert {row.version for row in rows} == {"2.1.1"}
    assert _statuses(rows) == ["PENDING", "ACTIVE", "COMPLETED"]
    with Recording.open(path) as recording:
        asked = recording.messages(module="commands", contents=True, from_us=0)
    (otto,) = [row for row in asked if row.sender == "NL-OLD" and row.route == "commands.receiver.post_reserve_now"]
    assert json.loads(otto.request_body)["reservation_id"] == 1


def test_two_who_want_one_place_at_the_same_time_get_one_each(path: Path) -> None:
    kinds = [[kind for kind, _ in _did(path, driver)] for driver in ("Ada", "Otto")]
    assert sorted(each.count("not_reserved") for each in kinds) == [0, 1]
    assert [each.count("reserved") for each in kinds] == [1, 1]


def test_a_no_show_expires_and_the_place_goes_to_who_waits(path: Path) -> None:
    assert _did(path, "Ben") == [("app", 30), ("reserved", 30), ("stays_away", 60)]
    assert _did(path, "Eve")[:3] == [("arrive", 60), ("wait", 60), ("plug", 75)]
    rows = _reserved(path, "Ben")
    assert _statuses(rows) == ["RESERVATION", "COMPLETED"]
    assert rows[-1].start_us // MIN == (NINE + GRACE) // MIN


def _cdr(path: Path, driver: str) -> dict[str, Any]:
    (row,) = [row for row in _reserved(path, driver) if row.module == "cdrs"]
    cdr: dict[str, Any] = json.loads(row.request_body)
    return cdr


def _volumes(cdr: dict[str, Any]) -> dict[str, float]:
    volumes: dict[str, float] = {}
    for dimension in (each for period in cdr["charging_periods"] for each in period["dimensions"]):
        volumes[dimension["type"]] = round(volumes.get(dimension["type"], 0) + dimension["volume"], 4)
    return volumes


def test_who_cancels_pays_for_the_time_and_who_does_not_come_for_that_as_well(path: Path) -> None:
    """2.40 EUR an hour, and 5 EUR for a reservation that expires."""
    assert _did(path, "Cleo") == [("app", 20), ("reserved", 20), ("app", 40), ("stays_away", 40)]
    assert _statuses(_reserved(path, "Cleo")) == ["RESERVATION", "COMPLETED"]
    for driver, hours, price in (("Cleo", 0.3333, 0.80), ("Ben", 0.75, 6.80)):
        cdr = _cdr(path, driver)
        assert _volumes(cdr) == {"RESERVATION_TIME": hours}
        assert cdr["total_cost"] == cdr["total_reservation_cost"] == {"excl_vat": price, "incl_vat": price * 1.21}
        assert (cdr["total_energy"], cdr["total_time"], cdr["auth_method"]) == (0, 0, "COMMAND")
        ended = json.loads(next(row for row in _reserved(path, driver)[::-1] if row.method == "PUT").request_body)
        assert (ended["status"], ended["total_cost"]) == ("COMPLETED", cdr["total_cost"])
        assert ended["charging_periods"] == cdr["charging_periods"]


def test_the_time_of_a_reservation_that_is_used_is_part_of_the_bill(path: Path) -> None:
    rows = _reserved(path, "Gus")
    cdr, session = _cdr(path, "Gus"), json.loads(rows[-2].request_body)
    reserved = json.loads(rows[0].request_body)
    first, *charging = cdr["charging_periods"]
    assert first["start_date_time"] == cdr["start_date_time"] == reserved["start_date_time"]
    assert first["dimensions"] == [{"type": "RESERVATION_TIME", "volume": 0.7504}]
    assert not any(each["type"] == "RESERVATION_TIME" for period in charging for each in period["dimensions"])
    # Billed is the nearest second of 45 minutes and a moment.
    assert cdr["total_reservation_cost"]["excl_vat"] == round(2.40 * 2_702 / 3_600, 4)
    assert cdr["total_time"] == 1.0
    parts = Decimal(str(cdr["total_reservation_cost"]["excl_vat"])) + Decimal(str(cdr["total_energy_cost"]["excl_vat"]))
    assert Decimal(str(cdr["total_cost"]["excl_vat"])) == parts
    assert session["total_cost"] == cdr["total_cost"]


def test_what_the_cpo_withdraws_reaches_the_driver_and_costs_nothing(path: Path) -> None:
    assert not [row for row in _reserved(path, "Dirk") if row.module == "cdrs"]
    assert _did(path, "Dirk")[:4] == [("app", 45), ("reserved", 45), ("reservation_withdrawn", 75), ("arrive", 90)]


def test_the_desk_ends_the_session_and_unlocks_the_plug(path: Path) -> None:
    with Recording.open(path) as recording:
        (result,) = recording.events(kind="unlock_result")
        rows = sorted(recording.messages(module="commands", from_us=180 * MIN), key=lambda row: row.start_us)
    assert json.loads(result.data) == {"result": "ACCEPTED"}
    assert [row.route for row in rows] == [
        "commands.receiver.post_stop_session",
        "commands.sender.post_result",
        "commands.receiver.post_unlock_connector",
        "commands.sender.post_result",
    ]


def test_the_story_and_the_explanations_have_words_for_it(path: Path) -> None:
    with Recording.open(path) as recording:
        told = [line.what for line in story(recording, "Ada")]
        for words in ("Asks the app to reserve a place", "Has a place reserved", "ReserveNow"):
            assert words in told
        (withdrawn,) = (
            row
            for row in recording.messages(module="commands", contents=True, from_us=0)
            if b"CANCELED_RESERVATION" in row.request_body
        )
        assert explain(recording, withdrawn.exchange).deed == (
            "NL-ABC withdraws a reservation of NL-EMA, because its desk decided so."
        )


def test_2_1_1_has_no_prices_for_reservations(tmp_path: Path) -> None:
    text = SCENARIO.read_text()
    changed = text.replace("power: 11 kW, tariff: day}", "power: 11 kW, tariff: kept}")
    changed = changed.replace("authorise: app, reserve: 30 min}", "authorise: app, reserve: 30 min, keeps: no}")
    assert changed.count("tariff: kept}") == 3
    scenario = tmp_path / "kept.yaml"
    scenario.write_text(changed)
    holds(played(load(scenario), tmp_path / "run.ocpirun"))
    assert not [row for row in _reserved(tmp_path / "run.ocpirun", "Otto") if row.module == "cdrs"]
    assert _cdr(tmp_path / "run.ocpirun", "Ada")["total_reservation_cost"]["excl_vat"] > 1


HUB_DRIVERS = """drivers:
  - {name: Vito, emsp: NL-VET, arrives: "09:00", at: [52.1700, 4.4800], authorise: app, stay: 30 min, reserve: 40 min}
  - {name: Nat, emsp: NL-NXT, arrives: "09:00", at: [52.1700, 4.4800], authorise: app, stay: 30 min, reserve: 20 min}
  - {name: Uma, emsp: NL-EMA, arrives: "09:00", at: [52.1640, 4.4870], stay: 30 min, reserve: 25 min, keeps: cancels}
  - {name: Vera, emsp: NL-VET, arrives: "09:00", at: [52.1640, 4.4870], reserve: 30 min, keeps: cancels}
  - {name: Olga, emsp: NL-VET, arrives: "09:00", at: [52.1640, 4.4870], stay: 30 min, reserve: 35 min}
changes:
  - {at: "08:50", kind: reservation_withdrawn, driver: Olga}
  - {at: "08:50", kind: reservation_withdrawn, driver: Nat}
"""


def test_a_hub_of_three_versions_carries_reservations_and_what_becomes_of_them(tmp_path: Path) -> None:
    """2.3.0 hears in CANCELED_RESERVATION, 2.1.1 in REJECTED, that a CPO withdraws; 2.1.1 has no word to cancel."""
    text = (SCENARIOS / "roaming" / "three_versions_one_hub.yaml").read_text()
    scenario, out = tmp_path / "hub.yaml", tmp_path / "hub.ocpirun"
    scenario.write_text(text[: text.index("drivers:")] + HUB_DRIVERS)
    holds(played(load(scenario), out))
    did = {name: [kind for kind, _ in _did(out, name)] for name in ("Vito", "Nat", "Uma", "Vera", "Olga")}
    assert did["Vito"][:4] == ["app", "reserved", "arrive", "plug"]
    assert did["Olga"][:4] == did["Nat"][:4] == ["app", "reserved", "reservation_withdrawn", "arrive"]
    assert did["Uma"] == did["Vera"] == ["app", "reserved", "app", "stays_away"]
    assert _statuses(_reserved(out, "Uma"))[-1] == "COMPLETED"
    with Recording.open(out) as recording:
        cancels = recording.messages(module="commands", contents=True, from_us=0)
        routes = [row.sender for row in cancels if row.route == "commands.receiver.post_cancel_reservation"]
        (expired,) = [event for event in recording.events(kind="ocpp") if b'"Expired"' in event.data]
    assert routes == ["NL-HUB", "NL-EMA"]
    assert expired.at_us // MIN == (3 * 60 + 15)


PAID_DRIVERS = """drivers:
  - {name: Vito, emsp: NL-VET, arrives: "09:00", at: [52.1640, 4.4870], authorise: app, stay: 30 min, reserve: 30 min}
  - {name: Nat, emsp: NL-NXT, arrives: "09:00", at: [52.1640, 4.4870], authorise: app, stay: 30 min, reserve: 30 min}
"""


def test_a_hub_passes_on_no_reservation_that_2_1_1_would_be_billed_for_unawares(tmp_path: Path) -> None:
    """At the New quarter a reservation costs something now; where it is free, the test above has Vera reserve."""
    text = (SCENARIOS / "roaming" / "three_versions_one_hub.yaml").read_text()
    text = text.replace("parking: 1.20 EUR/h, vat", "reservation: 2.40 EUR/h, vat")
    scenario, out = tmp_path / "hub.yaml", tmp_path / "hub.ocpirun"
    scenario.write_text(text[: text.index("drivers:")] + PAID_DRIVERS)
    holds(played(load(scenario), out))
    with Recording.open(out) as recording:
        commands = recording.messages(module="commands", contents=True)
        cdrs = recording.messages(module="cdrs", receiver="NL-HUB", contents=True, from_us=0)
        wishes = [row for row in commands if row.route == "commands.receiver.post_reserve_now"]
        hints = {row.exchange: [hint.rule for hint in recording.hints(exchange=row.exchange)] for row in wishes}
    asked = {(row.sender, json.loads(row.response_body)["data"]["result"]): row for row in wishes}
    assert sorted(asked) == [("NL-HUB", "ACCEPTED"), ("NL-NXT", "ACCEPTED"), ("NL-VET", "NOT_SUPPORTED")]
    refused = asked["NL-VET", "NOT_SUPPORTED"]
    reason = "A reservation there is billed, and OCPI 2.1.1 has no prices for reservations."
    assert json.loads(refused.response_body)["status_message"] == reason
    assert "translation-withheld" in hints[refused.exchange]
    bills = [json.loads(row.request_body) for row in cdrs if row.route == "cdrs.receiver.post_cdr"]
    paid = [(bill["cdr_token"]["party_id"], "total_reservation_cost" in bill) for bill in bills]
    assert sorted(paid) == [("NXT", True), ("VET", False)]
