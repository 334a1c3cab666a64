"""The way of the keyboard through the window: Tab from stop to stop in reading order, F6 from pane to pane.

Qt's own chain follows the order in which widgets were made and moved, and can close into a ring within one dock.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QMainWindow, QTabBar, QWidget

from gui.layout import Docks

_SAME_LINE: Final = 12
"""Stops whose upper edges differ by no more stand in one line, in device-independent pixels."""
_BESIDE: Final = 48
"""The same for panes, which may have tabs above them."""


class Panes:
    """The parts of the window that the keyboard goes to: toolbars, the middle, and docks that can be seen."""

    def __init__(self, window: QMainWindow, docks: Docks, bars: Sequence[QWidget]) -> None:
        self._window = window
        self._docks = docks
        self._bars = bars

    def panes(self) -> list[QWidget]:
        """In reading order; a dock with a window of its own comes last."""
        inside = [bar for bar in self._bars if bar.isVisible()]
        outside: list[QWidget] = []
        for name, view in self._docks.views.items():
            dock = self._docks.docks.get(name)
            if view.isVisible():
                (outside if dock is not None and dock.isFloating() else inside).append(dock or view)
        return [*_in_reading_order(inside, self._window, _BESIDE), *outside]

    def go(self, step: int) -> None:
        """To the next pane (1) or the one before (-1)."""
        panes = self.panes()
        focused = QApplication.focusWidget()
        at = next((number for number, pane in enumerate(panes) if _holds(pane, focused, self._tabs_of(pane))), None)
        pane = panes[(0 if step > 0 else -1) if at is None else (at + step) % len(panes)]
        pane.activateWindow()
        view = next((view for view in self._docks.views.values() if view is pane or pane.isAncestorOf(view)), None)
        if view is not None:
            view.setFocus(Qt.FocusReason.TabFocusReason)
        if not _holds(pane, pane.window().focusWidget()):
            for stop in _stops(pane):
                stop.setFocus(Qt.FocusReason.TabFocusReason)
                break

    def tab(self, step: int) -> bool:
        """To the next stop of the whole window (1) or the one before (-1); False when there is none."""
        stops = [stop for pane in self.panes() if not pane.isWindow() for stop in self._all_stops(pane)]
        if not stops:
            return False
        focused = QApplication.focusWidget()
        at = next((number for number, stop in enumerate(stops) if stop is focused), None)
        if at is None:
            # What has the keyboard is no stop itself, such as a cell's editor: go on from the stop that holds it.
            at = next((number for number, stop in enumerate(stops) if focused and stop.isAncestorOf(focused)), None)
        to = stops[(0 if step > 0 else -1) if at is None else (at + step) % len(stops)]
        to.setFocus(Qt.FocusReason.TabFocusReason if step > 0 else Qt.FocusReason.BacktabFocusReason)
        return True

    def _all_stops(self, pane: QWidget) -> Iterator[QWidget]:
        tabs = self._tabs_of(pane)
        if tabs is not None:
            yield tabs
        yield from _stops(pane)

    def _tabs_of(self, pane: QWidget) -> QTabBar | None:
        """The tabs above a dock that shares its place with others; Qt tells of them only by where they stand."""
        place = pane.geometry()
        for tabs in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            is_above = abs(tabs.geometry().bottom() + 1 - place.top()) <= _SAME_LINE
            if tabs.isVisible() and is_above and place.left() <= tabs.geometry().center().x() <= place.right():
                return tabs
        return None


def _holds(pane: QWidget, focused: QWidget | None, tabs: QTabBar | None = None) -> bool:
    return focused is not None and (focused is pane or focused is tabs or pane.isAncestorOf(focused))


def _stops(pane: QWidget) -> list[QWidget]:
    """What takes the keyboard within a pane, in reading order."""
    found = [pane, *pane.findChildren(QWidget)]
    return _in_reading_order([each for each in found if _is_stop(each)], pane, _SAME_LINE)


def _is_stop(widget: QWidget) -> bool:
    takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return takes and widget.isVisible() and widget.isEnabled() and not _is_one_of_several(widget)


def _is_one_of_several(widget: QWidget) -> bool:
    """Of buttons that exclude each other only the chosen one is a stop; the arrow keys go to the others."""
    if not isinstance(widget, QAbstractButton) or widget.isChecked():
        return False
    group = widget.group()
    return group is not None and group.exclusive() and group.checkedButton() is not None


def _in_reading_order(widgets: list[QWidget], within: QWidget, tolerance: int) -> list[QWidget]:
    """Line by line from above, each from the left."""
    places = {id(each): each.mapTo(within, QPoint(0, 0)) for each in widgets}
    lines: list[list[QWidget]] = []
    for each in sorted(widgets, key=lambda widget: places[id(widget)].y()):
        if not lines or places[id(each)].y() - places[id(lines[-1][0])].y() > tolerance:
            lines.append([])
        lines[-1].append(each)
    return [each for line in lines for each in sorted(line, key=lambda widget: places[id(widget)].x())]
