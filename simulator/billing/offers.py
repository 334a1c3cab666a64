"""Which of a tariff's components prices a dimension at an instant: the first whose restrictions all hold.

Elements for reservations price reservations and nothing else. One that expires unused is priced by the elements for
that before those for any reservation.

Source: OCPI 2.2.1 and 2.3.0 Tariffs, TariffElement and ReservationRestrictionType.
"""

from msgspec import Struct

from simulator.billing.pieces import Activity
from simulator.billing.restrictions import Instant, holds
from simulator.billing.tariff import Component, ComponentKind, Restrictions, Tariff

_UNRESTRICTED = Restrictions()


class Offer(Struct, frozen=True):
    """A component, the number of its element and when that applies."""

    component: Component
    element: int
    restrictions: Restrictions


class Offers:
    """The components of a tariff in their order; what could not be decided for certain is kept in `reasons`."""

    def __init__(self, tariff: Tariff) -> None:
        self._reasons: dict[str, None] = {}
        by_reservation: dict[str | None, list[Offer]] = {}
        for number, element in enumerate(tariff.elements, 1):
            restrictions = element.restrictions or _UNRESTRICTED
            if restrictions.booking is not None:
                self._reasons[f"Element {number} is for bookings; it is not billed."] = None
                continue
            offers: dict[ComponentKind, Offer] = {}
            for component in element.components:
                if component.kind in offers:
                    why = f"Element {number} has {component.kind} more than once; only its first price is used."
                    self._reasons[why] = None
                else:
                    offers[component.kind] = Offer(component, number, restrictions)
            by_reservation.setdefault(restrictions.reservation, []).extend(offers.values())
        charging, reserved = by_reservation.get(None, []), by_reservation.get("RESERVATION", [])
        self._offers: dict[Activity, list[Offer]] = {
            "CHARGING": charging,
            "PARKING": charging,
            "RESERVATION": reserved,
            "RESERVATION_EXPIRES": by_reservation.get("RESERVATION_EXPIRES", []) + reserved,
        }

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences on what may make a bill approximate."""
        return tuple(self._reasons)

    def choose(self, kind: ComponentKind, activity: Activity, at: Instant) -> Component | None:
        """By what a dimension is priced at an instant; None: it costs nothing."""
        for offer in self._offers[activity]:
            if offer.component.kind == kind and (held := holds(offer.restrictions, at)) != "no":
                if held == "unknown":
                    why = f"{kind} is priced by element {offer.element}, though its power or current is not known."
                    self._reasons[why] = None
                return offer.component
        return None

    def first(self) -> dict[ComponentKind, Component]:
        """The first component of each dimension of charging, whether it applies or not."""
        return {offer.component.kind: offer.component for offer in reversed(self._offers["CHARGING"])}
