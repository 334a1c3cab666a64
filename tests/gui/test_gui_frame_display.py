"""A display that cannot be used is told in a sentence, where Qt would end the process without one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.app import platform_plugins
from gui.display import PLATFORMS, missing_library, named, why_not_shown
from tests.gui.conftest import QUICKSTART, ROOT
from tests.gui.test_gui_frame_command import tool

NOWHERE = ":4242"


def test_a_library_that_the_display_needs_is_named_with_its_packages(tmp_path: Path) -> None:
    (tmp_path / "libxcb-cursor.so.0").touch()
    done = tool(QUICKSTART, DISPLAY=NOWHERE, WAYLAND_DISPLAY="", LD_LIBRARY_PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("ocpi-sim: There is a display, but Qt needs a library of the system")
    assert "(libxcb-cursor.so.0)" in done.stderr
    assert "apt-get install libxcb-cursor0 " in done.stderr


@pytest.mark.parametrize("platform", ["", "xcb", "wayland;xcb"])
def test_a_display_that_does_not_answer_is_told(platform: str) -> None:
    """Where the libraries are that can ask it; on a bare machine their lack is told, as no more can be known."""
    lacks = missing_library("xcb", platform_plugins())
    done = tool(QUICKSTART, DISPLAY=NOWHERE, WAYLAND_DISPLAY="", QT_QPA_PLATFORM=platform)
    assert done.returncode == 2
    assert (lacks or f"The display that DISPLAY names ({NOWHERE}) cannot be reached") in done.stderr


@pytest.mark.parametrize(
    ("environment", "platforms"),
    [
        ({"DISPLAY": ":0"}, ["xcb"]),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["wayland", "xcb"]),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, []),
        ({"QT_QPA_PLATFORM": "xcb:no-xkb"}, ["xcb"]),
    ],
)
def test_what_is_tried_is_what_the_environment_names(
    environment: dict[str, str], platforms: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert named() == platforms


def test_without_a_display_to_try_nothing_is_the_matter() -> None:
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert why_not_shown(platform_plugins()) == ""


def test_a_plugin_that_is_not_there_is_told_too(tmp_path: Path) -> None:
    assert "(libqxcb.so)" in missing_library("xcb", tmp_path)


def test_setting_up_names_the_same_packages() -> None:
    script = (ROOT / ".ci" / "qt-libraries").read_text(encoding="utf-8")
    for platform in PLATFORMS.values():
        assert set(platform.packages.split()) <= set(script.replace('"', " ").split())


def test_make_run_does_not_deny_a_display_that_cannot_be_used(tmp_path: Path) -> None:
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "python").symlink_to("/bin/true")
    program = bin / "ocpi-sim"
    program.write_text('#!/bin/sh\ncase "$*" in *--screenshot*) exit 0;; esac\nexit 2\n', encoding="utf-8")
    program.chmod(0o755)
    kept = {key: value for key, value in os.environ.items() if key != "WAYLAND_DISPLAY"}
    said = {}
    for display in (NOWHERE, ""):
        command = ["sh", str(ROOT / ".ci" / "show-window"), str(program), "a.yaml", "a.ocpirun"]
        done = subprocess.run(command, env=kept | {"DISPLAY": display}, capture_output=True, text=True, check=True)
        said[display] = done.stdout
    assert "There is no display" in said[""]
    if sys.platform.startswith("linux"):
        assert "There is no display" not in said[NOWHERE]
        assert "The window did not open on this display" in said[NOWHERE]
