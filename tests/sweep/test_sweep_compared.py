"""Recordings that a sweep kept are looked into when it is compared, however it is named and beside whatever."""

from pathlib import Path

import pytest

from simulator.report.compare.comparison import Comparison, compare
from simulator.sweep.axes import parse_axis
from simulator.sweep.folder import SweepFolder
from simulator.sweep.job import play_job
from simulator.sweep.plan import What, make_plan

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
TWO_VALUES = "parties.NL-EMA.whitelist=NEVER,ALWAYS"


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of one sweep of two variants that kept no recordings, and that kept them."""
    what = What(scenario=QUICKSTART, axes=(parse_axis(TWO_VALUES),), seeds=(1,), until_us=1_800_000_000)
    made = make_plan(what, lambda number, count: None)
    paths = tmp_path_factory.mktemp("without"), tmp_path_factory.mktemp("kept")
    for path, keep_in in zip(paths, (None, str(paths[1])), strict=True):
        folder = SweepFolder.begin(path, made.manifest)
        for job in made.jobs:
            folder.store(play_job(job, None, keep_in))
        folder.write_tables()
    return paths


def told_of(found: Comparison) -> list[str]:
    assert not [note for note in found.notes if "--keep-recordings" in note]
    return [change.what for parting in found.partings for change in parting.divergence.changes]


@pytest.mark.parametrize("kept_first", [False, True])
def test_the_same_sweep_without_recordings_beside_it_takes_none_away(
    sweeps: tuple[Path, Path], kept_first: bool
) -> None:
    found = compare(sweeps[::-1] if kept_first else sweeps, "auto")
    assert told_of(found) == ["answer at data.0.whitelist"]
    assert [len(variant.runs) for variant in found.variants] == [1, 1]


def test_its_table_knows_of_them_too(sweeps: tuple[Path, Path]) -> None:
    found = compare([sweeps[1] / "results.parquet"], "auto")
    assert told_of(found) == ["answer at data.0.whitelist"]
    assert [parting.divergence for parting in found.partings] == [
        parting.divergence for parting in compare([sweeps[1]], "auto").partings
    ]


def test_a_table_without_its_recordings_beside_it_is_compared_all_the_same(
    sweeps: tuple[Path, Path], tmp_path: Path
) -> None:
    table = tmp_path / "results.parquet"
    table.write_bytes((sweeps[1] / "results.parquet").read_bytes())
    found = compare([table], "auto")
    assert found.partings == ()
    assert [note for note in found.notes if "there are no two recordings" in note]
