"""Who misses a bill reads it: nobody sends it again, and an eMSP that knows of a Session's end asks, for a while."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from parties_lister import Lister
from run_town import MIN, H, OpenTown, S, WireName, json_answer, named, town

from simulator.engine.node import Inbound
from simulator.parties.roles.emsp_missing_bills import PAUSES_US
from simulator.recording.reader import Recording

CPO, EMSP = "NL-ABC", "NL-EMA"
VERA = named("Vera")
"""Charges from half past six to half past seven."""


def opened(folder: Path, wire: WireName = "memory", version: str = "2.2.1") -> OpenTown:
    scenario = town(folder, drivers=(VERA,))
    parties = tuple(replace(party, versions=(version,)) for party in scenario.parties)
    return OpenTown(replace(scenario, parties=parties), folder / "run.ocpirun", wire)


def out_of_order(desk: OpenTown) -> None:
    """From now on the eMSP fails on every bill that is posted."""
    honest = desk.world.party(EMSP).office.node.server

    def failing(inbound: Inbound) -> Any:
        is_bill = inbound.request.method == "POST" and inbound.request.url.endswith("/cdrs")
        return json_answer(None, 3000, 500) if is_bill else honest(inbound)

    desk.server(EMSP, failing)


def missed(desk: OpenTown) -> list[int]:
    """When a bill was missed."""
    return [row.at_us for row in desk.rows.events if row.kind == "cdr_missing"]


@pytest.mark.parametrize("wire", ["http", "memory"])
def test_a_bill_that_was_not_delivered_is_read_by_who_misses_it(tmp_path: Path, wire: WireName) -> None:
    with opened(tmp_path, wire) as desk:
        out_of_order(desk)
        desk.run_until(lambda: bool(desk.events("cdr_not_delivered", CPO)), MIN, 3 * H)
        assert desk.audit().energy_wh.held_back > 0
        desk.run_for(PAUSES_US[0] + 10 * S)
        assert len(missed(desk)) == 1
        assert desk.events("synchronise", EMSP)[-1]["reason"] == "the bill of a session does not come"
        assert len(desk.ledger.payables) == 1
        assert desk.audit().energy_wh.held_back == 0
        desk.run_to(5 * H)
        assert len(missed(desk)) == 1, "it has come"
        desk.recorder.flush()
        with Recording.open(desk.path) as recording:
            posts = [each for each in recording.messages(module="cdrs") if each.method == "POST"]
    assert len(posts) == 1, "OCPI wants no message sent again that has failed"


def test_it_is_asked_for_less_and_less_often_and_not_for_ever(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        out_of_order(desk)
        with Lister(desk, CPO) as lister:
            lister.lists["cdrs"] = []
            desk.run_to(5 * H)
        at_us = missed(desk)
        assert len(lister.asked) == len(at_us) == len(PAUSES_US)
    pauses_us = [later - sooner for sooner, later in itertools.pairwise(at_us)]
    assert pauses_us == [2 * PAUSES_US[0], 4 * PAUSES_US[0], 8 * PAUSES_US[0]]


def test_a_list_that_its_cpo_refuses_to_show_is_asked_for_once(tmp_path: Path) -> None:
    with opened(tmp_path) as desk:
        out_of_order(desk)
        honest, asked = desk.world.party(CPO).office.node.server, []

        def refusing(inbound: Inbound) -> Any:
            if inbound.request.method != "GET" or "/cdrs" not in inbound.request.url:
                return honest(inbound)
            asked.append(inbound.request.url)
            return json_answer(None, 2000)

        desk.server(CPO, refusing)
        desk.run_to(5 * H)
        assert len(missed(desk)) == len(PAUSES_US)
        assert len(asked) == 1


@pytest.mark.parametrize("fails", [False, True])
def test_in_2_1_1_a_bill_names_no_session_and_is_missed_only_if_it_does_not_come(tmp_path: Path, fails: bool) -> None:
    with opened(tmp_path, version="2.1.1") as desk:
        if fails:
            out_of_order(desk)
        desk.run_to(5 * H)
        (bill,) = desk.world.emsps[EMSP].cdrs.store
        assert bill.session_id is None
        assert len(missed(desk)) == fails
