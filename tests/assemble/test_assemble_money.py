"""Every bill of a run is what its own volumes cost by its own tariff, exactly; what is a guess says so."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from run_town import H, OpenTown, holds, played, town

from simulator.billing.price import price, usage_from_volumes
from simulator.billing.tariff import Component, Element, Tariff
from simulator.recording.reader import Recording
from simulator.scenario.model import Scenario

PRICES = {"ENERGY": Decimal("0.35"), "TIME": Decimal("0.60"), "FLAT": Decimal("0.35")}
VAT = Decimal(21)
OUR_TARIFF = Tariff(
    id="day",
    currency="EUR",
    elements=(Element(tuple(Component(kind, amount, 1, VAT) for kind, amount in PRICES.items())),),  # type: ignore[arg-type]
)


def posted(recording: Recording) -> list[dict[str, Any]]:
    """NL-ABC's CDRs as they went over the wire, numbers exact."""
    rows = recording.messages(module="cdrs", sender="NL-ABC", contents=True)
    return [json.loads(row.request_body, parse_float=Decimal) for row in rows if row.method == "POST"]


def test_each_bill_is_the_price_of_its_own_volumes(tmp_path: Path) -> None:
    result = played(town(tmp_path), tmp_path / "run.ocpirun")
    holds(result)
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        cdrs = posted(recording)
        assert len(cdrs) > 5
        money = recording.money()
    for cdr in cdrs:
        parking_h = Decimal(cdr.get("total_parking_time", 0))
        bill = price(OUR_TARIFF, usage_from_volumes(cdr["total_energy"], cdr["total_time"] - parking_h, parking_h))
        assert cdr["total_cost"] == {"excl_vat": bill.total_excl, "incl_vat": bill.total_incl}
        assert cdr["total_energy_cost"]["excl_vat"] == bill.energy
        assert cdr["total_time_cost"]["excl_vat"] == bill.time
        assert cdr["total_fixed_cost"]["excl_vat"] == bill.fixed == PRICES["FLAT"]
        assert "total_parking_cost" not in cdr
        # Two ways to the same amount: OCPI's, and by hand.
        by_hand = PRICES["ENERGY"] * cdr["total_energy"] + PRICES["FLAT"]
        by_hand += PRICES["TIME"] * round((cdr["total_time"] - parking_h) * 3_600) / 3_600
        assert abs(by_hand - bill.total_excl) <= Decimal("0.0001")
        # The volumes of the periods are those of the totals: exact in Wh, a rounding of each in h.
        dimensions = [each for period in cdr["charging_periods"] for each in period["dimensions"]]
        assert sum(each["volume"] for each in dimensions if each["type"] == "ENERGY") == cdr["total_energy"]
        hours = sum(each["volume"] for each in dimensions if each["type"] in ("TIME", "PARKING_TIME"))
        assert abs(hours - cdr["total_time"]) <= Decimal("0.0001") * len(cdr["charging_periods"])

        receivable, payable = sorted((row for row in money if row.cdr_id == cdr["id"]), key=lambda row: row.seq)
        assert (receivable.kind, payable.kind) == ("receivable", "payable")
        assert receivable.amount == payable.amount == cdr["total_cost"]["excl_vat"]
        assert receivable.creditor == payable.creditor == "NL-ABC"
        assert receivable.debtor == payable.debtor
        assert receivable.energy_wh == payable.energy_wh == cdr["total_energy"] * 1_000
        assert [row.approximate for row in (receivable, payable)] == [False, False]
    payables = [row.amount for row in money if row.kind == "payable"]
    assert len(payables) > len(cdrs)
    assert result.summary["cost"] == {"EUR": str(sum(payables))}


RESTRICTED = {
    "country_code": "NL",
    "party_id": "ABC",
    "id": "evening",
    "currency": "EUR",
    "elements": [
        {
            "price_components": [{"type": "ENERGY", "price": 0.50, "vat": 21, "step_size": 1}],
            "restrictions": {"start_time": "18:00", "end_time": "23:00"},
        },
        {"price_components": [{"type": "ENERGY", "price": 0.30, "vat": 21, "step_size": 1}]},
    ],
    "last_updated": "2026-05-01T00:00:00Z",
}


