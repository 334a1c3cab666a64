"""Whether a page that is not the last one leads on to the next.

What lies before a page is said by the offset in its URL. A Link is the server's own business and need not have one:
then nobody else knows how far it leads. Source: OCPI 2.2.1, Transport and format, Pagination.
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from simulator.ocpi import codec
from simulator.ocpi import headers as h
from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.pagination import absolute, next_url

PAGINATION: Final = "transport_and_format, Pagination"
_MOST_DIGITS: Final = 18
_items: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Pages:
    """The pages that Links have led to."""

    def __init__(self) -> None:
        self._linked: Memory[tuple[str, str, str], None] = Memory()

    def check(self, seen: Seen) -> Iterator[Finding]:
        """A page without a Link though not all has been shown."""
        if not is_page(seen) or not seen.ok:
            return
        link = seen.response_headers.get("link")
        if link is not None:
            self._remember(seen, next_url(link))
            return
        offset = dict(parse_qsl(seen.url.partition("?")[2])).get("offset")
        if offset is None and (seen.sender, seen.receiver, seen.url) in self._linked:
            return
        total = _whole(seen.response_headers.get("x-total-count", ""))
        shown = total and _whole(offset or "") + _count(seen.data)
        if shown < total:
            found = f"nothing, though only {shown} of {total} have been shown"
            yield seen.remark("link-header", h.LINK, found, '<URL>; rel="next"', PAGINATION, "error")

    def _remember(self, seen: Seen, link: str | None) -> None:
        if link is None or "offset=" in link:
            return
        self._linked[seen.sender, seen.receiver, absolute(link, seen.url)] = None


def is_page(seen: Seen) -> bool:
    """Whether a page of a list was asked for."""
    return seen.route.endswith(".get_list") and seen.module != "versions"


def _whole(text: str) -> int:
    """A whole number in a header or a query; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


def _count(data: bytes | None) -> int:
    try:
        return len(_items(data or b"[]"))
    except codec.UNREADABLE:
        return 0
