"""A CPO tells which CDRs an invoice covers, and the eMSP's sum is the CPO's. OCPI 2.3.0, Invoice reconciliation."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from run_town import MIN, SCENARIOS, OpenTown, holds, named, played, town

from simulator.engine.cause import TIME
from simulator.ocpi.datatypes import Price
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.scenario.load import load

INVOICES = "invoicereconciliation"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invoices")
    digests = []
    for wire in ("http", "memory"):
        result = played(load(SCENARIOS / "money" / "invoices.yaml"), folder / "run.ocpirun", wire=wire)  # type: ignore[arg-type]
        holds(result)
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    return folder / "run.ocpirun"


def _messages(path: Path, emsp: str) -> list[Message]:
    with Recording.open(path) as recording:
        found = recording.messages(module=INVOICES, contents=True)
    return [message for message in found if emsp in (message.sender, message.receiver) and message.start_us > 0]


def _believed(path: Path, holder: str) -> dict[str, Any]:
    """What a party last knew of each invoice, None for one that is withdrawn."""
    with Recording.open(path) as recording:
        rows = recording.query(
            "SELECT entity, value FROM v_state WHERE holder = ? AND kind = 'invoice' ORDER BY seq", (holder,)
        )
    return {entity: json.loads(value) for entity, value in rows}


def test_a_record_is_posted_corrected_and_withdrawn(path: Path) -> None:
    changes = [m for m in _messages(path, "NL-EMA") if m.method != "GET"]
    assert [(m.method, m.http_status) for m in changes] == [
        ("POST", 201),
        ("PUT", 200),
        ("POST", 201),
        ("DELETE", 200),
    ]
    posted, corrected, _, withdrawn = changes
    before, after = (json.loads(m.request_body) for m in (posted, corrected))
    assert after["cdrs"][:2] == before["cdrs"]
    assert after["cdrs"][2] == f"{before['cdrs'][0]}-C"
    assert len(after["cdrs"]) == 4
    assert after["last_updated"] > before["last_updated"]
    assert withdrawn.request_body == b""


def test_both_come_to_the_same_sum_of_what_is_invoiced(path: Path) -> None:
    cpo, emsp = _believed(path, "NL-ABC"), _believed(path, "NL-EMA")
    (invoice,) = [id for id, value in emsp.items() if value is not None]
    assert emsp[invoice]["amount"] == cpo[invoice]["amount"] == {"EUR": "9.3600"}
    assert emsp[invoice]["missing"] == []
    assert [value for id, value in emsp.items() if id != invoice] == [None]


def test_an_emsp_that_was_away_finds_the_record_in_the_list(path: Path) -> None:
    with Recording.open(path) as recording:
        (told,) = recording.events(kind="invoice_not_delivered")
        (agreed,) = [event for event in recording.events(kind="invoice_agreed") if event.source == "NL-NOM"]
    assert json.loads(told.data)["why"] == "connection refused"
    lists = [m for m in _messages(path, "NL-NOM") if m.method == "GET" and json.loads(m.response_body)["data"]]
    assert len(lists) == 1
    assert told.at_us < agreed.at_us


# A stranger asks


@pytest.fixture(params=["memory", "http"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenTown]:
    """A town of 2.3.0 in which Vera has been billed."""

    def newest(text: str) -> str:
        return re.sub("role: (cpo|emsp),", r"role: \1, ocpi: 2.3.0,", text)

    scenario = town(tmp_path, drivers=(named("Vera", stay="20 min"),), change=newest)
    with OpenTown(scenario, tmp_path / "desk.ocpirun", request.param) as desk:
        desk.run_until(lambda: len(desk.world.emsps["NL-EMA"].cdrs.store) == 1, step_us=MIN)
        yield desk


def _record(*cdrs: str, **more: str) -> dict[str, Any]:
    about = {"country_code": "NL", "party_id": "ABC", "id": "R1", "invoice_id": "2026-1"}
    return {**about, "cdrs": list(cdrs), "last_updated": "2026-05-04T05:00:00Z", **more}


def _ask(desk: OpenTown, method: str, *rest: str, body: object = None) -> Any:
    return desk.ask("NL-ABC", "NL-EMA", method, desk.url("NL-ABC", "NL-EMA", INVOICES, "RECEIVER", *rest), body)


def _bill(desk: OpenTown, id: str, **changes: object) -> None:
    """NL-ABC posts a CDR like the one that NL-EMA has of it already."""
    (known, *_) = desk.world.emsps["NL-EMA"].cdrs.store
    said = desk.connection("NL-ABC", "NL-EMA").dialect.encode(replace(known, id=id, **changes))
    url = desk.url("NL-ABC", "NL-EMA", "cdrs", "RECEIVER")
    assert desk.ask("NL-ABC", "NL-EMA", "POST", url, json.loads(said)).http == 201


def test_what_a_receiver_refuses(desk: OpenTown) -> None:
    assert (_ask(desk, "POST", body=_record("A")).http, _ask(desk, "POST", body=_record("A")).http) == (201, 200)
    assert _ask(desk, "POST", body=_record("B")).status == 2001  # known with other content
    assert _ask(desk, "POST", body=_record()).status == 2001  # no CDRs
    assert _ask(desk, "POST", body=_record("A", id="R2", party_id="DUN")).status == 2001
    assert _ask(desk, "PUT", "NL", "ABC", "R2", body=_record("A")).status == 2001  # another id than the URL's
    assert _ask(desk, "GET", "NL", "ABC", "r1").data == _record("A")
    assert _ask(desk, "DELETE", "NL", "ABC", "R1").status == 1000
    assert _ask(desk, "DELETE", "NL", "ABC", "R1").http == 404
    assert _ask(desk, "GET", "NL", "DUN", "R1").http == 404


def test_an_older_record_does_not_replace_a_newer_one(desk: OpenTown) -> None:
    _ask(desk, "POST", body=_record("A"))
    late = _ask(desk, "PUT", "NL", "ABC", "R1", body=_record("B", last_updated="2026-05-04T04:00:00Z"))
    assert late.status == 1000
    assert _ask(desk, "GET", "NL", "ABC", "R1").data["cdrs"] == ["A"]
    assert [hint.rule for hint in desk.hints(late.exchange)] == ["overtaken-update"]


def test_cdrs_that_never_came_or_came_twice_are_disputed_and_the_cpo_is_asked_for_them(desk: OpenTown) -> None:
    (cdr,) = desk.world.emsps["NL-EMA"].cdrs.store
    _ask(desk, "POST", body=_record(cdr.id))
    (agreed,) = desk.events("invoice_agreed", "NL-EMA")
    assert agreed["amount"] == {cdr.currency: str(cdr.total_cost.excl_vat)}
    _ask(desk, "POST", body=_record(cdr.id, "NEVER-CAME", id="R2", invoice_id="2026-2"))
    (disputed,) = desk.events("invoice_disputed", "NL-EMA")
    assert (disputed["missing"], disputed["invoiced_twice"]) == (["NEVER-CAME"], [cdr.id])
    desk.run_for(MIN)
    assert [event["reason"] for event in desk.events("synchronise", "NL-EMA")][
        -1
    ] == "an invoice names CDRs unknown here"


def test_a_cdr_that_one_record_names_twice_counts_once_and_is_disputed(desk: OpenTown) -> None:
    (cdr,) = desk.world.emsps["NL-EMA"].cdrs.store
    _ask(desk, "POST", body=_record(cdr.id, cdr.id.swapcase()))
    (disputed,) = desk.events("invoice_disputed", "NL-EMA")
    assert disputed["amount"] == {cdr.currency: str(cdr.total_cost.excl_vat)}
    assert [id.lower() for id in disputed["invoiced_twice"]] == [cdr.id.lower()]
    assert desk.events("invoice_agreed", "NL-EMA") == []


@pytest.mark.parametrize("way", ["DELETE", "PUT"])
def test_who_was_first_to_name_a_cdr_is_right_until_it_names_it_no_longer(desk: OpenTown, way: str) -> None:
    (cdr,) = desk.world.emsps["NL-EMA"].cdrs.store
    for id in ("R1", "R2", "R3"):
        _ask(desk, "POST", body=_record(cdr.id, id=id, invoice_id=id))
    agreed, disputed = ([each["invoice"] for each in desk.events(f"invoice_{what}")] for what in ("agreed", "disputed"))
    assert (agreed, disputed) == (["R1"], ["R2", "R3"])
    later = _record("OTHER", last_updated="2026-05-04T06:00:00Z")
    assert _ask(desk, way, "NL", "ABC", "R1", body=later if way == "PUT" else None).status == 1000
    assert [each["invoice"] for each in desk.events("invoice_agreed")] == ["R1", "R2"]
    assert _ask(desk, "DELETE", "NL", "ABC", "R3").status == 1000
    assert len(desk.events("invoice_agreed")) == 2, "the first one stays, and nobody is told so again"


def test_a_dispute_ends_when_the_missing_cdr_comes(desk: OpenTown) -> None:
    _ask(desk, "POST", body=_record("comes-late"))
    url = desk.url("NL-DUN", "NL-EMA", INVOICES, "RECEIVER")
    desk.ask("NL-DUN", "NL-EMA", "POST", url, _record("NEVER-CAME", party_id="DUN"))
    assert len(desk.events("invoice_disputed", "NL-EMA")) == 2, "two CPOs may choose one id"
    _bill(desk, "COMES-LATE", session_id="another")
    assert len(desk.events("invoice_agreed", "NL-EMA")) == 1


def test_nobody_agrees_to_an_invoice_of_a_bill_that_is_not_booked(desk: OpenTown) -> None:
    """A second bill of a Session waits for the credit of the first."""
    (cdr,) = desk.world.emsps["NL-EMA"].cdrs.store
    _bill(desk, "SECOND", session_id=cdr.session_id)
    _ask(desk, "POST", body=_record("SECOND"))
    (disputed,) = desk.events("invoice_disputed", "NL-EMA")
    assert disputed["missing"] == ["SECOND"]
    back = Price(excl_vat=-cdr.total_cost.excl_vat)
    _bill(desk, "CREDIT", credit=True, credit_reference_id=cdr.id, total_cost=back)
    assert len(desk.events("invoice_agreed", "NL-EMA")) == 1


def test_nothing_is_invoiced_twice_and_nothing_without_cdrs(desk: OpenTown) -> None:
    invoices = desk.world.cpos["NL-ABC"].invoices
    assert invoices.correct("NL-EMA", TIME) == "NL-EMA has no invoice."
    assert invoices.issue("NL-EMA", TIME) == ""
    assert invoices.issue("NL-EMA", TIME) == "NL-EMA has no CDRs that were not invoiced."
    assert invoices.issue("NL-NOM", TIME) == "NL-NOM has no CDRs that were not invoiced."
    desk.run_for(MIN)
    url = desk.url("NL-EMA", "NL-ABC", INVOICES, "SENDER")
    (record,) = desk.ask("NL-EMA", "NL-ABC", "GET", url).data
    assert record["invoice_id"] == "NL-ABC-2026-0001"
    other = desk.url("NL-NOM", "NL-ABC", INVOICES, "SENDER")
    assert desk.ask("NL-NOM", "NL-ABC", "GET", other).data == []
