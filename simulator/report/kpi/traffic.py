"""Messages and bytes of a run by quarter of an hour, by module and by link, at every level of recording."""

from collections.abc import Sequence
from typing import Any, Final

from msgspec import Struct

from simulator.recording.reader import Recording
from simulator.report.kpi.warm_up import QUARTER_US, Window

# Grouped by numbers first: names are looked up for the few lines that come of it, not for every message.
_MESSAGES: Final = f"""SELECT quarter, c.sender, c.receiver, c.module, count, bytes, failed FROM (
  SELECT m.start_us / {QUARTER_US} AS quarter, m.call AS call, count(*) AS count,
    sum(m.request_bytes + m.response_bytes) AS bytes,
    sum(m.final NOT IN (SELECT id FROM name WHERE text = 'delivered') OR ifnull(m.http_status, 0) >= 400
      OR ifnull(m.ocpi_status, 0) >= 2000) AS failed
  FROM message m WHERE m.start_us >= ? AND m.start_us < ? GROUP BY 1, 2
) JOIN call c ON c.id = call ORDER BY 1, 2, 3, 4"""
_COUNTED: Final = f"""SELECT minute * 60000000 / {QUARTER_US}, sender, receiver, module, sum(count),
  sum(request_bytes + response_bytes),
  sum(count * (final <> 'delivered' OR http_status >= 400 OR ocpi_status >= 2000))
FROM traffic WHERE minute * 60000000 >= ? AND minute * 60000000 < ? GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"""


class Tally(Struct):
    """How many messages, of how many bytes (bodies), and how many of them without a good answer."""

    exchanges: int = 0
    bytes: int = 0
    failed: int = 0

    def add(self, exchanges: int, bytes: int, failed: int) -> None:
        """Count more."""
        self.exchanges += exchanges
        self.bytes += bytes
        self.failed += failed


class Traffic(Struct):
    """The tallies of a window. A party's is of all that it sent or received."""

    total: Tally
    quarters: dict[int, Tally]
    modules: dict[str, Tally]
    links: dict[tuple[str, str], Tally]
    parties: dict[str, Tally]


def traffic(recording: Recording, window: Window) -> Traffic:
    """Count the messages that began within the window."""
    sql = _COUNTED if recording.meta.get("level") == "aggregates" else _MESSAGES
    rows: Sequence[tuple[Any, ...]] = recording.query(sql, (window.from_us, window.to_us))
    found = Traffic(Tally(), {}, {}, {}, {})
    for quarter, sender, receiver, module, *counts in rows:
        link = (sender, receiver) if sender < receiver else (receiver, sender)
        found.total.add(*counts)
        found.quarters.setdefault(quarter, Tally()).add(*counts)
        found.modules.setdefault(module, Tally()).add(*counts)
        found.links.setdefault(link, Tally()).add(*counts)
        for party in link:
            found.parties.setdefault(party, Tally()).add(*counts)
    return found
