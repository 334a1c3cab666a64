"""A sweep's folder is begun once, goes on, grows, and refuses what would spoil it."""

import json
import os
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from simulator.files import NotWritten
from simulator.report.compare.comparison import compare
from simulator.report.compare.results import read_table
from simulator.report.compare.runs import find_runs
from simulator.report.compare.swept import NoSweep, SweptRun, read_manifest
from simulator.report.kpi.definitions import KPIS
from simulator.sweep.axes import parse_axis
from simulator.sweep.folder import LOCK, AnotherSweep, SweepFolder, held_alone
from simulator.sweep.job import play_job
from simulator.sweep.plan import Plan, What, make_plan

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
GENERATED = QUICKSTART.parent / "scale" / "generated.yaml"
HALF_AN_HOUR = 1_800_000_000
SPEEDS = "session_updates=5 min,10 min"


def plan(*axes: str, seeds: tuple[int, ...] = (1, 2), **what: Any) -> Plan:
    return make_plan(
        What(
            scenario=QUICKSTART,
            axes=tuple(map(parse_axis, axes or (SPEEDS,))),
            seeds=seeds,
            **{"until_us": HALF_AN_HOUR, **what},
        ),
        lambda number, count: None,
    )


@pytest.fixture(scope="module")
def played() -> dict[str, SweptRun]:
    """What becomes of the runs of `plan()`, the last of which fails."""
    runs = [play_job(job, None, None) for job in plan().jobs]
    last = runs[-1]
    failed = SweptRun(last.job, last.values, last.seed, "failed", 'Circle of "A", B.', 0.0)
    return {run.job: run for run in [*runs[:-1], failed]}


def test_a_sweep_is_kept_run_by_run_and_read_back(tmp_path: Path, played: dict[str, SweptRun]) -> None:
    folder = SweepFolder.begin(tmp_path / "new", plan().manifest)
    for run in reversed(played.values()):
        folder.store(run)
    assert SweepFolder.begin(tmp_path / "new", plan().manifest).runs() == list(played.values())


def test_a_run_that_cannot_be_read_counts_as_not_played(tmp_path: Path, played: dict[str, SweptRun]) -> None:
    folder = SweepFolder.begin(tmp_path, plan().manifest)
    for run in played.values():
        folder.store(run)
    first = tmp_path / "jobs" / f"{next(iter(played))}.json"
    first.write_bytes(first.read_bytes()[:100])
    assert len(folder.runs()) == 3


def test_a_sweep_may_grow(tmp_path: Path, played: dict[str, SweptRun]) -> None:
    folder = SweepFolder.begin(tmp_path, plan().manifest)
    for run in played.values():
        folder.store(run)
    grown = SweepFolder.begin(tmp_path, plan("session_updates=5 min,7 min,10 min", seeds=(1, 2, 3)).manifest)
    assert {run.job for run in grown.runs()} == set(played)
    table = grown.write_tables()
    assert len(table) == 4
    _, rows = read_table(tmp_path / "results.parquet")
    assert {(run.values["session_updates"], run.seed) for run in rows} == {
        ("5 min", 1),
        ("5 min", 2),
        ("10 min", 1),
        ("10 min", 2),
    }


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"axes": ("session_updates=5 min",)}, "--vary differs"),
        ({"axes": (SPEEDS, "poll=6 h")}, "--vary differs"),
        ({"seeds": (1, 3)}, "--seeds differs"),
        ({"until_us": 2 * HALF_AN_HOUR}, "--until differs"),
        ({"warm_up": "none"}, "--warm-up differs"),
        ({"overrides": ("poll=6 h",)}, "--set differs"),
    ],
)
def test_another_sweep_is_refused(tmp_path: Path, other: dict[str, Any], what: str) -> None:
    SweepFolder.begin(tmp_path, plan().manifest)
    before = (tmp_path / "sweep.json").read_bytes()
    with pytest.raises(AnotherSweep, match=what):
        SweepFolder.begin(tmp_path, plan(*other.pop("axes", ()), **other).manifest)
    assert (tmp_path / "sweep.json").read_bytes() == before


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"files": {"new.csv": "ef", "day.csv": "cd"}}, "the file day.csv differs"),
        ({"program": "0.0.1"}, r"the program \(begun with .*, this is 0\.0\.1\) differs"),
    ],
)
def test_a_sweep_does_not_go_on_with_other_files_or_another_program(
    tmp_path: Path, changed: dict[str, Any], what: str
) -> None:
    begun = replace(plan().manifest, files={"day.csv": "ab"})
    SweepFolder.begin(tmp_path, begun)
    with pytest.raises(AnotherSweep, match=f"{what}.*another --out, or put back"):
        SweepFolder.begin(tmp_path, replace(begun, **changed))
    assert read_manifest(tmp_path) == begun


