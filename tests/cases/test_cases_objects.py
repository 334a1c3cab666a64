"""What a receiver keeps of what it is told, and what it refuses, alike in every version but where the digest says so.

Numbers are those of the digest, section 4.
"""

import json
import re

import pytest
from case_town import CPO, EMSP, Json, Town

from simulator.ocpi.datatypes import parse_datetime

OLDEST = "2.1.1"
LATEST = "2026-05-04T19:00:00Z"


def put_location(desk: Town, id: str, **changes: object) -> Json:
    body = desk.the("location", id=id, **changes)
    told = desk.push("PUT", f"locations/{id}", body)
    assert (told.http, told.status) == (201, 1000), told.body
    return body


def test_case_8_bad_meaning_is_200_with_2001_and_bad_json_400(desk: Town) -> None:
    """JSON that cannot be parsed is HTTP's matter; what it means is OCPI's."""
    body = json.dumps(desk.the("location", id="L8")).encode()
    told = desk.push("PUT", "locations/L8", body[:-1])
    assert (told.http, told.status) == (400, 2001)
    told = desk.push("PUT", "locations/L8", desk.the("location", id="L8", name=7))
    assert (told.http, told.status) == (200, 2001)
    assert desk.push("GET", "locations/L8").http == 404


def test_case_9_an_error_is_an_envelope_and_an_empty_list_is_a_list(desk: Town) -> None:
    """Every answer is a whole envelope with its time in UTC; that nothing was found is no error."""
    nothing = desk.url(EMSP, CPO, "locations") + "?date_from=2030-01-01T00:00:00Z"
    told = desk.town.ask(EMSP, CPO, "GET", nothing)
    assert (told.http, told.status, told.data) == (200, 1000, [])
    errors = {
        404: desk.push("GET", "locations/NOWHERE"),
        401: desk.town.ask(EMSP, CPO, "GET", nothing, token="x"),
        405: desk.push("DELETE", "locations/NOWHERE"),
        400: desk.push("PUT", "locations/NOWHERE", b"{"),
        200: desk.push("PUT", "locations/NOWHERE", {}),
    }
    for http, error in errors.items():
        assert (error.http, error.status // 1000) == (http, 2)
        assert error.envelope.keys() == {"status_code", "status_message", "timestamp"}
        assert error.envelope["status_message"]
    for each in (told, *errors.values()):
        assert re.fullmatch(r"2026-05-04T\d\d:\d\d:\d\d(\.\d+)?Z", each.envelope["timestamp"])


def test_case_10_a_patch_needs_last_updated_from_2_2_on(desk: Town) -> None:
    """Without it a receiver could not tell a late message from a new one; 2.1.1 has no such rule."""
    put_location(desk, "L10", last_updated="2026-05-04T04:30:00Z")
    told = desk.push("PATCH", "locations/L10", {"name": "Other"})
    assert (told.http, told.status) == (200, 1000 if desk.version == OLDEST else 2001)
    name = desk.push("GET", "locations/L10").data["name"]
    assert (name == "Other") == (desk.version == OLDEST)


def test_case_11_a_newer_connector_makes_evse_and_location_newer(desk: Town) -> None:
    """Who asks for what is new since a time must not miss a change deep inside."""
    evse = put_location(desk, "L11")["evses"][1]
    connector = {**evse["connectors"][0], "last_updated": LATEST}
    path = f"locations/L11/{evse['uid']}"
    assert desk.push("PUT", f"{path}/{connector['id']}", connector).status == 1000
    for inside in ("locations/L11", path, f"{path}/{connector['id']}"):
        assert desk.push("GET", inside).data["last_updated"] == LATEST


def test_case_12_a_put_is_the_whole_object(desk: Town) -> None:
    """An optional field that it lacks is gone."""
    put_location(desk, "L12", facilities=["CAFE"])
    assert desk.push("GET", "locations/L12").data["facilities"] == ["CAFE"]
    without = desk.the("location", id="L12")
    without.pop("facilities", None)
    assert desk.push("PUT", "locations/L12", without).http == 200
    assert "facilities" not in desk.push("GET", "locations/L12").data


def test_case_13_charging_periods_are_added_by_patch_and_replaced_by_put(desk: Town) -> None:
    """An empty list in a PATCH changes nothing; a PUT without the list empties it. 2.1.1 has no rule of its own."""
    if desk.version == OLDEST:
        body = desk.the("session", id="S13", charging_periods=[])
        assert desk.push("PUT", "sessions/S13", body).http == 201
        assert desk.push("GET", "sessions/S13").data.get("charging_periods", []) == []
        return
    first, second = ({**period(), "start_date_time": f"2026-05-04T0{hour}:00:00Z"} for hour in (6, 7))
    body = desk.the("session", id="S13", charging_periods=[first])
    assert desk.push("PUT", "sessions/S13", body).http == 201
    for added, expected in (([second], [first, second]), ([], [first, second])):
        told = desk.push("PATCH", "sessions/S13", {"charging_periods": added, "last_updated": LATEST})
        assert told.status == 1000
        assert desk.push("GET", "sessions/S13").data["charging_periods"] == expected
    del body["charging_periods"]
    assert desk.push("PUT", "sessions/S13", {**body, "last_updated": LATEST}).status == 1000
    assert "charging_periods" not in desk.push("GET", "sessions/S13").data


def period() -> Json:
    return {"dimensions": [{"type": "ENERGY", "volume": 1.5}]}


@pytest.mark.parametrize(
    ("kind", "module"), [("location", "locations"), ("tariff", "tariffs"), ("session", "sessions")]
)
def test_case_14_url_and_body_name_the_same_object_of_the_sender(desk: Town, kind: str, module: str) -> None:
    """Another id is 2001; somebody else's part of the tree is not there for the sender."""
    body = desk.the(kind, id="X14")
    told = desk.push("PUT", f"{module}/Y14", body)
    assert (told.http, told.status) == (200, 2001)
    assert desk.push("GET", f"{module}/Y14").http == 404
    assert desk.ask(CPO, EMSP, "PUT", f"{module}/NL/DUN/X14", body).http == 404
    if desk.version != OLDEST:
        told = desk.push("PUT", f"{module}/X14", {**body, "party_id": "DUN"})
        assert (told.http, told.status) == (200, 2001)


def test_case_15_ids_are_the_same_in_any_letter_case(desk: Town) -> None:
    """Ids are CiStrings: they compare without case, and are shown as they were written."""
    put_location(desk, "Case-15")
    for id in ("case-15", "CASE-15"):
        assert desk.push("GET", f"locations/{id}").data["id"] == "Case-15"
    told = desk.push("PATCH", "locations/cASE-15", {"name": "One", "last_updated": LATEST})
    assert (told.http, told.status) == (200, 1000)
    assert desk.push("GET", "locations/Case-15").data["name"] == "One"


def test_case_36_a_cdr_is_posted_once_and_read_where_location_leads(desk: Town) -> None:
    """It is created, shown at the URL of the answer's Location header, and never changed."""
    id = f"CDR-{desk.town.kernel.wire.name}"
    body = desk.the("cdr", id=id, **({} if desk.version == "2.1.1" else {"session_id": id}))
    told = desk.ask(CPO, EMSP, "POST", "cdrs", body)
    assert (told.http, told.status) == (201, 1000), told.body
    where = told.headers["location"]
    shown = desk.town.ask(CPO, EMSP, "GET", where)
    assert (shown.http, shown.data) == (200, body)
    for method in ("PUT", "PATCH", "DELETE"):
        assert desk.town.ask(CPO, EMSP, method, where, body).http == 405


def test_case_45_an_evse_is_removed_by_its_status(desk: Town) -> None:
    """What was there once can always be read; nothing of a location is deleted."""
    uid = put_location(desk, "L45")["evses"][0]["uid"]
    told = desk.push("PATCH", f"locations/L45/{uid}", {"status": "REMOVED", "last_updated": LATEST})
    assert told.status == 1000
    assert desk.push("GET", f"locations/L45/{uid}").data["status"] == "REMOVED"
    for path in ("locations/L45", f"locations/L45/{uid}"):
        assert desk.push("DELETE", path).http == 405


def test_case_46_unknown_fields_are_taken_and_unknown_values_refused(desk: Town) -> None:
    """A newer peer may say more than we know, and 2.3.0 shows it again; what a closed list lacks has no meaning."""
    more = {"colour": "green", "nested": {"a": [1, {"b": None}]}}
    body = desk.the("location", id="L46", **more)
    assert desk.push("PUT", "locations/L46", body).http == 201
    known = desk.push("GET", "locations/L46").data
    passed_over = () if desk.version == "2.3.0" else tuple(more)
    assert known == {name: value for name, value in body.items() if name not in passed_over}
    body["evses"][0]["status"] = "DREAMING"
    told = desk.push("PUT", "locations/L46", body)
    assert (told.http, told.status) == (200, 2001)
    assert desk.push("GET", "locations/L46").data == known


def test_case_46_a_token_of_a_type_of_tomorrow_is_taken_from_2_3_0_on(desk: Town) -> None:
    """There the list of types is open; before it such a token is refused.

    Our parties think in 2.2.1, which has no such type; what they heard they show as it came, and a hub passes it on so.
    """
    body = desk.the("token", uid="T46", type="OF_TOMORROW")
    url = desk.url(EMSP, CPO, "tokens", "NL", "EMA", "T46")
    url += "" if desk.version == OLDEST else "?type=OF_TOMORROW"
    told = desk.town.ask(EMSP, CPO, "PUT", url, body)
    taken = desk.version == "2.3.0"
    assert (told.http, told.status) == ((201, 1000) if taken else (200, 2001)), told.body
    shown = desk.town.ask(EMSP, CPO, "GET", url)
    assert (shown.status == 1000) is taken
    assert shown.envelope.get("data") == (body if taken else None)


@pytest.mark.parametrize(
    ("time", "taken"),
    [
        ("2026-05-04T20:00:00", True),
        ("2026-05-04T20:00:00.5Z", True),
        ("2026-05-04T20:00:00+00:00", False),
        ("2026-05-04T22:00:00+02:00", False),
        ("2026-05-04 20:00:00Z", False),
    ],
)
def test_case_47_times_are_utc_without_an_offset(desk: Town, time: str, taken: bool) -> None:
    """No designator means UTC; an offset, even of nought, is none of OCPI's forms."""
    id = f"L47-{time}".replace(" ", "_").replace("+", "p")
    told = desk.push("PUT", f"locations/{id}", desk.the("location", id=id, last_updated=time))
    assert (told.http, told.status) == ((201, 1000) if taken else (200, 2001))
    shown = desk.push("GET", f"locations/{id}")
    assert shown.http == (200 if taken else 404)
    if taken:
        assert parse_datetime(shown.data["last_updated"]) == parse_datetime(f"{time.removesuffix('Z')}Z")
        since = parse_datetime(time)
        assert since == parse_datetime("2026-05-04T20:00:00Z") + (500_000 if "." in time else 0)


@pytest.mark.parametrize(
    ("latitude", "versions"),
    [
        (52.16, ()),
        ("52.16", ()),
        ("52.160000", ("2.1.1", "2.2.1", "2.3.0")),
        ("52.16000", ("2.2.1", "2.3.0")),
        ("52.1600001", ("2.2.1", "2.3.0")),
        ("52.16000012", ()),
    ],
)
def test_case_48_coordinates_are_texts_with_decimals(desk: Town, latitude: object, versions: tuple[str, ...]) -> None:
    """Five to seven of them, in 2.1.1 exactly six; never a number."""
    body = desk.the("location", id="L48", coordinates={"latitude": latitude, "longitude": "4.480000"})
    id = f"L48-{latitude}-{type(latitude).__name__}"
    told = desk.push("PUT", f"locations/{id}", {**body, "id": id})
    taken = desk.version in versions
    assert (told.http, told.status) == ((201, 1000) if taken else (200, 2001)), told.body
    shown = desk.push("GET", f"locations/{id}")
    assert shown.http == (200 if taken else 404)
    if taken:
        assert shown.data["coordinates"] == {"latitude": latitude, "longitude": "4.480000"}
