"""Arrivals: fixed by the seed, untouched by other drivers, true to the local clock on days that change it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from field_town import CENTRE, EMSP, H, Town, town

from simulator.engine.streams import Streams
from simulator.field.arrivals import group_arrivals
from simulator.field.group import Group, Member, draw_visit
from simulator.ocpp.messages import IdToken
from simulator.world.arrivals import PROFILES, Arrivals, HourProfile
from simulator.world.driver import HABITS
from simulator.world.geometry import distance_m

MEMBERS = tuple(Member(EMSP, IdToken(f"T{n}", "ISO14443" if n % 3 else "Central")) for n in range(50))


def group(name: str = "commuters", per_day: float = 100, start: str = "2026-05-04T00:00", **other: Any) -> Group:
    epoch_us = int(datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp()) * 1_000_000
    profile = other.pop("profile", PROFILES["flat"])
    fields: dict[str, Any] = {
        "name": name,
        "arrivals": Arrivals(profile, per_day, "Europe/Amsterdam", epoch_us),
        "habits": HABITS["flat"],
        "members": MEMBERS,
        "centres": (CENTRE,),
        "radius_m": 2_000,
        "search_m": 3_000,
    }
    return Group(**{**fields, **other})


def play(place: Town, *groups: Group, until_us: int = 24 * H) -> dict[str, list[tuple[int, str, bytes]]]:
    """Events of each driver of the groups."""
    for each in groups:
        place.env.process(group_arrivals(place.street, Streams(7), each, until_us))
    place.run(until_us + 2 * H)
    lives: dict[str, list[tuple[int, str, bytes]]] = {}
    for row in place.rows.events:
        if row.source.startswith("driver/"):
            lives.setdefault(row.source, []).append((row.at_us, row.kind, row.data))
    return lives


def test_the_same_seed_plays_the_same_day() -> None:
    days = []
    for _ in range(2):
        with town() as place:
            for n in range(20):
                place.add(f"E{n}", site=f"site {n // 4}", north_m=200 * (n // 4), limit_w=40_000)
            play(place, group(), group("others", 30))
            days.append([*place.rows.events, *place.rows.states])
    assert days[0] == days[1]
    assert len(days[0]) > 1_000


def test_another_group_changes_no_draws() -> None:
    with town() as place:
        alone = play(place, group())
    with town() as place:
        both = play(place, group("others", 50), group())
    arrivals = {driver: life[0] for driver, life in alone.items()}
    assert len(arrivals) > 60
    assert {driver: both[driver][0] for driver in arrivals} == arrivals
    assert len(both) > len(alone)


def test_arrival_n_is_member_n_of_the_pool_near_the_centre() -> None:
    whole = group(centres=(CENTRE, (53.0, 6.0)))
    stops = set()
    for n in range(300):
        member = MEMBERS[n % len(MEMBERS)]
        token = member.token
        visit = draw_visit(Streams(1), whole, f"commuters#{n}", member)
        assert visit.plan.authorise == ("rfid" if token.kind == "ISO14443" else "app")
        assert min(distance_m(visit.latitude, visit.longitude, *centre) for centre in whole.centres) <= 2_010
        stops.add((token.kind, visit.stop))
    assert stops == {("ISO14443", "card"), ("ISO14443", "unplug"), ("Central", "app"), ("Central", "unplug")}


def test_every_arrival_lies_within_the_duration() -> None:
    with town(start_us=-H) as place:
        lives = play(place, group(per_day=500), until_us=6 * H)
        times = [life[0][0] for life in lives.values()]
        assert times == sorted(times)
        assert times[0] > 0
        assert times[-1] < 6 * H
        assert list(lives) == [f"driver/commuters#{n + 1}" for n in range(len(lives))]


@pytest.mark.parametrize(("start", "hours"), [("2026-03-28T23:00", 0), ("2026-10-24T22:00", 2)])
def test_a_day_that_changes_the_clock(start: str, hours: int) -> None:
    """All come between two and three o'clock: an hour that one Sunday does not have and another has twice."""
    at_two = HourProfile("two", (0, 0, 24, *[0] * 21), (0, 0, 24, *[0] * 21))
    with town() as place:
        lives = play(place, group(per_day=200, start=start, profile=at_two), until_us=25 * H if hours else 23 * H)
        times = [life[0][0] for life in lives.values()]
        assert all(2 * H <= at_us < 4 * H for at_us in times)
        assert abs(len(times) - 200 * hours) <= 60 * hours
        assert {at_us // H for at_us in times} == set(range(2, 2 + hours))


def test_a_group_needs_a_place() -> None:
    with pytest.raises(ValueError, match="at least one centre"):
        group(centres=())
