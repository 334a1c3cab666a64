"""The checks at the end of a run are no formality: each of them sees what it is there to see."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace
from run_town import MIN, H, OpenTown, S, named, town

from simulator.billing.price import Bill
from simulator.engine.cause import TIME
from simulator.engine.node import Inbound
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpp.messages import IdToken
from simulator.parties.modules.ownership import key_of
from simulator.parties.roles.cpo_session import CpoSession
from simulator.recording.reader import Recording
from simulator.wire.carrier import Response
from simulator.world.battery import Battery
from simulator.world.vehicle import VEHICLES

DRIVERS = (named("Vera"), named("Wim", authorise="app"), named("Xena", arrives='"07:50"'))
"""After two hours the first two have left, and Xena charges."""


def audited(tmp_path: Path, tamper: Callable[[OpenTown], None]) -> dict[str, bool]:
    """The checks after two hours, with something done to the books first."""
    with OpenTown(town(tmp_path, drivers=DRIVERS, duration="3 h"), tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(2 * H)
        assert all(open_town.audit().checks.values())
        tamper(open_town)
        checks = open_town.audit()
        assert list(checks.remarks) == [name for name, good in checks.checks.items() if not good]
        return checks.checks


def failed(checks: dict[str, bool]) -> list[str]:
    return [name for name, good in checks.items() if not good]


def some_cdr(open_town: OpenTown) -> CDR:
    return next(iter(open_town.world.emsps["NL-EMA"].cdrs.store))


def test_an_audit_of_an_honest_run_is_true(tmp_path: Path) -> None:
    assert failed(audited(tmp_path, lambda _: None)) == []


def test_an_emsp_that_loses_a_bill_is_seen(tmp_path: Path) -> None:
    def lose(open_town: OpenTown) -> None:
        cdr = some_cdr(open_town)
        open_town.world.emsps["NL-EMA"].cdrs.store.drop(cdr.country_code, cdr.party_id, cdr.id)

    assert failed(audited(tmp_path, lose)) == ["cdrs_billed_once", "money_settled", "held_back_by_faults"]


def test_a_cpo_that_loses_a_bill_is_seen(tmp_path: Path) -> None:
    def lose(open_town: OpenTown) -> None:
        cdr = some_cdr(open_town)
        open_town.world.emsps["NL-EMA"].cdrs.store.drop(cdr.country_code, cdr.party_id, cdr.id)
        cpo = open_town.world.cpos[f"{cdr.country_code}-{cdr.party_id}"]
        cpo.billing.cdrs.by_peer["NL-EMA"].drop(cdr.id)

    assert "energy_conserved" in failed(audited(tmp_path, lose))


def test_a_cpo_that_never_bills_a_session_is_seen(tmp_path: Path) -> None:
    def forget(open_town: OpenTown) -> None:
        cdr = some_cdr(open_town)
        cpo = open_town.world.cpos[f"{cdr.country_code}-{cdr.party_id}"]
        open_town.world.emsps["NL-EMA"].cdrs.store.drop(cdr.country_code, cdr.party_id, cdr.id)
        cpo.billing.cdrs.by_peer["NL-EMA"].drop(cdr.id)
        cpo.billing.billed = {key: id for key, id in cpo.billing.billed.items() if id != cdr.id}

    assert "energy_conserved" in failed(audited(tmp_path, forget))


def test_a_bill_that_is_one_wh_short_is_seen(tmp_path: Path) -> None:
    def shorten(open_town: OpenTown) -> None:
        cdr = some_cdr(open_town)
        short = replace(cdr, total_energy=cdr.total_energy - Decimal("0.001"))
        open_town.world.emsps["NL-EMA"].cdrs.store.put(short, cdr.country_code, cdr.party_id, cdr.id)

    assert failed(audited(tmp_path, shorten)) == ["energy_conserved"]


def test_energy_that_nobody_was_let_in_for_is_seen(tmp_path: Path) -> None:
    def steal(open_town: OpenTown) -> None:
        charger = next(each for each in open_town.world.street.chargers.values() if each.battery is None)
        charger.plug(Battery(VEHICLES["compact"], 200, 800), TIME)
        charger._start(IdToken("STOLEN", "ISO14443"), "Authorized", None, TIME)
        open_town.run_for(10 * MIN)
        assert open_town.events("unauthorised_transaction")

    assert failed(audited(tmp_path, steal)) == ["energy_conserved"]


def test_a_bill_that_is_booked_twice_is_seen(tmp_path: Path) -> None:
    def twice(open_town: OpenTown) -> None:
        open_town.ledger.payables.append(open_town.ledger.payables[0])

    assert failed(audited(tmp_path, twice)) == ["cdrs_billed_once", "money_settled"]


def test_a_cent_of_difference_is_seen(tmp_path: Path) -> None:
    def cheat(open_town: OpenTown) -> None:
        row = open_town.ledger.payables[0]
        open_town.ledger.payables[0] = replace(row, amount=row.amount - Decimal("0.01"))

    assert failed(audited(tmp_path, cheat)) == ["money_settled"]


def test_a_price_that_is_hardly_wrong_is_seen_of_a_cpo_of_our_own_make(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others round as they like, so that the eMSP says nothing."""
    right = CpoSession.cdr

    def dearer(session: CpoSession, id: str) -> tuple[CDR, Bill]:
        cdr, bill = right(session, id)
        cost = replace(cdr.total_cost, excl_vat=cdr.total_cost.excl_vat + Decimal("0.0001"))
        return replace(cdr, total_cost=cost), bill

    def overcharge(open_town: OpenTown) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(CpoSession, "cdr", dearer)
            open_town.run_to(4 * H)

    def overcharge_as_odd(open_town: OpenTown) -> None:
        open_town.world.odd.append("NL-ABC")
        overcharge(open_town)

    assert failed(audited(tmp_path, overcharge)) == ["money_settled"]
    assert failed(audited(tmp_path, overcharge_as_odd)) == []


