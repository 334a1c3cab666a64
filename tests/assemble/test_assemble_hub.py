"""The scenarios with hubs, and those of several versions, play as they promise, alike over either wire."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from run_town import MIN, SCENARIOS, H, holds, played

from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.web import Web
from simulator.scenario.load import load

NAMES = (
    "hub/broadcast",
    "hub/open_routing",
    "hub/party_goes_offline",
    "hub/two_hubs",
    "roaming/peer_to_peer",
    "roaming/three_versions_one_hub",
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The recording of each, played over HTTP; whoever asks first plays it."""
    return _Runs(tmp_path_factory.mktemp("hub"))


class _Runs(dict[str, Path]):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, name: str) -> Path:
        scenario, path = load(SCENARIOS / f"{name}.yaml"), self._folder / f"{name.replace('/', '_')}.ocpirun"
        digests = []
        for wire in ("memory", "http"):
            result = played(scenario, path, wire=wire)  # type: ignore[arg-type]
            holds(result)
            digests.append(result.summary["digest"])
        assert digests[0] == digests[1]
        self[name] = path
        return path


def messages(path: Path, **which: object) -> list[Message]:
    with Recording.open(path) as recording:
        return recording.messages(**which)  # type: ignore[arg-type]


def events(path: Path, kind: str) -> Iterator[tuple[str, str, dict[str, object]]]:
    with Recording.open(path) as recording:
        for event in recording.events(kind=kind):
            yield event.party, event.subject, json.loads(event.data)


@pytest.mark.parametrize("name", NAMES)
def test_answers_go_back_the_way_that_requests_came_and_pages_lead_on(runs: dict[str, Path], name: str) -> None:
    """Also to one whom the party does not know, and where some of a list has no words in the reader's version."""
    with Recording.open(runs[name]) as recording:
        told = [hint.sentence for hint in recording.hints() if hint.rule in ("routing-headers", "link-header")]
    assert told == []


@pytest.mark.parametrize("name", NAMES)
def test_it_plays_alike_over_both_wires_and_every_check_is_true(runs: dict[str, Path], name: str) -> None:
    charged = [m for m in messages(runs[name], from_us=0) if m.route == "cdrs.receiver.post_cdr"]
    assert charged
    assert all(m.http_status == 201 for m in charged)


def test_clients_of_a_hub_talk_with_the_hub_only(runs: dict[str, Path]) -> None:
    for message in messages(runs["hub/broadcast"]):
        assert "NL-HUB" in (message.sender, message.receiver)


def test_what_is_for_everybody_is_sent_once_and_what_is_for_one_goes_to_one(runs: dict[str, Path]) -> None:
    seen = messages(runs["hub/broadcast"], from_us=0)
    by_cause: dict[int, list[Message]] = {}
    for message in seen:
        if message.sender == "NL-HUB" and message.cause_kind == "message":
            by_cause.setdefault(message.cause, []).append(message)
    for message in seen:
        legs = [each.receiver for each in by_cause.get(message.exchange, ()) if each.route == message.route]
        if message.receiver == "NL-HUB" and message.route in (
            "locations.receiver.patch_evse",
            "tariffs.receiver.put_tariff",
        ):
            assert sorted(legs) == ["NL-EMA", "NL-NOM"]
        elif (
            message.receiver == "NL-HUB" and message.module in ("sessions", "cdrs") and message.interface == "RECEIVER"
        ):
            assert len(legs) == 1


def test_a_hop_is_about_what_the_one_before_it_is_about(runs: dict[str, Path]) -> None:
    seen = {message.exchange: message for message in messages(runs["hub/broadcast"])}
    hops = [
        (seen[message.cause], message)
        for message in seen.values()
        if message.cause_kind == "message"
        and seen[message.cause].route == message.route
        and message.module in ("sessions", "cdrs", "locations", "tariffs", "tokens")
    ]
    assert len({onward.object_id for _, onward in hops if onward.route == "cdrs.receiver.post_cdr"}) > 2
    for inbound, onward in hops:
        assert (onward.object_id, onward.session_id) == (inbound.object_id, inbound.session_id)


