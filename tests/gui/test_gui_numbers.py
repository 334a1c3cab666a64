"""Numbers and money have one form everywhere, in the person's own separators."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from PySide6.QtCore import QLocale

from gui.numbers import money, number


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


def test_numbers_have_thousands_separators_and_their_places() -> None:
    assert number(1_234_567) == "1,234,567"
    assert number(1_234.56, 1) == "1,234.6"
    assert number(Decimal("71.7125"), 2) == "71.71"
    assert number(Decimal("12345678901234567.89"), 2) == "12,345,678,901,234,567.89"


def test_money_has_its_currency_and_two_places() -> None:
    assert money({"EUR": Decimal("1234.5"), "NOK": Decimal("80.1234")}) == "EUR 1,234.50 + NOK 80.12"
    assert money({}) == "nothing"


def test_another_language_has_its_own_separators(german: None) -> None:
    assert number(1_234.5, 1) == "1.234,5"
    assert money({"EUR": Decimal("1234.5")}) == "EUR 1.234,50"
