"""PATCH bodies: which are taken, and what they change."""

from decimal import Decimal
from typing import Any

import pytest
from ocpi_shared import sample

from simulator.ocpi import codec
from simulator.ocpi.findings import Invalid
from simulator.ocpi.patch import apply_patch, apply_session_patch, partial
from simulator.ocpi.v2_2_1.locations import EVSE, Location
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.ocpi.v2_2_1.tokens import Token

LATER = "2030-01-01T00:00:00Z"
PERIOD = {"start_date_time": LATER, "dimensions": [{"type": "ENERGY", "volume": 1.5}]}


def patch(cls: Any, **fields: Any) -> Any:
    return codec.decode(codec.encode({"last_updated": LATER, **fields}), partial(cls))


@pytest.fixture
def session() -> Session:
    return codec.decode(codec.encode(sample("session_example_2_short_finished")), Session)


@pytest.fixture
def location() -> Location:
    return codec.decode(codec.encode(sample("location_example")), Location)


def test_a_patch_without_last_updated_is_refused_from_2_2_on() -> None:
    body = codec.encode({"status": "CHARGING"})
    with pytest.raises(Invalid) as caught:
        codec.decode(body, partial(EVSE))
    assert [(finding.rule, finding.path) for finding in caught.value.findings] == [("missing-field", "$.last_updated")]
    assert codec.decode(body, partial(EVSE, last_updated_required=False)).status == "CHARGING"


def test_only_the_named_fields_change(location: Location) -> None:
    evse = location.evses[0]
    changed = apply_patch(evse, patch(EVSE, status="CHARGING"))
    assert changed == codec.decode(
        codec.encode({**sample("location_example")["evses"][0], "status": "CHARGING", "last_updated": LATER}), EVSE
    )
    assert evse.status == "AVAILABLE"


def test_a_list_is_replaced(location: Location) -> None:
    changed = apply_patch(location.evses[0], patch(EVSE, capabilities=["RFID_READER", "RESERVABLE"]))
    assert changed.capabilities == ("RFID_READER", "RESERVABLE")
    assert apply_patch(changed, patch(EVSE, capabilities=[])).capabilities == ()


@pytest.mark.parametrize("field", ["physical_reference", "capabilities"])
def test_null_for_an_optional_field_changes_nothing(location: Location, field: str) -> None:
    evse = location.evses[0]
    assert getattr(apply_patch(evse, patch(EVSE, **{field: None})), field) == getattr(evse, field)


@pytest.mark.parametrize(
    "fields", [{"status": None}, {"connectors": []}, {"connectors": None}, {"floor_level": "12345"}, {"status": "BUSY"}]
)
def test_constraints_hold_in_a_patch_too(fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as caught:
        patch(EVSE, **fields)
    assert [finding.path for finding in caught.value.findings] == [f"$.{name}" for name in fields]


def test_charging_periods_are_appended(session: Session) -> None:
    changed = apply_session_patch(session, patch(Session, kwh=50.25, charging_periods=[PERIOD]))
    assert changed.charging_periods[:-1] == session.charging_periods
    assert changed.charging_periods[-1].dimensions[0].volume == Decimal("1.5")
    assert (changed.kwh, changed.last_updated) == (Decimal("50.25"), LATER)


@pytest.mark.parametrize("fields", [{}, {"charging_periods": []}, {"charging_periods": None}])
def test_an_empty_list_of_charging_periods_changes_nothing(session: Session, fields: dict[str, Any]) -> None:
    changed = apply_session_patch(session, patch(Session, **fields))
    assert changed.charging_periods == session.charging_periods


def test_a_put_without_charging_periods_empties_the_list(session: Session) -> None:
    tree = sample("session_example_2_short_finished")
    del tree["charging_periods"], tree["total_cost"]
    replaced = codec.decode(codec.encode(tree), Session)
    assert session.charging_periods
    assert (replaced.charging_periods, replaced.total_cost) == ((), None)


def test_a_patch_is_written_with_its_own_fields_only() -> None:
    body = codec.encode(partial(Token)(valid=False, last_updated=LATER))
    assert body == b'{"valid":false,"last_updated":"2030-01-01T00:00:00Z"}'


def test_the_class_is_made_once() -> None:
    assert partial(Session) is partial(Session)
