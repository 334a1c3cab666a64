"""What is asked of a Connector: no voltage below nothing, and of the tariffs that it names one of each type at a time.

Source: OCPI 2.2.1 and 2.3.0 Locations, Connector, tariff_ids.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from simulator.ocpi.datatypes import ci_key, parse_datetime
from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.measures import check_not_negative
from simulator.ocpi.rules.remark import remark

_ELECTRIC: Final = ("max_voltage", "max_amperage", "max_electric_power")
_ELECTRIC_2_1_1: Final = ("voltage", "amperage")
ONE_TARIFF_A_TYPE: Final = "one-tariff-a-type"
_REGULAR: Final = "REGULAR"
"""The type of a tariff that states none."""


def check_connector(connector: Any, path: str = "$") -> Iterator[Finding]:
    """A Connector of any version, by itself."""
    names = _ELECTRIC if hasattr(connector, "max_voltage") else _ELECTRIC_2_1_1
    yield from check_not_negative(connector, names, "locations, Connector", path)


def check_connector_tariffs(place: Any, tariffs: Iterable[Any]) -> Iterator[Finding]:
    """A Connector, or the Connectors of an EVSE or a Location, of any version, given the Tariffs that are known.

    Those that it does not name do not matter, nor do those of other parties than the Location's.
    """
    several = tuple(_with_several_tariffs(place, "$"))
    if not several:
        return
    owner = _owner(place)
    known = {ci_key(each.id): each for each in tariffs if not owner or _owner(each) in ((), owner)}
    for path, connector in several:
        for index, first, second in clashes(connector.tariff_ids, known):
            where, expected = f"{path}.tariff_ids[{index}]", no_other(first, second)
            yield remark(ONE_TARIFF_A_TYPE, where, repr(second.id), expected, "locations, Connector")


def _with_several_tariffs(place: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The Connectors that have several tariffs, each after its path; in 2.1.1 none has."""
    for name in ("evses", "connectors"):
        for index, inner in enumerate(getattr(place, name, ())):
            yield from _with_several_tariffs(inner, f"{path}.{name}[{index}]")
    if len(getattr(place, "tariff_ids", ())) > 1:
        yield path, place


def clashes(tariff_ids: Iterable[str], known: Mapping[str, Any]) -> Iterator[tuple[int, Any, Any]]:
    """The pairs of one type among these tariffs that are valid at one time, each after the place of the second id.

    `known` are the tariffs by `ci_key` of their ids.
    """
    named = [(index, known.get(ci_key(id))) for index, id in enumerate(tariff_ids)]
    for (_, first), (index, second) in combinations(named, 2):
        if first is not None and second is not None and _type(first) == _type(second) and _overlap(first, second):
            yield index, first, second


def no_other(first: Any, second: Any) -> str:
    """What is expected in place of the second of such a pair."""
    return f"no other {_type(second)} tariff that is valid while {first.id!r} is"


def _owner(obj: Any) -> tuple[str, ...]:
    """Whose it is; empty for what does not say so."""
    return (ci_key(obj.country_code), ci_key(obj.party_id)) if hasattr(obj, "party_id") else ()


def _type(tariff: Any) -> str:
    return str(tariff.type or _REGULAR)


def _overlap(first: Any, second: Any) -> bool:
    """Whether there is an instant at which both are valid; a period without a start or an end is open."""
    return _starts_before_end(first, second) and _starts_before_end(second, first)


def _starts_before_end(one: Any, other: Any) -> bool:
    start, end = one.start_date_time, other.end_date_time
    return start is None or end is None or parse_datetime(start) < parse_datetime(end)
