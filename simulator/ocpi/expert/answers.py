"""What an answer must be besides its data: a code that OCPI has, an envelope, the request's ids, headers of a page.

Source: OCPI 2.2.1, Transport and format: Response format, Pagination, Unique message IDs; Status codes; CDRs, POST.
"""

from collections.abc import Iterator
from typing import Final

from simulator.ocpi import headers as h
from simulator.ocpi.expert.requests import IDS
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.pagination import next_url

_HTTP_OF_OCPI: Final = (200, 201, 400, 401, 404, 405, 413, 500, 502, 503, 504)
"""What a client or a network may have to expect; all else OCPI says in the envelope."""
_INSTEAD: Final = {
    403: "401 for a token that is missing or unknown",
    422: "200 with status code 2001 for JSON that says something wrong",
}
_ENVELOPE: Final = "transport_and_format, Response format"


def check_envelope(seen: Seen) -> Iterator[Finding]:
    """The envelope of an answer, and whether it goes with the code."""
    answer = seen.envelope
    if answer is None:
        found = "a body without a readable envelope" if seen.response_body else "no body"
        expected = "status_code, timestamp in UTC, and data or a message, whatever the HTTP status"
        yield seen.remark("no-envelope", "$", found, expected, _ENVELOPE, "error")
    elif answer.status_code < 2000 and seen.http_status is not None and seen.http_status >= 400:
        found = f"HTTP {seen.http_status} with status code {answer.status_code}"
        yield seen.remark("http-status", "HTTP", found, "codes that say the same", "status_codes", "error")
    if seen.http_status == 400 and seen.request_body and seen.is_json():
        expected = "200 with status code 2001, as the body is JSON"
        yield seen.remark("http-status", "HTTP", "400", expected, "status_codes", "error")
    if seen.ok and _is_page(seen) and (seen.data or b"").lstrip()[:1] != b"[":
        yield seen.remark("list-data", "$.data", "no list", "a list, empty when there is nothing", _ENVELOPE, "error")


def check_answer_form(seen: Seen) -> Iterator[Finding]:
    """The code and the headers of an answer."""
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
    if seen.ok:
        if _is_page(seen):
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


def _is_page(seen: Seen) -> bool:
    return seen.route.endswith(".get_list") and seen.module != "versions"


def _check_page_headers(seen: Seen) -> Iterator[Finding]:
    section = "transport_and_format, Pagination"
    headers = seen.response_headers
    link = headers.get("link")
    if link is not None and next_url(link) is None:
        expected = 'no Link header on the last page, <URL>; rel="next" on any other'
        yield seen.remark("link-header", h.LINK, repr(link), expected, section, "warning")
    for name in (h.X_TOTAL_COUNT, h.X_LIMIT):
        if not headers.get(name.lower(), "").isdecimal():
            found = repr(headers[name.lower()]) if name.lower() in headers else "nothing"
            yield seen.remark("page-headers", name, found, "a whole number", section, "warning")
