"""What an expert would look for first when a hub translates: each trap once, with what is told of it."""

from typing import Any

import pytest
from ocpi_shared import read_json, sample
from ocpi_told import paths, tree

from simulator.ocpi.translation import Loss, Setting, Translated, translate
from simulator.ocpi.translation.account import Unsayable
from simulator.ocpi.translation.tokens import in_common

LOCATION = sample("location_example")
SESSION = sample("session_example_2_short_finished")
CDR = sample("cdr_example")
RFID = sample("token_example_2_full_rfid")
OLD_CDR = read_json("corpus/2.1.1/mod_cdrs_1_example_of_a_cdr.json") | {"tariffs": []}
OLD_SESSION = read_json("corpus/2.1.1/mod_sessions_3_simple_session_example_of_a_short_finished_session.json")
OWNER = Setting(country_code="NL", party_id="ABC")


def test_same_version_is_the_object_itself() -> None:
    assert translate("token", RFID, "2.2.1", "2.2.1", OWNER) == Translated(RFID, (), "")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("charging_preferences", {"profile_type": "FAST"}),
        ("cancel_reservation", {"response_url": "https://nl-ema.ocpi.test/1", "reservation_id": "7"}),
        ("clear_profile_result", {"result": "ACCEPTED"}),
    ],
)
def test_what_a_version_does_not_have_is_withheld(kind: str, body: dict[str, Any]) -> None:
    for source in ("2.2.1", "2.3.0"):
        said = translate(kind, body, source, "2.1.1", OWNER)
        assert said.tree is None
        assert said.withheld.startswith("OCPI 2.1.1 has no ")
    assert tree(translate(kind, body, "2.2.1", "2.3.0", OWNER)) == body


def test_unknown_field_is_lost_and_a_null_is_not_there() -> None:
    said = translate("token", RFID | {"nickname": "Bob", "group_id": None}, "2.3.0", "2.2.1", OWNER)
    assert said.losses == (Loss("$.nickname", "lost", "OCPI 2.3.0 names no such field."),)
    assert tree(said) == {name: value for name, value in RFID.items() if name != "group_id"}
    contract = {"supplier_name": "Green", "contract_id": None}
    assert tree(translate("token", RFID | {"energy_contract": contract}, "2.2.1", "2.3.0", OWNER))[
        "energy_contract"
    ] == {"supplier_name": "Green"}


@pytest.mark.parametrize(("kind", "known"), [("EMAID", "OTHER"), ("NFC_RING", "OTHER"), ("APP_USER", "APP_USER")])
def test_kind_of_token_that_2_2_1_does_not_know_is_other(kind: str, known: str) -> None:
    said = translate("token", RFID | {"type": kind}, "2.3.0", "2.2.1", OWNER)
    assert tree(said)["type"] == known
    assert paths(said, "changed") == (["$.type"] if kind != known else [])


@pytest.mark.parametrize("kind", ["APP_USER", "AD_HOC_USER"])
def test_users_without_a_card_are_other_in_2_1_1(kind: str) -> None:
    said = translate("token", RFID | {"type": kind}, "2.2.1", "2.1.1", Setting())
    assert (tree(said)["type"], tree(said)["auth_id"]) == ("OTHER", RFID["contract_id"])
    assert paths(said, "lost") == ["$.group_id", "$.default_profile_type", "$.energy_contract"]


def test_object_of_2_1_1_without_a_known_owner_is_withheld() -> None:
    old = tree(translate("token", RFID, "2.2.1", "2.1.1", OWNER))
    assert "owner is not known" in translate("token", old, "2.1.1", "2.2.1", Setting()).withheld
    said = tree(translate("token", old, "2.1.1", "2.3.0", OWNER))
    assert (said["country_code"], said["party_id"]) == ("NL", "ABC")


def test_another_owner_than_that_of_the_url_is_told() -> None:
    said = translate("token", RFID, "2.2.1", "2.1.1", Setting(country_code="XX", party_id=RFID["party_id"].lower()))
    assert paths(said, "lost")[0] == "$.country_code"
    assert "$.party_id" not in paths(said, "lost")


def test_location_of_2_1_1_is_published_and_gets_a_time_zone() -> None:
    old = tree(translate("location", LOCATION, "2.2.1", "2.1.1", OWNER))
    del old["time_zone"]
    said = translate("location", old | {"country": "BE", "type": "UNKNOWN"}, "2.1.1", "2.2.1", OWNER)
    assert paths(said, "invented") == ["$.publish", "$.time_zone"]
    assert paths(said, "changed") == ["$.country"]
    new = tree(said)
    assert (new["publish"], new["time_zone"], new["country"]) == (True, "UTC", "BEL")
    assert "parking_type" not in new


