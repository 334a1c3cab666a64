"""Reads what a run adds to its recording, often and never for long, so that the window stays quick."""

import sqlite3
import time
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from simulator.recording.errors import RecordingError
from simulator.recording.reader import Batch, Recording

TICK_MS: Final = 33
LONGEST_MS: Final = 200
_ROWS_A_TICK: Final = 40
BUDGET_S: Final = 0.008
_MEMORY_MS: Final = 1_000
_CATCHING_UP_MS: Final = 12
_FEWEST_ROWS: Final = 100
_MOST_ROWS: Final = 5_000


class Tail(QObject):
    """Follows one growing recording from a sequence on.

    `grew` brings each Batch with anything in it. A read takes as many rows as fit the budget of a tick; when more wait,
    the next read comes sooner. The more rows rush in, the rarer are the reads, down to five a second: nobody sees more,
    and each makes every view paint. `seq` is the last row that was read.
    `failed`: the error because of which no more is read.
    """

    grew = Signal(object)
    failed = Signal(object)

    def __init__(self, recording: Recording, after_seq: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recording = recording
        self.seq = after_seq
        self._limit = _FEWEST_ROWS
        self._rows_a_tick = 0.0
        self._since_rows = QElapsedTimer()
        self._since_rows.start()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.read)

    def start(self) -> None:
        """Read at every tick from now on."""
        self._timer.start(TICK_MS)

    def stop(self) -> None:
        """Read no more by itself."""
        self._timer.stop()

    def read(self) -> bool:
        """Read once; True when more rows may wait."""
        began_s = time.perf_counter()
        try:
            batch: Batch = self._recording.tail(self.seq, self._limit)
        except (RecordingError, sqlite3.Error) as error:
            self.stop()
            self.failed.emit(error)
            return False
        took_s = time.perf_counter() - began_s
        rows = batch.last_seq - self.seq
        full = rows >= self._limit
        if rows:
            # As many rows as would have fitted; from one tick to the next at most four times as many.
            fitting = int(rows * BUDGET_S / max(took_s, 1e-6))
            self._limit = max(_FEWEST_ROWS, min(fitting, 4 * self._limit, _MOST_ROWS))
            self.seq = batch.last_seq
            self._count(rows)
            self.grew.emit(batch)
        if self._timer.isActive():
            self._timer.setInterval(_CATCHING_UP_MS if full else self._pace_ms())
        return full

    def _count(self, rows: int) -> None:
        """Keep the mean of the last second or so of how many rows come in a tick."""
        weight = min(1.0, (passed_ms := max(1, self._since_rows.restart())) / _MEMORY_MS)
        self._rows_a_tick += weight * (rows * TICK_MS / passed_ms - self._rows_a_tick)

    def _pace_ms(self) -> int:
        return max(TICK_MS, min(LONGEST_MS, round(TICK_MS * self._rows_a_tick / _ROWS_A_TICK)))

    def drain(self) -> None:
        """Read all that is there."""
        while self.read():
            pass
