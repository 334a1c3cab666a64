"""What no single field can say: identity with the URL, uniqueness, and fields that belong together."""

from typing import Any

import pytest
from ocpi_shared import read_json, sample

from simulator.ocpi import catalogue, codec
from simulator.ocpi.rules import check, check_identity
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.chargingprofiles import SetChargingProfile
from simulator.ocpi.v2_2_1.commands import StartSession
from simulator.ocpi.v2_2_1.credentials import Credentials
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Hours, Location
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences, Session
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpi.v2_2_1.tokens import Token
from simulator.ocpi.v2_2_1.versions import VersionDetails

OWNER = {"country_code": "BE", "party_id": "BEC"}
TAX = {"name": "VAT", "percentage": 21, "amount": 2.1}


def build(cls: Any, tree: dict[str, Any], **changes: Any) -> Any:
    return codec.decode(codec.encode({**tree, **changes}), cls)


def rules(obj: object) -> list[str]:
    return [finding.rule for finding in check(obj)]


def test_a_body_must_bear_the_ids_of_its_url() -> None:
    location = build(Location, sample("location_example"))
    assert check_identity({**OWNER, "location_id": "LOC1"}, location) == ()
    findings = check_identity({**OWNER, "party_id": "XYZ", "location_id": "LOC2"}, location)
    assert [finding.path for finding in findings] == ["$.party_id", "$.id"]


def test_letter_case_in_the_url_does_not_matter() -> None:
    location = build(Location, sample("location_example"))
    assert check_identity({"country_code": "be", "party_id": "bec", "location_id": "loc1"}, location) == ()


def test_inner_objects_are_compared_by_their_own_id_only() -> None:
    tree = sample("location_example")["evses"][0]
    params = {**OWNER, "location_id": "ANY", "evse_uid": "3256"}
    assert check_identity(params, build(EVSE, tree)) == ()
    assert len(check_identity({**params, "evse_uid": "1"}, build(EVSE, tree))) == 1
    connector = build(Connector, tree["connectors"][0])
    assert check_identity({**params, "connector_id": "1"}, connector) == ()
    assert [finding.path for finding in check_identity({**params, "connector_id": "2"}, connector)] == ["$.id"]


def test_a_token_is_compared_by_its_uid() -> None:
    token = build(Token, sample("token_example_2_full_rfid"))
    params = {"country_code": token.country_code, "party_id": token.party_id, "token_uid": token.uid}
    assert check_identity(params, token) == ()
    assert [finding.path for finding in check_identity({**params, "token_uid": "x"}, token)] == ["$.uid"]


def test_each_role_of_a_party_is_named_once() -> None:
    tree = sample("credentials_example")
    assert rules(build(Credentials, tree)) == []
    assert rules(build(Credentials, tree, roles=[tree["roles"][0], tree["roles"][0]])) == ["unique-roles"]


def test_evses_and_connectors_are_unique_in_their_parents() -> None:
    tree = sample("location_example")
    evse = tree["evses"][0]
    assert rules(build(Location, tree)) == []
    assert rules(build(Location, tree, evses=[evse, evse])) == ["unique-evses"]
    doubled = {**evse, "connectors": [evse["connectors"][0]] * 2}
    assert rules(build(Location, tree, evses=[doubled])) == ["unique-connectors"]


def test_hours_are_either_regular_or_around_the_clock() -> None:
    hours = sample("location_hours_opening_hours_with_exceptional_closing")
    assert rules(build(Hours, hours, twentyfourseven=False)) == []
    assert rules(build(Hours, hours, twentyfourseven=True)) == ["hours-choice"]
    assert rules(Hours(twentyfourseven=False)) == ["hours-choice"]
    location = build(Location, sample("location_example"), opening_times={**hours, "twentyfourseven": True})
    assert [finding.path for finding in check(location)] == ["$.opening_times.regular_hours"]


@pytest.mark.parametrize("zone", ["Europe/Amsterdm", "../secret", "Europe", "+02:00", "", "Nowhere\u00e9"])
def test_a_time_zone_is_one_of_the_iana_database(zone: str) -> None:
    tree = sample("location_example")
    (finding,) = check(build(Location, tree, time_zone=zone))
    assert (finding.rule, finding.severity, finding.path) == ("time-zone", "warning", "$.time_zone")
    assert rules(build(Location, tree, time_zone="America/Argentina/Buenos_Aires")) == []


