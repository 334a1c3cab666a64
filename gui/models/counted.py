"""A figure of the open recording that takes a moment to count: in a thread with a reader of its own, not too often.

Parts of a page that change at different times are counted apart: what does not change is then counted once.
"""

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from gui.models.run import Run
from gui.models.task import Task
from simulator.recording.reader import Recording

T = TypeVar("T")

_REST_MS: Final = 100
_REFRESH_MS: Final = 1_000
_SHARE: Final = 30
"""While time goes by the thread counts at most a thirtieth of it."""


class Counted(QObject, Generic[T]):
    """`value` is what `work()` counted last, None until then; `changed` when it is another or is being counted."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, run: Run, work: Callable[[], Callable[[Recording], T]], parent: QObject | None = None) -> None:
        """`work` is asked in the Qt thread for what is to be counted now; what it returns is called in another one."""
        super().__init__(parent)
        self._run = run
        self._work = work
        self.value: T | None = None
        self._is_stale = True
        self._took_ms = 0
        self._since = QElapsedTimer()
        self._task: Task[T] | None = None
        self._wait = QTimer(self, singleShot=True)
        self._wait.timeout.connect(self._count)

    @property
    def is_busy(self) -> bool:
        """Whether a newer value is on its way."""
        return self._task is not None or self._wait.isActive()

    @property
    def is_stale(self) -> bool:
        """Whether what is shown is no longer so."""
        return self._is_stale or self._task is not None

    def forget(self) -> None:
        """Another recording, or none."""
        self._wait.stop()
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.value, self._is_stale, self._took_ms = None, True, 0

    def pause(self) -> None:
        """Count nothing for now: nobody looks."""
        self._wait.stop()

    def mark(self) -> None:
        """What has been counted is no longer so; `want` counts it anew."""
        was_stale, self._is_stale = self.is_stale, True
        if not was_stale:
            self.changed.emit()

    def want(self, *, moves: bool) -> None:
        """Count what is stale: soon after things have come to rest, or, while time `moves`, now and then."""
        if not self._is_stale or self._task is not None or self._run.recording is None:
            return
        if self.value is None:
            self._wait.start(0)
        elif not moves:
            self._wait.start(_REST_MS)
        elif not self._wait.isActive():
            self._wait.start(max(_REFRESH_MS, _SHARE * self._took_ms))

    def _count(self) -> None:
        path = self._run.path
        if path is None:
            return
        self._is_stale = False
        work = self._work()

        def count() -> T:
            with Recording.open(path) as recording:
                return work(recording)

        self._since.start()
        self._task = Task(count, self)
        self._task.done.connect(self._counted)
        self._task.failed.connect(self._not_counted)
        self._task.start()

    def _counted(self, value: T) -> None:
        self._task = None
        self._took_ms = self._since.elapsed()
        self.value = value
        self.changed.emit()

    def _not_counted(self, error: Exception) -> None:
        self._task = None
        self.failed.emit(error)
