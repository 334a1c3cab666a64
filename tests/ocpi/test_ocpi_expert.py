"""The expert's remarks: none on an exchange as OCPI wants it, one on each thing that is not."""

import json
from typing import Any

import pytest
from expert_seen import A_HUB_230, A_LIST, BACK, IDS, JSON, PAGE, ROUTING, SOUND, URL, body, less, rules, token
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.ocpi.expert import Expert, Seen
from simulator.ocpi.fields.bodies import BODIES


@pytest.mark.parametrize("sound", [SOUND, A_LIST], ids=["put", "list"])
def test_there_is_nothing_to_say_against_what_is_right(sound: Seen) -> None:
    assert rules(sound) == []


def test_2_1_1_has_no_ids_no_routing_and_no_encoding() -> None:
    headers = {"authorization": "Token raw-token", **JSON}
    assert rules(replace(SOUND, version="2.1.1", request_headers=headers, response_headers=JSON)) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"request_headers": less(SOUND.request_headers, "x-request-id")}, "message-ids"),
        ({"request_headers": less(SOUND.request_headers, "ocpi-from-party-id")}, "routing-headers"),
        ({"request_headers": less(SOUND.request_headers, "content-type")}, "content-type"),
        ({"request_headers": less(SOUND.request_headers, "authorization")}, "authorization"),
        ({"request_headers": {**SOUND.request_headers, "authorization": "Token a-raw-token!"}}, "token-encoding"),
        ({"request_headers": {**SOUND.request_headers, **token("a-token-of-ours\n")}}, "token-encoding"),
        ({"request_body": b'{"country_code": "NL", "end_date_time": null}'}, "null-field"),
        ({"response_headers": JSON | {"x-request-id": "r1"}}, "ids-echoed"),
        ({"response_headers": IDS | JSON | {"x-request-id": "r2"}}, "ids-echoed"),
        ({"response_headers": less(SOUND.response_headers, "ocpi-to-party-id")}, "routing-headers"),
        ({"response_headers": {**SOUND.response_headers, "ocpi-to-party-id": "EMA"}}, "routing-headers"),
        ({"response_headers": {**SOUND.response_headers, "ocpi-from-country-code": "DE"}}, "routing-headers"),
        ({"module": "credentials", "request_headers": less(SOUND.request_headers, *ROUTING)}, "routing-headers"),
        ({"response_headers": IDS | {"content-type": "text/html"}}, "content-type"),
        ({"http_status": 422, "response_body": body(status=2001)}, "http-status"),
        ({"http_status": 403, "response_body": body(status=2000)}, "http-status"),
        ({"http_status": 400, "response_body": body(status=2001)}, "http-status"),
        ({"http_status": 404}, "http-status"),
        ({"http_status": 500, "response_body": b"Oops"}, "no-envelope"),
        ({"http_status": 500, "response_body": b'{"detail":"Oops"}'}, "no-envelope"),
        ({"response_body": b'{"status_code":1000}'}, "envelope-field"),
        ({"response_body": body(status=7)}, "envelope-field"),
        ({"http_status": 204, "response_body": b"", "response_headers": IDS}, "http-status"),
    ],
)
def test_each_thing_that_is_not_right_is_remarked_on(changes: dict[str, Any], rule: str) -> None:
    assert rule in rules(replace(SOUND, **changes))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"response_headers": PAGE | {"link": ""}}, "link-header"),
        ({"response_headers": less(PAGE, "x-limit")}, "page-headers"),
        ({"response_body": body()}, "list-data"),
        ({"response_headers": PAGE | {"x-total-count": "1"}}, "link-header"),
        ({"response_headers": PAGE | {"x-total-count": "12"}, "url": URL + "?offset=11&limit=1"}, "link-header"),
    ],
)
def test_pages_have_rules_of_their_own(changes: dict[str, Any], rule: str) -> None:
    assert rules(replace(A_LIST, **changes)) == [rule]


