"""Who may come in, what each request and answer carries, and how lists are read, in every version.

Numbers are those of the digest, section 4.
"""

import base64
import re
from typing import Any
from urllib.parse import parse_qs

import pytest
from case_town import CPO, EMSP, SINCE, Town
from msgspec.structs import replace

from simulator.engine.cause import TIME
from simulator.ocpi.v2_2_1.tokens import AllowedType
from simulator.recording.reader import Recording
from simulator.recording.rows import Message

OLDEST = "2.1.1"
CONFIGURATION = ("versions", "credentials", "hubclientinfo")
ROUTING = ("ocpi-to-country-code", "ocpi-to-party-id", "ocpi-from-country-code", "ocpi-from-party-id")
OF_OTHER_MAKE = "test"


def said(desk: Town) -> list[Message]:
    """What the town's parties themselves have sent."""
    desk.town.recorder.flush()
    with Recording.open(desk.town.path) as recording:
        return [row for row in recording.messages(contents=True) if row.module != OF_OTHER_MAKE]


def test_case_1_the_token_is_raw_in_2_1_1_and_base64_after(desk: Town) -> None:
    """From 2.2 on the header holds the Base64 of the token, padded, without a newline; in 2.1.1 the token itself."""
    rows = [row for row in said(desk) if row.module == "locations"]
    assert rows
    tokens = {each.held for party in desk.town.world.parties() for each in party.office.connections.values()}
    for row in rows:
        word, _, value = dict(row.request_headers)["Authorization"].partition(" ")
        assert word == "Token"
        token = value if desk.version == OLDEST else base64.b64decode(value, validate=True).decode()
        assert token in tokens


def test_case_16_pages_are_capped_and_linked_with_their_filters(desk: Town) -> None:
    """X-Limit is the server's own cap; Link repeats what was asked for; the last page has none."""
    base = desk.url(EMSP, CPO, "sessions")
    first = desk.town.ask(EMSP, CPO, "GET", f"{base}{SINCE}&limit=1")
    total = int(first.headers["x-total-count"])
    assert total >= 2
    assert len(first.data) == 1
    assert int(first.headers["x-limit"]) >= 1
    url, seen = first.headers["link"], 1
    while url:
        (target,) = re.findall(r'^<([^>]+)>; rel="next"$', url)
        assert "date_from=2026-05-01T00:00:00Z" in target
        assert "limit=1" in target
        page = desk.town.ask(EMSP, CPO, "GET", target)
        seen += len(page.data)
        url = page.headers.get("link", "")
    assert seen == total


def test_case_16_a_limit_above_the_cap_is_the_cap(desk: Town) -> None:
    """Of 130 tariffs and some that were there before, a page has a hundred, whatever was asked for."""
    store = desk.town.world.cpos[CPO].tariffs.store
    (known,) = store
    many = [replace(known, id=f"many-{number}") for number in range(130)]
    for tariff in many:
        store.put(tariff, tariff.id)
    base, window = desk.url(EMSP, CPO, "tariffs"), "date_from=2026-01-01T00:00:00Z&date_to=2027-01-01T00:00:00Z"
    first = desk.town.ask(EMSP, CPO, "GET", f"{base}?{window}&limit=2000")
    (target,) = re.findall(r'^<([^>]+)>; rel="next"$', first.headers["link"])
    last = desk.town.ask(EMSP, CPO, "GET", target)
    for tariff in many:
        store.drop(tariff.id)
    assert parse_qs(target.partition("?")[2]) == {**parse_qs(window), "limit": ["100"], "offset": ["100"]}
    assert [len(page.data) for page in (first, last)] == [100, 31]
    assert [page.headers["x-limit"] for page in (first, last)] == ["100", "100"]
    assert [page.headers["x-total-count"] for page in (first, last)] == ["131", "131"]
    assert len({tariff["id"] for page in (first, last) for tariff in page.data}) == 131
    assert "link" not in last.headers


