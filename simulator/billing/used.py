"""What a session has used of one dimension at which prices, and what that costs: in whole numbers.

What was used at earlier prices is summed when the price changes, so that while it lasts only its own part is new.
"""

from simulator.billing.exact import Quantity, Quotient, exact, plus
from simulator.billing.offers import Offer
from simulator.billing.rates import Rate
from simulator.billing.tariff import ComponentKind

_US_PER_S = 1_000_000
_MWH_PER_WH = 1_000
_NOTHING: Quotient = (0, 1)


class Used:
    """What was used of a dimension, in Wh, microseconds or once: the `total`, of which the `last` offer has the rest.

    `amounts` are those at other offers; the last one has a place among them, as they are in the order of first use.
    It is `free` as long as none of these offers costs anything.
    """

    __slots__ = ("_gross", "_net", "_others", "_parts", "_step", "_unit", "amounts", "free", "last", "total")

    def __init__(self, kind: ComponentKind, offer: Offer) -> None:
        self._unit = _US_PER_S if kind in ("TIME", "PARKING_TIME") else 1
        self.amounts: dict[Offer, Quantity] = {}
        self.total: Quantity = 0
        self.last = offer
        self.turn_to(offer)

    def turn_to(self, offer: Offer) -> None:
        """Go on at this price."""
        amounts, rate = self.amounts, offer.rate
        if amounts:
            amounts[self.last] += self.total - sum(amounts.values())
        self.last = offer
        others = exact(self.total - amounts.setdefault(offer, 0))
        # In parts of a unit, as what was used at an edge that no meter was read at is a fraction.
        self._others, self._parts = others.numerator, others.denominator * self._unit
        self._step = rate.step_size if rate.kind != "FLAT" else 1
        self._net = self._gross = _NOTHING
        self.free = rate.free
        for other, quantity in amounts.items():
            if other is not offer:
                self._net, self._gross = self._with(quantity.numerator, quantity.denominator * self._unit, other.rate)
                self.free = self.free and other.rate.free

    def whole(self) -> int:
        """All that was used, as it is billed: whole Wh, up from the nearest mWh, or the nearest seconds."""
        total, unit = self.total, self._unit
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
        at_last = whole * self._parts - self._others
        return self._with(at_last if at_last > 0 else 0, self._parts, self.last.rate)

    def _with(self, numerator: int, denominator: int, rate: Rate) -> tuple[Quotient, Quotient]:
        """The price at other offers and of so much at this one."""
        net = numerator * rate.net[0], denominator * rate.net[1]
        is_first, alike = self._net is _NOTHING, self._gross is self._net and rate.gross is rate.net
        if not is_first:
            net = plus(self._net, net)
        if alike:
            return net, net
        gross = numerator * rate.gross[0], denominator * rate.gross[1]
        return net, gross if is_first else plus(self._gross, gross)