@pytest.mark.parametrize("link", ["http://nl-ema.ocpi.test/next/2", "/next/2", "?cursor=2"])
def test_of_a_page_that_only_its_link_tells_the_place_of_nobody_knows_what_lies_before_it(link: str) -> None:
    counts = PAGE | {"x-total-count": "12"}
    first = replace(A_LIST, response_headers=counts | {"link": f'<{link}>; rel="next"'})
    url = f"{URL}{link}" if link[0] == "?" else "http://nl-ema.ocpi.test/next/2"
    last = replace(A_LIST, url=url, response_headers=counts, response_body=body([SESSION]))
    assert "link-header" not in rules(first, last)
    assert "link-header" in rules(last), "nothing has led there"


def test_the_last_page_leads_nowhere_and_any_other_to_the_next() -> None:
    last = replace(A_LIST, url=URL + "?offset=12&limit=1", response_headers=PAGE | {"x-total-count": "12"})
    assert rules(last) == []
    first = PAGE | {"x-total-count": "12", "link": f'<{URL}?offset=1>; rel="next"'}
    assert rules(replace(A_LIST, response_headers=first)) == []


@pytest.mark.parametrize(
    ("query", "total", "link", "said"),
    [
        ("", "1", "offset=1", "a Link though all 1 have been shown"),
        ("?offset=17", "1", "offset=18", "a Link though all 1 have been shown"),
        ("?offset=11&limit=1", "12", "offset=12", "a Link though all 12 have been shown"),
        ("?offset=10&limit=1", "12", "offset=11", ""),
        ("", "many", "offset=1", ""),
    ],
)
def test_a_link_past_the_end_is_seen(query: str, total: str, link: str, said: str) -> None:
    headers = PAGE | {"x-total-count": total, "link": f'<{URL}?{link}>; rel="next"'}
    page = replace(A_LIST, url=URL + query, response_headers=headers, response_body=body([SESSION]))
    assert [each.found for each in Expert().look(page) if each.rule == "link-header"] == [said] * bool(said)


def test_a_link_to_another_host_is_seen() -> None:
    headers = PAGE | {"x-total-count": "2", "link": '<http://169.254.169.254/latest>; rel="next"'}
    page = replace(A_LIST, response_headers=headers, response_body=body([SESSION]))
    assert [each.found for each in Expert().look(page)] == ["http://169.254.169.254/latest"]
    same = headers | {"link": f'<{URL.replace("nl-ema", "NL-EMA")}?page=2>; rel="next"'}
    assert rules(replace(page, response_headers=same)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [({}, ["$[1]"]), ({"id": "2"}, []), ({"party_id": "XYZ"}, []), ({"kwh": 2}, ["$[1]"])],
)
def test_an_object_is_on_a_page_once(changes: dict[str, Any], said: list[str]) -> None:
    headers = PAGE | {"x-total-count": "2"}
    page = replace(A_LIST, response_headers=headers, response_body=body([SESSION, SESSION | changes]))
    assert [each.path for each in Expert().look(page) if each.rule == "listed-twice"] == said


def test_what_has_no_name_cannot_be_told_apart() -> None:
    page = replace(A_LIST, response_headers=PAGE | {"x-total-count": "2"}, response_body=body([{}, {}]))
    assert "listed-twice" not in rules(page)


def test_an_answer_goes_back_the_way_that_its_request_came() -> None:
    """Letter case does not matter. A hub that has to refuse says so itself; who refuses at the door may know nobody."""
    in_lower_case = {name: value.lower() for name, value in BACK.items()}
    assert rules(replace(SOUND, response_headers=SOUND.response_headers | in_lower_case)) == []
    by_a_hub = SOUND.response_headers | {"ocpi-from-party-id": "HUB"}
    assert rules(replace(SOUND, response_headers=by_a_hub)) == ["routing-headers"]
    assert rules(replace(SOUND, response_headers=by_a_hub, response_body=body(status=4001))) == []
    at_the_door = less(SOUND.response_headers, *BACK)
    assert rules(replace(SOUND, response_headers=at_the_door, http_status=404, response_body=body(status=2000))) == []
    to_whom_it_concerns = less(SOUND.request_headers, "ocpi-to-country-code", "ocpi-to-party-id")
    assert rules(replace(SOUND, request_headers=to_whom_it_concerns)) == []


