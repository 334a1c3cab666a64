"""A hub puts back what an eMSP gave as its reference and a network of 2.1.1 has no word for, in Sessions and CDRs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from parties_hub import RECEIVER, hints, hub_town, onward, say, with_an_old_network
from run_town import OpenTown, S, Told, WireName
from test_parties_hub_sessions import card_of, old_session
from test_parties_hub_versions import OLD
from test_parties_hub_versions import old as old_says


@pytest.fixture(scope="module", params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    wire: WireName = request.param
    with hub_town(tmp_path_factory.mktemp(wire), wire, with_an_old_network) as town:
        yield town


def old(desk: OpenTown, emsp: str, method: str, path: str, body: object) -> Told:
    return old_says(desk, "NL-OLD", emsp, method, path, body)


def authorised(desk: OpenTown, emsp: str, place: dict[str, Any] | None) -> str:
    """NL-OLD asks whether a card may charge; which reference the eMSP gives."""
    told = old(desk, emsp, "POST", f"sender/{OLD}/tokens/{card_of(desk, emsp)['uid']}/authorize", place)
    assert "authorization_reference" not in told.data
    (leg,) = onward(desk, told)
    desk.run_for(S)
    return str(json.loads(leg.response_body)["data"]["authorization_reference"])


def session_of(desk: OpenTown, emsp: str, **changes: Any) -> dict[str, Any]:
    whole = old_session(desk, "S-REF", card_of(desk, emsp)["contract_id"])
    return {**whole, "auth_method": "AUTH_REQUEST", **changes}


def bill_of(session: dict[str, Any], end: str) -> dict[str, Any]:
    """The CDR of a session of 2.1.1 that ended then."""
    bill = {name: value for name, value in session.items() if name not in ("start_datetime", "status", "kwh")}
    bill |= {"start_date_time": session["start_datetime"], "stop_date_time": end}
    return bill | {"total_cost": 1, "total_energy": 1.5, "total_time": 1}


def reference(desk: OpenTown, told: Told) -> str | None:
    (leg,) = onward(desk, told)
    found = json.loads(leg.request_body).get("authorization_reference")
    rules = [hint.rule for hint in hints(desk, leg.exchange) if hint.path == "$.authorization_reference"]
    assert ("translation-invented" in rules) == (found is not None)
    return None if found is None else str(found)


def now(desk: OpenTown) -> str:
    return desk.world.hubs["NL-HUB"].office.calendar.now()


def told(desk: OpenTown, emsp: str, session: dict[str, Any], method: str = "PUT") -> str | None:
    return reference(desk, old(desk, emsp, method, f"receiver/{OLD}/sessions/NL/OLD/S-REF", session))


def billed(desk: OpenTown, emsp: str, session: dict[str, Any], end: str) -> str | None:
    bill = {**bill_of(session, end), "id": f"C-{emsp}-{desk.kernel.exchanges}"}
    return reference(desk, old(desk, emsp, "POST", f"receiver/{OLD}/cdrs", bill))


@pytest.mark.parametrize("emsp", ["NL-EMA", "NL-NXT"])
def test_a_session_and_its_bill_have_the_reference_that_was_given_last_until_it_ended(
    desk: OpenTown, emsp: str
) -> None:
    session = session_of(desk, emsp)
    assert told(desk, emsp, session) is None, "nothing has been given yet"
    place = {"location_id": session["location"]["id"], "evse_uids": [session["location"]["evses"][0]["uid"]]}
    first = authorised(desk, emsp, place)
    assert told(desk, emsp, session) == first
    assert told(desk, emsp, {"kwh": 2, "last_updated": "2026-05-04T09:01:00Z"}, "PATCH") == first
    end = now(desk)
    desk.run_for(S)
    second = authorised(desk, emsp, place)
    assert second != first
    assert (billed(desk, emsp, session, end), billed(desk, emsp, session, now(desk))) == (first, second)
    assert told(desk, emsp, {**session, "auth_method": "WHITELIST"}) is None
    assert told(desk, emsp, {**session, "location": {**session["location"], "id": "ELSEWHERE"}}) is None
    elsewhere = {**session["location"]["evses"][0], "uid": "ANOTHER"}
    assert told(desk, emsp, {**session, "location": {**session["location"], "evses": [elsewhere]}}) is None
    assert told(desk, emsp, {**session, "location": {**session["location"], "evses": []}}) == second
    assert (authorised(desk, emsp, None), told(desk, emsp, session)) == (f"{emsp}-A3", f"{emsp}-A3")


def test_a_session_that_a_command_began_has_the_reference_of_the_command(desk: OpenTown) -> None:
    (card,) = desk.world.emsps["NL-EMA"].tokens.store
    session = session_of(desk, "NL-EMA")
    body = {
        "response_url": "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/START_SESSION/9",
        "token": json.loads(desk.world.emsps["NL-EMA"].office.connections["NL-HUB"].dialect.encode(card)),
        "location_id": session["location"]["id"],
        "evse_uid": session["location"]["evses"][0]["uid"],
    }
    for given in ({"authorization_reference": "BY-APP"}, {}):
        (leg,) = onward(
            desk, say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/START_SESSION", body | given, to="NL-OLD")
        )
        assert leg.receiver == "NL-OLD"
        assert "authorization_reference" not in json.loads(leg.request_body)
        assert told(desk, "NL-EMA", session) == given.get("authorization_reference")
