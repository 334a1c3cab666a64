"""Which views there are, where they stand at first, and how their places are kept from one time to the next."""

from importlib import import_module
from typing import Final, NamedTuple, Protocol, cast

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QVBoxLayout, QWidget

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.theme import Theme
from simulator.i18n import tr

_LAYOUT: Final = 1
"""Counts up when the docks change, so that a layout of an older program is not restored."""
_PLACES: Final = "window/places"
_SHAPE: Final = "window/shape"

LEAST: Final = QSize(160, 80)
LEAST_STRIP: Final = 112
"""What the timeline needs to be read, in device-independent pixels."""

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
            self.docks[place.id] = dock
            window.addDockWidget(place.area, dock)

    def reset(self) -> None:
        """The places that they have at first: a tab group at the right, the list and the strip below."""
        window = self._window
        for place in VIEWS:
            if place.area is not None:
                dock = self.docks[place.id]
                window.removeDockWidget(dock)
                dock.setFloating(False)
                window.addDockWidget(place.area, dock)
                dock.show()
        sequence, messages = self.docks["sequence"], self.docks["messages"]
        window.tabifyDockWidget(sequence, self.docks["load"])
        window.tabifyDockWidget(self.docks["load"], self.docks["summary"])
        window.splitDockWidget(messages, self.docks["timeline"], Qt.Orientation.Vertical)
        sequence.raise_()
        self.resize()

    def resize(self) -> None:
        """The sizes that they have at first; Qt heeds this only once the window is shown."""
        window, size = self._window, self._window.size()
        sequence, messages = self.docks["sequence"], self.docks["messages"]
        window.resizeDocks([sequence], [round(size.width() * 0.4)], Qt.Orientation.Horizontal)
        window.resizeDocks(
            [messages, self.docks["timeline"]],
            [round(size.height() * 0.25), max(LEAST_STRIP, round(size.height() * 0.13))],
            Qt.Orientation.Vertical,
        )

    def show(self, view_id: str) -> None:
        """Bring a view to the front and give it the keyboard."""
        dock = self.docks.get(view_id)
        if dock is not None:
            dock.show()
            dock.raise_()
        self.views[view_id].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def take_out(self, view_id: str) -> QWidget:
        """A view on its own, as a window without a parent; it does not come back."""
        view = self.views[view_id]
        view.setParent(None)
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
