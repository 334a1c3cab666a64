"""The load view: power of sites with their limits, occupied places, and the battery of whatever is selected.

The list beside the plots is choice and legend in one: its colours are the curves', its numbers those at the cursor.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QIcon, QKeyEvent, QPainter, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.models.cursor import Cursor, Selection
from gui.models.load import FEW_SITES, LoadModel
from gui.models.run import Run
from gui.paint.lines import Panel
from gui.paint.pyramid import Pyramid
from gui.theme import Theme
from gui.views.load_lines import TOTAL, colour_of, heights_of, kilowatts, lines_of, local_name
from simulator.i18n import tr, trn
from simulator.report import load
from simulator.report.load import EVSE, SITE

if TYPE_CHECKING:
    from gui.paint.plots import Plots

_NAME, _VALUE = 0, 1
_KEY: Final = Qt.ItemDataRole.UserRole
_WIDE: Final = 620
_LIST_PX: Final = 250
_GROWTH_MS: Final = 400
_ZOOM: Final = 0.7
_PAN: Final = 0.15


class LoadView(QWidget):
    """Power, occupancy and battery under the time cursor; see the module."""

    view_id = "load"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._theme = theme
        self.model = LoadModel(run, cursor, self)
        self.plots: Plots | None = None
        self._pyramids: dict[str, Pyramid] = {}
        self._full = self._with_total = True
        self._growth = QTimer(self)
        self._growth.setSingleShot(True)
        self._growth.setInterval(_GROWTH_MS)
        self._growth.timeout.connect(self._reach_on)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Load"))
        self._build()
        self.set_theme(theme)
        self.model.reset.connect(self._reset)
        self.model.shown_changed.connect(self._choice_changed)
        self.model.grew.connect(self._grew)
        self.model.focus_changed.connect(self._draw)
        cursor.time_changed.connect(self._time_changed)
        run.progressed.connect(self._progressed)

    # Widgets

    def _build(self) -> None:
        self.sites = QTreeWidget()
        self.sites.setAccessibleName(tr("Sites shown, with their values at the time cursor"))
        self.sites.setRootIsDecorated(False)
        self.sites.setUniformRowHeights(True)
        self.sites.setColumnCount(2)
        self.sites.setIconSize(QSize(18, 12))
        self.sites.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.sites.header().setStretchLastSection(False)
        self.sites.header().setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        self.sites.header().setSectionResizeMode(_VALUE, QHeaderView.ResizeMode.ResizeToContents)
        self.sites.headerItem().setTextAlignment(_VALUE, Qt.AlignmentFlag.AlignRight)
        self.sites.itemChanged.connect(self._ticked)
        self.sites.itemClicked.connect(self._row_clicked)
        self.all_button = self._button(tr("All"), tr("Show all sites"), self._show_all)
        self.none_button = self._button(tr("None"), tr("Show no site"), lambda: self.model.set_shown(()))
        self.top_button = self._button(
            tr("Top {count}").format(count=FEW_SITES),
            tr("Show the {count} sites with the highest peaks").format(count=FEW_SITES),
            lambda: self.model.show_highest(FEW_SITES),
        )
        self.zoom_in = self._button("", tr("Zoom in on the time cursor (+)"), lambda: self._zoom(_ZOOM))
        self.zoom_out = self._button("", tr("Zoom out (-)"), lambda: self._zoom(1 / _ZOOM))
        self.fit = self._button("", tr("Show the whole run (0)"), self.show_all_time)
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self.all_button, self.none_button, self.top_button):
            buttons.addWidget(button)
        buttons.addStretch()
        for button in (self.zoom_in, self.zoom_out, self.fit):
            buttons.addWidget(button)
        self.remark = QLabel()
        self.remark.setWordWrap(True)
        self.remark.hide()
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(self._theme.space, self._theme.space, self._theme.space, self._theme.space)
        column.setSpacing(self._theme.space)
        column.addLayout(buttons)
        column.addWidget(self.sites, 1)
        column.addWidget(self.remark)
        plot_place = QWidget()
        self._plot_place = QVBoxLayout(plot_place)
        self._plot_place.setContentsMargins(0, 0, 0, 0)
        self._split = QSplitter()
        self._split.setChildrenCollapsible(False)
        self._split.addWidget(plot_place)
        self._split.addWidget(side)
        self._split.setStretchFactor(0, 1)
        self.sentence = QLabel()
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.setWordWrap(True)
        self.sentence.setMargin(24)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.sentence)
        self._pages.addWidget(self._split)

    def _button(self, text: str, tip: str, pressed: object) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.setAutoRaise(True)
        button.clicked.connect(pressed)
        return button

    def set_theme(self, theme: Theme) -> None:
        """Take on another theme."""
        self._theme = theme
        for button, name in ((self.zoom_in, "zoom_in"), (self.zoom_out, "zoom_out"), (self.fit, "fit")):
            button.setIcon(theme.icon(name))
        for label in (self.sentence, self.remark):
            palette = label.palette()
            palette.setColor(label.foregroundRole(), theme.muted)
            label.setPalette(palette)
        self.sites.setFont(theme.small)
        self.remark.setFont(theme.small)
        if self.plots is not None:
            self.plots.set_theme(theme)
        self._fill()
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to read; pyqtgraph is loaded when the view is first seen."""
        super().showEvent(event)
        if self.plots is None:
            from gui.paint.plots import Plots

            titles: dict[Panel, str] = {"power": tr("power, kW"), "places": tr("occupied"), "charge": tr("battery, %")}
            self.plots = Plots(self._run.local, self._run.clock, titles, self._theme)
            self.plots.picked.connect(self._picked)
            self.plots.ranged.connect(self._ranged)
            self._plot_place.addWidget(self.plots)
            self.model.set_active(True)
            self._reset()
        else:
            self.model.set_active(True)
            self._time_changed(self._cursor.at_us)

    def hideEvent(self, event: QHideEvent) -> None:
        """Read nothing while nobody looks."""
        super().hideEvent(event)
        self.model.set_active(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list stands beside the plots where there is room, else below them."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        self._split.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)
        size = self.width() if wide else self.height()
        part = _LIST_PX if wide else min(max(size // 4, 96), 160)
        self._split.setSizes([size - part, part])

    # The list

    def _fill(self) -> None:
        """Make the list anew."""
        with QSignalBlocker(self.sites):
            self.sites.clear()
            if not self.model.is_empty:
                self._check(self._add_row(TOTAL, tr("All sites together"), self._theme.text, 3), self._with_total)
            for evse in self.model.focus.evses:
                self._add_row(EVSE + evse, tr("EVSE {name}").format(name=local_name(evse)), self._theme.accent, 3)
            for site in self.model.sites:
                row = self._add_row(SITE + site.key, site.name, colour_of(self.model, site.key, self._theme), 2)
                row.setToolTip(_NAME, self._about(site.key))
                self._check(row, site.key in self.model.shown)
                if site.key == self.model.focus.site:
                    row.setSelected(True)
        few, many = len(self.model.shown), len(self.model.sites)
        if many and not self.model.has_power:
            self.remark.setText(tr("Nothing has drawn power so far."))
        else:
            self.remark.setText(
                trn("{few} of {many} site shown.", "{few} of {many} sites shown.", many).format(
                    few=few, many=f"{many:,}"
                )
            )
        self.remark.setVisible(few < many or not self.model.has_power)
        self._write_values()

    def _add_row(self, key: str, name: str, colour: QColor, width: int) -> QTreeWidgetItem:
        row = QTreeWidgetItem(self.sites, [name, ""])
        row.setData(_NAME, _KEY, key)
        row.setIcon(_NAME, _swatch(colour, width))
        row.setToolTip(_NAME, name)
        row.setTextAlignment(_VALUE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return row

    def _check(self, row: QTreeWidgetItem, checked: bool) -> None:
        row.setCheckState(_NAME, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)

    def _about(self, key: str) -> str:
        site = self.model.site(key)
        assert site is not None
        text = tr("{name} ({key}): {evses} EVSEs of {power} together").format(
            name=site.name, key=site.key, evses=site.evses, power=kilowatts(site.power_w)
        )
        if site.limit_w is None:
            return text + tr("; no limit")
        return text + tr("; limit {limit}").format(limit=kilowatts(site.limit_w))

    def _rows(self) -> Iterator[tuple[QTreeWidgetItem, str]]:
        for index in range(self.sites.topLevelItemCount()):
            row = self.sites.topLevelItem(index)
            if row is not None:
                yield row, row.data(_NAME, _KEY)

    def _write_values(self) -> None:
        at_us = self._cursor.at_us
        shown = {SITE + key for key in self.model.shown}
        self.sites.setHeaderLabels([tr("At {time}").format(time=self._run.clock(at_us)), tr("kW")])
        with QSignalBlocker(self.sites):
            for row, key in self._rows():
                pyramid = self._pyramids.get(key) if key in shown or not key.startswith(SITE) else None
                value = float("nan") if pyramid is None else pyramid.at(at_us)
                row.setText(_VALUE, "" if pyramid is None else "0.0" if value != value else f"{value:,.1f}")

    def _ticked(self, row: QTreeWidgetItem) -> None:
        checked = Qt.CheckState.Checked
        if row.data(_NAME, _KEY) == TOTAL:
            self._with_total = row.checkState(_NAME) == checked
            self._draw()
            self._write_values()
        self.model.set_shown(
            key.removeprefix(SITE)
            for row, key in self._rows()
            if key.startswith(SITE) and row.checkState(_NAME) == checked
        )

    def _row_clicked(self, row: QTreeWidgetItem) -> None:
        key = row.data(_NAME, _KEY)
        if key.startswith(SITE):
            self._cursor.select(Selection("site", key.removeprefix(SITE)))

    def _show_all(self) -> None:
        self.model.set_shown(site.key for site in self.model.sites)
        if len(self.model.shown) < len(self.model.sites):
            self._run.said.emit(
                tr(
                    "Of {many} sites the {few} with the highest peaks are shown; more curves nobody tells apart."
                ).format(many=f"{len(self.model.sites):,}", few=len(self.model.shown))
            )

    # The plots

    def _reset(self) -> None:
        self._full = True
        self._fill()
        self._draw()
        self.show_all_time()

    def _choice_changed(self) -> None:
        self._fill()
        self._draw()

    def _grew(self) -> None:
        self._draw()
        self._write_values()

    def _draw(self) -> None:
        """Take the curves from the model and draw them."""
        if self._run.recording is None:
            self._say(self._run.problem or tr("Open a recording or play a scenario to see its load."))
        elif self.model.is_empty:
            self._say(tr("Nothing has drawn power in this run so far."))
        elif self.plots is not None:
            self._pages.setCurrentWidget(self._split)
            lines = lines_of(self.model, self._theme, with_total=self._with_total)
            focus = self.model.focus
            self.plots.show_panels(("power", "places", "charge") if self.model.stays else ("power", "places"))
            self.plots.set_lines(lines, self._run.end_us)
            self._pyramids = {line.name: line.pyramid for line in lines if line.panel == "power" and not line.is_dashed}
            self.plots.set_heights(heights_of(lines))
            until_us = self._run.end_us if focus.to_us is None else focus.to_us
            self.plots.set_band(focus.from_us, None if focus.from_us is None else until_us)
            self.plots.set_time(self._cursor.at_us)
            if {key for _, key in self._rows() if key.startswith(EVSE)} != {EVSE + evse for evse in focus.evses}:
                self._fill()

    def _say(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self._pages.setCurrentWidget(self.sentence)

    # Time

    @property
    def bounds_us(self) -> tuple[int, int]:
        """From the first row to the end; of a live run to its planned end."""
        planned_us = self._run.duration_us if self._run.is_live else 0
        return self._run.begin_us, max(self._run.end_us, planned_us, self._run.begin_us + 1_000_000)

    def show_all_time(self) -> None:
        """Zoom out to the whole run."""
        if self.plots is not None and self._run.recording is not None:
            self.plots.set_bounds(*self.bounds_us)
            self.plots.set_range(*self.bounds_us)
            self._full = True

    def _ranged(self, from_us: int, to_us: int) -> None:
        bounds = self.bounds_us
        self._full = from_us <= bounds[0] and to_us >= bounds[1]

    def _progressed(self) -> None:
        if not self._growth.isActive():
            self._growth.start()

    def _reach_on(self) -> None:
        if self.plots is not None and self.isVisible():
            self.plots.set_now(self._run.end_us)
        if self.plots is not None and self.isVisible() and self.plots.bounds_us != self.bounds_us:
            was_full = self._full
            self.plots.set_bounds(*self.bounds_us)
            if was_full:
                self.show_all_time()

    def _zoom(self, factor: float) -> None:
        if self.plots is not None:
            from_us, to_us = self.plots.range_us
            at_us = self._cursor.at_us if from_us <= self._cursor.at_us <= to_us else (from_us + to_us) // 2
            self.plots.set_range(round(at_us + (from_us - at_us) * factor), round(at_us + (to_us - at_us) * factor))

    def _pan(self, part: float) -> None:
        if self.plots is not None:
            from_us, to_us = self.plots.range_us
            low_us, high_us = self.bounds_us
            by_us = round((to_us - from_us) * part)
            by_us = max(low_us - from_us, min(by_us, high_us - to_us))
            self.plots.set_range(from_us + by_us, to_us + by_us)

    def _time_changed(self, at_us: int) -> None:
        if self.plots is None or not self.isVisible():
            return
        self.plots.set_time(at_us)
        from_us, to_us = self.plots.range_us
        if not self._full and not from_us <= at_us <= to_us:
            self._pan((at_us - (from_us + to_us) / 2) / (to_us - from_us))
        self._write_values()

    def _picked(self, at_us: int, name: str) -> None:
        """A point on a curve leads to the message that told of it; any other place is a time."""
        recording = self._run.recording
        if recording is None:
            return
        entity = "" if name == TOTAL else name
        exchange = load.explaining(recording, entity, at_us) if name else None
        if exchange is not None:
            self._cursor.select(Selection("message", str(exchange)), recording.message(exchange).start_us)
            return
        if name:
            self._run.said.emit(tr("No message in this recording tells of this point."))
        self._run.seek(at_us)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom, pan and jump to the ends."""
        low_us, high_us = self.bounds_us
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._zoom(_ZOOM)
            case Qt.Key.Key_Minus:
                self._zoom(1 / _ZOOM)
            case Qt.Key.Key_0:
                self.show_all_time()
            case Qt.Key.Key_Left:
                self._pan(-_PAN)
            case Qt.Key.Key_Right:
                self._pan(_PAN)
            case Qt.Key.Key_Home:
                self._run.seek(low_us)
            case Qt.Key.Key_End:
                self._run.seek(high_us)
            case _:
                super().keyPressEvent(event)


def _swatch(colour: QColor, width: int) -> QIcon:
    """A piece of the curve as it is drawn."""
    pixmap = QPixmap(18, 12)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.fillRect(1, 6 - width // 2, 16, width, colour)
    painter.end()
    return QIcon(pixmap)
