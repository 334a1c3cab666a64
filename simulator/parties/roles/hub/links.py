"""Link and Location on their way back: who asked through the hub gets URLs of the hub's, as its token opens no other.

A party may lay its pages and its CDRs wherever it likes. What lies at its endpoint as OCPI has it keeps its path there;
for anything else the hub lends a URL that stands for it. Source: OCPI 2.2.1, Transport and format, Pagination; CDRs,
POST; digest, section 2.
"""

from urllib.parse import parse_qsl

from msgspec import Struct

from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.pagination import absolute
from simulator.ocpi.routes import Match, join_url, match, split_path
from simulator.parties.call import Call
from simulator.parties.modules.ownership import unknown
from simulator.parties.roles.hub.kept import Owner

_KEPT = 10_000
_PARAMETER = "hub_url"
_CDR_IS_AT = "cdrs.receiver.get_cdr"


class Place(Struct, frozen=True):
    """Where the hub has an answer from: its own `ours` stands for the endpoint `base` there, `asked` was the URL."""

    base: str
    ours: str
    asked: str
    reader: Owner
    party: Owner


class _Lent(Struct, frozen=True):
    url: str
    route: str
    reader: Owner
    party: Owner


class Links:
    """The URLs that one hub has lent. The oldest of too many are forgotten."""

    def __init__(self, hub: str) -> None:
        self._hub = hub
        self._lent: dict[str, _Lent] = {}
        self._ids: dict[_Lent, str] = {}
        self._count = 0

    def page(self, route: str, place: Place, link: str) -> str:
        """Our URL for a party's next page of the list that was asked for by this route."""
        url = absolute(link, place.asked)
        query = _behind(place.base, url)
        if query is not None and query[:1] in ("", "?") and _PARAMETER not in query:
            return place.ours + query
        return f"{place.ours}?{_PARAMETER}={self._lend(url, route, place)}"

    def cdr(self, version: str, place: Place, location: str, id: str) -> str:
        """Our URL of a version for where a party shows the CDR with this id, which the reader has sent."""
        url = absolute(location, place.asked)
        path = _behind(place.base, url)
        if path is not None and _is_cdr(version, path):
            return place.ours + path
        lent = self._lend(url, _CDR_IS_AT, place)
        # No path can carry an id of dots.
        return f"{join_url(place.ours, *place.reader, id if id.strip('.') else lent)}?{_PARAMETER}={lent}"

    def meant(self, call: Call, reader: Owner, party: Owner) -> str | None:
        """The party's URL that a request means; None when it has not been lent one. Refused with 404 to all others."""
        id = dict(parse_qsl(call.query)).get(_PARAMETER) if _PARAMETER in call.query else None
        if id is None:
            return None
        lent = self._lent.get(id)
        if lent is None or (lent.route, lent.reader, lent.party) != (call.route.name, reader, party):
            raise unknown("URL", id)
        return lent.url

    def _lend(self, url: str, route: str, place: Place) -> str:
        lent = _Lent(url, route, place.reader, place.party)
        id = self._ids.get(lent)
        if id is None:
            self._count += 1
            id = self._ids[lent] = f"{self._hub}-{self._count}"
            self._lent[id] = lent
            if len(self._lent) > _KEPT:
                del self._ids[self._lent.pop(next(iter(self._lent)))]
        return id


def _behind(base: str, url: str) -> str | None:
    """What of a URL lies behind an endpoint; None when it does not lie there."""
    rest = url[len(base) :]
    return rest if url.startswith(base) and rest[:1] in ("", "/", "?") else None


def _is_cdr(version: str, path: str) -> bool:
    """Whether a CDR of a version is read back at this path behind the endpoint."""
    if "?" in path or path.endswith("/"):
        return False
    try:
        segments = split_path(path)
    except ValueError:
        return False
    return isinstance(match(version, ModuleID.CDRS, InterfaceRole.RECEIVER, "GET", segments), Match)
