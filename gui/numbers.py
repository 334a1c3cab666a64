"""How the window writes numbers and money: with the separators of the person's language, and money in one form."""

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import QLocale

from simulator.i18n import tr


def number(value: Decimal | float, places: int = 0) -> str:
    """With so many decimal places: `1,234.5` in English. Decimals are rounded as decimals, not through a float."""
    text = f"{value:,.{places}f}"
    # The C locale of machines has no thousands separators, and its texts are English.
    locale = QLocale()
    if locale.language() == QLocale.Language.C:
        return text
    return text.translate({ord(","): locale.groupSeparator(), ord("."): locale.decimalPoint()})


def money(cost: Mapping[str, Decimal]) -> str:
    """Totals by currency: `EUR 1,234.50 + NOK 80.00`, to the cent."""
    return " + ".join(f"{currency} {number(amount, 2)}" for currency, amount in cost.items()) or tr("nothing")