def test_a_refusal_of_what_is_no_json_may_be_400() -> None:
    assert rules(replace(SOUND, request_body=b"{", http_status=400, response_body=body(status=2001))) == []


def test_what_is_known_to_be_sound_is_looked_at_again_where_it_differs() -> None:
    numbered = replace(SOUND, asked=1, answered=1)
    assert rules(numbered, numbered) == []
    assert rules(numbered, replace(numbered, request_headers={**ROUTING, **JSON}, asked=2)) == [
        "authorization",
        *["message-ids"] * 2,
    ]
    assert rules(numbered, replace(numbered, http_status=404)) == ["http-status"]
    assert rules(numbered, replace(numbered, http_status=422, response_body=body(status=2001))) == ["http-status"]
    assert rules(numbered, replace(numbered, response_headers={}, answered=2))[0] == "content-type"
    unanswered = replace(numbered, http_status=None, response_headers={}, response_body=b"", answered=0)
    assert rules(numbered, unanswered) == []
    odd = replace(numbered, request_headers=less(SOUND.request_headers, "x-request-id"), asked=3)
    assert rules(odd, odd, odd) == ["message-ids"] * 3


# Bodies

SESSION = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "1",
    "start_date_time": "2026-05-04T06:00:00Z",
    "kwh": 1.5,
    "cdr_token": {"country_code": "NL", "party_id": "EMA", "uid": "1", "type": "RFID", "contract_id": "C1"},
    "auth_method": "WHITELIST",
    "location_id": "L1",
    "evse_uid": "E1",
    "connector_id": "1",
    "currency": "EUR",
    "status": "ACTIVE",
    "last_updated": "2026-05-04T06:10:00Z",
}
ENDLESS = {**SESSION, "status": "COMPLETED"}
AGAIN_ITSELF = {
    **{name: SESSION[name] for name in ("country_code", "party_id", "id", "currency", "last_updated", "auth_method")},
    "start_date_time": "2026-05-04T06:00:00Z",
    "end_date_time": "2026-05-04T07:00:00Z",
    "session_id": "1",
    "cdr_token": SESSION["cdr_token"],
    "cdr_location": {
        "id": "L1",
        "address": "A",
        "city": "B",
        "country": "NLD",
        "connector_id": "1",
        "coordinates": {"latitude": "52.10000", "longitude": "4.30000"},
        "evse_uid": "E1",
        "evse_id": "NL*ABC*E1",
        "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET",
        "connector_power_type": "AC_3_PHASE",
    },
    "charging_periods": [
        {"start_date_time": "2026-05-04T06:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 1.5}]}
    ],
    "total_cost": {"excl_vat": -1.0},
    "total_energy": 1.5,
    "total_time": 1,
    "credit": True,
    "credit_reference_id": "1",
}


def sent(tree: object) -> Seen:
    return replace(SOUND, request_body=json.dumps(tree).encode())


def test_what_is_odd_about_an_object_is_remarked_on_and_what_is_wrong_left_to_who_refuses_it() -> None:
    assert rules(sent(SESSION)) == []
    assert rules(sent(ENDLESS)) == ["session-end"]
    # A PATCH has a part of the object only.
    assert rules(replace(sent({"status": "COMPLETED"}), method="PATCH")) == []
    post = {"module": "cdrs", "route": "cdrs.receiver.post_cdr", "method": "POST"}
    located = SOUND.response_headers | {"location": "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1/cdrs/1"}
    assert rules(replace(sent(AGAIN_ITSELF), **post, response_headers=located)) == []


def test_what_was_asked_for_is_held_to_the_rules_whole() -> None:
    """Nobody refuses an answer, so that nobody else remarks on what is wrong in it."""
    cdrs = replace(A_LIST, module="cdrs", route="cdrs.sender.get_list")
    wrong = replace(cdrs, response_body=body([{"id": 1}, AGAIN_ITSELF]))
    (finding,) = Expert().look(wrong)
    assert (finding.rule, finding.severity, finding.path) == ("credit-id", "error", "$[1].credit_reference_id")
    assert rules(replace(A_LIST, response_body=body([SESSION, {**ENDLESS, "id": "2"}]))) == ["session-end"]
    assert rules(replace(cdrs, response_body=body("none"))) == ["list-data"]


RECORD = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "R1",
    "invoice_id": "2026-1",
    "cdrs": ["1"],
    "last_updated": SESSION["last_updated"],
}


