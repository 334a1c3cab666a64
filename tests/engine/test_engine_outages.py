"""A party or a link that goes down, and comes up again, in the middle of things."""

from pathlib import Path
from typing import Any

from engine_scene import MS, OK, S, Scene, name_of, on_both_wires

from simulator.engine.node import Inbound
from simulator.wire.carrier import Response


def test_a_party_that_is_down_refuses_before_the_wire(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(0))
        scene.link(a, b)
        scene.at(1 * S, lambda: scene.kernel.take_down(b))
        scene.at(3 * S, lambda: scene.kernel.bring_up(b))
        scene.ask_at(2 * S, a, b, "during")
        scene.ask_at(3 * S, a, b, "after")

    scene = on_both_wires(tmp_path, story)
    during, after = scene.message("during"), scene.message("after")
    assert (during.final, during.failure, during.end_us) == ("dead", "connection refused", 2 * S + 20 * MS)
    assert (during.arrive_us, during.handled_us, during.http_status) == (None, None, None)
    assert scene.noted("B", "begins", "during") == []
    assert after.final == "delivered"


def test_whoever_is_down_when_the_request_arrives_counts_not_when_it_is_sent(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b, one_way_us=1 * S)
        scene.at(2 * S, lambda: scene.kernel.take_down(b))
        scene.at(4 * S, lambda: scene.kernel.bring_up(b))
        scene.ask_at(1 * S, a, b, "goes-down-as-it-arrives")
        scene.ask_at(3 * S, a, b, "comes-up-as-it-arrives")

    scene = on_both_wires(tmp_path, story)
    assert scene.message("goes-down-as-it-arrives").failure == "connection refused"
    assert scene.message("comes-up-as-it-arrives").final == "delivered"


def test_overlapping_outages_all_have_to_end(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b)
        for at_us in (1 * S, 2 * S):
            scene.at(at_us, lambda: scene.kernel.take_down(b))
        for at_us in (3 * S, 5 * S):
            scene.at(at_us, lambda: scene.kernel.bring_up(b))
        scene.ask_at(4 * S, a, b, "between")
        scene.ask_at(6 * S, a, b, "after")

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("between").final, scene.message("after").final) == ("dead", "delivered")


