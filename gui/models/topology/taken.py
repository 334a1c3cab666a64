"""Which links and parties have a message that the window's filter takes, anywhere in the run.

The calls of the taken messages are read in parts, so that the window stays quick over a long run.
"""

from typing import Final

import numpy as np

from gui.models.filtered import Filtered
from gui.models.message_search import Numbers
from gui.models.topology.network import Network
from gui.models.topology.traffic import Flags, Traffic
from simulator.recording.reader import Recording

_PART: Final = 20_000
_CALLS: Final = "SELECT DISTINCT call FROM message WHERE exchange IN (SELECT value FROM json_each(?))"


class Taken:
    """`links` and `parties` that the filter leaves in full colour; all of them as long as none is set."""

    def __init__(self, recording: Recording, network: Network, traffic: Traffic, filtered: Filtered) -> None:
        self.links: Flags = np.ones(len(network.links), np.bool_)
        self.parties: Flags = np.ones(len(network.parties), np.bool_)
        self._recording = recording
        self._network = network
        self._traffic = traffic
        self._exchanges = filtered.exchanges
        self._read = 0
        if self._exchanges is not None:
            self.links[:] = False
            self.parties[:] = False

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to be read."""
        return self._exchanges is None or self._read >= len(self._exchanges) or bool(self.links.all())

    def add(self, exchanges: Numbers) -> None:
        """More messages came that the filter takes."""
        if self._exchanges is not None:
            self._exchanges = np.concatenate((self._exchanges, exchanges))

    def read_on(self) -> bool:
        """Read the next part; True if another link was found."""
        if self.is_done or self._exchanges is None:
            return False
        part = self._exchanges[self._read : self._read + _PART]
        self._read += _PART
        before = int(self.links.sum())
        numbers = "[" + ",".join(map(str, part.tolist())) + "]"
        for (call,) in self._recording.query(_CALLS, (numbers,)):
            link = self._traffic.link_of(call)
            if link >= 0:
                self.links[link] = True
                self.parties[self._network.link_ends[link]] = True
        return int(self.links.sum()) > before
