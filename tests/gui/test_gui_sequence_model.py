"""Which chart is shown for what is selected, and which arrow is the current one."""

from pathlib import Path

import pytest
from gui_sequence_scene import S, Scene
from pytestqt.qtbot import QtBot

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.run import Run
from gui.models.sequence import SequenceModel

ADAS_PLACE = "NL-ABC/NL-ABC-E0001"


@pytest.fixture
def model(run: Run, cursor: Cursor) -> SequenceModel:
    model = SequenceModel(run, cursor, run)
    model.set_active(True)
    return model


def lanes(model: SequenceModel) -> list[str]:
    return [lane.title for lane in model.chart.lanes]


def texts(model: SequenceModel) -> list[str]:
    return [arrow.text for arrow in model.chart.arrows]


def exchange_of(run: Run, **choice: str) -> int:
    assert run.recording is not None
    return run.recording.messages(**choice)[0].exchange  # type: ignore[arg-type]


def test_a_drivers_visit_has_street_charger_cpo_and_emsp(
    model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    assert model.chart.title == "The visit of Ada"
    assert lanes(model) == ["Ada", "NL-ABC-E0001", "NL-ABC", "NL-EMA"]
    assert [lane.kind for lane in model.chart.lanes] == ["driver", "charger", "CPO", "EMSP"]
    assert model.chart.lanes[2].subtitle == "CPO · Alpha Charging"
    assert texts(model)[:3] == [
        "Arrives and looks for a charge point", "Plugs in", "Holds the card to the reader to start",
    ]  # fmt: skip
    assert texts(model)[-2:] == ["StatusNotification", "EVSE status: free"]
    assert {arrow.to for arrow in model.chart.arrows if arrow.layer == "street"} == {-1}
    assert {(arrow.source, arrow.to) for arrow in model.chart.arrows if arrow.layer == "OCPP"} == {(1, 2), (2, 1)}
    assert {(arrow.source, arrow.to) for arrow in model.chart.arrows if arrow.layer == "OCPI"} == {(2, 3), (3, 2)}


def test_message_session_token_and_evse_lead_to_the_same_visit(
    model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    assert run.recording is not None
    question = next(m for m in run.recording.messages(module="tokens", from_us=2_400 * S))
    session = next(m for m in run.recording.messages(module="sessions", from_us=question.end_us))
    cursor.set_time(question.start_us)
    for selection in (
        Selection("message", str(question.exchange)),
        Selection("session", session.session_id),
        Selection("token", question.token_uid),
        Selection("evse", ADAS_PLACE),
    ):
        cursor.select(NOTHING)
        assert not model.chart.is_story
        cursor.select(selection)
        assert model.chart.title == "The visit of Ada", selection


def test_nothing_selected_shows_what_is_around_the_cursor(
    qtbot: QtBot, model: SequenceModel, run: Run, cursor: Cursor, crowded: Path
) -> None:
    run.open(crowded)
    cursor.set_time(2 * 3_600 * S)
    starts = [arrow.start_us for arrow in model.chart.arrows]
    assert not model.chart.is_story
    assert starts == sorted(starts)
    assert starts[0] < cursor.at_us < starts[-1]
    assert lanes(model)[:2] == ["Drivers", "Chargers"]
    cursor.set_time(6 * 3_600 * S)
    qtbot.waitUntil(lambda: model.chart.arrows[0].start_us < cursor.at_us < model.chart.arrows[-1].start_us)


def test_a_party_or_a_link_alone(model: SequenceModel, run: Run, cursor: Cursor, crowded: Path) -> None:
    run.open(crowded)
    cursor.set_time(2 * 3_600 * S)
    cursor.select(Selection("party", "NL-E01"))
    ends = [{lanes(model)[arrow.source], lanes(model)[arrow.to]} for arrow in model.chart.arrows]
    assert ends
    assert all("NL-E01" in pair for pair in ends)
    cursor.select(Selection("link", "NL-E01|NL-C02"))
    assert sorted(lanes(model)) == ["NL-C02", "NL-E01"]
    assert "NL-E01 – NL-C02" in model.chart.title


def test_the_filter_chooses_what_is_around(model: SequenceModel, run: Run, cursor: Cursor, crowded: Path) -> None:
    run.open(crowded)
    cursor.set_time(2 * 3_600 * S)
    cursor.set_filter("module:cdrs")
    assert model.chart.modules == ["cdrs"]
    assert {arrow.layer for arrow in model.chart.arrows} == {"OCPI"}
    cursor.set_filter("module:(")
    assert model.chart.modules == ["cdrs"], "what is no filter changes nothing"
    cursor.set_filter("")
    assert len(model.chart.modules) > 1


def test_walking_keeps_the_chart_and_tells_the_other_views(
    model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    chart = model.chart
    seen = []
    for _ in range(len(chart.arrows) + 2):
        model.walk(1)
        seen.append(cursor.selection)
        arrow = chart.arrows[model.place]
        assert cursor.at_us == arrow.start_us
        assert model.chart is chart
    kinds = [selection.kind for selection in seen]
    assert set(kinds) == {"driver", "evse", "message"}
    assert seen[-1] == seen[-2], "the end is the end"
    model.walk(-len(chart.arrows))
    assert model.place == 0


def test_cause_and_effect_are_one_key_away(model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    model.choose(texts(model).index("Ask the eMSP: may this token charge? Yes"))
    assert {texts(model)[place] for place in model.related} == {"Authorize"}
    model.to_cause()
    assert texts(model)[model.place] == "Authorize"
    model.to_cause()
    assert texts(model)[model.place] == "Holds the card to the reader to start"
    model.to_cause()
    assert texts(model)[model.place] == "Holds the card to the reader to start"
    model.to_effect()
    assert texts(model)[model.place] == "Authorize"


def test_a_message_chosen_elsewhere_is_found_in_the_story_or_opens_its_own(
    model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    chart = model.chart
    own = chart.arrows[-1].key
    cursor.select(Selection("message", str(own[1])))
    assert (model.chart, model.current) == (chart, own)
    assert run.recording is not None
    others = run.recording.messages(module="cdrs", from_us=0)
    stranger = next(m for m in others if ("message", m.exchange) not in [arrow.key for arrow in chart.arrows])
    cursor.select(Selection("message", str(stranger.exchange)))
    assert model.chart.title != chart.title
    assert model.current == ("message", stranger.exchange)


def test_a_click_around_the_cursor_stays_there_until_the_story_is_asked_for(
    model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    cursor.set_time(3_600 * S)
    chart = model.chart
    place = texts(model).index("Session update")
    model.choose(place)
    assert model.chart is chart
    model.follow()
    assert model.chart.is_story
    assert model.chart.arrows[model.place].text == "Session update"
    model.set_scope("around")
    assert not model.chart.is_story
    model.clear()
    assert (cursor.selection, model.place) == (NOTHING, -1)


def test_a_registration_is_a_story_too(model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    cursor.select(Selection("message", str(exchange_of(run, module="credentials"))))
    assert model.chart.is_story
    assert {"Register with the other platform", "Which OCPI versions do you offer?"} <= set(texts(model))
    assert {lane.kind for lane in model.chart.lanes} == {"CPO", "EMSP"}
    assert model.chart.arrows[0].text == "Is given the other party's registration token"


def test_a_hub_stands_in_the_middle_and_failures_say_where_they_broke(
    model: SequenceModel, run: Run, cursor: Cursor, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "hub.ocpirun")
    lost = {"http_status": None, "ocpi_status": None, "session_id": "s"}
    first = scene.message(0, "NL-EMA", "NL-HUB", session_id="s")
    scene.message(1, "NL-HUB", "NL-ABC", session_id="s", cause_kind="message", cause=first)
    scene.message(2, "NL-ABC", "NL-EMA", final="lost", arrive_us=None, handled_us=None, **lost)
    scene.message(3, "NL-ABC", "NL-EMA", final="timed_out", **lost)
    scene.message(4, "NL-ABC", "NL-EMA", final="dead", arrive_us=None, handled_us=None, **lost)
    scene.message(5, "NL-ABC", "NL-EMA", ocpi_status=2003, session_id="s")
    scene.message(6, "NL-ABC", "NL-EMA", http_status=405, ocpi_status=None, session_id="s")
    run.open(scene.close())
    cursor.select(Selection("session", "s"))
    assert lanes(model) == ["NL-ABC", "NL-HUB", "NL-EMA"]
    assert [arrow.fate for arrow in model.chart.arrows] == ["", "", "lost", "timed_out", "dead", "refused", "refused"]
    assert [(arrow.broken, arrow.outcome) for arrow in model.chart.arrows[2:]] == [
        ("request", "lost"),
        ("response", "answered too late"),
        ("request", "not connected"),
        ("", "refused: 2003"),
        ("", "refused: HTTP 405"),
    ]


def test_a_growing_run_grows_the_chart(
    qtbot: QtBot, model: SequenceModel, run: Run, cursor: Cursor, tmp_path: Path
) -> None:
    scene = Scene(tmp_path / "live.ocpirun")
    scene.recorder.set_meta("state", "live")
    scene.message(0, "NL-ABC", "NL-EMA", session_id="s")
    scene.recorder.flush()
    run.open(scene.path)
    cursor.select(Selection("session", "s"))
    assert len(model.chart.arrows) == 1
    scene.message(S, "NL-ABC", "NL-EMA", session_id="s")
    scene.message(S, "NL-ABC", "NL-NOM", session_id="t")
    scene.recorder.flush()
    qtbot.waitUntil(lambda: len(model.chart.arrows) == 2)
    cursor.select(NOTHING)
    assert len(model.chart.arrows) == 3
    scene.message(2 * S, "NL-ABC", "NL-NOM", session_id="t")
    scene.recorder.flush()
    qtbot.waitUntil(lambda: len(model.chart.arrows) == 4)
    scene.close()


def test_a_view_that_nobody_sees_reads_nothing(run: Run, cursor: Cursor, quickstart: Path) -> None:
    model = SequenceModel(run, cursor, run)
    run.open(quickstart)
    cursor.select(Selection("driver", "Ada"))
    assert model.chart.arrows == ()
    model.set_active(True)
    assert model.chart.title == "The visit of Ada"


def test_what_is_not_there_has_no_chart_of_its_own(
    model: SequenceModel, run: Run, cursor: Cursor, quickstart: Path
) -> None:
    run.open(quickstart)
    for selection in (
        Selection("driver", "Zoe"), Selection("session", "none"), Selection("token", "none"),
        Selection("evse", "NL-ABC/none"), Selection("message", "99999"), Selection("site", "NL-ABC/L1"),
    ):  # fmt: skip
        cursor.select(selection)
        assert not model.chart.is_story
        assert model.explanation() is None
    run.close()
    assert model.chart.arrows == ()


def test_an_outline_without_bodies_and_one_without_messages(
    model: SequenceModel, run: Run, cursor: Cursor, tmp_path: Path
) -> None:
    for level in ("headers", "aggregates"):
        scene = Scene(tmp_path / f"{level}.ocpirun", level)
        scene.event(0, "driver/Ada", "plug", "NL-EMA", "NL-ABC/E1")
        scene.message(S, "NL-ABC", "NL-EMA")
        run.open(scene.close())
        assert texts(model) == (["Session update"] if level == "headers" else [])
        cursor.select(Selection("driver", "Ada"))
        assert texts(model) == ["Plugs in"]
