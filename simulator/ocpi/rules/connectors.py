"""What is asked of a Connector together with the tariffs that it names: at any time one of each type at most.

Source: OCPI 2.2.1 and 2.3.0 Locations, Connector, tariff_ids.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any, Final

from simulator.ocpi.datatypes import ci_key, parse_datetime
from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.remark import remark

_REGULAR: Final = "REGULAR"
"""The type of a tariff that states none."""


def check_connector_tariffs(connector: Any, tariffs: Iterable[Any]) -> Iterator[Finding]:
    """A Connector of any version, given the Tariffs that are known; those that it does not name do not matter."""
    known = {ci_key(tariff.id): tariff for tariff in tariffs}
    named = [(index, known.get(ci_key(id))) for index, id in enumerate(getattr(connector, "tariff_ids", ()))]
    for (_, first), (index, second) in combinations(named, 2):
        if first is None or second is None or _type(first) != _type(second) or not _overlap(first, second):
            continue
        expected = f"no other {_type(second)} tariff that is valid while {first.id!r} is"
        yield remark("one-tariff-a-type", f"$.tariff_ids[{index}]", repr(second.id), expected, "locations, Connector")


def _type(tariff: Any) -> str:
    return str(tariff.type or _REGULAR)


def _overlap(first: Any, second: Any) -> bool:
    """Whether there is an instant at which both are valid; a period without a start or an end is open."""
    return _starts_before_end(first, second) and _starts_before_end(second, first)


def _starts_before_end(one: Any, other: Any) -> bool:
    start, end = one.start_date_time, other.end_date_time
    return start is None or end is None or parse_datetime(start) < parse_datetime(end)
