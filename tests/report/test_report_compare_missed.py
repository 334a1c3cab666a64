"""A receiver to which less comes is not called faster for it."""

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from simulator.assemble import RunOptions, play
from simulator.report.compare.comparison import Comparison, compare, verdict_on
from simulator.report.kpi.definitions import BY_ID
from simulator.report.kpi.intervals import Difference
from simulator.report.publish.compare_data import compare_json
from simulator.scenario.load import load

OFFLINE = Path(__file__).parents[2] / "scenarios" / "failures" / "party_offline.yaml"
NOT_COMPARABLE = "not comparable: what never arrived differs"


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """An eMSP that is away for twenty minutes, against one that does not come back before the end."""
    runs = []
    for away in ("20 min", "3 d"):
        out = tmp_path_factory.mktemp("runs") / "away.ocpirun"
        scenario = load(OFFLINE, ("faults.0.party=NL-EMA", f"faults.0.for={away}", "duration=4 h"))
        asyncio.run(play(scenario, RunOptions(out=out, wire="memory", control=False)))
        runs.append(out)
    return compare(runs, "none")


@pytest.mark.parametrize("copied", ["session", "cdr"])
def test_one_that_stays_away_to_the_end_has_a_lag_that_is_less_and_no_better(lost: Comparison, copied: str) -> None:
    lag, missed = (lost.differences["B"][f"{copied}_{end}"] for end in ("lag_mean_s", "missed_percent"))
    assert lag is not None
    assert missed is not None
    assert lag.mean < 0 < missed.mean
    assert verdict_on(lost, "B", BY_ID[f"{copied}_lag_mean_s"]) == NOT_COMPARABLE


@pytest.mark.parametrize(
    ("missed_percent", "within", "pairs", "said"),
    [(0.2, 0.8, 8, "better, beyond chance"), (0.8, 0.2, 8, NOT_COMPARABLE), (0.2, None, 1, NOT_COMPARABLE)],
)
def test_a_lag_is_compared_where_more_never_arrived_only_by_chance(
    lost: Comparison, missed_percent: float, within: float | None, pairs: int, said: str
) -> None:
    around = (None, None) if within is None else (missed_percent - within, missed_percent + within)
    found = {"session_lag_mean_s": Difference(-20, -21, -19, 8)}
    found["session_missed_percent"] = Difference(missed_percent, *around, pairs)
    assert verdict_on(replace(lost, differences={"B": found}), "B", BY_ID["session_lag_mean_s"]) == said


@pytest.mark.parametrize("id", ["wait_mean_min", "wait_p95_min", "turned_away_wait_mean_min"])
@pytest.mark.parametrize(
    ("wait_min", "away_percent", "said"),
    [
        (-2, 5, "not comparable: how many were turned away differs"),
        (2, -5, "not comparable: how many were turned away differs"),
        (-2, 0, "better, beyond chance"),
        (-2, -5, "better, beyond chance"),
        (2, 5, "worse, beyond chance"),
    ],
)
def test_waiting_is_no_better_where_more_are_turned_away(
    lost: Comparison, id: str, wait_min: int, away_percent: int, said: str
) -> None:
    found = {
        id: Difference(wait_min, wait_min - 1, wait_min + 1, 8),
        "turned_away_percent": Difference(away_percent, away_percent - 1, away_percent + 1, 8),
    }
    assert verdict_on(replace(lost, differences={"B": found}), "B", BY_ID[id]) == said


@pytest.mark.parametrize("copied", ["picture", "session", "cdr"])
@pytest.mark.parametrize(
    ("lag_s", "missed_percent", "said"),
    [
        (-20, 80, NOT_COMPARABLE),
        (20, -80, NOT_COMPARABLE),
        (-20, 0, "better, beyond chance"),
        (-20, -80, "better, beyond chance"),
        (20, 80, "worse, beyond chance"),
    ],
)
def test_a_lag_is_compared_where_what_never_arrived_says_the_same(
    lost: Comparison, copied: str, lag_s: int, missed_percent: int, said: str
) -> None:
    id = f"{copied}_lag_mean_s"
    lag, missed = (Difference(mean, mean - 1, mean + 1, 2) for mean in (lag_s, missed_percent))
    found = replace(lost, differences={"B": {**lost.differences["B"], id: lag, f"{copied}_missed_percent": missed}})
    assert verdict_on(found, "B", BY_ID[id]) == said
    document = json.loads(compare_json(found))["figures"][id]["differences"]["B"]
    assert document["beyond_chance"] is (None if said == NOT_COMPARABLE else True)
    assert document["verdict"] == said
