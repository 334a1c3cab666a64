"""A party keeps what it was given: between peers of one version nothing is lost, whatever 2.2.1 has no words for."""

import json
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from parties_objects import LATER, Json, cdr, issue, location, session, token
from run_town import OpenTown, Told, WireName, named, town

from simulator.engine.cause import TIME
from simulator.parties.roles.copies import copies

CPO, EMSP = "NL-ABC", "NL-EMA"
OLD_CPO, OLD_EMSP = "NL-DUN", "NL-NOM"
LATEST = "2026-05-04T10:00:00Z"
LAST = "2026-05-04T11:00:00Z"


def in_two_versions(text: str) -> str:
    """ABC and EMA speak 2.3.0 with each other, all others 2.1.1."""
    for id, versions in (("ABC", "[2.1.1, 2.3.0]"), ("DUN", "2.1.1"), ("EMA", "[2.1.1, 2.3.0]"), ("NOM", "2.1.1")):
        text = text.replace(f"  NL-{id}: {{", f"  NL-{id}: {{ocpi: {versions}, ")
    return text


@pytest.fixture(scope="module", params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    wire: WireName = request.param
    folder = tmp_path_factory.mktemp(wire)
    drivers = (named("Wim", OLD_EMSP, arrives="11 h"),)
    scenario = town(folder, drivers=drivers, duration="12 h", change=in_two_versions)
    with OpenTown(scenario, folder / "desk.ocpirun", wire) as open_town:
        issue(open_town, "CARD-1")
        yield open_town


def url(desk: OpenTown, module: str, *ids: str) -> str:
    return desk.url(CPO, EMSP, module, "RECEIVER", "NL", "ABC", *ids)


def say(desk: OpenTown, method: str, where: str, body: object = None) -> Told:
    told = desk.ask(CPO, EMSP, method, where, body)
    assert told.status == 1000, told.body
    return told


def shown(desk: OpenTown, where: str) -> Json:
    data: Json = say(desk, "GET", where).data
    return data


def truck_stop(desk: OpenTown, id: str) -> Json:
    """A location with all kinds of things that 2.2.1 does not know."""
    stop = location(desk, id, help_phone="+31201234567", parking_type="ROOF_OF_A_SHIP", facilities=["SAUNA", "CAFE"])
    stop["parking_places"] = [
        {"id": "P1", "vehicle_types": ["RIGID", "AIRSHIP"], "restricted_to_type": True, "reservation_required": False}
    ]
    mega, odd = stop["evses"][0], stop["evses"][1]
    mega |= {"parking": [{"parking_id": "P1", "evse_position": "LEFT"}], "accepted_service_providers": ["Emma"]}
    mega["connectors"][0] |= {"standard": "MCS", "format": "CABLE", "power_type": "DC", "max_voltage": 1250}
    mega["connectors"][0]["capabilities"] = ["ISO_15118_20_PLUG_AND_CHARGE", "ANY_LATER_WAY"]
    odd["connectors"][0]["standard"] = "PLUG_FROM_LATER_ON"
    return stop


def told_of(desk: OpenTown, told: Told) -> dict[str, str]:
    """What the party's books lack of what an exchange carried: path and rule."""
    hints = [hint for hint in desk.hints(told.exchange) if hint.rule.startswith("books-")]
    assert {hint.severity for hint in hints} <= {"note"}
    return {hint.path: hint.rule for hint in hints}


def test_a_location_with_what_2_2_1_does_not_know_is_shown_as_it_came(desk: OpenTown) -> None:
    body = truck_stop(desk, "T1")
    where = url(desk, "locations", "T1")
    say(desk, "PUT", where, body)
    assert shown(desk, where) == body
    mega = body["evses"][0]
    assert shown(desk, f"{where}/{mega['uid']}") == mega
    assert shown(desk, f"{where}/{mega['uid']}/1") == mega["connectors"][0]


def test_the_party_works_with_the_nearest_that_2_2_1_has(desk: OpenTown) -> None:
    body = truck_stop(desk, "T2")
    body["evses"][2]["connectors"][0] |= {"standard": "ANY_DIRECT", "power_type": "DC"}
    body["evses"][3]["connectors"][0]["standard"] = "SAE_J3400"
    say(desk, "PUT", url(desk, "locations", "T2"), body)
    known = desk.world.emsps[EMSP].locations.store.get("NL", "ABC", "T2")
    assert known is not None
    plugs = [evse.connectors[0].standard.value for evse in known.evses]
    assert plugs == ["IEC_62196_T2_COMBO", "IEC_62196_T2", "IEC_62196_T2_COMBO", "TESLA_S"]
    assert known.evses[0].connectors[0].max_voltage == 1250


def test_what_the_books_lack_is_told_once(desk: OpenTown) -> None:
    body = truck_stop(desk, "T3") | {"parking_type": "MOON", "facilities": ["DARK_SIDE"]}
    body["evses"][0]["capabilities"] = ["TELEPORT"]
    body["evses"][1]["capabilities"] = ["TELEPORT"]
    where = url(desk, "locations", "T3")
    first = told_of(desk, say(desk, "PUT", where, body))
    assert first["$.parking_type"] == "books-lost"
    assert first["$.facilities[0]"] == "books-lost"
    assert first["$.evses[*].capabilities[*]"] == "books-lost"
    assert told_of(desk, say(desk, "PUT", where, body)) == {}
    patch = {"help_phone": "112", "last_updated": LATEST}
    told_of(desk, say(desk, "PATCH", where, patch))
    assert told_of(desk, say(desk, "PATCH", where, patch | {"last_updated": LAST})) == {}


def test_patches_at_all_levels_change_what_is_kept(desk: OpenTown) -> None:
    body = truck_stop(desk, "T4")
    where = url(desk, "locations", "T4")
    say(desk, "PUT", where, body)
    (mega, *_), uid = body["evses"], body["evses"][0]["uid"]
    say(desk, "PATCH", f"{where}/{uid}", {"status": "CHARGING", "last_updated": LATEST})
    mega |= {"status": "CHARGING", "last_updated": LATEST}
    say(desk, "PATCH", where, {"help_phone": "112", "facilities": ["CAFE", "MOAT"], "last_updated": LATEST})
    body |= {"help_phone": "112", "facilities": ["CAFE", "MOAT"], "last_updated": LATEST}
    assert shown(desk, where) == body
    say(desk, "PATCH", f"{where}/{uid}/1", {"standard": "HYPER", "capabilities": ["NONE"], "last_updated": LAST})
    mega["connectors"][0] |= {"standard": "HYPER", "capabilities": ["NONE"], "last_updated": LAST}
    mega["last_updated"] = body["last_updated"] = LAST
    assert shown(desk, where) == body
    other = {**mega["connectors"][0], "id": "2", "standard": "MCS"}
    say(desk, "PUT", f"{where}/{uid}/2", other)
    mega["connectors"].append(other)
    assert shown(desk, where) == body
    one_more = {**mega, "uid": "NEW", "connectors": [other], "parking": []}
    say(desk, "PUT", f"{where}/NEW", one_more)
    del one_more["parking"]
    body["evses"].append(one_more)
    assert shown(desk, where) == body


def test_what_2_3_0_itself_does_not_know_is_shown_again_at_every_depth_and_patched(desk: OpenTown) -> None:
    """Case 46 of the digest."""
    body = truck_stop(desk, "X1") | {"x_colour": "green", "x_empty": {"a": [None, 1.50]}}
    mega = body["evses"][0]
    mega["x_height"] = 2.5
    mega["connectors"][0]["x_plug"] = ["odd"]
    body["coordinates"]["x_height_m"] = -1
    where = url(desk, "locations", "X1")
    say(desk, "PUT", where, body)
    assert shown(desk, where) == body
    assert shown(desk, f"{where}/{mega['uid']}/1") == mega["connectors"][0]
    patch = {"help_phone": "112", "x_colour": "red", "x_year": 2026, "last_updated": LATEST}
    say(desk, "PATCH", where, patch)
    body |= patch
    assert shown(desk, where) == body
    patch = {"status": "CHARGING", "x_height": 3, "x_new": {"is": True}, "last_updated": LAST}
    say(desk, "PATCH", f"{where}/{mega['uid']}", patch)
    mega |= patch
    body["last_updated"] = LAST
    assert shown(desk, where) == body
    say(desk, "PATCH", f"{where}/{mega['uid']}/1", {"x_plug": ["even"], "last_updated": LAST})
    mega["connectors"][0] |= {"x_plug": ["even"], "last_updated": LAST}
    assert shown(desk, where) == body
    plain = truck_stop(desk, "X1") | {"last_updated": LAST}
    say(desk, "PUT", where, plain)
    assert shown(desk, where) == plain


def test_an_older_state_changes_what_is_kept_as_little_as_it_changes_the_view(desk: OpenTown) -> None:
    body = truck_stop(desk, "T5")
    where = url(desk, "locations", "T5")
    say(desk, "PUT", where, body)
    say(desk, "PATCH", where, {"help_phone": "0", "last_updated": "2026-05-04T08:00:00Z"})
    say(desk, "PUT", where, body | {"help_phone": "1", "last_updated": "2026-05-04T08:00:00Z"})
    assert shown(desk, where) == body


def test_a_refused_message_changes_nothing_of_what_is_kept(desk: OpenTown) -> None:
    body = truck_stop(desk, "T6")
    where = url(desk, "locations", "T6")
    say(desk, "PUT", where, body)
    for refused in ({"id": "T7", "last_updated": LATEST}, {"help_phone": "x" * 26, "last_updated": LATEST}):
        assert desk.ask(CPO, EMSP, "PATCH", where, refused).status == 2001
    assert desk.ask(CPO, EMSP, "PUT", where, body | {"id": "T7"}).status == 2001
    assert shown(desk, where) == body


PRICE = {"type": "ENERGY", "price": 0.3, "vat": 21, "step_size": 1}


@pytest.mark.parametrize(
    ("included", "price", "view"),
    [("NO", PRICE, "0.3"), ("YES", PRICE, "0.2479"), ("N/A", PRICE, "0.3"), ("YES", PRICE | {"vat": None}, "0.3")],
)
def test_a_tariff_says_what_of_its_prices_is_tax(desk: OpenTown, included: str, price: Json, view: str) -> None:
    price = {name: value for name, value in price.items() if value is not None}
    body = {
        "country_code": "NL",
        "party_id": "ABC",
        "id": f"TAX-{included}-{len(price)}",
        "currency": "EUR",
        "tax_included": included,
        "min_price": {"before_taxes": 1, "after_taxes": 1.21},
        "elements": [{"price_components": [price]}],
        "energy_mix": {"is_green_energy": True, "environ_impact": [{"category": "MICROPLASTICS", "amount": 0.5}]},
        "last_updated": LATER,
    }
    where = url(desk, "tariffs", str(body["id"]).replace("/", "%2F"))
    say(desk, "PUT", where, body)
    assert shown(desk, where) == body
    known = desk.world.emsps[EMSP].tariffs.store.get("NL", "ABC", str(body["id"]))
    assert known is not None
    assert str(known.elements[0].price_components[0].price) == view


TAXED = {
    "before_taxes": 4.5,
    "taxes": [{"name": "VAT", "amount": 0.9, "percentage": 20}, {"name": "ENERGY TAX", "amount": 0.1}],
}


def taxed_cdr(id: str) -> Json:
    body = cdr(id, total_cost=TAXED, total_energy_cost=TAXED)
    body["cdr_token"]["type"] = "EMAID"
    body["cdr_location"] |= {"connector_standard": "MCS", "connector_power_type": "DC"}
    return body


def test_a_cdr_at_a_plug_that_2_2_1_lacks_is_taken_and_shown_as_it_came(desk: OpenTown) -> None:
    body = taxed_cdr("C1")
    told = say(desk, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)
    assert told.http == 201
    assert told_of(desk, told)["$.cdr_location.connector_standard"] == "books-changed"
    assert shown(desk, told.headers["location"]) == body
    (paid,) = [row for row in desk.ledger.payables if row.cdr_id == "C1"]
    assert str(paid.amount) == "4.5"


@pytest.mark.parametrize(
    ("total", "path"),
    [
        ({"before_taxes": 3}, "$.total_cost.before_taxes: found 3,"),
        ({"before_taxes": -3, "taxes": [{"name": "VAT", "amount": 0.63}]}, "$.total_cost.taxes[0].amount: found 0.63,"),
    ],
)
def test_a_refusal_names_the_fields_of_the_version_that_is_spoken(desk: OpenTown, total: Json, path: str) -> None:
    body = cdr("C1-C", credit=True, credit_reference_id="C1", total_cost=total)
    told = desk.ask(CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)
    assert told.status == 2001
    message = json.loads(told.body)["status_message"]
    assert message.startswith(path)
    assert "OCPI 2.3.0 " in message


@pytest.mark.parametrize(("vat", "owed", "is_sure"), [(21, 4.9587, True), (None, 6, False), (-100, 6, False)])
def test_a_bill_is_worked_out_again_from_prices_with_the_taxes_in_them(
    desk: OpenTown, vat: int | None, owed: float, is_sure: bool
) -> None:
    price = {"type": "ENERGY", "price": 0.6, "step_size": 1} | ({} if vat is None else {"vat": vat})
    tariff = {"country_code": "NL", "party_id": "ABC", "id": "day", "currency": "EUR", "tax_included": "YES"}
    tariff |= {"elements": [{"price_components": [price]}], "last_updated": LATER}  # type: ignore[dict-item]
    body = cdr(f"TAXED-{vat}", tariffs=[tariff], total_cost={"before_taxes": owed})
    told = say(desk, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)
    (paid,) = [row for row in desk.ledger.payables if row.cdr_id == body["id"]]
    assert (float(paid.amount), paid.approximate, paid.tariff_id) == (owed, not is_sure, "day")
    assert "cdr-price" not in [hint.rule for hint in desk.hints(told.exchange)]


def test_a_known_cdr_is_compared_as_it_came(desk: OpenTown) -> None:
    where = desk.url(CPO, EMSP, "cdrs", "RECEIVER")
    say(desk, "POST", where, taxed_cdr("C2"))
    assert say(desk, "POST", where, taxed_cdr("C2")).http == 200
    other = taxed_cdr("C2")
    other["cdr_location"]["connector_standard"] = "IEC_62196_T2_COMBO"
    assert desk.ask(CPO, EMSP, "POST", where, other).status == 2001, "the same as 2.2.1, another as it came"


def test_a_session_keeps_each_tax_and_gains_periods(desk: OpenTown) -> None:
    body = session("S1", total_cost=TAXED)
    body["cdr_token"]["type"] = "EMAID"
    where = url(desk, "sessions", "S1")
    say(desk, "PUT", where, body)
    assert shown(desk, where) == body
    periods = [
        {"start_date_time": f"2026-05-04T0{hour}:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 1}]}
        for hour in (8, 9, 9)
    ]
    more = {"before_taxes": 9, "taxes": [*TAXED["taxes"], {"name": "CITY TAX", "amount": 0.1}]}  # type: ignore[misc]
    for period, at in zip(periods, (LATER, LATEST, LAST), strict=True):
        patch = {"charging_periods": [period], "total_cost": more, "last_updated": at}
        say(desk, "PATCH", where, patch)
    assert shown(desk, where) == body | {"total_cost": more, "charging_periods": periods[:2], "last_updated": LAST}


def test_a_token_keeps_its_kind(desk: OpenTown) -> None:
    where = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", "MAC-1") + "?type=AUTOCHARGE"
    body = token("MAC-1", type="AUTOCHARGE")
    assert desk.ask(EMSP, CPO, "PUT", where, body).status == 1000
    assert desk.ask(EMSP, CPO, "GET", where).data == body
    assert desk.ask(EMSP, CPO, "PATCH", where, {"valid": False, "last_updated": LATEST}).status == 1000
    assert desk.ask(EMSP, CPO, "GET", where).data == body | {"valid": False, "last_updated": LATEST}


def test_a_reader_of_2_3_0_finds_again_what_it_read(desk: OpenTown) -> None:
    """What a CPO lists is compared with what it shows one by one, as it came."""
    emsp = desk.world.emsps[EMSP]
    desk.run_until(lambda: emsp.locations.store.get("NL", "ABC", "NL-ABC-L001") is not None)
    items = [item for item in copies(emsp, desk.connection(EMSP, CPO)) if item.segments[0] == "NL-ABC-L001"]
    assert len(items) == 1 + 4 + 4
    assert {type(item.original).__module__ for item in items} == {"simulator.ocpi.v2_3_0.locations"}


def old(desk: OpenTown, method: str, module: str, id: str, body: object = None) -> Told:
    return desk.ask(OLD_CPO, OLD_EMSP, method, desk.url(OLD_CPO, OLD_EMSP, module, "RECEIVER", "NL", "DUN", id), body)


OLD_LOCATION = {
    "id": "OLD",
    "type": "OTHER",
    "address": "Market 1",
    "city": "Leiden",
    "postal_code": "2311",
    "country": "NLD",
    "coordinates": {"latitude": "52.160000", "longitude": "4.480000"},
    "evses": [
        {
            "uid": "E1",
            "status": "AVAILABLE",
            "connectors": [
                {
                    "id": "1",
                    "standard": "IEC_62196_T2",
                    "format": "SOCKET",
                    "power_type": "AC_3_PHASE",
                    "voltage": 230,
                    "amperage": 16,
                    "tariff_id": "park",
                    "last_updated": LATER,
                }
            ],
            "last_updated": LATER,
        }
    ],
    "last_updated": LATER,
}


def test_2_1_1_is_shown_what_it_said(desk: OpenTown) -> None:
    """A kind of place, and that there is no time zone: 2.2.1 says neither."""
    assert old(desk, "PUT", "locations", "OLD", OLD_LOCATION).status == 1000
    assert old(desk, "GET", "locations", "OLD").data == OLD_LOCATION
    assert old(desk, "PATCH", "locations", "OLD", {"type": "UNKNOWN", "last_updated": LATEST}).status == 1000
    assert old(desk, "GET", "locations", "OLD").data == OLD_LOCATION | {"type": "UNKNOWN", "last_updated": LATEST}


def test_a_patch_of_2_1_1_without_a_time_is_of_now(desk: OpenTown) -> None:
    body = OLD_LOCATION | {"id": "OLD2", "last_updated": "2026-05-04T03:00:00Z"}
    old(desk, "PUT", "locations", "OLD2", body)
    old(desk, "PATCH", "locations", "OLD2", {"name": "Mart"})
    data = old(desk, "GET", "locations", "OLD2").data
    known = desk.world.emsps[OLD_EMSP].locations.store.get("NL", "DUN", "OLD2")
    assert known is not None
    assert data == body | {"name": "Mart", "last_updated": known.last_updated}
    assert known.last_updated > body["last_updated"]


def test_a_tariff_of_2_1_1_is_patched_as_it_came(desk: OpenTown) -> None:
    body = {
        "id": "OLD",
        "currency": "EUR",
        "elements": [{"price_components": [{"type": "FLAT", "price": 1.5, "step_size": 1}]}],
        "last_updated": LATER,
    }
    assert old(desk, "PUT", "tariffs", "OLD", body).status == 1000
    assert old(desk, "PATCH", "tariffs", "OLD", {"currency": "SEK", "last_updated": LATEST}).status == 1000
    assert old(desk, "GET", "tariffs", "OLD").data == body | {"currency": "SEK", "last_updated": LATEST}
    copies = desk.world.emsps[OLD_EMSP].tariffs.store
    copies.doubt(lambda country_code, party_id: party_id == "dun")
    assert old(desk, "PATCH", "tariffs", "OLD", {"currency": "DKK", "last_updated": LATER}).status == 1000
    assert old(desk, "GET", "tariffs", "OLD").data == body | {"currency": "DKK"}
    assert copies.doubts("NL", "DUN", "OLD"), "a part does not vouch for the whole"


def test_a_bill_of_2_1_1_for_a_flat_fee_alone_is_taken(desk: OpenTown) -> None:
    (card,) = desk.world.emsps[OLD_EMSP].tokens.store
    body = {
        "id": "OLD-C1",
        "start_date_time": "2026-05-04T08:00:00Z",
        "stop_date_time": "2026-05-04T09:00:00Z",
        "auth_id": card.contract_id,
        "auth_method": "WHITELIST",
        "location": OLD_LOCATION,
        "currency": "EUR",
        "charging_periods": [
            {"start_date_time": "2026-05-04T08:00:00Z", "dimensions": [{"type": "FLAT", "volume": 1}]}
        ],
        "total_cost": 1.5,
        "total_energy": 0,
        "total_time": 1,
        "last_updated": LATER,
    }
    told = desk.ask(OLD_CPO, OLD_EMSP, "POST", desk.url(OLD_CPO, OLD_EMSP, "cdrs", "RECEIVER"), body)
    assert (told.http, told.status) == (201, 1000)
    assert desk.ask(OLD_CPO, OLD_EMSP, "GET", told.headers["location"]).data == body


def test_a_patch_of_2_1_1_replaces_the_charging_periods(desk: OpenTown) -> None:
    (card,) = desk.world.emsps[OLD_EMSP].tokens.store
    body = {
        "id": "OLD-S1",
        "start_datetime": "2026-05-04T08:00:00Z",
        "kwh": 1,
        "auth_id": card.contract_id,
        "auth_method": "WHITELIST",
        "location": OLD_LOCATION,
        "currency": "EUR",
        "charging_periods": [period("2026-05-04T08:00:00Z", 1)],
        "status": "ACTIVE",
        "last_updated": LATER,
    }
    assert old(desk, "PUT", "sessions", "OLD-S1", body).status == 1000
    again = [period("2026-05-04T08:00:00Z", 1.5), period("2026-05-04T08:30:00Z", 1)]
    patch = {"kwh": 2.5, "charging_periods": again, "last_updated": LATEST}
    assert old(desk, "PATCH", "sessions", "OLD-S1", patch).status == 1000
    assert old(desk, "GET", "sessions", "OLD-S1").data == body | patch
    known = desk.world.emsps[OLD_EMSP].sessions.store.get("NL", "DUN", "OLD-S1")
    assert known is not None
    assert [float(each.dimensions[0].volume) for each in known.charging_periods] == [1.5, 1]


def period(start: str, kwh: float) -> Json:
    """A charging period of 2.1.1, which names no tariff."""
    return {"start_date_time": start, "dimensions": [{"type": "ENERGY", "volume": kwh}]}


def test_what_is_pulled_again_changes_the_original_alone(desk: OpenTown) -> None:
    """A session of 2.1.1 is listed with its location as that is by now: no change of the session, but what it says."""
    receiver, store = desk.world.emsps[EMSP].locations, desk.world.emsps[EMSP].locations.store
    body = truck_stop(desk, "T8")
    say(desk, "PUT", url(desk, "locations", "T8"), body)
    view, original = store.get("NL", "ABC", "T8"), store.original(None, "NL", "ABC", "T8")
    assert view is not None
    assert not receiver.take(view, TIME, replace(original, help_phone="112"))
    assert shown(desk, url(desk, "locations", "T8")) == body | {"help_phone": "112"}
    assert not receiver.take(view, TIME), "in 2.2.1 there is nothing new in it"
    assert shown(desk, url(desk, "locations", "T8")) == body | {"help_phone": "112"}


def test_a_cdr_with_more_than_2_3_0_knows_is_read_back_whole_and_is_another_without_it(desk: OpenTown) -> None:
    body = taxed_cdr("X2") | {"x_colour": "green"}
    body["charging_periods"][0]["x_kind"] = "fast"
    told = say(desk, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)
    assert shown(desk, told.headers["location"]) == body
    again = desk.ask(CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)
    assert (again.http, again.status) == (200, 1000)
    del body["x_colour"]
    assert desk.ask(CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body).status == 2001