def test_the_records_of_invoices_are_looked_over() -> None:
    """Only 2.3.0 has them."""
    newest = {"version": "2.3.0", "module": "invoicereconciliation"}
    put = replace(sent(RECORD), **newest, route="invoicereconciliation.receiver.put_record")
    assert rules(put) == []
    (finding,) = Expert().look(replace(put, request_body=json.dumps({**RECORD, "total": 12}).encode()))
    assert (finding.rule, finding.path) == ("unknown-field", "$.total")
    pulled = replace(A_LIST, **newest, route="invoicereconciliation.sender.get_list")
    assert rules(replace(pulled, response_body=body([RECORD, {**RECORD, "id": "R2", "invoice": None}]))) == [
        "unknown-field"
    ]


def tariff(id: str, **changes: object) -> dict[str, object]:
    elements = [{"price_components": [{"type": "FLAT", "price": 1, "step_size": 1}]}]
    owner = {"country_code": "NL", "party_id": "ABC"}
    return {
        **owner,
        "id": id,
        "currency": "EUR",
        "elements": elements,
        "last_updated": SESSION["last_updated"],
        **changes,
    }


CONNECTOR = {
    "id": "1",
    "standard": "IEC_62196_T2",
    "format": "SOCKET",
    "power_type": "AC_3_PHASE",
    "max_voltage": 230,
    "max_amperage": 16,
    "last_updated": SESSION["last_updated"],
    "tariff_ids": ["day", "night"],
}
EVSE = {"uid": "E1", "status": "AVAILABLE", "connectors": [CONNECTOR], "last_updated": SESSION["last_updated"]}
LOCATION = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "L1",
    "publish": True,
    "address": "A",
    "city": "B",
    "country": "NLD",
    "coordinates": {"latitude": "52.10000", "longitude": "4.30000"},
    "time_zone": "Europe/Amsterdam",
    "evses": [EVSE],
    "last_updated": SESSION["last_updated"],
}
BELOW = "http://nl-ema.ocpi.test/ocpi/receiver/2.2.1"


def put(kind: str, tree: object, path: str) -> Seen:
    module = "tariffs" if kind == "tariff" else "locations"
    return replace(sent(tree), module=module, route=f"{module}.receiver.put_{kind}", url=f"{BELOW}/{module}/{path}")


DAY = put("tariff", tariff("DAY"), "NL/ABC/DAY")
NIGHT = put("tariff", tariff("NIGHT"), "NL/ABC/NIGHT")


