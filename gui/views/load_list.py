"""The list beside the load view's plots: choice of sites, legend, and their state at the time cursor in one."""

from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QRectF, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QIcon, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from gui.models.load import LoadModel
from gui.numbers import number
from gui.paint.lines import mixed
from gui.theme import Theme
from gui.views.load_lines import (
    TOTAL,
    TOTAL_BADGE,
    badge_of,
    colour_of,
    is_untold,
    kilowatts,
    labelled_limits,
    limit_colour,
    local_name,
    session_name,
)
from simulator.i18n import tr
from simulator.report.load import EVSE, SITE, LoadAt, SiteLoad, value_at
from simulator.report.words import span

NAME, POWER, LIMIT, SHARE, PLACES = range(5)

_KEY: Final = Qt.ItemDataRole.UserRole
_SWATCH: Final = QSize(40, 14)
_DASH: Final = QSize(16, 14)
_FAINT: Final = 0.35
_FEW_SESSIONS: Final = 4
"""More would push the sites away; whose power is drawn is said in the plot as well."""
_US_A_S: Final = 1e6


class LoadList(QTreeWidget):
    """One row a site, one for all together, one for each session or EVSE that is selected.

    `ticked`: the boxes are others, `shown_sites` and `with_total` say which. `chosen`: the key of a site was clicked or
    taken by Enter.
    """

    ticked = Signal()
    chosen = Signal(str)

    def __init__(self, model: LoadModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self.with_total = True
        self._is_ticked = False
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setAccessibleName(tr("Sites shown, with their values at the time cursor"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setColumnCount(5)
        self.setIconSize(_SWATCH)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(30)
        self.header().setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column in (POWER, LIMIT, SHARE, PLACES):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
            self.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight)
        self.itemChanged.connect(self._changed)
        self.itemClicked.connect(self._taken)
        self.itemActivated.connect(self._taken)

    def set_theme(self, theme: Theme) -> None:
        """Take on another theme; the rows come with `fill`."""
        self._theme = theme
        self.setFont(theme.small)
        palette = theme.palette()
        if theme.dark:
            # Fusion draws an empty box in a darker shade of this, which nobody would see.
            palette.setColor(QPalette.ColorRole.Window, theme.muted)
        self.setPalette(palette)

    @property
    def shown_sites(self) -> list[str]:
        """The keys of the sites whose boxes are ticked."""
        checked = Qt.CheckState.Checked
        return [
            key.removeprefix(SITE)
            for row, key in self.rows()
            if key.startswith(SITE) and row.checkState(NAME) == checked
        ]

    def rows(self) -> Iterator[tuple[QTreeWidgetItem, str]]:
        """The rows with their keys."""
        for index in range(self.topLevelItemCount()):
            row = self.topLevelItem(index)
            if row is not None:
                yield row, row.data(NAME, _KEY)

    def fill(self) -> None:
        """Bring the rows up to date; they stay the same as long as they stand for the same."""
        model, theme = self._model, self._theme
        has_limits = any(site.limit_w is not None for site in model.sites)
        for column in (LIMIT, SHARE):
            self.setColumnHidden(column, not has_limits)
        with QSignalBlocker(self):
            rows = self._rows_for(self._keys())
            for key, row in rows.items():
                if key == TOTAL:
                    self._dress(row, tr("All sites together"), theme.text, 3, TOTAL_BADGE)
                    self._check(row, self.with_total)
                elif key.startswith(SITE):
                    self._dress_site(row, key.removeprefix(SITE))
                else:
                    self._dress(row, self._name_of(key.removeprefix(EVSE)), theme.accent, 2, "")
            dashes = {key: keys for keys in labelled_limits(model).values() for key in keys}
            for site in model.sites:
                keys = dashes.get(site.key)
                icon = QIcon() if keys is None else _dashes(limit_colour(model, keys, theme))
                rows[SITE + site.key].setIcon(LIMIT, icon)

    def _keys(self) -> list[str]:
        model = self._model
        charges = model.focus.charges if len(model.focus.charges) <= _FEW_SESSIONS else ()
        return [
            *([] if model.is_empty else [TOTAL]),
            *(EVSE + charge.session for charge in charges),
            *(EVSE + evse for evse in (() if model.focus.charges else model.focus.evses)),
            *(SITE + key for key in model.order),
        ]

    def _rows_for(self, keys: list[str]) -> dict[str, QTreeWidgetItem]:
        """Rows of these keys. Not made anew if they are there: it is a row that tells of its box being ticked."""
        there = [key for _, key in self.rows()]
        if self._is_ticked and there != keys and sorted(there) == sorted(keys):
            # Qt still holds the row that was ticked: the order follows when it has let go.
            QTimer.singleShot(0, self.fill)
        elif there != keys:
            scrolled = self.verticalScrollBar().value()
            current = self.currentItem()
            focused = None if current is None else current.data(NAME, _KEY)
            self.clear()
            for key in keys:
                row = QTreeWidgetItem(self)
                row.setData(NAME, _KEY, key)
                for column in (POWER, LIMIT, SHARE, PLACES):
                    row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if key == focused:
                    self.setCurrentItem(row, NAME, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.verticalScrollBar().setValue(scrolled)
        return {key: row for row, key in self.rows()}

    def _name_of(self, id: str) -> str:
        charge = next((charge for charge in self._model.focus.charges if charge.session == id), None)
        return tr("EVSE {name}").format(name=local_name(id)) if charge is None else session_name(charge)

    def _dress_site(self, row: QTreeWidgetItem, key: str) -> None:
        model, theme, site = self._model, self._theme, self._model.site(key)
        assert site is not None
        colour, is_faint = colour_of(model, key, theme), is_untold(model, key)
        ink = mixed(colour, theme.panel, _FAINT) if is_faint else colour
        self._dress(row, site.name, ink, 2, badge_of(model, key))
        row.setForeground(NAME, theme.muted if is_faint else theme.text)
        row.setToolTip(NAME, self._about(site, is_faint=is_faint))
        self._check(row, key in model.shown)
        row.setSelected(key == model.focus.site)

    def write(self, at_us: int, time: str) -> None:
        """Write the values at an instant, which `time` says in words."""
        self.setHeaderLabels(
            [tr("At {time}").format(time=time), tr("kW"), tr("limit, kW"), tr("of limit"), tr("EVSEs")]
        )
        self.headerItem().setToolTip(SHARE, tr("share of the limit that is drawn"))
        self.headerItem().setToolTip(PLACES, tr("occupied EVSEs, of how many"))
        with QSignalBlocker(self):
            for row, key in self.rows():
                if key == TOTAL:
                    self._write(row, self._model.total_at(at_us))
                elif key.startswith(EVSE):
                    self._write_one(row, key.removeprefix(EVSE), at_us)
                else:
                    site = self._model.site(key.removeprefix(SITE))
                    assert site is not None
                    self._write(row, self._model.site_at(site, at_us))

    def _write(self, row: QTreeWidgetItem, now: LoadAt) -> None:
        share = "" if now.share is None else tr("{percent} %").format(percent=number(100 * now.share))
        places = tr("{occupied} of {evses}").format(occupied=number(now.occupied), evses=number(now.evses))
        row.setText(POWER, number(now.power_w / 1_000, 1))
        row.setText(LIMIT, tr("none") if now.limit_w is None else number(now.limit_w / 1_000, 1))
        row.setText(SHARE, share)
        row.setText(PLACES, places if now.evses else number(now.occupied))
        font = self.font()
        font.setBold(now.is_capped)
        for column in (POWER, SHARE):
            row.setFont(column, font)
        limit = tr("no limit") if now.limit_w is None else tr("limit {limit}").format(limit=kilowatts(now.limit_w))
        words = [row.text(NAME), kilowatts(now.power_w), limit, *filter(None, [share]), places]
        words += [tr("at its limit")] if now.is_capped else []
        row.setData(NAME, Qt.ItemDataRole.AccessibleTextRole, ", ".join(words))

    def _write_one(self, row: QTreeWidgetItem, id: str, at_us: int) -> None:
        """A session by its id, or an EVSE by its own."""
        charge = next((charge for charge in self._model.focus.charges if charge.session == id), None)
        steps = self._model.evse_power(id) if charge is None else self._model.charge_power(charge)
        is_over = charge is not None and charge.to_us is not None and at_us >= charge.to_us
        row.setText(POWER, number(0.0 if is_over else (value_at(steps, at_us) or 0.0) / 1_000, 1))
        words = [row.text(NAME), tr("{power} kW").format(power=row.text(POWER))]
        row.setData(NAME, Qt.ItemDataRole.AccessibleTextRole, ", ".join(words))

    def _dress(self, row: QTreeWidgetItem, name: str, colour: QColor, width: int, badge: str) -> None:
        row.setText(NAME, name)
        row.setIcon(NAME, self._swatch(colour, width, badge))
        row.setToolTip(NAME, name)

    def _check(self, row: QTreeWidgetItem, checked: bool) -> None:
        row.setCheckState(NAME, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)

    def _about(self, site: SiteLoad, *, is_faint: bool) -> str:
        text = tr("{name} ({key}): {evses} EVSEs of {power} together").format(
            name=site.name, key=site.key, evses=number(site.evses), power=kilowatts(site.power_w)
        )
        if site.limit_w is None:
            text += tr("; no limit")
        else:
            text += tr("; limit {limit}, drawn in full for {span} so far").format(
                limit=kilowatts(site.limit_w), span=span(self._model.capped_us(site) / _US_A_S)
            )
        return text + tr("; no message about it is taken by the filter") if is_faint else text

    def _changed(self, row: QTreeWidgetItem) -> None:
        if row.data(NAME, _KEY) == TOTAL:
            self.with_total = row.checkState(NAME) == Qt.CheckState.Checked
        self._is_ticked = True
        self.ticked.emit()
        self._is_ticked = False

    def _taken(self, row: QTreeWidgetItem) -> None:
        key = row.data(NAME, _KEY)
        if key.startswith(SITE):
            self.chosen.emit(key.removeprefix(SITE))

    def _swatch(self, colour: QColor, width: int, badge: str) -> QIcon:
        """A piece of the curve with its badge, as it is drawn."""
        pixmap, painter = self._blank(_SWATCH)
        middle = _SWATCH.height() / 2
        painter.fillRect(QRectF(1, middle - width / 2, _SWATCH.width() - 2, width), colour)
        if badge:
            font = self._theme.small
            painter.setFont(font)
            size = max(QFontMetricsF(font).horizontalAdvance(badge) + 6, _SWATCH.height() - 1.0)
            place = QRectF((_SWATCH.width() - size) / 2, 0.5, size, _SWATCH.height() - 1)
            painter.setPen(QPen(colour, 1))
            painter.setBrush(self._theme.panel)
            painter.drawRoundedRect(place, 3, 3)
            painter.setPen(mixed(colour, self._theme.text, 0.8))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, badge)
        painter.end()
        return QIcon(pixmap)

    def _blank(self, size: QSize) -> tuple[QPixmap, QPainter]:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(size * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap, QPainter(pixmap)


def _dashes(colour: QColor) -> QIcon:
    """The pattern of a limit's line."""
    pixmap = QPixmap(_DASH)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
    painter.drawLine(0, _DASH.height() // 2, _DASH.width(), _DASH.height() // 2)
    painter.end()
    return QIcon(pixmap)
