"""A platform of another make that lists whatever a test wants, while its lists change under the reader's hands."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from run_town import OpenTown, S

from simulator.engine.node import Inbound
from simulator.wire.carrier import Request, Response

Json = dict[str, Any]


class Lister:
    """Stands in a party's place for its `lists`, by module, in pages of `limit`; all else the party answers itself.

    `after` is called when a page has been read, with its module and offset. `total` and `linked` say what the headers
    of a page do, by its offset and how many there are. The page at the offset `broken` is no list.
    """

    def __init__(self, town: OpenTown, party: str) -> None:
        self.lists: dict[str, list[Json]] = {}
        self.limit = 100
        self.after: Callable[[str, int], None] = lambda module, offset: None
        self.total: Callable[[int, int], int | None] = lambda offset, count: count
        self.linked: Callable[[int, int], bool] = lambda offset, count: True
        self.broken = -1
        self.asked: list[str] = []
        self._town, self._party = town, party
        self._honest = town.world.party(party).office.node.server

    def __enter__(self) -> "Lister":
        self._town.server(self._party, self._answer)
        return self

    def __exit__(self, *about: object) -> None:
        self._town.server(self._party, self._honest)

    def _answer(self, inbound: Inbound) -> Any:
        url = urlsplit(inbound.request.url)
        module = url.path.rpartition("/")[2]
        if inbound.request.method != "GET" or "/sender/" not in url.path or module not in self.lists:
            return self._honest(inbound)
        self.asked.append(url.query)
        items, offset = self.lists[module], int(dict(parse_qsl(url.query)).get("offset", 0))
        headers = [("Content-Type", "application/json")]
        total = self.total(offset, len(items))
        if total is not None:
            headers.append(("X-Total-Count", str(total)))
        if offset + self.limit < len(items) and self.linked(offset, len(items)):
            following = f"{url.scheme}://{url.netloc}{url.path}?offset={offset + self.limit}"
            headers.append(("Link", f'<{following}>; rel="next"'))
        data = items[offset : offset + self.limit] if offset != self.broken else "no list"
        page = {"data": data, "status_code": 1000, "timestamp": "2026-05-04T04:00:00Z"}
        answer = Response(200, tuple(headers), json.dumps(page).encode())
        self.after(module, offset)
        return answer


def read(town: OpenTown, reader: str, peer: str) -> Json:
    """Let a party read all that a peer lists; returns what it recorded of that, before it would try again."""
    party = town.world.party(reader)
    before = len(town.events("synchronised", reader))
    party.sync.soon(town.connection(reader, peer), "a test")
    town.run_until(lambda: len(town.events("synchronised", reader)) > before, step_us=S // 4)
    return town.events("synchronised", reader)[-1]


def push(town: OpenTown, ours: str, peer: str, method: str, url: str, body: Json | None = None) -> None:
    """Send something without awaiting the answer, as from within a page."""
    held = town.connection(ours, peer).held
    headers = (
        ("Authorization", f"Token {base64.b64encode(held.encode()).decode()}"),
        ("Content-Type", "application/json"),
        ("X-Request-ID", f"push-{url}"),
        ("X-Correlation-ID", f"push-{url}"),
    )
    town.send(ours, peer, Request(method, url, headers, json.dumps(body).encode() if body is not None else b""))
