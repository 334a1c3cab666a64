"""Ctrl-C and SIGTERM end work cleanly; a run ends with a valid recording, and a second one ends it at once."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio

INTERRUPTED: Final = 130
"""The exit code of what was stopped before its end, by the custom of shells; `serve` has no other end."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ended_as_interrupted() -> Iterator[None]:
    """Within, Ctrl-C and SIGTERM raise KeyboardInterrupt, which clears away what was begun.

    Python drops an exception that is raised while an object is let go of, with a traceback, which nobody needs here;
    other code may turn it into another one. So a stop that came is raised again at the end. A signal that is ignored
    stays so. Python gives signals to the main thread only; in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    come: list[int] = []
    is_leaving = False

    def interrupt(number: int, _: object) -> None:
        come.append(number)
        # What puts the handlers back is not to be left halfway.
        if not is_leaving:
            raise KeyboardInterrupt

    def dropped(what: "sys.UnraisableHookArgs") -> None:
        if what.exc_type is not KeyboardInterrupt:
            complain(what)

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    complain = sys.unraisablehook
    try:
        sys.unraisablehook = dropped
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, interrupt)
        yield
    except Exception as error:
        if come:
            raise KeyboardInterrupt from error
        raise
    finally:
        is_leaving = True
        sys.unraisablehook = complain
        # Ctrl-C last: it raises again from there on.
        for number in reversed(_SIGNALS):
            signal.signal(number, before[number])
    if come:
        raise KeyboardInterrupt


@contextlib.contextmanager
def stop_on_signals(stop: "asyncio.Event", told: Callable[[], None]) -> Iterator[None]:
    """Within, the first signal sets `stop` and calls `told`; the next one ends the process, as it does by default.

    To be entered in the event loop. Python gives signals to the main thread only; in another one nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # Whoever has an event loop has loaded it; the other commands start faster without it.
    import asyncio

    loop = asyncio.get_running_loop()

    def stopping() -> None:
        release()
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        stop.set()
        told()

    def release() -> None:
        for number in _SIGNALS:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(number)

    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, stopping)
            except NotImplementedError:
                # Windows: the handler runs between two bytecodes of whatever the loop does, so it only leaves word.
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopping))
        yield
    finally:
        release()
        for number, handler in before.items():
            signal.signal(number, handler)
