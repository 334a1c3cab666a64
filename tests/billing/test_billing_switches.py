"""Where the meter has to be read: at every instant at which a price may change, and at no other."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from simulator.billing.offers import offers_of
from simulator.billing.pieces import Begun, instant
from simulator.billing.switches import bounds_of, switches_us
from simulator.billing.tariff import Component, ComponentKind, Element, Restrictions, Tariff

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
S_US = 1_000_000
MONDAY = datetime(2026, 5, 4, 9, 30, tzinfo=AMSTERDAM)


def us(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def tariff(*elements: tuple[str, dict[str, Any]], kind: ComponentKind = "ENERGY") -> Tariff:
    return Tariff(
        id="t",
        currency="EUR",
        elements=tuple(
            [Element((Component(kind, Decimal(price)),), Restrictions(**given)) for price, given in elements]
        ),
    )


def told(given: Tariff, begun: datetime = MONDAY, after: datetime | None = None, most: int = 4) -> list[str]:
    found = islice(switches_us(given, AMSTERDAM, us(begun), us(after or begun)), most)
    return [(EPOCH + timedelta(microseconds=at_us)).astimezone(AMSTERDAM).isoformat()[5:16] for at_us in found]


def hourly(*prices: str) -> Tariff:
    return tariff(
        *((each, {"start_time": f"{n:02}:00", "end_time": f"{n + 1:02}:00"}) for n, each in enumerate(prices))
    )


def test_hours_at_the_same_price_are_one() -> None:
    assert told(hourly("1", "2", "2", "2", "3")) == ["05-05T00:00", "05-05T01:00", "05-05T04:00", "05-05T05:00"]


def test_a_midnight_that_no_restriction_names_is_no_switch() -> None:
    assert told(tariff(("1", {"start_time": "23:00", "end_time": "07:00"}), ("2", {}))) == [
        "05-04T23:00",
        "05-05T07:00",
        "05-05T23:00",
        "05-06T07:00",
    ]


def test_dates_that_have_passed_and_elements_that_are_never_reached_bring_none() -> None:
    assert told(tariff(("1", {"start_date": "2026-01-01"}))) == []
    assert told(tariff(("1", {}), ("2", {"start_time": "10:00", "end_time": "11:00"}))) == []
    assert told(tariff(("1", {"end_date": "2026-05-06"}), ("2", {}))) == ["05-06T00:00"]
    assert told(tariff(("1", {"day_of_week": ("SATURDAY", "SUNDAY")}), ("2", {}))) == ["05-09T00:00", "05-11T00:00"]


def test_durations_count_from_the_start_and_stand_among_the_hours() -> None:
    given = tariff(("1", {"max_duration_s": 3_600}), ("2", {"start_time": "10:00", "end_time": "11:00"}), ("3", {}))
    assert told(given, most=3) == ["05-04T10:00", "05-04T10:30", "05-04T11:00"]
    assert told(given, after=MONDAY + timedelta(minutes=30), most=1) == ["05-04T10:30"]


def test_clocks_that_are_changed_are_a_switch_only_where_the_price_is_another() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=AMSTERDAM)
    assert told(tariff(("1", {"start_time": "02:00", "end_time": "04:00"}), ("2", {})), before, most=2) == [
        "03-29T03:00",
        "03-29T04:00",
    ]
    assert told(tariff(("1", {"start_time": "05:00", "end_time": "06:00"}), ("2", {})), before, most=1) == [
        "03-29T05:00"
    ]


def test_energies_are_whole_wh_and_those_of_reservations_do_not_count() -> None:
    given = tariff(
        ("1", {"max_energy_kwh": Decimal("10.0005")}),
        ("2", {"min_energy_kwh": Decimal(5), "reservation": "RESERVATION"}),
        ("3", {"min_energy_kwh": Decimal(0)}),
    )
    assert bounds_of(given).energies_wh == (10_001,)
    assert bounds_of(tariff(("1", {"min_power_kw": Decimal("7.4")}))).powers_w == (7_400,)
    assert bounds_of(tariff(("1", {}))) == bounds_of(tariff(("1", {"reservation": "RESERVATION"})))


hours = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
restrictions = st.fixed_dictionaries(
    {},
    optional={
        "start_time": hours,
        "end_time": hours,
        "start_date": st.sampled_from(["2026-05-04", "2026-05-05"]),
        "end_date": st.sampled_from(["2026-05-05", "2026-05-06"]),
        "day_of_week": st.sampled_from([("MONDAY",), ("TUESDAY", "SUNDAY")]),
        "min_duration_s": st.sampled_from([600, 5_400]),
        "max_duration_s": st.sampled_from([1_800, 7_200]),
        "max_energy_kwh": st.sampled_from([Decimal(5)]),
    },
)


@given(st.lists(st.tuples(st.sampled_from(["1", "2"]), restrictions), min_size=1, max_size=4), st.integers(0, 47))
def test_between_two_switches_nothing_changes_and_at_each_without_bounds_something_does(
    elements: list[tuple[str, dict[str, Any]]], hour: int
) -> None:
    given, begun_us = tariff(*elements), us(MONDAY + timedelta(hours=hour))
    end_us = begun_us + 36 * 3_600 * S_US
    found = [at_us for at_us in switches_us(given, AMSTERDAM, begun_us, begun_us) if at_us < end_us]
    assert found == sorted(dict.fromkeys(found))

    def paid(at_us: int, energy_wh: int) -> list[str | None]:
        at = instant(at_us, energy_wh, Begun(begun_us, 0), AMSTERDAM, (None, None))
        offer = offers_of(given).choose("ENERGY", "CHARGING", at, {})
        return [str(offer.component.price) if offer else None]

    for energy_wh in (0, 6_000):
        for one, other in pairwise([begun_us, *found, end_us]):
            for at_us in range(one, other, 600 * S_US):
                assert paid(at_us, energy_wh) == paid(one, energy_wh)
    if not any(name.endswith(("_s", "_kwh")) for _, restricted in elements for name in restricted):
        assert all(paid(at_us, 0) != paid(at_us - 1, 0) for at_us in found)
