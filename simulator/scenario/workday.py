"""Puts the sessions of real days onto charge points: on a site of their own, or onto those of an imported network."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from simulator.ocpi.v2_2_1.locations import EVSE, Location, PowerType
from simulator.scenario.acn import ACN_ZONE, RealDays
from simulator.scenario.dump import ImportRefused
from simulator.scenario.places import Gazetteer
from simulator.scenario.real_session import RealSession
from simulator.scenario.recorded import SESSION_COLUMNS
from simulator.scenario.usable import can_charge
from simulator.world.evse import PowerType as EvsePower
from simulator.world.evse import charging_power_w, rating_from_connector
from simulator.world.vehicle import recorded_vehicle

_USUAL_POWER_W = 7_400
_USUAL_GIVES_W = 32 * 230
_STRONG_POWER_W = 22_000
_LONGEST_NAME = 40
_AMONG_OTHERS = (
    "Drivers who are made up may find these EVSEs too and take a real car's place; a run says how many real sessions "
    "got less for it."
)
_SITES = {"caltech": ("Caltech", 34.1377, -118.1253, "Pasadena"), "jpl": ("JPL", 34.2013, -118.1714, "La Cañada")}
"""The sites of ACN-Data; their files do not say where they stand."""


class OwnSite(Struct, frozen=True):
    """A site of its own: one EVSE for each station seen in these days, by the power that it needs."""

    cpo: str
    name: str
    latitude: float
    longitude: float
    city: str | None
    evses: tuple[tuple[int, tuple[str, ...]], ...]


class Placed(Struct, frozen=True):
    """Where each station's sessions go (`NL-ABC/uid` by station), and sentences about it."""

    evse_of: dict[str, str]
    remarks: tuple[str, ...]


def own_site(real: RealDays, source_name: str, gazetteer: Gazetteer) -> tuple[OwnSite, Placed]:
    """A site named after the file, in the country of the data's zone, or of ACN-Data where that has none, as UTC has.

    Its EVSEs have the stations' ids as uids, and 7.4 kW, one phase, which is what the real ones come to (32 A); 22 kW
    where a car needs more.
    """
    key = re.split(r"[^a-z]", source_name.lower())[0][:_LONGEST_NAME]
    place = gazetteer.of_zone(real.days.zone) or gazetteer.of_zone(ACN_ZONE)
    assert place is not None
    elsewhere = (key.title() or "Workplace", place.latitude, place.longitude, None)
    name, latitude, longitude, city = _SITES.get(key, elsewhere)
    cpo = f"{place.country_code}-{(re.sub('[^A-Z0-9]', '', name.upper()) + 'XXX')[:3]}"
    strong = dict.fromkeys(each.station for each in real.sessions if each.power_w > _USUAL_GIVES_W)
    by_power = ((_USUAL_POWER_W, [each for each in real.stations if each not in strong]), (_STRONG_POWER_W, [*strong]))
    evses = tuple((power_w, tuple(sorted(stations))) for power_w, stations in by_power if stations)
    remarks = [
        f"The sessions have a site of their own, {name}, with {len(real.stations)} EVSEs: one for each station seen."
    ]
    if city is None:
        remarks.append(f"The file does not say where its site is; it stands at {latitude:.4f}, {longitude:.4f}.")
    site = OwnSite(cpo, name, latitude, longitude, city, evses)
    return site, Placed({station: f"{cpo}/{station}" for station in real.stations}, tuple(remarks))


def onto(real: RealDays, locations: Iterable[Location], *, others: bool) -> tuple[RealDays, Placed]:
    """The stations, in order of first use, onto the network's AC EVSEs that are in use.

    Each gets the weakest left that gives what its strongest session needs, of equal ones the first by CPO and uid; then
    those for which none does get the strongest left, for the sessions that need no more. What comes back has the
    sessions that found one. With `others` there are drivers who are made up, too. Raises ImportRefused when none did.
    """
    evses = sorted(
        (f"{location.country_code}-{location.party_id}", evse.uid, _gives_w(evse))
        for location in locations
        for evse in location.evses
        if evse.connectors[0].power_type is not PowerType.DC and can_charge(evse)
    )
    if not evses:
        raise ImportRefused("The network has no AC EVSE in use, so no real session can be played there.")
    needs_w: dict[str, int] = {}
    for session in real.sessions:
        needs_w[session.station] = max(session.power_w, needs_w.get(session.station, 0))
    left, found = list(evses), {}
    for station in real.stations:
        able = [each for each in left if each[2] >= needs_w[station]]
        if able:
            found[station] = min(able, key=_power_of)
            left.remove(found[station])
    for station in real.stations:
        if station not in found and left:
            found[station] = max(left, key=_power_of)
            left.remove(found[station])
    there = real.within({station: power_w for station, (_, _, power_w) in found.items()})
    if not there.sessions:
        told = "\n".join(there.sentences)
        raise ImportRefused(f"No AC EVSE of the network gives what any of the real sessions needs.\n{told}")
    placed = {station: f"{cpo}/{uid}" for station, (cpo, uid, _) in found.items() if station in there.stations}
    remark = (
        f"{len(placed):,} stations, in the order of their first use, stand for {len(placed):,} of {len(evses):,} "
        "AC EVSEs in use: each for the weakest left that gives what its strongest session needs, of equal ones the "
        "first by CPO and uid."
    )
    return there, Placed(placed, (remark, *([_AMONG_OTHERS] if others else [])))


def _power_of(evse: tuple[str, str, int]) -> int:
    return evse[2]


def _gives_w(evse: EVSE) -> int:
    """The most that a recorded car can draw at an EVSE."""
    connector = evse.connectors[0]
    power_type: EvsePower = connector.power_type.value
    rating = rating_from_connector(
        power_type, connector.max_voltage, connector.max_amperage, connector.max_electric_power
    )
    return charging_power_w(rating, recorded_vehicle(_STRONG_POWER_W))


def sessions_csv(sessions: Sequence[RealSession], evse_of: dict[str, str]) -> bytes:
    """The file of sessions; a session is called by its station and its number there."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SESSION_COLUMNS)
    numbers: dict[str, int] = {}
    for each in sessions:
        numbers[each.station] = numbers.get(each.station, 0) + 1
        if each.station in evse_of:
            stated = "" if each.stated_departure_s is None else each.stated_departure_s
            name = f"{each.station}-{numbers[each.station]}"
            writer.writerow(
                (
                    name,
                    evse_of[each.station],
                    each.arrival_s,
                    each.departure_s,
                    stated,
                    each.requested_wh,
                    each.delivered_wh,
                    # csv of Python up to 3.12 puts no quotes about a lone carriage return, where readers end the line.
                    each.source_id.replace("\r", "\n"),
                )
            )
    return text.getvalue().encode()
