"""Paints parties with their names, and groups of parties: closed ones as a box that tells how many and how they are,
open ones as a frame with a title.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from gui.models.topology.crowd import Standing, standing
from gui.models.topology.model import TopologyModel
from gui.models.topology.outages import Span
from gui.models.topology.placed import Placed
from gui.models.topology.words import (
    fault_word,
    group_name,
    group_names,
    rate_words,
    role_count,
    role_word,
    short_rate_words,
)
from gui.paint.shapes import paint_pointed, paint_shape
from gui.paint.topology_links import FAINT
from gui.paint.topology_text import bold, fitting, paint_text
from gui.theme import Shape, Theme
from simulator.i18n import tr, trn

BAR_PX: Final = 8.0

_TWO_LINES_PX: Final = 33.0
_LINE: Final = 15.0
_HEADING_H: Final = 16.0
_LEAST_HEADING_H: Final = 12.0
_HEADING_PX: Final = 220.0
_LEAST_TITLE_PX: Final = 40.0
_LEAST_BOX_PX: Final = 18.0
_PADDING_PX: Final = 6.0
_NODE_BAR_PX: Final = 4.0
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter
_ROWS: Final = (("title", 16.0), ("name", 14.0), ("state", _LINE), ("bar", 12.0), ("statuses", _LINE), ("rate", 14.0))
_FIRST: Final = ("title", "state", "bar", "name", "statuses", "rate")
"""What of a group is told where there is not room for all."""


def paint_parties(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """All parties that are shown by themselves, and all closed groups."""
    taken = model.taken
    for group in placed.closed_groups:
        painter.setOpacity(opacity_of(model, group))
        _paint_closed(painter, theme, model, placed, group)
    by_name = roles_by_name(model, placed, QFontMetricsF(theme.small))
    for party in placed.parties_seen.tolist():
        painter.setOpacity(FAINT if taken is not None and not taken.parties[party] else 1.0)
        rect = QRectF(*placed.node_px[party].tolist())
        is_aside = bool(placed.layout.aside[party])
        is_named = by_name[model.network.parties[party].role]
        _paint_pill(painter, theme, model, party, rect, is_aside=is_aside, is_named=is_named)
    painter.setOpacity(1.0)


def roles_by_name(model: TopologyModel, placed: Placed, metrics: QFontMetricsF) -> dict[str, bool]:
    """Of each role whether its parties are called by name: where all these names can be read, else all by id."""
    by_name: dict[str, bool] = {}
    for party in placed.parties_seen.tolist():
        role, name = model.network.parties[party].role, model.network.parties[party].name
        if by_name.get(role, True):
            room = float(placed.node_px[party, 2]) - _PADDING_PX
            by_name[role] = metrics.horizontalAdvance(name) <= room
    return by_name


def opacity_of(model: TopologyModel, group: int) -> float:
    """Groups of whose messages the filter takes none are faint."""
    members = model.layout.groups[group].members
    return FAINT if model.taken is not None and not model.taken.parties[members].any() else 1.0


def paint_frames(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed) -> None:
    """Around what open groups hold, under the links."""
    titles: list[QRectF] = []
    # The innermost first: where titles would lie on each other, it is the one that stays.
    for number in reversed(placed.open_groups):
        group = placed.layout.groups[number]
        if group.parent < 0 and not group.children:
            continue
        box = QRectF(*placed.rect_of("group", number))
        painter.setPen(QPen(theme.accent if number == model.group else theme.line, 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = min(10.0, box.height() / 10)
        painter.drawRoundedRect(box, radius, radius)
        words = role_count(group.role, len(group.members))
        name = group_name(group)
        title = box.intersected(QRectF(0, 0, placed.camera.left + placed.camera.width, placed.camera.height))
        line = QRectF(title.left() + 8, title.top() + 2, title.width() - 16, _HEADING_H)
        text = tr("{count} {which}").format(count=words, which=name) if name else words
        line.setWidth(min(line.width(), QFontMetricsF(bold(theme.small)).horizontalAdvance(text) + 2))
        if line.width() >= _LEAST_TITLE_PX and not any(line.intersects(other) for other in titles):
            titles.append(line)
            paint_text(painter, line, text, bold(theme.small), theme.muted)


def paint_headings(painter: QPainter, theme: Theme, placed: Placed) -> None:
    """What the columns of few parties are, above them; on a map, that parties have no place on it."""
    layout, on_map = placed.layout, placed.layout.kind == "map"
    beside = not on_map and not layout.aside.any()
    words = {"emsp": tr("eMSPs"), "hub": tr("Hubs"), "cpo": tr("CPOs and their sites") if beside else tr("CPOs")}
    camera = placed.cameras.parties
    for role, line in place_headings(placed):
        text = words.get(role, role_word(role))
        if QFontMetricsF(bold(theme.small)).horizontalAdvance(text) > line.width() and role == "cpo":
            text = tr("CPOs")
        paint_text(painter, line, text, bold(theme.small), theme.muted)
    if on_map:
        painter.fillRect(QRectF(0, 0, camera.width, _HEADING_H + 6), theme.window)
        heading = QRectF(8, 3, camera.width - 16, _HEADING_H)
        fitting = tr("Parties (not on the map)")
        if QFontMetricsF(bold(theme.small)).horizontalAdvance(fitting) > heading.width():
            fitting = tr("Not on the map")
        paint_text(painter, heading, fitting, bold(theme.small), theme.text)


def place_headings(placed: Placed) -> list[tuple[str, QRectF]]:
    """The roles of columns of few parties, and where these words stand: in one line above all columns, those of roles
    below another role of their column right above them, as far as there is room between the two."""
    camera = placed.cameras.parties
    top = (placed.layout.party_bounds[1] - camera.y) * camera.scale + camera.height / 2
    roots = [(number, group) for number, group in enumerate(placed.layout.groups) if group.parent < 0]
    lefts = [(group.column, placed.rect_of("group", number)[0]) for number, group in roots]
    floors: dict[int, float] = {}
    lines: list[tuple[str, QRectF]] = []
    for number, group in roots:
        if number not in placed.open_groups or group.children:
            continue
        left, y, *_ = placed.rect_of("group", number)
        lower = y if group.column in floors else top
        upper = max(lower - _HEADING_H - 3, floors.get(group.column, lower - _HEADING_H - 3))
        nodes = placed.node_px[group.members]
        floors[group.column] = float((nodes[:, 1] + nodes[:, 3]).max())
        room = min([*(other - left - 8 for column, other in lefts if column > group.column), _HEADING_PX])
        if lower - upper >= _LEAST_HEADING_H:
            lines.append((group.role, QRectF(left, upper, max(room, 60.0), min(lower - upper, _HEADING_H))))
    return lines


def label(name: str, id: str, font: QFont, width: float, *, is_named: bool = True) -> str:
    """What to call a party where there is so much room: its name if its kind is called so, else its id, or as much of
    that as there is room for."""
    metrics = QFontMetricsF(font)
    if is_named:
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, width)
    return metrics.elidedText(id, Qt.TextElideMode.ElideMiddle, width)


def group_rows(rect: QRectF, *, has_evses: bool) -> dict[str, QRectF]:
    """Where in a closed group's box its lines stand, as many as there is room for, the most important first."""
    heights = dict(_ROWS)
    chosen: dict[str, None] = {}
    free = rect.height() - 6
    for row in _FIRST:
        if row in ("bar", "statuses") and not has_evses:
            continue
        if heights[row] <= free or row == "title":
            chosen[row] = None
            free -= heights[row]
    y = rect.top() + 3 + max(0.0, free) / 2
    rows = {}
    for row, height in _ROWS:
        if row in chosen:
            rows[row] = QRectF(rect.left() + 5, y, rect.width() - 10, height)
            y += height
    return rows


