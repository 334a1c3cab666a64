"""What is particular to real sockets: ports, clocks, connections and file descriptors."""

import asyncio
import os
import resource
import socket
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from wire_post import URL, WALL_LIMIT_S, A, Post

from simulator.wire.carrier import MAX_BODY_BYTES, Endpoint, Headers, Request, Response, WireFailure
from simulator.wire.descriptors import raise_descriptor_limit
from simulator.wire.http import HttpWire
from simulator.wire.reading import read_body

ASKED = Request("PUT", URL, (("X-Id", "1"),), b"{}")
OK = Response(200, (), b"{}")
A_YEAR_S = 365 * 24 * 3600


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop whose clock can be made to leap, as if the run had stood still for so long."""

    leapt_s = 0.0

    def time(self) -> float:
        return super().time() + self.leapt_s

    async def leap(self, seconds: float) -> None:
        self.leapt_s += seconds
        for _ in range(20):
            await asyncio.sleep(0)


def port_of(wire: HttpWire, host: str) -> int:
    return wire._resolver.ports[host]


def connections_of(wire: HttpWire) -> list[Any]:
    return [connection for runner in wire._runners for connection in runner.server.connections]


# Time


def test_nothing_times_out_however_long_a_run_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten days with an exchange parked and ten more with none; aiohttp would give up after five minutes."""

    async def scene() -> None:
        loop: Any = asyncio.get_running_loop()
        monkeypatch.setattr("aiohttp.connector.monotonic", loop.time)
        async with Post(HttpWire()) as post:
            passage, _ = await post.park(ASKED)
            await loop.leap(864_000)
            assert await post.answer(passage, OK) == OK
            before = connections_of(post.wire)
            await loop.leap(864_000)
            assert await post.carry(ASKED, OK) == (ASKED, OK)
            assert connections_of(post.wire) == before != []

    with asyncio.Runner(loop_factory=LeapingLoop) as runner:
        runner.run(asyncio.wait_for(scene(), 10**9))


def test_no_clock_of_the_http_library_is_on() -> None:
    """Each of them by itself, as the run above that stands still meets only those that its way crosses."""

    async def scene() -> None:
        async with Post(HttpWire()) as post:
            assert len(post.wire._clients) == len(post.wire._runners) == 2
            for client in post.wire._clients.values():
                limits = client.timeout
                assert (limits.total, limits.connect, limits.sock_connect, limits.sock_read) == (None,) * 4
                assert client.connector is not None
                assert client.connector._keepalive_timeout >= A_YEAR_S
            await post.carry(ASKED, OK)
            (connection,) = connections_of(post.wire)
            assert connection.keepalive_timeout >= A_YEAR_S

    asyncio.run(scene())


def test_one_connection_serves_all_exchanges_that_do_not_overlap() -> None:
    async def scene() -> int:
        async with Post(HttpWire()) as post:
            for _ in range(50):
                await post.carry(ASKED, OK)
            return len(connections_of(post.wire))

    assert asyncio.run(scene()) == 1


# Ports


@pytest.fixture
def occupied() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_an_occupied_port_is_left_for_another_and_a_sentence_says_so(occupied: int) -> None:
    async def scene() -> tuple[tuple[str, ...], int]:
        async with Post(HttpWire(), (A, Endpoint("B", "b.ocpi.test", occupied))) as post:
            assert await post.carry(ASKED, OK) == (ASKED, OK)
            return post.remarks, port_of(post.wire, "b.ocpi.test")

    remarks, port = asyncio.run(scene())
    assert port != occupied
    assert remarks == (f"Port {occupied} that B asks for is occupied; it listens on {port} instead.",)


def test_a_free_port_is_taken_as_asked_and_nothing_is_said(occupied: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]

    async def scene() -> None:
        async with Post(HttpWire(), (A, Endpoint("B", "b.ocpi.test", free))) as post:
            assert post.remarks == ()
            assert port_of(post.wire, "b.ocpi.test") == free

    asyncio.run(scene())


def test_an_address_that_this_machine_has_not_got_is_told_in_a_sentence() -> None:
    async def scene() -> None:
        async with Post(HttpWire("203.0.113.1")):
            pass

    with pytest.raises(WireFailure, match=r"A cannot listen on 203\.0\.113\.1: "):
        asyncio.run(scene())


def test_no_port_is_in_any_byte_that_is_read() -> None:
    async def scene() -> tuple[list[int], Any]:
        async with Post(HttpWire()) as post:
            ports = [*post.wire._resolver.ports.values()]
            return ports, await post.carry(ASKED, OK)

    ports, read = asyncio.run(scene())
    assert len(ports) == 2
    assert not any(str(port) in repr(read) for port in ports)


