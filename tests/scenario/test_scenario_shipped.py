"""The scenarios that come with the program are right, and so are the words they may use."""

from pathlib import Path

import pytest

from simulator.ocpi.v2_2_1.locations import Capability
from simulator.scenario import vocabulary
from simulator.scenario.expand import expand
from simulator.scenario.load import load
from simulator.scenario.model import Driver
from simulator.world import arrivals, vehicle

FOLDER = Path(__file__).parents[2] / "scenarios"
SHIPPED = sorted(FOLDER.rglob("*.yaml"))


def test_there_are_scenarios() -> None:
    assert [path.relative_to(FOLDER).as_posix() for path in SHIPPED] == [
        "failures/link_down.yaml",
        "failures/lossy_link.yaml",
        "failures/party_offline.yaml",
        "hub/broadcast.yaml",
        "hub/open_routing.yaml",
        "hub/party_goes_offline.yaml",
        "hub/two_hubs.yaml",
        "money/invoices.yaml",
        "money/prices_and_contracts.yaml",
        "quickstart.yaml",
        "roaming/authorisation_table.yaml",
        "roaming/credit_cdr.yaml",
        "roaming/every_request.yaml",
        "roaming/peer_to_peer.yaml",
        "roaming/quirky_peers.yaml",
        "roaming/reservation.yaml",
        "roaming/summer_time_begins.yaml",
        "roaming/summer_time_ends.yaml",
        "roaming/three_versions_one_hub.yaml",
        "roaming/token_rotation.yaml",
        "roaming/two_networks.yaml",
        "scale/generated.yaml",
        "scale/generated_city.yaml",
        "smart_charging/charging_profiles.yaml",
        "smart_charging/service_provider.yaml",
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_loads_and_has_something_to_charge_at(path: Path) -> None:
    scenario = load(path)
    assert scenario.drivers
    assert all(assets.locations and assets.tariffs for assets in expand(scenario).values())


def test_the_quickstart_has_a_dozen_named_drivers_and_tells_one_with_an_app() -> None:
    scenario = load(FOLDER / "quickstart.yaml")
    drivers = [driver for driver in scenario.drivers if isinstance(driver, Driver)]
    assert len(drivers) == len(scenario.drivers) == 12
    (told,) = (driver for driver in drivers if driver.name == scenario.tell)
    assert (told.authorise, told.stop) == ("rfid", "app")
    assert len({party.whitelist for party in scenario.parties if party.role == "emsp"}) == 2


def test_the_vocabulary_is_that_of_the_world() -> None:
    assert set(vocabulary.MIXES) == set(vehicle.MIXES)
    assert set(vocabulary.VEHICLES) == set(vehicle.VEHICLES)
    assert set(vocabulary.ARRIVALS) == set(arrivals.PROFILES)
    assert tuple(Capability) == vocabulary.CAPABILITIES
