"""What is meant for some is not billed to everybody: elements for bookings, and with restrictions that nobody knows."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from parties_objects import LATER, Json, cdr, issue
from run_town import OpenTown, Told, named, town

from simulator.billing.course import price_course
from simulator.billing.pieces import Period
from simulator.ocpi import catalogue
from simulator.ocpi.codec import decode, encode
from simulator.ocpi.unknown import unknown_members
from simulator.parties.pricing import energy_price, neutral

CPO, EMSP = "NL-ABC", "NL-EMA"
VERSIONS = ("2.1.1", "2.2.1", "2.3.0")
DEAR = {"price_components": [{"type": "ENERGY", "price": 9, "step_size": 1}]}
PLAIN = {"price_components": [{"type": "ENERGY", "price": 0.3, "step_size": 1}]}


@pytest.fixture(scope="module", params=VERSIONS)
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """An eMSP that speaks one version with its CPOs."""
    folder = tmp_path_factory.mktemp("restrictions")
    both = ", ".join(dict.fromkeys((request.param, "2.2.1")))

    def spoken(text: str) -> str:
        for cpo in ("ABC", "DUN"):
            text = text.replace(f"  NL-{cpo}: {{", f"  NL-{cpo}: {{ocpi: [{both}], ")
        return text.replace("  NL-EMA: {", f"  NL-EMA: {{ocpi: {request.param}, ")

    scenario = town(folder, drivers=(named("Wim", "NL-NOM", arrives="11 h"),), duration="12 h", change=spoken)
    with OpenTown(scenario, folder / "desk.ocpirun") as open_town:
        assert open_town.connection(EMSP, CPO).version == request.param
        issue(open_town, "CARD-1")
        yield open_town


def tariff(desk: OpenTown, id: str, *elements: Json) -> Json:
    body: Json = {"id": id, "currency": "EUR", "elements": list(elements), "last_updated": LATER}
    version = desk.connection(EMSP, CPO).version
    body |= {} if version == "2.1.1" else {"country_code": "NL", "party_id": "ABC"}
    return body | ({"tax_included": "NO"} if version == "2.3.0" else {})


def put(desk: OpenTown, body: Json) -> tuple[Told, Any]:
    """What is said of a tariff, and what it is in the books of who was told."""
    where = desk.url(CPO, EMSP, "tariffs", "RECEIVER", "NL", "ABC", body["id"])
    told = desk.ask(CPO, EMSP, "PUT", where, body)
    assert told.status == 1000, told.body
    assert desk.ask(CPO, EMSP, "GET", where).data == body
    return told, desk.world.emsps[EMSP].tariffs.store.get("NL", "ABC", body["id"])


def restricted(element: Json, **restrictions: object) -> Json:
    return element | {"restrictions": restrictions}


@pytest.mark.parametrize("restriction", ["booking", "phase_of_moon"])
def test_it_is_taken_shown_as_it_came_and_no_price_of_charging(desk: OpenTown, restriction: str) -> None:
    told, known = put(desk, tariff(desk, restriction, restricted(DEAR, **{restriction: "BOOKING"}), PLAIN))
    assert str(energy_price(known)) == "0.3"
    assert all(
        element.restrictions is None or unknown_members(element.restrictions) == (restriction,)
        for element in known.elements
    )
    if len(known.elements) == 1:
        assert [hint.path for hint in desk.hints(told.exchange)] == ["$.elements[0]"]


@pytest.mark.parametrize("version", VERSIONS)
def test_no_version_bills_it(version: str) -> None:
    hour = Period(start_epoch_us=0, end_epoch_us=3_600_000_000, energy_kwh=Decimal(10))
    for restriction in ("booking", "phase_of_moon"):
        body = {"id": "T", "currency": "EUR", "elements": [restricted(DEAR, **{restriction: "BOOKING"}), PLAIN]}
        body |= {"country_code": "NL", "party_id": "ABC", "tax_included": "NO", "last_updated": LATER}
        read = decode(json.dumps(body).encode(), catalogue.types(version)["Tariff"])
        bill = price_course(neutral(read), (hour,), "UTC")
        # What is for bookings alone is not owed, of which 2.3.0 knows; of anything unknown nobody can say that.
        is_known = (version, restriction) == ("2.3.0", "booking")
        assert (bill.total_excl, bill.approximate) == (3, not is_known)


def test_a_tariff_of_such_elements_alone_is_taken(desk: OpenTown) -> None:
    _, known = put(desk, tariff(desk, "ONLY", restricted(DEAR, booking="BOOKING")))
    assert energy_price(known) is None


@pytest.mark.parametrize("restriction", ["booking", "phase_of_moon"])
@pytest.mark.parametrize("desk", VERSIONS[1:], indirect=True)
def test_who_has_to_pay_leaves_it_out_and_says_so(desk: OpenTown, restriction: str) -> None:
    version = desk.connection(EMSP, CPO).version
    sold_by = tariff(desk, "day", restricted(DEAR, **{restriction: "BOOKING"}), PLAIN)
    cost = {"excl_vat" if version == "2.2.1" else "before_taxes": 3}
    body = cdr(f"C-{restriction}", tariffs=[sold_by], total_cost=cost)
    told = desk.ask(CPO, EMSP, "POST", desk.url(CPO, EMSP, "cdrs", "RECEIVER"), body)
    assert told.status == 1000, told.body
    (paid,) = [row for row in desk.ledger.payables if row.cdr_id == body["id"]]
    is_known = (version, restriction) == ("2.3.0", "booking")
    assert (paid.amount, paid.approximate, paid.tariff_id) == (3, not is_known, "day")
    assert paid.reason.startswith("" if is_known else "Element 1 ")
    assert ("not billed" in paid.reason) is not is_known
    kept = desk.world.emsps[EMSP].cdrs.store
    found = kept.original(None, "NL", "ABC", body["id"]) or kept.get("NL", "ABC", body["id"])
    assert json.loads(encode(found))["tariffs"] == [sold_by]
