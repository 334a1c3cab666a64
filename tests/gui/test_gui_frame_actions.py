"""The list of actions, and the palette that finds them."""

from collections import Counter
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.actions import ACTIONS, MENUS, Situation
from gui.palette import CommandPalette, fit
from gui.theme import ICONS, Theme


def test_ids_and_keys_are_each_given_once() -> None:
    assert max(Counter(action.id for action in ACTIONS).values()) == 1
    keys = [QKeySequence(keys) for action in ACTIONS for keys in action.keys]
    assert max(Counter(key.toString() for key in keys).values()) == 1
    assert all(not key.isEmpty() and key.toString() for key in keys)


def test_each_has_its_place_and_its_icon() -> None:
    for action in ACTIONS:
        assert action.menu in MENUS
        assert not action.icon or (ICONS / f"{action.icon}.svg").is_file()


def test_mnemonics_are_unique_within_a_menu() -> None:
    for menu in MENUS:
        marks = [
            action.text[action.text.index("&") + 1].lower()
            for action in ACTIONS
            if action.menu == menu and "&" in action.text
        ]
        assert len(marks) == len(set(marks)), menu


def test_without_a_run_only_what_needs_none_can_be_done() -> None:
    can = {action.id for action in ACTIONS if action.when(Situation())}
    assert {"open", "quit", "show_palette", "switch_theme", "show_load"} <= can
    assert not can & {
        "play_or_pause",
        "step",
        "step_back",
        "go_live",
        "jump_next",
        "close_run",
        "speed_60",
        "edit_filter",
    }


def test_a_run_that_takes_no_orders_cannot_be_stepped_at_its_edge() -> None:
    now = Situation(is_open=True, is_live=True, at_edge=True, playing=True)
    can = {action.id for action in ACTIONS if action.when(now)}
    assert "step" not in can
    assert {"play_or_pause", "step_back"} <= can


@pytest.mark.parametrize(
    ("typed", "text", "fits"),
    [
        ("", "Quit", True),
        ("step", "Step to the next message", True),
        ("next step", "Step to the next message", True),
        ("stnx", "Step to the next message", True),
        ("xyz", "Step to the next message", False),
        ("tpes", "Step", False),
    ],
)
def test_typing_finds(typed: str, text: str, fits: bool) -> None:
    assert (fit(typed, text) is not None) == fits


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def palette(qtbot: QtBot, theme: Theme, done: list[str]) -> Iterator[CommandPalette]:
    window = QWidget()
    window.resize(800, 600)
    qtbot.addWidget(window)
    window.show()
    actions = []
    for text in ("&Play", "Step to the next message", "Step back", "Quit"):
        action = QAction(text, window)
        action.triggered.connect(lambda _=False, text=text: done.append(text))
        actions.append(action)
    actions[0].setShortcut("Space")
    actions[1].setEnabled(False)
    palette = CommandPalette(actions, theme, window)
    palette.show()
    yield palette  # pytest-qt holds the window weakly only: this frame keeps it
    del window


def shown(palette: CommandPalette) -> list[str]:
    items = [palette.list.topLevelItem(row) for row in range(palette.list.topLevelItemCount())]
    return [item.text(0) for item in items if item is not None]


def test_all_is_shown_and_typing_narrows_it(palette: CommandPalette, qtbot: QtBot) -> None:
    assert shown(palette) == ["Play", "Step to the next message", "Step back", "Quit"]
    first = palette.list.topLevelItem(0)
    assert first is not None
    assert first.text(1) == "Space"
    qtbot.keyClicks(palette.field, "step")
    assert shown(palette) == ["Step to the next message", "Step back"]
    current = palette.list.currentItem()
    assert current is not None
    assert current.text(0) == "Step back"


def test_enter_does_it_and_closes(palette: CommandPalette, done: list[str], qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "back")
    with qtbot.waitSignal(palette.destroyed):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["Step back"]


def test_arrows_move_while_typing_goes_on(palette: CommandPalette, done: list[str], qtbot: QtBot) -> None:
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.destroyed):
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert done == ["Quit"]


def test_what_cannot_be_done_now_is_shown_but_not_done(palette: CommandPalette, done: list[str], qtbot: QtBot) -> None:
    qtbot.keyClicks(palette.field, "next message")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert shown(palette) == ["Step to the next message"]
    assert done == []
    with qtbot.waitSignal(palette.destroyed):
        qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
