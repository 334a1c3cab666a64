"""The handshake: what each token opens at each moment, who calls whom when, and how a broken one is mended.

Numbers of cases are those of the protocol digest, section 4.
"""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from parties_objects import Json
from run_town import MIN, MS, OpenTown, S, WireName, json_answer, named, town

from simulator.assemble.begin import begin
from simulator.engine.cause import TIME
from simulator.engine.links import Latency
from simulator.engine.node import Handling, Inbound
from simulator.parties.connection import ConnectionState
from simulator.parties.introduction import introduce
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.wire.carrier import Request, Response

CPO, EMSP = "NL-ABC", "NL-EMA"
VERSIONS = "http://nl-abc.ocpi.test/ocpi/versions"
CREDENTIALS = "http://nl-abc.ocpi.test/ocpi/2.2.1/credentials"
TARIFFS = "http://nl-abc.ocpi.test/ocpi/sender/2.2.1/tariffs"


@pytest.fixture(params=["memory", "http"])
def strangers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenTown]:
    """The town before anybody knows anybody; a message takes 50 ms each way."""
    wire: WireName = request.param
    scenario = town(tmp_path, drivers=(named("Vera"),), link="latency: 50 ms", duration="3 h")
    with OpenTown(scenario, tmp_path / "run.ocpirun", wire, registered=False) as open_town:
        yield open_town


def hand_over(strangers: OpenTown) -> str:
    """What people do: NL-ABC's token A goes to NL-EMA."""
    cpo, emsp = strangers.world.cpos[CPO], strangers.world.emsps[EMSP]
    token_a = cpo.registration.issue_token_a(strangers.connection(CPO, EMSP))
    emsp.registration.take_token_a(strangers.connection(EMSP, CPO), token_a, VERSIONS)
    return token_a


def register(strangers: OpenTown) -> str:
    """Run the handshake from NL-EMA's side; returns what it says."""
    emsp = strangers.world.emsps[EMSP]
    said: list[str] = []

    def work() -> Any:
        said.append((yield from emsp.registration.register(strangers.connection(EMSP, CPO), TIME)))

    emsp.office.spawn(work(), "the test's handshake")
    strangers.run_until(lambda: bool(said))
    return said[0]


def credentials(token: str = "TOKEN-B", url: str = "http://nl-ema.ocpi.test/ocpi/versions", **changes: object) -> Json:
    role = {"role": "EMSP", "business_details": {"name": "Emma"}, "party_id": "EMA", "country_code": "NL"}
    return {"token": token, "url": url, "roles": [role], **changes}


def states(strangers: OpenTown) -> tuple[ConnectionState, ConnectionState]:
    return strangers.connection(CPO, EMSP).state, strangers.connection(EMSP, CPO).state


def messages(strangers: OpenTown) -> list[Message]:
    strangers.recorder.flush()
    with Recording.open(strangers.path) as recording:
        return recording.messages(contents=True)


def http(strangers: OpenTown, token: str, url: str = VERSIONS) -> int:
    return strangers.ask(EMSP, CPO, "GET", url, token=token).http


REGISTERED = (ConnectionState.REGISTERED, ConnectionState.REGISTERED)


def test_case_3_token_a_opens_versions_and_credentials_only(strangers: OpenTown) -> None:
    token_a = hand_over(strangers)
    assert states(strangers) == (ConnectionState.A_ISSUED, ConnectionState.A_HELD)
    told = strangers.ask(EMSP, CPO, "GET", VERSIONS, token=token_a)
    assert told.data == [{"version": "2.2.1", "url": "http://nl-abc.ocpi.test/ocpi/2.2.1"}]
    details = strangers.ask(EMSP, CPO, "GET", told.data[0]["url"], token=token_a)
    assert details.data["version"] == "2.2.1"
    assert http(strangers, token_a, CREDENTIALS) == 200
    for endpoint in details.data["endpoints"]:
        told = strangers.ask(EMSP, CPO, "GET", endpoint["url"], token=token_a)
        assert told.http == (200 if endpoint["identifier"] == "credentials" else 401)


