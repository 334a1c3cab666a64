"""What a run came to, as far as runs are compared by it: measured on its recording, or kept by a sweep as JSON."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from simulator.recording.reader import Recording
from simulator.report.kpi.definitions import Kpi, link_kpis, module_kpis
from simulator.report.kpi.facts import WarmUp
from simulator.report.kpi.measure import measure
from simulator.report.kpi.tables import Table
from simulator.report.kpi.warm_up import Window
from simulator.report.watch import Watch, unwatched
from simulator.scenario.loads import Load


class Curves(Struct, frozen=True):
    """A value a quarter of an hour, which begins that many seconds after the scenario's start."""

    from_s: list[float]
    mean_kw: list[float]
    occupied_evses: list[float]


class Outcome(Struct, frozen=True):
    """One run. `values` has the figures by id, those of each module and link too, `cost` the amount of its CDRs by
    currency; `curves` and `load` may be unknown.

    `is_complete`: it was neither interrupted nor killed, and did not fail. `level` is that of its recording.
    """

    scenario: str
    seed: int
    digest: str
    is_complete: bool
    level: str
    program: str
    start_epoch_us: int
    zone: str
    window: Window
    values: dict[str, float | None]
    cost: dict[str, Decimal]
    curves: Curves | None = None
    load: Load | None = None


def outcome_of(recording: Recording, warm_up: WarmUp, watch: Watch = unwatched) -> Outcome:
    """Measure a recording. Raises what `measure` raises."""
    measured = measure(recording, warm_up, watch)
    meta = recording.meta
    quarters: dict[str, list[Any]] = dict(measured.table("quarter_hours").columns)
    return Outcome(
        scenario=measured.scenario,
        seed=measured.seed or 0,
        digest=measured.digest,
        is_complete=measured.ending.is_complete,
        level=meta.get("level", ""),
        program=meta.get("program_version", ""),
        start_epoch_us=int(meta.get("start_epoch_us") or 0),
        zone=meta.get("zone", ""),
        window=measured.window,
        values={
            **measured.values,
            **_by_part(measured.table("modules"), ("module",), module_kpis),
            **_by_part(measured.table("links"), ("sender", "receiver"), link_kpis),
        },
        cost=measured.cost,
        curves=Curves(quarters["from_s"], quarters["mean_kw"], quarters["occupied_evses"]),
        load=measured.load,
    )


def _by_part(tallies: Table, names: Sequence[str], kpis: Callable[..., tuple[Kpi, Kpi]]) -> dict[str, float | None]:
    columns: dict[str, list[Any]] = dict(tallies.columns)
    values: dict[str, float | None] = {}
    parts = zip(*(columns[name] for name in names), strict=True)
    for part, exchanges, bytes in zip(parts, columns["exchanges"], columns["bytes"], strict=True):
        counted, megabytes = kpis(*part)
        values |= {counted.id: float(exchanges), megabytes.id: bytes / 1e6}
    return values
