"""What is known of each EVSE's status at an instant: by each CPO of its own, or by one holder of all.

Small steps forward in time read the few rows in between; a jump reads the keyframes of the recording.
"""

from collections import deque
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from gui.models.topology.network import Network
from gui.models.topology.rowtime import Bounds, bounds_at
from simulator.recording.reader import Recording
from simulator.recording.rows import State

STATUSES: Final = (
    "UNKNOWN",
    "AVAILABLE",
    "CHARGING",
    "BLOCKED",
    "RESERVED",
    "INOPERATIVE",
    "OUTOFORDER",
    "PLANNED",
    "REMOVED",
    "OCCUPIED",
)
"""OCPI 2.2.1 Locations, Status; and what can be said of a place in the street, which is free or OCCUPIED."""

OWNERS: Final = ""
STREET: Final = "street"

Codes = NDArray[np.int8]

_CODE: Final = {status: code for code, status in enumerate(STATUSES)}
_STEP_ROWS: Final = 20_000
_FEW_HOLDERS: Final = 64


class _Value(msgspec.Struct):
    status: str = "UNKNOWN"
    last_updated: str = ""


_decoder: Final = msgspec.json.Decoder(_Value | None)


class Statuses:
    """The status of each EVSE (a place in STATUSES) as a holder knows it; OWNERS: as its own CPO knows it.

    Call `move` to go to an instant; then read `codes`.
    """

    def __init__(self, recording: Recording, network: Network, holder: str = OWNERS) -> None:
        self.holder = holder
        self.codes: Codes = np.zeros(len(network.evses), np.int8)
        self._recording = recording
        self._network = network
        self._at_us: int | None = None
        self._fetched = 0
        self._coming: deque[State] = deque()
        self._updated: dict[int, str] = {}

    def move(self, at_us: int) -> bool:
        """Go to an instant; True if a status has changed by it."""
        bounds = bounds_at(self._recording, at_us)
        before = self.codes.copy()
        if self._at_us is None or at_us < self._at_us or bounds.last - self._fetched > _STEP_ROWS:
            self._read(at_us, bounds)
        self._fetch(min(bounds.following - 1, self._recording.last_seq))
        while self._coming and self._coming[0].at_us <= at_us:
            row = self._coming.popleft()
            self._take(row.holder, row.entity, row.value)
        self._at_us = at_us
        return not np.array_equal(before, self.codes)

    def last_updated(self, evse: int) -> str:
        """When the status was set, in the words of OCPI (an instant in UTC); empty if that is not known."""
        return self._updated.get(evse, "")

    def _read(self, at_us: int, bounds: Bounds) -> None:
        """Jump to an instant: all rows up to its last message or event are taken in, or will be by `move`."""
        self.codes[:] = 0
        self._updated.clear()
        self._coming.clear()
        cpos = [party for party, sites in enumerate(self._network.sites_of) if sites]
        if self.holder == OWNERS and len(cpos) > _FEW_HOLDERS:
            self._fetched = 0
            return
        self._fetched = bounds.last
        if self.holder != OWNERS:
            self._take_all(self.holder, self._recording.state_at(self.holder, at_us, "evse"))
            return
        for cpo in cpos:
            id = self._network.parties[cpo].id
            self._take_all(id, self._recording.state_at(id, at_us, "evse"))

    def _fetch(self, up_to: int) -> None:
        """Have rows ready up to a sequence; some of them may lie in the future."""
        if up_to > self._fetched:
            holder = None if self.holder == OWNERS else self.holder
            self._coming.extend(
                self._recording.states(holder=holder, kind="evse", after_seq=self._fetched, up_to_seq=up_to)
            )
            self._fetched = up_to

    def _take_all(self, holder: str, values: dict[str, bytes]) -> None:
        for entity, value in values.items():
            self._take(holder, entity, value)

    def _take(self, holder: str, entity: str, value: bytes | str) -> None:
        evse = self._network.evse_of.get(entity)
        if evse is None or (self.holder == OWNERS and entity.partition("/")[0] != holder):
            return
        # Of a damaged recording there may be no value at all.
        known = _decoder.decode(value or b"") or _Value()
        self.codes[evse] = _CODE.get(known.status.upper(), 0)
        self._updated[evse] = known.last_updated


def status_of(code: int) -> str:
    """The status that a code stands for, in capitals."""
    return STATUSES[code]