def test_other_kind_of_place_is_lost_and_an_unknown_one_is_none() -> None:
    old = tree(translate("location", LOCATION, "2.2.1", "2.1.1", OWNER))
    for kind, lost in (("OTHER", ["$.type"]), ("UNKNOWN", []), ("ON_STREET", [])):
        assert paths(translate("location", old | {"type": kind}, "2.1.1", "2.2.1", OWNER), "lost") == lost


def test_country_that_does_not_exist_withholds_the_location() -> None:
    old = tree(translate("location", LOCATION, "2.2.1", "2.1.1", OWNER))
    said = translate("location", old | {"country": "QQ"}, "2.1.1", "2.2.1", OWNER)
    assert said.withheld == "QQ at $.country is no country of ISO 3166-1."


def test_unpublished_location_is_withheld_from_2_1_1_but_a_session_there_is_not() -> None:
    hidden = LOCATION | {"publish": False}
    assert "not to be published" in translate("location", hidden, "2.3.0", "2.1.1", OWNER).withheld
    assert translate("session", SESSION, "2.2.1", "2.1.1", Setting(location=lambda _: hidden)).tree is not None


@pytest.mark.parametrize(
    ("degrees", "six"),
    [
        ("4.12345", "4.123450"),
        ("4.1234567", "4.123457"),
        ("-4.1234567", "-4.123457"),
        ("179.9999996", "180.000000"),
        ("-0.0000004", "0.000000"),
        ("-0.000000", "-0.000000"),
    ],
)
def test_coordinates_go_to_the_nearest_place_that_2_1_1_can_say(degrees: str, six: str) -> None:
    place = {"latitude": "51.047590", "longitude": degrees}
    said = tree(translate("location", LOCATION | {"coordinates": place}, "2.2.1", "2.1.1", Setting()))
    assert said["coordinates"]["longitude"] == six


def test_location_of_2_2_1_is_fitted_into_2_1_1() -> None:
    said = translate(
        "location",
        LOCATION
        | {
            "address": "Boulevard " * 6,
            "parking_type": "ALONG_MOTORWAY",
            "coordinates": {"latitude": "51.04759", "longitude": "3.7299446"},
            "state": "Oost-Vlaanderen",
            "postal_code": None,
        },
        "2.2.1",
        "2.1.1",
        Setting(),
    )
    old = tree(said)
    assert len(old["address"]) == 45
    assert old["type"] == "OTHER"
    assert old["coordinates"] == {"latitude": "51.047590", "longitude": "3.729945"}
    assert paths(said, "changed") == [
        "$.parking_type",
        "$.address",
        "$.coordinates.latitude",
        "$.coordinates.longitude",
    ]
    assert paths(said, "lost") == ["$.state"]
    assert paths(said, "invented") == ["$.postal_code"]


def test_plug_that_2_2_1_does_not_know_takes_connector_and_evse_away() -> None:
    evse = LOCATION["evses"][0]
    odd = evse | {"uid": "odd", "connectors": [evse["connectors"][0] | {"standard": "SAE_J3400"}]}
    said = translate("location", LOCATION | {"evses": [odd, evse]}, "2.3.0", "2.2.1", OWNER)
    assert [each["uid"] for each in tree(said)["evses"]] == [evse["uid"]]
    assert paths(said, "lost") == ["$.evses[0].connectors[0]", "$.evses[0]"]
    assert translate("connector", odd["connectors"][0], "2.3.0", "2.2.1", OWNER).withheld.endswith("SAE_J3400.")


def test_losses_of_a_second_leg_are_where_they_were_in_the_source() -> None:
    evse = LOCATION["evses"][0]
    odd = evse | {"connectors": [evse["connectors"][0] | {"standard": "MCS"}]}
    capable = evse | {"capabilities": ["NEW_ONE", "RESERVABLE", "PED_TERMINAL"]}
    said = translate("location", LOCATION | {"evses": [odd, capable]}, "2.3.0", "2.1.1", OWNER)
    assert tree(said)["evses"][0]["capabilities"] == ["RESERVABLE"]
    lost = [path for path in paths(said, "lost") if path.startswith("$.evses[1].capabilities")]
    assert lost == ["$.evses[1].capabilities[0]", "$.evses[1].capabilities[2]"]


