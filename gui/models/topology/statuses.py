"""What is known of each EVSE's status at an instant: by each CPO of its own, or by one holder of all.

Small steps forward in time read the few rows in between; a jump reads the keyframes of the recording.
"""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from gui.models.topology.network import Network
from gui.models.topology.rowtime import last_seq_at
from simulator.recording.reader import Recording

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
_ROWS: Final = """SELECT holder.text, entity.text, s.value FROM state s
  JOIN name holder ON holder.id = s.holder JOIN name entity ON entity.id = s.entity
  WHERE s.seq > ? AND s.seq <= ?
  AND s.kind IN (SELECT h.kind FROM holding h JOIN name kind ON kind.id = h.kind WHERE kind.text = 'evse')
  AND (? = '' OR holder.text = ?) ORDER BY s.seq"""


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
        self._seq = -1
        self._updated: dict[int, str] = {}

    def move(self, at_us: int) -> bool:
        """Go to an instant; True if a status has changed by it."""
        seq = last_seq_at(self._recording, "state", at_us)
        if seq == self._seq:
            return False
        before = self.codes.copy()
        if 0 <= seq - self._seq <= _STEP_ROWS and self._seq >= 0:
            self._replay(self._seq, seq)
        else:
            self._read(at_us, seq)
        self._seq = seq
        return not np.array_equal(before, self.codes)

    def last_updated(self, evse: int) -> str:
        """When the status was set, in the words of OCPI (an instant in UTC); empty if that is not known."""
        return self._updated.get(evse, "")

    def _read(self, at_us: int, seq: int) -> None:
        self.codes[:] = 0
        self._updated.clear()
        if self.holder != OWNERS:
            self._take_all(self.holder, self._recording.state_at(self.holder, at_us, "evse"))
            return
        cpos = [party for party, sites in enumerate(self._network.sites_of) if sites]
        if len(cpos) > _FEW_HOLDERS:
            self._replay(0, seq)
            return
        for cpo in cpos:
            id = self._network.parties[cpo].id
            self._take_all(id, self._recording.state_at(id, at_us, "evse"))

    def _take_all(self, holder: str, values: dict[str, bytes]) -> None:
        for entity, value in values.items():
            self._take(holder, entity, value)

    def _replay(self, after: int, last: int) -> None:
        for row in self._recording.query(_ROWS, (after, last, self.holder, self.holder)):
            self._take(*row)

    def _take(self, holder: str, entity: str, value: bytes | str) -> None:
        evse = self._network.evse_of.get(entity)
        if evse is None or (self.holder == OWNERS and entity.partition("/")[0] != holder):
            return
        known = _decoder.decode(value) or _Value()
        self.codes[evse] = _CODE.get(known.status.upper(), 0)
        self._updated[evse] = known.last_updated


def status_of(code: int) -> str:
    """The status that a code stands for, in capitals."""
    return STATUSES[code]
