"""The interpreter as a run wants it: it looks for no garbage where there is none, and gives the recording its turn."""

import contextlib
import gc
import sys
from collections.abc import Iterator

_GC_THRESHOLD = 10_000
"""How many objects more than before make the collector look at the youngest, where it has to look."""
_SWITCH_S = 0.001
"""How long the engine may keep the interpreter to itself: short, so that what is recorded can soon be read."""


@contextlib.contextmanager
def undisturbed(*, circles: bool) -> Iterator[None]:
    """Run what is within it so; `circles` tells whether it leaves garbage in circles behind.

    What our own parties make is free of circles, and what they remember only grows: the collector would look at all of
    it, the longer the more there is, and find nothing. Sockets, and parties of another make, leave some.
    """
    switch_s, thresholds = sys.getswitchinterval(), gc.get_threshold()
    gc.freeze()
    sys.setswitchinterval(_SWITCH_S)
    if circles:
        gc.set_threshold(_GC_THRESHOLD)
    else:
        gc.disable()
    try:
        yield
    finally:
        # What was made meanwhile counts as old: the collector would begin by looking at all of it.
        gc.freeze()
        gc.enable()
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(switch_s)
        gc.unfreeze()