def test_plug_and_charge_and_parking_places_are_told_as_lost() -> None:
    evse = LOCATION["evses"][0]
    connector = evse["connectors"][0] | {"capabilities": ["ISO_15118_2_PLUG_AND_CHARGE"]}
    place = {"id": "P1", "vehicle_types": ["VAN"], "restricted_to_type": True, "reservation_required": False}
    new = LOCATION | {
        "evses": [evse | {"connectors": [connector], "parking": [{"parking_id": "P1"}]}],
        "parking_places": [place],
        "help_phone": "+31 20 1234567",
    }
    lost = paths(translate("location", new, "2.3.0", "2.2.1", OWNER), "lost")
    assert lost == ["$.evses[0].connectors[0].capabilities", "$.evses[0].parking", "$.parking_places", "$.help_phone"]


def test_visibility_is_never_widened() -> None:
    hidden = LOCATION | {
        "publish": False,
        "publish_allowed_to": [{"uid": "1", "type": "EMAID"}, {"uid": "2", "seal": "x"}, {"group_id": "3"}],
    }
    said = translate("location", hidden, "2.3.0", "2.2.1", OWNER)
    assert tree(said)["publish_allowed_to"] == [{"group_id": "3"}]
    assert paths(said, "lost") == ["$.publish_allowed_to[0]", "$.publish_allowed_to[1]"]


def test_connector_keeps_the_one_regular_tariff() -> None:
    connector = LOCATION["evses"][0]["connectors"][0] | {"tariff_ids": ["cheap", "day"]}
    types = {"cheap": "PROFILE_CHEAP", "day": "REGULAR"}
    known = Setting(tariff=lambda tariff_id: {"id": tariff_id, "type": types[tariff_id]})
    said = translate("connector", connector, "2.2.1", "2.1.1", known)
    assert tree(said)["tariff_id"] == "day"
    assert paths(said, "lost") == ["$.tariff_ids[0]"]
    unknown = translate("connector", connector, "2.2.1", "2.1.1", OWNER)
    assert "tariff_id" not in tree(unknown)
    assert paths(unknown, "lost") == ["$.tariff_ids"]


@pytest.mark.parametrize(
    ("hours", "old"),
    [
        ({"twentyfourseven": True}, {"twentyfourseven": True}),
        ({"twentyfourseven": False, "regular_hours": [1]}, {"regular_hours": [1]}),
        ({"twentyfourseven": True, "regular_hours": [1]}, {"twentyfourseven": True}),
    ],
)
def test_hours_of_2_1_1_are_either_or(hours: dict[str, Any], old: dict[str, Any]) -> None:
    monday = {"weekday": 1, "period_begin": "08:00", "period_end": "20:00"}
    for each in (hours, old):
        if "regular_hours" in each:
            each["regular_hours"] = [monday]
    said = tree(translate("location", LOCATION | {"opening_times": hours}, "2.2.1", "2.1.1", OWNER))
    assert said["opening_times"] == old


def test_session_for_2_1_1_holds_its_location() -> None:
    said = translate("session", SESSION, "2.2.1", "2.1.1", Setting(location=lambda _: place(SESSION)))
    old = tree(said)
    assert old["auth_id"] == SESSION["cdr_token"]["contract_id"]
    assert [evse["uid"] for evse in old["location"]["evses"]] == [SESSION["evse_uid"]]
    assert [each["id"] for each in old["location"]["evses"][0]["connectors"]] == [SESSION["connector_id"]]
    assert old["total_cost"] == SESSION["total_cost"]["excl_vat"]
    assert {"$.cdr_token.uid", "$.cdr_token.type"} <= set(paths(said, "lost"))
    unknown = translate("session", SESSION, "2.2.1", "2.1.1", OWNER)
    assert unknown.withheld.endswith(f"{SESSION['location_id']} is not known here.")


def place(session: dict[str, Any]) -> dict[str, Any]:
    """The Location with the EVSE of a session and another one."""
    evse = LOCATION["evses"][0]
    connector = evse["connectors"][0] | {"id": session["connector_id"]}
    mine = evse | {"uid": session["evse_uid"].lower(), "connectors": [connector | {"id": "other"}, connector]}
    return LOCATION | {"evses": [evse | {"uid": "not-mine"}, mine | {"uid": session["evse_uid"]}]}


