"""The clock shows SimPy's time and calls in order; what an exchange leaves behind goes without the collector."""

import gc
from pathlib import Path

from engine_scene import Scene
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
