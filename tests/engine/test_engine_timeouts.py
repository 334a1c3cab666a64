"""What a sender sees of a late, lost or doubled message, and what its receiver does about it all the same."""

import json
from pathlib import Path
from typing import Any

from engine_scene import MS, OK, S, Scene, name_of, on_both_wires

from simulator.engine.node import Inbound
from simulator.wire.carrier import Response


def data_of(row: Any) -> Any:
    return json.loads(row.data)


def test_a_late_answer_is_recorded_and_not_delivered_and_its_handler_runs_to_its_end(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(10 * S))
        scene.link(a, b, one_way_us=10 * MS, timeout_us=5 * S)
        scene.ask_at(0, a, b)

    scene = on_both_wires(tmp_path, story)
    assert scene.notes == [
        (10 * MS, "B", "begins", "x"),
        (5 * S, "A", "got", "x", "timed_out"),
        (10 * S + 10 * MS, "B", "answers", "x"),
    ]
    row = scene.message("x")
    assert (row.final, row.failure, row.http_status, row.response_body) == ("timed_out", "no answer in time", None, b"")
    (late,) = scene.events
    assert (late.kind, late.at_us, late.party, late.cause_kind, late.cause) == (
        "late_answer",
        10 * S + 20 * MS,
        "A",
        "message",
        1,
    )
    assert data_of(late) == {"body": OK.body.decode(), "exchange": 1, "http_status": 200, "ocpi_status": 1000}


def test_a_time_out_while_the_answer_travels_is_a_late_answer_too(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b, one_way_us=3 * S, timeout_us=5 * S)
        scene.ask_at(0, a, b)

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("x").arrive_us, scene.message("x").end_us) == (3 * S, 5 * S)
    assert [(row.kind, row.at_us) for row in scene.events] == [("late_answer", 6 * S)]


def test_a_request_that_arrives_after_the_time_out_is_still_handled(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(1 * S))
        scene.link(a, b, one_way_us=8 * S, timeout_us=5 * S)
        scene.ask_at(0, a, b)

    scene = on_both_wires(tmp_path, story)
    assert (scene.message("x").final, scene.message("x").arrive_us) == ("timed_out", None)
    assert scene.noted("B", "answers", "x") == [9 * S]
    assert [(row.kind, row.at_us) for row in scene.events] == [("late_answer", 17 * S)]


def test_nothing_comes_late_from_a_party_that_went_down(tmp_path: Path) -> None:
    """Three ways to a time-out with no answer behind it: refused too late, found down, and killed while answering."""

    def story(scene: Scene) -> None:
        a, b, c, d = scene.party("A"), scene.party("B"), scene.party("C"), scene.party("D", scene.slow(20 * S))
        scene.link(a, b, one_way_us=4 * S, timeout_us=5 * S)
        scene.link(a, c, one_way_us=6 * S, timeout_us=5 * S)
        scene.link(a, d, one_way_us=10 * MS, timeout_us=5 * S)
        scene.at(1 * S, lambda: [scene.kernel.take_down(node) for node in (b, c)])
        scene.at(10 * S, lambda: scene.kernel.take_down(d))
        for node, name in ((b, "refused"), (c, "gone"), (d, "killed")):
            scene.ask_at(0, a, node, name)

    scene = on_both_wires(tmp_path, story)
    assert [row.final for row in scene.messages] == ["timed_out"] * 3
    assert [row.failure for row in scene.messages] == ["no answer in time"] * 3
    assert scene.events == []
    assert scene.noted("D", "answers", "killed") == []


