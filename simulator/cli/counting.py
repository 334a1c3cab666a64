"""How many of many things are done, on standard error, with the wall time that the rest will still take."""

import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final, TextIO

from simulator.i18n import tr

_REDRAW_S: Final = 0.1
_STEP_PERCENT: Final = 10
_QUIET_S: Final = 1.0
"""What takes no longer than this needs no progress."""


@contextlib.contextmanager
def counting(what: str) -> Iterator["CountLine"]:
    """Within, a count of `what` on standard error; its line is cleared at the end, however that comes."""
    columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else 0
    line = CountLine(sys.stderr, columns, what)
    try:
        yield line
    finally:
        line.end()


class CountLine:
    """Shows what it is given: on a terminal one line that is rewritten, elsewhere a line every 10 %.

    `columns` is the terminal's width (0: no terminal), `now_s` the wall clock. Call `end` before showing anything else.
    """

    def __init__(self, stream: TextIO, columns: int, what: str, now_s: Callable[[], float] = time.monotonic) -> None:
        """`what` is counted, in the plural: `runs`."""
        self._stream = stream
        self._columns = columns
        self._what = what
        self._now_s = now_s
        self._begin: tuple[int, float] | None = None
        self._next_percent = _STEP_PERCENT
        self._began_s = now_s()
        self._drawn_s = float("-inf")
        self._shown = ""

    def __call__(self, done: int, all: int, remark: str = "") -> None:
        """So many are done; `remark` is told with it."""
        now_s = self._now_s()
        if self._begin is None:
            self._begin = done, now_s
        if now_s - self._began_s < _QUIET_S:
            return
        line = tr("{done} of {all} {what}{eta}{remark}").format(
            done=f"{done:,}",
            all=f"{all:,}",
            what=self._what,
            eta=self._eta(done, all, now_s),
            remark=remark and f"  {remark}",
        )
        if self._columns:
            if now_s - self._drawn_s >= _REDRAW_S or done == all:
                self._drawn_s = now_s
                self._rewrite(line)
        elif all and 100 * done / all >= self._next_percent:
            self._next_percent = (100 * done // all // _STEP_PERCENT + 1) * _STEP_PERCENT
            self._write(line + "\n")

    def end(self) -> None:
        """Clear the line; what follows begins at the left."""
        if self._shown:
            self._rewrite("")
            self._write("\r")

    def _eta(self, done: int, all: int, now_s: float) -> str:
        begun, began_s = self._begin or (0, now_s)
        if done <= begun or done == all:
            return ""
        left_s = round((now_s - began_s) / (done - begun) * (all - done))
        hours, minutes = divmod(left_s // 60, 60)
        if hours:
            return tr("  {hours}:{minutes:02} h left").format(hours=hours, minutes=minutes)
        return tr("  {minutes}:{seconds:02} min left").format(minutes=minutes, seconds=left_s % 60)

    def _rewrite(self, line: str) -> None:
        line = line[: self._columns - 1]
        self._write("\r" + line.ljust(len(self._shown)))
        self._shown = line

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