def test_a_token_that_opens_no_door_any_more_is_seen(tmp_path: Path) -> None:
    def swap(open_town: OpenTown) -> None:
        connection = open_town.connection("NL-ABC", "NL-EMA")
        open_town.world.cpos["NL-ABC"].office.platform.admit(connection, "another")

    assert failed(audited(tmp_path, swap)) == ["parties_registered"]


def test_code_that_fails_and_messages_that_are_wrong_are_seen(tmp_path: Path) -> None:
    def fail(open_town: OpenTown) -> None:
        def broken(inbound: Inbound) -> Response:
            raise ZeroDivisionError("a fault of ours")

        url = open_town.url("NL-EMA", "NL-ABC", "locations", "SENDER")
        assert open_town.ask("NL-EMA", "NL-ABC", "PUT", url, b"{").http == 405
        tokens = open_town.url("NL-EMA", "NL-ABC", "tokens", "RECEIVER", "NL", "EMA", "T1")
        assert open_town.ask("NL-EMA", "NL-ABC", "PUT", tokens, b"{").http == 400
        open_town.server("NL-ABC", broken)
        assert open_town.ask("NL-EMA", "NL-ABC", "GET", url).http == 500

    assert failed(audited(tmp_path, fail)) == ["no_handler_failed", "messages_valid"]


def test_a_mistake_counts_for_who_made_it_and_not_for_one_of_another_make(tmp_path: Path) -> None:
    """Also one that only the expert sees, who looks at what is written down: here an answer without an envelope."""

    def bare(inbound: Inbound) -> Response:
        return Response(200, (("Content-Type", "application/json"),), b"[]")

    def answer(open_town: OpenTown) -> None:
        url = open_town.url("NL-EMA", "NL-ABC", "locations", "SENDER")
        open_town.server("NL-ABC", bare)
        assert open_town.ask("NL-EMA", "NL-ABC", "GET", url).http == 200

    def with_odd(party: str) -> Callable[[OpenTown], None]:
        def mistake(open_town: OpenTown) -> None:
            open_town.world.odd.append(party)
            answer(open_town)

        return mistake

    assert failed(audited(tmp_path, answer)) == ["messages_valid"]
    assert failed(audited(tmp_path, with_odd("NL-EMA"))) == ["messages_valid"]
    assert failed(audited(tmp_path, with_odd("NL-ABC"))) == []


def test_code_of_a_cpo_that_fails_outside_a_handler_is_a_recorded_fault_and_the_run_goes_on(tmp_path: Path) -> None:
    with OpenTown(town(tmp_path, drivers=DRIVERS, duration="3 h"), tmp_path / "run.ocpirun") as open_town:
        cpo = open_town.world.cpos["NL-ABC"]

        def broken(*about: object) -> None:
            raise ZeroDivisionError("a fault of ours")

        open_town.run_to(40 * MIN)
        cpo.billing.bill = broken  # type: ignore[assignment, method-assign]
        cpo.billing._not_delivered = broken  # type: ignore[assignment, method-assign]
        open_town.run_to(2 * H)
        assert open_town.kernel.handler_failures == 2
        assert failed(open_town.audit().checks) == ["energy_conserved", "no_handler_failed"]
        open_town.recorder.flush()
        with Recording.open(open_town.path) as recording:
            faults = [(fault.kind, fault.target, json.loads(fault.data)) for fault in recording.faults()]
    assert [(kind, target) for kind, target, _ in faults] == [("exception", "NL-ABC")] * 2
    assert faults[0][2]["what"] == "TransactionEvent of NL-ABC-E0001"
    assert faults[0][2]["error"] == "ZeroDivisionError: a fault of ours"


@pytest.mark.parametrize(
    ("lost", "seconds", "held"),
    [("06:40", 3600, "credit"), ("07:59", 65, "second bill")],
    ids=["the wrong bill was lost", "its credit was lost"],
)
def test_what_an_emsp_holds_unbooked_is_held_back_and_nothing_is_wrong(
    tmp_path: Path, lost: str, seconds: int, held: str
) -> None:
    """A bill is put right at eight; for two seconds, until it is read, the eMSP lacks what was lost."""
    corrected = '\nchanges:\n  - {at: "08:00", kind: cdr_corrected, driver: Vera, tariff: park}\n'
    loss = f'{{at: "{lost}", kind: loss, between: [NL-EMA, NL-ABC], probability: 100 %, for: {seconds} s}}'
    drivers = (named("Vera", stay="20 min"),)
    scenario = town(tmp_path, drivers=drivers, faults=(loss,), change=lambda text: text + corrected)
    with OpenTown(scenario, tmp_path / "run.ocpirun") as open_town:
        cdrs = open_town.world.emsps["NL-EMA"].cdrs
        open_town.run_to(2 * H)
        open_town.run_until(lambda: len(cdrs.store) == 2, step_us=S // 4)
        waiting = [cdr for cdr in cdrs.store if cdrs.booked(key_of(cdr)) is None]
        assert [cdr.credit for cdr in waiting] == [True if held == "credit" else None]
        audit = open_town.audit()
        assert [name for name, good in audit.checks.items() if not good] == []
        assert audit.cdrs == len(open_town.ledger.payables) == 1
        open_town.run_for(MIN)
        assert open_town.audit().cdrs == len(open_town.ledger.payables) == 3
