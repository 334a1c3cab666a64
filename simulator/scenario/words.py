"""Readers of single values that are not quantities: words, whole numbers, coordinates, party ids."""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from simulator.scenario.fields import did_you_mean
from simulator.scenario.units import Unreadable, parse_percent

W = TypeVar("W", bound=str)
N = TypeVar("N", int, float)

_PARTY_ID = re.compile(r"[A-Z]{2}-[A-Z0-9]{3}")
_INTEGER = re.compile(r"-?[0-9]{1,30}")
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


def one_of(words: Sequence[W]) -> Callable[[str], W]:
    """A reader that takes only these words."""

    def parse(text: str) -> W:
        for word in words:
            if text == word:
                return word
        expected = f"one of {', '.join(words)}"
        hint = did_you_mean(text, words)
        raise Unreadable(text, expected, f"“{text}” is not {expected}{hint}.")

    return parse


def phrase(max_length: int) -> Callable[[str], str]:
    """A reader of printable text of 1 to `max_length` characters."""

    def parse(text: str) -> str:
        if text.strip() and len(text) <= max_length and text.isprintable():
            return text
        expected = f"printable text of 1 to {max_length} characters"
        raise Unreadable(text, expected)

    return parse


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from `low` to `high`."""
    expected = f"a whole number from {low} to {high}"

    def parse(text: str) -> int:
        if _INTEGER.fullmatch(text) is None:
            raise Unreadable(text, expected)
        return within(text, int(text), low, high, expected)

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """A reader of numbers from `low` to `high`."""
    expected = f"a number from {low:g} to {high:g}"

    def parse(text: str) -> float:
        if _NUMBER.fullmatch(text) is None:
            raise Unreadable(text, expected)
        return within(text, float(text), low, high, expected)

    return parse


def whole_percent(text: str) -> int:
    """30 of "30 %"."""
    expected = "whole percents from 0 % to 100 %"
    percent = parse_percent(text)
    if percent != int(percent):
        raise Unreadable(text, expected)
    return within(text, int(percent), 0, 100, expected)


def limited(parse: Callable[[str], int], low: int, high: int, expected: str) -> Callable[[str], int]:
    """`parse`, taking only results from `low` to `high` base units; `expected` tells the limits in words."""
    return lambda text: within(text, parse(text), low, high, expected)


def within(text: str, value: N, low: N, high: N, expected: str) -> N:
    if low <= value <= high:
        return value
    raise Unreadable(text, expected, f"“{text}” is out of range; expected is {expected}.")


def party_id(text: str) -> str:
    """`NL-ABC`: a country code and a party id, as OCPI names a party (credentials module, 2.2.1)."""
    if _PARTY_ID.fullmatch(text):
        return text
    expected = "a party id like NL-ABC: two capital letters, a hyphen, three capital letters or digits"
    raise Unreadable(text, expected, f"“{text}” is not {expected}.")
