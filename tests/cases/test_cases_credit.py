"""How a bill that was wrong is made right. The number is that of the digest, section 4."""

from decimal import Decimal
from pathlib import Path

import pytest
from case_town import CPO, EMSP
from msgspec.structs import asdict, replace
from run_town import H, OpenTown, holds, named, played, town

from simulator.recording.reader import Recording

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
