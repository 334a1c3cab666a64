"""Coordinates of a dump: degrees as OCPI writes them, of a place that is there, latitude and longitude in order."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from simulator.scenario.ledger import Ledger, Record
from simulator.scenario.places import Gazetteer

_ABROAD_M = 2_000_000
_NEAR_M = 200_000
_LIMITS = (("latitude", 90), ("longitude", 180))


def mend_coordinates(
    record: Record, owner: Record, country: str, gazetteer: Gazetteer, ledger: Ledger, name: str
) -> None:
    """Degrees are texts of 5 to 7 decimals; a place off the globe is taken away, a swapped one is swapped back.

    Swapped means: more than 2,000 km from every principal place of its country as written, and within that when
    latitude and longitude change places; or nearer as written, as around the line latitude = longitude, but beside
    another country, and beside its own and twice as near when they change places. Where both fit nothing is done.
    """
    coordinates = record.get("coordinates")
    if not isinstance(coordinates, dict):
        return
    found = f"{name}, found {coordinates.get('latitude')}, {coordinates.get('longitude')}"
    written = (degrees_text(coordinates.get("latitude"), 180), degrees_text(coordinates.get("longitude"), 180))
    abroad = False
    if written[0] is not None and written[1] is not None:
        latitude, longitude = float(written[0]), float(written[1])
        if latitude == longitude == 0:
            del record["coordinates"]
            sentence = (
                "coordinates were 0, 0, which is in the ocean and written where nobody knows; they are taken away"
            )
            ledger.mend(owner, "coordinates-zero", sentence, name)
            return
        abroad = _is_abroad(country, latitude, longitude, gazetteer)
        if abroad and not _is_abroad(country, longitude, latitude, gazetteer, unknown=True):
            coordinates["latitude"], coordinates["longitude"] = written[1], written[0]
            sentence = "latitude and longitude were swapped (more than 2,000 km off, right when swapped back)"
            ledger.mend(owner, "coordinates-swapped", sentence, found)
            return
        if not abroad and _is_at_home_when_swapped(country, latitude, longitude, gazetteer):
            coordinates["latitude"], coordinates["longitude"] = written[1], written[0]
            sentence = "latitude and longitude were swapped (beside another country, in its own when swapped back)"
            ledger.mend(owner, "coordinates-swapped", sentence, found)
            return
    if any(_is_beyond(coordinates.get(field), limit) for field, limit in _LIMITS):
        del record["coordinates"]
        sentence = "a latitude was beyond 90 degrees or a longitude beyond 180, which is nowhere; both are taken away"
        ledger.mend(owner, "coordinates-nowhere", sentence, found)
        return
    if abroad:
        ledger.note("coordinates-abroad", "a place is more than 2,000 km from its country and stays there", found)
    for field, limit in _LIMITS:
        value = coordinates.get(field)
        degrees = degrees_text(value, limit)
        if degrees is None and value is not None:
            del coordinates[field]
        elif degrees is not None and degrees != value:
            coordinates[field] = degrees
            ledger.mend(owner, "coordinates", "coordinates are texts of 5 to 7 decimals now", name)


def _is_abroad(country: str, latitude: float, longitude: float, gazetteer: Gazetteer, *, unknown: bool = False) -> bool:
    """Whether a point is off its country by more than the limit; `unknown` for a country that is not known."""
    if abs(latitude) > 90:
        return True
    off_m = gazetteer.distance_m(country, latitude, longitude)
    return unknown if off_m is None else off_m > _ABROAD_M


def _is_at_home_when_swapped(country: str, latitude: float, longitude: float, gazetteer: Gazetteer) -> bool:
    """Whether all that is known of places speaks for a swap; most points are told by the first two, which cost less."""
    off_m = gazetteer.distance_m(country, latitude, longitude)
    if off_m is None or off_m <= _NEAR_M or abs(longitude) > 90:
        return False
    swapped_off_m = gazetteer.distance_m(country, longitude, latitude)
    return (
        swapped_off_m is not None
        and 2 * swapped_off_m <= off_m
        and gazetteer.country_at(latitude, longitude) != country
        and gazetteer.country_at(longitude, latitude) == country
    )


def degrees_text(value: Any, limit: int) -> str | None:
    """The text of 5 to 7 decimals; None for what is no number up to the limit."""
    degrees = _number(value)
    if degrees is None or not -limit <= degrees <= limit:
        return None
    is_one = isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,3}\.[0-9]{5,7}", value)
    return value if is_one else f"{degrees:.6f}"


def _is_beyond(value: Any, limit: int) -> bool:
    degrees = _number(value)
    return degrees is not None and not -limit <= degrees <= limit


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(value.strip().replace(",", ".") if isinstance(value, str) else value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return number if number.is_finite() else None
