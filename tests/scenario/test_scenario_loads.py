"""The load of the busiest places: who can charge nowhere else is counted together, however this is written."""

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from simulator.scenario.load import load
from simulator.scenario.loads import Load, load_of
from simulator.scenario.recorded import SESSION_COLUMNS


def load_in(folder: Path, text: str) -> Load:
    path = folder / "made.yaml"
    path.write_text(text)
    return load_of(load(path))


LOCAL = """name: Two networks
start: 2026-05-04T00:00 Europe/Amsterdam
duration: 24 h
parties:
  NL-ABC: {role: cpo, name: Alpha}
  NL-BIG: {role: cpo, name: Big}
  NL-EMA: {role: emsp, name: Emma}
connections: [{between: [NL-EMA, NL-ABC]}, {between: [NL-EMA, NL-BIG]}]
sites:
  - {cpo: NL-ABC, name: Station, at: [52.16, 4.48], evses: {count: 1, power: 22 kW}}
  - {cpo: NL-BIG, name: Mall, at: [52.30, 4.80], evses: {count: 99, power: 22 kW}}
drivers:
"""


@pytest.mark.parametrize(
    ("groups", "busiest", "highest"),
    [
        ((), "", 0.4),
        (("near: NL-ABC",), "near NL-ABC", 40),
        (("near: NL-BIG",), "", 0.4),
        (("near: NL-BIG", "near: NL-ABC", "near: NL-ABC"), "near NL-ABC", 80),
        (("around: [52.17, 4.48], radius: 1 km",), "around 52.17, 4.48", 40),
        (("around: [52.16, 4.48], radius: 90 km",), "", 0.4),
        (("only_at: [Station]",), "at Station", 40),
        (("near: NL-ABC, only_at: [Mall]",), "", 0.4),
    ],
)
def test_a_stress_load_of_some_places_is_called_one(
    tmp_path: Path, groups: Sequence[str], busiest: str, highest: float
) -> None:
    lines = [
        f"  - {{emsp: NL-EMA, name: group {number}, sessions_per_day: 40, {group}}}\n"
        for number, group in enumerate(groups)
    ] or ["  - {emsp: NL-EMA, sessions_per_day: 40}\n"]
    found = load_in(tmp_path, LOCAL + "".join(lines))
    assert (found.busiest, found.is_stress) == (busiest, highest > 2)
    assert found.highest == pytest.approx(max(highest, 0.4 * len(lines)))
    assert found.sentence.startswith("This is a stress load: " if busiest else "The load is 0.40 sessions")
    if busiest:
        assert (
            f"; {busiest} it is {highest:.2f} sessions per EVSE and day ({highest:.0f} sessions a day on 1 EVSEs)"
            in (found.sentence)
        )


SQUARE = """name: A square and a port
start: 2026-05-04T00:00 Europe/Amsterdam
duration: 24 h
parties:
  NL-ABC: {role: cpo, name: Alpha}
  NL-BIG: {role: cpo, name: Big}
  NL-EMA: {role: emsp, name: Emma}
sites:
  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {count: 4, power: 22 kW}}
  - {cpo: NL-ABC, name: Kiosk, at: [52.20, 4.60], evses: {count: 2, power: 22 kW}}
  - {cpo: NL-BIG, name: Port, at: [52.25, 4.48], evses: {count: 194, power: 22 kW}}
drivers:
"""
SQUARE_ONLY = "  - {{emsp: NL-EMA, name: square, sessions_per_day: {}, only_at: Square}}\n"
NAMED = "name: {}, arrives: '01:00', at: [52.16, 4.48]"


@pytest.mark.parametrize(
    ("drivers", "highest"),
    [
        # Rings around the same point: the small one has four EVSEs, the large one all.
        (("sessions_per_day: 20, around: [52.16, 4.48], radius: 500 m", "sessions_per_day: 20"), 5),
        (
            (
                "sessions_per_day: 20, around: [52.16, 4.48], radius: 500 m",
                "sessions_per_day: 20, around: [52.16, 4.48], radius: 20 km",
            ),
            5,
        ),
        # The same four EVSEs, told in different words.
        (
            (
                "sessions_per_day: 6, around: [52.16, 4.48], radius: 500 m",
                "sessions_per_day: 6, around: [52.1601, 4.48], radius: 500 m",
            ),
            3,
        ),
        (("sessions_per_day: 6, around: [52.16, 4.48]", "sessions_per_day: 6, only_at: Square"), 3),
        (("sessions_per_day: 6, near: NL-BIG, only_at: Port", "sessions_per_day: 9, only_at: Square"), 2.25),
        # Six on four EVSEs, but 15 on these and two more.
        (("sessions_per_day: 6, only_at: Square", "sessions_per_day: 9, only_at: [Square, Kiosk]"), 2.5),
        (("sessions_per_day: 8, only_at: Square", NAMED.format("Ada"), NAMED.format("Ben")), 2.5),
        (("sessions_per_day: 8, only_at: Square", NAMED.format("Ada"), NAMED.format("Ben") + ", only_at: Port"), 2.25),
        (("sessions_per_day: 8, only_at: Square", NAMED.format("Ada") + ", reserve: 10 min, keeps: no"), 2),
    ],
)
def test_all_who_can_charge_nowhere_else_count_in_any_order(
    tmp_path: Path, drivers: Sequence[str], highest: float
) -> None:
    found = [
        load_in(tmp_path, SQUARE + "".join(f"  - {{emsp: NL-EMA, {each}}}\n" for each in ordered))
        for ordered in permutations(drivers)
    ]
    assert all(each == found[0] for each in found)
    assert found[0].highest == pytest.approx(highest)
    assert found[0].is_stress == (highest > 2)


