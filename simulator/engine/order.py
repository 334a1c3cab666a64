"""The order of what happens at one instant: what is equal in time must not depend on who came first."""

from typing import Final

# SimPy wakes processes at 0 and 1, so faults come before and messages after them.
END: Final = -2
FAULT: Final = -1
URGENT: Final = 0
TIMEOUT: Final = 2
REPLY: Final = 3
ARRIVAL: Final = 4
