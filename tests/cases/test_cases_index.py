"""Which of the digest's 55 cases are held by a test, by the numbers in the tests' names (`test_case_7_...`)."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
CASES = range(1, 56)

NOT_YET = {
    54: "bookings that are changed",
}
"""What is missing. A case that is held must leave this list, and one that is lost must come back."""


_defined = re.compile(r"^def test_cases?_(\d+)(?:_and_(\d+))?_", re.MULTILINE).findall


def held() -> set[int]:
    """The numbers that stand in the names of tests."""
    texts = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    return {int(number) for text in texts for numbers in _defined(text) for number in numbers if number}


def test_every_case_is_held_or_said_to_be_missing() -> None:
    numbers = held()
    assert sorted(numbers | NOT_YET.keys()) == list(CASES), "a number that is no case, or a case nobody knows of"
    assert sorted(numbers & NOT_YET.keys()) == [], "held now: take it off the list NOT_YET"
