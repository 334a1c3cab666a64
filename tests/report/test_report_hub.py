"""What the reports say of a hub: the legs of what it passes on, and how everybody is connected with it."""

from collections.abc import Iterator

import pytest
from report_hub import hub_run

from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.report.connections import Connections, connections_at
from simulator.report.hops import hop_of, is_hop


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with Recording.open(hub_run(tmp_path_factory.mktemp("hub"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def messages(recording: Recording) -> dict[int, Message]:
    return {message.exchange: message for message in recording.messages()}


def ends(known: Connections, holder: str) -> dict[tuple[str, str], str]:
    return {(end.peer, end.facade): end.state for end in known.ends if end.holder == holder}


def test_a_leg_onward_and_the_one_before_it_find_each_other(recording: Recording) -> None:
    onward = next(
        each for each in recording.messages(sender="NL-HUB", module="sessions", receiver="NL-VET")
        if each.route.startswith("sessions.receiver.")
    )  # fmt: skip
    hop = hop_of(recording, onward)
    assert hop is not None
    assert (hop.inbound.receiver, hop.onward.exchange, hop.onward.version) == ("NL-HUB", onward.exchange, "2.1.1")
    assert hop.inbound.request_body
    assert hop_of(recording, hop.inbound) == hop


def test_a_patch_may_go_on_as_a_put(messages: dict[int, Message]) -> None:
    pairs = [
        (messages[each.cause], each) for each in messages.values()
        if each.cause_kind == "message" and is_hop(messages[each.cause], each)
    ]  # fmt: skip
    routes = {(before.route, after.route) for before, after in pairs if before.route != after.route}
    assert routes == {("sessions.receiver.patch_session", "sessions.receiver.put_session")}
    assert all(before.receiver == after.sender == "NL-HUB" for before, after in pairs)


def test_a_registration_is_no_hop(recording: Recording, messages: dict[int, Message]) -> None:
    asked = [each for each in messages.values() if each.module in ("versions", "credentials")]
    assert asked
    assert all(hop_of(recording, each) is None for each in asked)


def test_connections_come_about_one_by_one(recording: Recording) -> None:
    begun = connections_at(recording, -120_000_000)
    assert set(ends(begun, "NL-ABC").values()) == {"A_HELD"}
    assert all(end.issued + end.held == "A" and not end.endpoints for end in begun.ends)
    later = connections_at(recording, 0)
    assert set(ends(later, "NL-ABC").items()) == {(("NL-HUB", ""), "REGISTERED")}
    assert ("NL-OLD", "NL-VET") in ends(later, "NL-HUB")
    assert all(end.state == "REGISTERED" and {end.issued, end.held} == {"B", "C"} for end in later.ends)
    assert all("credentials" in end.modules for end in later.ends)
    versions = {end.peer: end.version for end in later.ends if end.holder == "NL-HUB"}
    assert versions == {
        "NL-OLD": "2.1.1", "NL-VET": "2.1.1", "NL-ABC": "2.2.1",
        "NL-EMA": "2.2.1", "NL-NEW": "2.3.0", "NL-NXT": "2.3.0",
    }  # fmt: skip


def test_no_token_can_be_read_in_what_is_known(recording: Recording) -> None:
    told = [value for _, value in recording.query("SELECT entity, value FROM v_state WHERE kind = 'connection'")]
    assert told
    assert all('"token"' not in value and '"url"' not in value for value in told)


def test_the_parties_behind_the_hub_are_known(recording: Recording) -> None:
    known = connections_at(recording, 0).clients
    seen = {client.party: client.status for client in known if client.holder == "NL-EMA"}
    assert seen == {"NL-OLD": "CONNECTED", "NL-ABC": "CONNECTED", "NL-NEW": "CONNECTED", "NL-VET": "CONNECTED",
                    "NL-NXT": "CONNECTED"}  # fmt: skip
    assert {client.hub for client in known} == {"NL-HUB"}
