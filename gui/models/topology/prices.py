"""What charging costs, as a price list says it, from what the recording holds of a tariff. Nothing is computed here."""

from collections.abc import Mapping

from simulator.i18n import tr


def tariff_words(id: str, currency: str, prices: Mapping[str, str], vat: str | None, *, varies: bool) -> str:
    """`street: 0.39 EUR/kWh, plus 21 % VAT`; prices by OCPI TariffDimensionType, in a currency, without VAT."""
    said = {
        "ENERGY": tr("{price} {currency}/kWh"),
        "TIME": tr("{price} {currency}/h of charging"),
        "PARKING_TIME": tr("{price} {currency}/h of parking"),
        "FLAT": tr("{price} {currency} a session"),
    }
    parts = [
        said.get(kind, "{price} {currency} " + kind).format(price=price, currency=currency)
        for kind, price in prices.items()
    ]
    if vat is not None:
        parts.append(tr("plus {vat} % VAT").format(vat=vat))
    if varies:
        parts.append(tr("other prices at times"))
    return tr("{tariff}: {prices}").format(tariff=id, prices=", ".join(parts)) if parts else id
