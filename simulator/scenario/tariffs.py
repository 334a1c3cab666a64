"""Reads what charging costs: the key `tariffs`."""

from collections.abc import Callable
from decimal import Decimal

from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.fields import Fields, Problems
from simulator.scenario.files import Folder, read_file
from simulator.scenario.model import TariffSpec
from simulator.scenario.natives import HOME, read_object
from simulator.scenario.tree import Entry, Value
from simulator.scenario.units import Money, parse_percent, parse_price
from simulator.scenario.vocabulary import KNOWN_VERSIONS
from simulator.scenario.words import one_of

_PRICES = (("energy", "kWh"), ("time", "h"), ("parking", "h"), ("flat", ""), ("reservation", "h"), ("no_show", ""))
_LIMITS = (("min_price", ""), ("max_price", ""))
_KEYS = (*(key for key, _ in (*_PRICES, *_LIMITS)), "vat", "file", "ocpi")


def read_tariffs(problems: Problems, value: Value | None, folder: Folder) -> tuple[TariffSpec, ...]:
    """The hand-written tariffs, each by its name."""
    return tuple(_tariff(problems, name, entry, folder) for name, entry in problems.table(value).items())


def _tariff(problems: Problems, name: str, entry: Entry, folder: Folder) -> TariffSpec:
    if not (1 <= len(name) <= 36 and name.isascii() and name.isprintable()):
        sentence = f"“{name}” cannot be a tariff's id in OCPI: 1 to 36 printable ASCII characters are expected."
        problems.add(entry.key_place, name, "1 to 36 printable ASCII characters", sentence)
    fields = Fields(problems, entry.value, f"tariff {name}", _KEYS)
    moneys = {key: fields.maybe(key, _price_per(per)) for key, per in (*_PRICES, *_LIMITS)}
    given = [(key, money) for key, money in moneys.items() if money is not None]
    vat = fields.maybe("vat", parse_percent)
    if fields.value("file") is not None:
        for key in (*moneys, "vat"):
            if fields.value(key) is not None:
                sentence = f"Tariff {name} is read from a file; “{key}” beside it has no meaning."
                problems.add(fields.place_of(key), key, "the key file alone", sentence)
        version = fields.optional("ocpi", one_of(KNOWN_VERSIONS), HOME)
        read = read_file(problems, fields, "file", folder, lambda raw: read_object(raw, Tariff, version))
        full, original = read or (None, None)
        return TariffSpec(name, full.currency if full else "EUR", full=full, original=original)
    if fields.value("ocpi") is not None:
        sentence = f"Tariff {name} is not read from a file; “ocpi” says of which version that is."
        problems.add(fields.place_of("ocpi"), "ocpi", "ocpi beside the key file only", sentence)
    if not any(fields.value(key) is not None for key, _ in _PRICES):
        fields.require("energy")
    currency = given[0][1].currency if given else "EUR"
    for key, money in given:
        if money.currency != currency:
            sentence = f"Tariff {name} mixes {currency} and {money.currency}; a tariff has one currency."
            problems.add(fields.place_of(key), money.currency, currency, sentence)
    amounts = {key: money.amount for key, money in given}
    if amounts.get("min_price", Decimal(0)) > amounts.get("max_price", Decimal("Infinity")):
        sentence = f"Tariff {name} cannot ask more at least (min_price) than at most (max_price) of a session."
        problems.add(fields.place_of("max_price"), "max_price below min_price", "min_price or more", sentence)
    return TariffSpec(
        name=name,
        currency=currency,
        energy_per_kwh=amounts.get("energy"),
        time_per_hour=amounts.get("time"),
        parking_per_hour=amounts.get("parking"),
        flat=amounts.get("flat"),
        min_price=amounts.get("min_price"),
        max_price=amounts.get("max_price"),
        reservation_per_hour=amounts.get("reservation"),
        no_show=amounts.get("no_show"),
        vat_percent=vat,
    )


def _price_per(per: str) -> Callable[[str], Money]:
    return lambda text: parse_price(text, per)
