"""An engine that hangs: told, waited for, stopped, and never a window that hangs with it."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QProcess, Qt
from PySide6.QtNetwork import QHostAddress, QTcpServer
from pytestqt.qtbot import QtBot

from gui.main_window import MainWindow
from gui.models.engine import Engine
from gui.models.steering import Steering
from tests.gui.conftest import QUICKSTART, SLOW_MS, WAIT_MS

SENTENCE = "The engine does not answer; what it has recorded is shown, and more as soon as it does."


@pytest.fixture
def live(window: MainWindow, qtbot: QtBot) -> Iterator[MainWindow]:
    """A window that plays the quickstart, of which it has seen something."""
    window.open_path(QUICKSTART)
    qtbot.waitUntil(lambda: window.run.can_steer and window.run.playing and window.run.seen_seq > 0)
    yield window
    if window.engine is not None and window.engine.is_running:
        go_on(window.engine.pid)
    window.close()
    for engine in QCoreApplication.instance().findChildren(Engine):  # type: ignore[union-attr]
        engine.reap()


@pytest.fixture
def hung(live: MainWindow, qtbot: QtBot) -> MainWindow:
    """The same when its engine does not answer."""
    hang(pid_of(live))
    qtbot.waitUntil(lambda: live.run.is_silent)
    return live


def hang(pid: int) -> None:
    """An engine stands still, and that is soon noticed."""
    os.kill(pid, signal.SIGSTOP)
    Steering.silent_ms = 250


def go_on(pid: int) -> None:
    """It goes on, and may take its time to answer again."""
    Steering.silent_ms = SLOW_MS
    os.kill(pid, signal.SIGCONT)


def pid_of(window: MainWindow) -> int:
    assert window.engine is not None
    return window.engine.pid


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def enabled(window: MainWindow) -> set[str]:
    return {name for name, action in window.actions_by_id.items() if action.isEnabled()}


STEERING = {"play_or_pause", "step", "speed_1", "speed_600", "speed_0"}


def test_the_window_says_so_offers_what_can_be_done_and_all_returns(hung: MainWindow, qtbot: QtBot) -> None:
    assert hung.status.state.text() == "Not answering"
    assert hung.status.currentMessage() == SENTENCE
    assert hung.silence.isVisible()
    assert "Wait until it does, or stop it" in hung.silence.sentence.text()
    assert hung.silence.stop.isVisible()
    assert hung.run.is_live
    assert not hung.run.playing
    assert not enabled(hung) & STEERING
    assert not hung.tools.speed.isEnabled()
    assert {"step_back", "go_to_start", "stop_engine", "close_run"} <= enabled(hung)
    go_on(pid_of(hung))
    qtbot.waitUntil(lambda: hung.status.state.text() == "Live")
    assert not hung.silence.isVisible()
    assert hung.status.currentMessage() == ""
    assert hung.run.playing
    assert enabled(hung) >= STEERING
    assert hung.tools.speed.isEnabled()


def test_its_sign_differs_from_that_of_a_live_run_in_shape_and_word(live: MainWindow, qtbot: QtBot) -> None:
    words, picture = live.status.state.text(), live.status._state_icon.pixmap().toImage()
    hang(pid_of(live))
    qtbot.waitUntil(lambda: live.run.is_silent)
    assert live.status.state.text() != words
    shapes = [
        [image.pixelColor(x, y).alpha() > 100 for x in range(image.width()) for y in range(image.height())]
        for image in (picture, live.status._state_icon.pixmap().toImage())
    ]
    assert shapes[0] != shapes[1]


def test_who_waits_is_left_alone_until_the_next_time(hung: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(hung.silence.wait, Qt.MouseButton.LeftButton)
    assert not hung.silence.isVisible()
    hung.run.played.emit()
    assert not hung.silence.isVisible()
    assert hung.status.state.text() == "Not answering"
    go_on(pid_of(hung))
    qtbot.waitUntil(lambda: not hung.run.is_silent)
    hang(pid_of(hung))
    qtbot.waitUntil(hung.silence.isVisible)


def test_stopped_it_ends_at_once_and_what_it_recorded_stays(
    hung: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.models.engine._CLEAN_END_MS", 10 * WAIT_MS)
    pid, seen = pid_of(hung), hung.run.seen_seq
    qtbot.mouseClick(hung.silence.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_gone(pid))
    qtbot.waitUntil(lambda: hung.run.state == "killed")
    qtbot.waitUntil(lambda: hung.status.state.text() == "Killed before its end")
    assert not hung.silence.isVisible()
    assert hung.problem is None
    assert "stop_engine" not in enabled(hung)
    assert hung.run.recording is not None
    assert hung.run.recording.last_seq >= seen > 0
    assert {"play_or_pause", "step_back"} <= enabled(hung)


def test_an_engine_that_answers_is_stopped_cleanly(
    live: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gui.models.engine._CLEAN_END_MS", 10 * WAIT_MS)
    pid = pid_of(live)
    live.actions_by_id["stop_engine"].trigger()
    qtbot.waitUntil(lambda: is_gone(pid) and not live.run.is_live)
    assert live.run.state == "ended"
    assert live.run.recording is not None


@contextmanager
def waiting_refused() -> Iterator[None]:
    """Within, whoever waits for a process to end, and so holds up the window, fails the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QProcess, "waitForFinished", lambda *_: pytest.fail("the window waited for its engine"))
        yield


