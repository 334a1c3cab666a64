"""Which messages that the window's filter takes are about which site, for the load view.

Read in a thread, and only while a filter is set and somebody looks: a long run has a million messages to look through.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from gui.models.run import Run
from gui.models.task import Task
from simulator.recording.reader import Recording
from simulator.report.telling import Numbers, about_sites

_PAUSE_MS: Final = 400
_NONE: Final[Numbers] = np.empty(0, np.int64)

Found = tuple[int, dict[str, tuple[Numbers, Numbers]]]


class SiteMessages(QObject):
    """The taken messages about each site; `changed` when they are others, or when a filter has come or gone."""

    changed = Signal()

    def __init__(self, run: Run, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._run = run
        self._active = False
        self._task: Task[Found] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.timeout.connect(self._read_on)
        self._forget()
        run.opened.connect(self._opened)
        run.closed.connect(self._opened)
        run.filtered.changed.connect(self._filter_changed)

    @property
    def are_known(self) -> bool:
        """Whether a filter is set and it is known what it takes."""
        return self._run.filtered.active and self._up_to_seq > 0

    def times_us(self, site: str) -> Numbers:
        """When the taken messages about a site started; none while they are not known."""
        return self._taken.get(site, _NONE)

    def set_active(self, active: bool) -> None:
        """Read from now on, or stop reading."""
        self._active = active
        if active:
            self._filter_changed()

    def _forget(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._up_to_seq = 0
        self._of_site: dict[str, tuple[Numbers, Numbers]] = {}
        self._taken: dict[str, Numbers] = {}

    def _opened(self) -> None:
        self._pause.stop()
        self._forget()
        if self._active:
            self._filter_changed()

    def _filter_changed(self) -> None:
        if not self._active:
            return
        self._choose()
        if self._run.filtered.active and not self._pause.isActive():
            self._read_on()

    def _choose(self) -> None:
        mask = self._run.filtered.mask
        known = self._of_site if self.are_known else {}
        self._taken = {site: starts[mask(exchanges)] for site, (exchanges, starts) in known.items()}
        self.changed.emit()

    def _read_on(self) -> None:
        path, seen_seq = self._run.path, self._run.seen_seq
        is_wanted = self._active and self._run.filtered.active and seen_seq > self._up_to_seq
        if path is None or self._task is not None or not is_wanted:
            return
        self._task = Task(_reading(path, self._up_to_seq, seen_seq), self)
        self._task.done.connect(self._read)
        self._task.failed.connect(self._not_read)
        self._task.start()

    def _read(self, found: Found) -> None:
        self._task = None
        self._up_to_seq, new = found
        for site, numbers in new.items():
            before = self._of_site.get(site, (_NONE, _NONE))
            exchanges, starts = (np.concatenate(pair) for pair in zip(before, numbers, strict=True))
            self._of_site[site] = exchanges, starts
        self._pause.start(_PAUSE_MS)
        self._choose()

    def _not_read(self, error: Exception) -> None:
        self._task = None
        self._run.failed_to_read(error)


def _reading(path: Path, after_seq: int, up_to_seq: int) -> Callable[[], Found]:
    def read() -> Found:
        with Recording.open(path) as recording:
            return up_to_seq, about_sites(recording, after_seq, up_to_seq)

    return read
