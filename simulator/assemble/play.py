"""Plays a scenario from beginning to end and leaves its recording.

Phases: make the world, open the wire, register (simulated time before 0), run, audit, close. The digest depends on the
scenario and the seed alone; what belongs to this machine (wall time, memory, addresses) stands beside it.
"""

import asyncio
import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct, json, to_builtins
from msgspec.structs import replace

from simulator.assemble.audit import Audit, Ledger, audit
from simulator.assemble.begin import begin
from simulator.assemble.guests import with_guests, without_ports
from simulator.assemble.outside import Outside, Serving
from simulator.assemble.people import before_start
from simulator.assemble.recorded import shortfall
from simulator.assemble.undisturbed import undisturbed
from simulator.assemble.world import LEAD_US, World, build
from simulator.control.server import ControlServer
from simulator.engine.governor import MAX_SPEED, Governor
from simulator.engine.journal import Journal
from simulator.ocpi.envelope import status_of
from simulator.program import program
from simulator.recording.batch import WriterKind
from simulator.recording.errors import RecordingFailed
from simulator.recording.rows import Level
from simulator.recording.writer import Recorder
from simulator.scenario.loads import Load, load_of
from simulator.scenario.model import Scenario
from simulator.scenario.shortfall import Shortfall
from simulator.wire.carrier import Wire
from simulator.wire.http import HttpWire
from simulator.wire.memory import MemoryWire

Phase = Literal["registering", "running", "closing"]
EXPERT = "simulator.ocpi.expert:Expert"
"""Who looks at each message while it is written down."""
_WATCH_S = 0.1
_SECOND_US = 1_000_000
_PRIVATE = 0o600
"""While a recording holds a control token, only its owner may read it."""


class RunOptions(Struct, frozen=True, kw_only=True):
    """How to play: none of it but seed and until_us changes what happens in the simulated world.

    `speed` is simulated seconds a wall second, 0 as fast as it goes. With `control` the run listens for orders.
    `writer` is who writes the recording.
    """

    out: Path
    seed: int | None = None
    until_us: int | None = None
    wire: Literal["http", "memory"] = "http"
    speed: float = 0.0
    level: Level = "full"
    paused: bool = False
    control: bool = True
    writer: WriterKind = "thread"


class Progress(Struct, frozen=True):
    """How far a run is; simulated times in microseconds since the scenario's start."""

    at_us: int
    duration_us: int
    exchanges: int
    phase: Phase


class RunResult(Struct, frozen=True):
    """What came of a run. `summary` is what `--json` prints; `remarks` are sentences a person should read."""

    summary: dict[str, object]
    path: Path
    remarks: tuple[str, ...]
    interrupted: bool


async def play(
    scenario: Scenario,
    options: RunOptions,
    watch: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
    serving: Serving | None = None,
) -> RunResult:
    """Play the scenario; when `stop` is set the run ends at the next step, with a valid recording.

    With `serving`, parties from outside take part: from the scenario's start on it then keeps to the clock.

    Raises KernelError, WireFailure or RecordingError, each with a sentence; what was recorded by then is valid.
    """
    run = _Run(scenario, options, serving)
    try:
        return await run.play(watch, stop)
    except RecordingFailed:
        run.recorder.abort()
        raise
    except BaseException as error:
        run.give_up(error)
        raise