def test_planned_states_and_exceptional_hours_end_after_they_begin() -> None:
    period = {"period_begin": "2026-05-05T08:00:00Z", "period_end": "2026-05-05T07:00:00Z"}
    assert rules(build(Hours, {"twentyfourseven": True, "exceptional_closings": [period]})) == ["period-order"]
    assert rules(build(Hours, {"twentyfourseven": True, "exceptional_openings": [period]})) == ["period-order"]
    (evse, *_) = sample("location_example")["evses"]
    assert rules(build(EVSE, evse, status_schedule=[{**period, "status": "RESERVED"}])) == ["period-order"]


def test_only_a_beginning_and_time_are_billed_of_a_reservation() -> None:
    tree = sample("tariff_1_simple_2hour")
    components = [{"type": kind, "price": 1, "step_size": 1} for kind in ("FLAT", "TIME", "ENERGY")]
    element = {"price_components": components, "restrictions": {"reservation": "RESERVATION"}}
    (finding,) = check(build(Tariff, tree, elements=[element]))
    assert (finding.rule, finding.path) == ("reservation-type", "$.elements[0].price_components[2].type")
    assert rules(build(Tariff, tree, elements=[{**element, "restrictions": {}}])) == []
    assert rules(build(Tariff, tree, currency="EUX")) == ["currency"]


def test_a_charging_profile_goes_on_in_time_and_in_tenths() -> None:
    def profile(*periods: tuple[int, float]) -> list[str]:
        tree = {
            "charging_rate_unit": "W",
            "charging_profile_period": [{"start_period": start, "limit": limit} for start, limit in periods],
        }
        return rules(build(SetChargingProfile, {"response_url": "http://x/1", "charging_profile": tree}))

    assert profile((0, 11000), (60, 8.1)) == []
    assert profile((60, 11000), (0, 8)) == ["profile-order"]
    assert profile((0, 8.15)) == ["profile-limit"]


def test_each_side_of_a_module_has_one_endpoint() -> None:
    endpoint = {"identifier": "cdrs", "role": "SENDER", "url": "http://x/1"}
    details = {"version": "2.2.1", "endpoints": [endpoint, {**endpoint, "role": "RECEIVER"}]}
    assert rules(build(VersionDetails, details)) == []
    assert rules(build(VersionDetails, {**details, "endpoints": [endpoint, endpoint]})) == ["unique-endpoints"]


def test_a_list_of_viewers_is_pointless_for_a_published_location() -> None:
    tree = sample("location_example_uc4_limited_visibility")
    assert rules(build(Location, tree)) == []
    assert rules(build(Location, tree, publish=True)) == ["publish-allowed-to"]


RESERVED = {
    "start_date_time": "2015-06-29T21:00:00Z",
    "dimensions": [{"type": "RESERVATION_TIME", "volume": 1.0}],
}
MINUS = {"excl_vat": -4.00, "incl_vat": -4.40}
ALL_PARTS = {f"total_{name}_cost": {"excl_vat": 1.0} for name in ("fixed", "energy", "time", "parking", "reservation")}
NO_ENERGY = {"start_date_time": "2015-06-29T21:39:09Z", "dimensions": [{"type": "TIME", "volume": 1.973}]}
LATER = {**NO_ENERGY, "start_date_time": "2015-06-29T22:39:09Z"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"credit": True, "total_cost": MINUS}, ["credit-reference"]),
        ({"credit_reference_id": "12344"}, ["credit-reference"]),
        ({"credit": True, "credit_reference_id": "12344", "total_cost": MINUS}, []),
        ({"credit": True, "credit_reference_id": "12344", "total_cost": {"excl_vat": 0}}, ["cost-sum"]),
        ({"credit": True, "credit_reference_id": "12344"}, ["credit-total"]),
        ({"credit": True, "credit_reference_id": "12345", "total_cost": MINUS}, ["credit-id"]),
        ({"total_cost": MINUS}, ["negative"]),
        ({"total_cost": {"excl_vat": 4.00, "incl_vat": 3.99}}, ["price-vat"]),
        ({"total_cost": {"excl_vat": 3.9}}, ["cost-sum"]),
        ({"total_cost": {"excl_vat": 9}}, []),
        ({"total_cost": {"excl_vat": 9}, **ALL_PARTS}, ["cost-sum"]),
        ({"total_fixed_cost": {"excl_vat": -1}}, ["negative"]),
        ({"total_energy": -1, "charging_periods": [NO_ENERGY]}, ["negative"]),
        ({"total_time": -1}, ["negative"]),
        ({"currency": "EUX"}, ["currency"]),
        ({"charging_periods": [{**NO_ENERGY, "start_date_time": "2015-06-29T21:39:08Z"}]}, ["charging-periods"]),
        ({"charging_periods": [{**NO_ENERGY, "start_date_time": "2015-06-29T23:37:33Z"}]}, ["charging-periods"]),
        ({"charging_periods": [LATER, NO_ENERGY]}, ["charging-periods"]),
        ({"charging_periods": [NO_ENERGY, LATER]}, []),
        ({"tariffs": []}, ["cdr-tariffs"]),
        ({"end_date_time": "2000-01-01T00:00:00Z"}, ["period-order"]),
        ({"total_parking_time": 2}, ["cdr-times"]),
        ({"start_date_time": "1970-01-01T00:00:00Z"}, ["instant-too-old"]),
        ({"start_date_time": "2009-12-31T23:59:59Z"}, ["instant-too-old"]),
        ({"start_date_time": "2010-01-01T00:00:00Z"}, []),
        ({"last_updated": "1970-01-01T00:00:00Z"}, ["instant-too-old"]),
    ],
)
def test_a_cdr_is_complete_in_itself(changes: dict[str, Any], expected: list[str]) -> None:
    assert rules(build(CDR, sample("cdr_example"), **changes)) == expected


