"""Generated networks in a run, and groups that want to be near the sites of one CPO."""

from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace
from run_town import SCENARIOS, H, OpenTown, holds, named, played, town

from simulator.recording.reader import Recording
from simulator.report.kpi.measure import measure
from simulator.report.summary import summarise
from simulator.scenario.load import load
from simulator.world.geometry import distance_m

GROUP = "{{emsp: NL-EMA, name: people, sessions_per_day: {}, arrivals: flat, near: NL-DUN}}"
BEFORE = "start_date_time < '2026-05-04T04:00'"
"""Whether a session had begun before the town's start, in SQL."""


def test_drivers_near_a_cpo_want_to_be_at_its_sites(tmp_path: Path) -> None:
    with OpenTown(town(tmp_path, drivers=(GROUP.format(200),)), tmp_path / "run.ocpirun") as run:
        run.run_to(2 * H)
        places = [(each["latitude"], each["longitude"]) for each in run.events("arrive")]
    assert len(places) > 5
    assert all(distance_m(52.175, 4.495, *place) <= 400 for place in places)


def test_a_group_without_sessions_sends_nobody(tmp_path: Path) -> None:
    result = played(town(tmp_path, drivers=(GROUP.format(0),)), tmp_path / "run.ocpirun")
    holds(result)
    assert result.summary["sessions"] == 0


def test_who_charges_before_the_start_is_counted_apart(tmp_path: Path) -> None:
    out = tmp_path / "run.ocpirun"
    played(town(tmp_path), out)
    with Recording.open(out) as recording:
        run = summarise(recording).run
        measured_kwh = measure(recording, "none").values["energy_kwh"]
        ((begun,),) = recording.query(f"SELECT sum({BEFORE}) FROM v_session WHERE holder = cpo")
    assert run is not None
    assert run.before_start.sessions == begun > 0
    # A report integrates power from the start on; a register shows whole Wh.
    after_wh = run.energy_wh.plug - run.before_start.energy_wh
    assert measured_kwh == pytest.approx(after_wh / 1_000, abs=0.001 * run.sessions)


@pytest.mark.parametrize(("price", "is_shunned"), [(0.60, True), (0.10, False)])
def test_drivers_shun_a_place_without_a_price_as_far_as_they_fear_it(
    tmp_path: Path, price: float, is_shunned: bool
) -> None:
    """Beside the Market, where a kWh is 0.55, stands the Square, without a tariff."""

    def unpriced(text: str) -> str:
        side_by_side = text.replace("[52.16, 4.48]", "[52.175, 4.495]").replace("22 kW, tariff: day", "11 kW")
        roomy = side_by_side.replace("count: 4", "count: 30").replace("count: 3,", "count: 30,")
        return f"{roomy}\nunknown_price_per_kwh: {price}\n"

    out = tmp_path / "run.ocpirun"
    played(town(tmp_path, drivers=(GROUP.format(120),), change=unpriced), out)
    with Recording.open(out) as recording:
        sessions = recording.query(f"SELECT cpo, {BEFORE} FROM v_session WHERE holder = cpo")
    for is_before in (True, False):
        cpos = [cpo for cpo, before in sessions if before == is_before]
        assert set(cpos) == {"NL-DUN" if is_shunned else "NL-ABC"}


def test_named_drivers_alone_leave_nothing_before_the_start(tmp_path: Path) -> None:
    summary = played(town(tmp_path, drivers=(named("Ada"),)), tmp_path / "run.ocpirun").summary
    assert (summary["sessions"], summary["before_start"]) == (1, {"sessions": 0, "energy_wh": 0})


def test_another_number_of_emsps_changes_nothing_of_who_comes_but_the_contracts(tmp_path: Path) -> None:
    came: list[dict[str, tuple[int, object]]] = []
    contracts: list[dict[str, str]] = []
    for emsps in (2, 3):
        overrides = [f"generate.emsps={emsps}", "generate.cpos=6", "generate.load=stress"]
        scenario = load(SCENARIOS / "scale" / "generated.yaml", overrides)
        out = tmp_path / f"{emsps}.ocpirun"
        played(replace(scenario, duration_us=8 * H), out)
        with Recording.open(out) as recording:
            arrived = recording.events(kind="arrive")
        came.append({event.source: (event.at_us, event.data) for event in arrived})
        contracts.append({event.source: event.party for event in arrived})
    assert len(came[0]) > 30
    assert came[0] == came[1]
    for emsps, contract in zip((2, 3), contracts, strict=True):
        shares = Counter(contract.values())
        assert len(shares) == emsps
        assert min(shares.values()) > 0.5 * len(contract) / emsps


@pytest.mark.parametrize("seed", [1, 2])
def test_a_generated_region_is_the_same_over_both_wires(tmp_path: Path, seed: int) -> None:
    """The run's seed draws another day; the region is that of the scenario's own seed."""
    scenario = replace(load(SCENARIOS / "scale" / "generated.yaml"), duration_us=8 * H)
    memory = played(scenario, tmp_path / "memory.ocpirun", seed=seed)
    http = played(scenario, tmp_path / "http.ocpirun", seed=seed, wire="http")
    holds(memory)
    assert memory.summary["digest"] == http.summary["digest"]
