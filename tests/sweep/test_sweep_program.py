"""The program's identity goes by its sources: a sweep of other sources is another one, whatever the version says."""

from importlib.metadata import version
from pathlib import Path

import pytest
from msgspec.structs import replace

from simulator.program import hash_of, program
from simulator.sweep.folder import AnotherSweep, SweepFolder
from simulator.sweep.job import play_job
from simulator.sweep.plan import Plan, What, make_plan

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    package = tmp_path / "package"
    for name, content in (("a.py", "one"), ("room/b.py", "two"), ("room/page.j2", "three"), ("readme.txt", "four")):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(content)
    return package


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(What(scenario=QUICKSTART, seeds=(1,), until_us=1_800_000_000), lambda number, count: None)


def test_what_is_no_source_does_not_count(package: Path) -> None:
    before = hash_of(package)
    (package / "readme.txt").write_text("five")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "a.py").write_text("one")
    assert hash_of(package) == before


@pytest.mark.parametrize(("name", "content"), [("room/b.py", "2"), ("room/page.j2", "3"), ("room/new.py", "")])
def test_a_source_that_changes_or_comes_makes_another_program(package: Path, name: str, content: str) -> None:
    before = hash_of(package)
    (package / name).write_text(content)
    assert hash_of(package) != before


def test_a_source_with_another_name_makes_another_program(package: Path) -> None:
    before = hash_of(package)
    (package / "a.py").rename(package / "c.py")
    assert hash_of(package) != before


def test_two_places_with_the_same_sources_have_one_program(package: Path) -> None:
    before = hash_of(package)
    assert hash_of(package.rename(package.with_name("moved"))) == before


def test_a_sweep_its_runs_and_their_recordings_name_the_same_program(plan: Plan) -> None:
    assert program() == f"{version('ocpi-sim')}+{hash_of(Path(__file__).parents[2] / 'simulator')}"
    assert plan.manifest.program == program()
    outcome = play_job(plan.jobs[0], None, None).outcome
    assert outcome is not None
    assert outcome.program == program()


def test_other_sources_make_other_jobs(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.sweep.plan.program", lambda: f"{version('ocpi-sim')}+other")
    other = make_plan(What(scenario=QUICKSTART, seeds=(1,), until_us=1_800_000_000), lambda number, count: None)
    assert not set(other.manifest.jobs) & set(plan.manifest.jobs)


@pytest.mark.parametrize("old", [version("ocpi-sim"), f"{version('ocpi-sim')}+other"])
def test_a_sweep_does_not_go_on_with_other_sources(tmp_path: Path, plan: Plan, old: str) -> None:
    """Also that of a program which did not yet tell its sources."""
    SweepFolder.begin(tmp_path, replace(plan.manifest, program=old))
    with pytest.raises(AnotherSweep) as told:
        SweepFolder.begin(tmp_path, plan.manifest)
    assert f"the program (begun with ocpi-sim {old}, this is {program()}) differs" in str(told.value)


def test_a_worker_with_other_sources_says_so(plan: Plan) -> None:
    old = f"{version('ocpi-sim')}+other"
    run = play_job(replace(plan.jobs[0], program=old), None, None)
    assert run.status == "failed"
    assert run.sentence.startswith(f"The worker has ocpi-sim {program()}, this is {old} ")