def test_closing_a_window_whose_engine_hangs_takes_no_time(hung: MainWindow, qtbot: QtBot) -> None:
    pid = pid_of(hung)
    with waiting_refused():
        hung.close()
    qtbot.waitUntil(lambda: is_gone(pid))


def test_nor_does_one_whose_silence_nobody_has_noticed_yet(live: MainWindow, qtbot: QtBot) -> None:
    pid = pid_of(live)
    hang(pid)
    with waiting_refused():
        live.close()
    qtbot.waitUntil(lambda: is_gone(pid))


def test_the_program_ends_no_sooner_than_its_engine(live: MainWindow) -> None:
    pid = pid_of(live)
    hang(pid)
    live.close()
    (engine,) = QCoreApplication.instance().findChildren(Engine)  # type: ignore[union-attr]
    engine.reap()
    assert is_gone(pid)


def test_orders_that_were_under_way_are_forgotten_and_the_next_are_taken(live: MainWindow, qtbot: QtBot) -> None:
    run = live.run
    run.pause()
    qtbot.waitUntil(lambda: run.state == "paused")
    hang(pid_of(live))
    run.go_live()
    # The first may still find messages that were recorded before.
    for _ in range(6):
        run.step()
    run.set_speed(10.0)
    qtbot.waitUntil(lambda: run.is_silent)
    go_on(pid_of(live))
    qtbot.waitUntil(lambda: not run.is_silent)
    assert run.can_steer
    assert run.recording is not None
    meta = run.recording.meta
    other = Steering(meta["control_url"], meta["control_token"])
    other.speed(600.0)
    qtbot.waitUntil(lambda: run.speed == 600.0)
    other.close()
    run.go_live()
    with qtbot.waitSignal(live.playhead.selection_changed):
        run.step()


def test_orders_to_a_silent_engine_are_answered_by_a_sentence(hung: MainWindow) -> None:
    said: list[str] = []
    hung.run.said.connect(said.append)
    hung.run.set_speed(600.0)
    assert said == [SENTENCE]


def test_an_engine_that_was_not_started_here_is_not_stopped_from_here(
    tmp_path: Path, window: MainWindow, qtbot: QtBot
) -> None:
    engine = Engine(QUICKSTART, tmp_path / "other.ocpirun", speed=60.0, wire="memory")
    with qtbot.waitSignal(engine.ready) as ready:
        engine.start()
    ready.args[0].close()
    window.open_path(engine.out)
    qtbot.waitUntil(lambda: window.run.can_steer)
    hang(engine.pid)
    try:
        qtbot.waitUntil(window.silence.isVisible)
        assert not window.silence.stop.isVisible()
        assert "started outside this window" in window.silence.sentence.text()
    finally:
        go_on(engine.pid)
        engine.stop()
        engine.reap()


def test_silence_is_said_once_and_taken_back_and_no_order_outlasts_it(tmp_path: Path, qtbot: QtBot) -> None:
    engine = Engine(QUICKSTART, tmp_path / "live.ocpirun", speed=60.0, wire="memory")
    with qtbot.waitSignal(engine.ready) as ready:
        engine.start()
    meta = ready.args[0].meta
    ready.args[0].close()
    hang(engine.pid)
    steering = Steering(meta["control_url"], meta["control_token"])
    said: list[str] = []
    unsaid: list[str] = []
    obeyed: list[object] = []
    steering.silent.connect(said.append)
    steering.answers.connect(unsaid.append)
    # An order that would be waited for much longer than until the silence is noticed.
    Steering.silent_ms = SLOW_MS
    steering.pause(obeyed.append)
    try:
        with qtbot.waitSignal(steering.silent):
            pass
        go_on(engine.pid)
        with qtbot.waitSignal(steering.reported):
            pass
    finally:
        steering.close()
        engine.stop()
        engine.reap()
    assert said == unsaid == [SENTENCE]
    assert obeyed == []


def test_an_answer_that_breaks_off_is_none(monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> None:
    asked: list[bool] = []

    def answer() -> None:
        asked.append(server.nextPendingConnection().write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{") > 0)

    server = QTcpServer()
    server.newConnection.connect(answer)
    assert server.listen(QHostAddress(QHostAddress.SpecialAddress.LocalHost))
    monkeypatch.setattr(Steering, "silent_ms", 500)
    steering = Steering(f"http://127.0.0.1:{server.serverPort()}", "token")
    said: list[str] = []
    for heard in (steering.silent, steering.answers, steering.refused):
        heard.connect(said.append)
    steering.pause()
    try:
        with qtbot.waitSignal(steering.silent):
            pass
        before = len(asked)
        # It asks again when it has given up the question before.
        qtbot.waitUntil(lambda: len(asked) >= before + 2)
    finally:
        steering.close()
        server.close()
    assert said == [SENTENCE]