def test_open_routing_is_used_by_the_network_that_keeps_no_cards(runs: dict[str, Path]) -> None:
    with Recording.open(runs["hub/open_routing"]) as recording:
        asked = recording.messages(module="tokens", receiver="NL-HUB", from_us=0, contents=True)
    unaddressed = [
        m.sender
        for m in asked
        if m.method == "POST" and "OCPI-to-party-id" not in [name for name, _ in m.request_headers]
    ]
    assert len(unaddressed) > 1
    assert set(unaddressed) == {"NL-ABC"}
    assert {m.ocpi_status for m in asked} == {1000}


def test_who_was_offline_reads_what_it_missed_and_how_wrong_it_was_is_measured(runs: dict[str, Path]) -> None:
    path = runs["hub/party_goes_offline"]
    with Recording.open(path) as recording:
        told = [
            (state.entity, json.loads(state.value)["status"])
            for state in recording.states(holder="NL-HUB", kind="client_info")
            if state.at_us > 0
        ]
    assert told == [
        ("NL-EMA", "OFFLINE"),
        ("NL-EMA", "CONNECTED"),
        ("NL-ABC", "OFFLINE"),
        ("NL-ABC", "CONNECTED"),
        ("NL-DUN", "OFFLINE"),
        ("NL-DUN", "CONNECTED"),
    ]
    back = [
        data
        for party, _, data in events(path, "synchronised")
        if (party, data["reason"]) == ("NL-EMA", "back after an outage")
    ]
    assert len(back) == 1
    assert back[0]["stalest_s"] > 60  # type: ignore[operator]
    late = [m for m in messages(path, receiver="NL-EMA", from_us=2 * H) if m.route.endswith("patch_evse")]
    assert all(m.http_status == 200 for m in late)


def test_every_pair_of_versions_charges_and_is_billed(runs: dict[str, Path]) -> None:
    path = runs["roaming/three_versions_one_hub"]
    bills = [m for m in messages(path) if m.route == "cdrs.receiver.post_cdr"]
    legs = {(m.cause, m.receiver, m.version) for m in bills if m.sender == "NL-HUB"}
    senders = {m.exchange: (m.sender, m.version) for m in bills if m.receiver == "NL-HUB"}
    pairs = {(senders[cause][1], version) for cause, _, version in legs}
    assert pairs == {(one, other) for one in ("2.1.1", "2.2.1", "2.3.0") for other in ("2.1.1", "2.2.1", "2.3.0")}
    results = [m for m in messages(path, sender="NL-HUB") if m.route == "commands.sender.post_result"]
    assert {m.version for m in results} == {"2.1.1", "2.2.1", "2.3.0"}
    with Recording.open(path) as recording:
        rules = {hint.rule for hint in recording.hints()}
    assert {"translation-lost", "translation-invented", "translation-changed"} <= rules


def test_a_tariff_that_2_1_1_would_read_wrong_is_withheld_with_the_reason(runs: dict[str, Path]) -> None:
    """Alpha Charging asks 6 euros at most, which those of 2.2.1 and 2.3.0 are told, and 2.1.1 has no word for."""
    with Recording.open(runs["roaming/three_versions_one_hub"]) as recording:
        withheld = [hint for hint in recording.hints() if hint.rule == "translation-withheld"]
        carried = {(m.receiver, m.route) for hint in withheld for m in recording.messages(exchange=hint.exchange)}
        known = {
            h: {s.entity for s in recording.states(holder=h, kind="tariff")} for h in ("NL-VET", "NL-EMA", "NL-NXT")
        }
        money = [row for row in recording.money() if row.creditor == "NL-ABC"]
    assert {(hint.severity, hint.path, hint.sentence) for hint in withheld} == {
        ("warning", "$[0]", "The tariff has a max_price, and without it a total in OCPI 2.1.1 would be wrong.")
    }
    assert carried == {("NL-ABC", "tariffs.sender.get_list")}
    assert known["NL-EMA"] == known["NL-NXT"] == known["NL-VET"] | {"NL-ABC/day"}
    assert max(row.amount for row in money) == 6
    reasons = {(row.debtor, row.reason) for row in money if row.kind == "payable"}
    assert ("NL-VET", "The CDR holds 0 tariffs; by one its price could be worked out.") in reasons
    assert {reason for debtor, reason in reasons if debtor != "NL-VET"} == {""}


