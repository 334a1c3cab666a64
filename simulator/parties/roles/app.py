"""The driver's app of an eMSP: what it can show is what OCPI has told its eMSP, and nothing else."""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from typing import Protocol

from msgspec.structs import replace

from simulator.engine.cause import Cause
from simulator.ocpi.v2_2_1.capabilities import is_capable
from simulator.ocpi.v2_2_1.commands import CommandResponseType
from simulator.ocpi.v2_2_1.locations import EVSE, Capability, Location
from simulator.ocpi.v2_2_1.sessions import Session, SessionStatus
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.parties.calendar import Calendar
from simulator.parties.pricing import energy_price
from simulator.parties.store import Store
from simulator.world.app import KnownEvse, KnownSession
from simulator.world.evse import EvseRating, PowerType, rating_from_connector

_CELL_NORTH_DEG, _CELL_EAST_DEG = 0.0025, 0.004
"""Cells of some 300 m in the latitudes of Europe, so small that most of what is looked at is then shown."""
_ROW = 1 << 20
"""More cells than there are around the earth."""
_M_PER_DEGREE = 111_195.0
_NOT_SUPPORTED = CommandResponseType.NOT_SUPPORTED.value
_OVER = (SessionStatus.COMPLETED, SessionStatus.INVALID)
_Place = tuple[float, float, tuple[str, ...], str]


