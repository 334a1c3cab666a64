"""What parties decide and notice by themselves: every kind that the simulator writes down has words."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from simulator.report.office_words import office_remark, office_words
from simulator.scenario.model import ChangeKind

# What a scenario calls these the office calls otherwise.
_OFFICE_KINDS = {
    "tariff": "tariff_changed",
    "token_blocked": "contract_ended",
    "token_restored": "contract_restored",
    "credentials_renewed": "credentials_renewal",
    "unregistered": "unregistration",
}


def test_a_refused_fetch_is_not_up_to_date() -> None:
    data = {"problems": ["NL-ABC refused /tokens: 2000"], "changed": {}}
    assert office_words("synchronised", data) == "Could not fetch everything"
    assert office_remark("synchronised", data) == "NL-ABC refused /tokens: 2000"
    assert office_words("synchronised", {"problems": []}) == "Is up to date"
    assert office_remark("synchronised", {"problems": []}) == ""


@pytest.mark.parametrize("kind", get_args(ChangeKind))
def test_every_change_of_a_scenario_has_words(kind: str) -> None:
    office_kind = _OFFICE_KINDS.get(kind, kind)
    assert office_words(office_kind, {}) != office_kind.replace("_", " ").capitalize()


def test_whatever_a_party_notices_has_words() -> None:
    parties = Path(__file__).parents[2] / "simulator" / "parties"
    calls = [
        found
        for path in sorted(parties.rglob("*.py"))
        for found in re.findall(r'journal\.event\(\s*office\.id,\s*"(\w+)"', path.read_text())
    ]
    assert "synchronised" in calls
    assert [kind for kind in calls if office_words(kind, {}) == kind.replace("_", " ").capitalize()] == []


@pytest.mark.parametrize(
    ("kind", "data", "remark"),
    [
        ("charging_limited", {"limit_w": 4200}, "4.2 kW"),
        ("charging_limit_lifted", {"limit_w": None}, ""),
        ("charging_profile_result", {"result": "REJECTED", "limit_w": 0}, "REJECTED, 0 kW"),
        ("charging_preferences_result", {"result": "ACCEPTED", "profile_type": "GREEN"}, "ACCEPTED, GREEN"),
        ("cdr_not_corrected", {"problem": "No bill."}, "No bill."),
        ("invoice_agreed", {"invoice": "I-1", "missing": [], "invoiced_twice": []}, "I-1"),
        (
            "invoice_disputed",
            {"invoice": "I-1", "missing": ["C1", "C2"], "invoiced_twice": ["C3"]},
            "I-1, missing CDRs: C1, C2, invoiced twice: C3",
        ),
        ("refused", {"status": "Unknown", "method": "AUTH_REQUEST"}, "Unknown, asked the eMSP"),
        ("refused", {"status": "Unknown", "method": "AUTH_REQUEST", "why": "It is away."}, "Unknown, It is away."),
    ],
)
def test_what_a_party_goes_by(kind: str, data: dict[str, Any], remark: str) -> None:
    assert office_remark(kind, data) == remark
