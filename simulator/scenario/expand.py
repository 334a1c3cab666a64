"""Turns hand-written sites and imported networks into one common form: OCPI 2.2.1 objects per CPO."""

from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi.datatypes import Price, format_datetime, later
from simulator.ocpi.v2_2_1.locations import (
    EVSE,
    BusinessDetails,
    Capability,
    Connector,
    ConnectorFormat,
    ConnectorType,
    GeoLocation,
    Location,
    PowerType,
    Status,
)
from simulator.ocpi.v2_2_1.tariffs import (
    PriceComponent,
    ReservationRestrictionType,
    Tariff,
    TariffDimensionType,
    TariffElement,
    TariffRestrictions,
)
from simulator.scenario.model import EvseGroup, Party, Scenario, Site, TariffSpec

_OF_OUR_CHARGE_POINTS = (
    Capability.CHARGING_PROFILE_CAPABLE,
    Capability.REMOTE_START_STOP_CAPABLE,
    Capability.RESERVABLE,
    Capability.RFID_READER,
    Capability.UNLOCK_CAPABLE,
)
"""What the charge points of the field do when they are asked; a scenario may state less, or more."""
PASSING = (Status.CHARGING, Status.RESERVED, Status.UNKNOWN)
_LINE_VOLTAGE_V = 230
_MAX_SOCKET_POWER_W = 22_080
_DC_LOW_VOLTAGE_V, _DC_HIGH_VOLTAGE_V, _DC_HIGH_FROM_W = 400, 800, 100_000


class CpoAssets(Struct, frozen=True):
    """What one CPO owns at the start; `grid_limits_w` by Location id, absent where nothing limits.

    The originals, by id, are those of what is written in OCPI 2.3.0.
    """

    locations: tuple[Location, ...]
    tariffs: tuple[Tariff, ...]
    grid_limits_w: dict[str, int]
    original_locations: dict[str, Any]
    original_tariffs: dict[str, Any]


def expand(scenario: Scenario, as_of_us: int = 0) -> dict[str, CpoAssets]:
    """The assets of every CPO of the scenario by its party id (`NL-ABC`), in the order of the scenario's parties.

    Nothing in it was updated later than `as_of_us` (since the scenario's start), when its owner begins to publish.
    A tariff's id is the name the scenario gives it. An imported EVSE states the capabilities that it came with. An
    imported network is a snapshot of one moment: EVSEs that were CHARGING, RESERVED or UNKNOWN in it start AVAILABLE
    (who occupies them at the start is for the warm-up to say), all other statuses stay.
    """
    start = format_datetime(scenario.start_epoch_us + as_of_us)
    return {party.id: _assets(scenario, party, start) for party in scenario.parties if party.role == "cpo"}


def _assets(scenario: Scenario, cpo: Party, start: str) -> CpoAssets:
    locations: list[Location] = []
    limits_w: dict[str, int] = {}
    first_evse = 1
    used: dict[str, None] = {}
    for number, site in enumerate((site for site in scenario.sites if site.cpo == cpo.id), start=1):
        location = _location(site, cpo, number, first_evse, scenario.zone, start)
        locations.append(location)
        first_evse += len(location.evses)
        used.update((group.tariff, None) for group in site.evses if group.tariff is not None)
        if site.grid_limit_w is not None:
            limits_w[location.id] = site.grid_limit_w
    tariffs = [ocpi_tariff(spec, cpo, start) for spec in scenario.tariffs if spec.name in used]
    owner = (cpo.country_code, cpo.party_id)
    for network in scenario.networks:
        for location in network.locations:
            if (location.country_code, location.party_id) == owner:
                locations.append(_at_start(location, start))
        for tariff in network.tariffs:
            if (tariff.country_code, tariff.party_id) == owner:
                tariffs.append(tariff)
    original_locations = [
        _at_start(each, start) for network in scenario.networks for each in network.original_locations
    ]
    original_tariffs = [each for network in scenario.networks for each in network.original_tariffs]
    own_originals = [original_tariff(spec, cpo) for spec in scenario.tariffs if spec.name in used]
    return CpoAssets(
        tuple(locations),
        tuple(tariffs),
        limits_w,
        {each.id: each for each in original_locations if (each.country_code, each.party_id) == owner},
        {
            each.id: each
            for each in (*own_originals, *original_tariffs)
            if each is not None and (each.country_code, each.party_id) == owner
        },
    )


def _location(site: Site, cpo: Party, number: int, first_evse: int, zone: str, start: str) -> Location:
    groups = [(group, index) for group in site.evses for index in range(group.count)]
    return Location(
        country_code=cpo.country_code,
        party_id=cpo.party_id,
        id=f"{cpo.id}-L{number:03}",
        publish=True,
        name=site.name,
        address=site.address,
        city=site.city,
        country=site.country,
        coordinates=GeoLocation(latitude=f"{site.latitude:.6f}", longitude=f"{site.longitude:.6f}"),
        evses=tuple(_evse(*group, cpo, number, start) for number, group in enumerate(groups, start=first_evse)),
        operator=BusinessDetails(name=cpo.name),
        time_zone=zone,
        last_updated=start,
    )