def test_named_drivers_alone_make_a_load_of_their_place(tmp_path: Path) -> None:
    found = load_in(tmp_path, SQUARE + "".join(f"  - {{emsp: NL-EMA, {NAMED.format(n)}}}\n" for n in range(19)))
    assert (found.busiest, found.highest) == ("around 52.16, 4.48", 19 / 4)


@pytest.mark.parametrize(
    ("port", "highest"), [("52.1602, 4.4802", 0.2), ("52.1904, 4.48", 0.2), ("52.1907, 4.48", 40 / 6)]
)
def test_drivers_near_a_cpo_use_the_evses_of_others_in_reach(tmp_path: Path, port: str, highest: float) -> None:
    """They want to be at most 400 m from a place of that CPO, and look up to 3 km around there."""
    text = SQUARE.replace("52.25, 4.48", port) + "  - {emsp: NL-EMA, sessions_per_day: 40, near: NL-ABC}\n"
    text = text.replace("52.20, 4.60", "52.16, 4.48")
    assert load_in(tmp_path, text).highest == pytest.approx(highest)


def test_a_load_is_as_high_as_it_is_told(tmp_path: Path) -> None:
    """Twenty tenths are a little more than two, as computers count."""
    text = SQUARE.replace("24 h", "10 d").replace("count: 4", "count: 1")
    found = load_in(tmp_path, text + "".join(f"  - {{emsp: NL-EMA, {NAMED.format(n)}}}\n" for n in range(20)))
    assert (round(found.highest, 9), found.is_stress) == (2, False)


def test_recorded_drivers_count_where_others_charge_and_make_no_load_of_a_place_themselves(tmp_path: Path) -> None:
    rows = [f"S{n},NL-ABC/NL-ABC-E000{uid},{n}000,{n}900,,9,9,s" for n, uid in enumerate([1] * 12 + [5] * 6)]
    (tmp_path / "day.csv").write_text("\n".join((",".join(SESSION_COLUMNS), *rows, "")))
    text = SQUARE + "  - {emsps: [NL-EMA], sessions: day.csv, energy: requested}\n"
    assert not load_in(tmp_path, text).busiest
    found = load_in(tmp_path, text + "  - {emsp: NL-EMA, sessions_per_day: 2, only_at: Square}\n")
    assert (found.busiest, found.busiest_evses) == ("at Square", 4)
    assert found.highest == pytest.approx((12 + 2) / 4)


def test_those_who_can_charge_anywhere_make_no_load_of_a_place(tmp_path: Path) -> None:
    """Added in another order they come to a little more than 25, which would be told as 0.13 on 200 EVSEs."""
    drivers = ("0.1", "0.1, around: [52.16, 4.48], radius: 90 km", "24.8")
    found = load_in(tmp_path, SQUARE + "".join(f"  - {{emsp: NL-EMA, sessions_per_day: {each}}}\n" for each in drivers))
    assert (found.busiest, found.sessions_per_evse) == ("", 0.125)


TRIANGLE = SQUARE.replace("count: 4", "count: 2").replace("count: 194", "count: 2") + (
    "  - {emsp: NL-EMA, sessions_per_day: 3, only_at: [Square, Kiosk]}\n"
    "  - {emsp: NL-EMA, sessions_per_day: 4, only_at: [Kiosk, Port]}\n"
    "  - {emsp: NL-EMA, sessions_per_day: 5, only_at: [Port, Square]}\n"
)
MARKET = "  - {cpo: NL-ABC, name: Market, at: [52.40, 4.48], evses: {count: 94, power: 22 kW}}\n"


def test_places_whose_sets_overlap_are_busy_together(tmp_path: Path) -> None:
    """Nobody is bound to one place, and each pair of places has 1.25 at most."""
    found = load_in(tmp_path, TRIANGLE.replace("drivers:\n", MARKET + "drivers:\n"))
    assert (found.busiest_sessions_per_day, found.busiest_evses) == (12, 6)
    assert found.busiest == "at Kiosk, Port and at Port, Square"


@pytest.mark.parametrize(
    ("anywhere", "at_square", "busiest"),
    [
        (9, 6.4, ""),  # 1.60 where all have 1.54
        (7.2, 6.8, "at Square"),  # 1.70 where all have 1.40
        (11, 8.4, "at Square"),  # 2.10 where all have 1.94
    ],
)
def test_a_little_more_than_all_is_no_load_of_a_place_unless_it_is_a_stress_load(
    tmp_path: Path, anywhere: float, at_square: float, busiest: str
) -> None:
    drivers = f"  - {{emsp: NL-EMA, sessions_per_day: {anywhere}}}\n" + SQUARE_ONLY.format(at_square)
    found = load_in(tmp_path, SQUARE.replace("count: 194", "count: 4") + drivers)
    assert (found.busiest, found.is_stress) == (busiest, at_square > 8)


def test_of_many_wishes_a_few_are_told(tmp_path: Path) -> None:
    points = [(52.16 + 0.001 * number, 4.48) for number in range(6)]
    sites = "".join(
        f"  - {{cpo: NL-ABC, name: P{number}, at: [{at[0]}, 4.48], evses: {{count: 1, power: 22 kW}}}}\n"
        for number, at in enumerate(points)
    )
    pairs = "".join(
        f"  - {{emsp: NL-EMA, sessions_per_day: 3, only_at: [P{number}, P{(number + 1) % 6}]}}\n" for number in range(6)
    )
    found = load_in(tmp_path, SQUARE.replace("drivers:\n", sites + "drivers:\n") + pairs)
    assert (found.busiest_sessions_per_day, found.busiest_evses) == (18, 6)
    assert found.busiest == "at P0, P1, at P1, P2, at P2, P3 and 2 more"
