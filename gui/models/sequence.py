"""What the sequence view shows now: which chart, and which of its arrows; following cursor, selection and a live run.

The chart is the story of what is selected, else the messages around the time cursor. Walking along the arrows of a
chart never swaps it for another one; selecting elsewhere does, unless what is selected is in it.
"""

from contextlib import suppress
from typing import Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from gui.models.cursor import NOTHING, Cursor, Selection
from gui.models.run import Run
from gui.models.sequence_chart import EMPTY, OCPP, Arrow, Chart
from gui.models.sequence_content import AROUND, GLIMPSE, Content
from gui.models.sequence_hops import without_hubs
from gui.models.sequence_taken import only_taken
from simulator.recording.reader import Batch
from simulator.report.explain import Explanation, explain, explain_event
from simulator.report.web import DRIVER, Key, at_us_of

Scope = Literal["story", "around"]

_REFRESH_MS: Final = 400
"""A growing chart is drawn anew this often: it is read, not watched like a gauge."""
_FOLLOW_MS: Final = 80
_RUSH_MS: Final = 1_000
"""Where time rushes past nobody reads a chart before it is another one."""
_ENOUGH: Final = AROUND // 2
_FOREVER: Final = 1 << 62
_NO_KEY: Final[Key] = ("", 0)


class SequenceModel(QObject):
    """The chart and the current arrow. `changed`: another chart; `current_changed`: another arrow."""

    changed = Signal()
    current_changed = Signal()

    def __init__(self, run: Run, cursor: Cursor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._cursor = cursor
        self._content: Content | None = None
        self._scope: Scope = "story"
        self._with_hubs = True
        self._is_active = False
        self._is_stale = True
        self._is_glimpse = self._is_moving = False
        self._is_ours = False
        self._window = (-_FOREVER, _FOREVER)
        self._sessions: set[str] = set()
        self._places: dict[Key, int] = {}
        self._effects: dict[Key, list[int]] = {}
        self.chart: Chart = EMPTY
        self.current: Key = _NO_KEY
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._catch_up)
        cursor.selection_changed.connect(self._selected)
        cursor.time_changed.connect(self._moved)
        run.filtered.replaced.connect(self._refresh_if_seen)
        run.filtered.added.connect(self._filter_took_more)
        run.opened.connect(self._reopened)
        run.closed.connect(self._reopened)
        run.grew.connect(self._grew)
        run.played.connect(self._calmed)

    # What there is

    @property
    def scope(self) -> Scope:
        """Whether the story of the selection is wanted, or always what is around the cursor."""
        return self._scope

    @property
    def place(self) -> int:
        """The place of the current arrow in the chart, -1 if there is none."""
        return self._places.get(self.current, -1)

    @property
    def related(self) -> frozenset[int]:
        """The places of the current arrow's cause and effects."""
        place = self.place
        if place < 0:
            return frozenset()
        cause = self._places.get(self.chart.arrows[place].cause)
        return frozenset([*self._effects.get(self.current, ()), *([] if cause is None else [cause])])

    def explanation(self) -> Explanation | None:
        """The current arrow in sentences."""
        if self._content is None or self.current == _NO_KEY:
            return None
        kind, number = self.current
        tell = explain if kind == "message" else explain_event
        with self._run.reading(), suppress(KeyError):
            return tell(self._content.recording, number, self._content.web)
        return None

    # What a person does

    def set_active(self, is_active: bool) -> None:
        """A view that nobody sees reads nothing; once seen it catches up."""
        self._is_active = is_active
        self._catch_up()

    def set_scope(self, scope: Scope) -> None:
        """Show the story of the selection, or what is around the cursor whatever is selected."""
        if scope != self._scope:
            self._scope = scope
            self._refresh_if_seen()

    def set_hubs(self, are_shown: bool) -> None:
        """Show hubs with both legs of what they pass on, or one arrow past them."""
        if are_shown != self._with_hubs:
            self._with_hubs = are_shown
            self._refresh_if_seen()

    def go_to(self, key: Key) -> None:
        """Make a row the current one, whether the chart has it or not."""
        if key in self._places:
            self.choose(self._places[key])
        elif key[0] == "message" and self._content is not None:
            row = None
            with self._run.reading():
                row = self._content.web.row(key)
            if row is not None:
                self._cursor.select(Selection("message", str(key[1])), at_us_of(row))

    def choose(self, place: int) -> None:
        """Make an arrow of the chart the current one."""
        arrow = self.chart.arrows[place]
        self.current = arrow.key
        self._is_ours = True
        self._cursor.select(self._selection_of(arrow), arrow.start_us)
        self._is_ours = False
        self.current_changed.emit()

    def walk(self, steps: int) -> None:
        """Go along the arrows; from nowhere to the one nearest to the cursor's time."""
        count = len(self.chart.arrows)
        if not count:
            return
        place = self.place
        if place < 0:
            at_us = self._cursor.at_us
            before = [number for number, arrow in enumerate(self.chart.arrows) if arrow.start_us <= at_us]
            self.choose(before[-1] if before else 0)
        else:
            self.choose(max(0, min(count - 1, place + steps)))

    def to_cause(self) -> None:
        """Go to what brought the current arrow about, if that is in the chart."""
        place = self.place
        if place >= 0 and self.chart.arrows[place].cause in self._places:
            self.choose(self._places[self.chart.arrows[place].cause])

    def to_effect(self) -> None:
        """Go to the first thing that the current arrow brought about, if that is in the chart."""
        effects = self._effects.get(self.current)
        if self.place >= 0 and effects:
            self.choose(effects[0])

    def to_sibling(self, direction: Literal[1, -1]) -> None:
        """Go to the next or previous thing that came of the same cause, if there is one."""
        place = self.place
        if place >= 0 and self.chart.arrows[place].cause != _NO_KEY:
            siblings = self._effects[self.chart.arrows[place].cause]
            beside = siblings.index(place) + direction
            if 0 <= beside < len(siblings):
                self.choose(siblings[beside])

    def follow(self) -> None:
        """Show the whole story that the current arrow is part of."""
        self._scope = "story"
        self._refresh()
        self.changed.emit()

    def clear(self) -> None:
        """Select nothing, which leads back to what is around the cursor."""
        self.current = _NO_KEY
        self._cursor.select(NOTHING)
        self.current_changed.emit()

    def _selection_of(self, arrow: Arrow) -> Selection:
        """How the other views know what an arrow is about; the selection stays as it is where they do not."""
        if arrow.key[0] == "message":
            return Selection("message", str(arrow.key[1]))
        for end in (arrow.source, arrow.to):
            key = self.chart.lanes[end].key if end >= 0 else ""
            if key.startswith(DRIVER) and key != DRIVER:
                return Selection("driver", key.removeprefix(DRIVER))
            if key.startswith(OCPP) and key != OCPP:
                return Selection("evse", key.removeprefix(OCPP))
        return self._cursor.selection

    # What happens elsewhere

    def _reopened(self) -> None:
        self._content = None
        self.current = _NO_KEY
        self._refresh_if_seen()

    def _selected(self, selection: Selection) -> None:
        if self._is_ours:
            return
        key = ("message", int(selection.id)) if selection.kind == "message" else _NO_KEY
        if self._is_active and key in self._places and (self.chart.is_story or self._scope == "around"):
            self.current = key
            self.current_changed.emit()
        else:
            self.current = key
            self._refresh_if_seen()

    def _filter_took_more(self) -> None:
        self._is_stale = True
        self._refresh_soon(_RUSH_MS if self._run.rushes else _REFRESH_MS)

    def _moved(self, at_us: int) -> None:
        low_us, high_us = self._window
        if not self.chart.is_story and not low_us <= at_us <= high_us:
            self._is_stale = True
            if self._run.rushes:
                self._refresh_soon(_RUSH_MS)
            elif not self._timer.isActive():
                # What is in sight comes at once, the rest when the cursor rests.
                self._is_moving = True
                self._catch_up()
                self._is_moving = False
                self._is_stale = self._is_active and self._is_glimpse
                self._refresh_soon(_FOLLOW_MS)

    def _calmed(self) -> None:
        """What was left out while time rushed is shown as soon as there is somebody to read it."""
        if self._is_glimpse and not self._run.rushes:
            self._refresh_if_seen()

    def _grew(self, batch: Batch) -> None:
        if not self._is_stale:
            with self._run.reading():
                self._is_stale = not self._is_active or self._is_about(batch)
        if self._is_stale:
            self._refresh_soon(_RUSH_MS if self._run.rushes else _REFRESH_MS)

    def _is_about(self, batch: Batch) -> bool:
        """Whether new rows belong to the chart: to its sessions, drivers and chargers, or as effects of its rows."""
        if not self.chart.is_story:
            return self._window[1] >= _FOREVER
        lanes = {lane.key for lane in self.chart.lanes}
        if any(event.source in lanes for event in batch.events):
            return True
        return any(
            (message.cause_kind, message.cause) in self._places
            or (message.session_id and message.session_id in self._sessions)
            for message in batch.messages
        )

    def _refresh_if_seen(self) -> None:
        self._is_stale = True
        if self._is_active:
            self._refresh()

    def _refresh_soon(self, delay_ms: int) -> None:
        if self._is_active and not self._timer.isActive():
            self._timer.start(delay_ms)

    def _catch_up(self) -> None:
        if self._is_stale:
            self._refresh()

    def _refresh(self) -> None:
        if not self._is_active:
            return
        self._is_stale = False
        with self._run.reading():
            chart = self._make_chart()
            self._window = _window(chart, self._cursor.at_us)
            if chart != self.chart:
                self.show(chart)
            self.current_changed.emit()

    def show(self, chart: Chart) -> None:
        """Show this chart, until something else is to be shown."""
        self.chart = chart
        self._sessions = {arrow.session_id for arrow in chart.arrows if arrow.session_id}
        self._places = {leg: place for place, arrow in enumerate(chart.arrows) for leg in arrow.legs}
        self._places |= {arrow.key: place for place, arrow in enumerate(chart.arrows)}
        self._effects = {}
        for place, arrow in enumerate(chart.arrows):
            self._effects.setdefault(arrow.cause, []).append(place)
        if self.current not in self._places:
            self.current = _NO_KEY
        self.changed.emit()

    def _make_chart(self) -> Chart:
        recording = self._run.recording
        self._is_glimpse = False
        if recording is None:
            self._content = None
            return EMPTY
        if self._content is None or self._content.recording is not recording:
            self._content = Content(recording)
        selection, at_us = self._cursor.selection, self._cursor.at_us
        if self._scope == "story":
            story = self._content.story_of(selection, at_us)
            if story.arrows:
                return only_taken(self._as_wanted(story), self._run.filtered)
        self._is_glimpse = self._run.rushes or self._is_moving
        count = GLIMPSE if self._is_glimpse else AROUND
        taken = self._run.filtered.exchanges
        return self._as_wanted(self._content.around(selection, at_us, count, taken, whole_ways=not self._with_hubs))

    def _as_wanted(self, chart: Chart) -> Chart:
        return chart if self._with_hubs else without_hubs(chart)


def _window(chart: Chart, at_us: int) -> tuple[int, int]:
    """Between which instants a chart of what is around `at_us` will do; for ever where the recording ends."""
    starts = [arrow.start_us for arrow in chart.arrows if arrow.key[0] == "message"]
    before = [start_us for start_us in starts if start_us <= at_us]
    after = starts[len(before) :]
    low_us = before[len(before) // 2] if len(before) > _ENOUGH else -_FOREVER
    high_us = after[len(after) // 2] if len(after) > _ENOUGH else _FOREVER
    return low_us, high_us
