"""Every field of every object has its sentence, and every route its object."""

from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ocpi import catalogue
from simulator.ocpi.envelope import Envelope
from simulator.ocpi.fields import field_type, object_type, sentence, types, v2_1_1, v2_3_0
from simulator.ocpi.fields.bodies import BODIES
from simulator.ocpi.routes import Route, routes

CLASSES: dict[str, Any] = {**catalogue.types("2.2.1"), "Envelope": Envelope}
EVERY = [
    (version, name, field.encode_name)
    for version in catalogue.VERSIONS
    for name, cls in {**catalogue.types(version), "Envelope": Envelope}.items()
    for field in msgspec.structs.fields(cls)
]
FIELDS = [(name, field) for version, name, field in EVERY if version == "2.2.1"]
ROUTES = [(version, route) for version in catalogue.VERSIONS for route in routes(version)]
Direction = Literal["request", "response"]
DIRECTIONS: tuple[Direction, ...] = ("request", "response")


def test_the_types_are_the_classes() -> None:
    assert types() == types("2.2.1") == tuple(CLASSES)
    assert types("1.0") == ()


@pytest.mark.parametrize(("version", "type_name", "field"), EVERY)
def test_every_field_has_one_short_plain_sentence(version: str, type_name: str, field: str) -> None:
    text = sentence(type_name, field, version)
    assert 10 <= len(text) <= 110, len(text)
    assert text.endswith(".")
    assert text.count(". ") == 0
    assert text[0].isupper()
    assert text == " ".join(text.split())
    assert not any(mark in text for mark in "{}%\n"), "a place or a conversion would break in translation"


@given(st.sampled_from(sorted(CLASSES)), st.sampled_from(sorted({field for _, field in FIELDS})))
def test_a_field_that_a_type_does_not_have_has_no_sentence(type_name: str, field: str) -> None:
    assert bool(sentence(type_name, field)) == ((type_name, field) in FIELDS)


def test_what_is_unknown_has_no_sentence_and_no_type() -> None:
    assert sentence("Session", "vendor_field") == sentence("Booking", "id") == ""
    assert field_type("Session", "vendor_field") is field_type("Booking", "id") is None
    assert object_type("bookings.sender.get_list", "response") is None


@pytest.mark.parametrize("version", catalogue.VERSIONS)
def test_only_the_commands_share_a_sentence(version: str) -> None:
    fields_of: dict[str, list[tuple[str, str]]] = {}
    for each, type_name, field in EVERY:
        if each == version:
            fields_of.setdefault(sentence(type_name, field, version), []).append((type_name, field))
    shared = [fields for fields in fields_of.values() if len(fields) > 1]
    commands = ("CancelReservation", "StartSession", "StopSession", "UnlockConnector")
    assert [sorted(fields) for fields in shared] == [
        [(command, "response_url") for command in commands if command in types(version)]
    ]


@pytest.mark.parametrize(("version", "words"), [("2.1.1", v2_1_1.WORDS), ("2.3.0", v2_3_0.WORDS)])
def test_a_version_has_its_own_words_only_where_it_differs(version: str, words: dict[str, dict[str, str]]) -> None:
    own = [(type_name, field) for type_name, fields in words.items() for field in fields]
    assert all(sentence(*place, version) not in ("", sentence(*place)) for place in own)


def test_a_field_is_told_in_the_words_of_its_version() -> None:
    assert "without VAT" in sentence("PriceComponent", "price")
    assert "without VAT" not in sentence("PriceComponent", "price", "2.3.0")
    assert sentence("Session", "start_date_time", "2.1.1") == sentence("Session", "start_datetime") == ""
    assert sentence("Session", "id", "3.0") == ""


def test_a_field_names_the_type_inside_in_its_version() -> None:
    assert field_type("Session", "location", "2.1.1") == "Location"
    assert field_type("Session", "total_cost", "2.1.1") is None
    assert field_type("Price", "taxes", "2.3.0") == "TaxAmount"
    assert field_type("EVSE", "parking", "2.3.0") == "EVSEParking"


@pytest.mark.parametrize(
    ("type_name", "field", "expected"),
    [
        ("Session", "charging_periods", "ChargingPeriod"),
        ("Session", "cdr_token", "CdrToken"),
        ("Session", "total_cost", "Price"),
        ("ChargingPeriod", "dimensions", "CdrDimension"),
        ("CDR", "tariffs", "Tariff"),
        ("CDR", "signed_data", "SignedData"),
        ("Tariff", "min_price", "Price"),
        ("Location", "opening_times", "Hours"),
        ("EVSE", "directions", "DisplayText"),
        ("EVSE", "capabilities", None),
        ("Connector", "tariff_ids", None),
        ("Session", "status", None),
        ("Session", "kwh", None),
        ("Envelope", "data", None),
    ],
)
def test_a_field_names_the_type_inside(type_name: str, field: str, expected: str | None) -> None:
    assert field_type(type_name, field) == expected


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_nested_type_is_known(name: str) -> None:
    """Asked of msgspec's own description of the class, which looks into annotations in another way than we do."""
    _, definitions = msgspec.json.schema_components((CLASSES[name],), schema_hook=lambda _: {"type": "number"})
    for field, description in definitions[name]["properties"].items():
        inside = [part for part in CLASSES if f"'#/$defs/{part}'" in str(description)]
        assert len(inside) <= 1
        assert field_type(name, field) == (inside[0] if inside else None)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(("version", "route"), ROUTES, ids=lambda each: getattr(each, "name", each))
def test_every_route_says_what_it_carries(version: str, route: Route, direction: Direction) -> None:
    assert route.name in BODIES
    found = object_type(route.name, direction, version)
    assert found is None or found[0] in types(version)
    if direction == "request":
        assert found is None or not found[1]
        assert found is None or route.method not in ("GET", "DELETE"), "these have no body"
        assert found is not None or route.method not in ("POST", "PUT", "PATCH"), "these have one"
    elif route.method == "GET":
        assert found is not None
        assert found[1] == (route.paginated or route.name == "versions.get_list")


def test_no_route_is_made_up() -> None:
    assert {*BODIES} == {route.name for _, route in ROUTES}


@pytest.mark.parametrize(
    ("route_name", "request_type", "response_type"),
    [
        ("versions.get_list", None, ("Version", True)),
        ("credentials.put", ("Credentials", False), ("Credentials", False)),
        ("locations.sender.get_list", None, ("Location", True)),
        ("locations.receiver.patch_evse", ("EVSE", False), None),
        ("sessions.sender.put_charging_preferences", ("ChargingPreferences", False), None),
        ("tokens.sender.post_authorize", ("LocationReferences", False), ("AuthorizationInfo", False)),
        ("commands.receiver.post_start_session", ("StartSession", False), ("CommandResponse", False)),
        ("commands.sender.post_result", ("CommandResult", False), None),
        ("tariffs.receiver.delete_tariff", None, None),
        ("tariffs.receiver.patch_tariff", ("Tariff", False), None),
        ("invoicereconciliation.sender.get_list", None, ("InvoiceReconciliationRecord", True)),
        ("invoicereconciliation.receiver.put_record", ("InvoiceReconciliationRecord", False), None),
    ],
)
def test_what_stands_in_some_routes(
    route_name: str, request_type: tuple[str, bool] | None, response_type: tuple[str, bool] | None
) -> None:
    assert object_type(route_name, "request") == request_type
    assert object_type(route_name, "response") == response_type
