"""A damaged recording: refused in a sentence before the open run is let go of, or ended when a view comes upon it."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from gui.models.run import Run
from simulator.recording.errors import NotARecording, RecordingError


def damaged(whole: Path, path: Path, sql: str) -> Path:
    """A copy to which somebody has done something."""
    shutil.copy(whole, path)
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()
    return path


def scrambled(whole: Path, path: Path, part: float, noise: int) -> Path:
    """A copy with some bytes of noise at a part of its length."""
    content = bytearray(whole.read_bytes())
    begin = int(len(content) * part)
    content[begin : begin + noise] = bytes((n * n * 31 + n // 7) % 256 for n in range(min(noise, len(content) - begin)))
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("sql", ["DROP TABLE message", "DELETE FROM meta", "UPDATE meta SET value = 'x'"])
def test_a_damaged_recording_is_told_in_a_dialog_and_the_open_run_stays(
    window: MainWindow, quickstart: Path, tmp_path: Path, qtbot: QtBot, sql: str
) -> None:
    with qtbot.waitSignal(window.run.opened):
        window.open_path(quickstart)
    with qtbot.assertNotEmitted(window.run.closed), qtbot.assertNotEmitted(window.run.opened):
        window.open_path(damaged(quickstart, tmp_path / "bad.ocpirun", sql))
        qtbot.waitUntil(lambda: window.problem is not None)
    assert window.problem is not None
    assert "amaged" in window.problem.sentence.text()
    assert window.run.path == quickstart
    assert window.run.recording is not None
    assert window.run.recording.last_seq > 0


@pytest.mark.parametrize("sql", ["DROP TABLE message", "DELETE FROM meta", "UPDATE meta SET value = 'x'"])
def test_the_run_stays_as_it_was(run: Run, quickstart: Path, tmp_path: Path, sql: str) -> None:
    run.open(quickstart)
    before = run.recording
    with pytest.raises(NotARecording):
        run.open(damaged(quickstart, tmp_path / "bad.ocpirun", sql))
    assert (run.recording, run.state) == (before, "ended")
    assert run.recording is not None
    assert run.recording.last_seq > 0


def use(window: MainWindow, qtbot: QtBot) -> None:
    """Look at all views, at several instants, with something selected and with a filter that reads every message."""
    run = window.run
    span_us = run.end_us - run.begin_us
    for number, view in enumerate(window.docks.views):
        window.docks.show(view)
        run.seek(run.begin_us + span_us * number // len(window.docks.views))
        run.step()
        qtbot.wait(5)
    for text in ("module:sessions", "kWh", ""):
        window.playhead.set_filter(text)
        qtbot.wait(30)
        run.step_back()
        run.jump(1)


@pytest.mark.parametrize("sixteenths", range(16))
def test_noise_anywhere_is_refused_in_a_sentence_or_ends_in_one(
    window: MainWindow, quickstart: Path, tmp_path: Path, qtbot: QtBot, sixteenths: int
) -> None:
    said: list[str] = []
    window.run.said.connect(said.append)
    window.open_path(scrambled(quickstart, tmp_path / "bad.ocpirun", sixteenths / 16, 12_000))
    qtbot.waitUntil(lambda: window.problem is not None or window.run.state != "empty")
    if window.problem is not None:
        assert window.run.recording is None
        assert window.problem.sentence.text().endswith(f".\n{tmp_path / 'bad.ocpirun'}")
        return
    use(window, qtbot)
    # The run lets go of a recording only once whoever came upon the damage has returned.
    qtbot.waitUntil(
        lambda: (window.run.recording is None) == (window.run.state == "failed") == bool(window.run.problem)
    )
    assert not window.run.problem or window.run.problem in said


@pytest.mark.parametrize("eighths", [2, 4])
def test_so_it_is_in_a_large_recording(
    window: MainWindow, crowded: Path, tmp_path: Path, qtbot: QtBot, eighths: int
) -> None:
    window.open_path(scrambled(crowded, tmp_path / "bad.ocpirun", eighths / 8, 60_000))
    qtbot.waitUntil(lambda: window.problem is not None or window.run.state != "empty")
    if window.problem is None:
        use(window, qtbot)
    assert window.problem is not None or window.run.problem or window.run.recording is not None


def test_what_cannot_be_read_later_stands_in_the_place_of_every_picture(
    window: MainWindow, quickstart: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(window.run.opened):
        window.open_path(quickstart)
    with qtbot.waitSignal(window.run.closed), window.run.reading():
        raise RecordingError("page 7 is noise")
    sentence = "The recording could not be read: page 7 is noise"
    assert (window.run.state, window.run.problem, window.run.recording) == ("failed", sentence, None)
    assert window.status.currentMessage() == sentence
    with qtbot.waitSignal(window.run.opened):
        window.open_path(quickstart)
    assert (window.run.state, window.run.problem) == ("ended", "")


def test_a_refusal_goes_when_what_is_typed_can_be_read(window: MainWindow, quickstart: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.run.opened):
        window.open_path(quickstart)
    for field, wrong, right in (
        (window.tools.filter, "module:(", "module:sessions"),
        (window.tools.time, "noon", "08:00"),
    ):
        field.setText(wrong)
        field.returnPressed.emit()
        assert window.status.currentMessage()
        field.setText(right)
        field.returnPressed.emit()
        assert not window.status.currentMessage()
        assert not window.status.toolTip()


def test_only_the_sentence_that_holds_no_longer_goes(window: MainWindow) -> None:
    window.run.said.emit("The engine is silent.")
    window.run.unsaid.emit("Another.")
    assert window.status.currentMessage() == "The engine is silent."
    window.run.unsaid.emit("The engine is silent.")
    assert not window.status.currentMessage()
