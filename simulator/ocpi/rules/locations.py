"""What is asked of a Location as a whole: ids that are unique or lead somewhere, times and hours that fit together."""

from collections.abc import Iterator
from typing import Any, Final

from simulator.ocpi.datatypes import ci_key, later
from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.codes import check_time_zone
from simulator.ocpi.rules.connectors import check_connector
from simulator.ocpi.rules.measures import check_energy_mix
from simulator.ocpi.rules.remark import check_period, remark

_LETTERS_OF_A_COUNTRY: Final = 3


def check_location(location: Any) -> Iterator[Finding]:
    """A Location of any version, with all that is in it."""
    uids: list[str] = []
    places = [ci_key(place.id) for place in getattr(location, "parking_places", ())]
    for index, evse in enumerate(location.evses):
        path = f"$.evses[{index}]"
        if ci_key(evse.uid) in uids:
            expected = "a uid that no other EVSE has"
            yield remark("unique-evses", f"{path}.uid", repr(evse.uid), expected, "locations, EVSE")
        uids.append(ci_key(evse.uid))
        yield from check_evse(evse, path)
        yield from _check_times(location, evse, f"{path}.last_updated")
        for place, parking in enumerate(getattr(evse, "parking", ())):
            if ci_key(parking.parking_id) not in places:
                where, expected = (
                    f"{path}.parking[{place}].parking_id",
                    "the id of one of the location's parking_places",
                )
                yield remark("parking-place", where, repr(parking.parking_id), expected, "locations, EVSEParking")
    if len(places) != len(dict.fromkeys(places)):
        yield remark("unique-parking", "$.parking_places", "an id twice", "each id once", "locations, Parking")
    yield from check_time_zone(location)
    yield from _check_viewers(location)
    yield from check_point(location.coordinates, "$.coordinates")
    if len(location.country) != _LETTERS_OF_A_COUNTRY:
        expected = "three letters, such as NLD"
        yield remark("country-letters", "$.country", repr(location.country), expected, "locations, Location", "warning")
    if location.opening_times is not None:
        yield from check_hours(location.opening_times, "$.opening_times")
    yield from check_energy_mix(location.energy_mix, "$.energy_mix")


def check_evse(evse: Any, path: str = "$") -> Iterator[Finding]:
    """An EVSE of any version, with its Connectors."""
    ids = [ci_key(connector.id) for connector in evse.connectors]
    if len(ids) != len(dict.fromkeys(ids)):
        yield remark("unique-connectors", f"{path}.connectors", "an id twice", "each id once", "locations, Connector")
    for index, connector in enumerate(evse.connectors):
        where = f"{path}.connectors[{index}]"
        yield from _check_times(evse, connector, f"{where}.last_updated")
        yield from check_connector(connector, where)
    for index, planned in enumerate(evse.status_schedule):
        yield from check_planned(planned, f"{path}.status_schedule[{index}]")
    if evse.coordinates is not None:
        yield from check_point(evse.coordinates, f"{path}.coordinates")


def check_hours(hours: Any, path: str = "$") -> Iterator[Finding]:
    """Hours of any version."""
    if hours.twentyfourseven and hours.regular_hours:
        found, expected = "regular hours though open 24/7", "either regular hours or twentyfourseven"
        yield remark("hours-choice", f"{path}.regular_hours", found, expected, "locations, Hours", "warning")
    if not hours.twentyfourseven and not hours.regular_hours and not hours.exceptional_openings:
        found, expected = "no hours though not open 24/7", "regular hours"
        yield remark("hours-choice", f"{path}.regular_hours", found, expected, "locations, Hours", "warning")
    for name in ("exceptional_openings", "exceptional_closings"):
        for index, period in enumerate(getattr(hours, name)):
            yield from check_exception(period, f"{path}.{name}[{index}]")
    for index, regular in enumerate(hours.regular_hours):
        yield from check_regular_hours(regular, f"{path}.regular_hours[{index}]")


def check_planned(planned: Any, path: str = "$") -> Iterator[Finding]:
    """A StatusSchedule."""
    yield from check_period(planned.period_begin, planned.period_end, f"{path}.period_end", "locations, StatusSchedule")


def check_exception(period: Any, path: str = "$") -> Iterator[Finding]:
    """An ExceptionalPeriod."""
    yield from check_period(
        period.period_begin, period.period_end, f"{path}.period_end", "locations, ExceptionalPeriod"
    )


def check_regular_hours(regular: Any, path: str = "$") -> Iterator[Finding]:
    """RegularHours, of one day of the week."""
    if regular.period_end <= regular.period_begin:
        where, expected = f"{path}.period_end", f"a time after {regular.period_begin}"
        yield remark("hours-order", where, regular.period_end, expected, "locations, RegularHours", "warning")


def check_point(point: Any, path: str = "$") -> Iterator[Finding]:
    """A GeoLocation."""
    for name, most in (("latitude", 90), ("longitude", 180)):
        if abs(float(getattr(point, name))) > most:
            found, expected = getattr(point, name), f"degrees from -{most} to {most}"
            yield remark("coordinates-range", f"{path}.{name}", found, expected, "locations, GeoLocation")


def check_viewer(viewer: Any, path: str = "$") -> Iterator[Finding]:
    """A PublishTokenType."""
    for name, partner in (("uid", "type"), ("visual_number", "issuer")):
        if getattr(viewer, name) is not None and getattr(viewer, partner) is None:
            where, expected = f"{path}.{partner}", f"a value, for {name} is set"
            yield remark("publish-token", where, "nothing", expected, "locations, PublishTokenType")
    if viewer.uid is None and viewer.visual_number is None and viewer.group_id is None:
        expected = "one of uid, visual_number and group_id"
        yield remark("publish-token", path, "none of them", expected, "locations, PublishTokenType")


def _check_times(parent: Any, child: Any, path: str) -> Iterator[Finding]:
    """A change below is a change of all above, or those who ask for what is new would miss it."""
    if later(parent.last_updated, child.last_updated) != parent.last_updated:
        expected = f"not after that of the object around it, {parent.last_updated}"
        yield remark("last-updated-above", path, child.last_updated, expected, "locations, PUT and PATCH", "warning")


def _check_viewers(location: Any) -> Iterator[Finding]:
    viewers = getattr(location, "publish_allowed_to", ())
    if viewers and location.publish:
        found, expected = "a list though publish is true", "a list only for an unpublished location"
        yield remark("publish-allowed-to", "$.publish_allowed_to", found, expected, "locations, Location", "note")
    for index, viewer in enumerate(viewers):
        yield from check_viewer(viewer, f"$.publish_allowed_to[{index}]")