def test_a_sweep_may_grow_by_a_file(tmp_path: Path) -> None:
    begun = replace(plan().manifest, files={"day.csv": "ab"})
    grown = replace(begun, files={"day.csv": "ab", "new.csv": "ef"})
    SweepFolder.begin(tmp_path, begun)
    SweepFolder.begin(tmp_path, grown)
    assert read_manifest(tmp_path) == grown


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "results.csv").write_text("mine")
    with pytest.raises(AnotherSweep, match="holds no sweep"):
        SweepFolder.begin(tmp_path, plan().manifest)
    with pytest.raises(AnotherSweep, match="holds no sweep"):
        SweepFolder.begin(tmp_path / "results.csv", plan().manifest)
    assert os.listdir(tmp_path) == ["results.csv"]


def test_a_folder_that_cannot_be_made_is_told() -> None:
    with pytest.raises(NotWritten, match="cannot be written"):
        SweepFolder.begin(Path("/proc/sweep"), plan().manifest)


def test_a_folder_made_to_be_held_does_not_stay_empty(tmp_path: Path) -> None:
    with held_alone(tmp_path / "deep" / "out"):
        assert (tmp_path / "deep" / "out").is_dir()
    assert os.listdir(tmp_path) == []
    with held_alone(tmp_path / "out"):
        SweepFolder.begin(tmp_path / "out", plan().manifest)
    assert os.listdir(tmp_path / "out") == ["sweep.json"]


def test_a_folder_is_held_by_one_alone(tmp_path: Path) -> None:
    with (
        held_alone(tmp_path / "out"),
        pytest.raises(AnotherSweep, match="another sweep into this folder is under way"),
        held_alone(tmp_path / "out"),
    ):
        pass
    with held_alone(tmp_path / "out"):
        pass


def test_what_a_sweep_leaves_that_was_killed_at_once_does_no_harm(tmp_path: Path) -> None:
    killed = subprocess.Popen(["true"])
    killed.wait()
    (tmp_path / LOCK).write_text(str(killed.pid))
    (tmp_path / f".ocpi-sim-{killed.pid}").mkdir()
    with held_alone(tmp_path):
        SweepFolder.begin(tmp_path, plan().manifest)
    assert os.listdir(tmp_path) == ["sweep.json"]


