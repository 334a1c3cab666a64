"""Which of OCPI's requests a run, or several runs together, have shown: a table of module and side by version.

Counted from recordings alone, against the route tables of each version. Source: the interface tables of OCPI 2.1.1,
2.2.1 and 2.3.0 (edition 2).
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct

from simulator.ocpi.route_tables import TABLES, WITHOUT_SIDES, Route
from simulator.recording.reader import Recording

_COUNTED: Final = """SELECT c.version, c.route, sum(count), sum(worked) FROM (
  SELECT call, count(*) AS count, sum(http_status < 300 AND ocpi_status BETWEEN 1000 AND 1999) AS worked
  FROM message GROUP BY call
) JOIN call c ON c.id = call GROUP BY 1, 2"""


class Exercised(Struct, frozen=True):
    """One route of one version: how many messages used it, and how many of them did what was asked.

    `side` is empty for modules whose two sides are the same.
    """

    version: str
    module: str
    side: str
    route: str
    messages: int
    worked: int


class NoMessages(Exception):
    """A recording has no messages to count; the text says why and what to do."""


class Coverage:
    """What was exercised of all that the route tables know, in their order. `recordings` are read one by one."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        counts: dict[tuple[str, str], tuple[int, int]] = {}
        for recording in recordings:
            if recording.meta.get("level") == "aggregates":
                raise NoMessages(
                    f"{recording.path} holds no single messages (its level is aggregates): record in full."
                )
            for version, route, messages, worked in recording.query(_COUNTED):
                before = counts.get((version, route), (0, 0))
                counts[version, route] = (before[0] + messages, before[1] + (worked or 0))
        self.routes = tuple(
            Exercised(version, route.module.value, _side(route), route.name, *counts.get((version, route.name), (0, 0)))
            for version, table in TABLES.items()
            for route in table
        )

    @property
    def missing(self) -> tuple[Exercised, ...]:
        """The routes that did not once do what was asked."""
        return tuple(each for each in self.routes if not each.worked)

    def cells(self) -> Mapping[tuple[str, str], Mapping[str, tuple[int, int, int]]]:
        """By (module, side) and version: routes that worked, routes there are, messages."""
        cells: dict[tuple[str, str], dict[str, tuple[int, int, int]]] = {}
        for each in self.routes:
            row = cells.setdefault((each.module, each.side), {})
            worked, known, messages = row.get(each.version, (0, 0, 0))
            row[each.version] = (worked + bool(each.worked), known + 1, messages + each.messages)
        return cells


def _side(route: Route) -> str:
    return "" if route.module in WITHOUT_SIDES else route.interface.value


def coverage_json(coverage: Coverage) -> bytes:
    """Every route of every version with its counts, as JSON."""
    return msgspec.json.format(msgspec.json.encode({"routes": coverage.routes}), indent=2)
