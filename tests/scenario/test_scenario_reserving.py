"""What a driver's `reserve` and `keeps` mean, and what is refused."""

from pathlib import Path

import pytest

from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.load import load
from simulator.scenario.model import Driver

SHIPPED = Path(__file__).parents[2] / "scenarios" / "roaming" / "reservation.yaml"
MIN = 60_000_000


def test_the_shipped_reservations_are_read() -> None:
    scenario = load(SHIPPED)
    read = {each.name: (each.reserve_us, each.keeps) for each in scenario.drivers if isinstance(each, Driver)}
    assert read["Ada"] == (30 * MIN, "yes")
    assert read["Ben"] == (30 * MIN, "no")
    assert read["Cleo"] == (40 * MIN, "cancels")
    assert read["Eve"] == (None, "yes")
    assert [(each.kind, each.driver) for each in scenario.changes] == [
        ("reservation_withdrawn", "Dirk"),
        ("connector_unlocked", "Fay"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("keeps: cancels", "keeps: perhaps", "perhaps"),
        ("reserve: 40 min, keeps", "keeps", "keeps alone"),
        ("reserve: 40 min", "reserve: 61 min", "before the start"),
        ("reserve: 40 min", "reserve: 2 d", "2 d"),
    ],
)
def test_a_wrong_reservation_is_told_with_its_place(tmp_path: Path, before: str, after: str, found: str) -> None:
    text = SHIPPED.read_text()
    assert before in text
    path = tmp_path / "wrong.yaml"
    path.write_text(text.replace(before, after))
    with pytest.raises(ScenarioErrors) as caught:
        load(path)
    error = next(error for error in caught.value.errors if found in error.found)
    assert "Cleo" in path.read_text().splitlines()[error.line - 1]