def test_version_details_name_every_module_and_side_once(strangers: OpenTown) -> None:
    token_a = hand_over(strangers)
    told = strangers.ask(EMSP, CPO, "GET", "http://nl-abc.ocpi.test/ocpi/2.2.1", token=token_a)
    offered = sorted((each["identifier"], each["role"]) for each in told.data["endpoints"])
    assert offered == [
        ("cdrs", "SENDER"),
        ("chargingprofiles", "RECEIVER"),
        ("commands", "RECEIVER"),
        ("credentials", "SENDER"),
        ("hubclientinfo", "RECEIVER"),
        ("locations", "SENDER"),
        ("sessions", "SENDER"),
        ("tariffs", "SENDER"),
        ("tokens", "RECEIVER"),
    ]


def test_case_4_the_tokens_live_and_die_as_the_handshake_goes(strangers: OpenTown) -> None:
    token_a = hand_over(strangers)
    assert register(strangers) == ""
    assert states(strangers) == REGISTERED
    ours, theirs = strangers.connection(EMSP, CPO), strangers.connection(CPO, EMSP)
    token_b, token_c = ours.issued, theirs.issued
    assert (theirs.held, ours.held) == (token_b, token_c)
    assert len({token_a, token_b, token_c}) == 3
    assert all(0 < len(token) <= 64 for token in (token_a, token_b, token_c))
    assert http(strangers, token_a) == http(strangers, token_a, CREDENTIALS) == 401
    assert http(strangers, token_c) == http(strangers, token_c, TARIFFS) == 200
    assert http(strangers, token_b) == 401  # it opens the other platform
    told = strangers.ask(EMSP, CPO, "GET", CREDENTIALS, token=token_c)
    assert (told.data["token"], told.data["url"]) == (token_c, VERSIONS)


def test_case_6_the_receiver_calls_back_with_token_b_before_it_answers(strangers: OpenTown) -> None:
    hand_over(strangers)
    register(strangers)
    rows = sorted(messages(strangers), key=lambda row: row.exchange)[:5]
    assert [(row.sender, row.method, row.path) for row in rows] == [
        (EMSP, "GET", "/ocpi/versions"),
        (EMSP, "GET", "/ocpi/2.2.1"),
        (EMSP, "POST", "/ocpi/2.2.1/credentials"),
        (CPO, "GET", "/ocpi/versions"),
        (CPO, "GET", "/ocpi/2.2.1"),
    ]
    post, back, details = rows[2:]
    assert post.start_us < back.start_us < details.start_us < post.end_us
    assert (back.cause_kind, back.cause) == ("message", post.exchange)
    (authorization,) = (value for name, value in back.request_headers if name == "Authorization")
    assert authorization == dict(details.request_headers)["Authorization"]
    assert post.handled_us == details.end_us


def test_case_5_a_second_post_is_405_and_so_are_put_and_delete_of_the_unregistered(strangers: OpenTown) -> None:
    token_a = hand_over(strangers)
    for method in ("PUT", "DELETE"):
        told = strangers.ask(EMSP, CPO, method, CREDENTIALS, credentials(), token=token_a)
        assert told.http == 405
        assert [hint.rule for hint in strangers.hints(told.exchange)] == ["method-not-allowed"]
    register(strangers)
    held = strangers.connection(EMSP, CPO).held
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials())
    assert told.http == 405
    assert states(strangers) == REGISTERED
    assert http(strangers, held, TARIFFS) == 200
    assert strangers.ask(EMSP, CPO, "PATCH", CREDENTIALS, credentials()).http == 405


def answers(**paths: Callable[[], Response]) -> Callable[[Inbound], Response]:
    """A platform of another make that answers the call-back by the last part of its path."""
    return lambda inbound: paths[inbound.request.url.rpartition("/")[2].replace(".", "_")]()


def versions(version: str = "2.2.1") -> Response:
    return json_answer([{"version": version, "url": "http://nl-ema.ocpi.test/x/d"}])


def details(*endpoints: tuple[str, str]) -> Response:
    listed = [{"identifier": id, "role": role, "url": f"http://nl-ema.ocpi.test/{id}"} for id, role in endpoints]
    return json_answer({"version": "2.2.1", "endpoints": listed})


ALL = (("locations", "RECEIVER"), ("sessions", "RECEIVER"), ("cdrs", "RECEIVER"), ("tokens", "SENDER"))
NOTHING = Response(200, (), b"no JSON")

