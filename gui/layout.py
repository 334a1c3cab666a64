"""Which views there are, where they stand at first, and how their places are kept from one time to the next."""

from importlib import import_module
from itertools import pairwise
from typing import Final, NamedTuple, Protocol, cast

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.theme import Theme
from simulator.i18n import tr

_LAYOUT: Final = 2
"""Counts up when the docks change, so that a layout of an older program is not restored."""
_PLACES: Final = "window/places"
_SHAPE: Final = "window/shape"

LEAST: Final = QSize(160, 80)
LEAST_STRIP: Final = 112
"""What the timeline needs to be read, in device-independent pixels."""
ROOMY: Final = QSize(1200, 740)
"""From this size of the window on, the list of messages stands beside the pictures; below, they share one place."""
_WIDE: Final = 1600
_SHARE_SMALL: Final = 0.54
_SHARE_ROOMY: Final = 0.45
_SHARE_WIDE: Final = 0.4
"""Of the window's width, for the tab group at the right."""

Area = Qt.DockWidgetArea


class View(Protocol):
    """What the window asks of a view, beside being a QWidget."""

    view_id: str

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""


class ViewPlace(NamedTuple):
    """A view: its id, the title of its dock, its module and class, and where it stands; None: in the middle."""

    id: str
    title: str
    module: str
    name: str
    area: Area | None


VIEWS: Final = (
    ViewPlace("topology", tr("Topology"), "gui.views.topology", "TopologyView", None),
    ViewPlace("sequence", tr("Sequence"), "gui.views.sequence", "SequenceView", Area.RightDockWidgetArea),
    ViewPlace("load", tr("Load"), "gui.views.load", "LoadView", Area.RightDockWidgetArea),
    ViewPlace("summary", tr("Summary"), "gui.views.summary", "SummaryView", Area.RightDockWidgetArea),
    ViewPlace("connections", tr("Connections"), "gui.views.connections", "ConnectionsView", Area.RightDockWidgetArea),
    ViewPlace("messages", tr("Messages"), "gui.views.messages", "MessagesView", Area.BottomDockWidgetArea),
    ViewPlace("timeline", tr("Timeline"), "gui.views.timeline", "TimelineView", Area.BottomDockWidgetArea),
)


def make_view(place: ViewPlace, run: Run, cursor: Cursor, theme: Theme) -> QWidget:
    """Load a view's module and make the view."""
    made: QWidget = getattr(import_module(place.module), place.name)(run, cursor, theme)
    made.setObjectName(place.id)
    return made


def _frame(view: QWidget) -> QWidget:
    """Holds a view that is shown only while it can be seen: a dock behind another tab merely lies outside the window,
    and a dock whose own widget is hidden can have no size.
    """
    frame = QWidget()
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(view)
    # What a view asks for inside must not push the others out of a small window.
    frame.setMinimumSize(LEAST.width(), max(LEAST.height(), min(view.minimumSizeHint().height(), LEAST_STRIP)))
    view.hide()
    return frame