def test_reserved_session_is_pending_in_2_1_1_and_has_no_evse() -> None:
    reserved = SESSION | {"status": "RESERVATION", "evse_uid": "#NA", "connector_id": "#NA", "auth_method": "COMMAND"}
    said = translate("session", reserved, "2.2.1", "2.1.1", Setting(location=lambda _: LOCATION))
    old = tree(said)
    assert (old["status"], old["auth_method"]) == ("PENDING", "AUTH_REQUEST")
    assert old["location"].get("evses", []) == []
    assert paths(said, "changed") == ["$.auth_method", "$.total_cost", "$.status"]
    assert {"$.evse_uid", "$.connector_id"} <= set(paths(said, "lost"))


def test_session_of_2_1_1_needs_its_token() -> None:
    assert "DE8ACC12E46L89" in translate("session", OLD_SESSION, "2.1.1", "2.2.1", OWNER).withheld
    known = Setting(country_code="BE", party_id="BEC", token=lambda auth_id: RFID | {"contract_id": auth_id})
    said = translate("session", OLD_SESSION, "2.1.1", "2.3.0", known)
    new = tree(said)
    assert new["cdr_token"] == {
        "country_code": RFID["country_code"],
        "party_id": RFID["party_id"],
        "uid": RFID["uid"],
        "type": "RFID",
        "contract_id": "DE8ACC12E46L89",
    }
    assert (new["location_id"], new["evse_uid"], new["connector_id"]) == ("LOC1", "3256", "1")
    assert new["total_cost"] == {"before_taxes": OLD_SESSION["total_cost"]}
    assert paths(said, "lost") == ["$.location"]


def test_dimension_that_2_1_1_does_not_know_is_lost_and_a_period_without_any_too() -> None:
    energy, power = {"type": "ENERGY", "volume": 1}, {"type": "POWER", "volume": 11}
    periods = [
        {"start_date_time": "2015-06-29T22:39:09Z", "dimensions": [power]},
        {"start_date_time": "2015-06-29T22:49:09Z", "dimensions": [power, energy], "tariff_id": "12"},
    ]
    known = Setting(location=lambda _: LOCATION)
    said = translate("session", SESSION | {"charging_periods": periods}, "2.2.1", "2.1.1", known)
    assert tree(said)["charging_periods"] == [{"start_date_time": "2015-06-29T22:49:09Z", "dimensions": [energy]}]
    assert [path for path in paths(said, "lost") if "periods" in path] == [
        "$.charging_periods[0].dimensions[0]",
        "$.charging_periods[0]",
        "$.charging_periods[1].dimensions[0]",
        "$.charging_periods[1].tariff_id",
    ]


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_credit_and_compensation_are_withheld_from_2_1_1(version: str) -> None:
    cdr = CDR if version == "2.2.1" else tree(translate("cdr", CDR, "2.2.1", "2.3.0", OWNER))
    assert "credit" in translate("cdr", cdr | {"credit": True}, version, "2.1.1", OWNER).withheld
    paid_back = cdr | {"home_charging_compensation": True}
    assert "compensation" in translate("cdr", paid_back, version, "2.1.1", OWNER).withheld
    assert "36 characters" in translate("cdr", cdr | {"id": "x" * 39}, version, "2.1.1", OWNER).withheld


def test_cdr_without_a_known_location_still_is_a_bill() -> None:
    said = translate("cdr", CDR, "2.2.1", "2.1.1", OWNER)
    old = tree(said)
    assert (old["total_cost"], old["location"]["name"]) == (CDR["total_cost"]["excl_vat"], CDR["cdr_location"]["name"])
    assert old["location"]["type"] == "UNKNOWN"
    assert "$.cdr_location.connector_standard" in paths(said, "lost")


def test_cdr_shows_the_place_as_it_was_and_not_as_it_is() -> None:
    was = CDR["cdr_location"]
    now = place(was) | {"name": "Renamed", "city": "Moved"}
    old = tree(translate("cdr", CDR, "2.2.1", "2.1.1", Setting(location=lambda _: now)))["location"]
    assert (old["id"], old["name"], old["city"]) == (was["id"], was["name"], was["city"])
    (evse,) = old["evses"]
    (connector,) = evse["connectors"]
    assert (evse["uid"], evse["evse_id"]) == (was["evse_uid"], was["evse_id"])
    assert (connector["standard"], connector["voltage"]) == (was["connector_standard"], 220)