BAD: dict[str, tuple[Callable[[Inbound], Response], int, str]] = {
    "versions refused": (lambda _: json_answer(None, 2000, 401), 3001, "The versions of NL-EMA cannot be read"),
    "versions unreadable": (lambda _: NOTHING, 3001, "The versions of NL-EMA cannot be read"),
    "versions of a wrong type": (lambda _: json_answer({"version": 1}), 3001, "The versions of NL-EMA cannot be read"),
    "details refused": (
        answers(versions=versions, d=lambda: json_answer(None, 3000, 500)),
        3001,
        "The endpoints of NL-EMA cannot be read",
    ),
    "no common version": (
        answers(versions=lambda: versions("2.1.1"), d=details),
        3002,
        "No common version: we have 2.2.1, NL-EMA has 2.1.1.",
    ),
    "no version at all": (answers(versions=lambda: json_answer([])), 3002, "NL-EMA has none."),
    "an endpoint is missing": (
        answers(versions=versions, d=lambda: details(*ALL[1:], ("locations", "SENDER"))),
        3003,
        "NL-EMA lacks locations RECEIVER.",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_case_6_a_call_back_that_fails_registers_nobody(strangers: OpenTown, name: str) -> None:
    server, status, sentence = BAD[name]
    token_a = hand_over(strangers)
    strangers.server(EMSP, server)
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials(), token=token_a)
    assert (told.http, told.status) == (200, status)
    assert sentence in told.envelope["status_message"]
    assert "data" not in told.envelope
    connection = strangers.connection(CPO, EMSP)
    assert connection.state is ConnectionState.A_ISSUED
    assert (connection.issued, connection.held, connection.endpoints) == (token_a, "", {})
    assert [hint.rule for hint in strangers.hints(told.exchange)] == ["refused"]
    # The token is good for another attempt.
    strangers.server(EMSP, answers(versions=versions, d=lambda: details(*ALL)))
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials(), token=token_a)
    assert told.status == 1000
    assert connection.registered


@pytest.mark.parametrize("url", ["http://nl-nom.ocpi.test/ocpi/versions", "http://elsewhere.example/", "nowhere"])
def test_a_call_back_that_leads_elsewhere_takes_no_token_there(strangers: OpenTown, url: str) -> None:
    token_a = hand_over(strangers)
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials(url=url), token=token_a)
    assert told.status == 3001
    assert not [row for row in messages(strangers) if row.sender == CPO]


@pytest.mark.parametrize(
    "changes", [{"token": "with space"}, {"roles": []}, {"url": ""}, {"token": "x" * 65}], ids=repr
)
def test_credentials_that_are_wrong_are_2001(strangers: OpenTown, changes: Json) -> None:
    token_a = hand_over(strangers)
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials(**changes), token=token_a)
    assert (told.http, told.status) == (200, 2001)
    assert states(strangers)[0] is ConnectionState.A_ISSUED


def role(party: str, role: str = "EMSP") -> Json:
    return {"role": role, "business_details": {"name": party}, "party_id": party[3:], "country_code": party[:2]}


CLAIMS = {
    "ourselves": [role("NL-EMA"), role("NL-ABC", "CPO")],
    "another's": [role("NL-NOM")],
    "another's in other letters": [role("NL-EMA"), role("nl-nom", "CPO")],
    "one that nobody expects": [role("DE-ION")],
    "in another role": [role("NL-EMA", "CPO"), role("NL-TWO")],
    "the same twice": [role("NL-EMA"), role("NL-EMA")],
}


@pytest.mark.parametrize("roles", CLAIMS.values(), ids=CLAIMS)
def test_nobody_takes_the_place_of_another_party(strangers: OpenTown, roles: list[Json]) -> None:
    token_a = hand_over(strangers)
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials(roles=roles), token=token_a)
    assert (told.http, told.status) == (200, 2001)
    assert "$.roles" in told.envelope["status_message"]
    assert states(strangers)[0] is ConnectionState.A_ISSUED
    register(strangers)
    assert strangers.ask(EMSP, CPO, "PUT", CREDENTIALS, credentials(roles=roles)).status == 2001
    assert not strangers.connection(CPO, EMSP).owns("NL", "NOM")