@pytest.mark.parametrize(
    ("told", "path"),
    [
        (put("location", LOCATION, "NL/ABC/L1"), "$.evses[0].connectors[0].tariff_ids[1]"),
        (put("evse", EVSE, "nl/abc/L1/E1"), "$.connectors[0].tariff_ids[1]"),
        (put("connector", CONNECTOR, "NL/ABC/L1/E1/1"), "$.tariff_ids[1]"),
    ],
    ids=["location", "evse", "connector"],
)
def test_two_tariffs_of_a_type_at_a_connector_are_seen_once_they_are_known(told: Seen, path: str) -> None:
    expert = Expert()
    assert [finding for each in (told, DAY, told) for finding in expert.look(each)] == []
    (finding,) = expert.look(NIGHT)
    assert (finding.rule, finding.severity, finding.path) == ("one-tariff-a-type", "error", "$.id")
    assert finding.sentence() == (
        "$.id: found 'NIGHT', which Connector L1/E1/1 names, expected no other REGULAR tariff that is valid while "
        "'DAY' is (OCPI 2.2.1 locations, Connector)."
    )
    (finding,) = expert.look(told)
    assert (finding.rule, finding.severity, finding.path) == ("one-tariff-a-type", "error", path)
    # Another has not heard of them, and another's tariffs may have the same ids.
    assert expert.look(replace(told, receiver="NL-EMB")) == []
    assert rules(DAY, put("tariff", tariff("NIGHT", party_id="XYZ"), "NL/XYZ/NIGHT"), told) == []
    delete = replace(NIGHT, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"")
    assert rules(DAY, NIGHT, delete, told) == []


def until(instant: str, **changes: object) -> Seen:
    return put("tariff", tariff("NIGHT", end_date_time=instant, **changes), "NL/ABC/NIGHT")


def test_a_connector_is_looked_at_again_when_its_tariffs_come_and_each_pair_told_once() -> None:
    told = put("location", LOCATION, "NL/ABC/L1")
    late_day = put("tariff", tariff("day", start_date_time="2030-01-01T00:00:00Z"), "NL/ABC/day")
    assert rules(told, NIGHT, DAY, NIGHT, DAY) == ["one-tariff-a-type"], "whichever comes last, and not again"
    assert rules(DAY, NIGHT, told, NIGHT, DAY, until("2040-01-01T00:00:00Z")) == ["one-tariff-a-type"]
    assert rules(told, late_day, until("2030-01-01T00:00:00Z")) == []
    apart_and_together = (told, DAY, NIGHT, late_day, until("2030-01-01T00:00:00Z"), until("2030-01-02T00:00:00Z"))
    assert rules(*apart_and_together) == ["one-tariff-a-type"] * 2, "as they clash anew"
    delete = replace(NIGHT, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"")
    assert rules(told, DAY, NIGHT, delete, NIGHT) == ["one-tariff-a-type", "tariff-in-use", "one-tariff-a-type"]
    assert rules(told, DAY, put("tariff", tariff("NIGHT", party_id="XYZ"), "NL/XYZ/NIGHT")) == []


@pytest.mark.parametrize(
    "told",
    [
        put("location", {**LOCATION, "evses": []}, "NL/ABC/L1"),
        put("evse", {**EVSE, "connectors": [{**CONNECTOR, "tariff_ids": ["day"]}]}, "nl/abc/l1/e1"),
        put("connector", {**CONNECTOR, "tariff_ids": ["day"]}, "NL/ABC/L1/E1/1"),
    ],
    ids=["location", "evse", "connector"],
)
def test_a_connector_that_no_longer_names_them_is_not_looked_at_again(told: Seen) -> None:
    other = {**EVSE, "uid": "E2"}
    both = put("location", {**LOCATION, "evses": [EVSE, other]}, "NL/ABC/L1")
    assert rules(both, DAY, NIGHT) == ["one-tariff-a-type"] * 2
    mended = [] if told.route.endswith("put_location") else ["one-tariff-a-type"]
    assert rules(both, told, DAY, NIGHT) == mended


def patch(kind: str, path: str, **changes: object) -> Seen:
    told = put(kind, {**changes, "last_updated": SESSION["last_updated"]}, path)
    return replace(told, method="PATCH", route=f"locations.receiver.patch_{kind}")


NAMES_ONE = {**CONNECTOR, "tariff_ids": ["day"]}
PATCHES = [
    (patch("location", "NL/ABC/L1", evses=[EVSE]), "$.evses[0].connectors[0].tariff_ids[1]"),
    (patch("evse", "NL/abc/L1/E1", connectors=[CONNECTOR]), "$.connectors[0].tariff_ids[1]"),
    (patch("connector", "NL/ABC/L1/E1/1", tariff_ids=["day", "night"]), "$.tariff_ids[1]"),
]


