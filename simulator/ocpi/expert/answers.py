"""What an answer must be besides its data: a code that OCPI has, an envelope, the request's ids, routing, pages.

Source: OCPI 2.2.1, Transport and format: Response format, Pagination, Unique message IDs, Message routing; Status
codes; CDRs, POST; digest, sections 2.3 and 2.4.
"""

from collections.abc import Iterator
from typing import Final

from simulator.ocpi import headers as h
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.pages import PAGINATION, is_page
from simulator.ocpi.expert.requests import IDS, ROUTING
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.modules import uses_routing_headers
from simulator.ocpi.pagination import next_url

_HTTP_OF_OCPI: Final = (200, 201, 400, 401, 404, 405, 413, 500, 502, 503, 504)
"""What a client or a network may have to expect; all else OCPI says in the envelope."""
_INSTEAD: Final = {
    403: "401 for a token that is missing or unknown",
    422: "200 with status code 2001 for JSON that says something wrong",
}
_OTHERS: Final = tuple(zip(ROUTING, (*ROUTING[2:], *ROUTING[:2]), strict=True))
"""The routing headers of an answer, each with the one of the request that has the same value."""
_FROM: Final = ROUTING[:2]
_ENVELOPE: Final = "transport_and_format, Response format"


def check_envelope(seen: Seen) -> Iterator[Finding]:
    """The envelope of an answer, and whether it goes with the code."""
    answer = seen.envelope
    for fault in seen.faults:
        yield seen.remark("envelope-field", fault.path, fault.found, fault.expected, _ENVELOPE, "error")
    if answer is None and not seen.faults:
        found = "a body without a readable envelope" if seen.response_body else "no body"
        expected = "status_code, timestamp in UTC, and data or a message, whatever the HTTP status"
        yield seen.remark("no-envelope", "$", found, expected, _ENVELOPE, "error")
    elif answer is not None and answer.status_code < 2000 and seen.http_status is not None and seen.http_status >= 400:
        found = f"HTTP {seen.http_status} with status code {answer.status_code}"
        yield seen.remark("http-status", "HTTP", found, "codes that say the same", "status_codes", "error")
    if seen.http_status == 400 and seen.request_body and seen.is_json():
        expected = "200 with status code 2001, as the body is JSON"
        yield seen.remark("http-status", "HTTP", "400", expected, "status_codes", "error")
    if seen.ok and is_page(seen) and (seen.data or b"").lstrip()[:1] != b"[":
        yield seen.remark("list-data", "$.data", "no list", "a list, empty when there is nothing", _ENVELOPE, "error")


def check_answer_form(seen: Seen, one_party_each: bool) -> Iterator[Finding]:
    """The code and the headers of an answer; between platforms of one party each it is clear who speaks to whom."""
    code = seen.http_status
    if code not in _HTTP_OF_OCPI:
        expected = _INSTEAD.get(code or 0, "a code that OCPI has a use for; problems are told by its status codes")
        yield seen.remark("http-status", "HTTP", str(code), expected, "status_codes", "error")
    if seen.response_body and "application/json" not in seen.response_headers.get("content-type", "").lower():
        found = repr(seen.response_headers.get("content-type", "nothing"))
        section = "transport_and_format, JSON"
        yield seen.remark("content-type", h.CONTENT_TYPE, found, "application/json", section, "warning")
    if seen.has_ids:
        yield from _check_ids(seen)
        if seen.module:
            yield from _check_routing(seen, one_party_each)
    if seen.ok:
        if is_page(seen):
            yield from _check_page_headers(seen)
        elif seen.route == "cdrs.receiver.post_cdr" and "location" not in seen.response_headers:
            expected = "the URL under which the CDR can be read back"
            yield seen.remark("location-header", h.LOCATION, "nothing", expected, "cdrs, POST", "error")


def _check_ids(seen: Seen) -> Iterator[Finding]:
    section = "transport_and_format, Unique message IDs"
    for name in IDS:
        asked, given = seen.request_headers.get(name.lower()), seen.response_headers.get(name.lower())
        if asked is not None and asked != given:
            found = "nothing" if given is None else "another id"
            yield seen.remark("ids-echoed", name, found, "the id of the request", section, "error")


def _check_routing(seen: Seen, one_party_each: bool) -> Iterator[Finding]:
    """An answer goes back the way that the request came: TO and FROM change places."""
    section = "transport_and_format, Message routing"
    asked, given = seen.request_headers, seen.response_headers
    missing = [name for name in ROUTING if name.lower() not in given]
    if not uses_routing_headers(seen.module):
        present = next((name for name in ROUTING if name not in missing), None)
        if present is not None:
            expected = f"none, as {seen.module} is a configuration module"
            yield seen.remark("routing-headers", present, "a routing header", expected, section, "error")
        return
    # A platform that refuses at its door may not know whom it speaks to.
    if missing and not one_party_each and (seen.http_status or 999) < 300 and _FROM[0].lower() in asked:
        expected = "all four; they may be left out only between platforms of one party each"
        yield seen.remark("routing-headers", missing[0], "nothing", expected, section, "warning")
    for name, other in _OTHERS:
        # A hub that has to refuse says so itself, in place of the party that was meant.
        wanted, value = asked.get(other.lower(), "") if seen.ok or name not in _FROM else "", given.get(name.lower())
        if wanted and value is not None and ci_key(wanted) != ci_key(value):
            expected = f"{wanted!r}, the {other} of the request"
            yield seen.remark("routing-headers", name, repr(value), expected, section, "error")


def _check_page_headers(seen: Seen) -> Iterator[Finding]:
    headers = seen.response_headers
    link = headers.get("link")
    if link is not None and next_url(link) is None:
        expected = 'no Link header on the last page, <URL>; rel="next" on any other'
        yield seen.remark("link-header", h.LINK, repr(link), expected, PAGINATION, "warning")
    for name in (h.X_TOTAL_COUNT, h.X_LIMIT):
        if not headers.get(name.lower(), "").isdecimal():
            found = repr(headers[name.lower()]) if name.lower() in headers else "nothing"
            yield seen.remark("page-headers", name, found, "a whole number", PAGINATION, "warning")