def test_one_that_is_not_expected_is_told_who_is(strangers: OpenTown) -> None:
    token_a = hand_over(strangers)
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials(roles=[role("DE-ION", "CPO")]), token=token_a)
    expected = "$.roles: a party as EMSP is expected here; found is DE-ION as CPO."
    assert told.envelope["status_message"] == expected


def test_neither_does_one_who_answers(strangers: OpenTown) -> None:
    hand_over(strangers)
    sends = ("credentials", "locations", "tariffs", "sessions", "cdrs")
    sides = [(module, "SENDER") for module in sends] + [("tokens", "RECEIVER"), ("commands", "RECEIVER")]
    urls = [{"identifier": id, "role": side, "url": f"http://nl-abc.ocpi.test/{id}"} for id, side in sides]
    paths = {
        "versions": lambda: json_answer([{"version": "2.2.1", "url": "http://nl-abc.ocpi.test/d"}]),
        "d": lambda: json_answer({"version": "2.2.1", "endpoints": urls}),
        "credentials": lambda: json_answer(credentials(roles=[role("NL-DUN", "CPO")])),
    }
    strangers.server(CPO, answers(**paths))
    assert "$.roles: NL-DUN" in register(strangers)
    assert states(strangers)[1] is ConnectionState.A_HELD


def test_a_platform_may_have_several_parties_and_roles(strangers: OpenTown) -> None:
    token_a = hand_over(strangers)
    strangers.server(EMSP, answers(versions=versions, d=lambda: details(*ALL)))
    roles = [role("NL-EMA"), role("NL-EMA", "CPO"), role("NL-TWO")]
    told = strangers.ask(EMSP, CPO, "POST", CREDENTIALS, credentials(roles=roles), token=token_a)
    assert told.status == 1000
    assert strangers.connection(CPO, EMSP).owns("NL", "TWO")


def test_case_7_a_put_renews_both_tokens(strangers: OpenTown) -> None:
    hand_over(strangers)
    register(strangers)
    old = strangers.connection(EMSP, CPO).held
    strangers.server(EMSP, answers(versions=versions, d=lambda: details(*ALL)))
    told = strangers.ask(EMSP, CPO, "PUT", CREDENTIALS, credentials("RENEWED-B"))
    assert told.status == 1000
    new = told.data["token"]
    assert new != old
    assert http(strangers, old, TARIFFS) == 200, "a request that was on its way with the old token is still let in"
    assert http(strangers, new, TARIFFS) == 200
    assert http(strangers, old) == http(strangers, old, TARIFFS) == 401, "until the new one has been used"
    connection = strangers.connection(CPO, EMSP)
    assert connection.registered
    assert (connection.held, connection.issued) == ("RENEWED-B", new)
    assert connection.endpoints["tokens", "SENDER"] == "http://nl-ema.ocpi.test/tokens"


def test_a_put_that_fails_leaves_everything_as_it_was(strangers: OpenTown) -> None:
    hand_over(strangers)
    register(strangers)
    connection = strangers.connection(CPO, EMSP)
    before = (connection.held, connection.issued, connection.endpoints, connection.version)
    server = strangers.world.emsps[EMSP].office.node.server
    strangers.server(EMSP, lambda _: NOTHING)
    told = strangers.ask(EMSP, CPO, "PUT", CREDENTIALS, credentials("RENEWED-B"))
    assert told.status == 3001
    assert (connection.held, connection.issued, connection.endpoints, connection.version) == before
    strangers.server(EMSP, server)
    assert http(strangers, connection.issued, TARIFFS) == 200


def test_a_delete_ends_it_for_both_and_stops_the_traffic(strangers: OpenTown) -> None:
    hand_over(strangers)
    register(strangers)
    strangers.run_for(10 * S)
    token_c = strangers.connection(EMSP, CPO).held
    told = strangers.ask(EMSP, CPO, "DELETE", CREDENTIALS)
    assert (told.http, told.status) == (200, 1000)
    assert states(strangers)[0] is ConnectionState.UNREGISTERED
    assert http(strangers, token_c) == http(strangers, token_c, TARIFFS) == 401
    count = strangers.kernel.exchanges
    cpo = strangers.world.cpos[CPO]
    cpo.prices.change(next(iter(cpo.tariffs.store)), TIME)
    cpo.sync.all_soon("after the end")
    strangers.run_for(10 * S)
    assert strangers.kernel.exchanges == count
    # People may begin anew.
    hand_over(strangers)
    assert register(strangers) == ""
    assert states(strangers) == REGISTERED