class _Run:
    """One run under way."""

    def __init__(self, scenario: Scenario, options: RunOptions, serving: Serving | None) -> None:
        self.began_s = time.monotonic()
        self.serving = serving
        if serving is not None and serving.wall_us is not None:
            # All of it moves to now: what it has happen at some instant keeps its distance from the start.
            scenario = replace(scenario, start_epoch_us=serving.wall_us() // _SECOND_US * _SECOND_US)
        self.scenario = scenario if serving is None else with_guests(scenario)
        self.options = options
        self.seed = scenario.seed if options.seed is None else options.seed
        self.until_us = min(scenario.duration_us, options.until_us or scenario.duration_us)
        meta = _meta(scenario, options, self.seed, self.until_us) | {"live": str(serving is not None).lower()}
        self.recorder = Recorder.create(options.out, options.level, meta, writer=options.writer, onlooker=EXPERT)
        self.journal = Journal(self.recorder, status_of)
        self.governor = Governor(options.speed if serving is None else MAX_SPEED, paused=options.paused)
        self.wire: Wire = HttpWire() if options.wire == "http" else MemoryWire()
        self.ledger = Ledger()
        self.journal.instruments.append(self.ledger)
        self.remarks: list[str] = []
        self.phase: Phase = "registering"
        self.before_start: dict[str, int] = {}

    async def play(self, watch: Callable[[Progress], None] | None, stop: asyncio.Event | None) -> RunResult:
        within = self.scenario if self.serving is None else without_ports(self.scenario)
        with undisturbed(circles=False):
            world = build(within, self.seed, self.wire, self.journal, self.governor)
        outside = None if self.serving is None else Outside(world, self.governor, self.serving)
        watch = watch or _look_away
        watch(self._progress(world))
        watchers = [asyncio.create_task(self._watch(world, watch))]
        if stop is not None:
            watchers.append(asyncio.create_task(self._heed(stop)))
        control = None
        try:
            self.remarks.extend(await world.kernel.open())
            if self.options.control:
                control = await self._listen()
            with undisturbed(circles=False):
                begin(world)
            with undisturbed(circles=bool(world.odd) or self.options.wire == "http"):
                await world.kernel.run(0)
                self.before_start = before_start(world)
                if outside is not None:
                    self.governor.keep_to_the_clock(self.options.speed, self._late_us())
                    await outside.open({party.id: party.port or 0 for party in self.scenario.parties})
                looped, counted = time.monotonic(), world.kernel.exchanges
                self.phase = "running"
                watch(self._progress(world))
                if not self.governor.stopped:
                    await world.kernel.run(self.until_us)
                loop_s = time.monotonic() - looped
                counted = world.kernel.exchanges - counted
            self.phase = "closing"
            interrupted = bool(self.governor.stopped)
        finally:
            # Whoever waits for an order gets an answer; that the recording failed is told by its close.
            with contextlib.suppress(RecordingFailed):
                self.governor.finish(self.journal)
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            if control is not None:
                await control.close()
            if outside is not None:
                await outside.close()
            await world.kernel.close()
        watch(self._progress(world))
        # To look over a city for garbage takes seconds, and what is made here is little.
        with undisturbed(circles=False):
            return self._close(world, counted, loop_s, interrupted)

    def _late_us(self) -> int:
        """How long ago a served run's start was that is to go by the clock on the wall: parties took time to meet."""
        if self.serving is None or self.serving.wall_us is None:
            return 0
        return self.serving.wall_us() - self.scenario.start_epoch_us

    async def _listen(self) -> ControlServer:
        control = ControlServer(self.governor, self.journal, self.scenario.start_epoch_us, self.scenario.zone)
        _chmod(self.options.out, _PRIVATE)
        self.recorder.set_meta("control_url", await control.start())
        self.recorder.set_meta("control_token", control.token)
        self.recorder.flush()
        return control

    async def _watch(self, world: World, watch: Callable[[Progress], None]) -> None:
        while True:
            await asyncio.sleep(_WATCH_S)
            watch(self._progress(world))

    def _progress(self, world: World) -> Progress:
        return Progress(world.kernel.now_us, self.until_us, world.kernel.exchanges, self.phase)

    async def _heed(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.governor.stop("interrupted")

    def _close(self, world: World, counted: int, loop_s: float, interrupted: bool) -> RunResult:
        result = audit(world, self.ledger)
        kernel = world.kernel
        self.journal.event(
            "run",
            "end",
            data={
                "interrupted": interrupted,
                "under_way": kernel.exchanges - kernel.concluded,
                "waiting_drivers": sum(site.waiting for site in world.street.sites.values()),
            },
        )
        self.remarks.extend(result.remarks.values())
        if self.serving is None and self.scenario.outsiders:
            absent = ", ".join(outsider.id for outsider in self.scenario.outsiders)
            self.remarks.append(f"Only a served run has parties from outside: {absent} took no part in this one.")
        missing = shortfall(world)
        if missing.short:
            self.remarks.append(missing.sentence)
        load = load_of(self.scenario)
        if load.is_stress:
            self.remarks.append(load.sentence)
        meta = {
            "checks": json.encode(result.checks).decode(),
            "control_url": "",
            "control_token": "",
            "ended_at_us": str(kernel.now_us),
            "interrupted": str(interrupted).lower(),
        }
        self.recorder.flush()
        summary = self._summary(result, load, missing, kernel.concluded, counted, loop_s)
        for key, value in meta.items():
            self.recorder.set_meta(key, value)
        digest = self.recorder.close({"summary": json.encode(summary).decode()})
        summary["digest"] = digest if self.serving is None else ""
        self._reopen_to_all()
        return RunResult(summary, self.options.out, tuple(self.remarks), interrupted)

    def _summary(
        self, result: Audit, load: Load, missing: Shortfall, exchanges: int, counted: int, loop_s: float
    ) -> dict[str, object]:
        return {
            "digest": "",
            "exchanges": exchanges,
            "exchanges_per_s": round(counted / loop_s, 1) if loop_s > 0 else 0.0,
            "sessions": result.sessions,
            "cdrs": result.cdrs,
            "energy_wh": to_builtins(result.energy_wh),
            "cost": result.cost,
            "wall_s": round(time.monotonic() - self.began_s, 3),
            "peak_memory_mb": _peak_memory_mb(),
            "checks": result.checks,
            "load": load.figures,
            "shortfall": to_builtins(missing),
            "before_start": self.before_start,
        }

    def give_up(self, error: BaseException) -> None:
        """The run failed: keep what was recorded, with the reason, as a file that opens."""
        try:
            for key in ("control_url", "control_token"):
                self.recorder.set_meta(key, "")
            self.recorder.close({"failure": str(error) or type(error).__name__})
        except RecordingFailed:
            self.recorder.abort()
        self._reopen_to_all()

    def _reopen_to_all(self) -> None:
        """The control token is gone from the recording: it may be read as any new file may."""
        if self.options.control:
            mask = os.umask(0)
            os.umask(mask)
            _chmod(self.options.out, 0o666 & ~mask)


def _chmod(recording: Path, mode: int) -> None:
    """Set who may use the recording and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            recording.with_name(recording.name + suffix).chmod(mode)


def _meta(scenario: Scenario, options: RunOptions, seed: int, until_us: int) -> dict[str, str]:
    return {
        "scenario_name": scenario.name,
        "scenario_file": scenario.path.name,
        "scenario_text": scenario.text,
        "overrides": json.encode(scenario.overrides).decode(),
        "files": json.encode(scenario.files).decode(),
        "seed": str(seed),
        "start_epoch_us": str(scenario.start_epoch_us),
        "lead_us": str(LEAD_US),
        "zone": scenario.zone,
        "duration_us": str(until_us),
        "tell": scenario.tell or "",
        "program_version": program(),
        "python_version": ".".join(str(part) for part in sys.version_info[:3]),
        "lock_hash": _lock_hash(),
        "wire": options.wire,
        "level": options.level,
        "pid": str(os.getpid()),
        "control_url": "",
        "control_token": "",
    }


def _lock_hash() -> str:
    """Which pinned dependencies this is run with, where the program lies beside its lock file."""
    lock = Path(__file__).parents[2] / "requirements.lock"
    return hashlib.sha256(lock.read_bytes()).hexdigest() if lock.is_file() else ""


def _peak_memory_mb() -> float:
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def _look_away(progress: Progress) -> None:
    """Nobody watches."""
