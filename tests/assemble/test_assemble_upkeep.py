"""What partners do besides the daily business, in all versions at once: `roaming/every_request`."""

import json
from pathlib import Path
from typing import Any

import pytest
from run_town import SCENARIOS, holds, played

from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.scenario.load import load

VERSIONS = ("2.1.1", "2.2.1", "2.3.0")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upkeep")
    digests = []
    for wire in ("http", "memory"):
        scenario = load(SCENARIOS / "roaming" / "every_request.yaml")
        result = played(scenario, folder / "run.ocpirun", wire=wire)  # type: ignore[arg-type]
        holds(result)
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    return folder / "run.ocpirun"


def _sent(path: Path, route: str) -> list[Message]:
    """The messages of the direct connections of NL-ABC by a route, in the order of their versions."""
    with Recording.open(path) as recording:
        found = recording.messages(module=route.partition(".")[0], contents=True)
    ours = [m for m in found if m.route == route and "NL-ABC" in (m.sender, m.receiver)]
    return sorted(ours, key=lambda message: message.version)


@pytest.mark.parametrize(
    ("route", "changed"),
    [
        ("locations.receiver.patch_location", {"name": "Garage of the old office"}),
        ("locations.receiver.put_location", {"name": "Office"}),
        ("locations.receiver.put_evse", {"physical_reference": "7"}),
        ("locations.receiver.put_connector", {"format": "CABLE"}),
    ],
)
def test_a_change_of_a_place_is_told_at_its_level_in_each_version(
    path: Path, route: str, changed: dict[str, Any]
) -> None:
    messages = _sent(path, route)
    assert tuple(m.version for m in messages) == VERSIONS
    for message in messages:
        assert message.http_status in (200, 201)
        assert json.loads(message.request_body).items() >= changed.items()


def test_other_prices_at_a_place_are_patched_into_its_connectors(path: Path) -> None:
    oldest, *newer = _sent(path, "locations.receiver.patch_connector")
    assert json.loads(oldest.request_body)["tariff_id"] == "day"
    assert [json.loads(m.request_body)["tariff_ids"] for m in newer] == [["day"], ["day"]]


def test_a_withdrawn_tariff_is_deleted_with_every_partner(path: Path) -> None:
    messages = _sent(path, "tariffs.receiver.delete_tariff")
    assert [(m.version, m.request_body, m.http_status) for m in messages] == [(each, b"", 200) for each in VERSIONS]


def test_a_restored_contract_is_a_whole_token_again(path: Path) -> None:
    messages = _sent(path, "tokens.receiver.put_token")
    assert tuple(m.version for m in messages) == VERSIONS
    assert all(json.loads(m.request_body)["valid"] for m in messages)


def test_what_partners_hold_of_each_other_is_read_back_and_equal(path: Path) -> None:
    with Recording.open(path) as recording:
        compared = [(e.source, json.loads(e.data)) for e in recording.events(kind="copies_compared")]
    assert len(compared) == 8
    for _, counts in compared:
        assert counts["equal"] > 0
        assert (counts["credentials"], counts["different"], counts["missing"]) == ("equal", 0, 0)


def test_limits_that_were_asked_for_are_known_like_those_that_were_told(path: Path) -> None:
    with Recording.open(path) as recording:
        known = recording.query("SELECT value FROM v_state WHERE kind = 'charging_profile' ORDER BY seq")
        (asked, *_) = recording.messages(module="chargingprofiles", contents=True, from_us=80 * 60_000_000)
    assert "get_active" in asked.route
    assert {json.loads(value)["periods"][0][1] for (value,) in known} == {"4200", "11000"}


def test_after_parting_nothing_is_sent(path: Path) -> None:
    with Recording.open(path) as recording:
        after = recording.messages(from_us=(8 * 60 + 5) * 60_000_000)
    assert not [m for m in after if "NL-ABC" in (m.sender, m.receiver)]
