"""From a scenario to the OCPI objects each CPO owns at the start."""

from decimal import Decimal
from pathlib import Path

import pytest

from simulator.ocpi.codec import decode, encode
from simulator.ocpi.datatypes import Price
from simulator.ocpi.v2_2_1.locations import Capability, Location, PowerType, Status
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.scenario.expand import CpoAssets, expand
from simulator.scenario.load import load

TEXT = """\
name: Expanded
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 1 h
parties:
  NL-ABC: {role: cpo, name: Alpha Charging}
  BE-ABC: {role: cpo}
  NL-EMA: {role: emsp}
tariffs:
  day: {energy: 0.45 EUR/kWh, flat: 0.50 EUR, min_price: 1 EUR, max_price: 30 EUR, vat: 21 %}
  idle: {file: idle.json}
  unused: {energy: 9 EUR/kWh}
  kept: {energy: 0.45 EUR/kWh, reservation: 3 EUR/h, no_show: 5 EUR}
sites:
  - cpo: NL-ABC
    name: Station square
    at: [52.16, -4.48]
    city: Leiden
    grid: {limit: 60 kW}
    evses:
      - {count: 2, power: 22 kW, tariff: day}
      - {power: 150 kW, tariff: idle}
  - {cpo: NL-ABC, name: Canal side, at: [52.2, 4.5], evses: {power: 3.7 kW, tariff: day}}
  - {cpo: BE-ABC, name: Antwerp, at: [51.2, 4.4], evses: [{power: 11 kW, tariff: kept, capabilities: [RFID_READER]}]}
networks:
  - {locations: other.json, tariffs: tariffs.json}
"""
IDLE = (
    '{"country_code":"NL","party_id":"XXX","id":"x","currency":"EUR","elements":[{"price_components":'
    '[{"type":"PARKING_TIME","price":3,"step_size":60}]}],"last_updated":"2026-01-01T00:00:00Z"}'
)
EVSE = (
    '{"uid":"UID","status":"STATUS","connectors":[{"id":"1","standard":"IEC_62196_T2","format":"SOCKET",'
    '"power_type":"AC_3_PHASE","max_voltage":230,"max_amperage":16,"tariff_ids":["x"],'
    '"last_updated":"2026-01-01T00:00:00Z"}],"last_updated":"2026-01-01T00:00:00Z"}'
)
LOCATION = (
    '{"country_code":"NL","party_id":"ABC","id":"imported","publish":true,"address":"a","city":"b","country":"NLD",'
    '"coordinates":{"latitude":"52.10000","longitude":"4.10000"},"evses":[EVSES],"time_zone":"Europe/Amsterdam",'
    '"last_updated":"2027-01-01T00:00:00Z"}'
)
START = "2026-05-04T04:00:00Z"


@pytest.fixture
def assets(tmp_path: Path) -> dict[str, CpoAssets]:
    statuses = [status.value for status in Status]
    evses = ",".join(EVSE.replace("UID", status).replace("STATUS", status) for status in statuses)
    (tmp_path / "idle.json").write_text(IDLE)
    (tmp_path / "other.json").write_text(f"[{LOCATION.replace('EVSES', evses)}]")
    (tmp_path / "tariffs.json").write_text(f"[{IDLE.replace('XXX', 'ABC')}]")
    (tmp_path / "scenario.yaml").write_text(TEXT)
    return expand(load(tmp_path / "scenario.yaml"))


def test_evses_state_what_our_charge_points_can_do_or_what_the_scenario_says_and_imported_ones_what_they_said(
    assets: dict[str, CpoAssets],
) -> None:
    square, _, imported = assets["NL-ABC"].locations
    assert [str(each) for each in square.evses[0].capabilities] == [
        "CHARGING_PROFILE_CAPABLE",
        "REMOTE_START_STOP_CAPABLE",
        "RESERVABLE",
        "RFID_READER",
        "UNLOCK_CAPABLE",
    ]
    assert assets["BE-ABC"].locations[0].evses[0].capabilities == (Capability.RFID_READER,)
    assert imported.evses[0].capabilities == ()


