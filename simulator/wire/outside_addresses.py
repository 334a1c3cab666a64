"""What addresses are called on the two sides of the edge: logical hosts within a run, real hosts and ports outside.

Within a run every party has a logical host (`nl-abc.ocpi.test`), an outsider as well. What leaves for an outsider names
our parties as it can reach them, and what comes from it names it by its logical host. That goes for any URL, wherever
it stands in a header or a body, and in a query, where it is percent-encoded. An outsider may use several hosts: all but
the first are told by the path (`/~1`).
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from urllib.parse import quote_plus, unquote_to_bytes

from simulator.wire.carrier import Headers

_REAL = re.compile(rb'(https?):\\?/\\?/([^/\\"?#<>\s,;]+)', re.IGNORECASE)
_LOGICAL = re.compile(rb"http://([a-z0-9-]+\.ocpi\.test)(?:/~(\d+))?(?![a-z0-9.~-])")
_URL_FIELD = re.compile(rb'"url"\s*:\s*"([^"]*)"')
_UNPRINTABLE = re.compile(r"[^ -~]")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_MOST_ORIGINS = 8


class Addresses:
    """The addresses between our parties and one outsider; `ours` are real origins by logical host.

    `in_use` has the logical URLs at which our parties know it now: one that is none of them makes room for another.
    """

    def __init__(self, host: str, ours: Mapping[str, str], in_use: Callable[[], Iterable[str]]) -> None:
        self._host = host
        self._ours = ours
        self._in_use = in_use
        # Its real origins with the number that each has in our paths; those that it named last stand at the end.
        self._theirs: dict[str, int] = {}

    def learn(self, handshake: bytes) -> None:
        """Take note of where an outsider says that it can be reached: each `url` in a body of a handshake."""
        named: dict[str, None] = {}
        for field in _URL_FIELD.finditer(handshake):
            self._know(field[1], named)

    def know(self, url: bytes) -> None:
        """An outsider can be reached at this URL's host."""
        self._know(url, {})

    def _know(self, url: bytes, named: dict[str, None]) -> None:
        """The same, for a body that has `named` others before."""
        found = _REAL.match(url)
        if found is None or (origin := _origin(found)) in (*self._ours.values(), f"http://{self._host}"):
            return
        number = self._theirs.pop(origin, None)
        if number is None:
            number = self._room(named)
        if number is not None:
            self._theirs[origin] = number
            named[origin] = None

    def _room(self, named: Container[str]) -> int | None:
        """A number that is free, if need be as what had it is forgotten: the oldest that nobody needs."""
        if len(self._theirs) < _MOST_ORIGINS:
            return len(self._theirs)
        used = [int(found[2] or 0) for url in self._in_use() if (found := _LOGICAL.match(url.encode()))]
        for origin, number in self._theirs.items():
            if number not in used and origin not in named:
                return self._theirs.pop(origin)
        return None

    def inward(self, data: bytes) -> bytes:
        """With logical hosts in place of real ones, as far as they are known."""
        logical = {origin: f"http://{host}" for host, origin in self._ours.items()}
        for origin, number in self._theirs.items():
            logical[origin] = f"http://{self._host}/~{number}" if number else f"http://{self._host}"
        return _REAL.sub(lambda found: logical[o].encode() if (o := _origin(found)) in logical else found[0], data)

    def outward(self, data: bytes) -> bytes:
        """With real hosts in place of logical ones."""
        return _LOGICAL.sub(self._real, data)

    def _real(self, found: re.Match[bytes]) -> bytes:
        host, number = found[1].decode(), int(found[2] or 0)
        if host == self._host:
            theirs = (origin for origin, its_number in self._theirs.items() if its_number == number)
            return next(theirs, found[0].decode()).encode()
        return self._ours[host].encode() if host in self._ours and found[2] is None else found[0]

    def url_inward(self, url: str) -> str:
        """The URL of a request from an outsider."""
        return _translated(url, self.inward)

    def url_outward(self, url: str) -> str:
        """The URL of a request to an outsider."""
        return _translated(url, self.outward)

    def headers_inward(self, headers: Headers) -> Headers:
        """Headers from an outsider; what no party could send on in them becomes a question mark."""
        return tuple((name, self.inward(_plain(value)).decode("ascii")) for name, value in headers)

    def headers_outward(self, headers: Headers) -> Headers:
        """Headers for an outsider."""
        return tuple((name, self.outward(_plain(value)).decode("ascii")) for name, value in headers)


def _translated(url: str, translate: Callable[[bytes], bytes]) -> str:
    path, mark, query = url.partition("?")
    pairs = [_translated_pair(pair, translate) for pair in query.split("&")]
    return translate(path.encode()).decode() + mark + "&".join(pairs)


def _translated_pair(pair: str, translate: Callable[[bytes], bytes]) -> str:
    """A parameter with its value; one in which there is nothing to translate stays as it is written."""
    name, _, value = pair.partition("=")
    plain = unquote_to_bytes(value.replace("+", " "))
    translated = translate(plain)
    return pair if translated == plain else f"{name}={quote_plus(translated)}"


def _plain(value: str) -> bytes:
    return _UNPRINTABLE.sub("?", value.strip()).encode("ascii")


def _origin(found: re.Match[bytes]) -> str:
    scheme, authority = found[1].decode().lower(), found[2].decode("utf-8", "replace").lower()
    return f"{scheme}://{authority.removesuffix(_DEFAULT_PORTS[scheme])}"
