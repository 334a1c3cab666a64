"""From a transaction's events to volumes and money: what is published adds up to what is billed."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.billing.course import price_course
from simulator.billing.price import price, usage_from_volumes
from simulator.engine.clock import Clock
from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.modules import Role
from simulator.ocpi.v2_2_1 import locations
from simulator.ocpi.v2_2_1.cdrs import CDR, AuthMethod, CdrDimension, CdrDimensionType, CdrToken, ChargingPeriod
from simulator.ocpi.v2_2_1.tariffs import (
    DayOfWeek,
    PriceComponent,
    Tariff,
    TariffDimensionType,
    TariffElement,
    TariffRestrictions,
)
from simulator.ocpi.v2_2_1.types import TokenType
from simulator.ocpi.v2_3_0 import tariffs as v2_3_0
from simulator.ocpp.messages import ChargingState, TransactionEvent
from simulator.parties.calendar import Calendar
from simulator.parties.foreign import in_version
from simulator.parties.identity import Identity
from simulator.parties.pricing import (
    Fare,
    RunningTime,
    as_price,
    course_of,
    hours,
    kwh,
    neutral,
    quantities,
)
from simulator.parties.repricing import Repriced, reprice
from simulator.parties.roles.cpo_session import CpoSession, Place

MIN = 60_000_000
UPDATED = "2026-05-01T00:00:00Z"
EVENING = parse_datetime("2026-05-04T16:30:00Z")
"""18:30 in Amsterdam, a Monday."""

Step = tuple[int, int, ChargingState]


def element(price: str, kind: TariffDimensionType, given: TariffRestrictions | None = None) -> TariffElement:
    part = PriceComponent(type=kind, price=Decimal(price), vat=Decimal(21), step_size=1)
    return TariffElement(price_components=(part,), restrictions=given)


def tariff(*elements: TariffElement) -> Tariff:
    return Tariff(country_code="NL", party_id="ABC", id="t", currency="EUR", elements=elements, last_updated=UPDATED)


ALL_KINDS = tariff(
    element("0.35", TariffDimensionType.ENERGY),
    element("0.60", TariffDimensionType.TIME),
    element("1.20", TariffDimensionType.PARKING_TIME),
)


def place(tariff: Tariff, time_zone: str) -> Place:
    connector = locations.Connector(
        id="1",
        standard=locations.ConnectorType.IEC_62196_T2,
        format=locations.ConnectorFormat.SOCKET,
        power_type=locations.PowerType.AC_3_PHASE,
        max_voltage=230,
        max_amperage=32,
        tariff_ids=("t",),
        last_updated=UPDATED,
    )
    evse = locations.EVSE(uid="E1", status=locations.Status.CHARGING, connectors=(connector,), last_updated=UPDATED)
    location = locations.Location(
        country_code="NL",
        party_id="ABC",
        id="L1",
        publish=True,
        address="Square 1",
        city="Leiden",
        country="NLD",
        coordinates=locations.GeoLocation(latitude="52.160000", longitude="4.480000"),
        evses=(evse,),
        time_zone=time_zone,
        last_updated=UPDATED,
    )
    return Place(location, evse, connector, tariff, neutral(tariff))


def session(
    steps: Sequence[Step],
    tariff: Tariff = ALL_KINDS,
    start_epoch_us: int = EVENING,
    time_zone: str = "Europe/Amsterdam",
    heard: list[ChargingPeriod] | None = None,
) -> CpoSession:
    """A session told in steps: microseconds and watt-hours since the event before, and the state from then on.

    `heard` gets the periods as whoever is told by PATCH, or by PUT where need be, has them.
    """

    def event(kind: str, number: int, at_us: int, register_wh: int, state: ChargingState) -> TransactionEvent:
        return TransactionEvent(
            kind=kind,  # type: ignore[arg-type]
            transaction_id="T1",
            seq_no=number,
            at_us=at_us,
            trigger="MeterValuePeriodic",
            charging_state=state,
            register_wh=register_wh,
            power_w=0,
        )

    token = CdrToken(country_code="NL", party_id="EMA", uid="CARD", type=TokenType.RFID, contract_id="C")
    told = CpoSession(
        "S1",
        Identity("NL", "ABC", Role.CPO, "Alpha"),
        Calendar(Clock(), start_epoch_us),
        place(tariff, time_zone),
        token,
        AuthMethod.WHITELIST,
        None,
        event("Started", 0, 0, 500, "Charging"),
    )
    at_us, register_wh = 0, 500
    for number, (duration_us, energy_wh, state) in enumerate(steps, 1):
        at_us += duration_us
        register_wh += energy_wh
        kind = "Ended" if number == len(steps) else "Updated"
        changes = told.patch(told.advance(event(kind, number, at_us, register_wh, state)))
        if heard is not None:
            heard[:] = told.periods if changes is None else [*heard, *changes.get("charging_periods", ())]
    return told


def volumes(cdr: CDR, kind: CdrDimensionType) -> list[Decimal]:
    return [each.volume for period in cdr.charging_periods for each in period.dimensions if each.type is kind]


def test_six_times_ten_minutes_are_an_hour() -> None:
    cdr, bill = session([(10 * MIN, 1_000, "Charging")] * 6).cdr("C1")
    assert sum(volumes(cdr, CdrDimensionType.TIME)) == cdr.total_time == 1
    assert bill.time == Decimal("0.60")


FIRST_HALF_HOUR = tariff(
    element("0.40", TariffDimensionType.ENERGY, TariffRestrictions(max_duration=1_800)),
    element("0.50", TariffDimensionType.ENERGY),
)


@pytest.mark.parametrize(
    ("more", "energy_kwh", "total"),
    [([], ["5.500"], "2.2000"), ([(10 * MIN, 1_000, "Charging")], ["5.499", "1.001"], "2.7001")],
)
def test_what_flows_within_the_millisecond_in_which_a_period_ends_is_told_with_the_next_one_or_the_last(
    more: list[Step], energy_kwh: list[str], total: str
) -> None:
    steps: list[Step] = [(30 * MIN, 5_499, "Charging"), (329, 1, "Charging"), *more]
    cdr, bill = session(steps, FIRST_HALF_HOUR).cdr("C1")
    assert volumes(cdr, CdrDimensionType.ENERGY) == [Decimal(each) for each in energy_kwh]
    assert bill.total_excl == cdr.total_cost.excl_vat == Decimal(total)


states = st.sampled_from(["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"])
spans = st.sampled_from([0, 1, 999, 100_000, MIN, 10 * MIN]) | st.integers(-MIN, 100 * MIN)
meters = st.sampled_from([0, 1, 1_000]) | st.integers(-500, 30_000)


@given(st.lists(st.tuples(spans, meters, states), min_size=1, max_size=12))
def test_the_periods_add_up_to_what_is_billed_whatever_is_told(steps: list[Step]) -> None:
    heard: list[ChargingPeriod] = []
    told = session(steps, heard=heard)
    cdr, bill = told.cdr("C1")
    assert heard == told.periods
    energy, time, parking = (
        volumes(cdr, kind) for kind in (CdrDimensionType.ENERGY, CdrDimensionType.TIME, CdrDimensionType.PARKING_TIME)
    )
    assert min((*energy, *time, *parking)) >= 0
    starts = [period.start_date_time for period in cdr.charging_periods]
    assert len(starts) == len(set(starts))
    assert sum(energy) == cdr.total_energy
    assert sum(time) + sum(parking) == cdr.total_time
    assert sum(parking) == (cdr.total_parking_time or 0)
    again = reprice(cdr, cdr.tariffs, None)
    assert not again.why_not
    assert again.amount == bill.total_excl == cdr.total_cost.excl_vat
    costs = [cost for cost in (cdr.total_energy_cost, cdr.total_time_cost, cdr.total_parking_cost) if cost]
    assert sum(cost.excl_vat for cost in costs) == cdr.total_cost.excl_vat
    assert sum(cost.incl_vat or 0 for cost in costs) == cdr.total_cost.incl_vat


AFTER_SIX = tariff(
    element("0.50", TariffDimensionType.ENERGY, TariffRestrictions(start_time="18:00", end_time="23:00")),
    element("0.30", TariffDimensionType.ENERGY),
)
THIS_MAY = tariff(
    element("0.20", TariffDimensionType.ENERGY, TariffRestrictions(end_date="2026-05-01")),
    element("0.40", TariffDimensionType.ENERGY, TariffRestrictions(start_date="2026-05-01", end_date="2026-06-01")),
    element("0.30", TariffDimensionType.ENERGY),
)
MONDAYS = tariff(
    element("0.50", TariffDimensionType.ENERGY, TariffRestrictions(day_of_week=(DayOfWeek.MONDAY,))),
    element("0.30", TariffDimensionType.ENERGY),
)


@pytest.mark.parametrize(
    ("tariff", "time_zone", "total"),
    [
        (AFTER_SIX, "Europe/Amsterdam", "5"),
        (AFTER_SIX, "Europe/London", "3"),
        (THIS_MAY, "Europe/Amsterdam", "4"),
        (MONDAYS, "Europe/Amsterdam", "5"),
        (MONDAYS, "Asia/Tokyo", "3"),
    ],
)
def test_a_session_costs_what_the_clocks_at_its_location_say(tariff: Tariff, time_zone: str, total: str) -> None:
    cdr, bill = session([(10 * MIN, 10_000, "Charging")], tariff, time_zone=time_zone).cdr("C1")
    assert (cdr.total_cost.excl_vat, bill.approximate) == (Decimal(total), False)


def test_a_session_pays_each_price_for_as_long_as_it_holds() -> None:
    until_tomorrow = tariff(
        element("0.20", TariffDimensionType.ENERGY, TariffRestrictions(end_date="2026-05-05")),
        element("0.40", TariffDimensionType.ENERGY),
    )
    short, long = (
        session([(180 * MIN, 10_000, "Charging"), (hours * 60 * MIN, 10_000, "Charging")], until_tomorrow).bill
        for hours in (2, 5)
    )
    assert (short.total_excl, long.total_excl) == (Decimal(4), Decimal(5))
    assert not long.approximate


def test_a_session_that_is_billed_anew_is_followed_from_its_start() -> None:
    """Six hours from 18:30 on at 2 kW, of which 4.5 are before 23:00."""
    told = session([(360 * MIN, 12_000, "Charging")])
    _, bill = told.cdr("C2", place(AFTER_SIX, "Europe/Amsterdam"))
    assert (bill.total_excl, bill.approximate) == (9 * Decimal("0.50") + 3 * Decimal("0.30"), False)


def test_a_fee_at_the_start_is_owed_from_the_start() -> None:
    fee = tariff(element("2", TariffDimensionType.FLAT, TariffRestrictions(start_time="18:00")))
    assert session([], fee).cost.excl_vat == 2
    assert session([], fee, time_zone="Europe/London").cost.excl_vat == 0


@given(st.lists(st.tuples(spans, meters, states), min_size=1, max_size=8), st.sampled_from([AFTER_SIX, THIS_MAY]))
def test_a_bill_follows_from_the_periods_that_its_cdr_publishes(steps: list[Step], tariff: Tariff) -> None:
    cdr, bill = session(steps, tariff).cdr("C1")
    periods = course_of(cdr.charging_periods, cdr.end_date_time)
    assert price_course(neutral(tariff), periods, "Europe/Amsterdam") == bill
    again = reprice(cdr, cdr.tariffs, "Europe/Amsterdam")
    assert (again.amount, again.why_not) == (bill.total_excl, "")
    assert again.taxes == (bill.total_incl or 0) - bill.total_excl


FIRST_FIVE = tariff(
    element("0.50", TariffDimensionType.ENERGY, TariffRestrictions(max_kwh=Decimal(5))),
    element("0.30", TariffDimensionType.ENERGY),
)
TEN_KWH = [(60 * MIN, 10_000, "Charging")]


def test_what_does_not_depend_on_clocks_is_compared_without_a_time_zone() -> None:
    cdr, bill = session(TEN_KWH, FIRST_FIVE).cdr("C1")
    assert reprice(cdr, cdr.tariffs, None) == Repriced(bill.total_excl, Decimal("0.84"))
    assert bill.total_excl == 4


def test_the_hours_of_a_booking_do_not_matter_to_who_has_not_booked() -> None:
    """The price is certain, without the time zone that its hours are meant in."""
    cdr, bill = session([(10 * MIN, 10_000, "Charging")]).cdr("C1")
    at_night = replace(AFTER_SIX.elements[0], restrictions=None)
    newer = in_version(replace(cdr.tariffs[0], elements=(at_night, *cdr.tariffs[0].elements)), "2.3.0")
    booked = v2_3_0.TariffRestrictions(booking=v2_3_0.BookingRestrictionType.BOOKING, start_time="18:00")
    elements = (replace(newer.elements[0], restrictions=booked), *newer.elements[1:])
    again = reprice(cdr, (replace(newer, elements=elements),), None)
    assert (again.amount, again.why_not) == (bill.total_excl, "")


@pytest.mark.parametrize("time_zone", [None, "", "UTC", "Mars/Olympus", "../Europe", "Europe"])
def test_hours_that_nobody_knows_the_clock_of_cannot_be_compared(time_zone: str | None) -> None:
    """UTC is what a translation from 2.1.1 puts where no time zone is named."""
    cdr, _ = session(TEN_KWH, AFTER_SIX).cdr("C1")
    assert reprice(cdr, cdr.tariffs, time_zone).why_not == (
        "Tariff t depends on the local time at Location L1, whose time zone is not known here."
    )


def test_a_cdr_that_does_not_add_up_cannot_be_compared() -> None:
    cdr, _ = session(TEN_KWH, AFTER_SIX).cdr("C1")
    (period,) = cdr.charging_periods
    time = CdrDimension(type=CdrDimensionType.RESERVATION_TIME, volume=Decimal(1))
    backwards = (period, replace(period, start_date_time="2026-05-04T16:00:00Z", dimensions=period.dimensions[1:]))
    for changed, why_not in (
        (replace(cdr, total_energy=Decimal(11)), "The charging periods hold 10.000 kWh of the 11 kWh in all."),
        (
            replace(cdr, charging_periods=(replace(period, dimensions=(*period.dimensions, time)),)),
            "The CDR bills a reservation, and does not say whether it was used.",
        ),
        (replace(cdr, charging_periods=backwards), "The charging periods do not follow each other in time."),
        (replace(cdr, tariffs=()), "The CDR holds 0 tariffs; by one its price could be worked out."),
    ):
        assert reprice(changed, changed.tariffs, "Europe/Amsterdam") == Repriced(Decimal(0), why_not=why_not)


@given(st.lists(st.integers(0, 100 * MIN), max_size=12))
def test_running_times_add_up_to_the_hours_that_are_published(durations_us: list[int]) -> None:
    time = RunningTime()
    parts = [time.add(duration_us) for duration_us in durations_us]
    assert sum(parts) == time.hour_places == round(Fraction(sum(durations_us), 360_000))
    published = usage_from_volumes(Decimal(0), hours(time.hour_places))
    assert published.quantities()["TIME"] == time.billed_s


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 300 * MIN), st.booleans()), min_size=1, max_size=6))
def test_a_fare_is_the_price_of_the_moment_whatever_the_session_has_come_to(steps: list[tuple[int, int, bool]]) -> None:
    priced = neutral(ALL_KINDS)
    fare = Fare(priced, "Europe/Amsterdam", EVENING)
    energy_wh = 0
    charging, parking = RunningTime(), RunningTime()
    for more_wh, duration_us, parked in steps:
        energy_wh += more_wh
        (parking if parked else charging).add(duration_us)
        volumes = usage_from_volumes(kwh(energy_wh), hours(charging.hour_places), hours(parking.hour_places))
        expected = price(priced, volumes)
        used = quantities(energy_wh, charging, parking)
        assert fare.bill(used) == expected
        assert fare.total(used) == as_price(expected.total_excl, expected.total_incl)