def test_a_sender_says_why_it_does_not_register(strangers: OpenTown) -> None:
    """Nothing is posted to a platform that lacks what is needed."""
    hand_over(strangers)
    endpoints: list[Json] = []
    paths = {
        "versions": lambda: json_answer([{"version": "2.2.1", "url": "http://nl-abc.ocpi.test/d"}]),
        "d": lambda: json_answer({"version": "2.2.1", "endpoints": endpoints}),
    }
    strangers.server(CPO, answers(**paths))
    assert register(strangers) == "The endpoints of NL-ABC cannot be read: the answer is not what OCPI asks for."
    endpoints.append({"identifier": "cdrs", "role": "SENDER", "url": "http://nl-abc.ocpi.test/cdrs"})
    assert register(strangers).startswith("NL-ABC lacks locations SENDER, tariffs SENDER, ")
    strangers.server(CPO, lambda _: json_answer(None, 3000, 503))
    assert register(strangers).startswith("The versions of NL-ABC cannot be read: HTTP 503")
    assert not [row for row in messages(strangers) if row.method == "POST"]
    assert states(strangers) == (ConnectionState.A_ISSUED, ConnectionState.A_HELD)


# When the network gets in the way


def test_an_answer_that_is_lost_is_mended_by_people_with_a_new_token(strangers: OpenTown) -> None:
    """The Receiver has registered the Sender, whose own state says otherwise: neither can mend that by itself."""
    strangers.kernel.env.process(introduce(strangers.world.emsps[EMSP], strangers.world.cpos[CPO]))
    link = strangers.world.links.between(EMSP, CPO)
    strangers.run_for(470 * MS)  # two GETs, the POST, two GETs back; its answer is on its way
    assert states(strangers) == (ConnectionState.REGISTERED, ConnectionState.A_HELD)
    link.cuts += 1
    strangers.run_for(S)
    link.cuts -= 1
    assert states(strangers) == (ConnectionState.REGISTERED, ConnectionState.A_HELD)
    (failed,) = strangers.events("registration_failed")
    assert failed == {"problem": "NL-ABC did not register us: the link went down.", "attempt": 1}
    strangers.run_for(MIN)
    assert states(strangers) == REGISTERED
    assert [data["attempt"] for data in strangers.events("token_a_handed_over")] == [1, 2]
    strangers.run_for(MIN)
    assert strangers.world.emsps[EMSP].locations.store


def test_a_registration_survives_the_outage_of_either_party(strangers: OpenTown) -> None:
    strangers.kernel.env.process(introduce(strangers.world.emsps[EMSP], strangers.world.cpos[CPO]))
    for after_ms, party in ((220, EMSP), (60_000, CPO)):
        strangers.run_for(after_ms * MS)
        node = strangers.world.party(party).office.node
        strangers.kernel.take_down(node)
        strangers.run_for(S)
        strangers.kernel.bring_up(node)
    strangers.run_for(3 * MIN)
    assert states(strangers) == REGISTERED
    ours, theirs = strangers.connection(EMSP, CPO), strangers.connection(CPO, EMSP)
    assert (ours.held, theirs.held) == (theirs.issued, ours.issued)


@pytest.mark.parametrize("latency", [Latency(50 * MS, 50 * MS), Latency(500 * MS, 3 * S)], ids=["even", "uneven"])
def test_a_post_that_comes_twice_registers_once(strangers: OpenTown, latency: Latency) -> None:
    link = strangers.world.links.between(EMSP, CPO)
    link.latencies.append([latency])
    link.duplications.append([1.0])
    strangers.kernel.env.process(introduce(strangers.world.emsps[EMSP], strangers.world.cpos[CPO]))
    strangers.run_for(2 * MIN)
    assert states(strangers) == REGISTERED
    ours, theirs = strangers.connection(EMSP, CPO), strangers.connection(CPO, EMSP)
    assert (ours.held, theirs.held) == (theirs.issued, ours.issued)
    posts = [row for row in messages(strangers) if row.method == "POST" and row.module == "credentials"]
    assert [row.ocpi_status for row in posts].count(1000) == 1
    assert len(strangers.events("token_a_handed_over")) == 1


