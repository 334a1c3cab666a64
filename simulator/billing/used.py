"""What a session has used of one dimension at which prices, and what that costs: in whole numbers.

What was used at earlier prices is summed when the price changes, so that while it lasts only its own part is new.
"""

from simulator.billing.exact import Quantity, Quotient, plus
from simulator.billing.offers import Offer
from simulator.billing.tariff import ComponentKind

_US_PER_S = 1_000_000
_MWH_PER_WH = 1_000
_NOTHING: Quotient = (0, 1)


class Used:
    """What was used of a dimension, in Wh, microseconds or once: `at_last` at the price of the `last` offer.

    `amounts` are those at other offers; the last one has a place among them, as they are in the order of first use.
    It is `free` as long as none of these offers costs anything.
    """

    __slots__ = ("_gross", "_net", "_others", "_step", "_unit", "amounts", "at_last", "free", "last")

    def __init__(self, kind: ComponentKind, offer: Offer) -> None:
        self._unit = _US_PER_S if kind in ("TIME", "PARKING_TIME") else 1
        self.amounts: dict[Offer, Quantity] = {}
        self.at_last: Quantity = 0
        self.last = offer
        self.turn_to(offer)

    def turn_to(self, offer: Offer) -> None:
        """Go on at this price."""
        amounts = self.amounts
        if amounts:
            amounts[self.last] = self.at_last
        self.last, self.at_last = offer, amounts.setdefault(offer, 0)
        rate = offer.rate
        self._step = 1 if rate.kind == "FLAT" else max(rate.step_size, 1)
        self._others: Quantity = 0
        self._net = self._gross = _NOTHING
        self.free = not (rate.net[0] or rate.gross[0])
        for other, quantity in amounts.items():
            if other is not offer:
                self._others += quantity
                self._net, self._gross = self._with(quantity, other)
                self.free = self.free and not (other.rate.net[0] or other.rate.gross[0])

    def whole(self) -> int:
        """All that was used, as it is billed: whole Wh, up from the nearest mWh, or the nearest seconds."""
        total, unit = self._others + self.at_last, self._unit
        if unit != 1:
            return (2 * total + unit) // (2 * unit)
        if isinstance(total, int):
            return total
        nearest_mwh = (2 * total * _MWH_PER_WH + 1) // 2
        return -(-nearest_mwh // _MWH_PER_WH)

    def price(self, step: bool = True) -> tuple[Quotient, Quotient]:
        """What all of it costs without and with tax, brought to whole units and to a `step` at the last price.

        Both are the same object where no offer has any tax.
        """
        whole = self.whole()
        if step and self._step > 1:
            whole = -(-whole // self._step) * self._step
        # Rounded down, the last one may be short of what rounding took; nobody is paid for that.
        return self._with(max(whole * self._unit - self._others, 0), self.last)

    def _with(self, quantity: Quantity, offer: Offer) -> tuple[Quotient, Quotient]:
        """The price at other offers and of a quantity at this one."""
        rate, numerator, denominator = offer.rate, quantity.numerator, quantity.denominator * self._unit
        net = plus(self._net, (numerator * rate.net[0], denominator * rate.net[1]))
        if self._gross is self._net and rate.gross is rate.net:
            return net, net
        return net, plus(self._gross, (numerator * rate.gross[0], denominator * rate.gross[1]))
