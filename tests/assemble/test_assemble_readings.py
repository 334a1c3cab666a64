"""What a session costs under a tariff that changes on the way is what flowed when, however often it is told of."""

import json
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from run_town import MIN, MS, H, S, holds, played

from simulator.billing.course import price_course
from simulator.billing.pieces import Period
from simulator.ocpi.codec import decode
from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.parties.pricing import kwh, neutral
from simulator.recording.reader import Recording
from simulator.report.story import story
from simulator.scenario.load import load

WUS_PER_WH = 3_600 * S

SCENARIO = """
name: Prices that change
start: {start} Europe/Amsterdam
duration: 6 h
seed: 7
session_updates: {updates}
poll: never
parties:
  NL-ABC: {{role: cpo, name: Alpha Charging, ocpi: 2.2.1}}
  NL-EMA: {{role: emsp, name: Emma Mobility, ocpi: 2.2.1, whitelist: ALLOWED}}
tariffs:
  t: {{file: t.json}}
sites:
  - {{cpo: NL-ABC, name: Fast, at: [52.1663, 4.4817], city: Leiden, evses: {{count: 2, power: 150 kW, tariff: t}}}}
drivers:
  - {{name: Ada, emsp: NL-EMA, arrives: "{ada}", at: [52.1661, 4.4820], vehicle: sedan, battery: 50 %, target: 100 %,
     authorise: rfid, stay: 65 min}}
  - {{name: Bob, emsp: NL-EMA, arrives: "{bob}", at: [52.1661, 4.4820], vehicle: compact, battery: 10 %, target: 100 %,
     authorise: app, stay: 4 h}}
faults:
{faults}
"""


def element(kind: str, price: str, **restrictions: Any) -> dict[str, Any]:
    component = {"type": kind, "price": float(price), "step_size": 1}
    return (
        {"price_components": [component], "restrictions": restrictions}
        if restrictions
        else {"price_components": [component]}
    )


NOON = (element("ENERGY", "0.10", start_time="12:00", end_time="00:00"), element("ENERGY", "1.00"))


def run(
    folder: Path,
    elements: Any,
    updates: str,
    ada: str = "11:50",
    bob: str = "11:00",
    faults: tuple[str, ...] = (),
    start: str = "2026-05-04T10:00",
) -> Path:
    about = {"country_code": "NL", "party_id": "ABC", "id": "T", "currency": "EUR"}
    tariff = {**about, "elements": list(elements), "last_updated": "2026-01-01T00:00:00Z"}
    (folder / "t.json").write_text(json.dumps(tariff), encoding="utf-8")
    told = "\n".join(f"  - {fault}" for fault in faults) or "  []"
    text = SCENARIO.format(updates=updates, ada=ada, bob=bob, faults=told, start=start)
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    out = folder / f"{updates.replace(' ', '')}.ocpirun"
    holds(played(load(folder / "s.yaml"), out))
    return out


def cdrs(recording: Recording) -> list[CDR]:
    rows = recording.messages(contents=True)
    return [decode(row.request_body, CDR) for row in rows if row.route == "cdrs.receiver.post_cdr"]


