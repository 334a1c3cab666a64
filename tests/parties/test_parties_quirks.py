"""Each defect of a real platform is told by the recording of the scenario that shows them all, and its peers cope."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from run_town import SCENARIOS, H, OpenTown, holds, played, town

from simulator.assemble.begin import begin
from simulator.parties.quirks import QUIRKS
from simulator.parties.quirks.quirk import Quirk
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.scenario import vocabulary
from simulator.scenario.load import load

SCENARIO = load(SCENARIOS / "roaming" / "quirky_peers.yaml")
SHOWN = [(party.id, quirk) for party in SCENARIO.parties for quirk in party.quirks]
SOUND = ("NL-ABC", "NL-EMA", "NL-FAR", "NL-HUB")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    path = tmp_path_factory.mktemp("quirks") / "quirky_peers.ocpirun"
    result = played(SCENARIO, path)
    holds(result)
    with Recording.open(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def messages(recording: Recording) -> list[Message]:
    return recording.messages(contents=True)


def between(messages: list[Message], sender: str, receiver: str, route: str) -> list[Message]:
    return [row for row in messages if (row.sender, row.receiver, row.route) == (sender, receiver, route)]


def test_both_wires_carry_the_quirks_alike(recording: Recording, tmp_path: Path) -> None:
    over_http = played(SCENARIO, tmp_path / "http.ocpirun", wire="http")
    assert over_http.summary["digest"] == recording.meta["digest"]


def test_a_scenario_may_name_every_quirk_and_this_one_shows_all() -> None:
    assert tuple(QUIRKS) == vocabulary.QUIRKS
    assert sorted(quirk for _, quirk in SHOWN) == sorted(QUIRKS)


@pytest.mark.parametrize(("party", "name"), SHOWN)
def test_a_hint_tells_of_the_quirk(recording: Recording, messages: list[Message], party: str, name: str) -> None:
    quirk = QUIRKS[name]
    lets_in = name in ("second_registration_accepted", "old_tokens_accepted")
    serves = lets_in or quirk.unanswered or quirk.answer is not Quirk.answer
    end = "receiver" if serves else "sender"
    theirs = [row.exchange for row in messages if getattr(row, end) == party]
    told = [hint for hint in recording.hints() if hint.exchange in theirs and hint.rule in quirk.hints]
    assert told
    assert quirk.__doc__
    assert quirk.breaks.startswith("OCPI ")
    if name in ("http_400", "http_403", "http_422"):
        assert any(hint.sentence.startswith(f"HTTP: found {name[-3:]}, ") for hint in told)


def test_nothing_is_said_against_those_who_are_sound(recording: Recording, messages: list[Message]) -> None:
    sound = [row.exchange for row in messages if row.sender in SOUND and row.receiver in SOUND]
    assert sound
    assert not [hint for hint in recording.hints() if hint.exchange in sound]


def test_what_a_peer_can_cope_with_does_no_harm(messages: list[Message]) -> None:
    posts = between(messages, "NL-DIN", "NL-EMA", "cdrs.receiver.post_cdr")
    assert [(row.http_status, row.ocpi_status) for row in posts] == [(201, 1000)]


def test_routing_headers_are_missed_behind_a_hub_alone(recording: Recording, messages: list[Message]) -> None:
    assert {row.ocpi_status for row in between(messages, "NL-DIN", "NL-HUB", "sessions.receiver.put_session")} == {1000}
    alone = {row.exchange for row in messages if {row.sender, row.receiver} == {"NL-DIN", "NL-EMA"}}
    told = {hint.exchange for hint in recording.hints() if hint.rule == "routing-headers"}
    assert told
    assert not told & alone, "between platforms of one party each it is no defect"


def test_what_is_pushed_to_a_path_of_its_own_is_pulled_at_last(recording: Recording, messages: list[Message]) -> None:
    """The command's answer lacks its time-out as well, so that the app does not know what became of it."""
    (start,) = between(messages, "NL-EMA", "NL-FIX", "commands.receiver.post_start_session")
    assert b'"timeout"' not in start.response_body
    pushes = between(messages, "NL-FIX", "NL-EMA", "locations.receiver.patch_evse")
    assert {row.http_status for row in pushes} <= {404}


def test_a_refused_push_is_mended_by_a_pull(messages: list[Message]) -> None:
    for cpo in ("NL-GEO", "NL-OFF", "NL-TXT"):
        posts = between(messages, cpo, "NL-EMA", "cdrs.receiver.post_cdr")
        assert [(row.http_status, row.ocpi_status) for row in posts] == [(200, 2001)]
        pulls = between(messages, "NL-EMA", cpo, "cdrs.sender.get_list")
        assert any(b'"total_cost"' in row.response_body for row in pulls)


def test_a_dead_token_opens_only_the_door_of_one_who_never_forgets(messages: list[Message]) -> None:
    def answers(emsp: str) -> set[int | None]:
        return {
            row.http_status for row in messages if row.sender == "NL-KEE" and row.receiver == emsp and row.start_us > 0
        }

    assert answers("NL-EMA") == {401}
    assert answers("NL-ODD") == {403}
    assert 200 in answers("NL-OLD")


def test_a_second_registration_is_refused_by_all_but_one(messages: list[Message]) -> None:
    posts = [row for row in messages if row.sender == "NL-OLD" and row.route == "credentials.post"]
    accepted: dict[str, Any] = {row.receiver: row.http_status for row in posts}
    assert accepted.pop("NL-LAX") == 200
    assert {*accepted.values()} == {405}


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
def test_our_own_parties_have_none(tmp_path: Path, version: str) -> None:
    """In any version: nothing is remarked on that was not given as a quirk. What their books lack is no defect."""
    scenario = town(tmp_path, duration="2 h")
    every = tuple(replace(party, versions=(version,)) for party in scenario.parties)
    with OpenTown(replace(scenario, parties=every), tmp_path / "town.ocpirun", registered=False) as open_town:
        begin(open_town.world)
        open_town.run_to(2 * H)
        open_town.recorder.flush()
        with Recording.open(tmp_path / "town.ocpirun") as recording:
            assert len(list(recording.messages())) > 100
            hints = [hint for hint in recording.hints() if not hint.rule.startswith("books-")]
            assert [hint.sentence for hint in hints] == []
