"""Quantities as people write them ("120 kW", "80 ms", "0.45 EUR/kWh"), read into base units.

A quantity without its unit is refused: 120 may be watts or kilowatts, and a guess is a wrong result.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Struct

_PART = re.compile(r"\s*(-?[0-9]+(?:\.[0-9]+)?)\s*([^\s0-9.,-]*)")
_PARTS = re.compile(rf"(?:{_PART.pattern})+")
_MONEY = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)\s*([A-Z]{3})(?:\s*/\s*(\w+))?")


class Unreadable(ValueError):
    """A text that is not what its place asks for; `str()` is the sentence for the person who wrote it."""

    def __init__(self, found: str, expected: str, sentence: str | None = None) -> None:
        self.found = found
        self.expected = expected
        super().__init__(sentence or f"“{found}” was found where {expected} is expected.")


class Money(Struct, frozen=True):
    """An amount of a currency (ISO 4217), and per what: "kWh", "h" or "" for a flat amount."""

    amount: Decimal
    currency: str
    per: str


class _Dimension(Struct, frozen=True):
    """A kind of quantity: its noun, its units with their size in base units, and an example."""

    noun: str
    units: tuple[tuple[str, Decimal], ...]
    example: str

    def expected(self) -> str:
        return f"{self.noun} in {_either([unit for unit, _ in self.units])}, such as {self.example}"

    def size(self, text: str, number: str, unit: str) -> Decimal:
        for name, factor in self.units:
            if unit == name:
                return Decimal(number) * factor
        if not unit:
            raise Unreadable(text, self.expected(), f"“{text}” has no unit; write {self.expected()}.")
        near = [name for name, _ in self.units if name.lower() == unit.lower()]
        hint = f" (did you mean {_either(near)}?)" if near else ""
        sentence = f"“{unit}” in “{text}” is not a known unit{hint}; write {self.expected()}."
        raise Unreadable(text, self.expected(), sentence)


_DURATION = _Dimension(
    "a duration",
    (
        ("us", Decimal(1)),
        ("ms", Decimal(1_000)),
        ("s", Decimal(1_000_000)),
        ("min", Decimal(60_000_000)),
        ("h", Decimal(3_600_000_000)),
        ("d", Decimal(86_400_000_000)),
    ),
    "90 min",
)
_POWER = _Dimension("a power", (("W", Decimal(1)), ("kW", Decimal(10**3)), ("MW", Decimal(10**6))), "22 kW")
_ENERGY = _Dimension("an energy", (("Wh", Decimal(1)), ("kWh", Decimal(1_000))), "20 kWh")
_DISTANCE = _Dimension("a distance", (("m", Decimal(1)), ("km", Decimal(1_000))), "3 km")
_PERCENT = _Dimension("a share", (("%", Decimal(1)),), "5 %")
_PRICES = {
    "kWh": ("a price of energy", ("kWh",), "0.45 EUR/kWh"),
    "h": ("a price of time", ("h", "min"), "1.50 EUR/h"),
    "": ("an amount of money", ("",), "0.50 EUR"),
}


def parse_duration(text: str) -> int:
    """Microseconds of "90 min", "24h", "1 d" or "1 h 30 min". Raises Unreadable."""
    if _PARTS.fullmatch(text.strip()) is None:
        raise Unreadable(text, _DURATION.expected())
    total = sum((_DURATION.size(text, *part) for part in _PART.findall(text.strip())), Decimal(0))
    return _whole(_not_negative(text, total, _DURATION))


def parse_power_w(text: str) -> int:
    """Watts of "120 kW". Raises Unreadable."""
    return _whole(_single(text, _POWER))


def parse_energy_wh(text: str) -> int:
    """Watt hours of "20 kWh". Raises Unreadable."""
    return _whole(_single(text, _ENERGY))


def parse_distance_m(text: str) -> int:
    """Metres of "3 km". Raises Unreadable."""
    return _whole(_single(text, _DISTANCE))


def parse_percent(text: str) -> Decimal:
    """The number in "21 %". Raises Unreadable."""
    return _single(text, _PERCENT)


def parse_probability(text: str) -> float:
    """0.05 of "5 %"; at most 100 %. Raises Unreadable."""
    percent = parse_percent(text)
    if percent > 100:
        raise Unreadable(text, "a probability from 0 % to 100 %", f"“{text}” is more than 100 %.")
    return float(percent / 100)


def parse_price(text: str, per: str) -> Money:
    """The price "0.45 EUR/kWh" per "kWh", per "h" (written per h or min) or "" (flat). Raises Unreadable."""
    noun, units, example = _PRICES[per]
    expected = f"{noun}, such as {example}"
    match = _MONEY.fullmatch(text.strip())
    if match is None or (match[3] or "") not in units:
        raise Unreadable(text, expected)
    amount = Decimal(match[1]) * (60 if match[3] == "min" else 1)
    if amount < 0:
        raise Unreadable(text, expected, f"“{text}” is negative; write {expected}.")
    return Money(amount, match[2], per)


def _single(text: str, dimension: _Dimension) -> Decimal:
    match = _PART.fullmatch(text.strip())
    if match is None:
        raise Unreadable(text, dimension.expected())
    return _not_negative(text, dimension.size(text, match[1], match[2]), dimension)


def _not_negative(text: str, size: Decimal, dimension: _Dimension) -> Decimal:
    if size < 0:
        raise Unreadable(text, dimension.expected(), f"“{text}” is negative; write {dimension.expected()}.")
    return size


def _whole(size: Decimal) -> int:
    return int(size.to_integral_value(ROUND_HALF_EVEN))


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
