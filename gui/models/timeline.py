"""What the timeline shows: bars of messages, faults, commands and hints; read in steps, so that the window stays free.

Everything is counted by simulator/report/traffic; here is only what of it is visible.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from gui.models.message_search import Numbers
from gui.models.run import Run
from gui.models.timeline_taken import TakenCounts
from simulator.i18n import tr
from simulator.report.traffic import Counts, Kind, Traffic

_REFRESH_MS: Final = 250
_RUSH_MS: Final = 500
_ROWS_A_STEP: Final = 10_000

_HINTS: Final = "SELECT id, at_us, exchange, severity, sentence FROM hint WHERE id > ? ORDER BY id"


class FaultBand(NamedTuple):
    """A fault from its begin to its end (None: it still lasts)."""

    from_us: int
    to_us: int | None
    words: str


class Mark(NamedTuple):
    """A command, or a hint with its exchange."""

    at_us: int
    words: str
    exchange: int = 0
    severity: str = ""


class TimelineModel(QObject):
    """The timeline of the open recording; `changed` when there is more of it, or something else, to show."""

    changed = Signal()

    def __init__(self, run: Run, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._traffic: Traffic | None = None
        self._is_active = True
        self._clear()
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.timeout.connect(self._read_on)
        run.opened.connect(self._opened)
        run.closed.connect(self._opened)
        run.grew.connect(self._soon)
        run.state_changed.connect(self._soon)
        run.filtered.replaced.connect(self._filter)
        run.filtered.added.connect(self._take_in)
        if run.recording is not None:
            self._opened()

    def _clear(self) -> None:
        self.faults: list[FaultBand] = []
        self.commands: list[Mark] = []
        self.hints: list[Mark] = []
        self.hint_times_us: NDArray[np.int64] = np.empty(0, np.int64)
        self._last_hint = 0
        self._taken: TakenCounts | None = None

    @property
    def is_reading(self) -> bool:
        """Whether there are messages still to be counted."""
        return self._reading.isActive()

    @property
    def modules(self) -> list[str]:
        """The modules with a message."""
        return [] if self._traffic is None else self._traffic.modules

    def bars(self, kind: Kind, minutes: int, from_us: int, to_us: int) -> tuple[list[str], Counts]:
        """See `Traffic.bars`."""
        if self._traffic is None:
            return [], np.zeros((0, 1), np.int64)
        return self._traffic.bars(kind, minutes, from_us, to_us)

    def taken_bars(self, kind: Kind, names: list[str], minutes: int, from_us: int, count: int) -> Counts | None:
        """Of the same bars what the filter takes; None where no filter is set."""
        return None if self._taken is None else self._taken.bars(kind, names, minutes, from_us, count)

    def hints_within(self, from_us: int, to_us: int) -> list[Mark]:
        """The hints between two instants, both included."""
        begin = int(np.searchsorted(self.hint_times_us, from_us))
        return self.hints[begin : int(np.searchsorted(self.hint_times_us, to_us, side="right"))]

    def _opened(self) -> None:
        self._clear()
        recording = self._run.recording
        self._traffic = None if recording is None else Traffic(recording)
        self._start_counting()
        self._reading.stop()
        if recording is not None and self._is_active:
            self._read_on()
        else:
            self.changed.emit()

    def _start_counting(self) -> None:
        recording, filtered = self._run.recording, self._run.filtered
        self._taken = TakenCounts(recording, filtered) if recording is not None and filtered.active else None

    def _filter(self) -> None:
        """Another filter, or none any more."""
        self._start_counting()
        if self._is_active and self._traffic is not None:
            self._read_on()

    def _take_in(self, exchanges: Numbers) -> None:
        if self._taken is not None:
            self._taken.add(exchanges)
            self._soon()

    def set_active(self, is_active: bool) -> None:
        """A timeline that nobody sees reads nothing of what comes; once seen it catches up."""
        self._is_active = is_active
        if not is_active:
            self._reading.stop()
        elif self._traffic is not None:
            self._read_on()

    def _soon(self) -> None:
        if self._is_active and self._traffic is not None and not self._reading.isActive():
            self._reading.start(_RUSH_MS if self._run.rushes else _REFRESH_MS)

    def _read_on(self) -> None:
        with self._run.reading():
            self._read_more()

    def _read_more(self) -> None:
        recording = self._run.recording
        if self._traffic is None or recording is None:
            return
        is_more = self._traffic.extend(_ROWS_A_STEP)
        if self._taken is not None:
            is_more = self._taken.read_on() or is_more
        if is_more:
            self._reading.start(0)
        self.faults = _bands((fault.at_us, fault.kind, fault.target, fault.phase) for fault in recording.faults())
        self.commands = [Mark(command.at_us, _command(command.command)) for command in recording.commands()]
        for id, at_us, exchange, severity, sentence in recording.query(_HINTS, (self._last_hint,)):
            self._last_hint = id
            self.hints.append(Mark(at_us, sentence, exchange, severity))
        if len(self.hints) != len(self.hint_times_us):
            self.hints.sort(key=lambda hint: hint.at_us)
            self.hint_times_us = np.array([hint.at_us for hint in self.hints], np.int64)
        self.changed.emit()


def _bands(rows: Iterable[tuple[int, str, str, str]]) -> list[FaultBand]:
    """Begins and ends paired, in order of their begin; an end belongs to the earliest open begin of its kind."""
    open_from: dict[tuple[str, str], list[int]] = {}
    bands: list[FaultBand] = []
    for at_us, kind, target, phase in rows:
        if phase == "begin":
            open_from.setdefault((kind, target), []).append(at_us)
        elif open_from.get((kind, target)):
            bands.append(FaultBand(open_from[kind, target].pop(0), at_us, fault_words(kind, target)))
    bands += [
        FaultBand(at_us, at_us if kind == "exception" else None, fault_words(kind, target))
        for (kind, target), starts in open_from.items()
        for at_us in starts
    ]
    return sorted(bands)


def fault_words(kind: str, target: str) -> str:
    """A fault in a few words; one of a kind not known here by its own name."""
    words = {
        "party_offline": tr("{target} offline"),
        "link_down": tr("link {target} down"),
        "latency": tr("link {target} slow"),
        "loss": tr("link {target} loses messages"),
        "duplicates": tr("link {target} repeats messages"),
        "charger_offline": tr("chargers of {target} offline"),
        "exception": tr("program error at {target}"),
    }
    return words.get(kind, "{kind} {target}").format(kind=kind.replace("_", " "), target=target)


def _command(command: str) -> str:
    words = {
        "pause": tr("pause"),
        "resume": tr("resume"),
        "step": tr("step"),
        "run_until": tr("run until"),
        "speed": tr("speed"),
    }
    return words.get(command, command.replace("_", " "))
