"""What is open: one recording, finished or growing, and how its time goes by.

Every view reads `run.recording` and hears of changes here. Playing a finished run moves the cursor; playing a live run
at its edge lets the engine go on, and behind its edge moves the cursor again, until it has caught up.
"""

from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from gui.models.clock import RunClock
from gui.models.cursor import NOTHING, Cursor
from gui.models.facts import Facts, State, facts_of, first_instant, last_instant, opening, state_of
from gui.models.filtered import Filtered
from gui.models.steering import Steering
from gui.models.stepping import Stepping
from gui.models.steps import Direction
from gui.models.tail import Tail
from gui.models.task import Task
from simulator.control.client import ControlReport
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Batch, Recording

MAX_SPEED: Final = 0.0
"""The speed that stands for: as fast as it goes."""

SPEEDS: Final = (1.0, 10.0, 60.0, 600.0, MAX_SPEED)
DEFAULT_SPEED: Final = 60.0

_TICK_MS: Final = 33
_LIVENESS_MS: Final = 400
_RUSH: Final = 300.0
_RUSH_MS: Final = 100
_MAX_REPLAY_S: Final = 15
"""A replay at full speed takes this long, as nobody could see it faster."""
_MANY_ROWS: Final = 10_000
_HOPELESS_ROWS: Final = 100_000


