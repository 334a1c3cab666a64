"""`ocpi-sim gui`: the command that opens the window, or saves a picture of it without a display.

It is found by its entry point (group ocpi_sim.commands) each time `ocpi-sim` starts, so Qt is loaded only when it runs.
"""

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Final

from gui.display import why_not_shown
from simulator.i18n import tr

VIEW_IDS: Final = ("topology", "messages", "sequence", "load", "timeline", "summary", "connections")
DEBIAN_PACKAGES: Final = "libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfreetype6 libfontconfig1 libdbus-1-3"
WIDTHS: Final = range(200, 10_001)
HEIGHTS: Final = range(150, 10_001)
USER_MISTAKE: Final = 2

_SIZE: Final = re.compile(r"(\d{1,6})[x×](\d{1,6})")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "gui",
        help=tr("open the window on a scenario or a recording"),
        description=tr("Plays a scenario and shows it live, or shows a recording; saves a picture where asked for."),
    )
    add = parser.add_argument
    add(
        "path",
        metavar="SCENARIO|RECORDING",
        type=Path,
        nargs="?",
        help=tr("a scenario (.yaml) to play, or a recording (.ocpirun), finished or growing"),
    )
    add(
        "--view",
        choices=VIEW_IDS,
        metavar="NAME",
        help=tr("the view to show: {names}").format(names=", ".join(VIEW_IDS)),
    )
    add("--at", metavar="TIME", help=tr("where the time cursor stands: HH:MM of the first day, or an ISO instant"))
    add("--screenshot", metavar="FILE", type=Path, help=tr("save a picture (PNG) of the view or window, and end"))
    add("--size", metavar="WxH", type=size, help=tr("of the picture or window in pixels, such as 1280x800"))
    add("--theme", choices=("light", "dark"), help=tr("instead of the colours of the last time"))
    parser.set_defaults(command=run)


def size(text: str) -> tuple[int, int]:
    """Width and height of `1280x800`."""
    match = _SIZE.fullmatch(text)
    if match and int(match[1]) in WIDTHS and int(match[2]) in HEIGHTS:
        return int(match[1]), int(match[2])
    raise argparse.ArgumentTypeError(
        tr(
            "“{found}” is no size; expected is width x height in pixels, such as 1280x800, from {least} to {most}"
        ).format(found=text, least=f"{WIDTHS[0]}x{HEIGHTS[0]}", most=f"{WIDTHS[-1]}x{HEIGHTS[-1]}")
    )


def run(arguments: argparse.Namespace) -> int:
    """Open the window and stay until it is closed, or save the picture; returns the exit code."""
    if arguments.screenshot is not None and arguments.path is None:
        return _refuse(tr("A picture needs something to show: name a scenario or a recording before --screenshot."))
    if arguments.screenshot is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    elif not has_display():
        return _refuse(
            tr(
                "There is no display for the window (DISPLAY and WAYLAND_DISPLAY are not set); log in where there is "
                "one, or save a picture with --screenshot FILE."
            )
        )
    try:
        from gui import before_qt  # noqa: F401, I001

        from gui import app
    except ImportError as error:
        return _refuse(why_no_qt(error))
    if arguments.screenshot is None:
        reason = why_not_shown(app.platform_plugins())
        if reason:
            return _refuse(reason)
        return app.show(arguments.path, arguments.view, arguments.at, arguments.size, arguments.theme)
    sentence = app.picture(
        arguments.path, arguments.screenshot, arguments.view, arguments.at, arguments.size, arguments.theme
    )
    return _refuse(sentence) if sentence else 0


def has_display() -> bool:
    """Whether a window can be shown; always where there is no X11 or Wayland to ask for."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def why_no_qt(error: ImportError) -> str:
    """What to install: the program's own parts, or the libraries of the system that Qt needs."""
    if isinstance(error, ModuleNotFoundError):
        return tr("The window needs {module}: install it with pip install 'ocpi-sim[gui]'.").format(module=error.name)
    library = str(error).partition(":")[0]
    return tr("Qt needs a library of the system ({library}); on Debian or Ubuntu: apt-get install {packages}").format(
        library=library, packages=DEBIAN_PACKAGES
    )


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"ocpi-sim: {sentence}\n")
    return USER_MISTAKE
