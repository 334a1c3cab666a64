"""The folder that a sweep leaves, shared by the sweep that writes it and by those who compare what is in it.

sweep.json              what is swept (`Manifest`)
jobs/<id>.json          what became of each run (`SweptRun`)
recordings/<id>.ocpirun only if they were to be kept
results.parquet, .csv   a row a run
curves.parquet          a row a run and quarter of an hour
"""

from itertools import product
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from simulator.i18n import tr
from simulator.report.compare.outcome import Outcome

FORMAT: Final = 1
"""Counts up when a field changes its meaning or name."""

MANIFEST: Final = "sweep.json"
TABLE: Final = "results.parquet"
CSV: Final = "results.csv"
CURVES: Final = "curves.parquet"
JOBS: Final = "jobs"
RECORDINGS: Final = "recordings"


class NoSweep(Exception):
    """A folder or table is not what a sweep leaves. The message is a sentence."""


class Manifest(Struct, frozen=True):
    """What is swept: a scenario with overrides, each combination of the values of `axes`, each with every seed.

    `until_us` None: to the scenario's end. `jobs` are the ids of all runs: by combination, then by seed.
    `program` is which one plays (see program.py; an earlier version put down its version alone),
    `figures` is the `FORMAT` of measure.py by which they are measured; `files` has a hash of each file that a scenario
    names, by that name (none in a sweep of an earlier version).
    """

    format: int
    program: str
    scenario_name: str
    scenario_file: str
    scenario_text: str
    overrides: tuple[str, ...]
    until_us: int | None
    warm_up: int | str
    axes: dict[str, tuple[str, ...]]
    seeds: tuple[int, ...]
    jobs: tuple[str, ...]
    figures: int = 1
    files: dict[str, str] = {}

    @property
    def variants(self) -> list[dict[str, str]]:
        """Each combination of values, by path, the last axis changing fastest."""
        return [dict(zip(self.axes, values, strict=True)) for values in product(*self.axes.values())]


class _Marked(Struct):
    """What every format has: its number, which is read before the rest, for that may have changed."""

    format: int


class SweptRun(Struct, frozen=True):
    """What became of one run with these values by path. `sentence` says why it failed.

    `wall_s` is how long it took where it was played; `recording` names the file that was kept, or is empty.
    """

    job: str
    values: dict[str, str]
    seed: int
    status: Literal["done", "failed"]
    sentence: str
    wall_s: float
    recording: str = ""
    outcome: Outcome | None = None


def overrides_of(values: dict[str, str]) -> tuple[str, ...]:
    """A combination as `--set` takes it."""
    return tuple(f"{path}={value}" for path, value in values.items())


def read_manifest(folder: Path) -> Manifest:
    """What a folder sweeps. Raises NoSweep."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NoSweep(
            tr("{folder} is no sweep: {file} cannot be read ({reason}).").format(
                folder=folder, file=MANIFEST, reason=reason
            )
        ) from error
    return manifest_of(content, path)


def read_runs(folder: Path, manifest: Manifest) -> list[SweptRun]:
    """What there is of the runs of a sweep, in the manifest's order; what cannot be read counts as not played."""
    found = (_read_run(folder / JOBS / f"{job}.json") for job in manifest.jobs)
    return [run for run in found if run is not None]


def manifest_of(content: bytes, path: Path) -> Manifest:
    """A manifest as it was written at `path`. Raises NoSweep, also for one of another format."""
    try:
        format = msgspec.json.decode(content, type=_Marked).format
        if format == FORMAT:
            return msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError as error:
        raise NoSweep(tr("{path} is not what `ocpi-sim sweep` writes: {what}").format(path=path, what=error)) from error
    raise NoSweep(
        tr(
            "{path} is a sweep of format {found}, written by another version of ocpi-sim; this one reads format "
            "{expected}. Play the sweep again into a new folder."
        ).format(path=path, found=format, expected=FORMAT)
    )


def _read_run(path: Path) -> SweptRun | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=SweptRun)
    except (OSError, msgspec.MsgspecError):
        return None
