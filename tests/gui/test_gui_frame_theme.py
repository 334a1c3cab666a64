"""Colours that can be read, states that differ by shape, icons that are there and drawn in the theme's ink."""

from itertools import combinations

import pytest
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication

from gui.theme import ICONS, Theme

TEXT = ("text", "muted", "accent", "error", "warning", "note", "good")
MODULES = (
    "sessions", "locations", "commands", "cdrs", "tokens", "tariffs", "credentials", "chargingprofiles",
    "hubclientinfo", "versions", "ocpp", "street",
)  # fmt: skip
STATUSES = ("AVAILABLE", "CHARGING", "RESERVED", "BLOCKED", "OUTOFORDER", "UNKNOWN")


@pytest.fixture(params=[False, True], ids=["light", "dark"])
def either(request: pytest.FixtureRequest, qapp: QApplication) -> Theme:
    return Theme(request.param)


def luminance(colour: QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", TEXT)
def test_text_can_be_read(either: Theme, name: str) -> None:
    for ground in (either.window, either.panel):
        assert contrast(getattr(either, name), ground) >= 4.5
    assert contrast(either.text, either.selection) >= 4.5


@pytest.mark.parametrize("name", MODULES)
def test_marks_can_be_seen(either: Theme, name: str) -> None:
    assert contrast(either.module(name), either.panel) >= 3
    assert contrast(either.module(name), either.selection) >= 3


def test_no_two_modules_look_alike(either: Theme) -> None:
    for one, other in combinations(MODULES, 2):
        distance = sum(
            (a - b) ** 2 for a, b in zip(either.module(one).getRgb(), either.module(other).getRgb(), strict=True)
        )
        assert distance**0.5 > 30, (one, other)


def test_statuses_differ_by_shape(either: Theme) -> None:
    shapes = [either.status(status)[1] for status in STATUSES]
    assert len(set(shapes)) == len(STATUSES)
    assert either.status("Available") == either.status("AVAILABLE")
    assert either.status("never heard of") == either.status("UNKNOWN")


def test_outcomes(either: Theme) -> None:
    assert either.outcome("delivered", 200, 1000) == either.good
    assert either.outcome("delivered", 200, 2001) == either.outcome("delivered", 404, None) == either.warning
    for final, http, ocpi in (("lost", None, None), ("timed_out", None, None), ("delivered", 500, 3000)):
        assert either.outcome(final, http, ocpi) == either.error


@pytest.mark.parametrize("name", sorted(path.stem for path in ICONS.glob("*.svg")))
def test_icons_are_drawn_in_the_theme_s_ink(either: Theme, name: str) -> None:
    image = either.icon(name).pixmap(24).toImage()
    ink = [image.pixelColor(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 200]
    assert len(ink) > 15
    assert all(abs(colour.red() - either.text.red()) < 12 for colour in ink)
    faint = either.icon(name).pixmap(24, QIcon.Mode.Disabled).toImage()
    assert max(faint.pixelColor(x, y).alpha() for x in range(24) for y in range(24)) < 200