@pytest.mark.parametrize(("told", "path"), PATCHES, ids=["location", "evse", "connector"])
def test_a_patch_that_names_two_tariffs_of_a_type_is_seen(told: Seen, path: str) -> None:
    first = put("evse", {**EVSE, "connectors": [NAMES_ONE]}, "NL/ABC/L1/E1")
    expert = Expert()
    assert [finding for each in (first, DAY, NIGHT) for finding in expert.look(each)] == []
    (finding,) = expert.look(told)
    assert (finding.rule, finding.severity, finding.path) == ("one-tariff-a-type", "error", path)
    assert rules(first, told, DAY, NIGHT) == ["one-tariff-a-type"], "whichever comes last"


@pytest.mark.parametrize(
    ("told", "count"),
    [
        (patch("location", "NL/ABC/L1", evses=[]), 0),
        (patch("evse", "NL/ABC/L1/E1", connectors=[NAMES_ONE]), 0),
        (patch("connector", "NL/ABC/L1/E1/1", tariff_ids=["night"]), 0),
        (patch("connector", "NL/ABC/L1/E1/1", max_amperage=32, format=None), 1),
        (patch("location", "NL/ABC/L1", name="Square", evses=None), 1),
        (patch("connector", "NL/ABC/L1/E1/1", tariff_ids="night"), 1),
    ],
)
def test_a_patch_that_takes_a_tariff_away_or_says_nothing_of_any(told: Seen, count: int) -> None:
    told_rules = rules(put("location", LOCATION, "NL/ABC/L1"), told, DAY, NIGHT)
    assert told_rules.count("one-tariff-a-type") == count


DELETE_DAY = replace(DAY, method="DELETE", route="tariffs.receiver.delete_tariff", request_body=b"")
ONE = {**CONNECTOR, "tariff_ids": ["day"]}
OTHER = {**CONNECTOR, "tariff_ids": ["night"]}
AT_E1 = put("connector", ONE, "NL/ABC/L1/E1/1")


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ([AT_E1, DAY], "the end of 'DAY', which Connector L1/E1/1 still names"),
        ([DAY, put("evse", EVSE, "nl/abc/L1/E1")], "the end of 'DAY', which Connector L1/E1/1 still names"),
        (
            [DAY, AT_E1, put("connector", ONE, "NL/ABC/L1/E2/1")],
            "the end of 'DAY', which Connector L1/E1/1 and 1 more still names",
        ),
        ([AT_E1], ""),
        ([DAY, AT_E1, put("connector", OTHER, "NL/ABC/L1/E1/1")], ""),
        ([DAY, AT_E1, patch("connector", "NL/ABC/L1/E1/1", tariff_ids=["night"])], ""),
        ([DAY, AT_E1, DELETE_DAY], ""),
        ([DAY, put("connector", OTHER, "NL/ABC/L1/E1/1")], ""),
        ([DAY, replace(AT_E1, receiver="NL-EMB")], ""),
    ],
)
def test_a_tariff_is_not_deleted_while_a_connector_names_it(told: list[Seen], found: str) -> None:
    expert = Expert()
    for each in told:
        expert.look(each)
    findings = expert.look(DELETE_DAY)
    assert [(each.rule, each.found) for each in findings] == ([("tariff-in-use", found)] if found else [])


def test_tariffs_that_are_pulled_later_are_told_with_their_place_in_the_list() -> None:
    pulled = replace(A_LIST, sender="NL-EMA", receiver="NL-ABC")
    locations = replace(pulled, module="locations", route="locations.sender.get_list", response_body=body([LOCATION]))
    tariffs = [tariff("OTHER"), tariff("DAY"), tariff("NIGHT")]
    page = replace(pulled, module="tariffs", route="tariffs.sender.get_list", response_body=body(tariffs))
    expert = Expert()
    assert expert.look(locations) == []
    (finding,) = expert.look(page)
    assert (finding.path, finding.found) == ("$[1].id", "'DAY', which Connector L1/E1/1 names")
    assert expert.look(page) == []


