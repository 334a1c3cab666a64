"""The keyboard reaches everything, and everything that it reaches has a name."""

from collections import Counter

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot

from gui.actions import ACTIONS
from gui.main_window import MainWindow

TAB, F6, SHIFT, NO_KEY = (
    Qt.Key.Key_Tab,
    Qt.Key.Key_F6,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
MOST = 120


@pytest.fixture
def active(opened: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window, with the keyboard in the topology."""
    opened.activateWindow()
    opened.docks.show("topology")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    return opened


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def pane_of(window: MainWindow, widget: QWidget) -> str:
    """The name of the part of the window that a widget is in."""
    if isinstance(widget, QTabBar) and widget.parentWidget() is window:
        return "tabs"
    for name, view in window.docks.views.items():
        if widget is view or view.isAncestorOf(widget):
            return name
    return "tools" if window.tools.isAncestorOf(widget) else "elsewhere"


def walk(window: MainWindow, qtbot: QtBot, keys: Qt.KeyboardModifier = NO_KEY) -> list[QWidget]:
    """Every stop of Tab, from where the keyboard is until it is there again."""
    stops = [focused()]
    for _ in range(MOST):
        qtbot.keyClick(focused(), TAB if keys == NO_KEY else Qt.Key.Key_Backtab, keys)
        if focused() is stops[0]:
            return stops
        stops.append(focused())
    raise AssertionError(f"Tab does not come back: {[stop.accessibleName() for stop in stops[-12:]]}")


def test_tab_goes_round_the_whole_window(active: MainWindow, qtbot: QtBot) -> None:
    stops = walk(active, qtbot)
    parts = [pane_of(active, stop) for stop in stops]
    assert set(parts) == {"tools", "topology", "tabs", "sequence", "messages", "timeline"}
    assert max(Counter(map(id, stops)).values()) == 1
    order = [part for part, before in zip(parts, [None, *parts], strict=False) if part != before]
    assert order == ["topology", "tabs", "sequence", "messages", "timeline", "tools", "topology"][: len(order)]
    for stop in (active.tools.filter, active.tools.time, active.tools.speed):
        assert stop in stops


def test_shift_tab_goes_the_same_way_back(active: MainWindow, qtbot: QtBot) -> None:
    # What has the keyboard may select something, and with that more can be pressed.
    walk(active, qtbot)
    there = walk(active, qtbot)
    back = walk(active, qtbot, SHIFT)
    assert back == [there[0], *reversed(there[1:])]


def test_every_button_of_the_toolbar_that_can_be_pressed_is_reached(active: MainWindow, qtbot: QtBot) -> None:
    stops = walk(active, qtbot)
    for action in active.tools.actions():
        button = active.tools.widgetForAction(action)
        if action.text() and action.isEnabled():
            assert button in stops, action.text()


def test_f6_goes_from_pane_to_pane_and_back(active: MainWindow, qtbot: QtBot) -> None:
    there = []
    for _ in range(6):
        there.append(pane_of(active, focused()))
        qtbot.keyClick(focused(), F6)
    assert there == ["topology", "sequence", "messages", "timeline", "tools", "topology"]
    back = []
    for _ in range(6):
        back.append(pane_of(active, focused()))
        qtbot.keyClick(focused(), F6, SHIFT)
    assert back == ["sequence", "topology", "tools", "timeline", "messages", "sequence"]


def test_f6_goes_on_from_the_tabs_of_a_pane(active: MainWindow, qtbot: QtBot) -> None:
    (tabs,) = [bar for bar in active.findChildren(QTabBar) if bar.parentWidget() is active and bar.isVisible()]
    tabs.setFocus()
    qtbot.keyClick(tabs, F6)
    assert pane_of(active, focused()) == "messages"


def test_the_arrow_keys_choose_a_view_in_the_tabs(active: MainWindow, qtbot: QtBot) -> None:
    (tabs,) = [bar for bar in active.findChildren(QTabBar) if bar.parentWidget() is active and bar.isVisible()]
    tabs.setFocus()
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert active.docks.views["load"].isVisible()
    assert not active.docks.views["sequence"].isVisible()


def test_f6_reaches_a_view_with_a_window_of_its_own(active: MainWindow, qtbot: QtBot) -> None:
    active.docks.show("messages")
    active.actions_by_id["float_view"].trigger()
    dock = active.docks.docks["messages"]
    assert dock.isFloating()
    active.docks.show("topology")
    parts = set()
    for _ in range(7):
        active.actions_by_id["next_pane"].trigger()
        # A window becomes the active one a moment later.
        QApplication.processEvents()
        parts.add(pane_of(active, focused()))
    assert "messages" in parts
    active.docks.show("messages")
    QApplication.processEvents()
    active.actions_by_id["float_view"].trigger()
    assert not dock.isFloating()


def test_a_view_is_put_away_and_called_back_by_keys(active: MainWindow, qtbot: QtBot) -> None:
    active.docks.show("timeline")
    active.actions_by_id["hide_view"].trigger()
    assert active.docks.docks["timeline"].isHidden()
    assert pane_of(active, focused()) == "topology"
    active.actions_by_id["hide_view"].trigger()
    assert "stays in the middle" in active.status.currentMessage()
    active.actions_by_id["show_timeline"].trigger()
    assert active.docks.views["timeline"].isVisible()


def name_of(widget: QWidget) -> str:
    """What a reader of the screen says of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else widget.accessibleName()


def takes_keys(widget: QWidget) -> bool:
    """Whether the keyboard can come to it; a viewport belongs to the area around it, a box's list to the box."""
    parent = widget.parentWidget()
    is_part = isinstance(parent, QAbstractScrollArea) and parent.viewport() is widget
    is_part |= parent is not None and parent.metaObject().className() == "QComboBoxPrivateContainer"
    return widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None and not is_part


@pytest.mark.parametrize("size", [QSize(1280, 800), QSize(1024, 640)])
def test_all_that_takes_the_keyboard_has_a_name(opened: MainWindow, qtbot: QtBot, size: QSize) -> None:
    opened.resize(size)
    opened.docks.reset()
    # Views make some of their parts when they are shown, or when something is selected.
    for view in opened.docks.views:
        opened.docks.show(view)
        QApplication.processEvents()
    opened.run.step()
    QApplication.processEvents()
    nameless = [
        f"{pane_of(opened, widget)}: {type(widget).__name__} {widget.objectName()}"
        for widget in opened.findChildren(QWidget)
        if takes_keys(widget) and not name_of(widget).strip()
    ]
    assert not nameless
    for tabs in opened.findChildren(QTabBar):
        assert tabs.accessibleName(), pane_of(opened, tabs)


def test_every_action_has_a_key_and_stands_in_the_palette(opened: MainWindow) -> None:
    for action in ACTIONS:
        assert action.keys, action.id
    assert set(opened.actions_by_id) == {action.id for action in ACTIONS}