def _paint_closed(painter: QPainter, theme: Theme, model: TopologyModel, placed: Placed, number: int) -> None:
    """The box of a group, with another behind it for what is inside."""
    group = placed.layout.groups[number]
    rect = QRectF(*placed.rect_of("group", number))
    shown = standing(model, number)
    highlight = model.highlight
    is_chosen = number == model.group or (highlight.party in group.members or model.owner in group.members)
    edge = QPen(theme.error if shown.offline else theme.line, 1.2)
    if shown.offline == shown.parties:
        edge = QPen(theme.error, 1.8, Qt.PenStyle.DashLine)
    radius = min(8.0, rect.height() / 5)
    painter.setBrush(theme.window)
    painter.setPen(QPen(theme.line, 1.0))
    painter.drawRoundedRect(rect.adjusted(4, -3, 0, -4), radius, radius)
    front = rect.adjusted(0, 0, -4, 0)
    painter.setPen(QPen(theme.accent, 2.5) if is_chosen else edge)
    painter.drawRoundedRect(front, radius, radius)
    rows = group_rows(front, has_evses=bool(model.network.site_counts[group.members].any()))
    title = role_count(group.role, shown.parties)
    strong = bold(theme.body if front.width() > 120 and "rate" in rows else theme.small)
    if QFontMetricsF(strong).horizontalAdvance(title) > rows["title"].width():
        strong = theme.small
    names = group_names(group)
    wider = QFontMetricsF(strong).horizontalAdvance(title) + 4
    if front.width() < _LEAST_BOX_PX:
        return
    if wider > rows["title"].width():
        # What it is stands in any case, beyond the edges of a box that is too narrow for it.
        middle = rows["title"].center()
        ground = QRectF(middle.x() - wider / 2, rows["title"].top(), wider, rows["title"].height())
        painter.fillRect(ground, theme.window)
        paint_text(painter, ground, title, strong, theme.text, _CENTRE)
    else:
        paint_text(painter, rows["title"], title, strong, theme.text, _CENTRE)
    width = rows["title"].width()
    if "name" in rows:
        paint_text(painter, rows["name"], fitting(names, theme.small, width), theme.small, theme.muted, _CENTRE)
    if "state" in rows:
        _paint_state(painter, theme, shown, rows["state"])
    if "rate" in rows:
        words = fitting([rate_words(shown.rate), short_rate_words(shown.rate)], theme.small, width)
        paint_text(painter, rows["rate"], words, theme.small, theme.muted, _CENTRE)


