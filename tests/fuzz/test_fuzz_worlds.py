"""Liberal in, strict out: whatever world our parties live in, all that they send is valid in the version they speak."""

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from case_town import behind_hub
from fuzz_strictness import faults
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from run_town import AT_MARKET, AT_SQUARE, named, played, town

from simulator.ocpi import catalogue
from simulator.recording.reader import Recording
from simulator.scenario.model import Scenario
from simulator.scenario.vocabulary import WHITELISTS

VERSIONS = catalogue.VERSIONS
PEOPLE = ("Vera", "Wim", "Xena", "Yuri")

prices = st.decimals(Decimal("0"), Decimal("3"), places=4) | st.none()
tariffs = st.fixed_dictionaries(
    {
        "energy_per_kwh": st.decimals(Decimal("0.01"), Decimal("1"), places=4),
        "time_per_hour": prices,
        "parking_per_hour": prices,
        "flat": prices,
        "min_price": st.none() | st.decimals(Decimal("0"), Decimal("1"), places=2),
        "max_price": st.none() | st.decimals(Decimal("1"), Decimal("5"), places=2),
        "vat_percent": st.sampled_from([None, Decimal(0), Decimal(21), Decimal("5.5")]),
    }
)
people = st.fixed_dictionaries(
    {
        "emsp": st.sampled_from(["NL-EMA", "NL-NOM"]),
        "at": st.sampled_from([AT_SQUARE, AT_MARKET]),
        "authorise": st.sampled_from(["rfid", "app"]),
        "stop": st.sampled_from(["app", "card", "unplug"]),
        "arrives": st.sampled_from(['"06:10"', '"06:30"', '"07:00"']),
        "stay": st.sampled_from(["5 min", "40 min", "3 h"]),
        "vehicle": st.sampled_from(["compact", "van", "plug_in_hybrid"]),
    }
)
faulty = st.sampled_from(
    [
        (),
        ('{at: "06:40", kind: party_offline, party: NL-EMA, for: 20 min}',),
        ('{at: "06:20", kind: party_offline, party: NL-ABC, for: 30 min}',),
        ("{at: 10 min, kind: loss, between: [NL-EMA, NL-ABC], probability: 30 %, for: 2 h}",),
        ("{at: 10 min, kind: duplicates, between: [NL-EMA, NL-ABC], probability: 50 %, for: 2 h}",),
    ]
)


@st.composite
def worlds(draw: st.DrawFn) -> Any:
    """A small town, changed: who speaks what, whose tokens may charge unasked, what it costs, who comes, what fails.

    And whether they are all behind a hub, which speaks all versions.
    """
    common = draw(st.sampled_from(VERSIONS))
    spoken = [tuple(version for version in VERSIONS if version == common or draw(st.booleans())) for _ in range(4)]
    whitelists = [draw(st.sampled_from(WHITELISTS)) for _ in range(2)]
    costs = [draw(tariffs) for _ in range(2)]
    about = draw(st.lists(people, min_size=1, max_size=len(PEOPLE)))
    drivers = tuple(named(name, each.pop("emsp"), **each) for name, each in zip(PEOPLE, about, strict=False))
    return spoken, whitelists, costs, drivers, draw(faulty), draw(st.booleans())


def scenario_of(folder: Path, world: Any) -> Scenario:
    spoken, whitelists, costs, drivers, broken, hub = world
    change = behind_hub if hub else str
    broken = tuple(fault.replace("NL-EMA, NL-ABC", "NL-EMA, NL-HUB") for fault in broken) if hub else broken
    scenario = town(folder, drivers=drivers, faults=broken, link="latency: 50 ms", duration="4 h", change=change)
    lists, versions = iter(whitelists), iter(spoken)
    parties = tuple(
        replace(party, versions=VERSIONS)
        if party.role == "hub"
        else replace(party, versions=next(versions), whitelist=next(lists) if party.role == "emsp" else None)
        for party in scenario.parties
    )
    changed = tuple(replace(tariff, **cost) for tariff, cost in zip(scenario.tariffs, costs, strict=True))
    return replace(scenario, parties=parties, tariffs=changed)


def wrong(folder: Path, world: Any) -> list[str]:
    """All that is wrong with what was said in a world."""
    path = folder / "world.ocpirun"
    path.unlink(missing_ok=True)
    played(scenario_of(folder, world), path)
    with Recording.open(path) as recording:
        messages = recording.messages(contents=True)
    assert len(messages) > 30
    return [fault for message in messages for fault in faults(message)]


def check(world: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert wrong(Path(folder), world) == []


@settings(derandomize=True, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_what_is_said_in_any_world_is_valid(world: Any) -> None:
    check(world)


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_what_is_said_in_many_worlds_is_valid(world: Any) -> None:
    check(world)
