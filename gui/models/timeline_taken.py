"""The messages that the window's filter takes, counted by the minute like all others, in parts so that the window stays
free.
"""

from typing import Final

import numpy as np

from gui.models.filtered import Filtered
from gui.models.message_search import NONE, Numbers
from simulator.recording.reader import Recording
from simulator.report.traffic import MINUTE_US, OUTCOMES, Counts, Kind

_PART: Final = 10_000
# As simulator/report/traffic counts: by the minute of the start, and by what the sender got.
_COUNTS: Final = f"""SELECT (m.start_us - (m.start_us % {MINUTE_US} + {MINUTE_US}) % {MINUTE_US}) / {MINUTE_US},
  c.module,
  CASE WHEN final.text <> 'delivered' OR ifnull(m.http_status, 0) >= 500 OR ifnull(m.ocpi_status, 0) >= 3000 THEN 2
  WHEN ifnull(m.http_status, 0) >= 400 OR ifnull(m.ocpi_status, 0) >= 2000 THEN 1 ELSE 0 END, count(*)
  FROM message m JOIN call c ON c.id = m.call JOIN name final ON final.id = m.final
  WHERE m.exchange IN (SELECT value FROM json_each(?)) GROUP BY 1, 2, 3"""


class TakenCounts:
    """Counts of what a filter takes; `read_on` until it says that there is no more."""

    def __init__(self, recording: Recording, filtered: Filtered) -> None:
        self._recording = recording
        self._exchanges = NONE if filtered.exchanges is None else filtered.exchanges
        self._read = 0
        self._modules: list[str] = []
        self._rows: Counts = np.empty((0, 4), np.int64)

    def add(self, exchanges: Numbers) -> None:
        """More came that the filter takes."""
        self._exchanges = np.concatenate((self._exchanges, exchanges))

    def read_on(self) -> bool:
        """Count the next part; True while there is more to count."""
        part = self._exchanges[self._read : self._read + _PART]
        self._read += len(part)
        if len(part):
            rows = []
            numbers = "[" + ",".join(map(str, part.tolist())) + "]"
            for minute, module, outcome, count in self._recording.query(_COUNTS, (numbers,)):
                if module not in self._modules:
                    self._modules.append(module)
                rows.append((minute, self._modules.index(module), outcome, count))
            self._rows = np.concatenate((self._rows, np.array(rows, np.int64).reshape(-1, 4)))
        return self._read < len(self._exchanges)

    def bars(self, kind: Kind, names: list[str], minutes: int, from_us: int, count: int) -> Counts:
        """As `Traffic.bars`, with a row for each of these names, for so many bars."""
        counts = np.zeros((len(names), count), np.int64)
        columns = self._rows[:, 0] // minutes - from_us // (minutes * MINUTE_US)
        known = [names.index(module) if module in names else -1 for module in self._modules]
        which = np.array([*known, -1], np.int64)[self._rows[:, 1]] if kind == "module" else self._rows[:, 2]
        inside = (columns >= 0) & (columns < count) & (which >= 0) & (which < len(names if names else OUTCOMES))
        np.add.at(counts, (which[inside], columns[inside]), self._rows[inside, 3])
        return counts