def test_what_changes_in_the_place_of_a_cdr_is_told() -> None:
    was = CDR["cdr_location"] | {"coordinates": {"latitude": "51.04759", "longitude": "3.729944"}, "state": "Gent"}
    said = translate("cdr", CDR | {"cdr_location": was}, "2.2.1", "2.1.1", Setting(location=lambda _: place(was)))
    assert "$.cdr_location.coordinates.latitude" in paths(said, "changed")
    assert [path for path in paths(said, "lost") if path.startswith("$.cdr_location")] == ["$.cdr_location.state"]


def test_cdr_of_2_1_1_says_where_it_arose() -> None:
    known = Setting(country_code="BE", party_id="BEC", token=lambda auth_id: RFID | {"contract_id": auth_id})
    said = translate("cdr", OLD_CDR, "2.1.1", "2.2.1", known)
    new = tree(said)
    assert new["end_date_time"] == OLD_CDR["stop_date_time"]
    assert new["cdr_location"]["connector_id"] == "1"
    assert new["cdr_location"]["country"] == "BEL"
    assert "$.location.evses[0].connectors[0].voltage" in paths(said, "lost")
    nowhere = OLD_CDR | {"location": OLD_CDR["location"] | {"evses": []}}
    assert "EVSE and Connector" in translate("cdr", nowhere, "2.1.1", "2.2.1", known).withheld


def test_authorisation_is_answered_with_the_token_asked_for() -> None:
    asked = Setting(country_code="NL", party_id="ABC", asked_token=RFID)
    said = translate("authorization_info", {"allowed": "ALLOWED"}, "2.1.1", "2.3.0", asked)
    assert tree(said) == {"allowed": "ALLOWED", "token": RFID}
    assert "not known" in translate("authorization_info", {"allowed": "ALLOWED"}, "2.1.1", "2.2.1", OWNER).withheld
    old = translate("authorization_info", tree(said) | {"authorization_reference": "7"}, "2.3.0", "2.1.1", asked)
    assert tree(old) == {"allowed": "ALLOWED"}
    assert paths(old, "lost") == ["$.token", "$.authorization_reference"]


def test_permission_for_some_evses_never_becomes_one_for_all() -> None:
    asked = Setting(asked_token=RFID)
    answer = {"allowed": "ALLOWED", "location": {"location_id": "L", "evse_uids": ["1", "x" * 39]}}
    assert "36" in translate("authorization_info", answer, "2.1.1", "2.2.1", asked).withheld


def test_reservation_numbers() -> None:
    old_token = tree(translate("token", RFID, "2.2.1", "2.1.1", OWNER))
    body = {"response_url": "https://nl-ema.ocpi.test/1", "expiry_date": "2026-05-04T07:00:00Z", "location_id": "L"}
    new = tree(translate("reserve_now", body | {"token": old_token, "reservation_id": 7}, "2.1.1", "2.2.1", OWNER))
    assert new["reservation_id"] == "7"
    assert tree(translate("reserve_now", new, "2.2.1", "2.1.1", OWNER))["reservation_id"] == 7
    for odd in ("seven", "07", "²"):
        assert odd in translate("reserve_now", new | {"reservation_id": odd}, "2.2.1", "2.1.1", OWNER).withheld
    known = Setting(reservation_number={"seven": 1}.get)
    said = translate("reserve_now", new | {"reservation_id": "seven"}, "2.3.0", "2.1.1", known)
    assert tree(said)["reservation_id"] == 1
    assert paths(said, "changed") == ["$.reservation_id"]


@pytest.mark.parametrize(
    ("kind", "result", "source", "target", "expected"),
    [
        ("command_response", "TIMEOUT", "2.1.1", "2.2.1", {"result": "REJECTED", "timeout": 30}),
        ("command_response", "ACCEPTED", "2.1.1", "2.3.0", {"result": "ACCEPTED", "timeout": 30}),
        ("command_result", "TIMEOUT", "2.1.1", "2.2.1", {"result": "TIMEOUT"}),
        ("command_result", "UNKNOWN_SESSION", "2.1.1", "2.2.1", {"result": "REJECTED"}),
        ("command_result", "CANCELED_RESERVATION", "2.2.1", "2.1.1", {"result": "REJECTED"}),
        ("command_result", "EVSE_OCCUPIED", "2.3.0", "2.1.1", {"result": "REJECTED"}),
        ("command_result", "TIMEOUT", "2.3.0", "2.1.1", {"result": "TIMEOUT"}),
    ],
)
def test_results_of_commands(kind: str, result: str, source: str, target: str, expected: dict[str, Any]) -> None:
    said = translate(kind, {"result": result}, source, target, OWNER)
    assert tree(said) == expected
    assert paths(said, "changed") == (["$.result"] if result != expected["result"] else [])


