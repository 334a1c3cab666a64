"""What is meant for everybody: pushed to the hub once, passed on to all it is meant for, and read from it by GET ALL.

Numbers of cases are those of the protocol digest, section 4.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parties_hub import HOST, HUB, RECEIVER, SENDER, card_of, hints, hub_town, messages, onward, routing_of, say, square
from parties_objects import LATER, session, token
from run_town import OpenTown, S, WireName, json_answer

EVSE = "NL-ABC-E0001"


@pytest.fixture(scope="module", params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    wire: WireName = request.param
    with hub_town(tmp_path_factory.mktemp(wire), wire) as town:
        yield town


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OpenTown]:
    """A town whose parties may be broken."""
    with hub_town(tmp_path, "memory") as town:
        yield town


def place_url(town: OpenTown, *rest: str) -> str:
    return "/".join((f"{RECEIVER}/locations/NL/ABC/{square(town)['id']}", *rest))


def test_case_22_a_push_to_the_hub_goes_on_to_every_provider(desk: OpenTown) -> None:
    patch = {"status": "CHARGING", "last_updated": "2026-05-04T05:00:00Z"}
    told = say(desk, "NL-ABC", "PATCH", place_url(desk, EVSE), patch)
    assert routing_of(tuple(told.headers.items())) == (HUB, "NL-ABC"), "the hub itself answers"
    desk.run_for(S)
    legs = {leg.receiver: leg for leg in onward(desk, told)}
    assert list(legs) == ["NL-EMA", "NL-NXT", "NL-VET"]
    (inbound,) = messages(desk, exchange=told.exchange)
    assert inbound.end_us < min(leg.end_us for leg in legs.values()), "it answers before it knows what comes of it"
    for leg in legs.values():
        assert leg.http_status == 200
        assert leg.path.endswith(f"/locations/NL/ABC/{square(desk)['id']}/{EVSE}"), "the owner stays in the URL"
    assert routing_of(legs["NL-EMA"].request_headers) == (HUB, "NL-EMA")
    assert routing_of(legs["NL-NXT"].request_headers) == (HUB, "NL-NXT")
    assert routing_of(legs["NL-VET"].request_headers) == ("-", "-"), "2.1.1 has no routing headers"
    assert dict(legs["NL-EMA"].request_headers)["X-Correlation-ID"] == dict(inbound.request_headers)["X-Correlation-ID"]


def test_case_22_what_a_receiver_makes_of_it_is_not_told_to_the_owner(own: OpenTown) -> None:
    own.server("NL-EMA", lambda inbound: json_answer(None, 3000, 500))
    patch = {"status": "CHARGING", "last_updated": "2026-05-04T05:00:00Z"}
    told = say(own, "NL-ABC", "PATCH", place_url(own, EVSE), patch)
    assert (told.http, told.status) == (200, 1000)
    own.run_for(S)
    assert {leg.receiver: leg.http_status for leg in onward(own, told)}["NL-EMA"] == 500


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_receiver_that_lacks_the_object_gets_it_whole(own: OpenTown, method: str) -> None:
    own.world.emsps["NL-EMA"].locations.store.drop("NL", "ABC", square(own)["id"])
    news = {"status": "CHARGING", "last_updated": "2026-05-04T05:00:00Z"}
    (evse,) = (evse for evse in square(own)["evses"] if evse["uid"] == EVSE)
    say(own, "NL-ABC", method, place_url(own, EVSE), news if method == "PATCH" else {**evse, **news})
    own.run_for(S)
    location = own.world.emsps["NL-EMA"].locations.store.get("NL", "ABC", square(own)["id"])
    assert location is not None
    assert [evse.status.value for evse in location.evses if evse.uid == EVSE] == ["CHARGING"]


def test_all_that_is_pushed_in_one_conversation_is_passed_on(desk: OpenTown) -> None:
    """The correlation id says what belongs together, not what is the same."""
    one = {"X-Correlation-ID": "one conversation"}
    for minute, status in enumerate(("BLOCKED", "AVAILABLE")):
        patch = {"status": status, "last_updated": f"2026-05-04T05:{minute + 1:02}:00Z"}
        told = say(desk, "NL-ABC", "PATCH", place_url(desk, EVSE), patch, more=one)
        desk.run_for(S)
        assert [leg.receiver for leg in onward(desk, told)] == ["NL-EMA", "NL-NXT", "NL-VET"]


def test_cards_go_to_networks_only(desk: OpenTown) -> None:
    told = say(desk, "NL-EMA", "PUT", f"{RECEIVER}/tokens/NL/EMA/CARD-9?type=RFID", token("CARD-9"))
    desk.run_for(S)
    assert [leg.receiver for leg in onward(desk, told)] == ["NL-ABC"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "locations/NL/ABC/L1", None),
        ("PUT", "sessions/NL/ABC/S1", session("S1")),
        ("DELETE", "tariffs/NL/ABC/day", None),
    ],
)
def test_case_22_what_is_not_for_everybody_cannot_be_broadcast(
    desk: OpenTown, method: str, path: str, body: object
) -> None:
    told = say(desk, "NL-ABC", method, f"{RECEIVER}/{path}", body)
    assert (told.status, onward(desk, told)) == (2000, [])


def test_nobody_broadcasts_what_is_another_s(desk: OpenTown) -> None:
    told = say(desk, "NL-EMA", "PUT", f"{RECEIVER}/tokens/NL/NXT/CARD-1?type=RFID", token("CARD-1", party_id="NXT"))
    assert (told.http, onward(desk, told)) == (404, [])


@pytest.mark.parametrize("changes", [{"id": "OTHER"}, {"party_id": "DUN"}, {"coordinates": {"latitude": 1}}])
def test_a_push_that_is_wrong_is_refused_and_goes_nowhere(desk: OpenTown, changes: dict[str, object]) -> None:
    before = say(desk, "NL-EMA", "GET", f"{SENDER}/locations").data
    told = say(desk, "NL-ABC", "PUT", place_url(desk), square(desk, last_updated=LATER, **changes))
    assert (told.http, told.status, onward(desk, told)) == (200, 2001, [])
    assert hints(desk, told.exchange)
    assert say(desk, "NL-EMA", "GET", f"{SENDER}/locations").data == before


def test_get_all_gives_the_owners_bytes_to_a_reader_of_their_version(desk: OpenTown) -> None:
    body = square(desk, last_updated="2026-05-04T06:00:00.500Z", name="Anew")
    raw = json.dumps(body, indent=2).encode()
    say(desk, "NL-ABC", "PUT", place_url(desk), raw)
    told = say(desk, "NL-EMA", "GET", f"{SENDER}/locations")
    assert raw in told.body
    assert routing_of(tuple(told.headers.items())) == (HUB, "NL-EMA")
    assert told.headers["x-total-count"] == "1"
    newest = say(desk, "NL-NXT", "GET", f"{SENDER.replace('2.2.1', '2.3.0')}/locations")
    assert newest.data[0]["name"] == "Anew"
    assert newest.data[0]["last_updated"] == "2026-05-04T06:00:00.500Z"


def test_get_all_heeds_the_dates(desk: OpenTown) -> None:
    assert say(desk, "NL-EMA", "GET", f"{SENDER}/locations?date_from=2030-01-01T00:00:00Z").data == []


def test_a_location_is_as_new_as_the_newest_of_its_evses(desk: OpenTown) -> None:
    place, seen = square(desk, id="TWO-EVSES"), ("2026-05-04T20:30:00Z", "2026-05-04T20:20:00Z")
    url = f"{RECEIVER}/locations/NL/ABC/TWO-EVSES"
    assert say(desk, "NL-ABC", "PUT", url, place).status == 1000
    for evse, at in zip(place["evses"], seen, strict=True):
        changes = {"status": "CHARGING", "last_updated": at}
        assert say(desk, "NL-ABC", "PATCH", f"{url}/{evse['uid']}", changes).status == 1000
    (shown,) = say(desk, "NL-EMA", "GET", f"{SENDER}/locations?date_from=2026-05-04T20:25:00Z").data
    assert (shown["id"], shown["last_updated"]) == ("TWO-EVSES", seen[0])
    assert tuple(evse["last_updated"] for evse in shown["evses"]) == seen


def test_get_all_of_cards_shows_those_of_all_providers_but_not_to_their_owner(desk: OpenTown) -> None:
    owners = ("EMA", "NXT", "VET")
    seen = {card["party_id"]: card["uid"] for card in say(desk, "NL-ABC", "GET", f"{SENDER}/tokens").data}
    assert {owner: seen[owner] for owner in owners if owner != "EMA"} == {
        owner: card_of(desk, f"NL-{owner}") for owner in owners if owner != "EMA"
    }
    own = say(desk, "NL-EMA", "GET", f"{SENDER}/tokens").data
    assert "EMA" not in {card["party_id"] for card in own}


_junk = st.one_of(
    st.binary(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ).map(lambda value: json.dumps(value).encode()),
)
_paths = st.sampled_from(
    [
        ("PUT", "locations/NL/ABC/L1"),
        ("PATCH", "locations/NL/ABC/NL-ABC-L001/NL-ABC-E0001"),
        ("PUT", "locations/NL/ABC/NL-ABC-L001/NEW/1"),
        ("PUT", "tariffs/NL/ABC/day"),
        ("PUT", "sessions/NL/ABC/S1"),
        ("PATCH", "sessions/NL/ABC/S1"),
        ("POST", "cdrs"),
        ("POST", "commands/START_SESSION"),
        ("PUT", "chargingprofiles/S1"),
        ("GET", "chargingprofiles/S1?duration=1&response_url=x"),
    ]
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("fuzzed"), "memory") as town:
        yield town


@settings(max_examples=150)
@given(where=_paths, body=_junk, to=st.sampled_from([HUB, "NL-EMA", "NL-NXT", "NL-VET", "NL-XYZ", None]))
def test_no_body_breaks_the_hub(fuzzed: OpenTown, where: tuple[str, str], body: bytes, to: str | None) -> None:
    told = say(fuzzed, "NL-ABC", where[0], f"{RECEIVER}/{where[1]}", body, to=to)
    assert told.http < 500
    assert 1000 <= told.status < 5000
    assert fuzzed.kernel.handler_failures == 0


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ({"coordinates": {"latitude": 52.16, "longitude": 4.48}}, "wrong-type"),
        ({"coordinates": {"latitude": "91.000000", "longitude": "4.480000"}}, "coordinates-range"),
    ],
)
def test_a_bad_object_of_a_list_is_its_owner_s_doing_and_costs_nobody_the_others(
    own: OpenTown, what: dict[str, object], rule: str
) -> None:
    good = square(own, id="GOOD", last_updated=LATER)
    own.server("NL-ABC", lambda inbound: json_answer([good, {**good, "id": "BAD", **what}]))
    hub = own.world.hubs[HUB]
    hub.sync.soon(hub.office.connections["NL-ABC"], "a test")
    own.run_for(10 * S)
    for version in ("2.2.1", "2.3.0"):
        asker = "NL-EMA" if version == "2.2.1" else "NL-NXT"
        told = say(own, asker, "GET", f"{HOST}/ocpi/sender/{version}/locations")
        assert (told.status, [each["id"] for each in told.data][-1:]) == (1000, ["GOOD"])
    *_, pull = [row for row in messages(own, sender=HUB, receiver="NL-ABC") if row.route == "locations.sender.get_list"]
    assert rule in [hint.rule for hint in hints(own, pull.exchange)]
    assert {party for party, _ in own.journal.errors} == {"NL-ABC"}
    assert HUB not in own.recorder.errors
