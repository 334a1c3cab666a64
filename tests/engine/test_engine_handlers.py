"""Handlers that wait, call others, call each other, fail, and stand parked by the hundred."""

import json
from pathlib import Path
from typing import Any

import pytest
from engine_scene import APOLOGY, MS, OK, S, Scene, name_of, on_both_wires
from simpy import Interrupt

from simulator.engine.node import Inbound
from simulator.wire.carrier import Response


def test_a_handler_that_waits_and_calls_a_third_party_answers_with_what_it_heard(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def hub(inbound: Inbound) -> Any:
            yield scene.env.timeout(100 * MS)
            forwarded = yield scene.ask(b, c, "forwarded", inbound.cause)
            return Response(forwarded.response.status, (), b"from " + forwarded.response.body)

        a, b, c = scene.party("A"), scene.party("B", hub), scene.party("C", lambda _: Response(202, (), b"C"))
        scene.link(a, b)
        scene.link(b, c)
        scene.ask_at(0, a, b, "asked")

    scene = on_both_wires(tmp_path, story)
    asked, forwarded = scene.message("asked"), scene.message("forwarded")
    assert (asked.http_status, asked.response_body) == (202, b"from C")
    assert (forwarded.cause_kind, forwarded.cause, forwarded.depth) == ("message", asked.exchange, 2)
    assert asked.end_us == 100 * MS + 4 * 10 * MS
    assert [row.object_id for row in scene.messages] == ["forwarded", "asked"]


def test_two_parties_may_wait_for_each_other(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def first(inbound: Inbound) -> Any:
            back = yield scene.ask(b, a, "back", inbound.cause)
            return Response(200, (), b"<" + back.response.body + b">")

        def second(inbound: Inbound) -> Any:
            if name_of(inbound) == "back":
                yield scene.env.timeout(50 * MS)
                return Response(200, (), b"A")
            return (yield from first(inbound))

        a, b = scene.party("A", second), scene.party("B", first)
        scene.link(a, b, one_way_us=10 * MS)
        scene.ask_at(0, a, b, "there")

    scene = on_both_wires(tmp_path, story)
    assert scene.message("there").response_body == b"<A>"
    assert scene.message("there").end_us == 4 * 10 * MS + 50 * MS


def test_parties_that_wait_for_one_another_in_a_circle_all_time_out(tmp_path: Path) -> None:
    """Each handler asks the next and waits: simulated time, not a deadlock, ends it."""

    def story(scene: Scene) -> None:
        def passing_on(sender: int) -> Any:
            def serve(inbound: Inbound) -> Any:
                if inbound.cause.depth > 3:
                    yield scene.env.timeout(60 * S)
                else:
                    nodes = list(scene.kernel.nodes.values())
                    yield scene.ask(nodes[sender], nodes[(sender + 1) % 3], f"from-{nodes[sender].id}", inbound.cause)
                return OK

            return serve

        a, b, c = (scene.party(id, passing_on(number)) for number, id in enumerate("ABC"))
        for one, other in ((a, b), (b, c), (c, a)):
            scene.link(one, other, timeout_us=5 * S)
        scene.ask_at(0, a, b, "start")

    scene = on_both_wires(tmp_path, story, 90 * S)
    assert scene.error == ""
    assert [row.final for row in scene.messages] == ["timed_out"] * 4
    assert scene.kernel.parked == 0


def test_an_exception_in_a_handler_is_a_fault_and_an_http_500_and_the_run_goes_on(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def plain(inbound: Inbound) -> Response:
            raise LookupError("no such thing")

        def waiting(inbound: Inbound) -> Any:
            yield scene.env.timeout(100 * MS)
            raise LookupError("gone meanwhile")

        a, b, c = scene.party("A"), scene.party("B", plain), scene.party("C", waiting)
        scene.link(a, b)
        scene.link(a, c)
        scene.ask_at(0, a, b, "plain")
        scene.ask_at(0, a, c, "waiting")
        scene.at(1 * S, lambda: scene.note(a, "goes on"))

    scene = on_both_wires(tmp_path, story)
    for name, end_us in (("plain", 20 * MS), ("waiting", 120 * MS)):
        row = scene.message(name)
        assert (row.final, row.http_status, row.ocpi_status) == ("delivered", 500, 3000)
        assert (row.response_body, row.end_us) == (APOLOGY.body, end_us)
    assert [(row.kind, row.target, row.phase) for row in scene.faults] == [
        ("exception", "B", "begin"),
        ("exception", "C", "begin"),
    ]
    told = [json.loads(row.data) for row in scene.faults]
    assert [data["error"] for data in told] == ["LookupError: no such thing", "LookupError: gone meanwhile"]
    assert [data["what"] for data in told] == ["A -> B plain", "A -> C waiting"]
    assert all(data["where"].startswith("test_engine_handlers.py:") for data in told)
    assert scene.kernel.handler_failures == 2
    assert scene.noted("A", "goes on") == [1 * S]


@pytest.mark.parametrize("waits", [False, True])
def test_a_handler_that_forgets_to_answer_is_a_fault_too(tmp_path: Path, waits: bool) -> None:
    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Any:
            yield scene.env.timeout(1)

        a, b = scene.party("A"), scene.party("B", serve if waits else lambda _: None)
        scene.link(a, b)
        scene.ask_at(0, a, b)

    scene = on_both_wires(tmp_path, story)
    assert scene.message("x").http_status == 500
    assert scene.kernel.handler_failures == 1


def test_an_exception_in_a_background_process_is_a_fault_and_the_run_goes_on(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def work() -> Any:
            yield scene.env.timeout(1 * S)
            raise ValueError("cannot be read")

        a = scene.party("A")
        scene.kernel.spawn(a, work(), "read the list")
        scene.at(2 * S, lambda: scene.note(a, "goes on", len(a.background)))

    scene = on_both_wires(tmp_path, story)
    (fault,) = scene.faults
    assert (fault.kind, fault.target, fault.at_us) == ("exception", "A", 1 * S)
    assert json.loads(fault.data)["what"] == "read the list"
    assert json.loads(fault.data)["error"] == "ValueError: cannot be read"
    assert scene.kernel.handler_failures == 1
    assert scene.noted("A", "goes on", 0) == [2 * S]


def test_a_place_in_memory_never_reaches_the_recording(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Response:
            raise ValueError(f"{object()} is not 0x12")

        a, b = scene.party("A"), scene.party("B", serve)
        scene.link(a, b)
        scene.ask_at(0, a, b)

    (fault,) = on_both_wires(tmp_path, story).faults
    assert json.loads(fault.data)["error"] == "ValueError: <object object at 0x...> is not 0x12"


def test_a_handler_may_outlive_the_outage_of_its_party_by_catching_the_interrupt(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Any:
            try:
                yield scene.env.timeout(10 * S)
            except Interrupt:
                scene.note(b, "tidies up")
            return OK

        a, b = scene.party("A"), scene.party("B", serve)
        scene.link(a, b)
        scene.ask_at(0, a, b)
        scene.at(1 * S, lambda: scene.kernel.take_down(b))

    scene = on_both_wires(tmp_path, story)
    assert scene.noted("B", "tidies up") == [1 * S]
    assert scene.message("x").final == "delivered"


def test_four_hundred_exchanges_stand_parked_at_once(tmp_path: Path) -> None:
    """aiohttp's default of 100 connections would keep the others from ever arriving, and time could not move on."""

    def story(scene: Scene) -> None:
        def count() -> None:
            scene.note(b, "parked", scene.kernel.parked)

        a, b = scene.party("A"), scene.party("B", scene.slow(3 * S))
        scene.link(a, b)
        for number in range(400):
            scene.ask_at(number, a, b, str(number))
        scene.at(2 * S, count)
        scene.at(4 * S, count)

    scene = on_both_wires(tmp_path, story)
    assert scene.noted("B", "parked", 400) == [2 * S]
    assert scene.noted("B", "parked", 0) == [4 * S]
    assert [row.final for row in scene.messages] == ["delivered"] * 400
