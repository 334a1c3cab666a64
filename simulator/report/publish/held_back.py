"""Holds a stop back while pyarrow works, which runs Python within its own calls.

A KeyboardInterrupt that is raised in there may come out as another error, or not at all, or end the process at once.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_STOPS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stops_held_back() -> Iterator[None]:
    """Within, Ctrl-C and SIGTERM wait; afterwards they do what they would have done. For short work only.

    Python gives signals to the main thread only; in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    come: list[int] = []
    before = {number: signal.getsignal(number) for number in _STOPS}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, lambda number, _: come.append(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for first in come[:1]:
            signal.raise_signal(first)
