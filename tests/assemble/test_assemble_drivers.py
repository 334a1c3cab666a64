"""Changing one driver changes no other driver: who they are, when they come and what they want stays to the byte."""

from pathlib import Path

import pytest
from run_town import CROWD, H, OpenTown, named, town

from simulator.ocpi.v2_2_1.tokens import Token
from simulator.recording.rows import EventRow

NAMED = (named("Vera"), named("Wim", authorise="app", arrives='"07:10"'), named("Xena", "NL-NOM", arrives='"08:00"'))
ALL = (*CROWD, *NAMED)

Arrivals = dict[str, EventRow]


def people(folder: Path, drivers: tuple[str, ...]) -> tuple[Arrivals, dict[tuple[str, str], Token]]:
    """Every driver's arrival with plan and place, and every token by its eMSP and the name of its driver."""
    with OpenTown(town(folder, drivers=drivers), folder / "run.ocpirun") as open_town:
        open_town.run_to(5 * H)
        arrivals = {row.source: row for row in open_town.rows.events if row.kind == "arrive"}
        tokens = {
            (id, str(token.visual_number)): token
            for id, emsp in open_town.world.emsps.items()
            for token in emsp.tokens.store
        }
    return arrivals, tokens


def not_of(names: tuple[str, ...], arrivals: Arrivals) -> Arrivals:
    return {
        source: row for source, row in arrivals.items() if not source.startswith(tuple(f"driver/{n}" for n in names))
    }


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Arrivals, dict[tuple[str, str], Token]]:
    return people(tmp_path_factory.mktemp("before"), ALL)


@pytest.mark.parametrize(
    ("changed", "drivers"),
    [
        ("Vera", (*CROWD, *NAMED[1:])),
        ("Vera", (*CROWD, named("Vera", authorise="app", stay="20 min", arrives='"06:05"'), *NAMED[1:])),
        ("Xena", (named("Xena", "NL-EMA"), *CROWD, *NAMED[:2])),
        ("commuters", (*CROWD[1:], *NAMED)),
        ("commuters", (CROWD[0].replace("per_day: 60", "per_day: 200"), CROWD[1], *NAMED)),
        ("nomads", (CROWD[0], CROWD[1].replace("rfid: 0.5, app: 0.5", "app: 1"), *NAMED)),
    ],
    ids=["driver left out", "driver altered", "driver moved", "group left out", "group grown", "group altered"],
)
def test_the_others_stay_as_they_were(
    tmp_path: Path,
    before: tuple[Arrivals, dict[tuple[str, str], Token]],
    changed: str,
    drivers: tuple[str, ...],
) -> None:
    arrivals, tokens = people(tmp_path, drivers)
    others = not_of((changed,), before[0])
    assert len(others) > 10
    # Sequence numbers move on; who, when, where and with which plan does not.
    assert not_of((changed,), arrivals) == others
    assert arrivals != before[0] or tokens != before[1]
    for key, token in before[1].items():
        if not key[1].startswith(changed):
            assert tokens[key] == token


def test_a_group_that_grows_keeps_the_members_it_had(
    tmp_path: Path, before: tuple[Arrivals, dict[tuple[str, str], Token]]
) -> None:
    _, tokens = people(tmp_path, (CROWD[0].replace("per_day: 60", "per_day: 200"), CROWD[1], *NAMED))
    members = [key for key in before[1] if key[1].startswith("commuters")]
    assert len(members) == 60
    assert [tokens[key] for key in members] == [before[1][key] for key in members]
