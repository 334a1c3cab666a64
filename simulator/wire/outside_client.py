"""Sends what our parties have to say to platforms outside the run, and reads what they answer, within limits."""

import io
import os
from typing import Final

import aiohttp
from yarl import URL

from simulator.wire.carrier import MAX_BODY_BYTES, Headers, Request, Response, Visible

_DROPPED: Final = ("content-encoding", "set-cookie", "trailer", "upgrade", "alt-svc")
_MOST_PER_HOST: Final = 16


class Unreachable(Exception):
    """An outsider did not answer as HTTP wants it, or not in time; the text says why, to be put into a sentence."""


class Reach:
    """A client for all outsiders. Life: made in the event loop -> `send` as often as need be -> `close`."""

    def __init__(self) -> None:
        self._visible = Visible()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit_per_host=_MOST_PER_HOST, force_close=True),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("Content-Type",),
        )
        # Nobody would know of what aiohttp sends twice by itself; it need not, with a connection for each request.
        self._session._retry_connection = False

    async def send(self, request: Request, timeout_s: float) -> Response:
        """The answer to a request whose URL is real. Raises Unreachable."""
        try:
            async with self._session.request(
                request.method,
                URL(request.url, encoded=True),
                headers=self._visible(request.headers),
                data=io.BytesIO(request.body) if request.body else None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=timeout_s),
            ) as answer:
                body = await _read(answer.content)
                headers = tuple((str(name), value) for name, value in answer.headers.items())
        except TimeoutError:
            raise Unreachable(f"no answer within {timeout_s:g} s") from None
        except aiohttp.ClientConnectorError as error:
            raise Unreachable(_why(error)) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(str(error) or type(error).__name__) from error
        return Response(answer.status, self._kept(headers), body)

    async def close(self) -> None:
        """End all connections."""
        await self._session.close()

    def _kept(self, headers: Headers) -> Headers:
        return self._visible(tuple(pair for pair in headers if pair[0].lower() not in _DROPPED))


def _why(error: aiohttp.ClientConnectorError) -> str:
    place = f"{error.host}:{error.port}"
    if isinstance(error.os_error, ConnectionRefusedError):
        return f"connection refused at {place}"
    number = error.os_error.errno
    # asyncio puts the address where the reason should be.
    return f"no connection to {place}: {os.strerror(number).lower() if number else error.os_error}"


async def _read(content: aiohttp.StreamReader) -> bytes:
    """The body, or as much of it as shows that it is over the limit."""
    parts: list[bytes] = []
    size = 0
    while size <= MAX_BODY_BYTES and (part := await content.readany()):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
