"""Remote starts between versions, where an EVSE asks for a Connector to be named: OCPI 2.1.1 names none."""

from typing import Any

import pytest
from msgspec.structs import replace
from ocpi_shared import sample
from ocpi_told import paths, tree

from simulator.ocpi.translation import Setting, translate

OWNER = Setting(country_code="NL", party_id="ABC")
LOCATION = sample("location_example")
ASKING = ["START_SESSION_CONNECTOR_REQUIRED", "REMOTE_START_STOP_CAPABLE", "RESERVABLE"]


def place(*counts: int, stated: list[str] = ASKING) -> dict[str, Any]:
    """A location whose EVSEs have so many Connectors each."""
    evse = LOCATION["evses"][0]
    plug = evse["connectors"][0]
    evses = [
        {**evse, "uid": f"E{at}", "capabilities": stated, "connectors": [{**plug, "id": f"P{n}"} for n in range(count)]}
        for at, count in enumerate(counts)
    ]
    return {**LOCATION, "evses": evses}


def start(where: dict[str, Any], **more: Any) -> Any:
    """What becomes of a StartSession of 2.1.1 there."""
    card = tree(translate("token", sample("token_example_2_full_rfid"), "2.2.1", "2.1.1", OWNER))
    wish = {"response_url": "https://nl-vet.ocpi.test/1", "token": card, "location_id": "L1", **more}
    return translate("start_session", wish, "2.1.1", "2.3.0", replace(OWNER, location=lambda _: where))


def test_2_1_1_is_told_of_remote_starts_only_where_it_can_make_one() -> None:
    said = translate("location", place(1, 2), "2.2.1", "2.1.1", OWNER)
    assert [evse["capabilities"] for evse in tree(said)["evses"]] == [ASKING[1:], ASKING[2:]]
    lost = [path for path in paths(said, "lost") if "capabilities" in path]
    assert lost == ["$.evses[0].capabilities[0]", *(f"$.evses[1].capabilities[{at}]" for at in (0, 1))]
    free = tree(translate("location", place(2, stated=ASKING[1:]), "2.3.0", "2.1.1", OWNER))
    assert free["evses"][0]["capabilities"] == ASKING[1:]


def test_a_patch_that_names_no_connectors_promises_no_start() -> None:
    change = {"capabilities": ASKING, "last_updated": "2026-05-04T09:00:00Z"}
    assert tree(translate("evse", change, "2.2.1", "2.1.1", OWNER, patch=True))["capabilities"] == ASKING[2:]


def test_a_start_names_the_only_connector_where_one_is_asked_for() -> None:
    said = start(place(2, 1), evse_uid="e1")
    assert tree(said)["connector_id"] == "P0"
    assert paths(said, "invented")[-1] == "$.connector_id"


@pytest.mark.parametrize(
    ("where", "more"),
    [(place(1, stated=ASKING[1:]), {"evse_uid": "E0"}), (place(1, 2), {}), ({}, {"evse_uid": "E0"})],
    ids=["not asked for", "any EVSE", "not known"],
)
def test_otherwise_it_names_none(where: dict[str, Any], more: dict[str, Any]) -> None:
    assert "connector_id" not in tree(start(where, **more))


@pytest.mark.parametrize("more", [{"evse_uid": "E1"}, {}])
def test_a_start_that_would_have_to_choose_is_withheld(more: dict[str, Any]) -> None:
    assert start(place(2, 2), **more).withheld.startswith("One of several Connectors")
