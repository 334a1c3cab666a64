"""The progress of a run on standard error, by simulated time, with the wall time that it will still take."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TextIO

from simulator.i18n import tr

if TYPE_CHECKING:
    from simulator.assemble import Progress

REDRAW_S: Final = 0.1
STEP_PERCENT: Final = 10
_BAR: Final = 24
_HOUR_US: Final = 3_600_000_000
_ETA_AFTER_S: Final = 0.5


class ProgressLine:
    """Shows what it is given: on a terminal one line that is rewritten, elsewhere a line every 10 %.

    `columns` is the terminal's width (0: no terminal), `now_s` the wall clock. Call `end` before showing anything else.
    """

    def __init__(self, stream: TextIO, columns: int, title: str, now_s: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._columns = columns
        self._title = title
        self._now_s = now_s
        self._began_s: float | None = None
        self._began_us = 0
        self._drawn_s = float("-inf")
        self._phase = ""
        self._next_percent = 0
        self._shown = ""

    def __call__(self, progress: "Progress") -> None:
        """The run has come so far."""
        now_s = self._now_s()
        new_phase = progress.phase != self._phase
        if new_phase:
            self._phase = progress.phase
            if progress.phase == "running":
                self._began_s, self._began_us = now_s, progress.at_us
        if self._columns:
            if new_phase or now_s - self._drawn_s >= REDRAW_S:
                self._drawn_s = now_s
                self._rewrite(self._line(progress, now_s))
        elif new_phase and progress.phase != "running":
            self._write(self._line(progress, now_s) + "\n")
        elif progress.phase == "running" and _percent(progress) >= self._next_percent:
            self._next_percent = (int(_percent(progress)) // STEP_PERCENT + 1) * STEP_PERCENT
            self._write(self._line(progress, now_s) + "\n")

    def end(self) -> None:
        """Clear the line; what follows begins at the left."""
        if self._shown:
            self._rewrite("")
            self._write("\r")

    def _line(self, progress: "Progress", now_s: float) -> str:
        if progress.phase == "registering":
            return tr("{title}: the parties register").format(title=self._title)
        if progress.phase == "closing":
            return tr("{title}: finishing the recording").format(title=self._title)
        percent = _percent(progress)
        filled = int(_BAR * percent / 100)
        # The title comes last: it is what a narrow terminal can do without.
        return tr("[{bar}] {percent:3} %  {at} of {end} h  {exchanges:,} exchanges{eta}  {title}").format(
            bar="#" * filled + "-" * (_BAR - filled),
            percent=int(percent),
            at=_hours(progress.at_us),
            end=_hours(progress.duration_us),
            exchanges=progress.exchanges,
            eta=self._eta(progress, now_s),
            title=self._title,
        )

    def _eta(self, progress: "Progress", now_s: float) -> str:
        if self._began_s is None or progress.at_us <= self._began_us or now_s - self._began_s < _ETA_AFTER_S:
            return ""
        pace = (now_s - self._began_s) / (progress.at_us - self._began_us)
        left_s = max(0, round(pace * (progress.duration_us - progress.at_us)))
        return tr("  {minutes}:{seconds:02} left").format(minutes=left_s // 60, seconds=left_s % 60)

    def _rewrite(self, line: str) -> None:
        line = line[: self._columns - 1]
        self._write("\r" + line.ljust(len(self._shown)))
        self._shown = line

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _percent(progress: "Progress") -> float:
    return max(0.0, min(100.0, 100 * progress.at_us / progress.duration_us)) if progress.duration_us else 100.0


def _hours(at_us: int) -> str:
    minutes = max(0, at_us) * 60 // _HOUR_US
    return f"{minutes // 60}:{minutes % 60:02}"
