"""Distances and displacements on the globe, as exact as a choice of charging station needs."""

from collections.abc import Callable
from math import asin, cos, degrees, pi, radians, sin, sqrt

_EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG


def distance_m(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> int:
    """Great-circle distance of two points (degrees) by the haversine formula, rounded to metres."""
    return distances_from(latitude, longitude)(other_latitude, other_longitude)


def distances_from(latitude: float, longitude: float) -> Callable[[float, float], int]:
    """`distance_m` from one point to many."""
    phi = radians(latitude)
    cos_phi = cos(phi)

    def way_m(other_latitude: float, other_longitude: float) -> int:
        other_phi = radians(other_latitude)
        half_phi = sin((other_phi - phi) / 2)
        half_lambda = sin(radians(other_longitude - longitude) / 2)
        half_chord = sqrt(half_phi * half_phi + cos_phi * cos(other_phi) * half_lambda * half_lambda)
        return round(2 * _EARTH_RADIUS_M * asin(half_chord if half_chord < 1.0 else 1.0))

    return way_m


def direction(latitude: float, longitude: float) -> tuple[float, float, float]:
    """A point (degrees) as seen from the centre of the globe: a vector of length 1."""
    phi, azimuth = radians(latitude), radians(longitude)
    return cos(phi) * cos(azimuth), cos(phi) * sin(azimuth), sin(phi)


def nearness(reach_m: float) -> float:
    """The scalar product of two directions as far apart as this; it is greater for points that are nearer.

    To compare by it is quicker than by `distance_m`, and from some metres on as exact.
    """
    return cos(min(reach_m / _EARTH_RADIUS_M, pi))


def offset(latitude: float, longitude: float, east_m: float, north_m: float) -> tuple[float, float]:
    """The point (degrees) this far east and north: flat-earth, good to some metres within tens of kilometres.

    The longitude is wrapped into [-180, 180). Raises ValueError where east has no meaning, at and beyond the poles.
    """
    moved_latitude = latitude + degrees(north_m / _EARTH_RADIUS_M)
    if abs(latitude) > 89.9 or abs(moved_latitude) > 90:
        raise ValueError(f"No east or north around latitude {latitude}: expected a place away from the poles.")
    circle_m = _EARTH_RADIUS_M * cos(radians(latitude))
    moved_longitude = longitude + degrees(east_m / circle_m)
    return moved_latitude, (moved_longitude + 180.0) % 360.0 - 180.0