def evening_town(folder: Path, tariff: str = "evening") -> Scenario:
    (folder / "evening.json").write_text(json.dumps(RESTRICTED), encoding="utf-8")

    def change(text: str) -> str:
        text = text.replace("tariffs:\n", "tariffs:\n  evening: {file: evening.json}\n")
        return text.replace("tariff: day", f"tariff: {tariff}")

    return town(folder, change=change)


@pytest.mark.parametrize("tariff", ["evening", "day"])
def test_a_cpo_bills_exactly_and_an_emsp_works_the_same_amount_out(tmp_path: Path, tariff: str) -> None:
    """The time zone in which the hours of a tariff are meant is that of the Location, which the eMSP has read."""
    result = played(evening_town(tmp_path, tariff), tmp_path / "run.ocpirun")
    holds(result)
    with Recording.open(tmp_path / "run.ocpirun") as recording:
        rows = [row for row in recording.money() if row.creditor == "NL-ABC"]
        assert {row.kind for row in rows} == {"receivable", "payable"}
        assert {(row.approximate, row.reason) for row in rows} == {(False, "")}
        assert {row.tariff_id for row in rows} == {tariff}


@pytest.mark.parametrize("tariff", ["evening", "day"])
@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
def test_an_emsp_remarks_on_a_bill_that_asks_too_much(tmp_path: Path, tariff: str, version: str) -> None:
    scenario = evening_town(tmp_path, tariff)
    scenario = replace(scenario, parties=tuple(replace(each, versions=(version,)) for each in scenario.parties))
    with OpenTown(scenario, tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(5 * H)
        false = too_much(open_town, "TOO-MUCH")
        url = open_town.url("NL-ABC", "NL-EMA", "cdrs", "RECEIVER")
        told = open_town.ask("NL-ABC", "NL-EMA", "POST", url, false)
        # OCPI knows no way to refuse a bill for its amount: it is taken, and somebody will have to talk.
        assert (told.http, told.status) == (201, 1000)
        (hint,) = [hint for hint in open_town.hints(told.exchange) if hint.rule != "cost-sum"]
        assert (hint.rule, hint.severity, hint.path) == ("cdr-price", "error", "$.total_cost")
        assert hint.section == f"OCPI {version} cdrs, CDR"
        assert not open_town.audit().checks["messages_valid"]


def test_an_emsp_says_why_it_cannot_work_an_amount_out(tmp_path: Path) -> None:
    """It knows nothing of the Location that this CDR names."""
    with OpenTown(evening_town(tmp_path), tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(5 * H)
        false = too_much(open_town, "ELSEWHERE")
        false["cdr_location"]["id"] = "ELSEWHERE"
        url = open_town.url("NL-ABC", "NL-EMA", "cdrs", "RECEIVER")
        told = open_town.ask("NL-ABC", "NL-EMA", "POST", url, false)
        assert open_town.hints(told.exchange) == []
        (row,) = [row for row in open_town.ledger.payables if row.cdr_id == "ELSEWHERE"]
        assert (row.approximate, row.reason) == (
            True,
            "Tariff evening depends on the local time at Location ELSEWHERE, whose time zone is not known here.",
        )


def too_much(open_town: OpenTown, id: str) -> dict[str, Any]:
    """A bill for two cents more than a session costs."""
    (cdr, *_) = open_town.world.cpos["NL-ABC"].billing.cdrs.by_peer["NL-EMA"]
    excl, incl = cdr.total_cost.excl_vat, cdr.total_cost.incl_vat
    more = Decimal("0.02")
    asked = replace(cdr.total_cost, excl_vat=excl + more, incl_vat=None if incl is None else incl + more)
    said = open_town.connection("NL-ABC", "NL-EMA").dialect.encode(replace(cdr, id=id, session_id=id, total_cost=asked))
    tree: dict[str, Any] = json.loads(said)
    return tree
