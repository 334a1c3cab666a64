"""Whether Qt can put a window on the display, told in a sentence before Qt would abort the program over it.

Qt loads what speaks with a display (its platform plugin) only when the application object is made, and ends the process
when that fails. What would fail is tried here first: to load the plugin with all it needs, and to reach the display.
"""

import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Final, NamedTuple

from simulator.i18n import tr


class Platform(NamedTuple):
    """How Qt shows windows: the plugin, the variable that names the display, the Debian packages that it needs."""

    plugin: str
    variable: str
    packages: str


PLATFORMS: Final = {
    "wayland": Platform("libqwayland.so", "WAYLAND_DISPLAY", "libwayland-client0 libwayland-cursor0 libwayland-egl1"),
    "xcb": Platform(
        "libqxcb.so",
        "DISPLAY",
        "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-render0 "
        "libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1 libxkbcommon-x11-0 "
        "libx11-xcb1 libx11-6 libxcb1",
    ),
}
_LIBRARY: Final = re.compile(r"[^/\s:]+\.so[^\s:]*")


def named() -> list[str]:
    """The platforms that the environment asks for, the one that Qt is to try first before the other."""
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    if wanted:
        names = [each.partition(":")[0] for each in wanted.split(";")]
        return names if all(name in PLATFORMS for name in names) else []
    return [name for name, platform in PLATFORMS.items() if os.environ.get(platform.variable)]


def why_not_shown(plugins: Path) -> str:
    """Why no window can be shown on the display that the environment names; "" if one can be.

    `plugins` is the folder of Qt's platform plugins. Where one of two platforms works, Qt is told to take it.
    """
    platforms = named() if sys.platform.startswith("linux") else []
    reasons: list[str] = []
    for name in platforms:
        reason = missing_library(name, plugins) or _unreachable(name, plugins)
        if not reason:
            if reasons:
                os.environ["QT_QPA_PLATFORM"] = name
            return ""
        reasons.append(reason)
    return " ".join(reasons)


def missing_library(name: str, plugins: Path) -> str:
    """Which library of the system a platform lacks, and what brings it; "" if none."""
    platform = PLATFORMS[name]
    try:
        ctypes.CDLL(str(plugins / platform.plugin))
    except OSError as error:
        found = _LIBRARY.search(str(error))
        return tr(
            "There is a display, but Qt needs a library of the system to show a window on it ({library}); "
            "on Debian or Ubuntu: apt-get install {packages}"
        ).format(library=found[0] if found else error, packages=platform.packages)
    return ""


def _unreachable(name: str, plugins: Path) -> str:
    """Why the display does not answer; "" if it does. The plugin brings the functions that ask it."""
    platform = PLATFORMS[name]
    library = ctypes.CDLL(str(plugins / platform.plugin))
    reached = _reach_wayland(library) if name == "wayland" else _reach_x11(library)
    if reached:
        return ""
    return tr(
        "The display that {variable} names ({display}) cannot be reached; log in where there is one, or save a picture "
        "with --screenshot FILE."
    ).format(variable=platform.variable, display=os.environ.get(platform.variable) or tr("none"))


def _reach_x11(library: ctypes.CDLL) -> bool:
    library.xcb_connect.restype = ctypes.c_void_p
    library.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    library.xcb_connection_has_error.argtypes = library.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = library.xcb_connect(None, None)
    reached = not library.xcb_connection_has_error(connection)
    library.xcb_disconnect(connection)
    return reached


def _reach_wayland(library: ctypes.CDLL) -> bool:
    library.wl_display_connect.restype = ctypes.c_void_p
    library.wl_display_connect.argtypes = [ctypes.c_char_p]
    library.wl_display_disconnect.argtypes = [ctypes.c_void_p]
    connection = library.wl_display_connect(None)
    if connection:
        library.wl_display_disconnect(connection)
    return bool(connection)
