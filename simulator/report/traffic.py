"""Traffic: how many messages a minute, by module and by outcome; counted as the recording grows, nothing twice."""

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from simulator.recording.reader import Recording

Outcome = Literal["accepted", "refused", "failed"]
Kind = Literal["module", "outcome"]
Counts = NDArray[np.int64]

OUTCOMES: Final[tuple[Outcome, ...]] = ("accepted", "refused", "failed")
"""What the sender got: what it asked for; a refusal (HTTP 4xx, OCPI 2xxx); nothing (lost, HTTP 5xx, OCPI 3xxx)."""

MINUTE_US: Final = 60_000_000
_ROWS: Final = 20_000

_MINUTE: Final = f"(m.start_us - (m.start_us % {MINUTE_US} + {MINUTE_US}) % {MINUTE_US}) / {MINUTE_US}"
_OUTCOME: Final = """CASE
  WHEN {final} <> 'delivered' OR ifnull(http_status, 0) >= 500 OR ifnull(ocpi_status, 0) >= 3000 THEN 2
  WHEN ifnull(http_status, 0) >= 400 OR ifnull(ocpi_status, 0) >= 2000 THEN 1 ELSE 0 END"""
# Counted by numbers first: names are looked up for the few lines that come of it, not for every message.
_NEW: Final = f"""SELECT minute, c.module, {_OUTCOME.format(final="final.text")} AS outcome, sum(count) FROM (
  SELECT {_MINUTE} AS minute, m.call AS call, m.final AS final_id, http_status, ocpi_status, count(*) AS count
  FROM message m WHERE m.seq > ? AND m.seq <= ? GROUP BY 1, 2, 3, 4, 5
) JOIN call c ON c.id = call JOIN name final ON final.id = final_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""
_AGGREGATED: Final = f"""SELECT minute, module, {_OUTCOME.format(final="final")} AS outcome, sum(count) FROM traffic
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""


class Traffic:
    """Messages counted by the minute of their start, at every level of recording.

    `extend` reads on by a bounded number of rows, so a window stays responsive over a recording of a million messages.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._aggregated = recording.meta.get("level") == "aggregates"
        self._seq = 0
        self._counts: dict[str, dict[int, list[int]]] = {}

    def extend(self, rows: int = _ROWS) -> bool:
        """Count the next rows; True while there are more to count."""
        if self._aggregated:
            self._counts = {}
            self._add(self._recording.query(_AGGREGATED))
            return False
        last_seq = self._recording.last_seq
        upto = min(last_seq, self._seq + rows)
        if upto > self._seq:
            self._add(self._recording.query(_NEW, (self._seq, upto)))
            self._seq = upto
        return upto < last_seq

    def _add(self, rows: list[tuple[int, str, int, int]]) -> None:
        for minute, module, outcome, count in rows:
            by_minute = self._counts.setdefault(module, {})
            by_minute.setdefault(minute, [0] * len(OUTCOMES))[outcome] += count

    @property
    def modules(self) -> list[str]:
        """The modules with a message, in alphabetical order."""
        return sorted(self._counts)

    def bars(self, kind: Kind, minutes: int, from_us: int, to_us: int) -> tuple[list[str], Counts]:
        """Messages in bars of so many minutes, for stacking: names (modules or OUTCOMES) and one row of counts a name.

        Bar 0 is the one that holds `from_us`, the last holds `to_us` or ends there; bars begin at multiples of
        `minutes` after the scenario's start.
        """
        width_us = minutes * MINUTE_US
        first = from_us // width_us
        bars = max(-(-to_us // width_us) - first, 1)
        names: list[str] = self.modules if kind == "module" else list(OUTCOMES)
        counts = np.zeros((len(names), bars), np.int64)
        for index, module in enumerate(self.modules):
            by_minute = self._counts[module]
            columns = np.fromiter(by_minute, np.int64, len(by_minute)) // minutes - first
            values = np.array(list(by_minute.values()), np.int64)
            inside = (columns >= 0) & (columns < bars)
            columns, values = columns[inside], values[inside]
            if kind == "module":
                np.add.at(counts[index], columns, values.sum(axis=1))
            else:
                np.add.at(counts.T, columns, values)
        return names, counts
