"""Whatever comes to a door from outside is answered in an envelope, and leaves no trace on the terminal."""

import asyncio
import logging

import pytest
from wire_post import WALL_LIMIT_S

from simulator.wire.carrier import Request, Response
from simulator.wire.outside_server import Doors

HOST = b"Host: nl-abc.example\r\n"
LONG = b"a" * 9_000
ODD = {
    "no zip": (b"POST /ocpi", HOST + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n", b"abc"),
    "no deflate": (b"POST /ocpi", HOST + b"Content-Encoding: deflate\r\nContent-Length: 3\r\n", b"abc"),
    "no brotli": (b"POST /ocpi", HOST + b"Content-Encoding: br\r\nContent-Length: 3\r\n", b"abc"),
    "a long path": (b"GET /ocpi/" + LONG, HOST, b""),
    "a long query": (b"GET /ocpi?x=" + LONG, HOST, b""),
    "a long header": (b"GET /ocpi", HOST + b"X-Request-ID: " + LONG + b"\r\n", b""),
    "two hosts": (b"GET /ocpi", HOST + HOST, b""),
    "two lengths": (b"POST /ocpi", HOST + b"Content-Length: 1\r\nContent-Length: 2\r\n", b"ab"),
    "no length": (b"POST /ocpi", HOST + b"Content-Length: abc\r\n", b""),
    "a bad chunk": (b"POST /ocpi", HOST + b"Transfer-Encoding: chunked\r\n", b"zz\r\n"),
    "an unknown method": (b"BREW /ocpi", HOST, b""),
    "no method": (b"B@EW /ocpi", HOST, b""),
    "a control character": (b"GET /ocpi/\x00", HOST, b""),
    "another host's": (b"GET http://evil.example/ocpi", HOST, b""),
}


async def _knock(party: str, request: Request) -> Response:
    return Response(200, (), b"%b asked %b" % (party.encode(), request.body))


def _refusal(http_status: int, sentence: str) -> Response:
    assert sentence.endswith(".")
    return Response(http_status, (("Content-Type", "application/json"),), b"an envelope")


async def _says(port: int, said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(said)
    async with asyncio.timeout(WALL_LIMIT_S):
        told = await reader.read()
    writer.close()
    return told


def answer(said: bytes) -> bytes:
    """All that a door says until it closes the connection."""

    async def scene() -> bytes:
        doors = Doors("127.0.0.1", _knock, _refusal)
        try:
            return await _says(await doors.open("NL-ABC", 0), said)
        finally:
            await doors.close()

    return asyncio.run(scene())


@pytest.mark.parametrize(("line", "headers", "body"), ODD.values(), ids=ODD)
def test_what_cannot_be_read_is_refused_in_an_envelope_and_not_logged(
    line: bytes, headers: bytes, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    head, _, told = answer(line + b" HTTP/1.1\r\n" + headers + b"\r\n" + body).partition(b"\r\n\r\n")
    assert head.split(b" ")[1] in (b"400", b"404", b"405")
    assert b"Content-Type: application/json" in head
    assert told == b"an envelope"
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_what_can_be_read_comes_in() -> None:
    said = b"POST /ocpi HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc"
    assert answer(said).endswith(b"NL-ABC asked abc")
