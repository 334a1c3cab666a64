"""What a bill comes to, whatever version says it."""

from pathlib import Path
from typing import Any

import pytest
from report_scene import Scene

from simulator.recording.reader import Recording
from simulator.report.remarks import Remarks, fields_of


def told(tmp_path: Path, *bodies: dict[str, Any]) -> list[tuple[str, str]]:
    """What each CDR is and its remark."""
    scene = Scene(tmp_path / "bills.ocpirun")
    for at_us, body in enumerate(bodies):
        scene.message(at_us, "NL-ABC", "NL-EMA", "cdrs.receiver.post_cdr", ("", 0), body, session_id="S1")
    with Recording.open(scene.close()) as recording:
        remarks = Remarks()
        return [(remarks.what(each), remarks.remark(each)) for each in recording.messages(contents=True)]


@pytest.mark.parametrize(
    "total_cost",
    [
        pytest.param(6.24, id="2.1.1"),
        pytest.param({"excl_vat": 6.24, "incl_vat": 7.5504}, id="2.2.1"),
        pytest.param({"before_taxes": 6.24, "taxes": [{"name": "VAT", "amount": 1.3104}]}, id="2.3.0"),
    ],
)
def test_a_bill_tells_its_amount_in_every_version(tmp_path: Path, total_cost: Any) -> None:
    body = {"total_energy": 15.6, "currency": "CHF", "total_cost": total_cost}
    assert told(tmp_path, body) == [("Bill for a session (CDR)", "15.600 kWh, CHF 6.24")]


def test_a_credit_is_no_bill(tmp_path: Path) -> None:
    credit = {"credit": True, "total_energy": 15.6, "currency": "EUR", "total_cost": {"before_taxes": -8.32}}
    assert told(tmp_path, credit) == [("Credit for a bill (CDR)", "15.600 kWh, EUR -8.32")]


@pytest.mark.parametrize("total_cost", [None, "6.24", {}, [6.24], True])
def test_what_is_no_amount_is_not_told(tmp_path: Path, total_cost: Any) -> None:
    ((_, remark),) = told(tmp_path, {"total_energy": 1, "currency": "EUR", "total_cost": total_cost})
    assert remark == "1.000 kWh"


def test_a_body_nested_without_end_has_no_fields() -> None:
    assert fields_of(b'{"total_cost":' * 5_000) == {}