def test_a_hub_is_no_role_in_2_3_0() -> None:
    info = {
        "party_id": "HUB",
        "country_code": "NL",
        "role": "HUB",
        "status": "CONNECTED",
        "last_updated": "2026-05-04T06:00:00Z",
    }
    assert translate("client_info", info, "2.2.1", "2.3.0", OWNER).withheld == "OCPI 2.3.0 has no Role HUB."
    assert tree(translate("client_info", info | {"role": "CPO"}, "2.2.1", "2.3.0", OWNER))["role"] == "CPO"


NOW = Setting(country_code="NL", party_id="ABC", now="2026-05-04T06:00:00Z", location=lambda _: LOCATION)


def test_patch_says_only_what_it_names() -> None:
    said = translate("location", {"name": "New"}, "2.1.1", "2.2.1", NOW, patch=True)
    assert tree(said) == {"name": "New", "last_updated": NOW.now}
    assert paths(said, "invented") == ["$.last_updated"]
    assert "when it was made" in translate("location", {"name": "New"}, "2.1.1", "2.2.1", OWNER, patch=True).withheld
    total = {"total_cost": {"before_taxes": 1}, "last_updated": NOW.now}
    assert tree(translate("session", total, "2.3.0", "2.1.1", NOW, patch=True)) == {
        "total_cost": 1,
        "last_updated": NOW.now,
    }
    ended = {"end_datetime": "2026-05-04T06:00:00Z", "last_updated": NOW.now}
    assert "end_date_time" in tree(translate("session", ended, "2.1.1", "2.3.0", NOW, patch=True))


@pytest.mark.parametrize(
    ("kind", "body", "source", "target"),
    [
        ("session", {"charging_periods": []}, "2.2.1", "2.1.1"),
        ("session", {"charging_periods": []}, "2.1.1", "2.2.1"),
        ("session", {"evse_uid": "1"}, "2.2.1", "2.1.1"),
        ("location", {"publish": False}, "2.2.1", "2.1.1"),
        ("connector", {"standard": "MCS"}, "2.3.0", "2.2.1"),
        ("tariff", {"currency": "EUR"}, "2.1.1", "2.2.1"),
    ],
)
def test_patch_that_would_do_something_else_is_withheld(
    kind: str, body: dict[str, Any], source: str, target: str
) -> None:
    said = translate(kind, body | {"last_updated": NOW.now}, source, target, NOW, patch=True)
    assert said.tree is None
    assert said.withheld


def test_patch_of_what_2_1_1_takes_for_granted_is_told() -> None:
    body = {"publish": True, "party_id": "ABC", "last_updated": NOW.now}
    said = translate("location", body, "2.3.0", "2.1.1", NOW, patch=True)
    assert tree(said) == {"last_updated": NOW.now}
    assert sorted(paths(said, "lost")) == ["$.party_id", "$.publish"]


def test_patch_to_no_kind_of_place_says_that_the_old_one_stays() -> None:
    said = translate("location", {"type": "UNKNOWN", "last_updated": NOW.now}, "2.1.1", "2.2.1", NOW, patch=True)
    assert tree(said) == {"last_updated": NOW.now}
    assert paths(said, "lost") == ["$.type"]


def test_unknown_kinds_and_versions_are_mistakes_of_the_caller() -> None:
    with pytest.raises(KeyError):
        translate("credentials", {}, "2.2.1", "2.3.0", OWNER)
    with pytest.raises(KeyError):
        translate("token", RFID, "2.2.1", "3.0", OWNER)


def test_of_several_tokens_of_a_contract_what_they_have_in_common_is_known() -> None:
    lost, app = RFID | {"uid": "LOST", "valid": False}, RFID | {"uid": "APP", "type": "APP_USER"}
    assert in_common("C", []) is None
    assert in_common("C", [lost]) is lost
    assert in_common("C", [lost, app]) is app
    both = in_common("C", [RFID, app])
    assert both is not None
    assert (both["uid"], both["type"], both["contract_id"]) == ("#NA", "OTHER", RFID["contract_id"])
    for name in ("contract_id", "party_id"):
        with pytest.raises(Unsayable, match="2 Tokens with the name “C” are known here"):
            in_common("C", [RFID, app | {name: "XX"}])
