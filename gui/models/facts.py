"""What is known of the open recording without any doing: where it lies, its times and clock, how it stands."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject

from gui.models.clock import RunClock
from gui.models.task import Task
from simulator.recording.reader import Recording

State = Literal["empty", "live", "paused", "ended", "killed", "failed"]


class Facts(QObject):
    """The part of Run that views read and that only Run writes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.recording: Recording | None = None
        self._state: State = "empty"
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
    def is_live(self) -> bool:
        """Whether an engine is writing the recording."""
        return self._state in ("live", "paused")

    def local(self, at_us: int) -> datetime:
        """An instant in the scenario's zone."""
        return self._clock.local(at_us)

    def clock(self, at_us: int, ms: bool = False) -> str:
        """`07:40:03`, with `ms` `07:40:03.412`, on the day after the first `07:40:03 +1`."""
        return self._clock.text(at_us, ms=ms)

    def at_of(self, text: str) -> int:
        """HH:MM on the first day, what `clock` says, or an ISO instant. Raises ValueError with a sentence."""
        return self._clock.at_us(text)


def opening(path: Path, parent: QObject) -> Task[Recording]:
    """Opens a recording in a thread: a killed run gets its indices from its first reader, which may take seconds."""
    return Task(lambda: Recording.open(path), parent, discard=Recording.close)


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
    for table, first, last in (
        ("message", "start_us", "end_us"),
        ("event", "at_us", "at_us"),
        ("state", "at_us", "at_us"),
    ):
        firsts += [row[0] for row in recording.query(f"SELECT {first} FROM {table} ORDER BY seq LIMIT 1")]
        lasts += [row[0] for row in recording.query(f"SELECT {last} FROM {table} ORDER BY seq DESC LIMIT 1")]
    return min(firsts), max(lasts, default=0)
