"""Whose doing it is what is wrong with a message that a hub says in another version: its author's, not the hub's."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from parties_hub import HOST, RECEIVER, card_of, hub_town, onward, say, square
from parties_objects import Json, cdr, cdr_token, token
from run_town import OpenTown


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    folder: Path = tmp_path_factory.mktemp("hub")
    with hub_town(folder, "memory") as town:
        yield town


def bill(desk: OpenTown, id: str, **changes: object) -> Json:
    """A bill of NL-ABC, of 2.2.1, for NL-NXT, of 2.3.0."""
    card = cdr_token(card_of(desk, "NL-NXT"), party_id="NXT")
    return cdr(id, cdr_token=card, **changes)


def credit(desk: OpenTown, id: str, of: str, **changes: object) -> Json:
    back = {"credit": True, "credit_reference_id": of, "total_cost": {"excl_vat": -4.5}}
    return bill(desk, id, session_id=f"session-of-{of}", **back | changes)


def test_a_command_that_breaks_a_rule_is_refused_before_it_is_said_in_another_version(desk: OpenTown) -> None:
    blamed = len(desk.journal.errors)
    body = {"response_url": "http://nl-nxt.ocpi.test/1", "token": token(card_of(desk, "NL-NXT"), party_id="NXT")}
    body |= {"location_id": square(desk)["id"], "connector_id": "1"}
    url = f"{HOST}/ocpi/receiver/2.3.0/commands/START_SESSION"
    told = say(desk, "NL-NXT", "POST", url, body, to="NL-ABC")
    assert (told.status, onward(desk, told)) == (2001, [])
    assert "(OCPI 2.3.0 commands, StartSession)" in told.envelope["status_message"]
    assert [hint.rule for hint in desk.hints(told.exchange)] == ["start-session-evse"]
    assert desk.journal.errors[blamed:] == [("NL-NXT", "start-session-evse")]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ("credit-total", {"total_cost": {"excl_vat": 4.5}}),
        ("credit-reference", {"credit": False}),
        ("credit-id", {"credit_reference_id": "WRONG"}),
    ],
)
def test_a_credit_that_breaks_a_rule_is_its_author_s_doing(desk: OpenTown, rule: str, wrong: Json) -> None:
    blamed = len(desk.journal.errors)
    told = say(desk, "NL-ABC", "POST", f"{RECEIVER}/cdrs", credit(desk, "WRONG", "RIGHT", **wrong), to="NL-NXT")
    assert (told.status, onward(desk, told)) == (2001, [])
    assert desk.journal.errors[blamed:] == [("NL-ABC", rule)]


def test_what_only_the_receiver_can_know_is_its_author_s_doing_too(desk: OpenTown) -> None:
    for body in (bill(desk, "B1"), credit(desk, "B1C", "B1")):
        assert say(desk, "NL-ABC", "POST", f"{RECEIVER}/cdrs", body, to="NL-NXT").status == 1000
    blamed = len(desk.journal.errors)
    told = say(desk, "NL-ABC", "POST", f"{RECEIVER}/cdrs", credit(desk, "B1D", "B1"), to="NL-NXT")
    (leg,) = onward(desk, told)
    assert (told.status, leg.ocpi_status) == (2001, 2001)
    for exchange in (told.exchange, leg.exchange):
        assert "credit-twice" in [hint.rule for hint in desk.hints(exchange)]
    assert desk.journal.errors[blamed:] == [("NL-ABC", "credit-twice")]
