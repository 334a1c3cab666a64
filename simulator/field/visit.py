"""One visit of one driver: all that was decided before the car set out."""

from typing import Literal

from msgspec import Struct

from simulator.ocpp.messages import IdToken
from simulator.world.driver import DriverPlan

APP_PATIENCE_US = 120_000_000
"""How long a driver looks at an app that does not answer."""

Stop = Literal["app", "card", "unplug"]
Keeps = Literal["yes", "no", "cancels"]


class Booking(Struct, frozen=True):
    """A driver who reserves a place `ahead_us` before arriving, and comes, does not come, or cancels halfway there."""

    ahead_us: int
    keeps: Keeps


class Visit(Struct, frozen=True):
    """A driver who wants to charge near a place (degrees), and finds EVSEs within `radius_m` of it in the eMSP's app.

    `token` is a card (ISO14443), to be tapped, or the app's account (Central). `stop` is how the driver ends charging;
    `app_patience_us` is how long the driver waits for the app to do what it is asked. Who has to leave at an instant
    does so however late a place was found; anybody else stays as long as planned from then on.
    """

    name: str
    emsp: str
    token: IdToken
    plan: DriverPlan
    latitude: float
    longitude: float
    radius_m: int
    stop: Stop
    evse: str = ""
    booking: Booking | None = None
    app_patience_us: int = APP_PATIENCE_US
    leaves_at_us: int | None = None
