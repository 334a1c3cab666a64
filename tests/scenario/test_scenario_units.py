"""Quantities: what a person writes and the base units it means."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.scenario.units import (
    Money,
    Unreadable,
    parse_distance_m,
    parse_duration,
    parse_percent,
    parse_power_w,
    parse_price,
    parse_probability,
)

UNITS_US = {"us": 1, "ms": 10**3, "s": 10**6, "min": 60 * 10**6, "h": 3600 * 10**6, "d": 86_400 * 10**6}


@pytest.mark.parametrize(
    ("text", "duration_us"),
    [
        ("24h", 86_400_000_000),
        ("90 min", 5_400_000_000),
        ("1 d", 86_400_000_000),
        ("80 ms", 80_000),
        ("1.5 s", 1_500_000),
        ("1 h 30 min", 5_400_000_000),
        ("0 s", 0),
        (" 2 us ", 2),
    ],
)
def test_a_duration(text: str, duration_us: int) -> None:
    assert parse_duration(text) == duration_us


@given(st.integers(0, 10**6), st.sampled_from(sorted(UNITS_US)), st.sampled_from(["", " ", "  "]))
def test_every_duration_is_its_number_times_its_unit(number: int, unit: str, space: str) -> None:
    assert parse_duration(f"{number}{space}{unit}") == number * UNITS_US[unit]


@given(st.decimals(0, 10**6, places=3), st.sampled_from([("W", 1), ("kW", 1_000), ("MW", 1_000_000)]))
def test_a_power_is_rounded_to_whole_watts(number: Decimal, unit: tuple[str, int]) -> None:
    name, watts = unit
    assert abs(parse_power_w(f"{number} {name}") - number * watts) <= Decimal("0.5")


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    for parse in (parse_duration, parse_power_w, parse_distance_m, parse_percent, parse_probability):
        try:
            quantity = parse(text)
        except Unreadable as refusal:
            quantity = len(str(refusal)) - 1 if refusal.expected else -1
        assert quantity >= 0


def test_other_quantities() -> None:
    assert parse_power_w("120 kW") == 120_000
    assert parse_power_w("7.4kW") == 7_400
    assert parse_distance_m("3 km") == 3_000
    assert parse_percent("21 %") == Decimal(21)
    assert parse_probability("5 %") == 0.05
    assert parse_price("0.45 EUR/kWh", "kWh") == Money(Decimal("0.45"), "EUR", "kWh")
    assert parse_price("0.05 EUR/min", "h").amount == Decimal(3)
    assert parse_price("0.50 GBP", "") == Money(Decimal("0.50"), "GBP", "")


@pytest.mark.parametrize(
    ("parse", "text", "part"),
    [
        (parse_power_w, "120", "has no unit; write a power in W, kW or MW, such as 22 kW"),
        (parse_power_w, "120 kw", "did you mean kW?"),
        (parse_power_w, "3,5 kW", "a power in W, kW or MW"),
        (parse_power_w, "-3 kW", "is negative"),
        (parse_duration, "10", "has no unit"),
        (parse_duration, "3,5 h", "a duration in"),
        (parse_duration, "", "a duration in"),
        (parse_duration, "5 minutes", "“minutes” in “5 minutes” is not a known unit"),
        (parse_duration, "-5 min", "is negative"),
        (parse_probability, "0.05", "has no unit"),
        (parse_probability, "101 %", "more than 100 %"),
    ],
)
def test_what_is_refused_says_what_to_write(parse, text, part) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unreadable) as refusal:
        parse(text)
    assert part in str(refusal.value)


@pytest.mark.parametrize(("text", "per"), [("0.45", "kWh"), ("0.45 EUR", "kWh"), ("1 EUR/kWh", "h"), ("-1 EUR", "")])
def test_a_price_needs_currency_and_what_it_is_for(text: str, per: str) -> None:
    with pytest.raises(Unreadable, match=", such as"):
        parse_price(text, per)
