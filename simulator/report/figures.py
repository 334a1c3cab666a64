"""The figures of a finished run as a machine reads them (`--json`, meta `summary`), and their mean over many runs."""

import statistics
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import msgspec

from simulator.report.interval import half_width
from simulator.scenario.loads import Load
from simulator.scenario.shortfall import Shortfall

_HUNDREDTH_OF_A_CENT: Final = Decimal("0.0001")


class EnergyFigures(msgspec.Struct, frozen=True):
    """Whole Wh at the meter registers: plug = cdrs + open + held_back. `held_back`: of CDRs that a fault keeps back."""

    plug: int
    cdrs: int
    open: int
    held_back: int


class BeforeStart(msgspec.Struct, frozen=True):
    """Sessions that had begun before the run did, and the Wh that they had taken by its start."""

    sessions: int = 0
    energy_wh: int = 0


class RunFigures(msgspec.Struct, frozen=True):
    """What `ocpi-sim run --json` prints of one run, field for field.

    `exchanges` counts HTTP requests; `exchanges_per_s` goes by the wall time of the event loop; `cost` is what the CDRs
    come to without VAT, as decimal text by currency; `wall_s` is the whole run. `load` is what was asked for,
    `shortfall` what recorded sessions got less than they really did, `before_start` what of `sessions` and of
    `energy_wh.plug` was there already when the run began; earlier versions told of none of them.
    """

    digest: str
    exchanges: int
    exchanges_per_s: float
    sessions: int
    cdrs: int
    energy_wh: EnergyFigures
    cost: dict[str, str]
    wall_s: float
    peak_memory_mb: float
    checks: dict[str, bool]
    load: Load | None = None
    shortfall: Shortfall = Shortfall()
    before_start: BeforeStart = BeforeStart()


def over_seeds(runs: Sequence[RunFigures]) -> dict[str, Any]:
    """`{"mean": ..., "interval_95": ..., "seeds": n, "load": ...}` of runs of one scenario; an interval of one is null.

    Mean and interval have the shape of the figures without digest, checks and load, and without the shortfall where no
    session was recorded; amounts of money stay decimal text. A currency that a run has no CDR in counts as zero there.
    """
    figures = [msgspec.to_builtins(run) for run in runs]
    load = runs[0].load
    for each in figures:
        del each["digest"], each["checks"], each["load"]
        if not any(run.shortfall.sessions for run in runs):
            del each["shortfall"]
    return {
        "mean": _over(figures, _mean),
        "interval_95": _over(figures, _interval),
        "seeds": len(runs),
        "load": load and load.figures,
    }


def _over(values: list[Any], part: Callable[[list[Any]], object]) -> object:
    """`part` of each figure, in the shape that the values have in common."""
    if not isinstance(values[0], dict):
        return part(values)
    names = dict.fromkeys(name for value in values for name in value)
    return {name: _over([value.get(name, "0") for value in values], part) for name in names}


def _mean(values: list[Any]) -> float | str:
    if isinstance(values[0], str):
        return _money(_mean_of_money(values))
    return round(statistics.fmean(values), 6)


def _interval(values: list[Any]) -> list[float] | list[str] | None:
    if isinstance(values[0], str):
        half = half_width([float(value) for value in values])
        mean = _mean_of_money(values)
        return None if half is None else [_money(mean - Decimal(half)), _money(mean + Decimal(half))]
    half = half_width(values)
    mean_value = statistics.fmean(values)
    return None if half is None else [round(mean_value - half, 6), round(mean_value + half, 6)]


def _mean_of_money(values: list[str]) -> Decimal:
    return sum(map(Decimal, values), Decimal(0)) / len(values)


def _money(amount: Decimal) -> str:
    return str(amount.quantize(_HUNDREDTH_OF_A_CENT))
