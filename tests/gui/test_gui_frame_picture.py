"""Pictures made one after the other in one process: each as if it were the only one, and Qt has nothing to say."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, qInstallMessageHandler
from PySide6.QtGui import QImage, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from gui import app
from gui.actions import Colours
from gui.command import VIEW_IDS
from gui.models import message_search
from gui.models.run import Run
from gui.models.task import Task


@pytest.fixture(autouse=True)
def qt_as_before(qapp: QApplication) -> Iterator[None]:
    """Pictures set a handler for messages of their own, and the style and colours of the application."""
    before = qInstallMessageHandler(None)
    qInstallMessageHandler(before)
    style, palette = qapp.style().objectName(), QPalette(qapp.palette())
    yield
    qInstallMessageHandler(before)
    qapp.setStyle(style)
    qapp.setPalette(palette)


def picture(recording: Path, out: Path, view: str | None, colours: Colours, size: tuple[int, int]) -> QImage:
    assert app.picture(recording, out, view, "08:50", size, colours) == ""
    return QImage(str(out))


@pytest.mark.parametrize("view", [None, "messages"])
def test_light_after_dark_is_the_light_of_the_first_time(quickstart: Path, tmp_path: Path, view: str | None) -> None:
    size = (900, 600)
    first = picture(quickstart, tmp_path / "1.png", view, "light", size)
    dark = picture(quickstart, tmp_path / "2.png", view, "dark", size)
    again = picture(quickstart, tmp_path / "3.png", view, "light", size)
    assert first == again
    assert first != dark


@pytest.mark.parametrize("view", [None, *VIEW_IDS])
def test_qt_has_nothing_to_say(
    quickstart: Path, empty: Path, tmp_path: Path, view: str | None, capfd: pytest.CaptureFixture[str]
) -> None:
    for recording, size in ((quickstart, (1024, 640)), (empty, (200, 150))):
        at = "08:50" if recording == quickstart else None
        assert app.picture(recording, tmp_path / "a.png", view, at, size, "light") == ""
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("view", VIEW_IDS)
def test_a_dark_picture_of_a_view_has_no_light_controls(quickstart: Path, tmp_path: Path, view: str) -> None:
    dark = picture(quickstart, tmp_path / "dark.png", view, "dark", (900, 600))
    light = sum(dark.pixelColor(x, y).lightness() > 235 for x in range(0, 900, 3) for y in range(0, 40, 3))
    assert light < 100


def test_a_list_that_is_searched_in_a_thread_stands_at_the_time(
    quickstart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = picture(quickstart, tmp_path / "1.png", "messages", "light", (900, 300))
    monkeypatch.setattr(message_search, "IN_PLACE_SEQ", 0)
    assert picture(quickstart, tmp_path / "2.png", "messages", "light", (900, 300)) == at_once


def test_a_picture_waits_for_what_is_done_in_a_thread(
    quickstart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()
    told: list[str] = []
    ended: list[bool] = []

    def opened(run: Run) -> None:
        task = Task(lambda: goes_on.wait(20), run)
        task.done.connect(lambda _: told.append("done"))
        task.start()
        QTimer.singleShot(1_000, run, goes_on.set)

    whole = app.MainWindow.grab

    def grab(window: app.MainWindow) -> QPixmap:
        ended.append(bool(told))
        return whole(window)

    attach = Run.attach
    monkeypatch.setattr(Run, "attach", lambda run, recording: (attach(run, recording), opened(run)))
    monkeypatch.setattr(app.MainWindow, "grab", grab)
    picture(quickstart, tmp_path / "1.png", None, "light", (900, 600))
    assert ended == [True]
