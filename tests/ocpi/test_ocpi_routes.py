"""The route table, and that building and splitting a path are each other's inverse."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.ocpi.routes import Match, Refusal, Route, join_url, match, routes, split_path

VERSIONS = ("2.1.1", "2.2.1", "2.3.0")
ALL = [(version, route) for version in VERSIONS for route in routes(version)]
segments = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text not in (".", ".."))


@given(st.lists(segments, max_size=5), st.sampled_from(["", "/", "//"]))
def test_a_joined_path_splits_into_the_same_segments(parts: list[str], slashes: str) -> None:
    url = join_url("http://nl-abc.ocpi.test/ocpi/2.2.1" + slashes, *parts)
    assert split_path(urlsplit(url).path) == ("ocpi", "2.2.1", *parts)


def test_a_trailing_slash_of_the_discovered_url_changes_nothing() -> None:
    assert join_url("http://x/locations/", "NL", "A B") == join_url("http://x/locations", "NL", "A B")
    assert join_url("http://x/locations/", "a/b", "%2F") == "http://x/locations/a%2Fb/%252F"


def test_doubled_and_trailing_slashes_are_dropped() -> None:
    assert split_path("//NL///ABC/LOC%2F1//") == ("NL", "ABC", "LOC/1")
    assert split_path("") == split_path("/") == ()


@pytest.mark.parametrize("path", ["/NL/../ABC", "/./NL", "/NL/%2e%2E", "/%2E", "/NL/%ff"])
def test_a_path_that_climbs_or_is_no_text_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path segment"):
        split_path(path)


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_no_path_can_carry_is_refused(segment: str) -> None:
    with pytest.raises(ValueError, match="expected an id"):
        join_url("http://x", segment)


@pytest.mark.parametrize(("version", "route"), ALL, ids=lambda part: getattr(part, "name", part))
def test_every_route_is_found_by_its_own_path(version: str, route: Route) -> None:
    filled = [f"value of {part}" if part.startswith("{") else part for part in route.template]
    found = match(version, route.module, route.interface, route.method, filled)
    params = {part[1:-1]: f"value of {part}" for part in route.template if part.startswith("{")}
    assert found == Match(route, params)


@pytest.mark.parametrize("version", VERSIONS)
def test_names_and_requests_are_unique(version: str) -> None:
    table = routes(version)
    assert len({route.name for route in table}) == len(table)
    assert len({(route.module, route.interface, route.method, route.template) for route in table}) == len(table)


def test_a_name_means_the_same_request_in_every_version() -> None:
    by_name: dict[str, set[Route]] = {}
    for _, route in ALL:
        by_name.setdefault(route.name, set()).add(route)
    assert {name for name, found in by_name.items() if len(found) > 1} == set()


@pytest.mark.parametrize(
    ("version", "modules"),
    [
        ("2.1.1", ("cdrs", "locations", "sessions", "tariffs", "tokens")),
        ("2.2.1", ("cdrs", "hubclientinfo", "locations", "sessions", "tariffs", "tokens")),
        ("2.3.0", ("cdrs", "hubclientinfo", "invoicereconciliation", "locations", "sessions", "tariffs", "tokens")),
    ],
)
def test_lists_are_paginated_and_nothing_else_is(version: str, modules: tuple[str, ...]) -> None:
    paginated = sorted(route.name for route in routes(version) if route.paginated)
    assert paginated == [f"{module}.sender.get_list" for module in modules]


def test_the_parameters_are_named() -> None:
    found = match("2.2.1", "locations", "RECEIVER", "PATCH", ("NL", "ABC", "LOC1", "3256"))
    assert isinstance(found, Match)
    assert found.route.name == "locations.receiver.patch_evse"
    assert found.params == {"country_code": "NL", "party_id": "ABC", "location_id": "LOC1", "evse_uid": "3256"}


@pytest.mark.parametrize(
    ("module", "interface", "method", "path", "http_status"),
    [
        ("locations", "RECEIVER", "DELETE", ("NL", "ABC", "LOC1"), 405),
        ("locations", "RECEIVER", "POST", ("NL", "ABC", "LOC1"), 405),
        ("tariffs", "RECEIVER", "PATCH", ("NL", "ABC", "T1"), 405),
        ("invoicereconciliation", "SENDER", "GET", (), 404),
        ("cdrs", "RECEIVER", "PUT", ("NL", "ABC", "C1"), 405),
        ("cdrs", "RECEIVER", "DELETE", ("NL", "ABC", "C1"), 405),
        ("credentials", "SENDER", "PATCH", (), 405),
        ("commands", "RECEIVER", "GET", ("START_SESSION",), 405),
        ("commands", "RECEIVER", "POST", ("START_ENGINE",), 404),
        ("locations", "RECEIVER", "GET", (), 404),
        ("locations", "SENDER", "GET", ("a", "b", "c", "d"), 404),
        ("bookings", "SENDER", "GET", (), 404),
    ],
)
def test_what_ocpi_does_not_have_is_refused(
    module: str, interface: str, method: str, path: tuple[str, ...], http_status: int
) -> None:
    refusal = match("2.2.1", module, interface, method, path)
    assert isinstance(refusal, Refusal)
    assert refusal.http_status == http_status
    assert module in refusal.reason


def test_the_refusal_names_what_would_have_worked() -> None:
    refusal = match("2.2.1", "tariffs", "RECEIVER", "PATCH", ("NL", "ABC", "T1"))
    expected = "OCPI 2.2.1 has no PATCH for 'NL/ABC/T1' of tariffs RECEIVER: expected GET or PUT or DELETE."
    assert refusal == Refusal(405, expected)


def test_an_unknown_version_has_no_routes() -> None:
    assert match("9.9", "locations", "SENDER", "GET", ()) == Refusal(
        404, "OCPI 9.9 has no path '' in locations SENDER."
    )


def test_credentials_and_versions_have_no_sides() -> None:
    for interface in ("SENDER", "RECEIVER"):
        assert isinstance(match("2.2.1", "credentials", interface, "POST", ()), Match)
        assert isinstance(match("2.2.1", "versions", interface, "GET", ("2.2.1",)), Match)


@pytest.mark.parametrize(
    ("module", "interface", "method", "path", "http_status"),
    [
        ("tariffs", "RECEIVER", "PATCH", ("NL", "ABC", "T1"), None),
        ("sessions", "SENDER", "PUT", ("S1", "charging_preferences"), 404),
        ("commands", "RECEIVER", "POST", ("CANCEL_RESERVATION",), 404),
        ("chargingprofiles", "RECEIVER", "PUT", ("S1",), 404),
        ("hubclientinfo", "SENDER", "GET", (), 404),
    ],
)
def test_what_2_1_1_has_and_has_not(
    module: str, interface: str, method: str, path: tuple[str, ...], http_status: int | None
) -> None:
    found = match("2.1.1", module, interface, method, path)
    assert (found.http_status if isinstance(found, Refusal) else None) == http_status
