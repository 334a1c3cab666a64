"""The topology view: who speaks with whom, what stands where, and what is on its way, at the cursor's time."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.models.cursor import Cursor
from gui.models.run import Run
from gui.models.topology.layout import Kind
from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import Hit
from gui.models.topology.statuses import OWNERS
from gui.paint.topology_legend import ROW_PX, Spot, legend_entries, paint_legend, place_entries
from gui.theme import Theme
from gui.views.topology_canvas import ZOOM_STEP, TopologyCanvas
from gui.views.topology_find import FindField
from simulator.i18n import tr, trn

_WIDE_PX: Final = 620
_WIDEST_CHOICE_PX: Final = 320


class TopologyLegend(QWidget):
    """The strip under the picture that says what its shapes, dots and lines mean."""

    def __init__(self, model: TopologyModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._key: object = None
        self._spots: list[Spot] = []
        self._has_bars = False
        self.setAccessibleName(tr("Legend"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        self._theme = theme
        self._key = None
        self.refresh()

    def follow(self, canvas: TopologyCanvas) -> None:
        """Take in what has been painted: as a shape for each EVSE, or as a bar for all of a site."""
        self._has_bars = bool(self._model.network.parties) and not canvas.placed.evses_drawn
        self.refresh()

    def refresh(self) -> None:
        """Take in what the picture has come to show."""
        model = self._model
        key = (
            tuple(model.seen_codes),
            tuple(model.modules),
            model.believer,
            len(model.network.parties),
            len(model.network.links),
            self.width(),
            self._has_bars,
        )
        if key == self._key:
            return
        self._key = key
        entries = legend_entries(self._theme, model, has_bars=self._has_bars) if model.network.parties else []
        words = [entry.text for entry in entries]
        self.setAccessibleDescription(", ".join(words))
        # Before it has its width it would ask for a row an entry, and make its window grow.
        if not self.testAttribute(Qt.WidgetAttribute.WA_Resized) and not self.isVisible():
            self._key = None
            return
        self._spots = place_entries(self._theme, entries, self.width() - 2 * self._theme.space)
        rows = self._spots[-1].row + 1 if self._spots else 0
        self.setFixedHeight(round(rows * ROW_PX) + self._theme.space)
        self.update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self.refresh()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.panel)
        paint_legend(painter, self._theme, self._spots, self._theme.space, self._theme.space / 2)
        painter.end()


class TopologyView(QWidget):
    """The topology with its controls and its legend."""

    view_id = "topology"

    def __init__(self, run: Run, cursor: Cursor, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = TopologyModel(run, cursor, self)
        self.canvas = TopologyCanvas(self.model, theme, self)
        self.legend = TopologyLegend(self.model, theme, self)
        self._buttons: dict[str, QToolButton] = {}
        self._kinds = QButtonGroup(self)
        self.believers = QComboBox(self)
        self.believers.setAccessibleName(tr("Whose knowledge of EVSE statuses is shown"))
        self.believers.setToolTip(tr("Whose knowledge of EVSE statuses is shown; differences are marked"))
        self.believers.setMinimumContentsLength(14)
        self.believers.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.believers.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.believers.setMaximumWidth(_WIDEST_CHOICE_PX)
        self.believers.activated.connect(self._choose_believer)
        self.note = QLabel(self)
        self.note.setAccessibleName(tr("Filter"))
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.note.setMargin(2)
        self.finder = FindField(self)
        self.finder.found.connect(self._go_to)
        self.finder.left.connect(self.canvas.setFocus)
        self.canvas.typed.connect(self.finder.begin)
        self._arrange()
        self.set_theme(theme)
        self.model.rebuilt.connect(self._describe)
        run.filtered.changed.connect(self._tell)
        self.model.rebuilt.connect(self.legend.refresh)
        self.canvas.refreshed.connect(lambda: self.legend.follow(self.canvas))
        self.setFocusProxy(self.canvas)
        self._describe()

    def set_theme(self, theme: Theme) -> None:
        """Show in another theme."""
        self._theme = theme
        self.note.setFont(theme.small)
        self.note.setStyleSheet(f"background: {theme.selection.name()}; color: {theme.text.name()}")
        for name, button in self._buttons.items():
            button.setIcon(theme.icon(name))
        self.canvas.set_theme(theme)
        self.legend.set_theme(theme)

    def set_kind(self, kind: Kind) -> None:
        """Show the network or the map."""
        self._buttons[kind].setChecked(True)
        self.model.set_kind(kind)

    def set_believer(self, holder: str) -> None:
        """Show statuses as a party believes them, by its id; OWNERS: as each CPO knows its own."""
        self.believers.setCurrentIndex(max(0, self.believers.findData(holder)))
        self.model.set_believer(holder)

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(4, 2, 4, 2)
        bar.setSpacing(2)
        for kind, text, hint in (
            ("network", tr("Network"), tr("Show who speaks with whom")),
            ("map", tr("Map"), tr("Show sites at their coordinates")),
        ):
            button = self._button(kind, text, hint, bar)
            button.setCheckable(True)
            self._kinds.addButton(button)
        self._buttons["network"].setChecked(True)
        self._buttons["network"].clicked.connect(lambda: self.model.set_kind("network"))
        self._buttons["map"].clicked.connect(lambda: self.model.set_kind("map"))
        bar.addSpacing(6)
        bar.addWidget(self.believers, 10)
        bar.addSpacing(4)
        bar.addWidget(self.finder, 6)
        bar.addStretch(1)
        self._button("zoom_out", tr("Zoom out"), tr("Zoom out (-)"), bar).clicked.connect(
            lambda: self.canvas.zoom(1 / ZOOM_STEP)
        )
        self._button("zoom_in", tr("Zoom in"), tr("Zoom in (+)"), bar).clicked.connect(
            lambda: self.canvas.zoom(ZOOM_STEP)
        )
        hint = tr("Show all (Home; once more: also what lies far off or apart)")
        self._button("fit", tr("Show all"), hint, bar).clicked.connect(self.canvas.show_all)
        legend = self._button("help", tr("Legend"), tr("Show or hide the legend"), bar)
        legend.setCheckable(True)
        legend.setChecked(True)
        legend.toggled.connect(self.legend.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.note)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.legend)

    def _button(self, icon: str, text: str, hint: str, bar: QHBoxLayout) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(hint)
        button.setAccessibleName(text)
        button.setAutoRaise(True)
        bar.addWidget(button)
        self._buttons[icon] = button
        return button

    def resizeEvent(self, _event: QResizeEvent) -> None:
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if self.width() >= _WIDE_PX
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for name in ("network", "map", "help"):
            self._buttons[name].setToolButtonStyle(style)

    def _go_to(self, hit: Hit) -> None:
        """Select what was found and bring it near."""
        self.canvas.select(hit)
        self.canvas.go_to(hit)
        self.canvas.setFocus()

    def _choose_believer(self, row: int) -> None:
        self.model.set_believer(self.believers.itemData(row))

    def _describe(self) -> None:
        """Offer who may be asked and what may be found."""
        network = self.model.network
        self.believers.clear()
        self.believers.addItem(tr("Status known to CPOs"), OWNERS)
        for party in network.parties:
            if party.role != "cpo":
                self.believers.addItem(tr("Status known to {name}").format(name=party.name), party.id)
        self.believers.setCurrentIndex(max(0, self.believers.findData(self.model.believer)))
        self.finder.set_network(network)
        self._tell()

    def _tell(self) -> None:
        """Tell in words what is in the picture."""
        network = self.model.network
        counts = [
            trn("{count} party", "{count} parties", len(network.parties)).format(count=len(network.parties)),
            trn("{count} link", "{count} links", len(network.links)).format(count=len(network.links)),
            trn("{count} site", "{count} sites", len(network.sites)).format(count=len(network.sites)),
            trn("{count} EVSE", "{count} EVSEs", len(network.evses)).format(count=len(network.evses)),
        ]
        words = self.model.filter_words()
        self.note.setText(words)
        self.note.setVisible(bool(words))
        if words:
            counts.append(words)
        self.canvas.setAccessibleDescription(", ".join(counts))
