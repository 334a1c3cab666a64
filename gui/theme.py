"""The one place for colours, fonts, sizes and icons, light and dark, so that every view looks like the same window.

State is never told by colour alone: each status has its shape, each outcome its word. Text colours keep a contrast of
4.5:1 on `window` and `panel`, marks (modules, shapes, lines that matter) 3:1 (WCAG 2.2, 1.4.3 and 1.4.11); a test
measures it. Module colours follow the qualitative schemes for colour-blind readers (Okabe and Ito, 2008).
"""

from functools import cache
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

Shape = Literal["circle", "square", "triangle", "diamond", "cross", "ring"]

ICONS: Final = Path(__file__).parent / "icons"

_INK: Final = {
    # name: (light, dark)
    "window": ("#EEF1F4", "#13171C"),
    "panel": ("#FFFFFF", "#1B2127"),
    "text": ("#18212B", "#E7EBEF"),
    "muted": ("#56626F", "#9EABB8"),
    "line": ("#BCC6D0", "#46525E"),
    "grid": ("#E2E7EC", "#2A323A"),
    "accent": ("#1A5FC4", "#78ACFF"),
    "selection": ("#CFE1FB", "#23446F"),
    "error": ("#B3261E", "#FF8A80"),
    "warning": ("#8F5300", "#F0B450"),
    "note": ("#3B5B86", "#93B7EA"),
    "good": ("#1B7A3B", "#6FCF8E"),
}
_MODULES: Final = {
    "sessions": ("#1A66C4", "#6CA9FF"),
    "locations": ("#2F7D27", "#7CCB6E"),
    "commands": ("#C4450F", "#FF9163"),
    "cdrs": ("#8A6100", "#E3B341"),
    "tokens": ("#0A7A78", "#4FC9C3"),
    "tariffs": ("#A32F80", "#F08CCB"),
    "credentials": ("#6549B8", "#B49CFF"),
    "chargingprofiles": ("#5F6B00", "#C3CE4E"),
    "hubclientinfo": ("#7B4A34", "#D3A087"),
    "invoicereconciliation": ("#93324B", "#F2A0B4"),
    "versions": ("#5C6874", "#A5B1BD"),
    # Not of OCPI, and drawn apart from it: the charge-point link and the street.
    "ocpp": ("#7A5C87", "#C0A3CC"),
    "street": ("#5A5F50", "#B9BE93"),
}
_OTHER_MODULE: Final = "versions"
_STATUS: Final[dict[str, tuple[str, Shape]]] = {
    "AVAILABLE": ("good", "circle"),
    "CHARGING": ("accent", "square"),
    "OCCUPIED": ("accent", "square"),
    "RESERVED": ("credentials", "diamond"),
    "BLOCKED": ("warning", "triangle"),
    "INOPERATIVE": ("warning", "cross"),
    "OUTOFORDER": ("error", "cross"),
    "PLANNED": ("muted", "diamond"),
    "REMOVED": ("muted", "cross"),
    "UNKNOWN": ("muted", "ring"),
}
_ICON_SIZES: Final = (16, 20, 32, 40)