class Run(Facts):
    """The open recording, its state, its clock and its playback.

    Life: empty -> `open` or `attach` -> live, paused, ended, killed or failed -> `close` or the next `attach`.

    `opened`: another recording is open, or the same was read anew: views start afresh. `closed`: there is none now.
    `grew`: a Batch of new rows; rows that a view has read when `opened` came do not come again if it read up to
    `seen_seq`. `progressed`: `end_us` has moved. `played`: `playing`, `speed`, `at_edge` or `is_silent` has changed.
    `said`: a sentence for the person at the window; `unsaid`: it holds no longer.
    """

    opened = Signal()
    closed = Signal()
    grew = Signal(object)
    state_changed = Signal(str)
    progressed = Signal()
    played = Signal()
    said = Signal(str)
    unsaid = Signal(str)

    def __init__(self, cursor: Cursor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cursor = cursor
        self.filtered = Filtered(self, cursor)
        """Which messages the cursor's filter takes."""
        self._tail: Tail | None = None
        self._steering: Steering | None = None
        self._report: ControlReport | None = None
        self._known_us = 0
        self._since_known = QElapsedTimer()
        self._edge_moved = False
        self._since_shown = QElapsedTimer()
        self._since_shown.start()
        self._playing = False
        self._at_edge = False
        self._moving = False
        self._stepping = Stepping(self, self.filtered, cursor)
        self._stepping.said.connect(self.said)
        self.filtered.failed.connect(self.said)
        self._stepping.at_end.connect(self.go_live)
        self._speed = DEFAULT_SPEED
        self._speed_is_ordered = False
        self._opening: Task[Recording] | None = None
        self._since_tick = QElapsedTimer()
        self._ticks = QTimer(self)
        self._ticks.setTimerType(Qt.TimerType.PreciseTimer)
        self._ticks.timeout.connect(self._tick)
        self._liveness = QTimer(self)
        self._liveness.timeout.connect(self.check_liveness)
        cursor.time_changed.connect(self._cursor_moved)
        self.unreadable.connect(self._give_up, Qt.ConnectionType.QueuedConnection)

    # What is open

    def open(self, path: Path) -> None:
        """Open a recording. Raises RecordingError; what was open then stays open."""
        self.attach(Recording.open(path))

    def attach(self, recording: Recording, *, keep_place: bool = False) -> None:
        """Show an opened recording, which is the run's to close from now on; `keep_place` leaves the cursor alone.

        Raises RecordingError when it turns out damaged; what was open then stays open.
        """
        try:
            facts = facts_of(recording)
        except RecordingError:
            recording.close()
            raise
        was_at_edge = self._at_edge
        self._let_go()
        self.recording = recording
        self._problem = ""
        self._meta, self._clock, seen_seq, self._begin_us, self._end_us, self._state = facts
        self._tail = Tail(recording, seen_seq, self)
        self._tail.grew.connect(self._grown)
        self._tail.failed.connect(self.failed_to_read)
        self._know(self._end_us)
        self._at_edge = self.is_live and (was_at_edge or not keep_place)
        if not keep_place:
            self.filtered.closed()
            self._cursor.select(NOTHING)
            self._cursor.set_filter("")
            self._move(self._end_us if self.is_live else 0)
        self.filtered.opened(recording, seen_seq)
        self.opened.emit()
        self.state_changed.emit(self._state)
        if self.is_live:
            self._tail.start()
            self._liveness.start(_LIVENESS_MS)
            self._ticks.start(_TICK_MS)
            self._since_tick.start()
            self._find_engine()
        self.progressed.emit()
        self.played.emit()

    def close(self) -> None:
        """Show nothing; harmless when nothing is open."""
        if self.recording is not None or self._problem:
            self._empty("empty")

    def _give_up(self) -> None:
        if self._problem:
            self._empty("failed", self._problem)
            self.said.emit(self._problem)

    def _empty(self, state: State, problem: str = "") -> None:
        self._let_go()
        self._state, self._problem = state, problem
        self._meta = {}
        self._clock = RunClock({})
        self._begin_us = self._end_us = 0
        self._cursor.select(NOTHING)
        self.filtered.closed()
        self.closed.emit()
        self.state_changed.emit(self._state)
        self.played.emit()

    def _let_go(self) -> None:
        self._ticks.stop()
        self._liveness.stop()
        self._lose_engine()
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        self._playing = self._at_edge = False
        self._stepping.forget()
        if self._tail is not None:
            self._tail.stop()
            self._tail.deleteLater()
            self._tail = None
        if self.recording is not None:
            self.recording.close()
            self.recording = None

    @property
    def seen_seq(self) -> int:
        """The last row that `opened` or `grew` has told of."""
        return 0 if self._tail is None else self._tail.seq

    @property
    def can_steer(self) -> bool:
        """Whether the engine takes orders."""
        return self._steering is not None and not self._steering.is_silent

    @property
    def is_silent(self) -> bool:
        """Whether the engine of a live run does not answer."""
        return self._steering is not None and self._steering.is_silent

    # Playback

    @property
    def playing(self) -> bool:
        """Whether time goes by: the engine's at the edge of a live run, else the cursor's."""
        return self._state == "live" and not self.is_silent if self._at_edge else self._playing

    @property
    def speed(self) -> float:
        """Simulated seconds a wall second; MAX_SPEED: as fast as it goes."""
        return self._speed

    @property
    def at_edge(self) -> bool:
        """Whether the cursor is at the edge of a live run and goes with it."""
        return self._at_edge

    @property
    def rushes(self) -> bool:
        """Whether time goes by so fast that nobody reads what passes: views then show it in fewer pictures."""
        return self.playing and self._is_fast

    @property
    def _is_fast(self) -> bool:
        return self._speed == MAX_SPEED or self._speed >= _RUSH

    def play(self) -> None:
        """Let time go by; at the end of a finished run from its start again."""
        if self.recording is None or self.playing:
            return
        if self._at_edge:
            if self._steering is not None:
                self._steering.resume()
            return
        if not self.is_live and self._cursor.at_us >= self._end_us:
            self._move(0)
        self._playing = True
        self._since_tick.start()
        self._ticks.start(_TICK_MS)
        self.played.emit()

    def pause(self) -> None:
        """Stop time. A live run that takes no orders goes on, and the cursor stays where it is."""
        self._stepping.stop()
        if self._at_edge and self._steering is not None:
            self._steering.pause()
        elif self._at_edge or self._playing:
            self._leave_edge()
            self._stop_playing()

    def set_speed(self, factor: float) -> None:
        """Simulated seconds a wall second; MAX_SPEED: as fast as it goes."""
        if self._steering is not None:
            self._speed_is_ordered = True
            self._steering.speed(factor, self._speed_obeyed)
        self._speed = factor
        self.played.emit()

    def seek(self, at_us: int) -> None:
        """Go to an instant within the run."""
        at_us = max(self._begin_us, min(at_us, self._end_us))
        if self.is_live and at_us == self._end_us:
            self.go_live()
        else:
            self._cursor.set_time(at_us)

    def go_live(self) -> None:
        """Go to the edge of a live run and with it, or to the end of a finished one."""
        self._stop_playing()
        self._move(self._end_us)
        if self.is_live and not self._at_edge:
            self._at_edge = True
            self.played.emit()

    def step(self) -> None:
        """Go to the next message that the filter takes; at the edge of a live run let it go on until there is one."""
        self._stop_playing()
        self._stepping.step(self._tail, self._steering if self.can_steer else None)

    def step_back(self) -> None:
        """Go to the previous message that the filter takes; a live run is paused for it."""
        self._stop_playing()
        if self._at_edge and self._state == "live" and self._steering is not None:
            self._steering.pause()
        self._stepping.step_back()

    def jump(self, direction: Direction) -> None:
        """Go to the next or previous message about what is selected, of those that the filter takes."""
        self._stepping.jump(direction)

    # Time goes by

    def _move(self, at_us: int) -> None:
        """Move the cursor without taking it for the person's doing."""
        self._moving = True
        self._cursor.set_time(at_us)
        self._moving = False

    def _cursor_moved(self, at_us: int) -> None:
        if not self._moving and self._at_edge and at_us < self._end_us:
            self._leave_edge()

    def _leave_edge(self) -> None:
        if self._at_edge:
            self._at_edge = False
            self.played.emit()

    def _stop_playing(self) -> None:
        if self._playing:
            self._playing = False
            self.played.emit()
        if not self.is_live:
            self._ticks.stop()

    def _tick(self) -> None:
        passed_us = self._since_tick.restart() * 1_000
        self._let_edge_run()
        self._show_edge()
        if not self._playing:
            return
        speed = self._speed or max(3_600.0, (self._end_us - self._begin_us) / 1e6 / _MAX_REPLAY_S)
        at_us = self._cursor.at_us + round(passed_us * speed)
        if at_us < self._end_us:
            self._move(at_us)
            return
        self.go_live()
        if self._state == "paused" and self._steering is not None:
            self._steering.resume()

    def _let_edge_run(self) -> None:
        """Between two rows simulated time goes by at the engine's speed, up to where its next step lies."""
        report = self._report
        if self._state != "live" or report is None or not report.speed or report.next_us is None:
            return
        guess_us = self._known_us + round(self._since_known.elapsed() * 1_000 * report.speed)
        self._advance(min(guess_us, report.next_us))

    def _know(self, at_us: int) -> None:
        """The engine has reached this instant now."""
        self._known_us = at_us
        self._since_known.start()

    def _advance(self, at_us: int, *, by_rows: bool = False) -> None:
        if at_us > self._end_us:
            self._end_us = at_us
            self._edge_moved = True
        self._show_edge(by_rows=by_rows)

    def _show_edge(self, *, by_rows: bool = False) -> None:
        """Where time rushes, ten pictures a second show as much as thirty: then it moves as rows come."""
        wait_ms = 0 if not (self.is_live and self._is_fast) else _RUSH_MS if by_rows else 4 * _RUSH_MS
        if self._edge_moved and self._since_shown.elapsed() >= wait_ms:
            self._edge_moved = False
            self._since_shown.start()
            self.progressed.emit()
            if self._at_edge:
                self._move(self._end_us)

    # The engine and its file

    def _find_engine(self) -> None:
        assert self.recording is not None
        meta = self.recording.meta
        url, token = meta.get("control_url", ""), meta.get("control_token", "")
        if url and token:
            self._steering = Steering(url, token, self)
            self._steering.reported.connect(self._reported)
            self._steering.refused.connect(self.said)
            self._steering.refused.connect(self._stepping.stop)
            self._steering.silent.connect(self.said)
            self._steering.silent.connect(self._stepping.stop)
            self._steering.answers.connect(self.unsaid)
            self._steering.silent.connect(self._fell_silent)
            self._steering.answers.connect(self.played)
            self.played.emit()

    def _lose_engine(self) -> None:
        self._report = None
        self._stepping.stop()
        self._speed_is_ordered = False
        if self._steering is not None:
            self._steering.close()
            self._steering = None

    def _reported(self, report: ControlReport) -> None:
        self._report = report
        self._know(report.at_us)
        self._advance(report.at_us)
        if report.speed != self._speed and not self._speed_is_ordered:
            self._speed = report.speed
            self.played.emit()
        if report.state != "ended":
            self._set_state("paused" if report.state == "paused" else "live")

    def _fell_silent(self) -> None:
        """What was ordered is never answered."""
        self._speed_is_ordered = False
        self.played.emit()

    def _speed_obeyed(self, report: ControlReport) -> None:
        del report
        self._speed_is_ordered = False

    def _grown(self, batch: Batch) -> None:
        # A run that was opened before its first row, as that of the window's own engine, has its lead-in to come.
        self._begin_us = min(self._begin_us, first_instant(batch))
        last_us = last_instant(batch, self._end_us)
        self.filtered.grown(batch, rushes=self.rushes)
        self.grew.emit(batch)
        if last_us > self._known_us:
            self._know(last_us)
        self._advance(last_us, by_rows=True)

    def check_liveness(self) -> None:
        """See whether the engine is still writing, and if not, how the run has ended."""
        if self.recording is None or not self.is_live:
            return
        try:
            if self.recording.is_live:
                self._catch_up()
                if self._steering is None:
                    self._find_engine()
                return
        except RecordingError as error:
            self.said.emit(str(error))
        self._liveness.stop()
        self._lose_engine()
        with self.reading():
            self._end()

    def _catch_up(self) -> None:
        """A run that is written much faster than it can be shown row by row is read anew now and then."""
        assert self.recording is not None
        if self._tail is not None and self.recording.last_seq - self._tail.seq > _HOPELESS_ROWS:
            self._read_anew(self.recording.path)

    def _end(self) -> None:
        """Nobody writes any more."""
        assert self.recording is not None
        assert self._tail is not None
        self._tail.stop()
        self._meta = self.recording.meta
        state = state_of(self._meta, is_live=False)
        if state == "killed" or self.recording.last_seq - self._tail.seq > _MANY_ROWS:
            self._read_anew(self.recording.path)
        else:
            self._tail.drain()
        self._end_us = max(self._end_us, int(self._meta.get("ended_at_us") or self._end_us))
        self._set_state(state)
        self._edge_moved = True
        self._show_edge()
        self._at_edge = False
        if not self._playing:
            self._ticks.stop()
        if state != "ended":
            self.said.emit(self._ending())
        self.played.emit()

    def _read_anew(self, path: Path) -> None:
        if self._opening is None:
            self._opening = opening(path, self)
            self._opening.done.connect(self._opened_anew)
            self._opening.failed.connect(self._not_opened_anew)
            self._opening.start()

    def _opened_anew(self, recording: Recording) -> None:
        self._opening = None
        with self.reading():
            self.attach(recording, keep_place=True)

    def _not_opened_anew(self, error: Exception) -> None:
        self._opening = None
        self.said.emit(str(error))

    def _set_state(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)
            self.played.emit()
