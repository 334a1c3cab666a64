"""The topology's picture as a widget: mouse, keyboard and tips, and as little painting as a frame needs.

Two pictures are kept, of what seldom changes and of the statuses; a frame copies both and paints messages over them.
"""

from typing import Final

import numpy as np
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
from gui.models.topology.camera import Cameras, fit
from gui.models.topology.layout import NODE_W
from gui.models.topology.model import TopologyModel
from gui.models.topology.placed import NO_HIT, Hit, Placed
from gui.models.topology.tips import tip
from gui.paint.topology import paint_structure
from gui.paint.topology_far import far_marks, paint_far
from gui.paint.topology_map import paint_scale
from gui.paint.topology_moving import MovingPainter
from gui.paint.topology_status import StatusPainter
from gui.theme import Theme
from simulator.i18n import tr

ZOOM_STEP: Final = 1.25

_PAN_PX: Final = 60.0
_NEAR: Final = 1.6
_GROUP_PART: Final = 0.9
_EVSE_NEAR_PX: Final = 130.0
_SITE_NEAR_PX: Final = 44.0
_COMMANDS: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_PIXMAP_LIMIT: Final = 16_384
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class TopologyCanvas(QWidget):
    """The picture itself, with mouse and keyboard: drag or arrows pan, wheel or plus and minus zoom, Home shows all
    (once more: also what lies far off or apart), a click selects, a double click goes near; Shift with an arrow selects
    the neighbour, Return goes near it or opens a group of parties; letters and digits begin a search.

    `typed`: somebody began to type a name. `refreshed`: the model has been brought to the cursor's time.
    """

    refreshed = Signal()
    typed = Signal(str)

    def __init__(self, model: TopologyModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self._theme = theme
        self._statuses = StatusPainter(theme)
        self._moving = MovingPainter(theme)
        self._cameras: Cameras | None = None
        self._placed: Placed | None = None
        self._structure: tuple[object, QPixmap] | None = None
        self._status: tuple[object, QPixmap] | None = None
        self._is_fitted = True
        self._is_whole = False
        self._pressed: QPointF | None = None
        self._dragged = False
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Topology"))
        model.rebuilt.connect(self._start_anew)
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
        if self._cameras is None:
            self.model.set_size(self.width(), self.height())
            self._cameras = fit(self.model.layout, self.width(), self.height(), whole=self._is_whole)
        if self._placed is None:
            self._placed = Placed(self.model.network, self.model.layout, self._cameras)
        return self._placed

    def show_all(self) -> None:
        """The picture of nearly all, and so it stays when the window's size changes, until it is moved or zoomed; once
        more, or from what lies apart, everything."""
        self._is_whole = self._is_fitted and not self._is_whole and self._cameras is not None and self.has_more
        self._look(None)

    @property
    def has_more(self) -> bool:
        """Whether something lies outside the first picture."""
        return self.model.layout.all_bounds != self.model.layout.bounds

    def _start_anew(self) -> None:
        """Another network or layout: the first picture of it."""
        self._is_whole = False
        self._look(None)

    def show_everything(self) -> None:
        """With all that lies far off or apart."""
        self._is_whole = True
        self._look(None)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Nearer or farther, around a pixel; without one around what is selected, or the middle."""
        cameras, layout = self.placed.cameras, self.model.layout
        if at is None:
            is_party = self.selected().kind in ("party", "group", "link")
            camera = cameras.parties if is_party else cameras.main
            at = QPointF(camera.left + camera.width / 2, camera.height / 2)
        which = cameras.at(layout, at.x())
        camera = cameras.parties if which == "parties" else cameras.main
        self._look(cameras.with_one(layout, which, camera.zoomed(factor, at.x(), at.y())))

    def pan(self, x_px: float, y_px: float, at: QPointF | None = None) -> None:
        """Move the picture; on a map the parties' part of it if a pixel there is given."""
        cameras, layout = self.placed.cameras, self.model.layout
        which = "main" if at is None else cameras.at(layout, at.x())
        camera = cameras.parties if which == "parties" else cameras.main
        self._look(cameras.with_one(layout, which, camera.moved(x_px, y_px)))

    def go_to(self, hit: Hit) -> None:
        """Bring something to the middle, near enough to be read; a group or spot is opened by it."""
        if hit.kind in ("", "message"):
            return
        placed, layout = self.placed, self.model.layout
        cameras = placed.cameras
        if hit.kind in ("site", "evse", "spot"):
            camera = cameras.main
            x, y, w, h, largest = self._land_box(hit)
            self._look(cameras.with_one(layout, "main", camera.showing(x, y, w, h, largest)))
            return
        camera = cameras.parties
        if hit.kind == "group":
            x, y, w, h = layout.group_box[hit.item].tolist()
            near = camera.showing(x, y, w, h, camera.most, _GROUP_PART)
            opens = float(layout.group_opens[hit.item]) * 1.001
            camera = near if near.scale >= opens else near._replace(scale=opens)
        elif hit.kind == "party" and layout.aside[hit.item]:
            # What there is to see of it from near are its sites.
            x, y, w, h = layout.block[int(np.flatnonzero(layout.block_party == hit.item)[0])].tolist()
            camera = camera.showing(x, y, w, h, _SITE_NEAR_PX / layout.cell, _GROUP_PART)
        elif hit.kind == "party":
            (x, y), (w, h) = layout.party_xy[hit.item].tolist(), layout.party_size[hit.item].tolist()
            camera = camera.showing(x - w / 2, y - h / 2, w, h, _NEAR * NODE_W / w)
        else:
            x_px, y_px, w_px, h_px = placed.rect_of(hit.kind, hit.item)
            x, y = camera.world(x_px, y_px)
            camera = camera.showing(x, y, w_px / camera.scale, h_px / camera.scale, _NEAR / layout.unit)
        self._look(cameras.with_one(layout, "parties", camera))

    def _land_box(self, hit: Hit) -> tuple[float, float, float, float, float]:
        """The world rectangle of a site, EVSE or spot, and the largest scale to see it at."""
        placed, layout = self.placed, self.model.layout
        if hit.kind == "evse":
            x, y = layout.evse_xy[hit.item].tolist()
            return x - layout.cell / 2, y - layout.cell / 2, layout.cell, layout.cell, _EVSE_NEAR_PX / layout.cell
        if hit.kind == "site" or placed.spots is None:
            x, y, w, h = layout.card[hit.item].tolist()
        else:
            cards = layout.card[placed.spots.sites(hit.item)]
            low, high = cards[:, :2].min(axis=0), (cards[:, :2] + cards[:, 2:]).max(axis=0)
            (x, y), (w, h) = low.tolist(), (high - low).tolist()
        return x, y, w, h, _SITE_NEAR_PX / layout.cell

    def _look(self, cameras: Cameras | None) -> None:
        self._cameras = cameras
        self._placed = None
        self._is_fitted = cameras is None
        self.update()

    def select(self, hit: Hit) -> None:
        """Select for all views what was hit; a message also brings its time."""
        network, cursor = self.model.network, self.model.cursor
        self.model.choose_group(hit.item if hit.kind == "group" else -1)
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
        """Select what lies nearest in a direction: among EVSEs or sites if one is selected, else among parties and
        groups of them."""
        selected = self.selected()
        if selected.kind not in ("party", "group", "site", "evse"):
            selected = Hit("party", -1)
        found = self.placed.neighbour(selected, right, down)
        if found.kind:
            self.select(found)

    def selected(self) -> Hit:
        """What of the picture is selected."""
        highlight = self.model.highlight
        if self.model.group >= 0:
            return Hit("group", self.model.group)
        if highlight.exchange and highlight.link >= 0:
            return Hit("link", highlight.link)
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
                paint_far(painter, self._theme, placed)
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
        if self._cameras is not None and not self._is_fitted:
            self._cameras = self._cameras.resized(self.model.layout, self.width(), self.height())
        else:
            self._cameras = None
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
            over = self._hit(event.position()).kind or self._far_at(event.position())
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
            return
        moved = event.position() - self._pressed
        if self._dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
            self._pressed = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(moved.x(), moved.y(), event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pressed is not None:
            self._pressed = None
            if not self._dragged and self._far_at(event.position()):
                self.show_everything()
            elif not self._dragged:
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
                is_party = self.selected().kind in ("party", "group", "link")
                at = QPointF(1, 1) if is_party else None
                self.pan(-right * _PAN_PX, -down * _PAN_PX, at)
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
        elif event.text().isalnum() and not event.modifiers() & _COMMANDS:
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = ""
            with self.model.run.reading():
                at = QPointF(event.pos())
                text = tr("Click, or press Home again, to see them") if self._far_at(at) else ""
                text = text or tip(self.model, self._hit(at))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def _far_at(self, at: QPointF) -> bool:
        """Whether a mark of sites farther off is here, which shows them."""
        if self.model.layout.kind != "map" or self._nothing_to_show():
            return False
        return any(mark.rect.contains(at) for mark in far_marks(self._theme, self.placed))

    def _hit(self, at: QPointF) -> Hit:
        if self._nothing_to_show():
            return NO_HIT
        return self.placed.hit(self.model.dots, at.x(), at.y())
