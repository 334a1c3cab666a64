"""Lists come in pages: reading the query, writing the headers, and following them on the other side.

The filter is `last_updated`: from `date_from`, inclusive, to `date_to`, exclusive. What to sort by is the server's
business; it must not change while a client crawls, so oldest-created first is the safe order.

Source: OCPI 2.2.1, Transport and format, Pagination.
"""

import re
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urljoin

from msgspec import Struct

from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.headers import LINK, X_LIMIT, X_TOTAL_COUNT

_SECTION: Final = "OCPI transport_and_format, Pagination"
_MOST_DIGITS: Final = 18
_BEYOND_ALL: Final = 10**_MOST_DIGITS
_link_values: Final = re.compile(r"<([^>]*)>([^<]*)").findall
_has_scheme: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:").match
_rel_next: Final = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))', re.IGNORECASE).findall


class PageQuery(Struct, frozen=True, kw_only=True, gc=False):
    """One page that is asked for. Instants in microseconds since 1970 UTC; `limit` is already capped by `max_limit`."""

    date_from_us: int | None = None
    date_to_us: int | None = None
    offset: int = 0
    limit: int
    max_limit: int


def parse_query(query: str, max_limit: int, date_from_required: bool = False) -> PageQuery:
    """The page that a raw query string asks for; no `limit` means as much as the server gives, as does one above that.

    Raises Invalid with one finding for each parameter that is missing or unreadable. Unknown ones are left alone.
    """
    params = dict(parse_qsl(query))
    findings: list[Finding] = []

    def instant(name: str) -> int | None:
        text = params.get(name)
        try:
            return None if text is None else parse_datetime(text)
        except ValueError:
            findings.append(_finding(name, repr(text), "a UTC date and time such as 2026-05-04T06:00:00Z"))
            return None

    def whole(name: str, default: int, least: int) -> int:
        text = params.get(name)
        if text is None:
            return default
        number = whole_of(text)
        if number is not None and number >= least:
            return number
        findings.append(_finding(name, repr(text), f"a whole number from {least}"))
        return default

    if date_from_required and "date_from" not in params:
        findings.append(_finding("date_from", "nothing", "a date and time; this list is never given in full"))
    page = PageQuery(
        date_from_us=instant("date_from"),
        date_to_us=instant("date_to"),
        offset=whole("offset", 0, 0),
        limit=min(whole("limit", max_limit, 1), max_limit),
        max_limit=max_limit,
    )
    if findings:
        raise Invalid(tuple(findings))
    return page


def whole_of(text: str) -> int | None:
    """The whole number that a parameter says, or for a larger one what no list comes near; None where it says none."""
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0")
    return int(digits or "0") if len(digits) <= _MOST_DIGITS else _BEYOND_ALL


def in_window(last_updated_epoch_us: int, query: PageQuery) -> bool:
    """Whether an object passes the date filters of a query."""
    if query.date_from_us is not None and last_updated_epoch_us < query.date_from_us:
        return False
    return query.date_to_us is None or last_updated_epoch_us < query.date_to_us


def paginate(total: int, query: PageQuery, base_url: str, raw_query: str) -> dict[str, str]:
    """The headers of one page of `total` matching objects.

    X-Total-Count, X-Limit, and on every page but the last a Link to the next one: all that the client asked for stays
    as it was, with the capped limit and the next offset.
    """
    headers = {X_TOTAL_COUNT: str(total), X_LIMIT: str(query.max_limit)}
    next_offset = query.offset + query.limit
    if next_offset < total:
        kept = [(name, value) for name, value in parse_qsl(raw_query) if name not in ("offset", "limit")]
        following = urlencode([*kept, ("offset", next_offset), ("limit", query.limit)], safe=":", quote_via=quote)
        headers[LINK] = f'<{base_url}?{following}>; rel="next"'
    return headers


def total_of(header: str | None) -> int | None:
    """How many objects match, by an X-Total-Count header; None where it does not say."""
    text = header or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def next_url(link_header: str | None) -> str | None:
    """The URL of the next page from a Link header, however it is spelled; None on the last page."""
    for url, parameters in _link_values(link_header or ""):
        for quoted, bare in _rel_next(parameters):
            if "next" in (quoted or bare).lower().split():
                return str(url)
    return None


def absolute(reference: str, asked: str) -> str:
    """A URL out of a header, which may be relative to the one that was asked; as it is when it is none. RFC 3986, 5."""
    if _has_scheme(reference):
        return reference
    try:
        return urljoin(asked, reference)
    except ValueError:
        return reference


def _finding(name: str, found: str, expected: str) -> Finding:
    return Finding(
        rule="query-parameter",
        severity="error",
        path=f"?{name}",
        found=found,
        expected=expected,
        section=_SECTION,
    )