def test_an_scsp_limits_a_session_behind_two_hubs_and_hears_of_it(runs: dict[str, Path]) -> None:
    with Recording.open(runs["hub/two_hubs"]) as recording:
        told = recording.messages(module="chargingprofiles", contents=True)
        (evse,) = [event.subject for event in recording.events(source="driver/Nora", kind="plug")]
        times, power = recording.series(f"evse/{evse}", "power")[:2]
        results = [json.loads(event.data) for event in recording.events(kind="charging_profile_result")]
    by_route: dict[str, list[Message]] = {}
    for message in sorted(told, key=lambda each: each.exchange):
        by_route.setdefault(message.route.partition(".")[2], []).append(message)
    there = ["BE-SGA", "BE-HUB", "NL-HUB", "NL-ABC"]
    assert {route: [m.sender for m in legs] + [legs[-1].receiver] for route, legs in by_route.items()} == {
        "receiver.put_charging_profile": there,
        "sender.post_charging_profile_result": there[::-1],
        "sender.put_active_charging_profile": there[::-1],
        "receiver.get_active_charging_profile": there,
        "sender.post_active_charging_profile_result": there[::-1],
    }
    for route, legs in by_route.items():
        ends = ("SGA", "ABC") if "receiver" in route else ("ABC", "SGA")
        for leg in legs:
            headers = dict(leg.request_headers)
            assert (headers["OCPI-from-party-id"], headers["OCPI-to-party-id"]) == ends
            assert leg.ocpi_status == 1000
        assert len({dict(leg.request_headers)["X-Correlation-ID"] for leg in legs}) == 1
    asked = [json.loads(leg.request_body)["response_url"] for leg in by_route["receiver.put_charging_profile"]]
    answered = [leg.path for leg in by_route["sender.post_charging_profile_result"]]
    assert [url.split("/")[2] for url in asked] == ["be-sga.ocpi.test", "be-hub.ocpi.test", "nl-hub.ocpi.test"]
    assert [url.partition(".ocpi.test")[2] for url in asked] == answered[::-1]
    assert [json.loads(leg.request_body) for leg in by_route["sender.post_charging_profile_result"]] == [
        {"result": "ACCEPTED"}
    ] * 3
    assert results == [{"result": "ACCEPTED", "limit_w": 4200}]
    at_us = (3 * H - MIN, 3 * H + MIN, 4 * H + MIN)
    assert [float(power[times <= each][-1]) for each in at_us] == [11_000, 4_200, 11_000]


def test_the_story_of_a_driver_tells_every_hop_between_two_hubs(runs: dict[str, Path]) -> None:
    with Recording.open(runs["hub/two_hubs"]) as recording:
        rows = [row for row in Web(recording).of_driver("Nora").rows if isinstance(row, Message)]
    for route, hops in (
        ("tokens.sender.post_authorize", 3),
        ("cdrs.receiver.post_cdr", 3),
        ("chargingprofiles.sender.post_charging_profile_result", 3),
        ("chargingprofiles.sender.post_active_charging_profile_result", 3),
    ):
        assert len([row for row in rows if row.route == route]) == hops
    told = [(row.sender, row.receiver) for row in rows if row.route == "sessions.receiver.put_session"]
    assert told == [("NL-ABC", "NL-HUB"), ("NL-HUB", "BE-HUB"), ("BE-HUB", "BE-NOM")]