@pytest.mark.parametrize("name", ["start_date_time", "last_updated"])
def test_a_session_is_not_older_than_roaming(name: str) -> None:
    session = sample("session_example_1_simple_start")
    assert rules(build(Session, session, **{name: "2010-01-01T00:00:00Z"})) == []
    (finding,) = check(build(Session, session, **{name: "1970-01-01T00:00:00.000Z"}))
    assert (finding.rule, finding.severity, finding.path) == ("instant-too-old", "warning", f"$.{name}")


def test_periods_do_not_end_before_they_start() -> None:
    session = build(Session, sample("session_example_1_simple_start"), end_date_time="2000-01-01T00:00:00Z")
    assert rules(session) == ["period-order"]
    period = {"start_date_time": "2026-01-02T00:00:00Z", "end_date_time": "2026-01-01T00:00:00Z"}
    assert rules(build(Tariff, sample("tariff_1_simple_2hour"), **period)) == ["period-order"]


def test_a_connector_to_start_at_needs_its_evse() -> None:
    tree = {"response_url": "http://x/1", "token": sample("token_example_1_app_user"), "location_id": "LOC1"}
    assert rules(build(StartSession, tree)) == []
    assert rules(build(StartSession, tree, connector_id="1")) == ["start-session-evse"]
    assert rules(build(StartSession, tree, connector_id="1", evse_uid="3256")) == []