def test_going_down_interrupts_handlers_and_processes_in_their_order(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Any:
            try:
                yield scene.env.timeout(30 * S)
            finally:
                scene.note(b, "leaves", name_of(inbound))
            return OK

        def work(number: int) -> Any:
            try:
                yield scene.env.timeout(30 * S)
            finally:
                scene.note(b, "stops", number)

        a, b = scene.party("A"), scene.party("B", serve)
        scene.link(a, b, timeout_us=60 * S)
        for number in (1, 2):
            scene.kernel.spawn(b, work(number), f"work {number}")
        for name in ("first", "second", "third"):
            scene.ask_at(1 * S, a, b, name)
        scene.at(5 * S, lambda: scene.kernel.take_down(b))

    scene = on_both_wires(tmp_path, story, 50 * S)
    assert scene.notes == [
        *((5 * S, "B", "leaves", name) for name in ("first", "second", "third")),
        *((5 * S, "B", "stops", number) for number in (1, 2)),
        *((5 * S + 10 * MS, "A", "got", name, "dead") for name in ("first", "second", "third")),
    ]
    assert {row.failure for row in scene.messages} == {"the receiver went down while it was answering"}
    assert {row.http_status for row in scene.messages} == {None}
    assert scene.faults == []
    assert (scene.kernel.parked, scene.kernel.handler_failures) == (0, 0)
    assert not scene.kernel.nodes["B"].running
    assert not scene.kernel.nodes["B"].background


def test_a_process_started_in_the_instant_of_the_outage_is_interrupted_as_well(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def work() -> Any:
            scene.note(a, "works")
            yield scene.env.timeout(1 * S)
            scene.note(a, "worked")

        def start_and_die() -> None:
            scene.kernel.spawn(a, work(), "work")
            scene.kernel.take_down(a)

        a = scene.party("A")
        scene.at(1 * S, start_and_die)

    assert on_both_wires(tmp_path, story).noted("A", "worked") == []


def test_a_handler_may_take_its_own_party_down(tmp_path: Path) -> None:
    """It runs on, and its answer, written before the sockets of a real server would close, is delivered."""

    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Any:
            yield scene.env.timeout(1 * S)
            scene.kernel.take_down(b)
            return OK

        a, b = scene.party("A"), scene.party("B", serve)
        scene.link(a, b)
        scene.ask_at(0, a, b)

    assert on_both_wires(tmp_path, story).message("x").final == "delivered"


def test_a_handler_that_finishes_in_the_instant_of_the_outage_is_interrupted_since_faults_come_first(
    tmp_path: Path,
) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(2 * S))
        scene.link(a, b, one_way_us=1 * S)
        scene.ask_at(0, a, b)
        scene.at(3 * S, lambda: scene.kernel.take_down(b))

    scene = on_both_wires(tmp_path, story)
    assert scene.noted("B", "answers", "x") == []
    assert scene.message("x").final == "dead"


def test_an_answer_under_way_when_its_receiver_goes_down_still_arrives(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b, one_way_us=1 * S)
        scene.ask_at(0, a, b)
        scene.at(1_500 * MS, lambda: scene.kernel.take_down(b))

    assert on_both_wires(tmp_path, story).message("x").final == "delivered"


def test_two_outages_at_one_instant_interrupt_once(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(9 * S))
        scene.link(a, b)
        scene.ask_at(0, a, b)
        for _ in range(2):
            scene.at(1 * S, lambda: scene.kernel.take_down(b))

    scene = on_both_wires(tmp_path, story)
    assert scene.message("x").failure == "the receiver went down while it was answering"
    assert len(scene.messages) == 1


def test_a_party_that_is_down_sends_nothing_not_even_a_second_copy(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(0))
        scene.link(a, b, duplicates=1.0)
        scene.at(1 * S, lambda: scene.kernel.take_down(a))
        scene.ask_at(2 * S, a, b)

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("x").final, scene.message("x").failure) == ("dead", "the sender is down")
    assert (scene.message("x").start_us, scene.message("x").end_us) == (2 * S, 2 * S)
    assert scene.noted("B", "begins", "x") == []


def test_a_later_life_gets_no_answer_to_a_question_of_an_earlier_one(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(3 * S))
        scene.link(a, b)
        scene.ask_at(0, a, b)
        scene.at(1 * S, lambda: scene.kernel.take_down(a))
        scene.at(2 * S, lambda: scene.kernel.bring_up(a))

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("x").final, scene.message("x").failure) == ("dead", "the sender went down")
    assert scene.message("x").http_status is None
    assert scene.noted("B", "answers", "x") == [3 * S + 10 * MS]


def test_a_cut_link_lets_nothing_through_in_either_direction(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Response:
            scene.note(b, "handled", name_of(inbound))
            return OK

        a, b, c = scene.party("A"), scene.party("B", serve), scene.party("C")
        link = scene.link(a, b, one_way_us=1 * S)
        scene.link(a, c, one_way_us=1 * S)
        scene.at(2_500 * MS, lambda: setattr(link, "cuts", 1))
        scene.at(9_500 * MS, lambda: setattr(link, "cuts", 0))
        scene.ask_at(1 * S, a, b, "answer-cut")
        scene.ask_at(2 * S, a, b, "request-cut")
        scene.ask_at(2 * S, a, c, "elsewhere")
        scene.ask_at(9 * S, a, b, "restored")

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("answer-cut").final, scene.message("answer-cut").failure) == ("dead", "the link went down")
    assert (scene.message("request-cut").final, scene.message("request-cut").failure) == ("dead", "the link is down")
    assert scene.noted("B", "handled", "answer-cut") == [2 * S]
    assert scene.noted("B", "handled", "request-cut") == []
    assert scene.message("elsewhere").final == scene.message("restored").final == "delivered"
