"""The load view: power of sites with their limits, occupied places, and power and battery of whatever is selected.

The list beside the plots is choice and legend in one: its badges are the curves', its numbers those at the cursor.
"""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSplitter, QStackedLayout, QToolButton, QVBoxLayout, QWidget

from gui.models.cursor import Cursor, Selection
from gui.models.load import FEW_SITES, LoadModel
from gui.models.run import Run
from gui.numbers import number
from gui.paint.lines import PANELS, Panel
from gui.theme import Theme
from gui.views.load_lines import TOTAL, captions_of, heights_of, is_untold, kilowatts, lines_of
from gui.views.load_list import LoadList
from simulator.i18n import tr, trn
from simulator.report import telling

if TYPE_CHECKING:
    from gui.paint.plots import Plots

_WIDE: Final = 860
_LIST_PX: Final = (390, 470)
_LIST_PART: Final = 0.36
_LOW: Final = 250
_GROWTH_MS: Final = 400
_ZOOM: Final = 0.7
_PAN: Final = 0.15
_TITLES: Final[dict[Panel, str]] = {
    "power": tr("power, kW"),
    "places": tr("in use, EVSEs"),
    "one": tr("selected, kW"),
    "charge": tr("battery, %"),
}


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
        self._full = True
        self._drawn: set[Panel] = set()
        self._plots_height = 0
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
        self.model.focus_changed.connect(self._choice_changed)
        self.model.told_changed.connect(self._choice_changed)
        cursor.time_changed.connect(self._time_changed)
        run.progressed.connect(self._progressed)

    # Widgets

    def _build(self) -> None:
        self.sites = LoadList(self.model, self._theme)
        self.sites.ticked.connect(self._ticked)
        self.sites.chosen.connect(lambda key: self._cursor.select(Selection("site", key)))
        self.all_button = self._button(tr("All"), tr("Show all sites"), self._show_all)
        self.none_button = self._button(tr("None"), tr("Show no site"), self._show_none)
        self.top_button = self._button(
            tr("Top {count}").format(count=FEW_SITES),
            tr("Show the {count} sites with the highest peaks").format(count=FEW_SITES),
            self._show_top,
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
        self.remark.setTextFormat(Qt.TextFormat.PlainText)
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
        self.sites.set_theme(theme)
        self.remark.setFont(theme.small)
        if self.plots is not None:
            self.plots.set_theme(theme)
        self._choice_changed()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to read; pyqtgraph is loaded when the view is first seen."""
        super().showEvent(event)
        if self.plots is None:
            from gui.paint.plots import Plots

            self.plots = Plots(self._run.local, self._run.clock, _TITLES, self._theme)
            self.plots.setAccessibleName(tr("Curves over local time"))
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
        part = min(max(round(_LIST_PART * size), _LIST_PX[0]), _LIST_PX[1]) if wide else min(max(size // 4, 96), 160)
        self._split.setSizes([size - part, part])
        self._plots_height = self.height() - (0 if wide else part)
        if self.plots is not None:
            self._show_panels(self.plots)

    # The list

    def _write(self) -> None:
        """Write what holds at the cursor."""
        at_us = self._cursor.at_us
        self.sites.write(at_us, self._run.clock(at_us))
        sentences = self._counted() + self._capped(at_us) + self._filter_words()
        self.remark.setText(" ".join(sentences))
        self.remark.setVisible(bool(sentences))
        if self.plots is not None:
            captions = captions_of(self.model, at_us)
            self.plots.set_captions("one", captions)
            self.plots.setAccessibleDescription(" ".join([captions[0], *sentences]))

    def _counted(self) -> list[str]:
        few, many = len(self.model.shown), len(self.model.sites)
        if many and not self.model.has_power:
            return [tr("Nothing has drawn power so far.")]
        if few == many:
            return []
        text = trn("{few} of {many} site shown.", "{few} of {many} sites shown.", many)
        return [text.format(few=number(few), many=number(many))]

    def _capped(self, at_us: int) -> list[str]:
        """Why curves are flat: their connections bear no more."""
        at_limit = [
            site
            for key in self.model.shown
            if (site := self.model.site(key)) is not None and self.model.site_at(site, at_us).is_capped
        ]
        if not at_limit:
            return []
        if len(at_limit) > 1:
            names = ", ".join(site.name for site in at_limit)
            return [tr("At their limits, so cars may charge slower than they could: {names}.").format(names=names)]
        (site,) = at_limit
        text = tr("{name} draws all that its connection bears ({limit}): its cars share it and may charge slower.")
        return [text.format(name=site.name, limit=kilowatts(site.limit_w or 0))]

    def _filter_words(self) -> list[str]:
        filtered = self._run.filtered
        if not filtered.active:
            return []
        text = tr("Filter: takes {count} of {total} messages; squares on the curves mark them.").format(
            count=number(filtered.count), total=number(filtered.total)
        )
        if any(is_untold(self.model, key) for key in self.model.shown):
            return [text, tr("Faint: sites that none of them is about.")]
        return [text]

    def _ticked(self) -> None:
        self.model.tick(self.sites.shown_sites)
        self._draw()
        self._write()

    def _show_none(self) -> None:
        self.model.set_shown(())
        self.sites.scrollToTop()

    def _show_top(self) -> None:
        self.model.show_highest(FEW_SITES)
        self.sites.scrollToTop()

    def _show_all(self) -> None:
        self.model.set_shown(site.key for site in self.model.sites)
        self.sites.scrollToTop()
        if len(self.model.shown) < len(self.model.sites):
            self._run.said.emit(
                tr(
                    "Of {many} sites the {few} with the highest peaks are shown; more curves nobody tells apart."
                ).format(many=number(len(self.model.sites)), few=number(len(self.model.shown)))
            )

    # The plots

    def _reset(self) -> None:
        self._full = True
        if self.plots is not None:
            self.plots.set_zone(tr("local time, {zone}").format(zone=self._run.zone))
        self._choice_changed()
        self.show_all_time()

    def _choice_changed(self) -> None:
        self.sites.fill()
        self._draw()
        self._write()

    def _grew(self) -> None:
        self._draw()
        self._write()

    def _draw(self) -> None:
        """Take the curves from the model and draw them."""
        if self._run.recording is None:
            self._say(self._run.problem or tr("Open a recording or play a scenario to see its load."))
        elif self.model.is_empty:
            self._say(tr("Nothing has drawn power in this run so far."))
        elif self.plots is not None:
            self._pages.setCurrentWidget(self._split)
            lines = lines_of(self.model, self._theme, with_total=self.sites.with_total)
            self._drawn = {line.panel for line in lines}
            self._show_panels(self.plots)
            self.plots.set_lines(lines, self._run.end_us)
            self.plots.set_heights(heights_of(lines))
            focus = self.model.focus
            until_us = self._run.end_us if focus.to_us is None else focus.to_us
            self.plots.set_band(focus.from_us, None if focus.from_us is None else until_us)
            self.plots.set_time(self._cursor.at_us)

    def _show_panels(self, plots: "Plots") -> None:
        """What is drawn; where four plots would be too low to read, the list alone tells of occupied EVSEs."""
        panels: list[Panel] = [panel for panel in PANELS if panel in self._drawn]
        if len(panels) == len(PANELS) and self._plots_height < _LOW:
            panels.remove("places")
        if panels:
            plots.show_panels(panels)

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
        self._write()

    def _picked(self, at_us: int, name: str) -> None:
        """A point on a curve leads to the message that told of it; any other place is a time."""
        recording = self._run.recording
        if recording is None:
            return
        if name:
            with self._run.reading():
                entity = "" if name == TOTAL else name
                exchange = telling.explaining(recording, entity, at_us, self._run.filtered.exchanges)
                if exchange is not None:
                    self._cursor.select(Selection("message", str(exchange)), recording.message(exchange).start_us)
                    return
            self._run.said.emit(
                tr("No message that the filter takes tells of this point.")
                if self._run.filtered.active
                else tr("No message in this recording tells of this point.")
            )
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
