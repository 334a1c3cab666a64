"""Messages and bytes of a run by quarter of an hour, by module and by link, at every level of recording."""

from typing import Final

from msgspec import Struct

from simulator.recording.reader import Recording
from simulator.report.kpi.warm_up import QUARTER_US, Window

# Messages are gone through once, and those that failed, which are few, once more. Names are looked up for the few kinds
# of exchange that there are, not for every message.
_KINDS: Final = f"""SELECT quarter, c.sender, c.receiver, c.module, exchanges, bytes, failed FROM (
  SELECT m.start_us / {QUARTER_US} AS quarter, m.call, {{counts}} FROM message m
  WHERE m.start_us >= ? AND m.start_us < ? {{only}} GROUP BY 1, 2
) JOIN call c ON c.id = call"""
_SENT: Final = _KINDS.format(
    counts="count(*) AS exchanges, sum(m.request_bytes + m.response_bytes) AS bytes, 0 AS failed", only=""
)
_FAILED: Final = _KINDS.format(
    counts="0 AS exchanges, 0 AS bytes, count(*) AS failed",
    # Ordinary statuses are kept as 0 (see schema.py).
    only="""AND (m.final NOT IN (SELECT id FROM name WHERE text = 'delivered')
      OR m.statuses <> 0 AND (m.http_status >= 400 OR m.ocpi_status >= 2000))""",
)
_COUNTED: Final = f"""SELECT minute * 60000000 / {QUARTER_US}, sender, receiver, module, sum(count),
  sum(request_bytes + response_bytes),
  sum(count * (final <> 'delivered' OR http_status >= 400 OR ocpi_status >= 2000))
FROM traffic WHERE minute * 60000000 >= ? AND minute * 60000000 < ? GROUP BY 1, 2, 3, 4"""


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
    """The tallies of a window. A link is of requests from its first party; a party's is of all it sent or received."""

    total: Tally
    quarters: dict[int, Tally]
    modules: dict[str, Tally]
    links: dict[tuple[str, str], Tally]
    parties: dict[str, Tally]


def traffic(recording: Recording, window: Window) -> Traffic:
    """Count the messages that began within the window."""
    is_counted = recording.meta.get("level") == "aggregates"
    found = Traffic(Tally(), {}, {}, {}, {})
    kinds: dict[tuple[str, str, str], Tally] = {}
    for sql in (_COUNTED,) if is_counted else (_SENT, _FAILED):
        for quarter, sender, receiver, module, *counts in recording.query(sql, (window.from_us, window.to_us)):
            found.quarters.setdefault(quarter, Tally()).add(*counts)
            kinds.setdefault((sender, receiver, module), Tally()).add(*counts)
    for (sender, receiver, module), tally in kinds.items():
        counts = [tally.exchanges, tally.bytes, tally.failed]
        found.total.add(*counts)
        found.modules.setdefault(module, Tally()).add(*counts)
        found.links.setdefault((sender, receiver), Tally()).add(*counts)
        for party in (sender, receiver):
            found.parties.setdefault(party, Tally()).add(*counts)
    return found
