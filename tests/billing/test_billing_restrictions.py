"""Whether restrictions hold at an instant of a session."""

from decimal import Decimal as D
from fractions import Fraction
from typing import Any

import pytest

from simulator.billing.restrictions import Instant, holds
from simulator.billing.tariff import Restrictions

MORNING = Instant("2026-05-04", "07:30", "MONDAY", 5_000, 600_000_000, (Fraction(11), Fraction(11)), None)
NIGHT = Instant("2026-05-04", "22:00", "MONDAY", 0, 0, (Fraction(8), Fraction(22)), None)


@pytest.mark.parametrize(
    ("given", "at", "expected"),
    [
        ({}, MORNING, "yes"),
        ({"start_time": "07:30", "end_time": "08:00"}, MORNING, "yes"),
        ({"start_time": "07:00", "end_time": "07:30"}, MORNING, "no"),
        ({"start_time": "07:31"}, MORNING, "no"),
        ({"end_time": "07:31"}, MORNING, "yes"),
        ({"start_time": "22:00", "end_time": "06:00"}, MORNING, "no"),
        ({"start_time": "22:00", "end_time": "07:31"}, MORNING, "yes"),
        ({"start_time": "22:00", "end_time": "06:00"}, NIGHT, "yes"),
        ({"start_time": "18:00", "end_time": "00:00"}, NIGHT, "yes"),
        ({"start_time": "18:00", "end_time": "00:00"}, MORNING, "no"),
        ({"start_time": "18:00", "end_time": "18:00"}, MORNING, "yes"),
        ({"start_time": "00:00", "end_time": "00:00"}, MORNING, "yes"),
        ({"day_of_week": ("SUNDAY", "MONDAY")}, MORNING, "yes"),
        ({"day_of_week": ("TUESDAY",)}, NIGHT, "no"),
        ({"start_date": "2026-05-04", "end_date": "2026-05-05"}, MORNING, "yes"),
        ({"start_date": "2026-05-05"}, MORNING, "no"),
        ({"end_date": "2026-05-04"}, MORNING, "no"),
        ({"start_date": "2026-05-01", "end_time": "07:00"}, MORNING, "no"),
        ({"min_energy_kwh": D(5), "max_energy_kwh": D("5.001")}, MORNING, "yes"),
        ({"max_energy_kwh": D(5)}, MORNING, "no"),
        ({"min_energy_kwh": D("5.001")}, MORNING, "no"),
        ({"min_duration_s": 600, "max_duration_s": 601}, MORNING, "yes"),
        ({"max_duration_s": 600}, MORNING, "no"),
        ({"min_power_kw": D(11), "max_power_kw": D("11.1")}, MORNING, "yes"),
        ({"max_power_kw": D(11)}, MORNING, "no"),
        ({"max_power_kw": D(11)}, NIGHT, "unknown"),
        ({"min_power_kw": D(11), "end_time": "22:00"}, NIGHT, "no"),
        ({"min_current_a": D(6)}, MORNING, "unknown"),
        ({"min_current_a": D(6), "min_power_kw": D(22)}, MORNING, "no"),
    ],
)
def test_restrictions_hold_from_instant_to_instant(given: dict[str, Any], at: Instant, expected: str) -> None:
    assert holds(Restrictions(**given), at) == expected
