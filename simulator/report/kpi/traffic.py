"""Messages and bytes of a run by quarter of an hour, by module and by link, at every level of recording."""

from typing import Final

from msgspec import Struct

from simulator.recording.reader import Recording
from simulator.report.kpi.warm_up import QUARTER_US, Window

# Names are looked up for the few kinds of exchange that there are, not for every message.
_MESSAGES: Final = """FROM (
  SELECT {key} AS key, count(*) AS count, sum(m.request_bytes + m.response_bytes) AS bytes,
    sum(m.final NOT IN (SELECT id FROM name WHERE text = 'delivered') OR ifnull(m.http_status, 0) >= 400
      OR ifnull(m.ocpi_status, 0) >= 2000) AS failed
  FROM message m WHERE m.start_us >= ? AND m.start_us < ? GROUP BY 1
)"""
_KINDS: Final = f"""SELECT c.sender, c.receiver, c.module, count, bytes, failed
{_MESSAGES.format(key="m.call")} JOIN call c ON c.id = key ORDER BY c.id"""
_QUARTERS: Final = f"SELECT * {_MESSAGES.format(key=f'm.start_us / {QUARTER_US}')} ORDER BY key"

_COUNTED: Final = """SELECT {key}, sum(count), sum(request_bytes + response_bytes),
  sum(count * (final <> 'delivered' OR http_status >= 400 OR ocpi_status >= 2000))
FROM traffic WHERE minute * 60000000 >= ? AND minute * 60000000 < ? GROUP BY {key} ORDER BY {key}"""
_COUNTED_KINDS: Final = _COUNTED.format(key="sender, receiver, module")
_COUNTED_QUARTERS: Final = _COUNTED.format(key=f"minute * 60000000 / {QUARTER_US}")


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
    span = window.from_us, window.to_us
    kinds = recording.query(_COUNTED_KINDS if is_counted else _KINDS, span)
    quarters = recording.query(_COUNTED_QUARTERS if is_counted else _QUARTERS, span)
    found = Traffic(Tally(), {quarter: Tally(*counts) for quarter, *counts in quarters}, {}, {}, {})
    for sender, receiver, module, *counts in kinds:
        found.total.add(*counts)
        found.modules.setdefault(module, Tally()).add(*counts)
        found.links.setdefault((sender, receiver), Tally()).add(*counts)
        for party in (sender, receiver):
            found.parties.setdefault(party, Tally()).add(*counts)
    return found
