"""Whether a page that is not the last one leads on to the next, the last one nowhere, and none has an object twice.

What lies before a page is said by the offset in its URL. A Link is the server's own business and need not have one:
then nobody else knows how far it leads. Source: OCPI 2.2.1, Transport and format, Pagination.
"""

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from simulator.ocpi import codec
from simulator.ocpi import headers as h
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import parts_of, query_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.pagination import absolute, next_url, total_of, whole_of

PAGINATION: Final = "transport_and_format, Pagination"
_USUAL_PORTS: Final = {"http": ":80", "https": ":443"}
_items: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


class _Object(Struct, frozen=True):
    """What tells the objects of a list apart; each class has some of it."""

    country_code: str = ""
    party_id: str = ""
    id: str = ""
    uid: str = ""
    type: str = ""
    role: str = ""


class Pages:
    """The pages that Links have led to."""

    def __init__(self) -> None:
        self._linked: Memory[tuple[str, str, str], None] = Memory()

    def check(self, seen: Seen) -> Iterator[Finding]:
        """A page without a Link though not all has been shown, or with one that leads past the end or astray."""
        if not is_page(seen) or not seen.ok:
            return
        yield from _check_repeats(seen)
        header = seen.response_headers.get("link")
        link = next_url(header)
        if link is not None:
            yield from self._check_link(seen, absolute(link, seen.url))
        total = total_of(seen.response_headers.get("x-total-count"))
        offset = query_of(seen.url).get("offset")
        if total is None or (offset is None and (seen.sender, seen.receiver, seen.url) in self._linked):
            return
        shown = (whole_of(offset or "") or 0) + _count(seen.data)
        if header is None and shown < total:
            found = f"nothing, though only {shown} of {total} have been shown"
            yield seen.remark("link-header", h.LINK, found, '<URL>; rel="next"', PAGINATION, "error")
        elif link is not None and shown >= total:
            found = f"a Link though all {total} have been shown"
            yield seen.remark("link-header", h.LINK, found, "none on the last page", PAGINATION, "warning")

    def _check_link(self, seen: Seen, url: str) -> Iterator[Finding]:
        if "offset=" not in url:
            self._linked[seen.sender, seen.receiver, url] = None
        if _host(url) != _host(seen.url):
            expected = "a page of the list that was asked for, at the host that was asked"
            yield seen.remark("link-header", h.LINK, url, expected, PAGINATION, "warning")


def is_page(seen: Seen) -> bool:
    """Whether a page of a list was asked for."""
    return seen.route.endswith(".get_list") and seen.module != "versions"


def _check_repeats(seen: Seen) -> Iterator[Finding]:
    """An object that one page has twice; over several pages a list may have moved meanwhile."""
    first: dict[tuple[str, ...], int] = {}
    for index, each in enumerate(parts_of(seen.data, _Object)):
        names = astuple(each)
        if any(names) and (at := first.setdefault(tuple(map(ci_key, names)), index)) != index:
            found, expected = " ".join(filter(None, names)), f"each object once; it is that at $[{at}]"
            yield seen.remark("listed-twice", f"$[{index}]", found, expected, PAGINATION, "error")


def _host(url: str) -> str:
    """Host and port, if that is not the usual one, in one case."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].partition("?")[0].lower()
    return host.removesuffix(_USUAL_PORTS.get(scheme.lower(), ""))


def _count(data: bytes | None) -> int:
    try:
        return len(_items(data or b"[]"))
    except codec.UNREADABLE:
        return 0