def test_the_request_that_came_first_is_the_one_that_is_answered(strangers: OpenTown) -> None:
    """The network delivers the POST twice and the first call-back is slow: its sender waits for that very answer."""
    waits_s = iter((10, 0, 0, 0))

    def uneven(inbound: Inbound) -> Handling:
        yield strangers.kernel.env.timeout(next(waits_s) * S)
        return versions() if inbound.request.url.endswith("versions") else details(*ALL)

    token_a = hand_over(strangers)
    strangers.server(EMSP, uneven)
    first = strangers.send(EMSP, CPO, post_of(token_a))
    strangers.run_for(S)
    again = strangers.send(EMSP, CPO, post_of(token_a))
    strangers.run_for(20 * S)
    assert first.response is not None
    assert again.response is not None
    assert (first.response.status, again.response.status) == (200, 405)
    assert "method-not-allowed" in [hint.rule for hint in strangers.hints(again.id)]
    issued = strangers.connection(CPO, EMSP).issued
    assert issued in first.response.body.decode()
    assert http(strangers, issued, TARIFFS) == 200


def test_a_handshake_that_is_overtaken_by_a_new_token_changes_nothing(strangers: OpenTown) -> None:
    """The call-back is slow; meanwhile people give out another token A, and that must stay good."""
    honest = strangers.world.emsps[EMSP].office.node.server

    def slow(inbound: Inbound) -> Handling:
        yield strangers.kernel.env.timeout(5 * S)
        return versions() if inbound.request.url.endswith("versions") else details(*ALL)

    strangers.server(EMSP, slow)
    exchange = strangers.send(EMSP, CPO, post_of(hand_over(strangers)))
    strangers.run_for(2 * S)
    second = hand_over(strangers)
    strangers.run_for(15 * S)
    assert exchange.response is not None
    assert exchange.response.status == 401
    assert strangers.connection(CPO, EMSP).state is ConnectionState.A_ISSUED
    assert http(strangers, second) == 200
    strangers.server(EMSP, honest)
    assert register(strangers) == ""
    assert states(strangers) == REGISTERED


def test_who_leaves_while_its_credentials_are_looked_into_is_asked_no_more(strangers: OpenTown) -> None:
    """It has renewed them by PUT: of its token nothing is left that could be presented."""
    hand_over(strangers)
    register(strangers)
    token = strangers.connection(EMSP, CPO).held
    put = strangers.send(EMSP, CPO, post_of(token, "PUT"))
    strangers.send(EMSP, CPO, Request("DELETE", CREDENTIALS, (authorization(token),), b""))
    strangers.run_for(2 * S)
    assert put.response is not None
    assert b'"status_code":3001' in put.response.body
    assert states(strangers)[0] is ConnectionState.UNREGISTERED
    presented = [dict(row.request_headers)["Authorization"] for row in messages(strangers)]
    assert "Token " not in presented


def authorization(token: str) -> tuple[str, str]:
    return "Authorization", f"Token {base64.b64encode(token.encode()).decode()}"


def post_of(token: str, method: str = "POST") -> Request:
    return Request(method, CREDENTIALS, (authorization(token),), json.dumps(credentials()).encode())


def test_a_whole_town_registers_on_a_bad_network(tmp_path: Path) -> None:
    link = "latency: {median: 500 ms, p95: 5 s}, loss: 5 %, duplicates: 30 %"
    scenario = replace(town(tmp_path, drivers=(), link=link, duration="1 h"), seed=3)
    with OpenTown(scenario, tmp_path / "run.ocpirun", registered=False) as open_town:
        begin(open_town.world)
        open_town.run_to(60 * MIN)
        assert open_town.audit().checks["parties_registered"]
        assert open_town.events("registration_failed")
        for emsp in open_town.world.emsps.values():
            assert len(emsp.locations.store) == 2