class CommandDesk(Protocol):
    """Where the app sends a driver's wish; the eMSP behind it speaks OCPI."""

    def start(self, token_uid: str, known: KnownEvse, answer: Callable[[str], None], cause: Cause) -> None:
        """Ask the CPO of this EVSE for a session."""

    def stop(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        """Ask the CPO for the end of this token's session."""

    def reserve(
        self,
        token_uid: str,
        known: KnownEvse,
        until_us: int,
        answer: Callable[[str], None],
        withdrawn: Callable[[Cause], None],
        cause: Cause,
    ) -> None:
        """Ask the CPO to keep this EVSE until then."""

    def cancel(self, token_uid: str, answer: Callable[[str], None], cause: Cause) -> None:
        """Give the CPO this token's reservation back."""


class DriverApp:
    """Implements ChargingApp over the eMSP's copies; finds locations through a grid of cells, numbered row by row."""

    def __init__(self, calendar: Calendar, tariffs: Store[Tariff], desk: CommandDesk) -> None:
        self._calendar = calendar
        self._tariffs = tariffs
        self._desk = desk
        self._evses: dict[str, KnownEvse] = {}
        self._locations: dict[str, _Place] = {}
        self._cells: dict[int, dict[str, _Place]] = {}
        self._connectors: dict[str, tuple[Location, EVSE]] = {}
        self._priced_by: dict[tuple[str, str], dict[str, None]] = {}
        self._followed: dict[tuple[str, str], Callable[[KnownSession], None]] = {}

    def __len__(self) -> int:
        return len(self._evses)

    # What the eMSP tells it

    def learn(self, location: Location, evse: EVSE | None) -> None:
        """Show a location as it now is; `evse` when only that one has changed."""
        owner = f"{location.country_code}-{location.party_id}"
        place = f"{owner}/{location.id}"
        known = self._locations.get(place)
        if evse is not None and known is not None:
            key = f"{owner}/{evse.uid}"
            if key in known[2] and self._learn_status(key, location, evse):
                return
            if self._learn_evse(owner, location, evse) in known[2]:
                return
        latitude, longitude = float(location.coordinates.latitude), float(location.coordinates.longitude)
        if known is not None:
            self._cells[_cell(known[0], known[1])].pop(place, None)
            for key in known[2]:
                self._evses.pop(key, None)
        keys = tuple(self._learn_evse(owner, location, each) for each in location.evses if location.publish)
        shown = (latitude, longitude, tuple(key for key in keys if key in self._evses), place)
        self._locations[place] = shown
        self._cells.setdefault(_cell(latitude, longitude), {})[place] = shown

    def unlearn(self, location: Location) -> None:
        """Show a location no more."""
        latitude, longitude, keys, place = self._locations.pop(
            f"{location.country_code}-{location.party_id}/{location.id}"
        )
        self._cells[_cell(latitude, longitude)].pop(place)
        for key in keys:
            self._evses.pop(key, None)

    def _learn_status(self, key: str, location: Location, evse: EVSE) -> bool:
        """Show the status of an EVSE of which nothing else has changed; whether that was so."""
        known_at, known = self._connectors[key]
        if known.connectors is not evse.connectors or known.capabilities is not evse.capabilities:
            return False
        if known_at.coordinates is not location.coordinates:
            return False
        self._connectors[key] = (location, evse)
        status_at_us = self._calendar.at_us(evse.last_updated)
        self._evses[key] = replace(self._evses[key], status=evse.status.value, status_at_us=status_at_us)
        return True

    def _learn_evse(self, owner: str, location: Location, evse: EVSE) -> str:
        key = f"{owner}/{evse.uid}"
        rating = rating_of(evse)
        if rating is not None:
            self._connectors[key] = (location, evse)
            for id in evse.connectors[0].tariff_ids:
                self._priced_by.setdefault((owner, id.lower()), {})[key] = None
            self._evses[key] = KnownEvse(
                key=key,
                location_id=location.id,
                latitude=float(location.coordinates.latitude),
                longitude=float(location.coordinates.longitude),
                rating=rating,
                status=evse.status.value,
                status_at_us=self._calendar.at_us(evse.last_updated),
                price_per_kwh=self._price(location, evse),
                can_start=is_capable(evse, Capability.REMOTE_START_STOP_CAPABLE),
                can_reserve=is_capable(evse, Capability.RESERVABLE),
            )
        return key

    def _price(self, location: Location, evse: EVSE) -> Decimal | None:
        for id in evse.connectors[0].tariff_ids:
            tariff = self._tariffs.get(location.country_code, location.party_id, id)
            if tariff is not None:
                return energy_price(tariff)
        return None

    def reprice(self, tariff: Tariff) -> None:
        """A tariff is new, other or gone: show the EVSEs that name it, or once did, with their price."""
        owner = f"{tariff.country_code}-{tariff.party_id}"
        for key in self._priced_by.get((owner, tariff.id.lower()), ()):
            location, evse = self._connectors[key]
            if key in self._evses:
                self._learn_evse(owner, location, evse)

    def session_changed(self, evse_key: str, session: Session) -> None:
        """Show a session to the driver who follows it."""
        if not self._followed:
            return
        at = (session.cdr_token.uid, evse_key)
        told = self._followed.get(at)
        if told is not None:
            if session.status in _OVER:
                del self._followed[at]
            told(KnownSession(session.id, session.status.value, int(session.kwh * 1000)))

    # What it shows the driver (ChargingApp)

    def near(self, latitude: float, longitude: float, count: int, radius_m: int) -> Sequence[KnownEvse]:
        """See ChargingApp. Rings of cells are searched outwards until what is found is surely the nearest.

        Within a few kilometres the earth is flat: distances are by Pythagoras on local metres.
        """
        north_m = _M_PER_DEGREE
        east_m = _M_PER_DEGREE * max(0.01, math.cos(math.radians(latitude)))
        step_m = min(east_m * _CELL_EAST_DEG, north_m * _CELL_NORTH_DEG)
        here, hypot, places_in = _cell(latitude, longitude), math.hypot, self._cells.get
        found: list[tuple[float, str, tuple[str, ...]]] = []
        in_all = 0
        for ring in range(int(radius_m / step_m) + 2):
            for step in _ring(ring):
                places = places_in(here + step)
                if places is None:
                    continue
                for north, east, keys, place in places.values():
                    in_all += len(keys)
                    found.append((hypot((north - latitude) * north_m, (east - longitude) * east_m), place, keys))
            if in_all >= count:
                # Only what lies closer than the next ring surely is the nearest.
                within_m = ring * step_m
                sure = [each for each in found if each[0] <= within_m]
                if sum([len(each[2]) for each in sure]) >= count:
                    found = sure
                    break
        found.sort()
        shown: list[str] = []
        for way_m, _, keys in found:
            if way_m > radius_m or len(shown) >= count:
                break
            shown += keys
        evses = self._evses
        return [evses[key] for key in shown[:count]]

    def start(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        """See ChargingApp."""
        known = self._evses.get(evse_key)
        if known is None:
            answer("UNKNOWN_LOCATION")
        elif not known.can_start:
            answer(_NOT_SUPPORTED)
        else:
            self._desk.start(token_uid, known, answer, cause)

    def follow(self, token_uid: str, evse_key: str, told: Callable[[KnownSession], None]) -> None:
        """See ChargingApp."""
        self._followed[token_uid, evse_key] = told

    def stop(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        """See ChargingApp."""
        known = self._evses.get(evse_key)
        if known is not None and not known.can_start:
            answer(_NOT_SUPPORTED)
        else:
            self._desk.stop(token_uid, evse_key, answer, cause)

    def reserve(
        self,
        token_uid: str,
        evse_key: str,
        until_us: int,
        answer: Callable[[str], None],
        withdrawn: Callable[[Cause], None],
        cause: Cause,
    ) -> None:
        """See ChargingApp."""
        known = self._evses.get(evse_key)
        if known is None:
            answer("UNKNOWN_LOCATION")
        elif not known.can_reserve:
            answer(_NOT_SUPPORTED)
        else:
            self._desk.reserve(token_uid, known, until_us, answer, withdrawn, cause)

    def cancel(self, token_uid: str, answer: Callable[[str], None], cause: Cause) -> None:
        """See ChargingApp."""
        self._desk.cancel(token_uid, answer, cause)

    def connector_of(self, evse_key: str) -> tuple[Location, EVSE]:
        """The copies behind an EVSE that the app shows."""
        return self._connectors[evse_key]


def rating_of(evse: EVSE) -> EvseRating | None:
    """What an EVSE delivers at its first connector; None when its figures give no power."""
    connector = evse.connectors[0]
    power_type: PowerType = connector.power_type.value
    try:
        return rating_from_connector(
            power_type, connector.max_voltage, connector.max_amperage, connector.max_electric_power
        )
    except ValueError:
        return None


def _cell(latitude: float, longitude: float) -> int:
    return math.floor(latitude / _CELL_NORTH_DEG) * _ROW + math.floor(longitude / _CELL_EAST_DEG)


@cache
def _ring(ring: int) -> tuple[int, ...]:
    """The cells at this distance from a cell, as steps from it in a fixed order."""
    if ring == 0:
        return (0,)
    sides, within = (-ring, ring), range(-ring + 1, ring)
    rows = [down * _ROW + right for down in sides for right in range(-ring, ring + 1)]
    return tuple(rows + [down * _ROW + right for down in within for right in sides])