def test_a_folder_with_something_else_or_that_cannot_be_made_is_not_held(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    for path in (tmp_path, tmp_path / "mine"):
        with pytest.raises(AnotherSweep, match="holds no sweep"), held_alone(path):
            pass
    assert os.listdir(tmp_path) == ["mine"]
    with pytest.raises(NotWritten, match="cannot be written"), held_alone(Path("/proc/sweep")):
        pass


# Tables


@pytest.fixture
def folder(tmp_path: Path, played: dict[str, SweptRun]) -> Path:
    folder = SweepFolder.begin(tmp_path / "out", plan().manifest)
    for run in played.values():
        folder.store(run)
    folder.write_tables()
    return tmp_path / "out"


def test_the_table_has_a_row_a_run_with_figures_and_digests(folder: Path, played: dict[str, SweptRun]) -> None:
    from pyarrow import parquet

    rows = parquet.read_table(folder / "results.parquet").to_pylist()
    assert [row["variant"] for row in rows] == [0, 0, 1, 1]
    assert [row["status"] for row in rows] == ["done", "done", "done", "failed"]
    assert rows[3]["sentence"] == 'Circle of "A", B.'
    for row, run in zip(rows[:3], played.values(), strict=False):
        assert run.outcome is not None
        assert row["digest"] == run.outcome.digest
        assert run.outcome.values.keys() > {"exchanges_tokens", "megabytes_tokens", *(kpi.id for kpi in KPIS)}
        assert {id: row[id] for id in run.outcome.values} == run.outcome.values
        assert (row["session_updates"], row["window_to_s"]) == (run.values["session_updates"], 1_800)
        assert run.outcome.load is not None
        assert {name: row[f"load_{name}"] for name in run.outcome.load.figures} == run.outcome.load.figures
    assert rows[3]["energy_kwh"] is None
    assert rows[3]["load_is_stress"] is None
    assert len((folder / "results.csv").read_text().splitlines()) == 5


def test_axes_of_numbers_are_columns_of_numbers(tmp_path: Path) -> None:
    from pyarrow import parquet

    axes = ("generate.cpos=2,3", "generate.sessions_per_evse=0.5,1", "session_updates=5 min,10 min")
    what = What(scenario=GENERATED, overrides=("generate.load=~",), axes=tuple(map(parse_axis, axes)))
    made = make_plan(what, lambda number, count: None)
    folder = SweepFolder.begin(tmp_path / "out", made.manifest)
    for job in made.jobs:
        folder.store(SweptRun(job.id, job.values, job.seed, "failed", "No.", 0.0))
    folder.write_tables()
    read = parquet.read_table(tmp_path / "out" / "results.parquet")
    types = [str(read.schema.field(axis.path).type) for axis in map(parse_axis, axes)]
    assert types == ["int64", "double", "string"]
    rows = read.to_pylist()
    assert [row["generate.cpos"] for row in rows] == [2] * 4 + [3] * 4
    assert [row["generate.sessions_per_evse"] for row in rows[1:3]] == [0.5, 1]
    assert [row["session_updates"] for row in rows[:2]] == ["5 min", "10 min"]


def test_every_column_of_the_tables_says_what_it_is(folder: Path, played: dict[str, SweptRun]) -> None:
    from pyarrow import parquet

    run = next(iter(played.values()))
    assert run.outcome is not None
    begun = SweepFolder.begin(folder, plan().manifest)
    begun.store(replace(run, outcome=replace(run.outcome, cost={"EUR": Decimal("1.20")})))
    begun.write_tables()
    told = {}
    for name in ("results.parquet", "curves.parquet"):
        schema = parquet.read_schema(folder / name)
        told |= {field.name: field.metadata or {} for field in schema}
    assert [name for name, metadata in told.items() if not metadata.get(b"meaning") or b"unit" not in metadata] == []
    link = next(name for name in told if name.startswith("megabytes_") and "_to_" in name)
    units = {name: metadata[b"unit"].decode() for name, metadata in told.items()}
    assert {
        "wall_s": "s",
        "window_to_s": "s",
        "load_evses": "EVSEs",
        "load_is_stress": "",
        "exchanges_tokens": "messages",
        link: "MB",
        "cost_excl_vat_eur": "EUR",
    }.items() <= units.items()
    sender, receiver = link.removeprefix("megabytes_").split("_to_")
    assert told[link][b"meaning"].decode().startswith(f"Bytes: {sender} -> {receiver}. ")
    assert told["session_updates"][b"meaning"] == (
        b"the varied value of session_updates, as it was written, with its unit if it has one"
    )
    # Not what it is in a report's table of sessions.
    assert told["status"][b"meaning"].startswith(b"done or failed")


def test_a_table_without_a_run_and_one_that_varies_a_whole_list_are_written(tmp_path: Path) -> None:
    """A list may have the name of a column that counts in a report."""
    from pyarrow import parquet

    nobody = plan("drivers=[]", 'name="A",B', seeds=(1,), overrides=("tell=~",))
    folder = SweepFolder.begin(tmp_path, nobody.manifest)
    folder.write_tables()
    assert len(parquet.read_table(tmp_path / "results.parquet")) == 0
    folder.store(SweptRun(nobody.jobs[0].id, nobody.jobs[0].values, 1, "failed", "No.", 0.0))
    folder.write_tables()
    (row,) = parquet.read_table(tmp_path / "results.parquet").to_pylist()
    assert (row["drivers"], row["name"]) == ("[]", '"A"')


def test_the_folder_and_its_table_alone_are_compared_alike(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "copy.parquet"
    table.write_bytes((folder / "results.parquet").read_bytes())
    tables = tmp_path / "tables"
    tables.mkdir()
    for name in ("results.parquet", "curves.parquet"):
        (tables / name).write_bytes((folder / name).read_bytes())
    found = [find_runs([path], "auto", lambda done, all: None) for path in (folder, table, tables)]
    for each in found:
        assert [(run.overrides, run.outcome.seed) for run in each.runs] == [
            (("session_updates=5 min",), 1),
            (("session_updates=5 min",), 2),
            (("session_updates=10 min",), 1),
        ]
        assert [run.outcome.values for run in each.runs] == [run.outcome.values for run in found[0].runs]
        assert [run.outcome.cost for run in each.runs] == [run.outcome.cost for run in found[0].runs]
        assert all(run.outcome.load for run in each.runs)
        assert [run.outcome.load for run in each.runs] == [run.outcome.load for run in found[0].runs]
        assert any("1 run failed and is left out: Circle of" in note for note in each.notes)
        starts = {(run.outcome.start_epoch_us, run.outcome.zone) for run in each.runs}
        assert starts == {(found[0].runs[0].outcome.start_epoch_us, "Europe/Amsterdam")}
    curves = [[run.outcome.curves for run in each.runs] for each in found]
    assert all(each is not None and each.from_s == [0, 900] for each in curves[0])
    assert curves[1] == [None] * 3
    assert curves[2] == curves[0]
    told = [[note for note in each.notes if "curves.parquet" in note] for each in found]
    assert told == [[], [f"{table}: nothing is told over time, as its curves.parquet is not beside it."], []]


def test_the_files_of_its_scenario_are_known_of_each_run(tmp_path: Path, played: dict[str, SweptRun]) -> None:
    folder = SweepFolder.begin(tmp_path, replace(plan().manifest, files={"day.csv": "ab"}))
    for run in played.values():
        folder.store(run)
    folder.write_tables()
    for path in (tmp_path, tmp_path / "results.parquet"):
        runs = find_runs([path], "auto", lambda done, all: None).runs
        assert [run.files for run in runs] == [{"day.csv": "ab"}] * 3


def test_curves_are_a_table_of_quarters_of_an_hour_by_run(folder: Path, played: dict[str, SweptRun]) -> None:
    from pyarrow import parquet

    read = parquet.read_table(folder / "curves.parquet")
    assert {name: read.schema.field(name).metadata[b"unit"] for name in read.column_names} == {
        "job": b"",
        "from_s": b"s",
        "mean_kw": b"kW",
        "occupied_evses": b"EVSEs",
    }
    rows = read.to_pylist()
    assert [row["job"] for row in rows] == [run.job for run in played.values() if run.outcome for _ in range(2)]
    first = next(iter(played.values()))
    assert first.outcome is not None
    assert first.outcome.curves is not None
    assert [row["mean_kw"] for row in rows[:2]] == first.outcome.curves.mean_kw


def test_curves_of_another_sweep_are_none_of_a_table_beside_them(folder: Path, played: dict[str, SweptRun]) -> None:
    other = SweepFolder.begin(folder.parent / "other", plan(SPEEDS, seeds=(1, 2, 3)).manifest)
    for run in played.values():
        other.store(run)
    other.write_tables()
    (folder / "curves.parquet").write_bytes((other.path / "curves.parquet").read_bytes())
    _, rows = read_table(folder / "results.parquet")
    assert all(run.outcome.curves is None for run in rows if run.outcome)
    (folder / "curves.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(NoSweep, match=r"curves\.parquet cannot be read as Parquet"):
        read_table(folder / "results.parquet")


def test_a_sweep_under_way_says_what_is_missing(folder: Path, played: dict[str, SweptRun]) -> None:
    (folder / "jobs" / f"{next(iter(played))}.json").unlink()
    found = find_runs([folder], "auto", lambda done, all: None)
    assert any("3 of 4 runs are there" in note for note in found.notes)


def test_a_run_measured_before_links_were_told_apart_has_messages_but_none_by_link(
    folder: Path, played: dict[str, SweptRun]
) -> None:
    first = folder / "jobs" / f"{next(iter(played))}.json"
    job = json.loads(first.read_bytes())
    assert job["outcome"]["values"]["exchanges"] > 0
    job["outcome"]["values"] = {id: value for id, value in job["outcome"]["values"].items() if "_to_" not in id}
    first.write_text(json.dumps(job))
    figures = compare([folder], "auto").estimates
    runs = {id: sum(each[id].runs for each in figures.values() if each[id]) for id in figures["A"]}
    links = {count for id, count in runs.items() if "_to_" in id}
    assert (runs["exchanges"], runs["exchanges_tokens"], links) == (3, 3, {2})


def test_figures_that_meant_something_else_are_told_and_not_mixed(folder: Path) -> None:
    """As a sweep of an earlier version, which did not yet say what its figures mean."""
    manifest = read_manifest(folder)
    assert not any("mean something else" in note for note in find_runs([folder], "auto", lambda done, all: None).notes)
    old = msgspec.to_builtins(manifest)
    del old["figures"]
    (folder / "sweep.json").write_text(json.dumps(old))
    assert any("mean something else" in note for note in find_runs([folder], "auto", lambda done, all: None).notes)
    with pytest.raises(AnotherSweep, match="what figures mean to the program differs"):
        SweepFolder.begin(folder, manifest)


@pytest.mark.parametrize("more", [{}, {"axes": "named otherwise"}])
def test_a_sweep_of_another_format_is_refused_whatever_else_it_says(folder: Path, more: dict[str, str]) -> None:
    manifest = read_manifest(folder)
    (folder / "sweep.json").write_text(json.dumps({**msgspec.to_builtins(manifest), "format": 2, **more}))
    told = "sweep.json is a sweep of format 2, written by another version of ocpi-sim; this one reads format 1. Play"
    for read in (lambda: read_manifest(folder), lambda: SweepFolder.begin(folder, manifest)):
        with pytest.raises(NoSweep, match=told):
            read()


def test_what_is_no_sweep_is_told(tmp_path: Path) -> None:
    from pyarrow import parquet, table

    with pytest.raises(NoSweep, match=r"sweep\.json cannot be read"):
        find_runs([tmp_path], "auto", lambda done, all: None)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(NoSweep, match="cannot be read as Parquet"):
        find_runs([tmp_path / "broken.parquet"], "auto", lambda done, all: None)
    parquet.write_table(table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(NoSweep, match="not that of a sweep"):
        find_runs([tmp_path / "other.parquet"], "auto", lambda done, all: None)
    (tmp_path / "sweep.json").write_text(json.dumps({"format": 1}))
    with pytest.raises(NoSweep, match="is not what `ocpi-sim sweep` writes"):
        find_runs([tmp_path], "auto", lambda done, all: None)


def test_what_a_killed_sweep_left_behind_is_removed_and_a_living_ones_is_not(tmp_path: Path) -> None:
    killed = subprocess.Popen(["true"])
    killed.wait()
    dead = [tmp_path / f".ocpi-sim-{killed.pid}-abc", tmp_path / "jobs" / f".ocpi-sim-{killed.pid}"]
    kept = [SweepFolder.begin(tmp_path, plan().manifest).scratch(), tmp_path / ".ocpi-sim-notes"]
    for folder in (*dead, kept[1]):
        folder.mkdir(parents=True)
    SweepFolder.begin(tmp_path, plan().manifest)
    assert not any(folder.exists() for folder in dead)
    assert all(folder.exists() for folder in kept)
