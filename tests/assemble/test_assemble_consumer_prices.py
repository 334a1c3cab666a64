"""Prices that only 2.3.0 can say, with the taxes in them or for who has booked, are billed as they are written."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from run_town import MIN, OpenTown, holds, played
from test_assemble_natives import CPO, HOME, NEW, OLD, TARIFF, truck_stops
from test_assemble_older_partners import charged, differences, shown_tariffs, told

Json = dict[str, Any]
CONSUMER: Json = TARIFF | {
    "elements": [{"price_components": [{"type": "ENERGY", "price": 0.6, "vat": 21, "step_size": 1}]}]
}
"""What a driver pays, as most shops of Europe have to tell it: without taxes it has no end of decimals."""

KEPT: Json = {
    "price_components": [{"type": "FLAT", "price": 3, "vat": 21, "step_size": 1}],
    "restrictions": {"booking": "BOOKING"},
}
NO_NET = "contains taxes, and has no exact net of four decimals"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    folder = tmp_path_factory.mktemp("consumer")
    with OpenTown(truck_stops(folder, tariff=CONSUMER), folder / "desk.ocpirun") as open_town:
        open_town.run_to(3 * MIN)
        yield open_town


def bill_to(desk: OpenTown, emsp: str) -> tuple[Json, int]:
    """The CDR of ten kWh, and the exchange that carried it."""
    charged(desk, emsp)
    (bill,) = told(desk, "cdrs", emsp)
    assert bill.ocpi_status == 1000
    return json.loads(bill.request_body), bill.exchange


def test_a_partner_of_2_3_0_gets_the_price_and_its_taxes_to_the_last_decimal(desk: OpenTown) -> None:
    assert shown_tariffs(desk, NEW) == [CONSUMER]
    body, exchange = bill_to(desk, NEW)
    assert body["tariffs"] == [CONSUMER]
    assert body["total_cost"] == {
        "before_taxes": 4.9587,
        "taxes": [{"name": "VAT", "percentage": 21, "amount": 1.0413}],
    }
    assert body["total_energy_cost"] == body["total_cost"]
    desk.recorder.flush()
    assert "cdr-price" not in [hint.rule for hint in desk.hints(exchange)]


@pytest.mark.parametrize("emsp", [HOME, OLD])
def test_an_older_partner_gets_the_amounts_and_is_told_why_no_price(desk: OpenTown, emsp: str) -> None:
    listed = desk.ask(emsp, CPO, "GET", desk.url(emsp, CPO, "tariffs", "SENDER"))
    assert listed.data == []
    (what, why) = differences(desk, listed.exchange)["$"]
    assert what == "lost"
    assert why.startswith("A Tariff is withheld: ")
    body, exchange = bill_to(desk, emsp)
    assert body["total_cost"] == (4.9587 if emsp == OLD else {"excl_vat": 4.9587, "incl_vat": 6})
    assert body["tariffs"] == []
    assert NO_NET in differences(desk, exchange)["$.tariffs[0]"][1]


@pytest.mark.parametrize("elements", [CONSUMER["elements"], [*TARIFF["elements"], KEPT], [KEPT, *TARIFF["elements"]]])
def test_it_plays_alike_on_both_wires(tmp_path: Path, elements: list[Json]) -> None:
    digests = []
    scenario = truck_stops(tmp_path, tariff=TARIFF | {"elements": elements})
    for wire in ("memory", "http"):
        result = played(scenario, tmp_path / f"{wire}.ocpirun", wire=wire)  # type: ignore[arg-type]
        holds(result)
        assert result.summary["cdrs"] == 3
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]


def test_who_has_not_booked_does_not_pay_for_a_booking(tmp_path: Path) -> None:
    tariff = TARIFF | {"elements": [KEPT, *TARIFF["elements"]]}
    with OpenTown(truck_stops(tmp_path, tariff=tariff), tmp_path / "desk.ocpirun") as desk:
        desk.run_to(3 * MIN)
        body, _ = bill_to(desk, NEW)
        assert body["tariffs"] == shown_tariffs(desk, NEW) == [tariff]
        assert body["total_cost"]["before_taxes"] == 5
        assert "total_fixed_cost" not in body
        older, exchange = bill_to(desk, HOME)
        (element,) = older["tariffs"][0]["elements"]
        assert "restrictions" not in element
        assert "booking" in differences(desk, exchange)["$.tariffs[0].elements[0]"][1]


CHANGES = """
tariffs:
  net: {energy: 0.80 EUR/kWh, vat: 21 %}
  gross: {file: gross.json, ocpi: 2.3.0}
changes:
  - {at: 1 min, kind: tariff, tariff: net, to: gross}
sites:
  - {cpo: NL-TRK, name: Square, at: [52.17, 4.48], evses: {count: 1, power: 22 kW, tariff: net}}
"""


def test_a_price_of_2_2_1_becomes_one_of_2_3_0(tmp_path: Path) -> None:
    """Also where it replaces one that had no original."""
    (tmp_path / "gross.json").write_text(json.dumps(CONSUMER))
    with OpenTown(truck_stops(tmp_path, more=CHANGES), tmp_path / "desk.ocpirun") as desk:
        desk.run_to(3 * MIN)
        (now,) = (json.loads(row.request_body) for row in told(desk, "tariffs", NEW))
        assert (now["id"], now["tax_included"], now["elements"]) == ("net", "YES", CONSUMER["elements"])
        assert told(desk, "tariffs", HOME) == []
        assert [event["version"] for event in desk.events("withheld")] == ["2.2.1", "2.1.1"]
