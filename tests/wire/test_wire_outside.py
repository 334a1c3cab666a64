"""What hosts are called at the edge between a run and the real network, and why one of them cannot be reached."""

import asyncio
from urllib.parse import quote_plus

import pytest

from simulator.wire.carrier import Request
from simulator.wire.outside_addresses import Addresses
from simulator.wire.outside_client import Reach, Unreachable

OURS = {"nl-abc.ocpi.test": "http://192.168.1.7:8101"}


@pytest.fixture
def addresses() -> Addresses:
    addresses = Addresses("de-ext.ocpi.test", OURS, tuple)
    addresses.learn(b'[{"url": "https://Roaming.Example:443/ocpi/versions", "website": "http://www.example/"},')
    addresses.learn(b'{"endpoints":[{"url":"http:\\/\\/127.0.0.1:9000/cdrs"}, {"url": 7}]}')
    return addresses


PAIRS = [
    (b'{"url":"http://nl-abc.ocpi.test/ocpi/versions"}', b'{"url":"http://192.168.1.7:8101/ocpi/versions"}'),
    (b'"http://de-ext.ocpi.test/results/1"', b'"https://roaming.example/results/1"'),
    (b'"http://de-ext.ocpi.test/~1/cdrs"', b'"http://127.0.0.1:9000/cdrs"'),
    (b'<http://nl-abc.ocpi.test/a?b=c>; rel="next"', b'<http://192.168.1.7:8101/a?b=c>; rel="next"'),
    (b"http://nl-abc.ocpi.test", b"http://192.168.1.7:8101"),
]


@pytest.mark.parametrize(("within", "outside"), PAIRS)
def test_each_side_reads_its_own_names(addresses: Addresses, within: bytes, outside: bytes) -> None:
    assert addresses.outward(within) == outside
    assert addresses.inward(outside) == within


QUERIES = [
    (
        "http://de-ext.ocpi.test/profiles/S1?duration=600&response_url=http%3A%2F%2Fnl-abc.ocpi.test%2Fr%2F1",
        "https://roaming.example/profiles/S1?duration=600&response_url=http%3A%2F%2F192.168.1.7%3A8101%2Fr%2F1",
    ),
    (
        "http://nl-abc.ocpi.test/S1?response_url=http%3A%2F%2Fde-ext.ocpi.test%2F~1%2Fr%3Fq%3Da%2Bb%2526+c&x=%2b+",
        "http://192.168.1.7:8101/S1?response_url=http%3A%2F%2F127.0.0.1%3A9000%2Fr%3Fq%3Da%2Bb%2526+c&x=%2b+",
    ),
    ("http://nl-abc.ocpi.test/tokens?", "http://192.168.1.7:8101/tokens?"),
]


@pytest.mark.parametrize(("within", "outside"), QUERIES)
def test_a_url_in_a_query_is_named_anew_as_well(addresses: Addresses, within: str, outside: str) -> None:
    assert addresses.url_outward(within) == outside
    assert addresses.url_inward(outside) == within


def test_a_query_need_not_be_encoded(addresses: Addresses) -> None:
    within = addresses.url_inward("http://nl-abc.ocpi.test/S1?response_url=http://127.0.0.1:9000/r/1&duration=60")
    assert within == "http://nl-abc.ocpi.test/S1?response_url=http%3A%2F%2Fde-ext.ocpi.test%2F~1%2Fr%2F1&duration=60"


@pytest.mark.parametrize(
    "text",
    [
        b'"http://nl-dun.ocpi.test/ocpi"',
        b'"http://nl-abc.ocpi.test.example/ocpi"',
        b'"http://de-ext.ocpi.test/~7/x"',
        b'"http://192.168.1.7:81010/ocpi"',
        b'"http://192.168.1.7:810/ocpi"',
        b'"https://192.168.1.7:8101/ocpi"',
        b'"http://www.example/"',
        b'"ftp://roaming.example/x"',
        b'"see http and nl-abc.ocpi.test"',
        "http://\xfc.example/\xff".encode("latin-1"),
    ],
)
def test_what_is_not_known_stays_as_it_is(addresses: Addresses, text: bytes) -> None:
    assert addresses.outward(text) == text
    assert addresses.inward(text) == text
    in_query = f"http://other.example/a%20b?c+d=e&=&x={quote_plus(text)}&y"
    assert addresses.url_outward(in_query) == in_query
    assert addresses.url_inward(in_query) == in_query


def test_a_json_writer_may_escape_its_slashes_and_name_the_usual_port(addresses: Addresses) -> None:
    assert addresses.inward(rb'"https:\/\/roaming.example:443\/a"') == rb'"http://de-ext.ocpi.test\/a"'


def test_headers_of_an_outsider_become_such_as_a_party_may_send(addresses: Addresses) -> None:
    headers = (("Link", " <https://roaming.example/p>; rel=next "), ("X", "\xe9\x01\tz"))
    within = addresses.headers_inward(headers)
    assert within == (("Link", "<http://de-ext.ocpi.test/p>; rel=next"), ("X", "???z"))


def test_an_outsider_cannot_have_hosts_without_end() -> None:
    addresses = Addresses("de-ext.ocpi.test", OURS, tuple)
    addresses.learn(b", ".join(b'"url": "http://h%d.example/"' % number for number in range(50)))
    assert addresses.inward(b"http://h7.example/") != b"http://h7.example/"
    assert addresses.inward(b"http://h8.example/") == b"http://h8.example/"


def test_an_outsider_that_moves_on_and_on_makes_room_for_itself() -> None:
    """Where ours know it now is kept; of the rest the oldest is forgotten, and so is what was named in vain."""
    known = ["http://de-ext.ocpi.test/ocpi/versions"]
    addresses = Addresses("de-ext.ocpi.test", OURS, lambda: known)
    addresses.know(b"http://h0.example/ocpi/versions")
    for number in range(1, 50):
        addresses.learn(b'{"url": "http://h%d.example/"}' % number)
        within = addresses.inward(b"http://h%d.example/" % number)
        assert within.startswith(b"http://de-ext.ocpi.test/~")
        assert addresses.outward(within) == b"http://h%d.example/" % number
    assert addresses.inward(b"http://h0.example/") == b"http://de-ext.ocpi.test/"
    assert addresses.inward(b"http://h42.example/") == b"http://h42.example/"
    known.append(within.decode())
    addresses.learn(b", ".join(b'"url": "http://i%d.example/"' % number for number in range(50)))
    assert addresses.inward(b"http://h49.example/") == within
    assert addresses.inward(b"http://h48.example/") == b"http://h48.example/"
    assert addresses.inward(b"http://i5.example/") != b"http://i5.example/"
    assert addresses.inward(b"http://i6.example/") == b"http://i6.example/"


def test_an_address_that_leads_nowhere_is_told_with_the_reason() -> None:
    async def ask() -> None:
        reach = Reach()
        try:
            await reach.send(Request("GET", "http://255.255.255.255:80/", (), b""), 5)
        finally:
            await reach.close()

    with pytest.raises(Unreachable) as told:
        asyncio.run(ask())
    assert str(told.value) == "no connection to 255.255.255.255:80: network is unreachable"
