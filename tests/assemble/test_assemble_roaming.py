"""The roaming scenarios that ship tell, over either wire and with the same digest, what their first lines promise."""

import json
from pathlib import Path

import pytest
from run_town import SCENARIOS, H, holds, played

from simulator.recording.reader import Recording
from simulator.recording.rows import Event, Message
from simulator.scenario.load import load

ROAMING = SCENARIOS / "roaming"


def both_wires(name: str, folder: Path) -> Path:
    """The recording of a scenario that was played over both wires with equal digests, every check true."""
    scenario = load(ROAMING / f"{name}.yaml")
    digests = []
    for wire in ("http", "memory"):
        result = played(scenario, folder / f"{name}.ocpirun", wire=wire)  # type: ignore[arg-type]
        holds(result)
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    return folder / f"{name}.ocpirun"


@pytest.fixture(scope="module")
def rotation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return both_wires("token_rotation", tmp_path_factory.mktemp("rotation"))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return both_wires("authorisation_table", tmp_path_factory.mktemp("table"))


def _messages(path: Path, **which: object) -> list[Message]:
    with Recording.open(path) as recording:
        return recording.messages(contents=True, **which)  # type: ignore[arg-type]


def _events(path: Path, kind: str) -> list[Event]:
    with Recording.open(path) as recording:
        return list(recording.events(kind=kind))


def _presented(message: Message) -> str:
    return dict(message.request_headers)["Authorization"]


def test_a_renewal_reads_the_endpoints_anew_and_changes_both_tokens(rotation: Path) -> None:
    renewals = [m for m in _messages(rotation, module="credentials", from_us=0) if m.method == "PUT"]
    assert [(m.sender, m.receiver, m.http_status) for m in renewals] == [
        ("NL-EMA", "NL-ABC", 200),
        ("NL-ABC", "NL-EMA", 200),
    ]
    first = renewals[0]
    told, given = json.loads(first.request_body)["token"], json.loads(first.response_body)["data"]["token"]
    assert told != given
    called_back = [m.route for m in _messages(rotation, module="versions", from_us=0) if m.sender == "NL-ABC"]
    assert called_back[:2] == ["versions.get_list", "versions.get_details"]


def test_a_renewal_loses_nothing_and_every_token_presented_opens_the_door(rotation: Path) -> None:
    by_abc = [m for m in _messages(rotation, from_us=0) if {m.sender, m.receiver} == {"NL-ABC", "NL-EMA"}]
    assert {m.http_status for m in by_abc} <= {200, 201}
    first, second = (m for m in by_abc if m.module == "credentials")
    before = {_presented(m) for m in by_abc if m.sender == "NL-ABC" and m.start_us < first.start_us}
    between = {_presented(m) for m in by_abc if m.sender == "NL-ABC" and first.end_us < m.start_us < second.start_us}
    after = {_presented(m) for m in by_abc if m.sender == "NL-ABC" and m.start_us > second.end_us}
    assert len(before) == len(between) == len(after) == 1
    assert len(before | between | after) == 3


def test_after_the_end_of_a_contract_neither_side_sends_anything(rotation: Path) -> None:
    (ended,) = [m for m in _messages(rotation, module="credentials", from_us=0) if m.method == "DELETE"]
    assert (ended.sender, ended.receiver, ended.http_status) == ("NL-EMA", "NL-DUN", 200)
    later = _messages(rotation, from_us=ended.end_us + 1)
    assert later
    assert not [m for m in later if "NL-DUN" in (m.sender, m.receiver)]
    refused = [json.loads(event.data)["status"] for event in _events(rotation, "refused") if event.source == "NL-DUN"]
    assert refused == ["Unknown"]


_LET_IN = {
    "Always": ("yes", "yes"),
    "Allowed": ("yes", "yes"),
    "AllowedOffline": ("asked", "yes"),
    "Never": ("asked", "no"),
}
"""A valid token of each whitelist with its eMSP up, and down: let in from the copy, after asking, or not."""


@pytest.mark.parametrize("whitelist", _LET_IN)
@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("valid", [False, True])
def test_each_cell_of_the_table(table: Path, whitelist: str, valid: bool, down: bool) -> None:
    driver = f"driver/{whitelist}{'Valid' if valid else 'Invalid'}{'Down' if down else 'Up'}"
    (plug,) = [event for event in _events(table, "plug") if event.source == driver]
    (decision,) = [
        json.loads(event.data)
        for kind in ("authorised", "refused")
        for event in _events(table, kind)
        if event.source == "NL-ABC"
        and f"NL-ABC/{json.loads(event.data)['evse']}" == plug.subject
        and 0 <= event.at_us - plug.at_us < H
    ]
    expected = _LET_IN[whitelist][down] if valid else "no"
    assert (decision["status"] == "Accepted") == (expected != "no")
    if expected != "no":
        assert decision["method"] == ("AUTH_REQUEST" if expected == "asked" else "WHITELIST")


def test_no_emsp_is_asked_about_a_token_that_the_whitelist_lets_the_cpo_decide(table: Path) -> None:
    asked = {m.receiver for m in _messages(table, module="tokens", from_us=0) if m.method == "POST"}
    assert asked == {"NL-CCC", "NL-DDD"}


@pytest.fixture(scope="module")
def credit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return both_wires("credit_cdr", tmp_path_factory.mktemp("credit"))


def test_a_credit_takes_a_cdr_back_to_the_cent_and_a_fresh_one_follows(credit: Path) -> None:
    posts = [m for m in _messages(credit, module="cdrs", from_us=0) if m.method == "POST"]
    wrong, taken_back, right = (json.loads(m.request_body) for m in posts if m.receiver == "NL-EMA")
    assert taken_back["credit"] is True
    assert taken_back["credit_reference_id"] == wrong["id"]
    assert taken_back["id"] == f"{wrong['id']}-C"
    assert len(taken_back["id"]) <= 39
    assert taken_back["total_cost"] == {side: -amount for side, amount in wrong["total_cost"].items()}
    same = set(wrong) - {"id", "total_cost", "last_updated"}
    assert {name: taken_back[name] for name in same} == {name: wrong[name] for name in same}
    assert not {"credit", "credit_reference_id"} & set(right)
    assert right["total_energy"] == wrong["total_energy"]
    assert wrong["total_cost"]["excl_vat"] == pytest.approx(1.00 + 0.60 * wrong["total_energy"])
    assert right["total_cost"]["excl_vat"] == pytest.approx(0.40 * right["total_energy"])


def test_both_books_hold_the_credit(credit: Path) -> None:
    with Recording.open(credit) as recording:
        rows = [row for row in recording.money() if row.debtor == "NL-EMA"]
    for kind in ("receivable", "payable"):
        amounts = [row.amount for row in rows if row.kind == kind]
        assert len(amounts) == 3
        assert amounts[0] + amounts[1] == 0


def test_2_1_1_cannot_say_it_so_nothing_is_sent(credit: Path) -> None:
    (bill,) = [m for m in _messages(credit, module="cdrs", from_us=0) if m.receiver == "NL-OLD"]
    assert json.loads(bill.request_body)["total_cost"] == pytest.approx(10.36)
    (event,) = _events(credit, "cdr_not_corrected")
    assert "2.1.1 has no credit CDRs" in json.loads(event.data)["problem"]
