"""Work that may take long, done in a thread, with its outcome told in the Qt thread: the window stays quick."""

import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

T = TypeVar("T")

_LOOK_MS: Final = 15


class Task(QObject, Generic[T]):
    """One piece of work; ends with `done` (what it returned) or `failed` (what it raised), or silently by `cancel`."""

    done = Signal(object)
    failed = Signal(object)

    def __init__(
        self, work: Callable[[], T], parent: QObject | None = None, discard: Callable[[T], None] | None = None
    ) -> None:
        """`discard` gets rid of what the work returned when nobody waits for it any more; it may run in the thread."""
        super().__init__(parent)
        self._work = work
        self._discard = discard
        self._lock = threading.Lock()
        self._cancelled = False
        self._result: list[T] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="window: a task")
        self._look = QTimer(self)
        self._look.timeout.connect(self._tell)

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._look.start(_LOOK_MS)

    def cancel(self) -> None:
        """Nobody waits for it any more; the work itself runs to its end."""
        with self._lock:
            self._cancelled = True
            self._throw_away()
        self._look.stop()
        self.deleteLater()

    def _run(self) -> None:
        try:
            result = self._work()
        except Exception as error:
            self._error = error
            return
        with self._lock:
            self._result.append(result)
            if self._cancelled:
                self._throw_away()

    def _throw_away(self) -> None:
        if self._result and self._discard is not None:
            self._discard(self._result.pop())

    def _tell(self) -> None:
        if self._thread.is_alive():
            return
        self._look.stop()
        self.deleteLater()
        if self._error is not None:
            self.failed.emit(self._error)
        else:
            self.done.emit(self._result.pop())
