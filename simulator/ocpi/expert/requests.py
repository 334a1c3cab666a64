"""What a request must carry besides its body: the token as the version writes it, ids, routing, the type of its body.

Source: OCPI 2.2.1, Transport and format: Authorization header, Unique message IDs, Message routing; digest, section 2.
"""

from collections.abc import Iterator

from simulator.ocpi import headers as h
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding
from simulator.ocpi.modules import uses_routing_headers

ROUTING = (h.OCPI_FROM_COUNTRY_CODE, h.OCPI_FROM_PARTY_ID, h.OCPI_TO_COUNTRY_CODE, h.OCPI_TO_PARTY_ID)
IDS = (h.X_REQUEST_ID, h.X_CORRELATION_ID)


def check_request_form(seen: Seen, one_party_each: bool, wants_raw: bool) -> Iterator[Finding]:
    """The headers of a request; between platforms of one party each it is clear who speaks to whom.

    A receiver that `wants_raw` tokens gets them as they are.
    """
    headers = seen.request_headers
    if seen.request_body and "application/json" not in headers.get("content-type", "").lower():
        found = repr(headers.get("content-type", "nothing"))
        section = "transport_and_format, JSON"
        yield seen.remark("content-type", h.CONTENT_TYPE, found, "application/json", section, "warning")
    if seen.is_encoded:
        yield from _check_token(seen, wants_raw)
        for name in IDS:
            if name.lower() not in headers:
                section = "transport_and_format, Unique message IDs"
                yield seen.remark("message-ids", name, "nothing", "an id, such as a UUID", section, "error")
        if seen.module:
            yield from _check_routing(seen, one_party_each)


def _check_token(seen: Seen, wants_raw: bool) -> Iterator[Finding]:
    section = "transport_and_format, Authorization header"
    expected = "“Token”, one space, and the credentials token in Base64"
    value, tokens = seen.request_headers.get("authorization", ""), seen.tokens
    if not tokens:
        found = "nothing" if not value else "a value of another form"
        yield seen.remark("authorization", h.AUTHORIZATION, found, expected, section, "error")
    elif len(tokens) == 1:
        if not wants_raw:
            yield seen.remark("token-encoding", h.AUTHORIZATION, "the token as it is", expected, section, "error")
    elif value.split()[-1] != h.authorization_value(tokens[0], "base64").split()[-1]:
        found = "more than the token in Base64, such as a newline"
        yield seen.remark("token-encoding", h.AUTHORIZATION, found, expected, section, "error")


def _check_routing(seen: Seen, one_party_each: bool) -> Iterator[Finding]:
    section = "transport_and_format, Message routing"
    present = [name for name in ROUTING if name.lower() in seen.request_headers]
    if uses_routing_headers(seen.module):
        # Open Routing leaves the receiver out; a sender never leaves itself out.
        missing = [name for name in ROUTING[:2] if name not in present]
        if missing and not one_party_each:
            expected = "both; they may be left out only between platforms of one party each"
            yield seen.remark("routing-headers", missing[0], "nothing", expected, section, "warning")
    elif present:
        expected = f"none, as {seen.module} is a configuration module"
        yield seen.remark("routing-headers", present[0], "a routing header", expected, section, "error")