class Docks:
    """The views of one window in their docks; topology stands in the middle."""

    def __init__(self, window: QMainWindow, run: Run, cursor: Cursor, theme: Theme) -> None:
        self._window = window
        self.views: dict[str, QWidget] = {}
        self.docks: dict[str, QDockWidget] = {}
        self._titles = QTimer(window, singleShot=True, interval=0)
        self._titles.timeout.connect(self._show_titles)
        window.setDockNestingEnabled(True)
        window.setTabPosition(Area.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner):
            window.setCorner(corner, Area.BottomDockWidgetArea)
        for place in VIEWS:
            view = make_view(place, run, cursor, theme)
            self.views[place.id] = view
            if place.area is None:
                view.setMinimumSize(LEAST)
                window.setCentralWidget(view)
                continue
            dock = QDockWidget(place.title, window)
            dock.setObjectName(f"dock {place.id}")
            dock.setAccessibleName(place.title)
            dock.setWidget(_frame(view))
            dock.visibilityChanged.connect(view.setVisible)
            for moved in (dock.visibilityChanged, dock.dockLocationChanged, dock.topLevelChanged):
                moved.connect(self._titles.start)
            self.docks[place.id] = dock
            window.addDockWidget(place.area, dock)

    def reset(self) -> None:
        """The places that they have at first: a tab group at the right, the list and the strip below.

        In a small window the list joins the tab group, so that each view is high enough to show what it is for.
        """
        window, docks = self._window, self.docks
        for place in VIEWS:
            if place.area is not None:
                dock = docks[place.id]
                window.removeDockWidget(dock)
                dock.setFloating(False)
                window.addDockWidget(place.area, dock)
                dock.show()
        tabs = [docks["sequence"], docks["load"], docks["summary"], docks["connections"]]
        if self._is_roomy:
            window.splitDockWidget(docks["messages"], docks["timeline"], Qt.Orientation.Vertical)
        else:
            window.removeDockWidget(docks["messages"])
            window.addDockWidget(Area.RightDockWidgetArea, docks["messages"])
            docks["messages"].show()
            tabs.insert(1, docks["messages"])
        for left, right in pairwise(tabs):
            window.tabifyDockWidget(left, right)
        docks["sequence"].raise_()
        self.resize()

    @property
    def _is_roomy(self) -> bool:
        size = self._window.size()
        return size.width() >= ROOMY.width() and size.height() >= ROOMY.height()

    def resize(self) -> None:
        """The sizes that they have at first; Qt heeds this only once the window is shown."""
        window, size = self._window, self._window.size()
        share = _SHARE_WIDE if size.width() >= _WIDE else _SHARE_ROOMY if self._is_roomy else _SHARE_SMALL
        window.resizeDocks([self.docks["sequence"]], [round(size.width() * share)], Qt.Orientation.Horizontal)
        heights = {"timeline": max(LEAST_STRIP, round(size.height() * 0.13))}
        if self._is_roomy:
            heights["messages"] = round(size.height() * 0.26)
        window.resizeDocks([self.docks[name] for name in heights], list(heights.values()), Qt.Orientation.Vertical)

    def _show_titles(self) -> None:
        """A tab tells the title already: a dock in a tab group has no bar that repeats it."""
        for dock in self.docks.values():
            others = self._window.tabifiedDockWidgets(dock)
            is_tab = not dock.isFloating() and any(not each.isHidden() for each in others)
            if is_tab != (dock.titleBarWidget() is not None):
                dock.setTitleBarWidget(QWidget() if is_tab else None)  # type: ignore[arg-type]  # None: Qt's own bar

    def show(self, view_id: str) -> None:
        """Bring a view to the front and give it the keyboard."""
        dock = self.docks.get(view_id)
        if dock is not None:
            dock.show()
            dock.raise_()
        self.views[view_id].activateWindow()
        self.views[view_id].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def take_out(self, view_id: str) -> QWidget:
        """A view on its own, as a window without a parent; it does not come back."""
        view = self.views[view_id]
        view.setParent(None)
        # What the window's style sheet has touched keeps the colours of that moment when it leaves the window.
        colours = QApplication.palette()
        for widget in (view, *view.findChildren(QWidget)):
            if widget.palette().base() != colours.base():
                widget.setPalette(colours)
        return view

    def set_theme(self, theme: Theme) -> None:
        """Other colours for all views."""
        for view in self.views.values():
            cast(View, view).set_theme(theme)

    def restore(self, settings: QSettings, size: QSize) -> bool:
        """The places of the last time; at the first time, or after the docks have changed, those they have at first.

        True when there were places to restore.
        """
        self._window.resize(size)
        shape, places = settings.value(_SHAPE), settings.value(_PLACES)
        if isinstance(shape, QByteArray):
            self._window.restoreGeometry(shape)
        if isinstance(places, QByteArray) and self._window.restoreState(places, _LAYOUT):
            return True
        self.reset()
        return False

    def save(self, settings: QSettings) -> None:
        """Keep the places for the next time."""
        settings.setValue(_SHAPE, self._window.saveGeometry())
        settings.setValue(_PLACES, self._window.saveState(_LAYOUT))
