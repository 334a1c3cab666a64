"""Whatever the object of whichever version: what a party is told, and what changes of it, it shows as it was told."""

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ocpi_objects import objects
from ocpi_shared import parse
from run_town import OpenTown, named, town

from simulator.ocpi import codec
from simulator.ocpi.translation.kinds import class_of
from simulator.ocpi.v2_2_1.tokens import Token

Tree = dict[str, Any]
CPO, EMSP = "NL-ABC", "NL-EMA"
START, END = "2026-05-04T08:00:00Z", "2026-05-04T09:00:00Z"
few = settings(max_examples=12, suppress_health_check=list(HealthCheck), database=None)
numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["2.1.1", "2.2.1", "2.3.0"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A town in which everybody speaks one version."""
    folder = tmp_path_factory.mktemp("any")

    def change(text: str) -> str:
        return text.replace("{role: ", f"{{ocpi: {request.param}, role: ")

    scenario = town(folder, drivers=(named("Vera", arrives="11 h"),), duration="12 h", change=change)
    with OpenTown(scenario, folder / "desk.ocpirun") as open_town:
        yield open_town


@pytest.mark.parametrize("kind", ["location", "tariff", "session", "token", "cdr"])
@few
@given(data=st.data())
def test_what_was_told_is_shown(desk: OpenTown, kind: str, data: st.DataObject) -> None:
    tree = drawn(desk, kind, data)
    told(desk, kind, "POST" if kind == "cdr" else "PUT", tree, tree)
    assert without_empty(shown(desk, kind, tree)) == without_empty(tree)


@pytest.mark.parametrize("kind", ["location", "session", "token"])
@few
@given(data=st.data())
def test_what_was_changed_is_shown_changed(desk: OpenTown, kind: str, data: st.DataObject) -> None:
    tree, other = drawn(desk, kind, data), drawn(desk, kind, data)
    names = data.draw(st.sets(st.sampled_from(sorted(other)))) - {"id", "uid", "type", "status", "charging_periods"}
    changes = {name: value for name, value in other.items() if name in names} | {"last_updated": "2026-05-05T00:00:00Z"}
    if kind == "session":
        # One that has ended never changes again.
        tree["status"] = data.draw(st.sampled_from(["ACTIVE", "PENDING"]))
    told(desk, kind, "PUT", tree, tree)
    told(desk, kind, "PATCH", tree, changes)
    assert without_empty(shown(desk, kind, tree)) == without_empty(tree | changes)


def drawn(desk: OpenTown, kind: str, data: st.DataObject) -> Tree:
    """An object of a kind in the town's version that any receiver takes."""
    cls = class_of(kind, desk.connection(CPO, EMSP).version)
    assert cls is not None
    (card,) = desk.world.emsps[EMSP].tokens.store
    fitting = fit(kind, data.draw(objects(cls)), card)
    names = [field.encode_name for field in msgspec.structs.fields(cls)]
    return {name: value for name, value in fitting.items() if name in names}


def told(desk: OpenTown, kind: str, method: str, tree: Tree, body: Tree) -> None:
    teller, keeper, where = place(desk, kind, tree)
    url = desk.url(CPO, EMSP, "cdrs", "RECEIVER") if method == "POST" else where
    said = desk.ask(teller, keeper, method, url, codec.encode(body))
    assert said.status == 1000, said.body


def shown(desk: OpenTown, kind: str, tree: Tree) -> Any:
    teller, keeper, where = place(desk, kind, tree)
    return parse(desk.ask(teller, keeper, "GET", where).body)["data"]


def place(desk: OpenTown, kind: str, tree: Tree) -> tuple[str, str, str]:
    """Who tells whom of an object, and where it is kept."""
    if kind != "token":
        return CPO, EMSP, desk.url(CPO, EMSP, f"{kind}s", "RECEIVER", "NL", "ABC", tree["id"])
    where = desk.url(EMSP, CPO, "tokens", "RECEIVER", "NL", "EMA", tree["uid"])
    return EMSP, CPO, where if desk.connection(EMSP, CPO).version == "2.1.1" else f"{where}?type={tree['type']}"


def fit(kind: str, tree: Tree, card: Token) -> Tree:
    """An object under a name of its own, and without what no receiver takes."""
    own = {"country_code": "NL", "party_id": "EMA" if kind == "token" else "ABC"}
    id = f"N{next(numbers)}"
    gone = ("end_date_time", "end_datetime", "credit", "credit_reference_id", "publish_allowed_to")
    tree = {name: value for name, value in tree.items() if name not in gone} | own | {"id": id, "uid": id}
    if kind == "location":
        return tree | fit_location(tree)
    times = {"start_date_time": START, "start_datetime": START}
    if kind == "cdr":
        tree |= fit_total(tree["total_cost"]) | {"session_id": id}
        times |= {"end_date_time": END, "stop_date_time": END}
    place = {}
    theirs = {"country_code": card.country_code, "party_id": card.party_id, "uid": card.uid}
    named = {"cdr_token": tree["cdr_token"] | theirs} if "cdr_token" in tree else {}
    if "location" in tree:
        (evse, *_) = tree["location"].get("evses") or [EVSE]
        evse = fit_evse(evse | {"connectors": evse["connectors"][:1]}, 1)
        place = {"location": tree["location"] | fit_location(tree["location"]) | {"id": "L", "evses": [evse]}}
    return tree | (times if kind != "tariff" else {}) | place | {"auth_id": card.contract_id} | named


def fit_location(tree: Tree) -> Tree:
    evses = [fit_evse(evse, number) for number, evse in enumerate(tree.get("evses", ()), 1)]
    if places := [place | {"id": f"P{number}"} for number, place in enumerate(tree.get("parking_places", ()), 1)]:
        return {"country": "NLD", "coordinates": POINT, "evses": evses, "parking_places": places}
    evses = [{name: value for name, value in evse.items() if name != "parking"} for evse in evses]
    return {"country": "NLD", "coordinates": POINT, "evses": evses}


def fit_evse(evse: Tree, number: int) -> Tree:
    ids = {"uid": f"E{number}", "evse_id": f"NL*ABC*E{number}", "coordinates": POINT}
    if "parking" in evse:
        ids |= {"parking": [each | {"parking_id": "P1"} for each in evse["parking"]]}
    return evse | ids | {"connectors": [each | {"id": f"C{at}"} for at, each in enumerate(evse["connectors"], 1)]}


def fit_total(price: Any) -> Tree:
    """A total whose taxes have its sign."""
    if not isinstance(price, dict):
        return {}
    if "excl_vat" in price:
        return {"total_cost": price | ({"incl_vat": price["excl_vat"]} if "incl_vat" in price else {})}
    taxes = [tax | {"amount": price["before_taxes"]} for tax in price.get("taxes", ())]
    return {"total_cost": price | {"taxes": taxes}}


POINT = {"latitude": "52.160000", "longitude": "4.480000"}
CONNECTOR = {
    "id": "C",
    "standard": "IEC_62196_T2",
    "format": "SOCKET",
    "power_type": "AC_3_PHASE",
    "voltage": 230,
    "amperage": 16,
    "last_updated": START,
}
EVSE = {"uid": "E", "status": "AVAILABLE", "connectors": [CONNECTOR], "last_updated": START}


def without_empty(tree: Any) -> Any:
    """An empty list says no more than its absence, and a number is one however it is written."""
    if isinstance(tree, dict):
        return {key: without_empty(value) for key, value in tree.items() if value != []}
    return [without_empty(item) for item in tree] if isinstance(tree, list) else tree
