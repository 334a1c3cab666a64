"""`ocpi-sim gui`, as a person at a terminal meets it."""

import argparse
import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from gui import command
from tests.gui.conftest import QUICKSTART, ROOT, WAIT_MS

TOOL = (
    "import argparse, sys; from gui.command import add_parser; parser = argparse.ArgumentParser();"
    "add_parser(parser.add_subparsers()); arguments = parser.parse_args(); sys.exit(arguments.command(arguments))"
)


def tool(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("QT_QPA_PLATFORM", "DISPLAY")}
    return subprocess.run(
        [sys.executable, "-c", TOOL, "gui", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=kept | environment,
        timeout=WAIT_MS / 1_000,
        check=False,
    )


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    return parser.parse_args(["gui", *arguments])


def test_the_command_line_finds_it_by_its_entry_point() -> None:
    names = {entry.name: entry.value for entry in entry_points(group="ocpi_sim.commands")}
    assert names.get("gui") == "gui.command:add_parser", "the package was installed before it had a window: make setup"


def test_the_simulator_starts_without_qt() -> None:
    code = "import sys; import gui.command; assert not [name for name in sys.modules if 'PySide6' in name]"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize(("text", "size"), [("1280x800", (1280, 800)), ("1024×640", (1024, 640))])
def test_sizes(text: str, size: tuple[int, int]) -> None:
    assert parsed("--size", text).size == size


@pytest.mark.parametrize("text", ["big", "3x3", "99999x800", "1280", "10001x800", "1280x149"])
def test_what_is_no_size_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--size", text)
    told = " ".join(capsys.readouterr().err.split())
    assert "is no size; expected is width x height in pixels, such as 1280x800, from 200x150 to 10000x10000" in told


def test_a_picture_of_a_view_and_of_the_window(quickstart: Path, tmp_path: Path) -> None:
    grounds = []
    for view, theme, size in (("load", "light", "500x300"), ("", "dark", "1024x640")):
        out = tmp_path / f"{view}.png"
        more = ["--view", view] if view else []
        done = tool(quickstart, "--at", "09:00", "--screenshot", out, "--size", size, "--theme", theme, *more)
        assert (done.returncode, done.stderr) == (0, "")
        image = QImage(str(out))
        assert f"{image.width()}x{image.height()}" == size
        colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colours) > 8
        grounds.append(image.pixelColor(2, 2).lightness())
    assert grounds[0] > 200 > 60 > grounds[1]


def test_a_picture_of_a_scenario_is_of_its_whole_run(tmp_path: Path) -> None:
    out = tmp_path / "summary.png"
    done = tool(QUICKSTART, "--view", "summary", "--screenshot", out)
    assert (done.returncode, done.stderr) == (0, "")
    assert not QImage(str(out)).isNull()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--screenshot", "a.png"], "A picture needs something to show"),
        (["none.ocpirun", "--screenshot", "a.png"], "there is no such file"),
        (["none.yaml", "--screenshot", "a.png"], "none.yaml cannot be played:\nnone.yaml:1:1: There is no file"),
        (
            ["{quickstart}", "--at", "11:30", "--screenshot", "a.png"],
            "11:30:00 lies outside the run, which lasts from 06:58:00 to 11:00:00.",
        ),
        (["{quickstart}", "--at", "2026-05-03T12:00", "--screenshot", "a.png"], "12:00:00 -1 lies outside the run"),
        (["{quickstart}", "--at", "noon", "--screenshot", "a.png"], "“noon” is no time"),
        (["{quickstart}", "--screenshot", "/nowhere/a.png"], "cannot be written as a picture"),
        ([], "There is no display for the window"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    arguments: list[str], sentence: str, quickstart: Path, tmp_path: Path
) -> None:
    done = tool(*[each.format(quickstart=quickstart) for each in arguments], WAYLAND_DISPLAY="")
    assert done.returncode == 2
    assert done.stderr.startswith("ocpi-sim: ")
    assert sentence in done.stderr.replace(f"{ROOT}/", "")
    assert "Traceback" not in done.stderr


def test_a_missing_library_is_told_with_the_packages_that_bring_it() -> None:
    error = ImportError("libEGL.so.1: cannot open shared object file: No such file or directory")
    sentence = command.why_no_qt(error)
    assert "(libEGL.so.1)" in sentence
    assert sentence.endswith("apt-get install " + command.DEBIAN_PACKAGES)
    missing = ModuleNotFoundError("No module named 'PySide6'", name="PySide6")
    assert "pip install 'ocpi-sim[gui]'" in command.why_no_qt(missing)
