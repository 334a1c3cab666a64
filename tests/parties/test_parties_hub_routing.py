"""A hub passes on what is addressed, finds out whom what is not addressed is for, and says why it cannot.

Numbers of cases are those of the protocol digest, section 4.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from parties_hub import (
    HUB,
    RECEIVER,
    SENDER,
    ask,
    card_of,
    heard,
    hints,
    hub_town,
    messages,
    onward,
    routing_of,
    say,
    square,
)
from parties_objects import Json, cdr, cdr_token, session
from run_town import MIN, OpenTown, S, WireName, json_answer

from simulator.engine.cause import TIME
from simulator.engine.exchange import Subject
from simulator.engine.node import Inbound
from simulator.ocpi import headers as h
from simulator.wire.carrier import Request, Response


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


def bill(town: OpenTown, id: str) -> Json:
    """A CDR for the only card of NL-EMA."""
    return cdr(id, cdr_token=cdr_token(card_of(town, "NL-EMA")))


def test_case_19_a_new_request_id_and_the_same_correlation_id_go_on(desk: OpenTown) -> None:
    theirs = session("S19", cdr_token=cdr_token(card_of(desk, "NL-EMA")))
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S19", theirs, to="NL-EMA")
    assert (told.http, told.status) == (201, 1000)
    (inbound,) = messages(desk, exchange=told.exchange)
    (leg,) = onward(desk, told)
    asked, went = dict(inbound.request_headers), dict(leg.request_headers)
    assert went["X-Correlation-ID"] == asked["X-Correlation-ID"]
    assert went["X-Request-ID"] != asked["X-Request-ID"]
    assert told.headers["x-request-id"] == asked["X-Request-ID"]
    assert told.headers["x-correlation-id"] == asked["X-Correlation-ID"]


def test_case_19_the_ids_come_back_with_errors_as_well(desk: OpenTown) -> None:
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S19", session("S19"), to="NL-XYZ")
    assert told.headers["x-request-id"].startswith("request-")
    assert told.headers["x-correlation-id"].startswith("correlation-")


def test_case_20_configuration_modules_carry_no_routing_headers(desk: OpenTown) -> None:
    seen = [m for m in messages(desk) if m.module in ("versions", "credentials", "hubclientinfo")]
    assert {m.module for m in seen} == {"versions", "credentials", "hubclientinfo"}
    for message in seen:
        names = [name.lower() for name, _ in (*message.request_headers, *message.response_headers)]
        assert not [name for name in names if name.startswith("ocpi-")]


def test_case_21_both_ends_are_named_on_every_leg(desk: OpenTown) -> None:
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S21", session("S21"), to="NL-EMA")
    (inbound,) = messages(desk, exchange=told.exchange)
    (leg,) = onward(desk, told)
    for message in (inbound, leg):
        assert routing_of(message.request_headers) == ("NL-ABC", "NL-EMA")
        assert routing_of(message.response_headers) == ("NL-EMA", "NL-ABC")


def test_case_24_bytes_stay_as_they_are_between_parties_of_one_version(desk: OpenTown) -> None:
    body = json.dumps(session("S24", last_updated="2026-05-04T09:00:00.120Z"), indent=3).encode()
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S24", body, to="NL-EMA")
    (leg,) = onward(desk, told)
    assert leg.request_body == body
    assert told.body == leg.response_body


def test_what_is_recorded_of_the_onward_leg_is_what_it_is_about(desk: OpenTown) -> None:
    told = say(desk, "NL-ABC", "POST", f"{RECEIVER}/cdrs", bill(desk, "CDR-A"), to="NL-EMA")
    (leg,) = onward(desk, told)
    assert (leg.route, leg.object_kind, leg.object_id) == ("cdrs.receiver.post_cdr", "CDR", "CDR-A")
    assert leg.session_id == "session-of-CDR-A"


def test_a_created_object_is_read_back_over_the_hub(desk: OpenTown) -> None:
    told = say(desk, "NL-ABC", "POST", f"{RECEIVER}/cdrs", bill(desk, "CDR-B"), to="NL-EMA")
    where = told.headers["location"]
    assert where == f"{RECEIVER}/cdrs/NL/ABC/CDR-B"
    assert say(desk, "NL-ABC", "GET", where, to="NL-EMA").data["id"] == "CDR-B"


def test_the_pages_of_a_list_lead_over_the_hub(desk: OpenTown) -> None:
    pages, url = [], f"{SENDER}/tokens?limit=1"
    uid = card_of(desk, "NL-EMA")
    emsp = desk.world.emsps["NL-EMA"]
    (card,) = emsp.tokens.store
    emsp.issue((msgspec.structs.replace(card, uid="SECOND-CARD"),))
    try:
        while url:
            told = say(desk, "NL-ABC", "GET", url, to="NL-EMA")
            pages.append([token["uid"] for token in told.data])
            assert (told.headers["x-total-count"], told.headers["x-limit"]) == ("2", "500")
            link = told.headers.get("link", "")
            assert not link or link.startswith(f"<{SENDER}/tokens?")
            url = link[1:].partition(">")[0]
    finally:
        emsp.tokens.store.drop("SECOND-CARD", "RFID")
    assert pages == [[uid], ["SECOND-CARD"]]


def test_a_party_s_own_errors_pass_unchanged(desk: OpenTown) -> None:
    unknown = say(desk, "NL-ABC", "GET", f"{RECEIVER}/sessions/NL/ABC/NONE", to="NL-EMA")
    assert (unknown.http, unknown.status) == (404, 2000)
    wrong = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S1", session("OTHER"), to="NL-EMA")
    assert (wrong.http, wrong.status) == (200, 2001)
    assert routing_of(tuple(wrong.headers.items())) == ("NL-EMA", "NL-ABC")


def test_case_23_a_party_that_the_hub_does_not_know(desk: OpenTown) -> None:
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S1", session("S1"), to="NL-XYZ")
    assert (told.http, told.status) == (200, 4001)
    assert "NL-XYZ" in told.envelope["status_message"]
    assert not onward(desk, told)
    sections = [hint.section for hint in hints(desk, told.exchange) if hint.rule == "refused"]
    assert sections == ["OCPI 2.2.1 status_codes, 4xxx: Hub errors"]


def test_case_23_a_party_that_is_not_there_is_known_to_be_offline_after_one_message(own: OpenTown) -> None:
    own.kernel.take_down(own.world.emsps["NL-EMA"].office.node)
    url = f"{RECEIVER}/sessions/NL/ABC/S1"
    told = say(own, "NL-ABC", "PUT", url, session("S1"), to="NL-EMA")
    assert told.status == 4003
    own.run_for(S)
    again = say(own, "NL-ABC", "PUT", url, session("S1"), to="NL-EMA")
    assert again.status == 4003
    assert [len(onward(own, each)) for each in (told, again)] == [1, 0]
    assert not own.world.cpos["NL-ABC"].office.connections[HUB].behind["NL-EMA"].registered


def test_case_23_a_party_that_is_slow(own: OpenTown) -> None:
    emsp = own.world.emsps["NL-EMA"].office

    def slow(inbound: Inbound) -> object:
        yield own.kernel.env.timeout(25 * S)
        return emsp.platform.receive(inbound)

    own.server("NL-EMA", slow)  # type: ignore[arg-type]
    began_us = own.now_us
    told = say(own, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S1", session("S1"), to="NL-EMA")
    assert told.status == 4002
    assert 20 * S <= own.now_us - began_us < 22 * S, "the hub gives up before its client does"


@pytest.mark.parametrize("answer", [Response(200, (), b"<html>"), json_answer(None, 2000, 401)])
def test_an_answer_that_is_of_no_use_is_a_hub_error(own: OpenTown, answer: Response) -> None:
    own.server("NL-EMA", lambda inbound: answer)
    told = say(own, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S1", session("S1"), to="NL-EMA")
    assert (told.http, told.status) == (200, 4000)


def test_an_interface_that_the_party_lacks_is_a_hub_error(desk: OpenTown) -> None:
    assert say(desk, "NL-ABC", "GET", f"{SENDER}/locations/L1", to="NL-EMA").status == 4000


def test_nobody_speaks_for_another(desk: OpenTown) -> None:
    told = say(desk, "NL-EMA", "PUT", f"{RECEIVER}/sessions/NL/ABC/S1", session("S1"), to="NL-NXT", speaks="NL-ABC")
    assert told.status == 2001
    assert not onward(desk, told)


def with_a_second_hub(text: str) -> str:
    parties = (
        "  BE-HUB: {role: hub, name: Far Hub}\n  BE-ONE: {role: emsp, name: One}\n  BE-DUN: {role: cpo, name: Dun}\n"
    )
    lines = "".join(
        f"  - {{between: [BE-HUB, {other}], latency: 50 ms, timeout: 30 s}}\n" for other in (HUB, "BE-ONE", "BE-DUN")
    )
    return text.replace("parties:\n", "parties:\n" + parties).replace("connections:\n", "connections:\n" + lines)


def test_a_message_is_not_led_back_to_the_hub_that_it_came_from(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory", with_a_second_hub) as town:
        held = town.world.hubs["BE-HUB"].office.connections[HUB].held
        url = f"{RECEIVER}/sessions/BE/DUN/S1"
        told = say(town, "BE-HUB", "GET", url, to="BE-ONE", speaks="BE-DUN", token=held)
        assert (told.status, onward(town, told)) == (4000, [])


def test_a_message_that_a_hub_leads_back_without_end_is_refused(tmp_path: Path) -> None:
    """NL-HU0 and BE-HUB send it on and on between them, over NL-HUB."""
    with hub_town(tmp_path, "memory", with_three_hubs) as town:
        town.run_for(MIN)
        first, seen = town.world.hubs["NL-HU0"].office, []
        line = first.connections[HUB]

        def round_again(inbound: Inbound) -> object:
            headers = dict(inbound.request.headers) | {"Authorization": h.authorization_value(line.held, "base64")}
            request = Request("GET", f"{SENDER}/tokens", tuple(headers.items()), b"")
            exchange = town.send("NL-HU0", HUB, request)
            yield exchange
            assert exchange.response is not None
            seen.append(json.loads(exchange.response.body)["status_code"])
            return json_answer(None)

        town.server("BE-HUB", round_again)  # type: ignore[arg-type]
        told = say(town, "NL-HU0", "GET", f"{SENDER}/tokens", to="BE-ONE", speaks="NL-ABC", token=line.held)
        assert (told.status, seen) == (1000, [4000] + [1000] * 7)


def with_three_hubs(text: str) -> str:
    """NL-HUB is in the middle between the hub of NL-ABC and that of BE-ONE."""
    text = with_a_second_hub(text).replace("parties:\n", "parties:\n  NL-HU0: {role: hub, name: First Hub}\n")
    line = f"  - {{between: [NL-HU0, {HUB}], latency: 50 ms, timeout: 30 s}}\n"
    return text.replace("connections:\n", "connections:\n" + line).replace("[NL-ABC, NL-HUB]", "[NL-ABC, NL-HU0]")


def test_one_conversation_may_ask_for_the_same_at_once_over_three_hubs(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory", with_three_hubs) as town:
        town.run_for(MIN)
        held = town.world.hubs["NL-HU0"].office.connections[HUB].held
        how = {"to": "BE-ONE", "speaks": "NL-ABC", "token": held, "more": {"X-Correlation-ID": "one conversation"}}
        asked = [ask(town, "NL-HU0", "GET", f"{SENDER}/tokens", **how) for _ in range(3)]
        assert [heard(town, each).status for each in asked] == [1000] * 3


def test_one_conversation_may_ask_for_the_same_at_once_over_two_hubs(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory", with_a_second_hub) as town:
        town.run_for(MIN)
        one = {"X-Correlation-ID": "one conversation"}
        asked = [ask(town, "NL-ABC", "GET", f"{SENDER}/tokens", to="BE-ONE", more=one) for _ in range(3)]
        assert [heard(town, each).status for each in asked] == [1000] * 3


def test_one_conversation_may_ask_for_the_same_many_times_at_once(own: OpenTown) -> None:
    routed = own.world.cpos["NL-ABC"].office.connections[HUB].behind["NL-EMA"]
    client = own.world.cpos["NL-ABC"].office.client
    subject = Subject(module="tokens")
    asked = [client.send(routed, "GET", f"{SENDER}/tokens", subject, TIME, correlation_id="the same") for _ in range(4)]
    own.run_for(2 * S)
    answers = [exchange.response for exchange in asked if exchange is not None and exchange.response is not None]
    assert [json.loads(answer.body)["status_code"] for answer in answers] == [1000] * 4
    assert not own.world.hubs[HUB]._forwarder._under_way


def test_open_routing_finds_the_owner_of_a_card(desk: OpenTown) -> None:
    uid = card_of(desk, "NL-NXT")
    told = say(desk, "NL-ABC", "POST", f"{SENDER}/tokens/{uid}/authorize", to=None)
    assert (told.status, told.data["allowed"]) == (1000, "ALLOWED")
    assert routing_of(tuple(told.headers.items())) == ("NL-NXT", "NL-ABC")
    (leg,) = onward(desk, told)
    assert routing_of(leg.request_headers) == ("NL-ABC", "NL-NXT")


def test_open_routing_finds_the_owner_of_a_location_and_of_a_session(desk: OpenTown) -> None:
    place = square(desk)["id"]
    (leg,) = onward(desk, say(desk, "NL-EMA", "GET", f"{SENDER}/locations/{place}", to=None))
    assert leg.receiver == "NL-ABC"
    say(desk, "NL-ABC", "PUT", f"{RECEIVER}/sessions/NL/ABC/S-OPEN", session("S-OPEN"), to="NL-EMA")
    body = {"response_url": "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/STOP_SESSION/1", "session_id": "S-OPEN"}
    (leg,) = onward(desk, say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/STOP_SESSION", body, to=None))
    assert leg.receiver == "NL-ABC"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "tokens/NO-SUCH-CARD/authorize"), ("GET", "locations/NO-SUCH-PLACE"), ("GET", "locations")],
)
def test_open_routing_that_finds_nobody(desk: OpenTown, method: str, path: str) -> None:
    assert say(desk, "NL-ABC", method, f"{SENDER}/{path}", to=None).status == 4001


def test_the_result_of_a_command_comes_back_over_the_hub(desk: OpenTown) -> None:
    url = "http://nl-ema.ocpi.test/ocpi/sender/2.2.1/commands/STOP_SESSION/77"
    body = {"response_url": url, "session_id": "NONE"}
    told = say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/STOP_SESSION", body, to="NL-ABC")
    (leg,) = onward(desk, told)
    replaced = json.loads(leg.request_body)["response_url"]
    assert replaced.startswith(f"{SENDER}/commands/STOP_SESSION/")
    result = say(desk, "NL-ABC", "POST", replaced, {"result": "ACCEPTED"}, to="NL-EMA")
    (back,) = onward(desk, result)
    assert (back.receiver, f"http://{back.host}{back.path}") == ("NL-EMA", url)
    stranger = say(desk, "NL-NXT", "POST", replaced, {"result": "ACCEPTED"}, to="NL-EMA")
    assert (stranger.http, onward(desk, stranger)) == (404, [])


def test_a_list_that_the_hub_does_not_keep_is_refused_in_a_word_that_fits(desk: OpenTown) -> None:
    told = say(desk, "NL-EMA", "GET", f"{SENDER}/sessions?date_from=2026-05-04T00:00:00Z")
    assert told.status == 2000
    assert "no sessions of its own" in told.envelope["status_message"]


def test_a_hub_passes_no_command_on_whose_result_it_could_not_tell(desk: OpenTown) -> None:
    body = {"response_url": "http://nl-nxt.ocpi.test/x/1", "session_id": "NONE"}
    told = say(desk, "NL-EMA", "POST", f"{RECEIVER}/commands/STOP_SESSION", body, to="NL-ABC")
    assert (told.status, onward(desk, told)) == (2001, [])


def test_a_hub_that_goes_down_while_it_waits_leaves_its_client_with_a_connection_error(own: OpenTown) -> None:
    def silent(inbound: Inbound) -> object:
        yield own.kernel.env.timeout(5 * MIN)
        raise AssertionError("it should have been given up")

    own.server("NL-EMA", silent)  # type: ignore[arg-type]
    cpo, hub = own.world.cpos["NL-ABC"].office, own.world.hubs[HUB]
    routed = cpo.connections[HUB].behind["NL-EMA"]
    exchange = cpo.client.send(routed, "GET", f"{RECEIVER}/sessions/NL/ABC/S1", Subject(module="sessions"), TIME)
    assert exchange is not None
    own.run_for(S)
    own.kernel.take_down(hub.office.node)
    hub.went_down()
    own.run_for(S)
    assert (exchange.final, exchange.failure) == ("dead", "the receiver went down while it was answering")
    assert own.kernel.parked == 1, "only the silent party still has a request"
