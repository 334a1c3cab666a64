"""Finds the runs that a person names: recordings, and the folders and tables of sweeps."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from simulator.i18n import tr, trn
from simulator.recording.reader import Recording
from simulator.report.compare.outcome import Outcome, outcome_of
from simulator.report.compare.results import read_table
from simulator.report.compare.swept import (
    CURVES,
    MANIFEST,
    TABLE,
    Manifest,
    SweptRun,
    overrides_of,
    read_manifest,
    read_runs,
)
from simulator.report.kpi.facts import PARTS, WarmUp
from simulator.report.kpi.measure import FORMAT
from simulator.report.watch import Watch, part_of


class Run(Struct, frozen=True):
    """One run: what was played, and what it came to. `name` is what people call it.

    `files` has a hash of each file that the scenario names, by that name; an earlier version of the program kept none.
    """

    name: str
    text: str
    overrides: tuple[str, ...]
    files: dict[str, str]
    outcome: Outcome
    recording: Path | None = None

    @property
    def kept(self) -> Path | None:
        """Its recording where that is there: what a sweep kept may have been removed since."""
        return self.recording if self.recording is not None and self.recording.exists() else None


class Found(Struct, frozen=True):
    """The runs in the order named, and what has to be said about those that are missing."""

    runs: tuple[Run, ...]
    notes: tuple[str, ...]


def find_runs(paths: Sequence[Path], warm_up: WarmUp, watch: Watch) -> Found:
    """Measure recordings, read sweeps; `watch` hears how many parts of that are done, a path as long as another.

    Raises RecordingError, NothingLeft and NoSweep.
    """
    runs: list[Run] = []
    notes: list[str] = []
    for number, path in enumerate(paths):
        reading = part_of(watch, number, len(paths))
        if path.is_dir() or path.suffix == ".parquet":
            manifest, swept = _sweep(path)
            runs += _of_sweep(path, manifest, swept)
            notes += _missing(path, manifest, swept)
            reading(PARTS, PARTS)
        else:
            runs.append(_of_recording(path, warm_up, reading))
    return Found(tuple(runs), tuple(notes))


def _sweep(path: Path) -> tuple[Manifest, list[SweptRun]]:
    if not path.is_dir():
        return read_table(path)
    if not (path / MANIFEST).exists() and (path / TABLE).exists():
        return read_table(path / TABLE)
    manifest = read_manifest(path)
    return manifest, read_runs(path, manifest)


def _of_sweep(path: Path, manifest: Manifest, swept: Sequence[SweptRun]) -> list[Run]:
    folder = path if path.is_dir() else path.parent
    return [
        Run(
            name=f"{path}: {run.job}",
            text=manifest.scenario_text,
            overrides=(*manifest.overrides, *overrides_of(run.values)),
            files=manifest.files,
            outcome=run.outcome,
            recording=folder / run.recording if run.recording else None,
        )
        for run in swept
        if run.outcome is not None
    ]


def _missing(path: Path, manifest: Manifest, swept: Sequence[SweptRun]) -> list[str]:
    notes = []
    if manifest.figures != FORMAT:
        notes.append(
            tr(
                "{path}: another version of the program measured this sweep; some of its figures may mean something "
                "else or be missing. Play it again into a new folder."
            ).format(path=path)
        )
    is_table = not (path / MANIFEST).exists()
    if is_table and any(run.outcome is not None and run.outcome.curves is None for run in swept):
        notes.append(
            tr("{path}: nothing is told over time, as its {file} is not beside it.").format(path=path, file=CURVES)
        )
    failed = [run for run in swept if run.outcome is None]
    if failed:
        notes.append(
            trn(
                "{path}: {count} run failed and is left out: {sentence}",
                "{path}: {count} runs failed and are left out; the first: {sentence}",
                len(failed),
            ).format(path=path, count=len(failed), sentence=failed[0].sentence)
        )
    if len(swept) < len(manifest.jobs):
        notes.append(
            tr("{path}: {there} of {all} runs are there; the sweep has not come to its end.").format(
                path=path, there=len(swept), all=len(manifest.jobs)
            )
        )
    return notes


def _of_recording(path: Path, warm_up: WarmUp, watch: Watch) -> Run:
    with Recording.open(path) as recording:
        meta = recording.meta
        return Run(
            name=str(path),
            text=meta.get("scenario_text", ""),
            overrides=tuple(msgspec.json.decode(meta.get("overrides") or "[]", type=list[str])),
            files=msgspec.json.decode(meta.get("files") or "{}", type=dict[str, str]),
            outcome=outcome_of(recording, warm_up, watch),
            recording=path,
        )
