"""What owners change while a run goes on travels as OCPI pushes and counts from then on."""

import asyncio
import json
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.scenario.load import load

SCENARIO = Path(__file__).parents[2] / "scenarios" / "money" / "prices_and_contracts.yaml"
NOON_US = 3 * 3_600_000_000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("changes") / "run.ocpirun"
    result = asyncio.run(play(load(SCENARIO), RunOptions(out=path, wire="memory", control=False)))
    assert all(result.summary["checks"].values())  # type: ignore[attr-defined]
    return path


def test_a_new_price_is_pushed_by_put_and_shown(path: Path) -> None:
    with Recording.open(path) as recording:
        (put,) = recording.messages(module="tariffs", from_us=NOON_US, contents=True)
    assert (put.route, put.method, put.http_status, put.ocpi_status) == (
        "tariffs.receiver.put_tariff",
        "PUT",
        200,
        1000,
    )
    assert [c["type"] for e in json.loads(put.request_body)["elements"] for c in e["price_components"]] == [
        "ENERGY",
        "PARKING_TIME",
    ]


def test_a_session_keeps_the_price_it_began_with_and_the_next_one_pays_the_new(path: Path) -> None:
    with Recording.open(path) as recording:
        cdrs = [json.loads(m.request_body) for m in recording.messages(module="cdrs", from_us=0, contents=True)]
    anna, boris = sorted(cdrs, key=lambda cdr: cdr["start_date_time"])
    assert anna["end_date_time"] > "2026-05-05T10:00:00Z"  # noon in Amsterdam: she was still there
    kwh, hours = Decimal(str(anna["total_energy"])), Decimal(str(anna["total_time"]))
    parked = Decimal(str(anna.get("total_parking_time", 0)))
    old = kwh * Decimal("0.40") + (hours - parked) * Decimal("0.60") + Decimal("0.50")
    assert Decimal(str(anna["total_cost"]["excl_vat"])) == pytest.approx(old, abs=Decimal("0.001"))
    kwh, parked = Decimal(str(boris["total_energy"])), Decimal(str(boris.get("total_parking_time", 0)))
    new = kwh * Decimal("0.55") + parked * 3
    assert Decimal(str(boris["total_cost"]["excl_vat"])) == pytest.approx(new, abs=Decimal("0.001"))


def test_an_ended_contract_is_pushed_by_patch_and_the_card_refused_from_the_copy(path: Path) -> None:
    with Recording.open(path) as recording:
        patches = [m for m in recording.messages(module="tokens", from_us=0, contents=True) if m.method == "PATCH"]
        (refused,) = (event for event in recording.events(kind="refused") if event.source == "NL-ABC")
        asked = [m for m in recording.messages(module="tokens", from_us=NOON_US // 2) if m.method == "POST"]
    assert [json.loads(patch.request_body)["valid"] for patch in patches] == [False]
    assert json.loads(refused.data)["method"] == "WHITELIST"
    assert not asked
