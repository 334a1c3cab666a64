"""The kernel and asyncio share one thread: neither may starve the other, and what breaks outside must be heard."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from engine_scene import MS, OK, WALL_LIMIT_S, S, Scene, WatchedWire

from simulator.engine.node import Inbound
from simulator.recording.reader import Recording
from simulator.wire.carrier import Passage, Response, WireFailure
from simulator.wire.http import HttpWire
from simulator.wire.memory import MemoryWire


def busy_for(scene: Scene, wall_s: float) -> None:
    """Exchanges and nothing else, one after the other, until so much wall time is over; then the run is stopped."""
    a, b = scene.party("A"), scene.party("B")
    scene.link(a, b, one_way_us=1 * MS)

    def asks() -> Any:
        end_s = asyncio.get_running_loop().time() + wall_s
        while asyncio.get_running_loop().time() < end_s:
            for _ in range(5):
                yield scene.ask(a, b)
        scene.kernel.governor.stop("long enough")

    scene.env.process(asks())


def test_a_long_run_over_memory_gives_others_their_turns(tmp_path: Path) -> None:
    """No socket ever asks for one here, yet a task gets on and an order is obeyed in the middle. It ends the run."""
    scene = Scene(tmp_path, MemoryWire())
    busy_for(scene, WALL_LIMIT_S)

    async def play() -> tuple[int, int]:
        turns = 0

        async def count() -> None:
            nonlocal turns
            while turns < 20:
                turns += 1
                await asyncio.sleep(0)
            scene.kernel.governor.stop("enough turns")

        counting = asyncio.ensure_future(count())
        order = asyncio.ensure_future(scene.kernel.governor.order("state"))
        await scene.run(10**12)
        await counting
        return turns, order.result().at_us

    turns, at_us = asyncio.run(play())
    scene.recorder.close({})
    assert at_us < scene.kernel.now_us
    assert turns < len(scene.messages) / 2, "a turn for every step would be slow"


def test_the_recording_grows_while_a_long_run_goes_on(tmp_path: Path) -> None:
    """The run ends when something of it can be read, and not before."""
    scene = Scene(tmp_path, MemoryWire())
    busy_for(scene, WALL_LIMIT_S)

    async def play() -> None:
        async def look() -> None:
            with Recording.open(scene.recorder.path) as recording:
                while recording.last_seq == 0:
                    await asyncio.sleep(0)
            scene.kernel.governor.stop("seen")

        looking = asyncio.ensure_future(look())
        await scene.run(10**12)
        await looking

    asyncio.run(play())
    scene.recorder.close({})
    assert len(scene.messages) > 0


@pytest.mark.parametrize("wire_of", [MemoryWire, HttpWire])
def test_a_cancelled_run_closes_cleanly_with_its_exchanges_parked(tmp_path: Path, wire_of: type[Any]) -> None:
    scene = Scene(tmp_path, wire_of())
    a, b = scene.party("A"), scene.party("B", scene.slow(30 * S))
    scene.link(a, b, timeout_us=90 * S)
    for number in range(20):
        scene.ask_at(number, a, b, str(number))
    playing: list[asyncio.Task[None]] = []
    scene.at(100 * MS, lambda: playing[0].cancel())

    def ticks() -> Any:
        while True:
            yield scene.env.timeout(100)

    scene.env.process(ticks())

    async def play() -> None:
        playing.append(asyncio.ensure_future(scene.run(10**12)))
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(playing[0], WALL_LIMIT_S)

    asyncio.run(play())
    scene.recorder.close({})
    assert scene.kernel.parked == 20


@pytest.mark.parametrize("wire_of", [MemoryWire, HttpWire])
def test_one_passage_is_carried_at_a_time_and_time_stands_still_meanwhile(tmp_path: Path, wire_of: type[Any]) -> None:
    """Ten handlers wait for the same event, so that their answers are all due in one step."""
    wire = WatchedWire(wire_of())
    scene = Scene(tmp_path, wire)
    bell = scene.env.event()

    def serve(inbound: Inbound) -> Any:
        yield bell
        return OK

    a, b = scene.party("A"), scene.party("B", serve)
    scene.link(a, b)
    for number in range(10):
        scene.ask_at(0, a, b, str(number))
    scene.at(1 * S, bell.succeed)
    scene.play()
    assert (wire.most, wire.carried, wire.carrying) == (1, 20, 0)
    assert {(row.handled_us, row.end_us) for row in scene.messages} == {(1 * S, 1 * S + 10 * MS)}
    assert [row.object_id for row in scene.messages] == [str(number) for number in range(10)]


class BreakingWire(MemoryWire):
    """Breaks at a moment of the test's choosing."""

    def fail(self) -> None:
        assert self._mailbox is not None
        self._mailbox.broken(WireFailure("The cable is cut."))


class MuteWire(BreakingWire):
    """Breaks instead of carrying an answer, and only some turns of the loop later."""

    def answer(self, passage: Passage, response: Response) -> None:
        loop = asyncio.get_running_loop()
        loop.call_soon(lambda: loop.call_soon(self.fail))


def test_a_carrier_that_breaks_while_the_kernel_waits_for_it_ends_the_run(tmp_path: Path) -> None:
    scene = Scene(tmp_path, MuteWire())
    a, b = scene.party("A"), scene.party("B")
    scene.link(a, b)
    scene.ask_at(1 * S, a, b)
    assert scene.play().error == "WireFailure: The cable is cut."
    assert scene.kernel.now_us == 1 * S + 10 * MS


def test_a_carrier_that_breaks_while_nobody_waits_ends_the_run_all_the_same(tmp_path: Path) -> None:
    """Within a step, with no exchange under way then or later."""
    wire = BreakingWire()
    scene = Scene(tmp_path, wire)
    scene.party("A")
    for at_us in range(0, 1_000_000, 250_000):
        scene.at(at_us, lambda: None)
    scene.at(1 * S, wire.fail)
    assert scene.play().error == "WireFailure: The cable is cut."


def test_a_carrier_that_broke_within_a_step_is_noticed_before_the_end(tmp_path: Path) -> None:
    wire = BreakingWire()
    scene = Scene(tmp_path, wire)

    def ticks() -> Any:
        while True:
            yield scene.env.timeout(1)

    scene.env.process(ticks())
    scene.at(100, wire.fail)
    assert scene.play(10**12).error == "WireFailure: The cable is cut."


def test_what_broke_first_is_what_is_told(tmp_path: Path) -> None:
    wire = BreakingWire()
    scene = Scene(tmp_path, wire)
    scene.party("A")
    scene.at(1 * S, lambda: [wire.fail(), scene.kernel.broken(WireFailure("So nothing comes through."))])
    assert scene.play().error == "WireFailure: The cable is cut."