@pytest.mark.parametrize(
    ("version", "name", "tree", "expected"),
    [
        ("2.2.1", "Price", {"excl_vat": 10, "incl_vat": 12.1}, []),
        ("2.2.1", "Price", {"excl_vat": -10, "incl_vat": -12.1}, []),
        ("2.2.1", "Price", {"excl_vat": 10, "incl_vat": 9}, [("price-vat", "$.incl_vat")]),
        ("2.3.0", "Price", {"before_taxes": 10, "taxes": [TAX]}, []),
        ("2.3.0", "Price", {"before_taxes": 1, "taxes": [TAX]}, [("tax-amount", "$.taxes[0].amount")]),
        ("2.3.0", "Price", {"before_taxes": -10, "taxes": [TAX]}, [("tax-amount", "$.taxes[0].amount")]),
        ("2.3.0", "TaxAmount", TAX, []),
        ("2.3.0", "TaxAmount", {**TAX, "percentage": 121}, [("percentage", "$.percentage")]),
    ],
)
def test_an_amount_has_its_rules_by_itself_too(
    version: str, name: str, tree: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    found = check(build(catalogue.types(version)[name], tree))
    assert [(each.rule, each.path) for each in found] == expected
    assert all(each.in_version(version).section.startswith(f"OCPI {version} types, ") for each in found)


TAKES_BACK = {"period_begin": "2026-05-05T08:00:00Z", "period_end": "2026-05-05T07:00:00Z"}
FULLER = {"type": "STATE_OF_CHARGE", "volume": 101}
COMPONENT = {"type": "ENERGY", "price": 1, "step_size": 1, "vat": 121}
RESERVED_ELEMENT = {"price_components": [COMPONENT], "restrictions": {"reservation": "RESERVATION", "min_kwh": -1}}
PROFILE = {
    "charging_rate_unit": "W",
    "charging_profile_period": [{"start_period": 300, "limit": 1}, {"start_period": 0, "limit": 8.15}],
}
ACTIVE_PROFILE = {"start_date_time": "2026-05-05T08:00:00Z", "charging_profile": PROFILE}
OF_PROFILE = ["charging_profile_period[1].start_period", "charging_profile_period[1].limit"]
SOURCE, IMPACT = {"source": "SOLAR", "percentage": 101}, {"category": "CARBON_DIOXIDE", "amount": -1}
PARTS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "GeoLocation": ({"latitude": "91.00000", "longitude": "-181.00000"}, ["latitude", "longitude"]),
    "PublishTokenType": ({"uid": "1"}, ["type"]),
    "StatusSchedule": ({**TAKES_BACK, "status": "RESERVED"}, ["period_end"]),
    "RegularHours": ({"weekday": 1, "period_begin": "20:00", "period_end": "08:00"}, ["period_end"]),
    "ExceptionalPeriod": (TAKES_BACK, ["period_end"]),
    "EnergySource": (SOURCE, ["percentage"]),
    "EnvironmentalImpact": (IMPACT, ["amount"]),
    "ChargingPeriod": ({**NO_ENERGY, "dimensions": [FULLER]}, ["dimensions[0].volume"]),
    "CdrDimension": (FULLER, ["volume"]),
    "TariffElement": (
        RESERVED_ELEMENT,
        ["restrictions.min_kwh", "price_components[0].type", "price_components[0].vat"],
    ),
    "TariffRestrictions": ({"start_date": "2026-05-05", "end_date": "2026-05-04"}, ["end_date"]),
    "PriceComponent": (COMPONENT, ["vat"]),
    "ChargingProfile": (PROFILE, OF_PROFILE),
    "ChargingProfilePeriod": ({"start_period": 0, "limit": 8.15}, ["limit"]),
    "ActiveChargingProfileResult": (
        {"result": "ACCEPTED", "profile": ACTIVE_PROFILE},
        [f"profile.charging_profile.{path}" for path in OF_PROFILE],
    ),
}


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize("name", PARTS)
def test_a_part_has_the_rules_by_itself_that_it_has_in_the_whole(version: str, name: str) -> None:
    tree, paths = PARTS[name]
    found = check(build(catalogue.types(version)[name], tree))
    assert [each.path for each in found] == [f"$.{path}" for path in paths]


@pytest.mark.parametrize(
    "name", ["StatusSchedule", "RegularHours", "EnergySource", "TariffElement", "TariffRestrictions"]
)
def test_a_part_of_2_1_1_has_them_as_far_as_it_has_the_fields(name: str) -> None:
    tree, paths = PARTS[name]
    found = check(build(catalogue.types("2.1.1")[name], tree))
    assert [each.path for each in found] == [f"$.{path}" for path in paths if "price_components" not in path]


def test_a_result_may_hold_no_profile() -> None:
    assert rules(build(catalogue.types("2.2.1")["ActiveChargingProfileResult"], {"result": "REJECTED"})) == []


def test_an_object_without_rules_is_in_order() -> None:
    assert check(build(ChargingPreferences, {"profile_type": "GREEN"})) == ()


