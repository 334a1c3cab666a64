"""Which of a tariff's components prices a dimension at an instant: the first whose restrictions all hold.

Elements for reservations price reservations and nothing else. One that expires unused is priced by the elements for
that before those for any reservation. Elements for bookings price bookings and nothing else; as nobody books here, a
bill without them is exact. One with a restriction that is not known here prices nothing, as without it everybody would
be billed; a bill without it says so, for somebody may owe what it asks.

Source: OCPI 2.2.1 and 2.3.0 Tariffs, TariffElement and ReservationRestrictionType; 2.3.0 Bookings, Tariffs,
BookingRestrictionType.
"""

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from simulator.billing.pieces import Activity, Edges, edges
from simulator.billing.rates import Rate, rate_of
from simulator.billing.restrictions import Instant, holds
from simulator.billing.tariff import Component, ComponentKind, Restrictions, Tariff

_UNRESTRICTED = Restrictions()


class Offer(Struct, frozen=True, eq=False):
    """A component and what it costs, the number of its element and when that applies; it equals only itself."""

    component: Component
    rate: Rate
    element: int
    restrictions: Restrictions


class Offers(Struct, frozen=True, eq=False):
    """What a tariff offers for each activity, in its order, and where that changes.

    `first` is what it offers first for each dimension of charging, whether it applies or not; `by_energy` is whether
    that is energy alone. What is left out, and might be owed, is told in the sentences of `reasons`.
    """

    by_activity: Mapping[Activity, tuple[Offer, ...]]
    edges: Edges
    first: Mapping[ComponentKind, Offer]
    by_energy: bool
    reasons: tuple[str, ...]

    def choose(self, kind: ComponentKind, activity: Activity, at: Instant, reasons: dict[str, None]) -> Offer | None:
        """By what a dimension is priced at an instant; None: it costs nothing. What was not certain adds a reason."""
        for offer in self.by_activity[activity]:
            if offer.component.kind == kind and (held := holds(offer.restrictions, at)) != "no":
                if held == "unknown":
                    why = f"{kind} is priced by element {offer.element}, though its power or current is not known."
                    reasons[why] = None
                return offer
        return None


@lru_cache(maxsize=1_024)
def offers_of(tariff: Tariff) -> Offers:
    """What a tariff offers; a network's sessions share few tariffs, some of which have many elements."""
    reasons: list[str] = []
    by_reservation: dict[str | None, list[Offer]] = {}
    for number, element in enumerate(tariff.elements, 1):
        restrictions = element.restrictions or _UNRESTRICTED
        if restrictions.price_nothing:
            if restrictions.booking is None:
                names = ", ".join(restrictions.unknown)
                why = f"Element {number} has a restriction that is not known here ({names}); it is not billed."
                reasons.append(why)
            continue
        offers: dict[ComponentKind, Offer] = {}
        for component in element.components:
            if component.kind in offers:
                reasons.append(f"Element {number} has {component.kind} more than once; only its first price is used.")
            else:
                offers[component.kind] = Offer(component, rate_of(tariff, component), number, restrictions)
        by_reservation.setdefault(restrictions.reservation, []).extend(offers.values())
    charging, reserved = by_reservation.get(None, []), by_reservation.get("RESERVATION", [])
    return Offers(
        by_activity={
            "CHARGING": tuple(charging),
            "PARKING": tuple(charging),
            "RESERVATION": tuple(reserved),
            "RESERVATION_EXPIRES": (*by_reservation.get("RESERVATION_EXPIRES", ()), *reserved),
        },
        edges=edges(tariff),
        first={offer.component.kind: offer for offer in reversed(charging)},
        by_energy=all(offer.component.kind == "ENERGY" for offer in charging),
        reasons=tuple(dict.fromkeys(reasons)),
    )