def state_words(shown: Standing) -> tuple[Shape, str, list[str]]:
    """The worst of a group by shape, the name of its colour, and all of it in words, the worst first, ever shorter."""
    parts = []
    if shown.offline:
        parts.append(tr("{count} offline").format(count=f"{shown.offline:,}"))
    if shown.down:
        parts.append(trn("{count} link down", "{count} links down", shown.down).format(count=f"{shown.down:,}"))
    if shown.disturbed:
        text = trn("{count} link disturbed", "{count} links disturbed", shown.disturbed)
        parts.append(text.format(count=f"{shown.disturbed:,}"))
    if shown.failed:
        parts.append(trn("{count} message failed", "{count} messages failed", shown.failed).format(count=shown.failed))
    if not parts:
        return "circle", "good", [tr("all in service"), tr("OK")]
    if shown.offline or shown.down:
        return "cross", "error", shortening(parts)
    return "triangle", "warning", shortening(parts)


def shortening(parts: Sequence[str]) -> list[str]:
    """Parts in one line, then ever fewer of them, at last the number that the first begins with."""
    return [*(", ".join(parts[:count]) for count in range(len(parts), 0, -1)), parts[0].partition(" ")[0]]


def _paint_state(painter: QPainter, theme: Theme, shown: Standing, line: QRectF) -> None:
    shape, name, words = state_words(shown)
    colour: QColor = getattr(theme, name)
    paint_marked(painter, theme, line, shape, colour, words, theme.muted if name == "good" else colour)


def paint_marked(
    painter: QPainter, theme: Theme, line: QRectF, shape: Shape, colour: QColor, texts: Sequence[str], ink: QColor
) -> None:
    """A shape with words after it, in the middle of a line: the first of the texts that there is room for."""
    words = fitting(texts, theme.small, line.width() - 13)
    # Less than this `paint_text` takes for no room, and a mark would stand without its number.
    width = max(QFontMetricsF(theme.small).horizontalAdvance(words) + 1, 14.0) if words else -4.0
    left = line.center().x() - (width + 13) / 2
    paint_shape(painter, shape, QRectF(left, line.center().y() - 4.5, 9, 9), colour)
    paint_text(painter, QRectF(left + 13, line.top(), width, line.height()), words, theme.small, ink)


def _outline(painter: QPainter, theme: Theme, rect: QRectF, *, is_hub: bool, is_offline: bool, is_chosen: bool) -> None:
    """A box with round corners; a hub's ends in points, as its messages go through it."""
    if is_offline:
        painter.setPen(QPen(theme.error, 1.8, Qt.PenStyle.DashLine))
    else:
        painter.setPen(QPen(theme.accent, 2.5) if is_chosen else QPen(theme.line, 1.2))
    _paint_body(painter, rect, is_hub=is_hub)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if is_offline and is_chosen:
        painter.setPen(QPen(theme.accent, 2.0))
        _paint_body(painter, rect.adjusted(-3, -3, 3, 3), is_hub=is_hub)


