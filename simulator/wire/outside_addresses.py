"""What addresses are called on the two sides of the edge: logical hosts within a run, real hosts and ports outside.

Within a run every party has a logical host (`nl-abc.ocpi.test`), an outsider as well. What leaves for an outsider names
our parties as it can reach them, and what comes from it names it by its logical host. That goes for any URL, wherever
it stands in a header or a body. An outsider may use several hosts: all but the first are told by the path (`/~1`).
"""

import re
from collections.abc import Mapping

from simulator.wire.carrier import Headers

_REAL = re.compile(rb'(https?):\\?/\\?/([^/\\"?#<>\s,;]+)', re.IGNORECASE)
_LOGICAL = re.compile(rb"http://([a-z0-9-]+\.ocpi\.test)(?:/~(\d+))?(?![a-z0-9.~-])")
_URL_FIELD = re.compile(rb'"url"\s*:\s*"([^"]*)"')
_UNPRINTABLE = re.compile(r"[^ -~]")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_MOST_ORIGINS = 8


class Addresses:
    """The addresses between our parties and one outsider; `ours` are real origins by logical host."""

    def __init__(self, host: str, ours: Mapping[str, str]) -> None:
        self._host = host
        self._ours = ours
        self._theirs: list[str] = []

    def learn(self, handshake: bytes) -> None:
        """Take note of where an outsider says that it can be reached: each `url` in a body of a handshake."""
        for field in _URL_FIELD.finditer(handshake):
            self.know(field[1])

    def know(self, url: bytes) -> None:
        """An outsider can be reached at this URL's host."""
        found = _REAL.match(url)
        if found is None or len(self._theirs) >= _MOST_ORIGINS:
            return
        origin = _origin(found)
        if origin not in (*self._theirs, *self._ours.values(), f"http://{self._host}"):
            self._theirs.append(origin)

    def inward(self, data: bytes) -> bytes:
        """With logical hosts in place of real ones, as far as they are known."""
        logical = {origin: f"http://{host}" for host, origin in self._ours.items()}
        for number, origin in enumerate(self._theirs):
            logical[origin] = f"http://{self._host}/~{number}" if number else f"http://{self._host}"
        return _REAL.sub(lambda found: logical[o].encode() if (o := _origin(found)) in logical else found[0], data)

    def outward(self, data: bytes) -> bytes:
        """With real hosts in place of logical ones."""
        return _LOGICAL.sub(self._real, data)

    def _real(self, found: re.Match[bytes]) -> bytes:
        host, number = found[1].decode(), int(found[2] or 0)
        if host == self._host and number < len(self._theirs):
            return self._theirs[number].encode()
        return self._ours[host].encode() if host in self._ours and found[2] is None else found[0]

    def headers_inward(self, headers: Headers) -> Headers:
        """Headers from an outsider; what no party could send on in them becomes a question mark."""
        return tuple((name, self.inward(_plain(value)).decode("ascii")) for name, value in headers)

    def headers_outward(self, headers: Headers) -> Headers:
        """Headers for an outsider."""
        return tuple((name, self.outward(_plain(value)).decode("ascii")) for name, value in headers)


def _plain(value: str) -> bytes:
    return _UNPRINTABLE.sub("?", value.strip()).encode("ascii")


def _origin(found: re.Match[bytes]) -> str:
    scheme, authority = found[1].decode().lower(), found[2].decode("utf-8", "replace").lower()
    return f"{scheme}://{authority.removesuffix(_DEFAULT_PORTS[scheme])}"
