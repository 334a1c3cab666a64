from pathlib import Path

import pytest
from report_scene import MIN, Scene, visit

from simulator.recording.reader import Recording
from simulator.report.web import Web, at_us_of, key_of, seq_at


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "web.ocpirun")


def test_the_last_row_by_an_instant_is_found_by_halving(scene: Scene) -> None:
    seqs = [scene.event(at_us, "run", "tick", "")[1] for at_us in (-5, 0, 0, 7, 7, 9)]
    with Recording.open(scene.close()) as recording:
        found = [seq_at(recording, at_us) for at_us in (-6, -5, -1, 0, 6, 7, 9, 100)]
    assert found == [0, seqs[0], seqs[0], seqs[2], seqs[2], seqs[4], seqs[5], seqs[5]]


def test_rows_of_a_visit_lead_to_its_driver(scene: Scene) -> None:
    visit(scene)
    with Recording.open(scene.close()) as recording:
        web = Web(recording)
        drivers = {message.session_id: web.driver_of(message) for message in recording.messages() if message.session_id}
        assert drivers == {"bram-session": "Bram", "ada-session": "Ada"}
        # Bram's car got less power because Ada plugged in; the session is still Bram's.
        slowed = recording.messages(session_id="bram-session")[1]
        assert "driver/Ada" in [cause.source for cause in web.causes(slowed)]
        assert web.driver_of(recording.messages(object_id="E1")[0]) == "Ada"


def test_a_session_comes_with_what_brought_it_about_and_its_transaction(scene: Scene) -> None:
    visit(scene)
    with Recording.open(scene.close()) as recording:
        rows = Web(recording).of_session("ada-session").rows
        kinds = [getattr(row, "kind", "") or row.route for row in rows]
    assert kinds == [
        "app", "commands.receiver.post_start_session", "ocpp", "ocpp", "sessions.receiver.put_session",
        "ocpp", "sessions.receiver.patch_session", "ocpp", "sessions.receiver.patch_session",
        "leave", "ocpp", "sessions.receiver.patch_session", "cdrs.receiver.post_cdr",
    ]  # fmt: skip
    assert [at_us_of(row) for row in rows] == sorted(at_us_of(row) for row in rows)


def test_a_cause_gathers_all_that_came_of_it(scene: Scene) -> None:
    begin = scene.event(0, "people", "token_a_handed_over", "NL-ABC", "NL-EMA")
    post = scene.message(0, "NL-ABC", "NL-EMA", "credentials.post", begin)
    back = scene.message(MIN, "NL-EMA", "NL-ABC", "versions.get_list", post)
    scene.message(MIN, "NL-EMA", "NL-ABC", "versions.get_list", ("", 0))
    # An event and an exchange may have the same number.
    scene.event(MIN, "NL-ABC", "synchronise", "NL-ABC", "", ("event", back[1]))
    late = scene.message(11 * MIN, "NL-EMA", "NL-ABC", "versions.get_list", post)
    with Recording.open(scene.close()) as recording:
        web = Web(recording)
        row = web.row(back)
        assert row is not None
        assert [key_of(each) for each in web.of_cause(row).rows] == [begin, post, back]
        assert web.row(late) is not None
        assert web.row(("message", 99)) is None


def test_both_hops_by_way_of_a_hub_belong_to_the_visit(scene: Scene) -> None:
    app = scene.event(0, "driver/Ada", "app", "NL-EMA", "NL-ABC/E1", action="start")
    there = scene.message(0, "NL-EMA", "NL-HUB", "commands.receiver.post_start_session", app)
    onward = scene.message(1, "NL-HUB", "NL-ABC", "commands.receiver.post_start_session", there)
    scene.message(2, "NL-ABC", "NL-NOM", "locations.receiver.patch_evse", onward)
    with Recording.open(scene.close()) as recording:
        rows, others = Web(recording).of_driver("Ada")
    assert [key_of(row) for row in rows] == [app, there, onward]
    assert list(others.values()) == [1]