@pytest.mark.parametrize(
    ("version", "changes", "expected"),
    [
        ("2.2.1", {}, []),
        ("2.2.1", {"type": "APP_USER", "whitelist": "NEVER"}, []),
        ("2.2.1", {"type": "APP_USER"}, [("note", "token-whitelist", "$.whitelist")]),
        ("2.3.0", {"type": "AD_HOC_USER", "whitelist": "ALWAYS"}, [("note", "token-whitelist", "$.whitelist")]),
        ("2.2.1", {"group_id": "G" * 20}, []),
        ("2.2.1", {"group_id": "G" * 21}, [("note", "group-id", "$.group_id")]),
        ("2.2.1", {"contract_id": "any"}, []),
        ("2.3.0", {"type": "EMAID", "contract_id": "NL-EMA-C12345678-X"}, []),
        ("2.3.0", {"type": "EMAID", "contract_id": "nlemac12345678"}, []),
        ("2.3.0", {"type": "EMAID", "contract_id": "NLEMAC1234567"}, [("warning", "contract-id", "$.contract_id")]),
        ("2.3.0", {"type": "EMAID", "contract_id": "NL-EMAC12345678"}, [("warning", "contract-id", "$.contract_id")]),
    ],
)
def test_a_token_is_of_use_to_others(
    version: str, changes: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    card = {**sample("token_example_1_app_user"), "type": "RFID", "whitelist": "ALLOWED", **changes}
    found = check(build(catalogue.types(version)["Token"], card))
    assert [(each.severity, each.rule, each.path) for each in found] == expected


def test_a_token_of_2_1_1_has_fewer_types_and_no_group() -> None:
    old = build(catalogue.types("2.1.1")["Token"], read_json("corpus/2.1.1/mod_tokens_1_example_put_a_new_token.json"))
    assert check(old) == ()


def of_version(version: str, name: str, file: str, **changes: Any) -> Any:
    return build(catalogue.types(version)[name], read_json(f"corpus/{version}/{file}.json"), **changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["session-end"]),
        ({"end_date_time": "2030-07-01T00:00:00Z"}, []),
        ({"end_date_time": "2030-07-01T00:00:00Z", "evse_uid": "#NA"}, ["session-evse"]),
        ({"status": "RESERVATION", "evse_uid": "#NA"}, []),
        ({"status": "ACTIVE", "kwh": 3}, ["energy-sum"]),
        ({"status": "ACTIVE", "kwh": 2.001}, []),
        ({"status": "ACTIVE", "kwh": 2.002}, ["energy-sum"]),
        ({"status": "ACTIVE", "charging_periods": [], "kwh": -1}, ["negative"]),
        ({"status": "ACTIVE", "currency": "XXX"}, ["currency"]),
        ({"status": "ACTIVE", "start_date_time": "2015-06-29T22:30:00Z"}, ["charging-periods"]),
        ({"status": "ACTIVE", "kwh": 0, "charging_periods": [RESERVED]}, []),
        ({"status": "ACTIVE", "total_cost": {"excl_vat": 2, "incl_vat": 1}}, ["price-vat"]),
    ],
)
def test_a_session_adds_up(changes: dict[str, Any], expected: list[str]) -> None:
    def period(hour: int) -> dict[str, Any]:
        return {"start_date_time": f"2015-06-29T{hour}:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 1.0}]}

    tree = {**sample("session_example_1_simple_start"), "start_date_time": "2015-06-29T22:00:00Z"}
    session = {"status": "COMPLETED", "kwh": 2, "charging_periods": [period(22), period(23)], **changes}
    assert rules(build(Session, tree, **session)) == expected


def test_the_samples_that_write_wh_for_kwh_do_not_add_up() -> None:
    assert rules(build(Session, sample("session_example_2_short_finished"))) == ["energy-sum"]


def test_a_change_below_is_a_change_above() -> None:
    tree = sample("location_example")
    location = build(Location, tree, last_updated="2015-06-28T08:12:00Z")
    assert [(each.rule, each.path) for each in check(location)] == [
        ("last-updated-above", "$.evses[0].last_updated"),
        ("last-updated-above", "$.evses[1].last_updated"),
    ]
    evse = tree["evses"][0]
    assert rules(build(EVSE, evse, last_updated="2000-01-01T00:00:00Z")) == ["last-updated-above"] * 2
    assert rules(build(EVSE, evse, connectors=[evse["connectors"][0]] * 2)) == ["unique-connectors"]


def test_a_point_lies_on_earth() -> None:
    point = {"latitude": "95.00000", "longitude": "-181.00000"}
    location = build(Location, sample("location_example"), coordinates=point)
    assert [each.path for each in check(location)] == ["$.coordinates.latitude", "$.coordinates.longitude"]


@pytest.mark.parametrize(
    ("viewer", "paths"),
    [
        ({"group_id": "X"}, []),
        ({"uid": "1", "type": "RFID"}, []),
        ({"uid": "1"}, ["$.publish_allowed_to[0].type"]),
        ({"visual_number": "1"}, ["$.publish_allowed_to[0].issuer"]),
        ({"issuer": "A"}, ["$.publish_allowed_to[0]"]),
    ],
)
def test_a_viewer_can_be_recognised(viewer: dict[str, Any], paths: list[str]) -> None:
    tree = sample("location_example_uc4_limited_visibility")
    assert [each.path for each in check(build(Location, tree, publish_allowed_to=[viewer]))] == paths


def test_a_site_does_not_close_before_it_opens() -> None:
    hours = {
        "twentyfourseven": False,
        "regular_hours": [{"weekday": 1, "period_begin": "20:00", "period_end": "08:00"}],
    }
    assert rules(build(Hours, hours)) == ["hours-order"]


@pytest.mark.parametrize(
    ("restrictions", "path"),
    [
        ({"min_kwh": 5, "max_kwh": 5}, "max_kwh"),
        ({"min_power": 32, "max_power": 16}, "max_power"),
        ({"start_date": "2026-05-04", "end_date": "2026-05-04"}, "end_date"),
        ({"start_time": "22:00", "end_time": "06:00"}, None),
    ],
)
def test_an_element_can_apply_at_some_time(restrictions: dict[str, Any], path: str | None) -> None:
    tree = sample("tariff_1_simple_2hour")
    element = {**tree["elements"][0], "restrictions": restrictions}
    findings = check(build(Tariff, tree, elements=[element]))
    assert [each.path for each in findings] == ([f"$.elements[0].restrictions.{path}"] if path else [])


def test_the_least_price_is_not_above_the_most() -> None:
    tree = sample("tariff_1_simple_2hour")
    assert rules(build(Tariff, tree, min_price={"excl_vat": 2}, max_price={"excl_vat": 1})) == ["price-limits"]


def test_rules_hold_in_every_version_and_name_it() -> None:
    session = of_version("2.1.1", "Session", "mod_sessions_2_simple_session_example_of_a_just_starting_session")
    assert check(session) == ()
    location = session.location
    assert [(each.rule, each.section) for each in check(location)] == [
        ("country-letters", "OCPI 2.1.1 locations, Location")
    ]
    tariff = of_version("2.3.0", "Tariff", "tariff_1_simple_2hour", tax_included="N/A")
    assert [(each.rule, each.section) for each in check(tariff)] == [("tariff-tax", "OCPI 2.3.0 tariffs, Tariff")]
    limits = {"min_price": {"before_taxes": 2}, "max_price": {"before_taxes": 1}}
    assert rules(of_version("2.3.0", "Tariff", "tariff_1_simple_2hour", **limits)) == ["price-limits"]


def test_an_evse_stands_at_a_parking_place_of_its_location() -> None:
    tree = read_json("corpus/2.3.0/location_example.json")
    place = {"id": "p1", "vehicle_types": ["VAN"], "restricted_to_type": False, "reservation_required": False}
    evse = {**tree["evses"][0], "parking": [{"parking_id": "P1"}, {"parking_id": "P2"}]}
    location = of_version("2.3.0", "Location", "location_example", parking_places=[place], evses=[evse])
    assert [(each.rule, each.path) for each in check(location)] == [
        ("parking-place", "$.evses[0].parking[1].parking_id")
    ]
    location = of_version("2.3.0", "Location", "location_example", parking_places=[place, place], evses=[])
    assert rules(location) == ["unique-parking"]


def test_a_body_of_2_1_1_does_not_name_its_owner() -> None:
    token = of_version("2.1.1", "Token", "mod_tokens_3_example")
    assert check_identity({"country_code": "NL", "party_id": "XXX", "token_uid": token.uid.lower()}, token) == ()
    assert len(check_identity({"token_uid": "x"}, token)) == 1


def test_only_a_credit_may_use_up_the_length_of_an_id() -> None:
    cdr = sample("cdr_example")
    assert rules(build(CDR, cdr, id="C" * 36)) == []
    assert rules(build(CDR, cdr, id="C" * 37)) == ["cdr-id"]


def test_what_stands_behind_an_element_without_restrictions_never_applies() -> None:
    energy = {"type": "ENERGY", "price": 0.3, "step_size": 1}
    always, nights = (
        {"price_components": [energy]},
        {"price_components": [energy], "restrictions": {"end_time": "06:00"}},
    )
    reserved = {
        "price_components": [{"type": "TIME", "price": 5, "step_size": 1}],
        "restrictions": {"reservation": "RESERVATION"},
    }
    tariff = sample("tariff_1_simple_2hour")
    assert rules(build(Tariff, tariff, elements=[nights, always, reserved])) == []
    findings = check(build(Tariff, tariff, elements=[always, nights, reserved]))
    assert [finding.path for finding in findings] == ["$.elements[1].price_components[0]"]
