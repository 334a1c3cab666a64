"""What a driver's app shows and does: the only window through which the street sees roaming.

The app belongs to the driver's eMSP and knows what OCPI told that eMSP, no more: a charge point that is not in it does
not exist for this driver, and a status in it may be stale.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from simulator.world.evse import EvseRating

Why = TypeVar("Why")


class KnownEvse(Struct, frozen=True, gc=False):
    """An EVSE as the app shows it.

    `key` names it across CPOs (`NL-ABC/uid`). `status` is OCPI's, as last heard, `status_at_us` when it began to hold.
    `price_per_kwh` is what the app shows for a kWh, in the tariff's currency (None: it shows no price). `can_start` and
    `can_reserve` say what the app offers there: to start and stop by app, and to have the place kept.
    """

    key: str
    location_id: str
    latitude: float
    longitude: float
    rating: EvseRating
    status: str
    status_at_us: int
    price_per_kwh: Decimal | None
    can_start: bool
    can_reserve: bool


class KnownSession(Struct, frozen=True, gc=False):
    """A session as the app shows it: `status` is OCPI's, `energy_wh` what the CPO has told of so far."""

    id: str
    status: str
    energy_wh: int


class ChargingApp(Protocol, Generic[Why]):
    """The app of one eMSP. `Why` is the engine's cause; the world does not look into it."""

    def near(self, latitude: float, longitude: float, count: int, radius_m: int) -> Sequence[KnownEvse]:
        """The `count` nearest EVSEs within the radius that the eMSP can show, nearest first."""

    def start(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Why) -> None:
        """Ask for a session; `answer` gets ACCEPTED or why not, in OCPI's words, once.

        What an EVSE cannot do is NOT_SUPPORTED, and nobody is asked for it.
        """

    def follow(self, token_uid: str, evse_key: str, told: Callable[[KnownSession], None]) -> None:
        """Show each state of this token's session there from now on, until that has ended."""

    def stop(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Why) -> None:
        """Ask for the end of this token's session there; `answer` as for start."""

    def reserve(
        self,
        token_uid: str,
        evse_key: str,
        until_us: int,
        answer: Callable[[str], None],
        withdrawn: Callable[[Why], None],
        cause: Why,
    ) -> None:
        """Have the EVSE kept until an instant; `answer` as for start.

        `withdrawn` is called, with the cause, if the CPO takes back the reservation that it has accepted.
        """

    def cancel(self, token_uid: str, answer: Callable[[str], None], cause: Why) -> None:
        """Give this token's reservation back; `answer` as for start."""