def test_tariffs_that_were_pulled_are_known_as_well() -> None:
    way = {"sender": "NL-EMA", "receiver": "NL-ABC"}
    pulled = replace(A_LIST, **way, module="tariffs", route="tariffs.sender.get_list")
    tariffs = replace(pulled, response_body=body([tariff("DAY"), tariff("NIGHT")]))
    locations = replace(pulled, module="locations", route="locations.sender.get_list", response_body=body([LOCATION]))
    expert = Expert()
    assert expert.look(tariffs) == []
    (finding,) = expert.look(locations)
    assert finding.path == "$[0].evses[0].connectors[0].tariff_ids[1]"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["token", "roles", "data", "endpoints", "url", "id", "hub_party_id"]), inner)
    ),
    max_leaves=6,
)
BODIES_OF_STRANGERS = st.one_of(
    st.binary(max_size=10),
    st.just(b"[" * 2_000),
    JSON_VALUES.map(lambda tree: json.dumps(tree).encode()),
    st.sampled_from([SESSION, ENDLESS, LOCATION, EVSE, CONNECTOR, tariff("DAY"), A_HUB_230])
    .flatmap(lambda tree: st.sampled_from([tree, {"data": [tree]}, {"data": tree}]))
    .map(lambda tree: json.dumps({"status_code": 1000, "timestamp": "2026-05-04T06:00:00Z", **tree}).encode()),
)


@settings(max_examples=300)
@given(
    route=st.sampled_from(["", *BODIES]),
    version=st.sampled_from(["", "2.1.1", "2.2.1", "2.3.0", "9"]),
    method=st.sampled_from(["GET", "PUT", "PATCH"]),
    url=st.sampled_from(["", URL, BELOW, "http://h/"]) | st.text(max_size=8),
    asked=BODIES_OF_STRANGERS,
    answered=BODIES_OF_STRANGERS,
    http_status=st.sampled_from([None, 200, 201, 400, 404, 500]),
    authorization=st.text(max_size=8).map(lambda text: f"Token {text}"),
)
def test_nothing_that_comes_from_outside_is_too_strange_to_be_looked_at(
    route: str,
    version: str,
    method: str,
    url: str,
    asked: bytes,
    answered: bytes,
    http_status: int | None,
    authorization: str,
) -> None:
    """An expert who fails would end the recording."""
    seen = replace(
        SOUND,
        route=route,
        module=route.partition(".")[0],
        version=version,
        method=method,
        url=url,
        request_headers={"authorization": authorization},
        request_body=asked,
        http_status=http_status,
        response_body=answered,
    )
    for finding in Expert().look(seen):
        assert finding.sentence()


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_what_is_said_of_an_object_names_the_version_that_is_spoken(version: str) -> None:
    """Also of a list, and of a class that a later version took over as it was."""

    def sections(seen: Seen) -> list[str]:
        return [finding.section for finding in Expert().look(replace(seen, version=version))]

    pulled = body([{**ENDLESS, "meter_id": None}])
    assert sections(replace(A_LIST, response_body=pulled))[0] == f"OCPI {version} sessions, Session"
    period = {"start_period": 0, "limit": 11.05, "of_ours": 1}
    asked = {"charging_profile": {"charging_rate_unit": "W", "charging_profile_period": [period]}}
    profile = {"module": "chargingprofiles", "route": "chargingprofiles.receiver.put_charging_profile"}
    told = sections(replace(sent({**asked, "response_url": "http://h/"}), **profile))
    assert len(told) == 2
    assert all(section.startswith(f"OCPI {version} chargingprofiles, ") for section in told)
    assert sections(put("connector", {**CONNECTOR, "of_ours": 1}, "NL/ABC/L1/E1/1")) == [
        f"OCPI {version} locations, Connector"
    ]


# Handshakes
