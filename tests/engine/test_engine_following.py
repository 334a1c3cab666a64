"""An answer that follows from what comes of another exchange, as that of a hub does."""

import gc
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_scene import APOLOGY, MS, S, Scene, answer_ok, name_of, on_both_wires

from simulator.engine.cause import TIME
from simulator.engine.exchange import Exchange, Subject
from simulator.engine.node import Following, Inbound, Node, Server
from simulator.wire.carrier import Response
from simulator.wire.memory import MemoryWire


def passed(exchange: Exchange) -> Response:
    """What comes back is passed on; nothing that comes back is the hub's own error."""
    return exchange.response or APOLOGY


def row_of_three(
    scene: Scene,
    last: Server = answer_ok,
    *,
    patience_us: int = 5 * S,
    answer: Callable[[Exchange], Response] = passed,
) -> tuple[Node, Node, Node]:
    """A asks the hub, which asks B; `patience_us` is for how long A waits."""

    def serve(inbound: Inbound) -> Following:
        name = f"{name_of(inbound)}-onward"
        return Following(scene.ask(hub, b, name, inbound.cause), answer)

    a, hub, b = scene.party("A"), scene.party("H", serve), scene.party("B", last)
    scene.link(a, hub, timeout_us=patience_us)
    scene.link(hub, b)
    return a, hub, b


def test_it_comes_when_the_other_exchange_has_ended(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, hub, _ = row_of_three(scene, scene.slow(1 * S))
        scene.ask_at(1 * S, a, hub, "x")

    scene = on_both_wires(tmp_path, story)
    first, onward = scene.message("x"), scene.message("x-onward")
    assert (first.final, first.http_status) == ("delivered", 200)
    assert (onward.start_us, onward.end_us) == (first.arrive_us, first.handled_us)
    assert first.end_us == 2 * S + 40 * MS
    assert (onward.cause_kind, onward.cause, onward.depth) == ("message", first.exchange, first.depth + 1)
    assert scene.kernel.parked == 0


def test_it_is_freed_without_the_collector(tmp_path: Path) -> None:
    scene = Scene(tmp_path, MemoryWire())
    a, hub, _ = row_of_three(scene)
    scene.ask(a, hub)
    gc.collect()
    others = {id(found) for found in gc.get_objects() if isinstance(found, Following)}  # what other tests still hold
    gc.disable()
    try:
        scene.play()
        assert scene.kernel.concluded == 2
        assert not {id(found) for found in gc.get_objects() if isinstance(found, Following)} - others
    finally:
        gc.enable()


def test_a_sender_that_waits_less_long_is_timed_out_and_the_answer_comes_late(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, hub, _ = row_of_three(scene, scene.slow(3 * S), patience_us=2 * S)
        scene.ask_at(1 * S, a, hub, "x")

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("x").final, scene.message("x").end_us) == ("timed_out", 3 * S)
    assert scene.message("x-onward").final == "delivered"
    assert [event.kind for event in scene.events] == ["late_answer"]


def test_it_is_made_of_an_exchange_that_failed_as_well(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, hub, b = row_of_three(scene)
        scene.kernel.take_down(b)
        scene.ask_at(1 * S, a, hub, "x")

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("x").http_status, scene.message("x-onward").final) == (500, "dead")
    assert scene.kernel.handler_failures == 0


def test_going_down_ends_the_wait_at_once(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, hub, _ = row_of_three(scene, scene.slow(3 * S))
        scene.ask_at(1 * S, a, hub, "x")
        scene.at(2 * S, lambda: scene.kernel.take_down(hub))
        scene.at(3 * S, lambda: scene.kernel.bring_up(hub))

    scene = on_both_wires(tmp_path, story)
    first = scene.message("x")
    assert (first.final, first.end_us) == ("dead", 2 * S + 10 * MS)
    assert first.failure == "the receiver went down while it was answering"
    assert scene.message("x-onward").failure == "the sender went down"
    assert scene.kernel.parked == 0


def test_a_failure_in_making_it_is_a_recorded_fault(tmp_path: Path) -> None:
    def broken(exchange: Exchange) -> Response:
        raise ValueError("no answer can be made")

    def story(scene: Scene) -> None:
        a, hub, _ = row_of_three(scene, answer=broken)
        scene.ask_at(1 * S, a, hub, "x")

    scene = on_both_wires(tmp_path, story)
    assert scene.message("x").http_status == 500
    assert scene.kernel.handler_failures == 1
    (fault,) = scene.faults
    assert (fault.kind, fault.target) == ("exception", "H")


@pytest.mark.parametrize("timeout_us", [1 * S, 9 * S])
def test_a_sender_may_wait_less_long_than_the_link_but_not_longer(tmp_path: Path, timeout_us: int) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(8 * S))
        scene.link(a, b)
        request = scene.ask(a, b, "usual").request
        subject = Subject(module="sessions", object_id="short")
        scene.kernel.exchange(a, "B", request, subject, TIME, timeout_us=timeout_us)

    scene = on_both_wires(tmp_path, story)
    assert scene.message("short").end_us == min(timeout_us, 5 * S)
    assert scene.message("usual").end_us == 5 * S
