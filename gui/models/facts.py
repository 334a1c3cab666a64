"""What is known of the open recording without any doing: where it lies, its times and clock, how it stands."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from PySide6.QtCore import QObject, Signal

from gui.models.clock import RunClock
from gui.models.task import Task
from simulator.i18n import tr
from simulator.recording.errors import RecordingError
from simulator.recording.opening import damaged
from simulator.recording.reader import Batch, Recording

State = Literal["empty", "live", "paused", "ended", "killed", "failed"]


class Opened(NamedTuple):
    """What is known of a recording as it is opened."""

    meta: dict[str, str]
    clock: RunClock
    seen_seq: int
    begin_us: int
    end_us: int
    state: State


class Facts(QObject):
    """The part of Run that views read and that only Run writes.

    `unreadable`: the recording turned out damaged, `problem` says how; it is let go of once its reader has returned.
    """

    unreadable = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.recording: Recording | None = None
        self._state: State = "empty"
        self._problem = ""
        self._meta: dict[str, str] = {}
        self._clock = RunClock({})
        self._begin_us = self._end_us = 0

    @property
    def path(self) -> Path | None:
        """Where the recording lies."""
        return None if self.recording is None else self.recording.path

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self._meta.get("scenario_name", "")

    @property
    def meta(self) -> dict[str, str]:
        """What the run said of itself when it was opened or ended; `recording.meta` is fresh, and costs a query."""
        return self._meta

    @property
    def start_epoch_us(self) -> int:
        """The scenario's start, in microseconds since 1970 UTC."""
        return self._clock.start_epoch_us

    @property
    def zone(self) -> str:
        """The IANA zone of the scenario's local times."""
        return self._clock.zone

    @property
    def begin_us(self) -> int:
        """When the first row was recorded, 0 or before: parties register in a lead-in before the start."""
        return self._begin_us

    @property
    def end_us(self) -> int:
        """The latest simulated instant known."""
        return self._end_us

    @property
    def duration_us(self) -> int:
        """How long the run shall last from its start."""
        return int(self._meta.get("duration_us") or 0)

    @property
    def state(self) -> State:
        """How the run stands."""
        return self._state

    @property
    def problem(self) -> str:
        """Why nothing is open any more: a sentence when the recording could not be read, else empty."""
        return self._problem

    @property
    def is_live(self) -> bool:
        """Whether an engine is writing the recording."""
        return self._state in ("live", "paused")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What a view reads by itself, it reads within this: a damaged recording raises nothing, and ends."""
        try:
            yield
        except (RecordingError, sqlite3.Error) as error:
            self.failed_to_read(error)

    def failed_to_read(self, error: Exception) -> None:
        """The recording turned out damaged."""
        if self.recording is not None and not self._problem:
            self._problem = tr("The recording could not be read: {reason}").format(reason=error)
            self.unreadable.emit()

    def _ending(self) -> str:
        """How a run that was killed or failed came to its end."""
        if self._state == "failed":
            return tr("The run failed: {why}").format(why=self._meta.get("failure", ""))
        return tr("The run was killed at {time}; what it recorded until then is shown.").format(
            time=self.clock(self._end_us)
        )

    def local(self, at_us: int) -> datetime:
        """An instant in the scenario's zone."""
        return self._clock.local(at_us)

    def clock(self, at_us: int, ms: bool = False) -> str:
        """`07:40:03`, with `ms` `07:40:03.412`, on the day after the first `07:40:03 +1`."""
        return self._clock.text(at_us, ms=ms)

    def clock_in_words(self, at_us: int, ms: bool = False) -> str:
        """The same, with the day in words: `06:58:00 day before`."""
        return self._clock.in_words(at_us, ms=ms)

    def outside(self, at_us: int) -> str:
        """A sentence that names the run's span for an instant that lies outside it; nothing for one within."""
        last_us = max(self._end_us, self.duration_us if self.is_live else self._end_us)
        if self._begin_us <= at_us <= last_us:
            return ""
        return tr("{time} lies outside the run, which lasts from {begin} to {end}.").format(
            time=self.clock(at_us), begin=self.clock(self._begin_us), end=self.clock(last_us)
        )

    def at_of(self, text: str) -> int:
        """HH:MM on the first day, what `clock` says, or an ISO instant. Raises ValueError with a sentence."""
        return self._clock.at_us(text)


def opening(path: Path, parent: QObject) -> Task[Recording]:
    """Opens a recording in a thread: a killed run gets its indices from its first reader, which may take seconds."""
    return Task(lambda: _checked(path), parent, discard=Recording.close)


def _checked(path: Path) -> Recording:
    recording = Recording.open(path)
    try:
        facts_of(recording)
    except BaseException:
        recording.close()
        raise
    return recording


def facts_of(recording: Recording) -> Opened:
    """What a run must know of a recording before it lets go of another. Raises RecordingError if that is damaged."""
    try:
        meta, seen_seq = recording.meta, recording.last_seq
        recording.tail(0, 1)
        recording.tail(seen_seq - 1)
        recording.holders()
        recording.series_keys()
        recording.query("SELECT id FROM hint LIMIT 1")
        begin_us, end_us = bounds(recording, meta)
        state = state_of(meta, is_live=recording.is_live)
        return Opened(meta, RunClock(meta), seen_seq, begin_us, end_us, state)
    except (sqlite3.Error, ValueError, LookupError) as error:
        raise damaged(recording.path, error) from error


def state_of(meta: Mapping[str, str], *, is_live: bool) -> State:
    """How the run of a recording stands, by its meta and by whether somebody is writing it."""
    if is_live:
        return "live"
    if meta.get("failure"):
        return "failed"
    return "ended" if meta.get("state") == "closed" else "killed"


def bounds(recording: Recording, meta: Mapping[str, str]) -> tuple[int, int]:
    """The instants of the first row and of the last, or of the end if the run has ended."""
    firsts, lasts = [0], [int(meta["ended_at_us"])] if meta.get("ended_at_us") else []
    for table, first, last in (("message", "start_us", "end_us"), ("event", "at_us", "at_us")):
        firsts += [row[0] for row in recording.query(f"SELECT {first} FROM {table} ORDER BY seq LIMIT 1")]
        lasts += [row[0] for row in recording.query(f"SELECT {last} FROM {table} ORDER BY seq DESC LIMIT 1")]
    return min(firsts), max(lasts, default=0)


def first_instant(batch: Batch) -> int:
    """The earliest instant that new rows begin with; 0 where there is none before."""
    rows = (batch.events, batch.states, batch.money, batch.faults)
    starts_us = [message.start_us for message in batch.messages[:1]]
    return min((0, *starts_us, *(row.at_us for each in rows for row in each[:1])))


def last_instant(batch: Batch, default: int) -> int:
    """The latest instant that new rows tell of."""
    return default if batch.last_us is None else batch.last_us
