"""Whoever calls a party's port from outside the run is told what the mailbox says, and disturbs nothing."""

import asyncio
import logging
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from wire_post import REFUSAL, URL, WALL_LIMIT_S, Post

from simulator.wire.carrier import Headers, Request, Response
from simulator.wire.http import HttpWire, _line_of

WITH_ID: Headers = (("Authorization", "Token YQ=="), ("X-Request-ID", "known"))
ASKED = Request("PUT", URL, WITH_ID, b"{}")
OK = Response(200, (), b"{}")


def line(text: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join((f"{text} HTTP/1.1", *headers, "", "")).encode("latin-1") + body


PLAIN = line("GET /", "Host: 127.0.0.1:8080", "User-Agent: curl/8", "Accept: */*")
KNOWING = line(
    "PUT /ocpi/x",
    "Host: b.ocpi.test",
    "Authorization: Token YQ==",
    "X-Request-ID: other",
    "Content-Length: 2",
    body=b"{}",
)
NAMELESS = line("PUT /ocpi/x", "Host: b.ocpi.test", "Authorization: Token YQ==", "Content-Length: 2", body=b"{}")
FROM_ELSEWHERE = line("PUT /ocpi/x", "Host: 127.0.0.1", "X-Request-ID: known", "Content-Length: 2", body=b"{}")
WRONG_METHOD = line("POST /ocpi/x", "Host: b.ocpi.test", "X-Request-ID: known", "Content-Length: 2", body=b"{}")
WRONG_PATH = line("PUT /ocpi/y", "Host: b.ocpi.test", "X-Request-ID: known", "Content-Length: 2", body=b"{}")
STRANGERS = {
    "plain": PLAIN,
    "unknown id": KNOWING,
    "no id": NAMELESS,
    "another host": FROM_ELSEWHERE,
    "wrong method": WRONG_METHOD,
    "wrong path": WRONG_PATH,
}


class Stranger:
    """A connection of its own to B's port."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, post: Post) -> "Stranger":
        wire: Any = post.wire
        return cls(*await asyncio.open_connection("127.0.0.1", wire._resolver.ports["b.ocpi.test"]))

    async def hears(self) -> tuple[int, bytes, bytes]:
        """Status, headers and body of all that comes until the connection is closed from the other side."""
        async with asyncio.timeout(WALL_LIMIT_S):
            told = await self.reader.read()
        head, _, body = told.partition(b"\r\n\r\n")
        self.writer.close()
        return int(head.split(b" ")[1]), head, body

    async def says(self, said: bytes) -> tuple[int, bytes, bytes]:
        self.writer.write(said)
        return await self.hears()


@pytest.mark.parametrize("said", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_is_answered_by_the_mailbox_and_shown_the_door(said: bytes) -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            status, head, body = await (await Stranger.at(post)).says(said)
            assert (status, body) == (401, REFUSAL.body)
            assert b"Content-Type: application/json" in head
            assert b"Connection: close" in head
            assert post.strangers == [("B", said.partition(b" HTTP")[0].decode())]
            assert await post.carry(ASKED, OK) == (ASKED, OK)

    asyncio.run(scene())


@pytest.mark.parametrize("said", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_who_comes_before_the_request_on_the_wire_is_not_taken_for_it(said: bytes) -> None:
    """What the stranger says lies at the server when the request sets out."""

    async def scene() -> None:
        async with Post(HttpWire()) as post:
            await post.carry(ASKED, OK)
            stranger = await Stranger.at(post)
            stranger.writer.write(said)
            await stranger.writer.drain()
            assert await post.carry(ASKED, OK) == (ASKED, OK)
            assert len(post.strangers) == 1
            assert (await stranger.hears())[0] == 401

    asyncio.run(scene())


@pytest.mark.parametrize("said", STRANGERS.values(), ids=STRANGERS)
def test_a_stranger_who_comes_while_the_request_stands_parked_disturbs_neither_way(said: bytes) -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            passage, _ = await post.park(ASKED)
            assert (await (await Stranger.at(post)).says(said))[0] == 401
            stranger = await Stranger.at(post)
            stranger.writer.write(said)
            await stranger.writer.drain()
            assert await post.answer(passage, OK) == OK
            assert (await stranger.hears())[0] == 401

    asyncio.run(scene())


def test_twenty_strangers_at_once_are_all_answered_between_two_exchanges_and_during_them() -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            strangers = [await Stranger.at(post) for _ in range(20)]
            hearing = [asyncio.create_task(stranger.says(KNOWING)) for stranger in strangers]
            for _ in range(20):
                assert await post.carry(ASKED, OK) == (ASKED, OK)
            assert {status for status, _, _ in await asyncio.gather(*hearing)} == {401}
            assert len(post.strangers) == 20

    asyncio.run(scene())


def test_a_stranger_is_answered_before_its_body_comes_and_nothing_more_is_read() -> None:
    """Ten megabytes are announced and one byte is sent; a second request behind the first is not looked at."""

    async def scene() -> None:
        async with Post(HttpWire()) as post:
            announced = line("PUT /ocpi/x", "Host: b.ocpi.test", "Content-Length: 10000000", body=b"x")
            assert (await (await Stranger.at(post)).says(announced))[0] == 401
            status, _, body = await (await Stranger.at(post)).says(PLAIN + PLAIN)
            assert (status, body) == (401, REFUSAL.body)
            assert len(post.strangers) == 2

    asyncio.run(scene())


@pytest.mark.parametrize(
    "said", [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"]
)
def test_what_is_not_http_is_refused_and_neither_reported_nor_logged(
    said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            assert (await (await Stranger.at(post)).says(said))[0] == 400
            assert post.strangers == []
            assert await post.carry(ASKED, OK) == (ASKED, OK)

    asyncio.run(scene())
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_stranger_who_says_nothing_holds_up_neither_an_exchange_nor_the_end() -> None:
    async def scene() -> None:
        async with Post(HttpWire()) as post:
            silent, half = await Stranger.at(post), await Stranger.at(post)
            half.writer.write(PLAIN[:10])
            assert await post.carry(ASKED, OK) == (ASKED, OK)
        for stranger in (silent, half):
            stranger.writer.close()

    asyncio.run(asyncio.wait_for(scene(), WALL_LIMIT_S))


def test_the_line_of_a_stranger_is_not_told_at_any_length() -> None:
    async def scene() -> list[tuple[str, str]]:
        async with Post(HttpWire()) as post:
            await (await Stranger.at(post)).says(line("GET /" + "y" * 50_000, "Host: h"))
            return post.strangers

    assert asyncio.run(scene()) == [("B", "GET /" + "y" * 195 + "...")]


def test_the_line_of_a_stranger_is_told_in_plain_characters() -> None:
    """It is recorded, and a recording takes no broken UTF-8; aiohttp without its C parts lets it pass."""
    assert _line_of(make_mocked_request("GET", "/\udcff\udcfe")) == "GET /\\udcff\\udcfe"
