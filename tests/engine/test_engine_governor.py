"""Pause, step, run until, speed and stop: obeyed between two steps, with nothing on the wire."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from engine_scene import MS, OK, WALL_LIMIT_S, S, Scene, WatchedWire, on_both_wires

from simulator.engine.governor import MAX_SPEED, Governor, Report
from simulator.engine.node import Inbound
from simulator.recording.reader import Recording
from simulator.recording.rows import MessageRow
from simulator.wire.carrier import Wire
from simulator.wire.http import HttpWire
from simulator.wire.memory import MemoryWire

WIRES = pytest.mark.parametrize("wire_of", [MemoryWire, HttpWire])
Tool = Callable[[Scene], Awaitable[Any]]


def town(scene: Scene) -> None:
    """A exchange each 100 ms for 20 s; the receiver takes down a state before it answers, and every tenth waits."""

    def serve(inbound: Inbound) -> Any:
        scene.journal.state("B", "count", "x", {"id": inbound.cause.id}, inbound.cause)
        return scene.slow(50 * MS)(inbound) if inbound.cause.id % 10 == 0 else OK

    a, b = scene.party("A"), scene.party("B", serve)
    scene.link(a, b, one_way_us=10 * MS, p95_us=30 * MS)
    for number in range(200):
        scene.ask_at(number * 100 * MS, a, b, str(number))


def steered(folder: Path, wire: Wire, governor: Governor, tool: Tool, until_us: int = 60 * S) -> tuple[Scene, Any]:
    """The town as played while `tool` gives orders."""
    folder.mkdir(exist_ok=True)
    scene = Scene(folder, wire, governor)
    town(scene)

    async def play() -> Any:
        async with asyncio.timeout(WALL_LIMIT_S):
            steering = asyncio.ensure_future(tool(scene))
            await scene.run(until_us)
            governor.finish(scene.journal)
            return await steering

    result = asyncio.run(play())
    scene.digest = scene.recorder.close({})
    return scene, result


def instant_of(row: Any) -> int:
    return row.end_us if isinstance(row, MessageRow) else row.at_us


@pytest.fixture
def undisturbed(tmp_path: Path) -> Scene:
    return on_both_wires(tmp_path, town)


@WIRES
def test_pauses_find_nothing_on_the_wire_and_change_nothing(
    tmp_path: Path, undisturbed: Scene, wire_of: type[Any]
) -> None:
    wire = WatchedWire(wire_of())

    async def tool(scene: Scene) -> list[Report]:
        reports = []
        for _ in range(25):
            report = await scene.kernel.governor.order("pause")
            if report.state == "ended":
                break
            reports.append(report)
            before = (scene.kernel.now_us, wire.carried, len(scene.rows))
            for _ in range(5):
                await asyncio.sleep(0)
            assert wire.carrying == 0
            assert (scene.kernel.now_us, wire.carried, len(scene.rows)) == before
            assert (report.state, report.at_us, report.seq) == ("paused", before[0], before[2])
            await scene.kernel.governor.order("resume")
        return reports

    scene, reports = steered(tmp_path / "steered", wire, Governor(paused=True), tool)
    assert len(reports) > 1
    assert wire.most == 1
    assert scene.rows == undisturbed.rows
    assert scene.digest == undisturbed.digest


@WIRES
def test_a_step_runs_to_the_next_row_and_commits_it(tmp_path: Path, undisturbed: Scene, wire_of: type[Any]) -> None:
    async def tool(scene: Scene) -> None:
        seq = 0
        for _ in range(30):
            before = len(scene.rows)
            report = await scene.kernel.governor.order("step")
            assert report.state == "paused"
            assert report.seq == len(scene.rows) == before + 1 == seq + 1
            assert report.at_us == scene.kernel.now_us
            seq = report.seq
            with Recording.open(scene.recorder.path) as recording:
                assert recording.last_seq == seq
        await scene.kernel.governor.order("resume")

    scene, _ = steered(tmp_path / "steered", wire_of(), Governor(paused=True), tool)
    assert scene.digest == undisturbed.digest


def test_run_until_stops_before_the_instant_with_everything_earlier_committed(
    tmp_path: Path, undisturbed: Scene
) -> None:
    async def tool(scene: Scene) -> tuple[Report, int]:
        report = await scene.kernel.governor.order("run_until", 5 * S)
        rows = len(scene.rows)
        await scene.kernel.governor.order("resume")
        return report, rows

    scene, (report, rows) = steered(tmp_path / "steered", MemoryWire(), Governor(paused=True), tool)
    assert (report.state, report.seq) == ("paused", rows)
    assert report.at_us < 5 * S
    assert report.next_us == 5 * S
    assert all(instant_of(row) < 5 * S for row in scene.rows[:rows])
    assert instant_of(scene.rows[rows]) >= 5 * S
    assert scene.digest == undisturbed.digest


def test_an_order_that_another_takes_the_place_of_is_answered(tmp_path: Path) -> None:
    async def tool(scene: Scene) -> list[Report]:
        governor = scene.kernel.governor
        waiting = [
            asyncio.ensure_future(governor.order(command, value))
            for command, value in (("run_until", 10.0 * S), ("step", 0.0), ("step", 0.0), ("run_until", 11.0 * S))
        ]
        await asyncio.sleep(0)
        reports = [await governor.order("pause"), *[await order for order in waiting]]
        reports.append(await governor.order("state"))
        governor.stop("enough")
        return reports

    scene, reports = steered(tmp_path, MemoryWire(), Governor(paused=True), tool)
    assert [report.state for report in reports] == ["paused"] * 6
    assert scene.rows == []


@pytest.mark.parametrize("command", ["pause", "resume", "step", "run_until", "speed", "state"])
def test_an_order_that_the_end_overtakes_is_answered_and_so_is_one_given_after_it(tmp_path: Path, command: str) -> None:
    async def tool(scene: Scene) -> Report:
        governor = scene.kernel.governor
        await governor.order("run_until", 19.95 * S)
        await governor.order("run_until", 100 * S)
        return await governor.order(command, 0.0)

    scene, report = steered(tmp_path, MemoryWire(), Governor(paused=True), tool, 30 * S)
    assert (report.state, report.seq) == ("ended", len(scene.rows))

    async def afterwards() -> Report:
        return await scene.kernel.governor.order(command)

    assert asyncio.run(asyncio.wait_for(afterwards(), WALL_LIMIT_S)) == report


def test_the_last_order_under_way_is_answered_at_the_end(tmp_path: Path) -> None:
    async def tool(scene: Scene) -> Report:
        await scene.kernel.governor.order("run_until", 50 * S)
        return await scene.kernel.governor.order("step")

    scene, report = steered(tmp_path, MemoryWire(), Governor(paused=True), tool)
    assert (report.state, report.seq) == ("ended", len(scene.rows))


@WIRES
def test_stop_ends_the_run_at_the_next_step_whatever_is_parked_and_a_later_run_is_whole(
    tmp_path: Path, wire_of: type[Any]
) -> None:
    governor = Governor()
    scene = Scene(tmp_path, wire_of(), governor)
    a, b = scene.party("A"), scene.party("B", scene.slow(30 * S))
    scene.link(a, b, timeout_us=60 * S)
    for number in range(5):
        scene.ask_at(0, a, b, str(number))
    scene.at(10 * S, lambda: governor.stop("enough"))
    scene.at(11 * S, lambda: scene.note(a, "goes on"))
    scene.play()
    assert scene.kernel.parked == 5
    assert scene.kernel.now_us == 10 * S
    assert scene.notes[-1] == (10 * MS, "B", "begins", "4")
    assert scene.messages == []


def test_a_run_that_was_stopped_leaves_no_end_behind_for_the_next(tmp_path: Path) -> None:
    scene = Scene(tmp_path, MemoryWire(), Governor())
    a = scene.party("A")
    scene.at(1 * S, lambda: scene.kernel.governor.stop("enough"))
    scene.at(6 * S, lambda: scene.note(a, "six"))

    async def play() -> None:
        await scene.kernel.open()
        await scene.kernel.run(5 * S)
        assert scene.kernel.now_us == 1 * S
        scene.kernel.governor = Governor()
        await scene.kernel.run(10 * S)

    asyncio.run(play())
    scene.recorder.close({})
    assert scene.kernel.now_us == 10 * S
    assert scene.noted("A", "six") == [6 * S]


class Clock:
    """A wall clock that goes on by `tick_s` whenever it is looked at."""

    def __init__(self, tick_s: float) -> None:
        self.now_s = 1000.0
        self.tick_s = tick_s

    def __call__(self) -> float:
        self.now_s += self.tick_s
        return self.now_s


def test_a_scaled_run_takes_the_wall_time_of_its_speed(tmp_path: Path, undisturbed: Scene) -> None:
    """60 s at speed 600 are 0.1 s, of a clock that goes on 1 ms a look."""
    seen: list[tuple[float, int]] = []
    clock = Clock(0.001)

    async def tool(scene: Scene) -> None:
        began_s = clock.now_s
        scene.at(10 * S, lambda: seen.append((clock.now_s - began_s, 10)))
        scene.at(59 * S, lambda: seen.append((clock.now_s - began_s, 59)))

    scene, _ = steered(tmp_path / "steered", MemoryWire(), Governor(600, now_s=clock), tool)
    for wall_s, simulated_s in seen:
        assert wall_s >= simulated_s / 600 - 0.002
    assert len(seen) == 2
    assert scene.digest == undisturbed.digest


def test_no_step_is_taken_before_its_time_and_a_change_of_speed_counts_from_where_it_is(tmp_path: Path) -> None:
    clock = Clock(0.0)

    async def tool(scene: Scene) -> list[int]:
        async def reached(due_us: int) -> int:
            """Where it stands when it has taken all steps that are due, and has had time for more."""
            while ((await scene.kernel.governor.order("state")).next_us or 0) <= due_us:
                await asyncio.sleep(0.001)
            for _ in range(20):
                await asyncio.sleep(0.001)
            return (await scene.kernel.governor.order("state")).at_us

        at_us = [await reached(0)]
        clock.now_s += 2.0
        at_us.append(await reached(2 * S))
        await scene.kernel.governor.order("speed", 0.5)
        clock.now_s += 2.0
        at_us.append(await reached(at_us[-1] + 1 * S))
        await scene.kernel.governor.order("speed", MAX_SPEED)
        return at_us

    scene, (first, second, third) = steered(tmp_path, MemoryWire(), Governor(1, now_s=clock), tool)
    assert first == 0
    assert 1_900 * MS <= second <= 2_000 * MS
    assert second + 900 * MS <= third <= second + 1_000 * MS
    assert len(scene.messages) == 200


def test_the_time_of_a_pause_is_not_made_up_for(tmp_path: Path) -> None:
    clock = Clock(0.0)

    async def tool(scene: Scene) -> tuple[int, int]:
        governor = scene.kernel.governor
        clock.now_s += 1.0
        await asyncio.sleep(0.01)
        paused = await governor.order("pause")
        clock.now_s += 3600.0
        await governor.order("resume")
        await asyncio.sleep(0.01)
        later = await governor.order("state")
        await governor.order("speed", MAX_SPEED)
        return paused.at_us, later.at_us

    _, (paused_us, later_us) = steered(tmp_path, MemoryWire(), Governor(1, now_s=clock), tool)
    assert later_us - paused_us < 500 * MS


def test_orders_are_recorded_and_stand_outside_the_digest(tmp_path: Path) -> None:
    async def tool(scene: Scene) -> None:
        for command, value in (("state", 0.0), ("step", 0.0), ("run_until", 3.0 * S), ("speed", 0.0), ("resume", 0.0)):
            await scene.kernel.governor.order(command, value)

    scene, _ = steered(tmp_path, MemoryWire(), Governor(paused=True), tool)
    with Recording.open(scene.recorder.path) as recording:
        told = [row.command for row in recording.commands()]
    assert told == ["step", "run_until", "speed", "resume"]


def test_a_live_run_that_is_late_hastens_to_where_it_ought_to_be_and_no_further(tmp_path: Path) -> None:
    clock = Clock(0.0)

    async def tool(scene: Scene) -> int:
        governor = scene.kernel.governor
        governor.keep_to_the_clock(1.0, 5 * S)
        for _ in range(50):
            await asyncio.sleep(0.001)
        reached = await governor.order("state")
        await governor.order("speed", 1e6)
        clock.tick_s = 1.0
        return reached.at_us

    _, at_us = steered(tmp_path, MemoryWire(), Governor(1, now_s=clock), tool)
    assert 4_900 * MS <= at_us <= 5 * S


def test_a_live_run_keeps_to_the_clock_whatever_it_is_told(tmp_path: Path) -> None:
    async def tool(scene: Scene) -> list[float]:
        governor = scene.kernel.governor
        governor.keep_to_the_clock(200.0, 0)
        asked = [await governor.order("speed", speed) for speed in (MAX_SPEED, 400.0, MAX_SPEED)]
        return [report.speed for report in asked]

    _, speeds = steered(tmp_path / "live", MemoryWire(), Governor(200.0), tool, until_us=20 * S)
    assert speeds == [200.0, 400.0, 400.0]