class Theme:
    """Colours, fonts and icons of the window; make it after the QApplication.

    Colours: `window` lies behind all, `panel` behind text, lists and pictures; `text`, `muted` (second-rank text),
    `line` (borders), `grid` (the faintest lines); `accent` for what can be pressed and for outlines of what is
    selected, `selection` behind selected rows and bands; `error`, `warning`, `note`, `good` for text and marks.
    Sizes in device-independent pixels: `space` between things, `row` the height of a line in a list, `icon_size`.
    """

    window: QColor
    panel: QColor
    text: QColor
    muted: QColor
    line: QColor
    grid: QColor
    accent: QColor
    selection: QColor
    error: QColor
    warning: QColor
    note: QColor
    good: QColor

    space: Final = 6
    row: Final = 24
    icon_size: Final = 20

    def __init__(self, dark: bool) -> None:
        self.dark = dark
        for name, pair in _INK.items():
            setattr(self, name, QColor(pair[dark]))
        self._modules = {name: QColor(pair[dark]) for name, pair in _MODULES.items()}
        self.body = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        self.small = QFont(self.body)
        self.small.setPointSizeF(self.body.pointSizeF() * 0.89)
        self.mono = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self.mono.setPointSizeF(self.body.pointSizeF())
        self._icons: dict[str, QIcon] = {}

    def module(self, name: str) -> QColor:
        """The colour of an OCPI module, of "ocpp" and of "street"; one that is not known gets that of "versions"."""
        return self._modules.get(name) or self._modules[_OTHER_MODULE]

    def outcome(self, final: str, http_status: int | None, ocpi_status: int | None) -> QColor:
        """Good when the sender got what it asked for, warning when it was refused, error when nothing came of it."""
        if final != "delivered" or (http_status or 0) >= 500 or (ocpi_status or 0) >= 3000:
            return self.error
        if (http_status or 0) >= 400 or (ocpi_status or 0) >= 2000:
            return self.warning
        return self.good

    def status(self, status: str) -> tuple[QColor, Shape]:
        """Colour and shape of an EVSE status of OCPI, or of the street's Available and Occupied."""
        name, shape = _STATUS.get(status.upper(), _STATUS["UNKNOWN"])
        colour: QColor = self._modules[name] if name in self._modules else getattr(self, name)
        return colour, shape

    def severity(self, severity: str) -> QColor:
        """The colour of a hint: "error", "warning" or "note"."""
        return {"error": self.error, "warning": self.warning}.get(severity, self.note)

    def icon(self, name: str, ink: QColor | None = None) -> QIcon:
        """An icon of gui/icons by its file name, in this theme's ink or another.

        Raises FileNotFoundError for one that is not.
        """
        ink = ink or self.text
        key = f"{name} {ink.name()}"
        if key not in self._icons:
            self._icons[key] = self._draw_icon(name, ink)
        return self._icons[key]

    def _draw_icon(self, name: str, ink: QColor) -> QIcon:
        icon = QIcon()
        svg = _icon_text(name)
        faint = QColor(self.muted)
        faint.setAlphaF(0.45)
        for mode, colour in ((QIcon.Mode.Normal, ink), (QIcon.Mode.Disabled, faint)):
            renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", colour.name()).encode()))
            for size in _ICON_SIZES:
                pixmap = QPixmap(size, size)
                pixmap.fill(Qt.GlobalColor.transparent)
                painter = QPainter(pixmap)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                renderer.render(painter, QRectF(0, 0, size, size))
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
                painter.fillRect(pixmap.rect(), colour)
                painter.end()
                icon.addPixmap(pixmap, mode)
        return icon

    def palette(self) -> QPalette:
        """What Qt's own widgets paint with."""
        palette = QPalette(self.window)
        role = QPalette.ColorRole
        for which, colour in (
            (role.Window, self.window),
            (role.WindowText, self.text),
            (role.Base, self.panel),
            (role.AlternateBase, self.grid),
            (role.Text, self.text),
            (role.PlaceholderText, self.muted),
            (role.Button, self.panel),
            (role.ButtonText, self.text),
            (role.ToolTipBase, self.panel),
            (role.ToolTipText, self.text),
            (role.Highlight, self.selection),
            (role.HighlightedText, self.text),
            (role.Link, self.accent),
            (role.Accent, self.accent),
            (role.Mid, self.line),
            (role.Midlight, self.grid),
            (role.Dark, self.line),
        ):
            palette.setColor(which, colour)
        faint = QColor(self.muted)
        faint.setAlphaF(0.6)
        for which in (role.Text, role.ButtonText, role.WindowText):
            palette.setColor(QPalette.ColorGroup.Disabled, which, faint)
        return palette


@cache
def _icon_text(name: str) -> str:
    return (ICONS / f"{name}.svg").read_text(encoding="utf-8")
