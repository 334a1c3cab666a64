"""Where countries and time zones are, roughly: to see that coordinates were swapped, and which time zone is whose.

Source: zone.tab of the IANA time zone database (public domain), which names a principal place of every zone.
"""

import re
from importlib.resources import files

from msgspec import Struct

from simulator.scenario.countries import alpha_3
from simulator.world.geometry import distance_m, distances_from

_ISO_6709 = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


class ZonePlace(Struct, frozen=True):
    """A time zone with its country (two letters) and its principal place, in degrees."""

    zone: str
    country_code: str
    latitude: float
    longitude: float


class Gazetteer:
    """The principal places of all time zones."""

    def __init__(self) -> None:
        text = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
        rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
        self._places = [ZonePlace(row[2], row[0], *_degrees(row[1])) for row in rows]
        self._of_country: dict[str, list[ZonePlace]] = {}
        for place in self._places:
            self._of_country.setdefault(alpha_3(place.country_code) or place.country_code, []).append(place)

    def of_zone(self, zone: str) -> ZonePlace | None:
        """The place of an IANA zone; None for zones without a country, such as UTC."""
        return next((place for place in self._places if place.zone == zone), None)

    def zone_at(self, country: str, latitude: float, longitude: float) -> str | None:
        """The zone of the principal place of a country (three letters) that is nearest to a point; None: not known."""
        places = self._of_country.get(country, ())
        nearest = min(
            places, key=lambda each: distance_m(latitude, longitude, each.latitude, each.longitude), default=None
        )
        return nearest.zone if nearest is not None else None

    def distance_m(self, country: str, latitude: float, longitude: float) -> int | None:
        """How far a point is from the nearest principal place of a country (three letters); None: not known."""
        places = self._of_country.get(country)
        if not places:
            return None
        return min(distance_m(latitude, longitude, place.latitude, place.longitude) for place in places)

    def country_at(self, latitude: float, longitude: float) -> str:
        """The country (three letters) of the principal place that is nearest to a point, which it need not be in."""
        off_m = distances_from(latitude, longitude)
        nearest = min(self._places, key=lambda place: off_m(place.latitude, place.longitude))
        return alpha_3(nearest.country_code) or nearest.country_code


def _degrees(text: str) -> tuple[float, float]:
    match = _ISO_6709.fullmatch(text)
    assert match is not None, f"zone.tab holds the coordinates {text}, which ISO 6709 does not know"
    north, *latitude, east, longitude, minutes, seconds = match.groups()
    angles = [
        int(degrees) + int(minute) / 60 + int(second or 0) / 3600
        for degrees, minute, second in (latitude, (longitude, minutes, seconds))
    ]
    return angles[0] * (-1 if north == "-" else 1), angles[1] * (-1 if east == "-" else 1)