# A request that comes twice (for strangers see test_wire_strangers.py)


@pytest.mark.parametrize("id", [(), (("X-Request-ID", "7"),)])
def test_a_request_that_arrives_a_second_time_while_its_exchange_is_in_flight_breaks_the_run(id: Headers) -> None:
    """aiohttp sends some requests again by itself when a connection is lost."""

    async def scene() -> None:
        async with Post(HttpWire()) as post:
            await post.park(Request("PUT", URL, id, b"{}"))
            again = aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=post.wire._resolver))
            async with again, again.put(URL, data=b"{}", headers=id) as answer:
                assert answer.status == 500
            with pytest.raises(WireFailure, match=r"PUT /ocpi/x reached B although .* came twice, or from a stranger"):
                await post.news()
            assert post.strangers == []

    asyncio.run(scene())


# What cannot be carried


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            Request("PUT", "http://z.ocpi.test/x", ()),
            "no party of this run has the host 'z.ocpi.test', it has a.ocpi.test, b.ocpi.test",
        ),
        (Request("PUT", URL, (("X-Split", "a\r\nb"),)), "PUT http://b.ocpi.test/ocpi/x could not be carried: "),
        (Request("PUT", URL, (("X-Long", "y" * 70_000),)), "aiohttp refused it with 400"),
        (Request("PUT", URL, ((7, "seven"),)), "could not be carried: "),
    ],
)
def test_what_cannot_be_carried_is_told_and_never_waited_for(request_: Request, sentence: str) -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            with pytest.raises(WireFailure) as told:
                await post.park(request_)
            assert sentence in str(told.value)

    asyncio.run(scene())


@pytest.mark.parametrize("pair", [("X-Split", "a\r\nb"), (7, "seven")])
def test_a_server_that_cannot_write_its_answer_breaks_the_run(pair: Any) -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            passage, _ = await post.park(Request("POST", URL, ()))
            with pytest.raises(WireFailure, match=r"POST http://b\.ocpi\.test/ocpi/x could not be carried: "):
                await post.answer(passage, Response(200, (pair,)))

    asyncio.run(scene())


def test_no_more_of_a_body_over_the_limit_is_kept_than_the_limit_and_a_chunk() -> None:
    """Of 100 MB that come in; joining and cutting what was kept takes twice as much again."""
    flood = Flood(100_000_000)

    async def read() -> tuple[int, int]:
        tracemalloc.start()
        try:
            return len(await read_body(flood)), tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    size, peak = asyncio.run(read())
    assert size == MAX_BODY_BYTES + 1
    assert flood.left == 0
    assert peak < 3.2 * MAX_BODY_BYTES


class Flood:
    """The content of a request that goes on and on."""

    def __init__(self, size: int) -> None:
        self.left = size

    async def readany(self) -> bytes:
        size = min(self.left, 65_536)
        self.left -= size
        return bytes(size)


# Many at once


def test_four_hundred_requests_stand_parked_and_closing_does_not_wait_for_them() -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            for _ in range(400):
                await post.park(ASKED)
            assert len(connections_of(post.wire)) == 400

    asyncio.run(asyncio.wait_for(scene(), WALL_LIMIT_S))


LIMITED = """
import asyncio, resource
resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
from wire_post import A, B, URL, WALL_LIMIT_S, Post
from simulator.wire.carrier import Request, Response, WireFailure
from simulator.wire.http import HttpWire

async def scene():
    async with Post(HttpWire()) as post:
        for turn in range(3):
            parked = [(await post.park(Request("PUT", URL, ())))[0] for _ in range(10)]
            for passage in parked:
                await post.answer(passage, Response(200, ()))
        back = Request("PUT", "http://a.ocpi.test/ocpi/x", ())
        try:
            for number in range(100):
                await post.park(back, "B", "A")
        except WireFailure as failure:
            return number, str(failure)

print(asyncio.run(asyncio.wait_for(scene(), WALL_LIMIT_S)))
"""


def test_at_the_limit_of_descriptors_a_sentence_is_said_and_idle_connections_count() -> None:
    """In a process of its own that may have 128: ten connections one way leave room for 21 the other way."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root), str(Path(__file__).parent)))},
        capture_output=True,
        text=True,
        timeout=WALL_LIMIT_S,
        check=False,
    )
    assert done.stderr == ""
    number, sentence = eval(done.stdout)
    assert number == 21
    assert sentence == (
        "Exchanges that wait for an answer at the same time need 32 connections, and with them 130 file descriptors; "
        "this process may have 128. Raise the limit (ulimit -n) or run with --wire memory."
    )


def test_the_limit_of_descriptors_is_raised_as_far_as_allowed() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
        limit = raise_descriptor_limit()
        assert limit == resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert limit == (65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
