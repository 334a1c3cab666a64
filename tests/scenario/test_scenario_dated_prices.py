"""Whoever imports a network learns whether its prices by date are played."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from simulator.ocpi.v2_2_1.tariffs import PriceComponent, Tariff, TariffDimensionType, TariffElement, TariffRestrictions
from simulator.scenario.dated_prices import dated_prices

SCENARIO = Path("town/day.yaml")
MONDAY = date(2026, 6, 8)
ENERGY = PriceComponent(type=TariffDimensionType.ENERGY, price=Decimal("0.30"), step_size=1)


def tariff(*spans: tuple[str | None, str | None]) -> Tariff:
    dated = [TariffRestrictions(start_date=start, end_date=end) for start, end in spans]
    return Tariff(
        country_code="NL",
        party_id="ABC",
        id="T1",
        currency="EUR",
        elements=tuple(
            TariffElement(price_components=(ENERGY,), restrictions=restrictions) for restrictions in (*dated, None)
        ),
        last_updated="2026-06-05T00:00:00Z",
    )


@pytest.mark.parametrize(
    "spans",
    [
        (),
        (("2026-06-08", "2026-06-09"),),
        (("2026-06-06", "2026-06-07"), ("2026-06-01", "2026-06-30")),
        (("2026-06-01", None),),
        ((None, "2026-06-09"),),
    ],
)
def test_nothing_is_said_where_the_run_reaches_a_dated_price_or_there_is_none(
    spans: tuple[tuple[str | None, str | None], ...],
) -> None:
    assert dated_prices([tariff(*spans)], MONDAY, 24, "Europe/Amsterdam", SCENARIO) == ()


def test_prices_that_ended_as_the_run_begins_are_told_with_the_start_that_plays_them() -> None:
    ended = tariff(("2026-06-07", "2026-06-08"), ("2026-06-06", "2026-06-07"))
    assert dated_prices([ended, tariff(), ended], MONDAY, 24, "Europe/Amsterdam", SCENARIO) == (
        "2 tariffs have prices by date, none of which the run from 2026-06-08 on reaches. "
        'To play them: ocpi-sim run town/day.yaml --set start="2026-06-06T00:00 Europe/Amsterdam"',
    )


def test_a_longer_run_reaches_later_prices() -> None:
    later = tariff(("2026-06-10", "2026-06-11"))
    assert dated_prices([later], MONDAY, 48, "UTC", SCENARIO)
    assert not dated_prices([later], MONDAY, 49, "UTC", SCENARIO)


def test_prices_without_a_first_day_have_no_start_to_play_them() -> None:
    assert dated_prices([tariff((None, "2026-06-08"))], MONDAY, 24, "UTC", SCENARIO) == (
        "1 tariff has prices by date, none of which the run from 2026-06-08 on reaches; the last end on 2026-06-08.",
    )
