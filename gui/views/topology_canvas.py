"""The topology's picture as a widget: mouse, keyboard and tips, and as little painting as a frame needs.

Two pictures are kept, of what seldom changes and of the statuses; a frame copies both and paints messages over them.
"""

from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from gui.models.cursor import NOTHING, Selection
from gui.models.topology.camera import Camera, fit
from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import NO_HIT, Hit, Placed
from gui.models.topology.tips import tip
from gui.paint.topology import paint_scale, paint_structure
from gui.paint.topology_moving import MovingPainter
from gui.paint.topology_status import StatusPainter
from gui.theme import Theme
from simulator.i18n import tr

ZOOM_STEP: Final = 1.25

_PAN_PX: Final = 60.0
_NEAR: Final = 1.6
_EVSE_NEAR_PX: Final = 130.0
_SITE_NEAR_PX: Final = 44.0
_PIXMAP_LIMIT: Final = 16_384
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class TopologyCanvas(QWidget):
    """The picture itself, with mouse and keyboard: drag or arrows pan, wheel or plus and minus zoom, Home shows all,
    a click selects, a double click goes near; Shift with an arrow selects the neighbour, Return goes near it.

    `refreshed`: the model has been brought to the cursor's time.
    """

    refreshed = Signal()

    def __init__(self, model: TopologyModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self._theme = theme
        self._statuses = StatusPainter(theme)
        self._moving = MovingPainter(theme)
        self._camera: Camera | None = None
        self._placed: Placed | None = None
        self._structure: tuple[object, QPixmap] | None = None
        self._status: tuple[object, QPixmap] | None = None
        self._is_fitted = True
        self._pressed: QPointF | None = None
        self._dragged = False
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Topology"))
        model.rebuilt.connect(self.show_all)
        model.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(640, 420)

    def set_theme(self, theme: Theme) -> None:
        """Paint in another theme."""
        self._theme = theme
        self._statuses = StatusPainter(theme)
        self._moving = MovingPainter(theme)
        self._structure = self._status = None
        self.update()

    @property
    def placed(self) -> Placed:
        """Where everything is in pixels."""
        if self._camera is None:
            self._camera = fit(self.model.layout, self.width(), self.height())
        if self._placed is None:
            self._placed = Placed(self.model.network, self.model.layout, self._camera)
        return self._placed

    def show_all(self) -> None:
        """The whole picture, and so it stays when the window's size changes, until it is moved or zoomed."""
        self._camera = None
        self._look(None)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Nearer or farther, around a pixel or the middle."""
        at = QPointF(self.width() / 2, self.height() / 2) if at is None else at
        self._look(self.placed.camera.zoomed(self.model.layout, factor, at.x(), at.y()))

    def pan(self, x_px: float, y_px: float) -> None:
        """Move the picture."""
        self._look(self.placed.camera.moved(x_px, y_px))

    def go_to(self, hit: Hit) -> None:
        """Bring a party, link, site or EVSE to the middle, near enough to be read."""
        if hit.kind in ("", "message"):
            return
        placed, camera, layout = self.placed, self.placed.camera, self.model.layout
        x_px, y_px, w_px, h_px = placed.rect_of(hit.kind, hit.item)
        if hit.kind == "site":
            x, y, w, h = layout.card[hit.item].tolist()
        elif hit.kind == "evse":
            (x, y), w, h = layout.evse_xy[hit.item].tolist(), layout.cell, layout.cell
            x, y = x - w / 2, y - h / 2
        else:
            x, y = camera.world(x_px, y_px)
            w, h = w_px / camera.scale, h_px / camera.scale
        largest = {"evse": _EVSE_NEAR_PX / layout.cell, "site": _SITE_NEAR_PX / layout.cell}.get(
            hit.kind, _NEAR / layout.unit
        )
        self._look(camera.showing(layout, x, y, w, h, largest))

    def _look(self, camera: Camera | None) -> None:
        self._camera = camera
        self._placed = None
        self._is_fitted = camera is None
        self.update()

    def select(self, hit: Hit) -> None:
        """Select for all views what was hit; a message also brings its time."""
        network, cursor = self.model.network, self.model.cursor
        if hit.kind == "party":
            cursor.select(Selection("party", network.parties[hit.item].id))
        elif hit.kind == "link":
            cursor.select(Selection("link", network.link_id(hit.item)))
        elif hit.kind == "site":
            cursor.select(Selection("site", network.sites[hit.item].key))
        elif hit.kind == "evse":
            cursor.select(Selection("evse", network.evses[hit.item].key))
        elif hit.kind == "message":
            cursor.select(Selection("message", str(hit.item)))
        else:
            cursor.select(NOTHING)

    def select_neighbour(self, right: int, down: int) -> None:
        """Select what lies nearest in a direction: among EVSEs or sites if one is selected, else among parties."""
        selected = self.selected()
        kind = selected.kind if selected.kind in ("party", "site", "evse") else "party"
        found = self.placed.neighbour(kind, selected.item if kind == selected.kind else -1, right, down)
        if found.kind:
            self.select(found)

    def selected(self) -> Hit:
        """What of the picture is selected."""
        highlight = self.model.highlight
        if highlight.evse >= 0:
            return Hit("evse", highlight.evse)
        if highlight.site >= 0:
            return Hit("site", highlight.site)
        if highlight.party >= 0:
            return Hit("party", highlight.party)
        return Hit("link", highlight.link) if highlight.link >= 0 else NO_HIT

    # Painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.model.refresh()
        painter = QPainter(self)
        sentence = self._nothing_to_show()
        if sentence:
            self._paint_sentence(painter, sentence)
        else:
            placed = self.placed
            structure = (self.model.structure, placed, self.devicePixelRatioF())
            if self._structure is None or self._structure[0] != structure:
                self._structure = (structure, self._painted_structure(placed))
            status = (*structure, self.model.status)
            if self._status is None or self._status[0] != status:
                self._status = (status, self._painted_statuses(placed))
            painter.drawPixmap(0, 0, self._structure[1])
            painter.drawPixmap(0, 0, self._status[1])
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._moving.paint(painter, self.model, placed)
            if placed.layout.kind == "map":
                paint_scale(painter, self._theme, placed)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.accent, 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
        self.refreshed.emit()

    def _picture(self, background: QColor | Qt.GlobalColor = Qt.GlobalColor.transparent) -> QPixmap:
        ratio = self.devicePixelRatioF()
        side = min(_PIXMAP_LIMIT, round(self.width() * ratio)), min(_PIXMAP_LIMIT, round(self.height() * ratio))
        picture = QPixmap(*side)
        picture.setDevicePixelRatio(ratio)
        picture.fill(background)
        return picture

    def _painted_structure(self, placed: Placed) -> QPixmap:
        # Without transparency, which makes it faster to copy.
        picture = self._picture(self._theme.panel)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_structure(painter, self._theme, self.model, placed)
        painter.end()
        return picture

    def _painted_statuses(self, placed: Placed) -> QPixmap:
        picture = self._picture()
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._statuses.paint(painter, self.model, placed)
        painter.end()
        return picture

    def _nothing_to_show(self) -> str:
        """The sentence to show instead of a picture; empty if there is one."""
        if self.model.problem:
            return self.model.problem
        if self.model.run.recording is None:
            return self.model.run.problem or tr(
                "Open a recording or play a scenario: its parties, sites and messages are shown here."
            )
        if not self.model.network.parties:
            return tr("This recording does not say who takes part, so there is no network to show.")
        return ""

    def _paint_sentence(self, painter: QPainter, sentence: str) -> None:
        painter.fillRect(self.rect(), self._theme.panel)
        painter.setFont(self._theme.body)
        painter.setPen(self._theme.muted)
        room = QRectF(self.rect()).adjusted(24, 12, -24, -12)
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, sentence)

    # Mouse and keyboard

    def resizeEvent(self, _event: QResizeEvent) -> None:
        if self._camera is not None and not self._is_fitted:
            self._camera = self._camera.resized(self.width(), self.height())
        else:
            self._camera = None
        self._placed = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.pixelDelta().y()
        self.zoom(ZOOM_STEP ** (turned / 120), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()
            self._dragged = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            over = self._hit(event.position()).kind
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        moved = event.position() - self._pressed
        if self._dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
            self._pressed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            self._pressed = None
            if not self._dragged:
                self.select(self._hit(event.position()))
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.go_to(self._hit(event.position()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _ARROWS:
            right, down = _ARROWS[Qt.Key(key)]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.select_neighbour(right, down)
            else:
                self.pan(-right * _PAN_PX, -down * _PAN_PX)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        elif key == Qt.Key.Key_Home:
            self.show_all()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go_to(self.selected())
        elif key == Qt.Key.Key_Escape:
            self.select(NO_HIT)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = tip(self.model, self._hit(QPointF(event.pos())))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _hit(self, at: QPointF) -> Hit:
        if self._nothing_to_show():
            return NO_HIT
        return self.placed.hit(self.model.dots, at.x(), at.y())
