"""Whether a page holds what was asked for: not more objects than were wanted, and none from outside the dates.

Nobody else counts, and who asks for what is new would take twice what is old. Source: OCPI 2.2.1, Transport and format,
Pagination; digest, section 2.4 and cases 16 and 17.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from simulator.ocpi import headers as h
from simulator.ocpi.expert.pages import PAGINATION, is_page
from simulator.ocpi.expert.parts import Updated, is_after, parts_of, query_of
from simulator.ocpi.expert.seen import OLDEST, Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.pagination import next_url, whole_of

_DATES: Final = ("date_from", "date_to")


def check_page(seen: Seen) -> Iterator[Finding]:
    """A page of a list."""
    if not is_page(seen) or not seen.ok:
        return
    asked, items = query_of(seen.url), parts_of(seen.data, Updated)
    for most, said in ((asked.get("limit"), "was asked for"), (seen.response_headers.get("x-limit"), "X-Limit says")):
        limit = whole_of(most or "")
        if limit is not None and len(items) > limit:
            found, expected = f"{len(items)} objects", f"at most {limit}, as {said}"
            yield seen.remark("page-size", "$.data", found, expected, PAGINATION, "error")
    outside = [index for index, item in enumerate(items) if _is_outside(item.last_updated, asked, seen.version)]
    if outside:
        path, found = f"$[{outside[0]}].last_updated", items[outside[0]].last_updated
        others = f", and {len(outside) - 1} more" if len(outside) > 1 else ""
        expected = " and ".join(f"{name} {asked[name]}" for name in _DATES if name in asked) + " kept to"
        yield seen.remark("page-dates", path, found + others, expected, PAGINATION, "warning")
    yield from _check_link(seen, asked)


def _is_outside(last_updated: str, asked: Mapping[str, str], version: str) -> bool:
    """The start belongs to what is asked for, the end does not; 2.1.1 does not say."""
    start, end = asked.get("date_from", ""), asked.get("date_to", "")
    is_at_end = last_updated == end != "" and version != OLDEST
    return is_after(start, last_updated) or is_after(last_updated, end) or is_at_end


def _check_link(seen: Seen, asked: Mapping[str, str]) -> Iterator[Finding]:
    """A Link with an offset leads on in the same list; one without is the server's own business."""
    link = query_of(next_url(seen.response_headers.get("link")) or "")
    if "offset" not in link:
        return
    for name in _DATES:
        if name in asked and link.get(name) != asked[name]:
            found = f"{name} {link[name]}" if name in link else f"no {name}"
            expected = f"{name} {asked[name]}, as was asked for"
            yield seen.remark("link-dates", h.LINK, found, expected, PAGINATION, "warning")