def test_case_17_date_from_counts_and_date_to_does_not(desk: Town) -> None:
    """The window is half open: what changed at its beginning is in it, what changed at its end is not."""
    base = desk.url(EMSP, CPO, "sessions")
    session = desk.town.ask(EMSP, CPO, "GET", f"{base}{SINCE}").data[0]
    at = session["last_updated"]
    for query, inside in ((f"?date_from={at}", True), (f"{SINCE}&date_to={at}", False)):
        found = desk.town.ask(EMSP, CPO, "GET", base + query).data
        assert (session["id"] in [each["id"] for each in found]) is inside


def test_case_18_sessions_are_never_listed_without_date_from(desk: Town) -> None:
    """The parameter is required there."""
    told = desk.ask(EMSP, CPO, "GET", "sessions")
    assert (told.http, told.status) == (200, 2001)


def test_case_19_ids_are_echoed_also_in_errors(desk: Town) -> None:
    """Whatever comes of a request, its answer can be matched to it; in 2.1.1 our own requests carry no ids."""
    ids = {"X-Request-ID": "request 19", "X-Correlation-ID": "correlation 19"}
    base = desk.url(EMSP, CPO, "locations")
    for url, method, token in (
        (base, "GET", None),
        (f"{base}/X", "GET", None),
        (base, "PUT", None),
        (base, "GET", "x"),
    ):
        told = desk.town.ask(EMSP, CPO, method, url, token=token, headers=ids)
        assert (told.headers["x-request-id"], told.headers["x-correlation-id"]) == ("request 19", "correlation 19")
    for row in said(desk):
        names = {name.lower() for name, _ in row.request_headers}
        if desk.version != OLDEST:
            assert {"x-request-id", "x-correlation-id"} <= names
        elif row.module not in CONFIGURATION:
            assert not names & {"x-request-id", "x-correlation-id"}


def test_case_20_configuration_modules_have_no_routing_headers(desk: Town) -> None:
    """They are between platforms; all others say for whom and from whom they are, but in 2.1.1."""
    modules = set()
    for row in said(desk):
        modules.add(row.module)
        expected = 0 if row.module in CONFIGURATION or row.version == OLDEST else len(ROUTING)
        for headers in (row.request_headers, row.response_headers):
            assert sum(name.lower() in ROUTING for name, _ in headers) == expected, row.path
    assert {"versions", "credentials", "sessions", "cdrs", "commands"} <= modules


def test_case_21_an_answer_turns_to_and_from_around(desk: Town) -> None:
    """It is for the one who asked."""
    told = desk.ask(EMSP, CPO, "GET", "locations/NOWHERE")
    expected = [] if desk.version == OLDEST else ["NL", "EMA", "NL", "ABC"]
    assert [told.headers[name] for name in ROUTING if name in told.headers] == expected


def test_case_25_an_unknown_token_is_404_and_a_blocked_one_an_answer(desk: Town) -> None:
    """2004 is the code for it, which 2.1.1 lacks; a token that must not charge is known, and that is said."""
    told = desk.ask(CPO, EMSP, "POST", "tokens/UNHEARD-OF/authorize")
    assert (told.http, told.status) == (404, 2000 if desk.version == OLDEST else 2004)
    assert "data" not in told.envelope
    known, emsp = desk.the("token")["uid"], desk.town.world.emsps[EMSP]
    for allowed in (AllowedType.BLOCKED, AllowedType.NO_CREDIT):
        emsp.block(known, allowed, TIME)
        told = desk.ask(CPO, EMSP, "POST", f"tokens/{known}/authorize")
        assert (told.http, told.status, told.data["allowed"]) == (200, 1000, allowed)
        assert "authorization_reference" not in told.data
    emsp.restore(known, TIME)
    told = desk.ask(CPO, EMSP, "POST", f"tokens/{known}/authorize")
    assert (told.http, told.status, told.data["allowed"]) == (200, 1000, "ALLOWED")


