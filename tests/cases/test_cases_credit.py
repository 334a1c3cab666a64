"""How a bill that was wrong is made right. The number is that of the digest, section 4."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from case_town import CPO, EMSP
from msgspec.structs import asdict, replace
from run_town import H, OpenTown, S, holds, named, played, town

from simulator.recording.reader import Recording
from simulator.scenario.load import load

HUB = """
name: Credit over a hub
start: 2026-05-05T06:00 Europe/Amsterdam
duration: 3 h
seed: 9
parties:
  NL-ABC: {role: cpo, name: Alpha, ocpi: 2.2.1}
  NL-OLD: {role: emsp, name: Old, ocpi: 2.1.1, whitelist: ALLOWED}
  NL-HUB: {role: hub, name: Hub, ocpi: [2.1.1, 2.2.1]}
tariffs: {park: {energy: 0.60 EUR/kWh}, night: {energy: 0.40 EUR/kWh}}
sites: [{cpo: NL-ABC, name: Park, at: [52.16, 4.49], evses: {count: 1, power: 11 kW, tariff: park}}]
drivers: [{name: Bert, emsp: NL-OLD, arrives: "06:30", at: [52.16, 4.49], battery: 30 %, target: 60 %, stay: 20 min}]
changes:
  - {at: "08:00", kind: cdr_corrected, driver: Bert, tariff: night}
  - {at: "08:05", kind: cdr_corrected, driver: Bert, tariff: night}
"""
CORRECTED = '\nchanges:\n  - {at: "08:00", kind: cdr_corrected, driver: Vera, tariff: park}\n'


@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_case_37_a_credit_cdr_takes_back_a_cdr_and_nothing_else_is_negative(tmp_path: Path, version: str) -> None:
    """It has an id of its own, names the one that it takes back, and is the same but for the sign of total_cost."""
    scenario = town(tmp_path, drivers=(named("Vera", stay="20 min"),), change=lambda text: text + CORRECTED)
    parties = tuple(replace(party, versions=(version,)) for party in scenario.parties)
    with OpenTown(replace(scenario, parties=parties), tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(3 * H)
        wrong, credit, right = open_town.world.emsps[EMSP].cdrs.store
    assert len(dict.fromkeys(each.id for each in (wrong, credit, right))) == 3
    assert (credit.credit, credit.credit_reference_id) == (True, wrong.id)
    assert credit.total_cost.excl_vat == -wrong.total_cost.excl_vat < 0
    told = ("id", "credit", "credit_reference_id", "total_cost", "last_updated")
    assert {name: value for name, value in asdict(credit).items() if name not in told} == {
        name: value for name, value in asdict(wrong).items() if name not in told
    }
    assert (right.credit, right.credit_reference_id, right.session_id) == (None, None, wrong.session_id)
    assert right.total_cost.excl_vat > Decimal(0)
    assert right.total_cost != wrong.total_cost
    assert all(each.party_id == CPO[3:] for each in (wrong, credit, right))


def test_case_37_holds_for_a_bill_that_was_lost_and_is_read_after_it_was_put_right(tmp_path: Path) -> None:
    scenario = town(
        tmp_path,
        drivers=(named("Vera", stay="20 min"),),
        faults=(f'{{at: "06:40", kind: loss, between: [{EMSP}, {CPO}], probability: 100 %, for: 1 h}}',),
        poll="3 h",
        duration="8 h",
        change=lambda text: text + CORRECTED,
    )
    result = played(scenario, tmp_path / "run.ocpirun")
    holds(result)
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        bills = recording.query("SELECT amount, accepted_amount FROM v_cdr")
        rules = [hint.rule for hint in recording.hints()]
    assert len(bills) == 3
    assert all(claimed == accepted for claimed, accepted in bills)
    assert "credit-early" in rules
    assert "not-taken" not in rules


def test_case_37_holds_for_a_credit_that_was_lost(tmp_path: Path) -> None:
    """The bill in its place is not booked beside the wrong one, and the credit is read at once: nobody polls here."""
    loss = f'{{at: "07:59", kind: loss, between: [{EMSP}, {CPO}], probability: 100 %, for: 65 s}}'
    vera, path = named("Vera", stay="20 min"), tmp_path / "run.ocpirun"
    digests = []
    for wire in ("http", "memory"):
        scenario = town(tmp_path, drivers=(vera,), faults=(loss,), change=lambda text: text + CORRECTED)
        result = played(scenario, path, wire=wire)  # type: ignore[arg-type]
        holds(result)
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    with Recording.open(path) as recording:
        bills = recording.query("SELECT amount, accepted_amount FROM v_cdr")
        rules = [hint.rule for hint in recording.hints()]
    assert len(bills) == 3
    assert all(claimed == accepted for claimed, accepted in bills)
    assert "bill-early" in rules
    assert not {"not-taken", "session-billed-twice"} & {*rules}


def test_who_is_refused_a_credit_sends_no_second_bill_and_claims_nothing_back(tmp_path: Path) -> None:
    """A hub tells its eMSP of 2.1.1 no credit, so that the first bill stands there."""
    (tmp_path / "town.yaml").write_text(HUB)
    path, digests = tmp_path / "run.ocpirun", []
    for wire in ("http", "memory"):
        result = played(load(tmp_path / "town.yaml"), path, wire=wire)  # type: ignore[arg-type]
        holds(result)
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    with Recording.open(path) as recording:
        bills = recording.query("SELECT amount, accepted_amount FROM v_cdr")
        receivables = [(row.amount, row.energy_wh) for row in recording.money() if row.kind == "receivable"]
        problems = [msgspec.json.decode(event.data)["problem"] for event in recording.events(kind="cdr_not_corrected")]
        posted = [row for row in recording.messages(module="cdrs", sender="NL-ABC") if row.method == "POST"]
    assert [amount for amount, accepted in bills] == [accepted for amount, accepted in bills] == [bills[0][0]]
    assert len(receivables) == 3
    assert [sum(column) for column in zip(*receivables, strict=True)] == list(receivables[0])
    assert len(posted) == 2, "the bill and its credit, once"
    assert "OCPI 2.1.1 has no credit CDRs" in problems[0]
    assert problems[0].endswith("; NL-OLD has to be repaid out of band.")
    assert "was refused; NL-OLD has to be repaid out of band." in problems[1]


@pytest.mark.parametrize("falls", [True, False])
def test_case_37_holds_while_the_answer_to_a_credit_is_awaited(tmp_path: Path, falls: bool) -> None:
    """The fresh bill waits for that answer; a CPO that goes down, and will not hear it, has issued it all the same."""
    faults = (f'{{at: "08:00:03", kind: party_offline, party: {CPO}, for: 10 min}}',) if falls else ()
    scenario = town(
        tmp_path,
        drivers=(named("Vera", stay="20 min"),),
        faults=faults,
        link="latency: {median: 2 s, p95: 2 s}",
        poll="30 min",
        change=lambda text: text + CORRECTED,
    )
    with OpenTown(scenario, tmp_path / "run.ocpirun") as open_town:
        cdrs = open_town.world.emsps[EMSP].cdrs.store
        open_town.run_to(2 * H + S * 2 + S // 2)
        assert len(list(cdrs)) == 2, "the credit has come, and its answer is on its way"
        assert all(open_town.audit().checks.values())
        open_town.run_to(2 * H + S * 3 + S // 2)
        assert len(open_town.ledger.receivables) == (3 if falls else 2)
        open_town.run_to(3 * H)
        assert len(list(cdrs)) == len(open_town.ledger.payables) == 3
        assert all(open_town.audit().checks.values())