def test_the_story_of_a_driver_tells_what_an_outage_has_delayed(runs: dict[str, Path]) -> None:
    """Nothing could be told of Vera's session when she plugged in: the first message goes back to her transaction."""
    with Recording.open(runs["hub/party_goes_offline"]) as recording:
        rows = [row for row in Web(recording).of_driver("Vera").rows if isinstance(row, Message)]
    told = [row.route for row in rows if (row.sender, row.receiver) == ("NL-HUB", "NL-EMA")]
    assert told[0] == "sessions.receiver.put_session"
    assert told.count("cdrs.receiver.post_cdr") == 1


def test_a_message_between_two_hubs_has_its_ends_on_three_legs(runs: dict[str, Path]) -> None:
    with Recording.open(runs["hub/two_hubs"]) as recording:
        seen = recording.messages(module="sessions", from_us=0, contents=True)
    by_exchange = {m.exchange: m for m in seen}
    last = [m for m in seen if (m.sender, m.receiver, m.method) == ("NL-HUB", "NL-EMA", "PUT")]
    assert last
    for message in last:
        middle = by_exchange[message.cause]
        chain = [message]
        if middle.sender == "BE-HUB":
            chain += [middle, by_exchange[middle.cause]]
            assert [m.sender for m in chain] == ["NL-HUB", "BE-HUB", "BE-DUN"]
            for each in chain:
                headers = dict(each.request_headers)
                assert (headers["OCPI-from-party-id"], headers["OCPI-to-party-id"]) == ("DUN", "EMA")
            assert len({m.correlation_id or dict(m.request_headers)["X-Correlation-ID"] for m in chain}) == 1
            break
    else:
        raise AssertionError("no session went from one hub to the other")


def test_an_emsp_knows_its_permissions_again_in_what_a_network_of_2_1_1_tells(runs: dict[str, Path]) -> None:
    """NL-OLD has no word for the references that it was given over the hub, in answers and in commands."""
    with Recording.open(runs["roaming/three_versions_one_hub"]) as recording:
        given = set[str]()
        for message in recording.messages(sender="NL-HUB", contents=True):
            if message.route == "tokens.sender.post_authorize" and message.receiver in ("NL-EMA", "NL-NXT"):
                given.add(json.loads(message.response_body)["data"].get("authorization_reference"))
        for message in recording.messages(receiver="NL-HUB", contents=True):
            if message.route == "commands.receiver.post_start_session" and message.sender in ("NL-EMA", "NL-NXT"):
                given.add(json.loads(message.request_body)["authorization_reference"])
        told = [
            json.loads(message.request_body)
            for message in recording.messages(sender="NL-HUB", contents=True)
            if message.route in ("sessions.receiver.put_session", "cdrs.receiver.post_cdr")
            and message.receiver in ("NL-EMA", "NL-NXT")
        ]
    told = [body for body in told if (body["party_id"], body["auth_method"]) == ("OLD", "AUTH_REQUEST")]
    by_session = [body["authorization_reference"] for body in told if "status" in body]
    bills = [body["authorization_reference"] for body in told if "status" not in body]
    assert len(bills) == len(dict.fromkeys(bills)) > 1
    assert set(bills) <= set(by_session) <= given


def test_a_session_of_2_2_1_is_told_in_2_3_0_with_the_rate_of_its_tax(runs: dict[str, Path]) -> None:
    """The tariffs that its charging periods name the hub has read."""
    with Recording.open(runs["roaming/three_versions_one_hub"]) as recording:
        told = [
            json.loads(message.request_body)
            for message in recording.messages(sender="NL-HUB", receiver="NL-NXT", module="sessions", contents=True)
            if message.method in ("PUT", "PATCH") and "/NL/ABC/" in message.path
        ]
    taxes = [tax for body in told for tax in body.get("total_cost", {}).get("taxes", ()) if tax["amount"]]
    assert len(taxes) > 3
    assert {tax.get("percentage") for tax in taxes} == {21}
