"""Putting an EVSE or Connector back into its Location, with what that means for the parents."""

import pytest
from msgspec.structs import replace
from ocpi_shared import sample

from simulator.ocpi import codec
from simulator.ocpi.v2_2_1.location_tree import find_connector, find_evse, put_connector, put_evse
from simulator.ocpi.v2_2_1.locations import Location

LATER = "2030-01-01T00:00:00Z"
EARLIER = "2000-01-01T00:00:00Z"


@pytest.fixture
def location() -> Location:
    return codec.decode(codec.encode(sample("location_example")), Location)


def test_ids_are_found_in_any_letter_case(location: Location) -> None:
    evse = replace(location.evses[0], uid="Evse-A")
    changed = put_evse(location, evse)
    assert find_evse(changed, "EVSE-a") is evse
    assert find_evse(changed, "EVSE-b") is None
    assert find_connector(evse, "2") is evse.connectors[1]
    assert find_connector(evse, "9") is None


def test_a_newer_connector_makes_its_parents_newer(location: Location) -> None:
    evse = location.evses[1]
    changed_evse = put_connector(evse, replace(evse.connectors[0], tariff_ids=("15",), last_updated=LATER))
    changed = put_evse(location, changed_evse)
    assert [changed.last_updated, changed.evses[1].last_updated] == [LATER, LATER]
    assert changed.evses[1].connectors[0].tariff_ids == ("15",)
    assert changed.evses[0] is location.evses[0]


def test_an_older_child_leaves_its_parents_as_new_as_they_were(location: Location) -> None:
    evse = location.evses[0]
    changed_evse = put_connector(evse, replace(evse.connectors[0], last_updated=EARLIER))
    assert changed_evse.last_updated == evse.last_updated
    assert put_evse(location, changed_evse).last_updated == location.last_updated


def test_an_unknown_child_is_added_at_the_end(location: Location) -> None:
    evse = put_connector(location.evses[0], replace(location.evses[0].connectors[0], id="3"))
    assert [connector.id for connector in evse.connectors] == ["1", "2", "3"]
    changed = put_evse(location, replace(evse, uid="3258"))
    assert [child.uid for child in changed.evses] == ["3256", "3257", "3258"]
