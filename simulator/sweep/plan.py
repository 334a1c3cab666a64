"""All runs of a sweep, read and checked before the first one is played."""

import hashlib
import pickle
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Final

import msgspec
import zstandard
from msgspec import Struct
from msgspec.structs import replace

from simulator.i18n import tr
from simulator.program import program
from simulator.report.compare.swept import FORMAT, Manifest
from simulator.report.kpi import measure
from simulator.report.kpi.warm_up import NothingLeft
from simulator.scenario.errors import ScenarioError, ScenarioErrors
from simulator.scenario.load import load
from simulator.scenario.model import Scenario
from simulator.scenario.overrides import FILE
from simulator.sweep.axes import Axis, AxisValue, BadAxis, refuse_twice
from simulator.sweep.clashes import VARY, refuse_clashes
from simulator.sweep.job import Job

MOST_RUNS: Final = 100_000

Combination = tuple[AxisValue, ...]


class What(Struct, frozen=True, kw_only=True):
    """What to sweep. `seeds` None: the scenario's own; `until_us` None: to its end; `warm_up` as `measure` takes it."""

    scenario: Path
    overrides: tuple[str, ...] = ()
    axes: tuple[Axis, ...] = ()
    seeds: tuple[int, ...] | None = None
    until_us: int | None = None
    warm_up: int | str = "auto"


class Plan(Struct, frozen=True):
    """A sweep that can be played; `jobs` are in the order of the manifest's.

    `shortest_us` is how long the shortest of its scenarios lasts.
    """

    manifest: Manifest
    jobs: tuple[Job, ...]
    shortest_us: int


def make_plan(what: What, watch: Callable[[int, int], None]) -> Plan:
    """Read the scenario with each combination of values; `watch` hears how many are done, and of how many.

    Raises ScenarioErrors with every mistake at its place, BadAxis for axes that cannot be, NothingLeft.
    """
    refuse_twice(what.axes)
    combinations = list(product(*(axis.values for axis in what.axes)))
    if len(combinations) * len(what.seeds or (0,)) > MOST_RUNS:
        raise BadAxis(
            tr("These are {count:,} runs; a sweep has at most {most:,}").format(
                count=len(combinations) * len(what.seeds or (0,)), most=MOST_RUNS
            )
        )
    scenarios = _load(what, combinations, watch)
    refuse_clashes(scenarios[0].text, what.overrides, what.axes)
    seeds = what.seeds or (scenarios[0].seed,)
    jobs = tuple(
        job
        for combination, scenario in zip(combinations, scenarios, strict=True)
        for job in _jobs(what, _values(what, combination), scenario, seeds)
    )
    manifest = Manifest(
        format=FORMAT,
        program=program(),
        scenario_name=scenarios[0].name,
        scenario_file=what.scenario.name,
        scenario_text=scenarios[0].text,
        overrides=what.overrides,
        until_us=what.until_us,
        warm_up=what.warm_up,
        axes={axis.path: tuple(value.text for value in axis.values) for axis in what.axes},
        seeds=seeds,
        jobs=tuple(job.id for job in jobs),
        figures=measure.FORMAT,
        files={name: content for scenario in scenarios for name, content in scenario.files.items()},
    )
    return Plan(manifest, jobs, min(scenario.duration_us for scenario in scenarios))


def _load(what: What, combinations: Sequence[Combination], watch: Callable[[int, int], None]) -> list[Scenario]:
    """The scenario of each combination, or what is wrong with any of them."""
    scenarios: list[Scenario] = []
    wrong: dict[ScenarioError, list[Combination]] = {}
    for number, combination in enumerate(combinations):
        watch(number, len(combinations))
        overrides = [f"{path}={text}" for path, text in _values(what, combination).items()]
        try:
            scenario = load(what.scenario, [*what.overrides, *overrides])
        except ScenarioErrors as refused:
            for error in refused.errors:
                wrong.setdefault(_at_its_place(error, what, combination), []).append(combination)
            continue
        warm_up_us = what.warm_up if isinstance(what.warm_up, int) else 0
        until_us = min(what.until_us or scenario.duration_us, scenario.duration_us)
        if warm_up_us >= until_us:
            raise NothingLeft.of(warm_up_us, until_us)
        scenarios.append(scenario)
    watch(len(combinations), len(combinations))
    if wrong:
        raise ScenarioErrors(_told(error, where, what, len(combinations)) for error, where in wrong.items())
    return scenarios


def _values(what: What, combination: Combination) -> dict[str, str]:
    return {axis.path: value.text for axis, value in zip(what.axes, combination, strict=True)}


def _at_its_place(error: ScenarioError, what: What, combination: Combination) -> ScenarioError:
    """A mistake in what was varied, told of where it was written on the command line."""
    number = error.line - len(what.overrides)
    if error.file != FILE or number < 1:
        return error
    path, value = what.axes[number - 1].path, combination[number - 1]
    inside = error.column - (len(path) + 2)
    column = value.column + inside if inside >= 0 else 1
    sentence = error.sentence.replace(FILE, VARY)
    return replace(error, file=VARY, line=number, column=column, sentence=sentence)


def _told(error: ScenarioError, where: Sequence[Combination], what: What, all: int) -> ScenarioError:
    """A mistake that only some combinations make says with which one."""
    if error.file == VARY or len(where) == all:
        return error
    values = ", ".join(f"{path}={text}" for path, text in _values(what, where[0]).items())
    return replace(error, sentence=tr("{sentence} (with {values})").format(sentence=error.sentence, values=values))


def _jobs(what: What, values: dict[str, str], scenario: Scenario, seeds: Sequence[int]) -> list[Job]:
    """A run with each seed. The id of each stands for all that makes its result, also the files a scenario names."""
    # Where the scenario lies is no part of it, and another machine need not have it there.
    scenario = replace(scenario, path=Path(scenario.path.name))
    encoded = msgspec.msgpack.encode(scenario, enc_hook=str)
    packed = zstandard.compress(pickle.dumps(scenario))
    jobs = []
    for seed in seeds:
        made_of = (FORMAT, measure.FORMAT, program(), what.until_us, what.warm_up, seed)
        id = hashlib.blake2b(msgspec.msgpack.encode(made_of) + encoded, digest_size=8).hexdigest()
        jobs.append(Job(id, program(), packed, values, seed, what.until_us, what.warm_up))
    return jobs