def test_a_late_answer_does_not_reach_a_cut_link_or_a_later_life_of_its_sender(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b, c, d = scene.party("A"), scene.party("B", scene.slow(8 * S)), scene.party("C"), scene.party("D")
        cut = scene.link(a, b, timeout_us=5 * S)
        scene.link(c, b, timeout_us=5 * S)
        scene.link(d, b, timeout_us=5 * S)
        for sender in (a, c, d):
            scene.ask_at(0, sender, b, f"from-{sender.id}")
        scene.at(6 * S, lambda: setattr(cut, "cuts", 1))
        scene.at(6 * S, lambda: scene.kernel.take_down(c))
        scene.at(7 * S, lambda: scene.kernel.bring_up(c))

    scene = on_both_wires(tmp_path, story)
    assert [(row.party, row.kind) for row in scene.events] == [("D", "late_answer")]


def test_losing_the_request_or_the_response_shows_as_a_time_out_and_only_the_second_was_handled(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        def serve(inbound: Inbound) -> Response:
            scene.note(b, "handled", name_of(inbound))
            return OK

        a, b = scene.party("A"), scene.party("B", serve)
        scene.link(a, b, timeout_us=5 * S, loss=0.4)
        for number in range(60):
            scene.ask_at(number * 100 * MS, a, b, str(number))

    scene = on_both_wires(tmp_path, story)
    failures = {row.object_id: (row.final, row.failure) for row in scene.messages}
    handled = {str(note[3]) for note in scene.notes if note[2] == "handled"}
    assert len(failures) == 60
    kinds = sorted({*failures.values()})
    assert kinds == [
        ("delivered", ""),
        ("lost", "the network lost the request"),
        ("lost", "the network lost the response"),
    ]
    assert handled == {name for name, kind in failures.items() if kind != kinds[1]}
    for row in scene.messages:
        if row.final == "lost":
            assert row.end_us - row.start_us == 5 * S
            assert row.http_status is None
            assert (row.arrive_us is None) == (row.failure == "the network lost the request")
    assert scene.events == []


def test_a_lost_request_never_reaches_the_wire(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(1 * S))
        scene.link(a, b, loss=1.0)
        scene.ask_at(0, a, b)

    scene = on_both_wires(tmp_path, story)
    assert scene.notes == [(5 * S, "A", "got", "x", "lost")]
    assert scene.kernel.parked == 0


def test_a_killed_receiver_is_noticed_at_once_even_if_the_network_would_have_lost_its_answer(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B", scene.slow(3 * S))
        scene.link(a, b, loss=0.5)
        for number in range(30):
            scene.ask_at(number * MS, a, b, str(number))
        scene.at(1 * S, lambda: scene.kernel.take_down(b))

    scene = on_both_wires(tmp_path, story)
    failures = {row.failure: row.end_us for row in scene.messages}
    assert failures == {
        "the network lost the request": failures["the network lost the request"],
        "the receiver went down while it was answering": 1 * S + 10 * MS,
    }


def test_a_doubled_request_is_handled_twice_in_order_and_answered_once(tmp_path: Path) -> None:
    for one_way_us, lag_us in ((0, 0), (10 * MS, 10 * MS)):

        def story(scene: Scene, one_way_us: int = one_way_us) -> None:
            def serve(inbound: Inbound) -> Response:
                scene.note(b, "handled", inbound.cause.id)
                return Response(200, (), str(inbound.cause.id).encode())

            a, b = scene.party("A"), scene.party("B", serve)
            scene.link(a, b, one_way_us=one_way_us, duplicates=1.0)

            def asks() -> Any:
                answered = yield scene.ask(a, b)
                scene.note(a, "got", answered.response.body)

            scene.env.process(asks())

        (tmp_path / str(lag_us)).mkdir()
        scene = on_both_wires(tmp_path / str(lag_us), story)
        assert scene.noted("B", "handled", 1) == [one_way_us]
        assert scene.noted("B", "handled", 2) == [one_way_us + lag_us]
        assert [note[3] for note in scene.notes if note[2] == "handled"] == [1, 2]
        assert scene.noted("A", "got", b"1") == [2 * one_way_us]
        first, second = scene.messages
        assert (first.exchange, first.duplicate_of, first.final) == (1, 0, "delivered")
        assert (second.exchange, second.duplicate_of, second.final) == (2, 1, "delivered")
        assert (first.request_body, first.path) == (second.request_body, second.path)


def test_the_second_copy_has_its_own_time_out_at_its_deadline(tmp_path: Path) -> None:
    def story(scene: Scene) -> None:
        a, b = scene.party("A"), scene.party("B")
        scene.link(a, b, one_way_us=3 * S, timeout_us=5 * S, duplicates=1.0)
        scene.ask_at(0, a, b)

    scene = on_both_wires(tmp_path, story)
    assert sorted((row.exchange, row.final, row.end_us) for row in scene.messages) == [
        (1, "timed_out", 5 * S),
        (2, "timed_out", 5 * S),
    ]
