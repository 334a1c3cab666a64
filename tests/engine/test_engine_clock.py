"""The clock shows SimPy's time and calls in order; what an exchange leaves behind goes without the collector."""

import gc
from pathlib import Path

from engine_scene import Scene
from hypothesis import given
from hypothesis import strategies as st
from simpy import Event

from simulator.engine.clock import Alarm, Clock
from simulator.engine.exchange import Exchange
from simulator.wire.memory import MemoryWire


def test_the_clock_is_simpys_time() -> None:
    clock = Clock(-5)
    seen = [(clock.now_us, clock.now)]
    clock.after(7, lambda _: seen.append((clock.now_us, clock.now)), None)
    clock.run()
    assert seen == [(-5, -5), (2, 2)]


def test_alarms_name_their_subject_and_ring_by_time_then_priority_then_order() -> None:
    clock = Clock()
    rung: list[str] = []

    def ring(alarm: Alarm[str]) -> None:
        rung.append(alarm.subject)

    clock.after(2, ring, "later")
    clock.after(1, ring, "first asked")
    clock.after(1, ring, "second asked")
    clock.after(1, ring, "urgent", priority=0)
    clock.after(1, ring, "patient", priority=4)
    clock.run()
    assert rung == ["urgent", "first asked", "second asked", "patient", "later"]


def test_alarms_and_events_of_simpy_share_one_order() -> None:
    clock = Clock()
    rung: list[str] = []
    clock.after(1, lambda _: rung.append("alarm"), None)
    timeout: Event = clock.timeout(1)
    timeout.callbacks.append(lambda _: rung.append("timeout"))
    clock.after(1, lambda _: rung.append("second alarm"), None)
    clock.run()
    assert rung == ["alarm", "timeout", "second alarm"]


HOUR_US = 3_600_000_000
delays = st.one_of(st.integers(0, 3), st.integers(0, 40_000_000), st.integers(0, HOUR_US))


@given(st.integers(-HOUR_US, HOUR_US), st.lists(st.tuples(delays, st.integers(0, 2), st.lists(delays, max_size=3))))
def test_near_and_far_come_in_one_order(start_us: int, asked: list[tuple[int, int, list[int]]]) -> None:
    clock = Clock(start_us)
    due: list[tuple[int, int, int]] = []
    rung: list[tuple[int, int, int]] = []

    def ask(delay_us: int, priority: int, then: list[int]) -> None:
        key = (clock.now_us + delay_us, priority, len(due))
        due.append(key)
        clock.after(delay_us, ring, (key, then), priority)

    def ring(alarm: Alarm[tuple[tuple[int, int, int], list[int]]]) -> None:
        key, then = alarm.subject
        assert clock.now_us == key[0]
        rung.append(key)
        for delay_us in then:
            ask(delay_us, 1, [])

    for each in asked:
        ask(*each)
    while len(rung) < len(due):
        assert clock.peek() == min(set(due) - set(rung))[0]
        clock.step()
    # What is asked for at an instant may be more urgent than what has rung at it.
    assert [key[0] for key in rung] == sorted(key[0] for key in due)
    assert [key for key in rung if key[2] < len(asked)] == sorted(due[: len(asked)])
    assert clock.peek() == float("inf")


def test_a_concluded_exchange_is_freed_without_the_collector(tmp_path: Path) -> None:
    scene = Scene(tmp_path, MemoryWire())
    a, b = scene.party("A"), scene.party("B")
    scene.link(a, b)
    gc.collect()
    others = {id(found) for found in gc.get_objects() if isinstance(found, Exchange)}  # what other tests still hold
    for _ in range(5):
        scene.ask(a, b)
    gc.disable()
    try:
        scene.play()
        assert scene.kernel.concluded == 5
        assert not {id(found) for found in gc.get_objects() if isinstance(found, Exchange)} - others
    finally:
        gc.enable()
