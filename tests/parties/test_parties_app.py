"""What the driver's app shows after an EVSE has changed: its status alone, or what it can deliver."""

from decimal import Decimal

from msgspec.structs import replace

from simulator.engine.cause import TIME
from simulator.engine.clock import Clock
from simulator.ocpi.codec import decode
from simulator.ocpi.v2_2_1.location_tree import put_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Capability, GeoLocation, Location, Status
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.parties.calendar import Calendar
from simulator.parties.roles.app import DriverApp
from simulator.parties.store import Store
from simulator.world.app import KnownEvse

NOON_US = 12 * 3_600_000_000

SQUARE = decode(
    b"""{"country_code": "NL", "party_id": "ABC", "id": "L1", "publish": true, "address": "Square 1",
    "city": "Breda", "country": "NLD", "coordinates": {"latitude": "51.58900", "longitude": "4.77600"},
    "time_zone": "Europe/Amsterdam", "last_updated": "1970-01-01T00:00:00Z",
    "evses": [{"uid": "E1", "status": "AVAILABLE", "last_updated": "1970-01-01T00:00:00Z",
      "connectors": [{"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE",
        "max_voltage": 230, "max_amperage": 16, "tariff_ids": ["T"], "last_updated": "1970-01-01T00:00:00Z"}]}]}""",
    Location,
)
PRICE = decode(
    b"""{"country_code": "NL", "party_id": "ABC", "id": "T", "currency": "EUR", "last_updated": "1970-01-01T00:00:00Z",
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.35, "step_size": 1}]}]}""",
    Tariff,
)


class NoDesk:
    """Nobody asks for a session here."""

    def start(self, *_: object) -> None:
        raise AssertionError

    def stop(self, *_: object) -> None:
        raise AssertionError

    def reserve(self, *_: object) -> None:
        raise AssertionError

    def cancel(self, *_: object) -> None:
        raise AssertionError


def app() -> DriverApp:
    tariffs: Store[Tariff] = Store()
    tariffs.put(PRICE, "NL", "ABC", "T")
    made = DriverApp(Calendar(Clock(0), 0), tariffs, NoDesk())
    made.learn(SQUARE, None)
    return made


def shown(app: DriverApp, location: Location = SQUARE) -> KnownEvse:
    latitude, longitude = float(location.coordinates.latitude), float(location.coordinates.longitude)
    (known,) = app.near(latitude, longitude, 10, 1_000)
    return known


def test_another_status_alone_leaves_the_rest_as_it_was() -> None:
    driver_app = app()
    before = shown(driver_app)
    evse = replace(SQUARE.evses[0], status=Status.CHARGING, last_updated="1970-01-01T12:00:00Z")
    driver_app.learn(put_evse(SQUARE, evse), evse)
    assert before.price_per_kwh == Decimal("0.35")
    assert shown(driver_app) == replace(before, status="CHARGING", status_at_us=NOON_US)
    assert driver_app.connector_of(before.key)[1] is evse


def test_another_connector_is_rated_anew() -> None:
    driver_app = app()
    evse = SQUARE.evses[0]
    stronger: EVSE = replace(evse, connectors=(replace(evse.connectors[0], max_amperage=32),))
    driver_app.learn(put_evse(SQUARE, stronger), stronger)
    assert shown(driver_app).rating.current_a == 32


def test_a_location_that_has_moved_is_found_where_it_is_now() -> None:
    driver_app = app()
    moved = replace(SQUARE, coordinates=GeoLocation(latitude="51.60000", longitude="4.80000"))
    driver_app.learn(moved, None)
    assert shown(driver_app, moved).latitude == 51.6


def test_it_offers_what_an_evse_states_also_when_nothing_else_of_that_has_changed() -> None:
    driver_app = app()
    assert (shown(driver_app).can_start, shown(driver_app).can_reserve) == (True, False)
    for stated, offered in ((tuple(Capability), (True, True)), ((Capability.RFID_READER,), (False, False))):
        evse = replace(SQUARE.evses[0], capabilities=stated)
        driver_app.learn(put_evse(SQUARE, evse), evse)
        assert (shown(driver_app).can_start, shown(driver_app).can_reserve) == offered


def test_nobody_is_asked_for_what_an_evse_cannot_do() -> None:
    driver_app = app()
    said: list[str] = []
    evse = replace(SQUARE.evses[0], capabilities=(Capability.RFID_READER,))
    driver_app.learn(put_evse(SQUARE, evse), evse)
    key = shown(driver_app).key
    driver_app.start("CARD", key, said.append, TIME)
    driver_app.stop("CARD", key, said.append, TIME)
    driver_app.reserve("CARD", key, NOON_US, said.append, lambda _: None, TIME)
    assert said == ["NOT_SUPPORTED"] * 3