def by_the_curve(recording: Recording, cdr: CDR) -> Decimal:
    """The price of what the meter showed at every minute of the clock and of the session, and at every whole kWh."""
    epoch_us = int(recording.meta["start_epoch_us"])
    start_us, end_us = (parse_datetime(text) - epoch_us for text in (cdr.start_date_time, cdr.end_date_time))
    times, powers = recording.series(f"evse/NL-ABC/{cdr.cdr_location.evse_uid}", "power")[:2]
    steps = [(int(at_us), int(power_w)) for at_us, power_w in zip(times, powers, strict=True)] + [(12 * H, 0)]
    readings: list[tuple[int, int, int]] = []
    register_wus = 0
    for (at_us, power_w), (until_us, _) in pairwise(steps):
        cuts = {at_us, until_us, *_minutes(0, at_us, until_us), *_minutes(start_us, at_us, until_us)}
        if power_w:
            first_kwh, last_kwh = (
                wus // (1_000 * WUS_PER_WH) for wus in (register_wus, register_wus + power_w * (until_us - at_us))
            )
            shown = range((first_kwh + 1) * 1_000 * WUS_PER_WH, (last_kwh + 1) * 1_000 * WUS_PER_WH, 1_000 * WUS_PER_WH)
            cuts |= {at_us - (register_wus - each) // power_w for each in shown}
        for cut_us in sorted(cuts - {until_us}):
            readings.append((cut_us // MS * MS, (register_wus + power_w * (cut_us - at_us)) // WUS_PER_WH, power_w))
        register_wus += power_w * (until_us - at_us)
    readings = [each for each in readings if start_us <= each[0] < end_us]
    readings.append((end_us, register_wus // WUS_PER_WH, 0))
    periods = [
        Period(
            start_epoch_us=epoch_us + at_us,
            end_epoch_us=epoch_us + until_us,
            energy_kwh=kwh(until_wh - from_wh),
            activity="CHARGING" if power_w else "PARKING",
            min_power_kw=kwh(power_w),
            max_power_kw=kwh(power_w),
        )
        for (at_us, from_wh, power_w), (until_us, until_wh, _) in pairwise(readings)
    ]
    return price_course(neutral(cdr.tariffs[0]), periods, "Europe/Amsterdam").total_excl


def _minutes(phase_us: int, from_us: int, until_us: int) -> Iterator[int]:
    first_us = from_us + (phase_us - from_us) % MIN
    return iter(range(first_us, until_us, MIN))


def test_the_price_at_noon_does_not_depend_on_how_often_the_session_is_told_of(tmp_path: Path) -> None:
    costs = []
    for updates in ("1 min", "30 min", "2 h", "10 h"):
        with Recording.open(run(tmp_path, NOON, updates)) as recording:
            found = cdrs(recording)
            costs.append([cdr.total_cost.excl_vat for cdr in found])
            assert costs[-1] == [by_the_curve(recording, cdr) for cdr in found]
            for cdr in found:
                assert "2026-05-04T10:00:00Z" in [period.start_date_time for period in cdr.charging_periods]
    assert costs[0] == costs[1] == costs[2] == costs[3]


def test_a_price_that_changes_when_an_update_is_due_makes_one_period_that_begins_then(tmp_path: Path) -> None:
    """The reading that is asked for is of the millisecond of the update, and the meter may show a Wh more at that."""
    half_hour = (element("ENERGY", "0.40", max_duration=1_800), element("ENERGY", "0.50"))
    for minute in range(50, 56):
        with Recording.open(run(tmp_path, half_hour, "10 min", ada=f"11:{minute}")) as recording:
            rows = recording.messages(contents=True)
            told = [json.loads(row.request_body) for row in rows if row.route == "sessions.receiver.patch_session"]
            periods = [each["start_date_time"] for body in told for each in body.get("charging_periods", ())]
            found = cdrs(recording)
            assert [cdr.total_cost.excl_vat for cdr in found] == [by_the_curve(recording, cdr) for cdr in found]
            starts = [period.start_date_time for cdr in found for period in cdr.charging_periods]
            assert sorted(periods) == sorted(starts)
            assert len(starts) == len(set(starts))
            assert not recording.hints()


@pytest.mark.parametrize(
    "restrictions", [{"day_of_week": ["SUNDAY"]}, {"start_date": "2026-05-11"}, {"end_date": "2026-05-11"}]
)
def test_both_sides_know_the_local_day_by_which_a_price_holds(restrictions: Any, tmp_path: Path) -> None:
    """By the day alone too: that no time of day is named does not make it a day of UTC."""
    elements = (element("ENERGY", "0.10", **restrictions), element("ENERGY", "0.90"))
    for updates in ("1 min", "10 h"):
        night = run(tmp_path, elements, updates, ada="100 min", bob="95 min", start="2026-05-10T22:00")
        with Recording.open(night) as recording:
            found = cdrs(recording)
            assert [cdr.total_cost.excl_vat for cdr in found] == [by_the_curve(recording, cdr) for cdr in found]
            midnight = "2026-05-10T22:00:00Z"
            assert all(midnight in [each.start_date_time for each in cdr.charging_periods] for cdr in found)


def test_the_story_tells_what_the_cpo_asks_for(tmp_path: Path) -> None:
    with Recording.open(run(tmp_path, NOON, "30 min")) as recording:
        (asked,) = [line for line in story(recording, "Ada") if line.what == "TriggerMeterValue"]
        assert (asked.sender, asked.remark) == ("NL-ABC", "12:00:00, 05-05 00:00:00, 05-05 12:00:00, …")


def test_a_reading_makes_no_message_to_a_partner(tmp_path: Path) -> None:
    hourly = [element("ENERGY", f"0.{n}", start_time=f"{n}:00", end_time=f"{n + 1}:00") for n in range(10, 20)]
    counts = []
    for elements in (hourly, [element("ENERGY", "0.10")]):
        with Recording.open(run(tmp_path, elements, "2 h")) as recording:
            counts.append(len(recording.messages()))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("updates", ["1 min", "10 h"])
def test_what_an_outage_delays_is_billed_as_it_flowed(updates: str, tmp_path: Path) -> None:
    hourly = [element("ENERGY", f"0.{n}", start_time=f"{n}:00", end_time=f"{n + 1}:00") for n in range(10, 20)]
    faults = ('{at: "11:05", kind: party_offline, party: NL-ABC, for: 150 min}',)
    with Recording.open(run(tmp_path, hourly, updates, faults=faults)) as recording:
        found = cdrs(recording)
        assert len(found) == 1  # Ada came while nobody could let her charge
        assert [cdr.total_cost.excl_vat for cdr in found] == [by_the_curve(recording, cdr) for cdr in found]


@pytest.mark.parametrize("updates", ["1 min", "10 h"])
def test_a_period_ends_where_the_power_passes_a_bound(updates: str, tmp_path: Path) -> None:
    """A period's power is that of its whole Wh: in a short one that is a guess, about few of them."""
    elements = (element("ENERGY", "1.00", min_power=61), element("ENERGY", "0.10"))
    with Recording.open(run(tmp_path, elements, updates, ada="11:00")) as recording:
        for cdr in cdrs(recording):
            assert abs(cdr.total_cost.excl_vat - by_the_curve(recording, cdr)) < Decimal("0.02")


clock = st.sampled_from(["10:30", "11:00", "11:55", "12:00", "12:10", "13:00"])
restrictions = st.fixed_dictionaries(
    {},
    optional={
        "start_time": clock,
        "end_time": clock,
        "min_duration": st.sampled_from([600, 1_800]),
        "max_duration": st.sampled_from([900, 5_400]),
        "min_kwh": st.sampled_from([5, 12]),
        "max_kwh": st.sampled_from([8, 30]),
    },
)
elements = st.lists(
    st.builds(
        lambda kind, price, given: element(kind, price, **given),
        st.sampled_from(["ENERGY", "TIME", "PARKING_TIME"]),
        st.sampled_from(["0.25", "1.00", "7.50"]),
        restrictions,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(elements, st.sampled_from(["1 min", "7 min", "10 h"]), st.integers(0, 59))
def test_every_bill_is_that_of_the_recorded_curve(
    tmp_path: Path, elements: list[dict[str, Any]], updates: str, minute: int
) -> None:
    path = run(tmp_path, elements, updates, ada=f"11:{minute:02}")
    with Recording.open(path) as recording:
        for cdr in cdrs(recording):
            assert cdr.total_cost.excl_vat == by_the_curve(recording, cdr)