def _evse(group: EvseGroup, index: int, cpo: Party, number: int, start: str) -> EVSE:
    """An EVSE whose id has the form of eMI3: country, operator, E and a number; its uid is that of the scenario."""
    return EVSE(
        uid=group.uids[index] if group.uids else f"{cpo.id}-E{number:04}",
        evse_id=f"{cpo.country_code}*{cpo.party_id}*E{number:04}",
        status=Status.AVAILABLE,
        capabilities=_capabilities(group),
        connectors=(_connector(group, start),),
        last_updated=start,
    )


def _capabilities(group: EvseGroup) -> tuple[Capability, ...]:
    stated = tuple([Capability(each) for each in group.capabilities or ()])
    stated = _OF_OUR_CHARGE_POINTS if group.capabilities is None else stated
    preferences = Capability.CHARGING_PREFERENCES_CAPABLE
    return (*stated, preferences) if group.preferences and preferences not in stated else stated


def _connector(group: EvseGroup, start: str) -> Connector:
    """Voltage is line to neutral, so that current and power agree as Locations of 2.2.1 asks."""
    direct = group.current_type == "dc"
    phases = 3 if group.current_type == "ac3" else 1
    voltage_v = _LINE_VOLTAGE_V
    if direct:
        voltage_v = _DC_HIGH_VOLTAGE_V if group.power_w > _DC_HIGH_FROM_W else _DC_LOW_VOLTAGE_V
    fixed_cable = direct or group.power_w > _MAX_SOCKET_POWER_W
    power_types = {"ac1": PowerType.AC_1_PHASE, "ac3": PowerType.AC_3_PHASE, "dc": PowerType.DC}
    return Connector(
        id="1",
        standard=ConnectorType.IEC_62196_T2_COMBO if direct else ConnectorType.IEC_62196_T2,
        format=ConnectorFormat.CABLE if fixed_cable else ConnectorFormat.SOCKET,
        power_type=power_types[group.current_type],
        max_voltage=voltage_v,
        max_amperage=max(1, round(group.power_w / (voltage_v * phases))),
        max_electric_power=group.power_w,
        tariff_ids=(group.tariff,) if group.tariff is not None else (),
        last_updated=start,
    )


def ocpi_tariff(spec: TariffSpec, cpo: Party, last_updated: str) -> Tariff:
    """A hand-written tariff as this CPO publishes it; its id is its name."""
    if spec.full is not None:
        return replace(spec.full, country_code=cpo.country_code, party_id=cpo.party_id, id=spec.name)
    kinds = TariffDimensionType
    charging = (
        (kinds.FLAT, spec.flat),
        (kinds.ENERGY, spec.energy_per_kwh),
        (kinds.TIME, spec.time_per_hour),
        (kinds.PARKING_TIME, spec.parking_per_hour),
    )
    reservations = ReservationRestrictionType
    elements = (
        _element(spec, charging),
        _element(spec, ((kinds.FLAT, spec.no_show),), reservations.RESERVATION_EXPIRES),
        _element(spec, ((kinds.TIME, spec.reservation_per_hour),), reservations.RESERVATION),
    )
    return Tariff(
        country_code=cpo.country_code,
        party_id=cpo.party_id,
        id=spec.name,
        currency=spec.currency,
        min_price=_limit(spec.min_price),
        max_price=_limit(spec.max_price),
        elements=tuple(element for element in elements if element.price_components),
        last_updated=last_updated,
    )


def original_tariff(spec: TariffSpec, cpo: Party) -> Any:
    """The same as it is written in 2.3.0; None if it is not."""
    if spec.original is None:
        return None
    return replace(spec.original, country_code=cpo.country_code, party_id=cpo.party_id, id=spec.name)


def _limit(amount: Decimal | None) -> Price | None:
    return Price(excl_vat=amount) if amount is not None else None


def _element(
    spec: TariffSpec,
    prices: tuple[tuple[TariffDimensionType, Decimal | None], ...],
    reservation: ReservationRestrictionType | None = None,
) -> TariffElement:
    """The prices that there are, of charging or of a kind of reservation."""
    return TariffElement(
        price_components=tuple(
            PriceComponent(type=kind, price=price, vat=spec.vat_percent, step_size=1)
            for kind, price in prices
            if price is not None
        ),
        restrictions=TariffRestrictions(reservation=reservation) if reservation is not None else None,
    )


def _at_start(location: Location, start: str) -> Location:
    """The Location as the run begins: passing statuses are AVAILABLE, and nothing was updated after the start."""
    evses = tuple(
        replace(evse, status=Status.AVAILABLE, last_updated=start)
        if evse.status in PASSING
        else replace(evse, last_updated=_not_after(evse.last_updated, start))
        for evse in location.evses
    )
    changed = any(evse.last_updated == start for evse in evses)
    last_updated = start if changed else _not_after(location.last_updated, start)
    return replace(location, evses=evses, last_updated=last_updated)


def _not_after(last_updated: str, start: str) -> str:
    return start if later(last_updated, start) != start else last_updated
