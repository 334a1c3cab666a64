"""Parties of OCPI 2.1.1, 2.2.1 and 2.3.0 roam with each other, each in the words of the version that they share."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from run_town import holds, played, town

from simulator.ocpi import catalogue, codec
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.scenario.errors import ScenarioErrors

ALL = ("2.1.1", "2.2.1", "2.3.0")


def speaking(**versions: str) -> Callable[[str], str]:
    """Lets parties of the town, by the last part of their ids, offer other versions."""

    def change(text: str) -> str:
        for id, offered in versions.items():
            for role in ("cpo", "emsp"):
                text = text.replace(f"NL-{id}: {{role: {role},", f"NL-{id}: {{role: {role}, ocpi: {offered},")
        return text

    return change


MIXED = speaking(ABC="[2.1.1, 2.3.0]", DUN="[2.1.1]", EMA="[2.1.1, 2.2.1, 2.3.0]", NOM="[2.1.1]")
"""ABC and EMA meet in 2.3.0, all others in 2.1.1."""


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[Message]:
    folder = tmp_path_factory.mktemp("versions")
    scenario = town(folder, change=MIXED)
    digests = []
    for wire in ("http", "memory"):
        result = played(scenario, folder / "run.ocpirun", wire=wire)  # type: ignore[arg-type]
        holds(result)
        assert int(str(result.summary["cdrs"])) > 5
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    with Recording.open(folder / "run.ocpirun") as recording:
        return recording.messages(contents=True)


def _pair(message: Message) -> str:
    return "|".join(sorted((message.sender, message.receiver)))


def _functional(messages: list[Message], version: str) -> list[Message]:
    return [m for m in messages if m.version == version and m.module not in ("versions", "credentials")]


def test_each_pair_speaks_the_highest_version_that_both_have(messages: list[Message]) -> None:
    spoken: dict[str, set[str]] = {}
    for message in messages:
        if message.module not in ("versions", "credentials"):
            spoken.setdefault(_pair(message), set()).add(message.version)
    assert spoken == {
        "NL-ABC|NL-EMA": {"2.3.0"},
        "NL-DUN|NL-EMA": {"2.1.1"},
        "NL-ABC|NL-NOM": {"2.1.1"},
        "NL-DUN|NL-NOM": {"2.1.1"},
    }


def test_2_1_1_has_raw_tokens_and_neither_message_ids_nor_routing(messages: list[Message]) -> None:
    for message in _functional(messages, "2.1.1"):
        names = {name.lower() for name, _ in message.request_headers}
        assert names == {"authorization", "content-type"}
        token = dict(message.request_headers)["Authorization"].removeprefix("Token ")
        assert len(token) == 40  # as it was made, not in Base64
        answered = {name.lower() for name, _ in message.response_headers}
        assert not answered & {"x-request-id", "x-correlation-id", "ocpi-to-party-id", "ocpi-from-party-id"}


def test_a_call_back_speaks_the_version_that_is_registered_for(messages: list[Message]) -> None:
    posts = [m for m in messages if m.route == "credentials.post" and m.version == "2.1.1"]
    asked = [m for m in messages if m.module == "versions" and any(m.cause == post.exchange for post in posts)]
    assert len(posts) == 3
    assert sorted(m.route for m in asked) == ["versions.get_details"] * 3 + ["versions.get_list"] * 3
    for message in asked:
        headers = dict(message.request_headers)
        assert set(headers) == {"Authorization", "Content-Type"}
        assert len(headers["Authorization"].removeprefix("Token ")) == 40


def test_later_versions_have_all_of_them(messages: list[Message]) -> None:
    for message in _functional(messages, "2.3.0"):
        headers = {name.lower(): value for name, value in message.request_headers}
        assert base64.b64decode(headers["authorization"].removeprefix("Token "))
        assert {"x-request-id", "x-correlation-id", "ocpi-to-party-id", "ocpi-from-country-code"} <= set(headers)


_BODIES = {
    "sessions.receiver.put_session": "Session",
    "cdrs.receiver.post_cdr": "CDR",
    "commands.receiver.post_start_session": "StartSession",
    "commands.receiver.post_stop_session": "StopSession",
    "tokens.sender.post_authorize": "LocationReferences",
}
_ANSWERS = {
    "locations.sender.get_list": "Location",
    "tariffs.sender.get_list": "Tariff",
    "tokens.sender.get_list": "Token",
    "tokens.sender.post_authorize": "AuthorizationInfo",
    "commands.receiver.post_start_session": "CommandResponse",
}


@pytest.mark.parametrize("version", ["2.1.1", "2.3.0"])
def test_what_is_said_is_of_the_version(messages: list[Message], version: str) -> None:
    types = catalogue.types(version)
    seen: set[str] = set()
    for message in _functional(messages, version):
        if message.final != "delivered":
            continue
        if message.route in _BODIES and message.request_body:
            codec.decode(message.request_body, types[_BODIES[message.route]])
            seen.add(message.route)
        if message.route in _ANSWERS:
            data: Any = json.loads(message.response_body)["data"]
            for each in data if isinstance(data, list) else [data]:
                codec.decode(json.dumps(each).encode(), types[_ANSWERS[message.route]])
            seen.add(message.route)
    assert seen == {*_BODIES, *_ANSWERS}


def test_2_1_1_has_no_patch_that_adds_charging_periods(messages: list[Message]) -> None:
    old, new = ([m.method for m in _functional(messages, v) if m.module == "sessions"] for v in ("2.1.1", "2.3.0"))
    assert "PATCH" not in old
    assert "PATCH" in new


def test_connected_parties_need_a_version_in_common(tmp_path: Path) -> None:
    with pytest.raises(ScenarioErrors, match=r"NL-EMA speaks OCPI 2\.2\.1 and NL-ABC 2\.1\.1: they have no"):
        town(tmp_path, change=speaking(ABC="[2.1.1]"))


def test_the_cost_of_a_session_has_the_rate_of_its_tax_in_2_3_0(messages: list[Message]) -> None:
    told = [
        json.loads(m.request_body)
        for m in _functional(messages, "2.3.0")
        if m.module == "sessions" and m.method != "GET"
    ]
    taxes = [tax for body in told for tax in body.get("total_cost", {}).get("taxes", ()) if tax["amount"]]
    assert len(taxes) > 5
    assert {tax.get("percentage") for tax in taxes} == {21}
