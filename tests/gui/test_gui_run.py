"""What is open, its clock, and its playback on finished recordings."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.run import MAX_SPEED, Run
from gui.models.steps import last_started, neighbour
from simulator.recording.errors import NotARecording
from simulator.recording.reader import Recording

HOUR_US = 3_600_000_000


def selected(cursor: Cursor) -> int:
    assert cursor.selection.kind == "message"
    return int(cursor.selection.id)


def test_an_opened_recording_tells_what_it_is(run: Run, quickstart: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignals([run.opened, run.state_changed, run.progressed]):
        run.open(quickstart)
    assert (run.name, run.zone, run.state) == ("Monday morning in Leiden", "Europe/Amsterdam", "ended")
    assert (run.begin_us, run.end_us, run.duration_us) == (-120_000_000, 4 * HOUR_US, 4 * HOUR_US)
    assert run.path == quickstart
    assert not run.is_live
    assert not run.playing


def test_closing_empties_and_says_so(run: Run, quickstart: Path, qtbot: QtBot) -> None:
    run.open(quickstart)
    with qtbot.waitSignals([run.closed, run.state_changed]):
        run.close()
    assert (run.recording, run.state, run.name, run.end_us) == (None, "empty", "", 0)
    run.play()
    run.step()
    run.pause()
    assert not run.playing


def test_what_cannot_be_opened_leaves_the_open_run_alone(run: Run, quickstart: Path, tmp_path: Path) -> None:
    run.open(quickstart)
    with pytest.raises(NotARecording):
        run.open(tmp_path / "none.ocpirun")
    assert run.path == quickstart
    assert run.recording is not None
    assert run.recording.last_seq > 0


def test_a_second_recording_takes_the_first_ones_place(run: Run, cursor: Cursor, quickstart: Path, empty: Path) -> None:
    run.open(quickstart)
    run.seek(HOUR_US)
    cursor.select(Selection("party", "NL-ABC"))
    cursor.set_filter("module:sessions")
    run.open(empty)
    assert (cursor.at_us, cursor.selection, cursor.filter) == (0, NOTHING, "")
    assert run.end_us == 1_000_000


@pytest.mark.parametrize(
    ("text", "at_us"),
    [
        ("07:00", 0),
        ("07:40:03", 2_403_000_000),
        ("7:40:03.412", 2_403_412_000),
        ("07:00 +1", 24 * HOUR_US),
        ("06:58", -120_000_000),
        ("2026-05-04T08:00", HOUR_US),
        ("2026-05-04T06:00Z", HOUR_US),
        ("2026-05-04T08:00+02:00", HOUR_US),
    ],
)
def test_times_are_read(run: Run, quickstart: Path, text: str, at_us: int) -> None:
    run.open(quickstart)
    assert run.at_of(text) == at_us


@pytest.mark.parametrize("text", ["", "25:00", "07:60", "noon", "2026-13-01T00:00", "07:00 +9999999"])
def test_what_is_no_time_is_refused_with_a_sentence(run: Run, quickstart: Path, text: str) -> None:
    run.open(quickstart)
    with pytest.raises(ValueError, match=r"is no time: expected is .* such as 2026-05-04T07:40\."):
        run.at_of(text)


def test_the_clock_shows_what_at_of_reads(run: Run, crowded: Path) -> None:
    """Also over the hour that summer time leaves out."""
    run.open(crowded)
    for at_us in range(run.begin_us, run.end_us, 601_337_000):
        assert run.at_of(run.clock(at_us, ms=True)) == at_us
    assert run.clock(0) == "18:00:00"
    assert run.clock(8 * HOUR_US - 1) == "01:59:59 +1"
    assert run.clock(8 * HOUR_US) == "03:00:00 +1"
    assert run.clock(412_000, ms=True) == "18:00:00.412"


def test_seeking_stays_within_the_run(run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    for wanted, reached in ((HOUR_US, HOUR_US), (99 * HOUR_US, 4 * HOUR_US), (-HOUR_US, -120_000_000)):
        run.seek(wanted)
        assert cursor.at_us == reached


def test_playing_moves_the_cursor_and_stops_at_the_end(
    run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot
) -> None:
    run.open(quickstart)
    run.set_speed(600.0)
    with qtbot.waitSignal(cursor.time_changed):
        run.play()
    assert run.playing
    run.pause()
    assert not run.playing
    stood_us = cursor.at_us
    assert 0 < stood_us < HOUR_US
    run.seek(run.end_us - 1_000_000)
    run.play()
    qtbot.waitUntil(lambda: not run.playing)
    assert cursor.at_us == run.end_us
    run.play()
    assert cursor.at_us < run.end_us
    run.pause()


def test_at_full_speed_a_replay_is_over_before_long(run: Run, cursor: Cursor, quickstart: Path, qtbot: QtBot) -> None:
    run.open(quickstart)
    run.set_speed(MAX_SPEED)
    run.play()
    qtbot.waitUntil(lambda: cursor.at_us > 1_000_000 * 300)
    run.pause()


def test_steps_go_through_every_message_and_back(run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    run.seek(run.begin_us)
    forth, starts = [], []
    run.step()
    while not forth or forth[-1] != selected(cursor):
        forth.append(selected(cursor))
        starts.append(cursor.at_us)
        run.step()
    assert forth == list(range(1, 210))
    assert starts == sorted(starts)
    back = [selected(cursor)]
    for _ in range(208):
        run.step_back()
        back.append(selected(cursor))
    assert back == forth[::-1]


def test_a_step_starts_from_where_the_cursor_stands(run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    run.seek(2_403_000_000)
    run.step()
    assert cursor.at_us == 2_403_650_000
    first = selected(cursor)
    run.seek(2_403_000_000)
    run.step_back()
    assert selected(cursor) == first - 1


def test_jumps_go_along_a_session_only(run: Run, cursor: Cursor, quickstart: Path) -> None:
    run.open(quickstart)
    recording = run.recording
    assert recording is not None
    session = next(each for each in recording.messages() if each.session_id)
    of_session = [each.exchange for each in recording.messages(session_id=session.session_id)]
    cursor.select(Selection("message", str(of_session[0])), session.start_us)
    gone = [of_session[0]]
    for _ in of_session[1:]:
        run.jump(1)
        gone.append(selected(cursor))
    assert gone == of_session
    said: list[str] = []
    run.said.connect(said.append)
    run.jump(1)
    assert selected(cursor) == of_session[-1]
    assert said == ["The selection has no later message."]
    cursor.select(NOTHING)
    run.jump(1)
    assert "Select a message" in said[-1]


def chosen(recording: Recording, selection: Selection) -> list[int]:
    found, exchange = [], 0
    while (step := neighbour(recording, exchange, 1, selection)) is not None:
        exchange = step.exchange
        found.append(exchange)
    return found


def test_each_kind_of_selection_has_its_messages(quickstart: Path) -> None:
    with Recording.open(quickstart) as recording:
        messages = sorted(recording.messages(), key=lambda each: each.exchange)

        def where(fits: object) -> list[int]:
            assert callable(fits)
            return [each.exchange for each in messages if fits(each)]

        party = where(lambda m: "NL-ABC" in (m.sender, m.receiver))
        assert chosen(recording, Selection("party", "NL-ABC")) == party
        link = where(lambda m: {m.sender, m.receiver} == {"NL-ABC", "NL-EMA"})
        assert chosen(recording, Selection("link", "NL-EMA|NL-ABC")) == link
        site = where(lambda m: m.location_id == "NL-ABC-L001")
        assert chosen(recording, Selection("site", "NL-ABC/NL-ABC-L001")) == site
        token = where(lambda m: m.token_uid == "C33994332E2ED3")
        assert chosen(recording, Selection("token", "C33994332E2ED3")) == token
        evse = chosen(recording, Selection("evse", "NL-ABC/NL-ABC-E0001"))
        assert set(where(lambda m: m.object_id == "NL-ABC-E0001")) < set(evse)
        assert len(chosen(recording, Selection("driver", "Ada"))) == 17
        assert chosen(recording, Selection("session", "none")) == []


def test_the_last_started_message_is_found_at_any_instant(crowded: Path) -> None:
    with Recording.open(crowded) as recording:
        starts = sorted((each.start_us, each.exchange) for each in recording.messages())
        for at_us in (starts[0][0] - 1, *(start for start, _ in starts[::97]), starts[-1][0] + 1):
            expected = max((exchange for start, exchange in starts if start <= at_us), default=0)
            assert last_started(recording, at_us) == expected
