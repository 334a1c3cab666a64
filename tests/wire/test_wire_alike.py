"""What one party writes is what the other reads, to the byte, on both wires."""

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wire_post import URL, on_both

from simulator.wire.carrier import MAX_BODY_BYTES, TRANSPORT_HEADERS, Request, Response

NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).filter(
    # Of the transport; what aiohttp or HTTP itself would act upon; and names that differ in case alone, which is the
    # same header to HTTP.
    lambda name: name.lower() not in {*TRANSPORT_HEADERS, "expect", "upgrade", "te", "trailer", "cookie"}
)
VALUES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=60
).map(str.strip)  # fmt: skip
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=8, unique_by=lambda pair: pair[0].lower()).map(tuple)
BODIES = st.binary(max_size=300)
PATHS = st.lists(
    st.from_regex(r"([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2}){1,12}", fullmatch=True).filter(
        lambda segment: segment not in (".", "..")
    ),
    min_size=1,
    max_size=5,
).map("/".join)
QUERIES = st.from_regex(r"(\?([A-Za-z0-9._~&=:+-]|%[0-9A-F]{2}){1,30})?", fullmatch=True)
METHODS = st.sampled_from(["GET", "PUT", "POST", "PATCH", "DELETE"])
STATUSES = st.integers(200, 599).filter(lambda status: status not in (204, 205, 304))

EXCHANGES = st.tuples(
    st.builds(Request, METHODS, st.builds("http://b.ocpi.test/{}{}".format, PATHS, QUERIES), HEADERS, BODIES),
    st.builds(Response, STATUSES, HEADERS, BODIES),
)


@settings(max_examples=40)
@given(st.lists(EXCHANGES, min_size=1, max_size=5))
@example([(Request("GET", URL, ()), Response(200, ()))])
@example([(Request("POST", URL, (), b"no type"), Response(200, (), b"none either"))])
@example([(Request("PUT", URL, (("X-Name", "Zoë – 東京"),), "Zoë".encode()), Response(200, (("X-Name", "Zoë"),)))])
@example([(Request("PUT", URL + "%2F%C3%A9?q=%20a%26b", ()), Response(404, ()))])
@example([(Request("PUT", URL, (("Content-Encoding", "gzip"),), b"not really"), Response(200, (), b"\x00\xff"))])
@example([(Request("PUT", URL, (("X-Long", "y" * 20_000),)), Response(200, (("X-Long", "y" * 20_000),)))])
@example([(Request("GET", URL + "?q=" + "y" * 20_000, ()), Response(200, ()))])
def test_both_wires_carry_a_message_as_it_was_written(exchanges: list[tuple[Request, Response]]) -> None:
    assert on_both(exchanges) == exchanges


def test_several_headers_of_one_name_keep_their_order() -> None:
    headers = (("Link", "<1>"), ("X-A", "a"), ("Link", "<2>"))
    ((request, response),) = on_both([(Request("GET", URL, headers), Response(200, headers))])
    for read in (request.headers, response.headers):
        assert [value for name, value in read if name == "Link"] == ["<1>", "<2>"]


def test_headers_of_the_transport_are_not_carried_even_when_a_party_writes_them() -> None:
    headers = (("X-Kept", "1"), *((name.title(), "17") for name in sorted(TRANSPORT_HEADERS)), ("X-Last", "2"))
    ((request, response),) = on_both([(Request("PUT", URL, headers, b"{}"), Response(200, headers, b"{}"))])
    assert request.headers == response.headers == (("X-Kept", "1"), ("X-Last", "2"))


@pytest.mark.parametrize("size", [2**20 - 1, 2**20, 2_000_000, MAX_BODY_BYTES])
def test_a_large_body_arrives_whole(size: int) -> None:
    body = bytes(itertools.islice(itertools.cycle(range(251)), 251)) * (size // 251 + 1)
    exchange = Request("PUT", URL, (), body[:size]), Response(200, (), body[:size])
    assert on_both([exchange]) == [exchange]


@pytest.mark.parametrize("excess", [1, 2, 5_000_000])
def test_of_a_body_over_the_limit_one_byte_more_arrives_and_the_next_message_is_none_the_worse(excess: int) -> None:
    body = b"x" * (MAX_BODY_BYTES + excess)
    small = Request("PUT", URL, (), b"{}"), Response(200, (), b"{}")
    (request, response), after = on_both([(Request("PUT", URL, (), body), Response(200, (), body)), small])
    assert len(request.body) == len(response.body) == MAX_BODY_BYTES + 1
    assert after == small