def test_case_26_the_answer_names_only_those_places_of_the_question_where_the_driver_may_charge(desk: Town) -> None:
    """Of three EVSEs one is there, one was removed and one never was; without a question none is named."""
    authorize = f"tokens/{desk.the('token')['uid']}/authorize"
    assert "location" not in desk.ask(CPO, EMSP, "POST", authorize).data
    body = desk.the("location", id="L26")
    one, two = (each["uid"] for each in body["evses"][:2])
    body["evses"][1]["status"] = "REMOVED"
    assert desk.push("PUT", "locations/L26", body).status == 1000

    def named(location_id: str, *uids: str) -> Any:
        told = desk.ask(CPO, EMSP, "POST", authorize, {"location_id": location_id, "evse_uids": list(uids)})
        assert (told.status, told.data["allowed"]) == (1000, "ALLOWED")
        return told.data.get("location")

    assert named("L26", one, two, "NEVER-WAS") == {"location_id": "L26", "evse_uids": [one]}
    # What the eMSP does not know is no reason to refuse, as its copies may be old; it just cannot name it.
    assert named("L26", two, "NEVER-WAS") is None
    assert named("NOWHERE", one) is None
    whole = desk.ask(CPO, EMSP, "POST", authorize, {"location_id": "L26"}).data["location"]
    assert (whole["location_id"], whole.get("evse_uids", [])) == ("L26", [])


def test_case_26_a_contract_for_some_places_is_good_for_no_others(desk: Town) -> None:
    """Without a place in the question the eMSP cannot know, and says that."""
    emsp, location = desk.town.world.emsps[EMSP], desk.the("location")
    emsp.issue((replace(emsp.token(desk.the("token")["uid"]), uid="CARD-26"),))
    where = {"location_id": location["id"], "evse_uids": [location["evses"][0]["uid"]]}
    for place, allowed in ((location["id"], "ALLOWED"), ("ELSEWHERE", "NOT_ALLOWED")):
        emsp.permissions.restrict("CARD-26", (f"{CPO}/{place}",))
        told = desk.ask(CPO, EMSP, "POST", "tokens/CARD-26/authorize", where)
        assert (told.status, told.data["allowed"]) == (1000, allowed)
        assert told.data.get("location") == (where if allowed == "ALLOWED" else None)
        assert desk.ask(CPO, EMSP, "POST", "tokens/CARD-26/authorize").status == 2002


def test_case_29_an_evse_that_is_shown_as_closed_is_no_reason_to_refuse(desk: Town) -> None:
    """Whether a place is open is the CPO's business, and what an eMSP knows of it may be stale."""
    closed: dict[str, Any] = {"regular_hours": [{"weekday": 7, "period_begin": "03:00", "period_end": "03:01"}]}
    if desk.version != OLDEST:
        closed["twentyfourseven"] = False
    body = desk.the("location", id="L29", opening_times=closed)
    for evse in body["evses"]:
        evse["status"] = "INOPERATIVE"
    assert desk.push("PUT", "locations/L29", body).status == 1000
    shown = desk.push("GET", "locations/L29").data
    assert shown["opening_times"]["regular_hours"] == closed["regular_hours"]
    assert {evse["status"] for evse in shown["evses"]} == {"INOPERATIVE"}
    known = desk.the("token")["uid"]
    where = {"location_id": "L29", "evse_uids": [body["evses"][0]["uid"]]}
    assert desk.ask(CPO, EMSP, "POST", f"tokens/{known}/authorize", where).data["allowed"] == "ALLOWED"


@pytest.mark.parametrize("slashes", ["", "/", "//"])
def test_case_55_a_slash_at_the_end_of_a_url_changes_nothing(desk: Town, slashes: str) -> None:
    """Neither of one that is asked for, nor of one that was discovered."""
    base = desk.url(EMSP, CPO, "locations")
    location = desk.the("location")["id"]
    for path in ("", f"/{location}"):
        told = desk.town.ask(EMSP, CPO, "GET", base + path + slashes)
        assert (told.http, told.data) == (200, desk.town.ask(EMSP, CPO, "GET", base + path).data)
