"""An exchange reaches exactly one final state, and the order of one instant decides which."""

import asyncio
from pathlib import Path

import pytest
from engine_scene import MS, OK, S, Scene, name_of, on_both_wires

from simulator.engine.node import Inbound
from simulator.engine.order import ARRIVAL, END, FAULT, REPLY, TIMEOUT, URGENT
from simulator.wire.carrier import Response
from simulator.wire.memory import MemoryWire


def test_an_exchange_takes_the_time_of_both_ways_and_is_recorded_once(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(300 * MS))
        scene.link(a, b, one_way_us=10 * MS)
        scene.ask_at(2 * S, a, b)

    scene = on_both_wires(tmp_path, story)
    row = scene.message("x")
    assert (row.start_us, row.arrive_us, row.handled_us, row.end_us) == (
        2_000_000,
        2_010_000,
        2_310_000,
        2_320_000,
    )
    assert (row.final, row.failure, row.http_status, row.ocpi_status) == ("delivered", "", 200, 1000)
    assert (row.host, row.path, row.method) == ("b.ocpi.test", "/ocpi/x", "PUT")
    assert scene.noted("A", "got", "x", "delivered") == [2_320_000]
    assert scene.kernel.concluded == scene.kernel.exchanges == 1


def test_a_process_that_waits_for_an_exchange_gets_the_exchange_back(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b)

        def asks():
            asked = scene.ask(a, b)
            assert asked.response is None
            got = yield asked
            scene.note(a, got is asked, got.delivered, got.response.status)

        scene.env.process(asks())

    assert on_both_wires(tmp_path, story).notes == [(20 * MS, "A", True, True, 200)]


def test_a_second_final_state_is_a_fault_of_the_kernel(tmp_path: Path) -> None:
    scene = Scene(tmp_path, MemoryWire())
    a, b = scene.party("A"), scene.party("B")
    scene.link(a, b)
    exchange = scene.ask(a, b)
    scene.play()
    assert exchange.final == "delivered"
    with pytest.raises(AssertionError, match="Exchange 1 is delivered and cannot become timed_out"):
        exchange.finish("timed_out", "no answer in time", 0)


def test_at_a_tie_the_time_out_wins_over_the_reply(tmp_path: Path) -> None:
    """Both fall on 30 ms, with a handler that waits and with one that answers at once."""

    def story(scene: Scene) -> None:
        a, b, c = scene.party("A"), scene.party("B"), scene.party("C", scene.slow(10 * MS))
        scene.link(a, b, one_way_us=15 * MS, timeout_us=30 * MS)
        scene.link(a, c, one_way_us=10 * MS, timeout_us=30 * MS)
        scene.ask_at(0, a, b, "plain")
        scene.ask_at(0, a, c, "waiting")

    scene = on_both_wires(tmp_path, story)
    for name in ("plain", "waiting"):
        row = scene.message(name)
        assert (row.final, row.end_us, row.http_status) == ("timed_out", 30 * MS, None)
    assert [event.kind for event in scene.events] == ["late_answer", "late_answer"]


def test_a_reply_one_microsecond_before_the_time_out_is_delivered(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(10 * MS - 1))
        scene.link(a, b, one_way_us=10 * MS, timeout_us=30 * MS)
        scene.ask_at(0, a, b)

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("x").final, scene.message("x").end_us) == ("delivered", 30 * MS - 1)
    assert scene.events == []


def test_the_order_of_one_instant_is_fault_time_out_reply_arrival_and_then_sequence(tmp_path: Path) -> None:
    """All fall on 100 ms, each set off so early or late that its sequence alone would put it elsewhere."""

    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Response:
            if name_of(inbound).startswith("arrival"):
                scene.note(b, name_of(inbound))
            return OK

        a, b = scene.party("A"), scene.party("B", serve)
        c, d = scene.party("C"), scene.party("D")
        scene.link(a, b, one_way_us=90 * MS)
        scene.link(a, c, one_way_us=45 * MS)
        scene.link(a, d, one_way_us=500 * MS, timeout_us=30 * MS)
        scene.ask_at(10 * MS, a, b, "arrival-1")
        scene.ask_at(10 * MS, a, b, "arrival-2")
        scene.ask_at(10 * MS, a, c, "reply")
        scene.ask_at(70 * MS, a, d, "time-out")
        scene.at(80 * MS, lambda: scene.at(100 * MS, lambda: scene.note(a, "fault")))

    scene = on_both_wires(tmp_path, story, 150 * MS)
    assert [note[2:] for note in scene.notes if note[0] == 100 * MS] == [
        ("fault",),
        ("got", "time-out", "timed_out"),
        ("got", "reply", "delivered"),
        ("arrival-1",),
        ("arrival-2",),
    ]
    assert END < FAULT < URGENT < TIMEOUT < REPLY < ARRIVAL


def test_what_is_due_at_the_end_is_not_done_any_more_and_a_run_can_go_on(tmp_path: Path) -> None:
    scene = Scene(tmp_path, MemoryWire())
    a = scene.party("A")
    for second in (1, 2, 3):
        scene.at(second * S, lambda: scene.note(a, "tick"))

    async def play() -> None:
        await scene.kernel.open()
        await scene.kernel.run(2 * S)
        assert scene.notes == [(1 * S, "A", "tick")]
        assert scene.kernel.now_us == 2 * S
        await scene.kernel.run(2 * S)
        assert len(scene.notes) == 1
        await scene.kernel.run(4 * S)
        assert len(scene.notes) == 3
        with pytest.raises(ValueError, match="cannot go back"):
            await scene.kernel.run(3 * S)

    asyncio.run(play())
    scene.recorder.close({})


def test_simulated_time_is_a_whole_number_everywhere(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b, one_way_us=7_001, p95_us=23_456)
        for step in range(50):
            scene.ask_at(step * S, a, b, str(step))

    scene = on_both_wires(tmp_path, story)
    times = [t for row in scene.messages for t in (row.start_us, row.arrive_us, row.handled_us, row.end_us)]
    assert len(times) == 200
    assert all(type(at_us) is int for at_us in times)
    assert type(scene.kernel.now_us) is int