def test_every_cpo_has_its_own(assets: dict[str, CpoAssets]) -> None:
    assert list(assets) == ["NL-ABC", "BE-ABC"]
    assert [location.id for location in assets["NL-ABC"].locations] == ["NL-ABC-L001", "NL-ABC-L002", "imported"]
    assert assets["NL-ABC"].grid_limits_w == {"NL-ABC-L001": 60_000}
    assert assets["BE-ABC"].grid_limits_w == {}
    assert assets["BE-ABC"].locations[0].country == "BEL"


def test_evses_are_numbered_through_the_sites_of_a_cpo(assets: dict[str, CpoAssets]) -> None:
    own = [evse for location in assets["NL-ABC"].locations[:2] for evse in location.evses]
    assert [evse.evse_id for evse in own] == ["NL*ABC*E0001", "NL*ABC*E0002", "NL*ABC*E0003", "NL*ABC*E0004"]
    assert [evse.uid for evse in own] == ["NL-ABC-E0001", "NL-ABC-E0002", "NL-ABC-E0003", "NL-ABC-E0004"]


def test_a_connector_bears_the_power_that_was_written(assets: dict[str, CpoAssets]) -> None:
    plugs = [evse.connectors[0] for location in assets["NL-ABC"].locations[:2] for evse in location.evses]
    assert [(plug.power_type, plug.max_voltage, plug.max_amperage, plug.max_electric_power) for plug in plugs] == [
        (PowerType.AC_3_PHASE, 230, 32, 22_000),
        (PowerType.AC_3_PHASE, 230, 32, 22_000),
        (PowerType.DC, 800, 188, 150_000),
        (PowerType.AC_1_PHASE, 230, 16, 3_700),
    ]


def test_tariffs_belong_to_the_cpos_that_use_them(assets: dict[str, CpoAssets]) -> None:
    tariffs = assets["NL-ABC"].tariffs
    assert [(tariff.country_code, tariff.party_id, tariff.id) for tariff in tariffs] == [
        ("NL", "ABC", "day"),
        ("NL", "ABC", "idle"),
        ("NL", "ABC", "x"),
    ]
    assert [tariff.id for tariff in assets["BE-ABC"].tariffs] == ["kept"]
    components = tariffs[0].elements[0].price_components
    assert [(each.type, each.price, each.vat, each.step_size) for each in components] == [
        ("FLAT", Decimal("0.50"), Decimal(21), 1),
        ("ENERGY", Decimal("0.45"), Decimal(21), 1),
    ]
    assert (tariffs[0].min_price, tariffs[0].max_price) == (Price(excl_vat=Decimal(1)), Price(excl_vat=Decimal(30)))
    assert tariffs[1].elements[0].price_components[0].price == 3


def test_what_reservations_cost_stands_in_elements_of_its_own(assets: dict[str, CpoAssets]) -> None:
    (tariff,) = assets["BE-ABC"].tariffs
    told = [
        (element.restrictions and element.restrictions.reservation, [(each.type, each.price) for each in components])
        for element in tariff.elements
        if (components := element.price_components)
    ]
    assert told == [
        (None, [("ENERGY", Decimal("0.45"))]),
        ("RESERVATION_EXPIRES", [("FLAT", 5)]),
        ("RESERVATION", [("TIME", 3)]),
    ]


def test_all_is_valid_ocpi(assets: dict[str, CpoAssets]) -> None:
    for owned in assets.values():
        for location in owned.locations:
            assert decode(encode(location), Location) == location
        for tariff in owned.tariffs:
            assert decode(encode(tariff), Tariff) == tariff
    square = assets["NL-ABC"].locations[0]
    assert (square.coordinates.latitude, square.coordinates.longitude) == ("52.160000", "-4.480000")
    assert (square.last_updated, square.time_zone, square.address) == (START, "Europe/Amsterdam", "Station square")


def test_a_snapshot_starts_with_its_passing_statuses_available(assets: dict[str, CpoAssets]) -> None:
    imported = assets["NL-ABC"].locations[2]
    available = {evse.uid for evse in imported.evses if evse.status is Status.AVAILABLE}
    assert available == {"AVAILABLE", "CHARGING", "RESERVED", "UNKNOWN"}
    assert all(evse.status == evse.uid for evse in imported.evses if evse.uid not in available)
    assert imported.last_updated == START
    updated = {evse.uid: evse.last_updated for evse in imported.evses}
    assert (updated["CHARGING"], updated["AVAILABLE"]) == (START, "2026-01-01T00:00:00Z")