def _paint_body(painter: QPainter, rect: QRectF, *, is_hub: bool) -> None:
    if is_hub:
        paint_pointed(painter, rect)
    else:
        radius = min(8.0, rect.height() / 4)
        painter.drawRoundedRect(rect, radius, radius)


def node_bar(rect: QRectF) -> QRectF:
    """Where in a party's box the bar of its EVSEs' statuses lies."""
    return QRectF(rect.left() + 5, rect.bottom() - _NODE_BAR_PX - 1.5, rect.width() - 10, _NODE_BAR_PX)


def _paint_pill(
    painter: QPainter, theme: Theme, model: TopologyModel, index: int, rect: QRectF, *, is_aside: bool, is_named: bool
) -> None:
    """A party with its name, role and id, as far as there is room; offline with a cross and the word. If its sites lie
    `is_aside` there is room for a bar, and it is told how many EVSEs it has."""
    party = model.network.parties[index]
    outage = model.outages.parties.get(index)
    painter.setBrush(theme.window)
    is_chosen = index in (model.highlight.party, model.owner)
    is_hub = party.role == "hub"
    _outline(painter, theme, rect, is_hub=is_hub, is_offline=outage is not None, is_chosen=is_chosen)
    text = rect.adjusted(8, 2, -8, -2) if rect.height() >= _TWO_LINES_PX else rect.adjusted(3, 1, -3, -1)
    text.adjust(0, 0, 0, -_NODE_BAR_PX if is_aside else 0)
    if rect.height() < _TWO_LINES_PX:
        _paint_one_line(painter, theme, party.name, party.id, outage, text, is_named)
        return
    ink = theme.muted if outage is not None else theme.text
    middle = text.center().y()
    upper = QRectF(text.left(), text.top(), text.width(), middle + 1 - text.top())
    lower = QRectF(text.left(), middle, text.width(), text.bottom() - middle)
    strong = bold(theme.body)
    if QFontMetricsF(strong).horizontalAdvance(party.name) > text.width():
        strong = bold(theme.small)
    called = label(party.name, party.id, strong, text.width(), is_named=is_named)
    paint_text(painter, upper, called, strong, ink, _CENTRE)
    if outage is not None:
        paint_marked(painter, theme, lower, "cross", theme.error, [fault_word(outage.kind)], theme.error)
        return
    second = tr("{role}, {id}").format(role=role_word(party.role), id=party.id)
    if is_aside:
        count = int(model.network.site_sizes()[model.network.sites_of[index]].sum())
        many = trn("{id}, {count} EVSE", "{id}, {count} EVSEs", count)
        second = many.format(id=party.id, count=f"{count:,}")
    words = fitting([second, party.id], theme.small, text.width())
    paint_text(painter, lower, words, theme.small, theme.muted, _CENTRE)


def _paint_one_line(
    painter: QPainter, theme: Theme, name: str, id: str, outage: Span | None, text: QRectF, is_named: bool
) -> None:
    called = label(name, id, theme.small, text.width(), is_named=is_named)
    if outage is None:
        paint_text(painter, text, called, theme.small, theme.text, _CENTRE)
        return
    word = fault_word(outage.kind)
    full = tr("{id} {fault}").format(id=name if is_named else id, fault=word)
    if QFontMetricsF(theme.small).horizontalAdvance(full) + 14 <= text.width():
        paint_marked(painter, theme, text, "cross", theme.error, [full], theme.error)
        return
    paint_text(painter, text, called, theme.small, theme.error, _CENTRE)
    # The word hangs on the lower edge of a box that is too small for it.
    width = QFontMetricsF(theme.small).horizontalAdvance(word) + 22
    chip = QRectF(text.center().x() - width / 2, text.bottom() - 4, width, 16)
    painter.setPen(QPen(theme.error, 1.0))
    painter.setBrush(theme.panel)
    painter.drawRoundedRect(chip, 8, 8)
    at = QPointF(chip.left() + 5, chip.center().y() - 4)
    paint_shape(painter, "cross", QRectF(at.x(), at.y(), 8, 8), theme.error)
    paint_text(painter, chip.adjusted(16, 0, 0, 0), word, theme.small, theme.error)
