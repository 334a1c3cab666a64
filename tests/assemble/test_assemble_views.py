"""What analysts read in the views of a real run: no column stays empty, and it is what the CDRs on the wire said."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from run_town import SCENARIOS, played

from simulator.ocpi.datatypes import parse_datetime
from simulator.recording.reader import Recording
from simulator.scenario.load import load

VIEWS = ["v_message", "v_event", "v_state", "v_session", "v_cdr", "v_traffic", "v_series"]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    path = tmp_path_factory.mktemp("views") / "quickstart.ocpirun"
    played(load(SCENARIOS / "quickstart.yaml"), path)
    with Recording.open(path) as opened:
        yield opened


def lines(recording: Recording, view: str) -> list[dict[str, Any]]:
    columns = [name for _, name, *_ in recording.query(f"PRAGMA table_info({view})")]
    return [dict(zip(columns, row, strict=True)) for row in recording.query(f"SELECT * FROM {view}")]


def cdrs(recording: Recording) -> dict[str, dict[str, Any]]:
    """The CDRs that were sent, by id, with exact numbers."""
    posts = [message for message in recording.messages(module="cdrs", contents=True) if message.method == "POST"]
    bodies = [json.loads(post.request_body, parse_float=Decimal, parse_int=Decimal) for post in posts]
    return {body["id"]: body for body in bodies}


def test_these_are_all_views(recording: Recording) -> None:
    found = recording.query("SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name")
    assert [name for (name,) in found] == sorted(VIEWS)


@pytest.mark.parametrize("view", VIEWS)
def test_every_column_is_filled_in_a_real_run(recording: Recording, view: str) -> None:
    rows = lines(recording, view)
    assert rows
    assert [column for column in rows[0] if all(row[column] is None for row in rows)] == []


def test_each_cdr_is_the_one_that_was_sent(recording: Recording) -> None:
    sent, told = cdrs(recording), {row["cdr_id"]: row for row in lines(recording, "v_cdr")}
    assert len(sent) == 10
    assert sent.keys() == told.keys()
    for id, cdr in sent.items():
        row = told[id]
        assert row["session_id"] == cdr["session_id"]
        assert row["creditor"] == f"{cdr['country_code']}-{cdr['party_id']}"
        assert row["debtor"] == f"{cdr['cdr_token']['country_code']}-{cdr['cdr_token']['party_id']}"
        assert row["currency"] == cdr["currency"]
        assert Decimal(row["amount"]) == Decimal(row["accepted_amount"]) == cdr["total_cost"]["excl_vat"]
        assert row["energy_wh"] == cdr["total_energy"] * 1_000
        assert row["tariff_id"] == cdr["tariffs"][0]["id"]
        assert parse_datetime(cdr["end_date_time"]) <= parse_datetime(row["issued_at"])
        assert row["issued_at"] < row["accepted_at"]


def test_each_session_is_the_one_that_its_cdr_bills(recording: Recording) -> None:
    sessions = {(row["session_id"], row["holder"]): row for row in lines(recording, "v_session")}
    sent = cdrs(recording).values()
    assert len(sessions) == 2 * len(sent)
    for cdr in sent:
        cpo = f"{cdr['country_code']}-{cdr['party_id']}"
        emsp = f"{cdr['cdr_token']['country_code']}-{cdr['cdr_token']['party_id']}"
        for holder in (cpo, emsp):
            row = sessions[cdr["session_id"], holder]
            assert (row["cpo"], row["emsp"], row["status"]) == (cpo, emsp, "COMPLETED")
            assert (row["evse_uid"], row["token_uid"]) == (cdr["cdr_location"]["evse_uid"], cdr["cdr_token"]["uid"])
            assert row["kwh"] == float(cdr["total_energy"])
            assert row["currency"] == cdr["currency"]
            assert Decimal(row["total_cost_excl_vat"]) == cdr["total_cost"]["excl_vat"]
        at_cpo = sessions[cdr["session_id"], cpo]
        for column in ("start_date_time", "end_date_time"):
            assert at_cpo[column] == cdr[column]
        assert at_cpo["location_id"] == cdr["cdr_location"]["id"]


def test_what_is_known_of_a_session_is_small(recording: Recording) -> None:
    for state in recording.states(kind="session"):
        value = json.loads(state.value)
        assert not any(isinstance(member, (dict, list)) for member in value.values())
        assert len(state.value) < 300
