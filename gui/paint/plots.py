"""The plots of the load view in pyqtgraph: power, occupied places, and what is selected, over one time axis.

Only the opened load view imports this file, which brings pyqtgraph along. The curves are drawn from their pyramids for
the visible stretch of time, anew at each zoom and pan.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsScene, QVBoxLayout, QWidget

from gui.paint.curve import CurveItem
from gui.paint.lines import PANELS, Line, Panel
from gui.paint.plot_axes import TimeAxis, ValueAxis
from gui.paint.plot_labels import Overlay
from gui.theme import Theme

_STRETCH: Final = {"power": 5, "places": 2, "one": 2, "charge": 2}
_REACH_PX: Final = 10
_COLUMN_PX: Final = 2
_NARROWEST_S: Final = 2.0
_UNBOUNDED: Final = 16_777_215
_HEADROOM: Final[Mapping[Panel, float]] = {"power": 1.08, "places": 1.1, "one": 1.45, "charge": 1.08}
"""Above the highest value; where a caption stands, more."""


class Plots(QWidget):
    """Draws Lines. `picked` brings an instant and the name of the Line under the mouse ("" for none); `ranged` the
    visible stretch; `hovered` what is under the mouse in words.
    """

    picked = Signal(object, str)
    ranged = Signal(object, object)
    hovered = Signal(str)

    def __init__(
        self,
        local: Callable[[int], datetime],
        clock: Callable[[int], str],
        titles: Mapping[Panel, str],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._theme = theme
        self._lines: list[tuple[Line, CurveItem]] = []
        self._now_us = 0
        self._at_us = 0
        self.bounds_us = (0, 0)
        self.canvas = pg.GraphicsLayoutWidget(self)
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # A few items that all fill their plot: a search tree of theirs costs more than it saves.
        self.canvas.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.canvas.ci.layout.setContentsMargins(0, theme.space, theme.space, 0)
        self.canvas.ci.layout.setSpacing(0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self._times: dict[Panel, TimeAxis] = {}
        self._values: dict[Panel, ValueAxis] = {}
        self._boxes: dict[Panel, Any] = {}
        self._cursors: dict[Panel, Any] = {}
        self._bands: dict[Panel, Any] = {}
        self._overlays: dict[Panel, Overlay] = {}
        for row, panel in enumerate(PANELS):
            self._add_panel(row, panel, local, titles[panel])
        self._tip = pg.TextItem(anchor=(0, 1))
        self._tip.setZValue(30)
        self._boxes["power"].addItem(self._tip, ignoreBounds=True)
        self._tip.hide()
        self._time_text = pg.TextItem(anchor=(0, 0))
        self._time_text.setZValue(25)
        self._time_text.textItem.document().setDocumentMargin(1)
        self._boxes["power"].addItem(self._time_text, ignoreBounds=True)
        self._visible: tuple[Panel, ...] = ()
        self.show_panels(("power", "places"))
        self.canvas.scene().sigMouseClicked.connect(self._clicked)
        self.canvas.scene().sigMouseMoved.connect(self._moved)
        self._boxes["power"].sigXRangeChanged.connect(self._range_changed)
        self.set_theme(theme)

    def _add_panel(self, row: int, panel: Panel, local: Callable[[int], datetime], title: str) -> None:
        # A bare ViewBox: pyqtgraph's PlotItem brings menus along, in English and never to be freed.
        box = pg.ViewBox(enableMenu=False, defaultPadding=0)
        box.setMouseEnabled(x=True, y=False)
        box.disableAutoRange()
        if panel != "power":
            box.setXLink(self._boxes["power"])
        left = ValueAxis(box, self._theme, title, whole=panel == "places")
        bottom = TimeAxis(box, self._theme, local)
        self.canvas.addItem(left, row=2 * row, col=0)
        self.canvas.addItem(box, row=2 * row, col=1)
        self.canvas.addItem(bottom, row=2 * row + 1, col=1)
        self._times[panel], self._overlays[panel] = bottom, Overlay(box, self._theme)
        box.sigResized.connect(self._overlays[panel].replace)
        band = pg.LinearRegionItem(movable=False)
        band.setZValue(-10)
        band.hide()
        cursor = pg.InfiniteLine(angle=90, movable=True)
        cursor.setZValue(20)
        cursor.sigDragged.connect(lambda line: self.picked.emit(round(line.value() * 1e6), ""))
        for item in (band, cursor):
            box.addItem(item, ignoreBounds=True)
        self._boxes[panel], self._values[panel] = box, left
        self._bands[panel], self._cursors[panel] = band, cursor

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Take on another theme; the lines' colours come with `set_lines`."""
        self._theme = theme
        self.canvas.setBackground(theme.panel)
        for panel in PANELS:
            self._values[panel].set_theme(theme)
            self._times[panel].set_theme(theme)
            self._overlays[panel].set_theme(theme)
            self._cursors[panel].setPen(pg.mkPen(theme.accent, width=1))
            self._cursors[panel].setHoverPen(pg.mkPen(theme.accent, width=3))
            shade = QColor(theme.selection)
            shade.setAlphaF(0.55)
            self._bands[panel].setBrush(shade)
            for line in self._bands[panel].lines:
                line.setPen(pg.mkPen(theme.line))
        for text in (self._tip, self._time_text):
            text.setColor(theme.text if text is self._tip else theme.accent)
            text.fill = pg.mkBrush(theme.window)
            text.border = pg.mkPen(theme.line)
            text.textItem.setFont(theme.small)

    def show_panels(self, panels: Sequence[Panel]) -> None:
        """Show these panels; the time axis has its texts under the lowest."""
        if tuple(panels) == self._visible:
            return
        self._visible = tuple(panels)
        for row, panel in enumerate(PANELS):
            is_shown, is_lowest = panel in panels, panel == panels[-1]
            self.canvas.ci.layout.setRowStretchFactor(2 * row, _STRETCH[panel] if is_shown else 0)
            for item in (self._boxes[panel], self._values[panel], self._times[panel]):
                item.setVisible(is_shown)
            for item in (self._boxes[panel], self._values[panel]):
                item.setMaximumHeight(_UNBOUNDED if is_shown else 0)
            self._times[panel].set_room(is_shown=is_shown, is_lowest=is_lowest)
        self.canvas.ci.layout.activate()
        self._redraw()

    def set_zone(self, text: str) -> None:
        """What the time axis says of its times."""
        for axis in self._times.values():
            axis.title = text
            axis.update()

    def set_captions(self, panel: Panel, texts: Sequence[str]) -> None:
        """What stands in the corner of a panel: the first of these, from long to short, for which there is room."""
        self._overlays[panel].set_captions(texts)

    def set_lines(self, lines: Sequence[Line], now_us: int) -> None:
        """Draw these instead of what is drawn; a line without an end of its own reaches to `now_us`."""
        for line, item in self._lines:
            self._boxes[line.panel].removeItem(item)
        self._now_us = now_us
        self._lines = [(line, CurveItem(line, self._theme)) for line in lines]
        for z, (line, item) in enumerate(self._lines):
            item.setZValue(10 if line.width > 1 else z / len(self._lines))
            self._boxes[line.panel].addItem(item, ignoreBounds=True)
        self._redraw()
        for panel, overlay in self._overlays.items():
            overlay.set_drawn([(line, item) for line, item in self._lines if line.panel == panel])

    def set_now(self, now_us: int) -> None:
        """Let the lines without an end of their own reach to here."""
        self._now_us = now_us
        self._redraw()

    def set_heights(self, tops: dict[Panel, float]) -> None:
        """The highest value that each panel has to show."""
        for panel, top in tops.items():
            self._boxes[panel].setYRange(0, (top or 1) * _HEADROOM[panel], padding=0)
            self._overlays[panel].replace()
        self._place_time()

    def set_bounds(self, from_us: int, to_us: int) -> None:
        """Zoom and pan go no further than this."""
        self.bounds_us = from_us, to_us
        for plot in self._boxes.values():
            plot.setLimits(xMin=from_us / 1e6, xMax=to_us / 1e6, minXRange=_NARROWEST_S)

    def set_range(self, from_us: int, to_us: int) -> None:
        """Show this stretch of time."""
        self._boxes["power"].setXRange(from_us / 1e6, to_us / 1e6, padding=0)

    @property
    def range_us(self) -> tuple[int, int]:
        """The stretch of time that is visible."""
        from_s, to_s = self._boxes["power"].viewRange()[0]
        return round(from_s * 1e6), round(to_s * 1e6)

    def set_time(self, at_us: int) -> None:
        """Move the crosshair."""
        for cursor in self._cursors.values():
            cursor.setValue(at_us / 1e6)
        self._at_us = at_us
        self._time_text.setText(self._clock(at_us))
        self._place_time()

    def _place_time(self) -> None:
        (left, right), (_, top) = self._boxes["power"].viewRange()
        self._time_text.setAnchor((self._at_us / 1e6 > (left + right) / 2, 0))
        self._time_text.setPos(self._at_us / 1e6, top)

    def set_band(self, from_us: int | None, to_us: int | None) -> None:
        """Shade the time of what is selected; None for no shade."""
        for band in self._bands.values():
            band.setVisible(from_us is not None and to_us is not None)
            if from_us is not None and to_us is not None:
                band.setRegion((from_us / 1e6, to_us / 1e6))

    def _range_changed(self) -> None:
        self._redraw()
        self._place_time()
        self._tip.hide()
        self.ranged.emit(*self.range_us)

    def _redraw(self) -> None:
        from_us, to_us = self.range_us
        columns = max(round(self._boxes["power"].width() / _COLUMN_PX), 50)
        views = {panel: self._boxes[panel].viewRect() for panel in self._visible}
        for line, item in self._lines:
            if line.panel in views:
                end_us = self._now_us if line.end_us is None else line.end_us
                item.set_points(*line.pyramid.outline(from_us, min(to_us, end_us), columns), views[line.panel])
        for overlay in self._overlays.values():
            overlay.replace()

    def place_of(self, panel: Panel, at_us: int, value: float) -> QPoint:
        """Where an instant and a value stand on the canvas, in its pixels."""
        place: QPoint = self.canvas.mapFromScene(self._boxes[panel].mapViewToScene(QPointF(at_us / 1e6, value)))
        return place

    # Mouse

    def _clicked(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        found = self._under(event.scenePos())
        if found is not None:
            _, at_us, line = found
            event.accept()
            self.picked.emit(at_us, "" if line is None else line.name)

    def _moved(self, position: QPointF) -> None:
        found = self._under(position)
        self._tip.hide()
        if found is None:
            self.hovered.emit("")
            return
        panel, at_us, line = found
        if line is None:
            self.hovered.emit(self._clock(at_us))
            return
        value = line.pyramid.at(at_us)
        text = f"{line.title}: {line.value(value)}, {self._clock(at_us)}"
        self.hovered.emit(text)
        if self._tip.getViewBox() is not self._boxes[panel]:
            self._tip.getViewBox().removeItem(self._tip)
            self._boxes[panel].addItem(self._tip, ignoreBounds=True)
        (left, right), (_, top) = self._boxes[panel].viewRange()
        self._tip.setText(text)
        self._tip.setAnchor((at_us / 1e6 > (left + right) / 2, 0 if value > top * 0.7 else 1))
        self._tip.setPos(at_us / 1e6, value)
        self._tip.show()

    def _under(self, position: QPointF) -> tuple[Panel, int, Line | None] | None:
        """The panel, the instant and the nearest line within reach."""
        for panel in self._visible:
            box = self._boxes[panel]
            if not box.sceneBoundingRect().contains(position):
                continue
            point = box.mapSceneToView(position)
            at_us = round(point.x() * 1e6)
            reach = _REACH_PX * box.viewPixelSize()[1]
            best: tuple[float, Line] | None = None
            for line, _ in self._lines:
                if line.panel != panel or at_us > (self._now_us if line.end_us is None else line.end_us):
                    continue
                value = line.pyramid.at(at_us)
                distance = abs(value - point.y())
                if not np.isnan(value) and distance <= reach and (best is None or distance <= best[0]):
                    best = distance, line
            return panel, at_us, None if best is None else best[1]
        return None
