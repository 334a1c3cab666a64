"""A hub takes back what a receiver was told of a price when it has no words for the one that comes in its place."""

import itertools
from collections.abc import Iterator

import pytest
from parties_hub import HOST, HUB, hub_town, onward, say
from run_town import OpenTown, S


def with_a_network_of_2_3_0(text: str) -> str:
    text = text.replace("  NL-EMA: {", "  NL-TRK: {role: cpo, name: Trucks, ocpi: 2.3.0}\n  NL-EMA: {")
    return text.replace("connections:\n", "connections:\n  - {between: [NL-HUB, NL-TRK], latency: 50 ms}\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory", with_a_network_of_2_3_0) as town:
        yield town


MINUTES = itertools.count(1)


def priced(desk: OpenTown, id: str, gross: float, to: str = HUB) -> list[tuple[str, str, int | None]]:
    """A price of NL-TRK with VAT, in 2.3.0; what its counterparts are told of it by the hub, and how they answer."""
    component = {"type": "ENERGY", "price": gross, "vat": 21, "step_size": 1}
    at = f"2026-05-04T09:{next(MINUTES):02}:00Z"
    body = {"country_code": "NL", "party_id": "TRK", "id": id, "currency": "EUR", "tax_included": "YES"}
    body |= {"elements": [{"price_components": [component]}], "last_updated": at}
    told = say(desk, "NL-TRK", "PUT", f"{HOST}/ocpi/receiver/2.3.0/tariffs/NL/TRK/{id}", body, to=to)
    desk.run_for(S)
    return [(leg.receiver, leg.method, leg.http_status) for leg in onward(desk, told)]


def test_a_price_that_can_no_longer_be_said_is_taken_back(desk: OpenTown) -> None:
    """0.363 with VAT is 0.30 without; 0.37 has no net of four decimals. 2.1.1 is told of no price with VAT."""
    store = desk.world.emsps["NL-EMA"].tariffs.store
    assert priced(desk, "FAIR", 0.363) == [("NL-EMA", "PUT", 201), ("NL-NXT", "PUT", 201)]
    assert store.get("NL", "TRK", "FAIR") is not None
    assert priced(desk, "FAIR", 0.37) == [("NL-EMA", "DELETE", 200), ("NL-NXT", "PUT", 200)]
    assert store.get("NL", "TRK", "FAIR") is None
    assert priced(desk, "FAIR", 0.38) == [("NL-NXT", "PUT", 200)], "of what it does not have nothing is taken back"
    assert priced(desk, "FAIR", 0.484) == [("NL-EMA", "PUT", 201), ("NL-NXT", "PUT", 200)]
    assert priced(desk, "FAIR", 0.37, "NL-EMA") == [("NL-EMA", "DELETE", 200)], "also when it is told to one alone"
    assert store.get("NL", "TRK", "FAIR") is None
