"""Whether the tariffs that Connectors name go together: a rule that takes more than one message to see.

Source: OCPI 2.2.1 and 2.3.0 Locations, Connector, tariff_ids; digest, case 53.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.rules import check_connector_tariffs

_TARIFF: Final = -3
_OWNER_IN_PATH: Final = {"EVSE": -4, "Connector": -5}
"""Where the country code of the owner stands in the path of an object that does not say whose it is."""
_DELETED: Final = "tariffs.receiver.delete_tariff"


class Plugs:
    """Remembers the tariffs that a platform has told another of, and looks at the Connectors that it tells of then."""

    def __init__(self) -> None:
        self._tariffs: dict[tuple[str, ...], dict[str, Any]] = {}

    def check(self, seen: Seen, objects: Iterable[tuple[str, Struct]]) -> Iterator[Finding]:
        """Look at what was sent or came back; in 2.1.1 a Connector has one tariff, about which nothing can be wrong."""
        if seen.version == OLDEST:
            return
        is_sent = bool(seen.request_body)
        way = (seen.sender, seen.receiver) if is_sent else (seen.receiver, seen.sender)
        for path, obj in objects:
            kind = type(obj).__name__
            if kind == "Tariff":
                self._known(way, _owner(seen, obj))[ci_key(obj.id)] = obj  # type: ignore[attr-defined]
            elif kind == "Location" or kind in _OWNER_IN_PATH:
                tariffs = self._known(way, _owner(seen, obj)).values()
                for finding in check_connector_tariffs(obj, tariffs):
                    yield replace(finding, path=path + finding.path[1:])
        if seen.route == _DELETED and seen.ok:
            *_, id = parts = seen.url.partition("?")[0].split("/")
            self._known((seen.sender, seen.receiver), _owner_at(parts, _TARIFF)).pop(ci_key(id), None)

    def _known(self, way: tuple[str, str], owner: tuple[str, str]) -> dict[str, Any]:
        return self._tariffs.setdefault((*way, ci_key(owner[0]), ci_key(owner[1])), {})


def _owner(seen: Seen, obj: Any) -> tuple[str, str]:
    """Whose object it is: it says so itself, or the path does."""
    if hasattr(obj, "party_id"):
        return obj.country_code, obj.party_id
    return _owner_at(seen.url.partition("?")[0].split("/"), _OWNER_IN_PATH[type(obj).__name__])


def _owner_at(parts: list[str], place: int) -> tuple[str, str]:
    return (parts[place], parts[place + 1]) if len(parts) >= -place else ("", "")
