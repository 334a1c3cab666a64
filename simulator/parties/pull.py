"""Crawls a peer's list page by page, as its Link headers lead, and knows how far what came can be trusted.

A list may change while it is read. What is deleted on a page that was read already lets the rest move up, and one that
was next to be read is missed: X-Total-Count is then less than on the page before, and the list is read anew. What is
added at the same time can hide that: the total is more then, or the same, so that only a list of one page is sure by
itself to lack nothing.

A Link may lead on for ever. Who has shown as many objects as there are, and then a page without a new one, is at the
end; who has not, and shows none on many pages in a row, leads in a circle.

Source: OCPI 2.2.1, Transport and format, Pagination; digest, section 2.4.
"""

from collections.abc import Callable, Generator
from itertools import repeat
from operator import attrgetter
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.pagination import absolute, next_url, total_of
from simulator.parties.clocks import compare_clocks
from simulator.parties.connection import Connection
from simulator.parties.office import Office

T = TypeVar("T")
Reader = Callable[[msgspec.Raw, str], tuple[list[Any], list[Finding]]]
"""Finds the good objects of a page in a version, and what is wrong with the others."""

_MOST_PAGES = 10_000
_MOST_BARREN_PAGES = 100
_NAMES = ("country_code", "party_id", "id", "uid", "type", "role")
"""The fields that tell objects of a list apart, of which each class has some."""
_MOST_READINGS = 3
_HTTP_ERROR = 400


class Listed(Struct, Generic[T], frozen=True, gc=False):
    """An object of a list, its original (None when it came in 2.2.1), and the exchange that brought it."""

    object: T
    original: Any
    exchange: int


class Crawl(Struct, Generic[T], frozen=True):
    """What a crawl brought.

    `whole`: as far as the peer's answers say, these are all objects that it has. `settled`: and none was missed because
    the list changed while it was read. `moved`: its total changed meanwhile, so that some may have been. `refused`: the
    peer lets us in, has understood, and will not answer this; to ask again is of no use. `keys`: under which its
    receiver keeps what is listed, once that has heard it.
    """

    listed: list[Listed[T]]
    complete: bool
    problem: str = ""
    refused: bool = False
    whole: bool = False
    settled: bool = False
    moved: bool = False
    keys: list[str] = []

    @property
    def objects(self) -> list[T]:
        """The objects alone."""
        return [each.object for each in self.listed]


def crawl(
    office: Office,
    connection: Connection,
    module: ModuleID,
    cls: type[Any],
    cause: Cause,
    date_from: str | None = None,
    read: Reader | None = None,
) -> Generator[Event, Any, Crawl[T]]:
    """All pages of a Sender's list (`date_from`: an OCPI DateTime); bad objects are hints and cost only themselves.

    `read` finds the objects; without it the dialect does. A list that shrinks while it is read is read again a few
    times, and after that counts as not read to its end.
    """
    url = connection.endpoint(module, InterfaceRole.SENDER)
    if url is None:
        lack = f"has no Sender interface for {module}" if connection.registered else "is not registered"
        return Crawl([], False, f"{connection.peer_id} {lack}.")
    subject = Subject(
        module=module.value,
        interface="SENDER",
        route=f"{module.value}.sender.get_list",
        version=connection.version,
        object_kind=cls.__name__,
    )
    first_url = f"{url}?{urlencode({'date_from': date_from}, safe=':')}" if date_from else url
    totals: list[int] = []
    for left in reversed(range(_MOST_READINGS)):
        reading: _Reading[T] = _Reading(office, connection, read, totals)
        found = yield from reading.run(first_url, subject, cls, cause, may_stop=left > 0)
        if not reading.shrank:
            return msgspec.structs.replace(found, whole=False, settled=False) if date_from else found
        totals = reading.totals
    problem = f"The list of {module} of {connection.peer_id} became shorter each time while it was read."
    return Crawl(found.listed, False, problem)


class _Reading(Generic[T]):
    """One reading of a list from its first page to its last; `before` are the totals of the reading before it."""

    def __init__(self, office: Office, connection: Connection, read: Reader | None, before: list[int]) -> None:
        self._office = office
        self._connection = connection
        self._read = read
        self._before = before
        self._listed: list[Listed[T]] = []
        self._bad = False
        self._pages: dict[str, None] = {}
        self._known: dict[Any, None] = {}
        self._barren = 0
        self.totals: list[int] = []
        self.shrank = False

    def run(
        self, first_url: str, subject: Subject, cls: type[Any], cause: Cause, *, may_stop: bool
    ) -> Generator[Event, Any, Crawl[T]]:
        """Read page after page; `may_stop`: as soon as the list is seen to shrink."""
        office, connection, pages = self._office, self._connection, self._pages
        page_url = first_url
        while True:
            if page_url in pages or len(pages) >= _MOST_PAGES:
                return Crawl(self._listed, False, _circle(connection, page_url))
            pages[page_url] = None
            before = len(self._listed)
            exchange = office.client.send(connection, "GET", page_url, subject, cause)
            if exchange is not None:
                yield exchange
            answer = office.client.read(exchange)
            compare_clocks(office, connection, exchange, answer)
            if exchange is None or answer.data is None or not answer.ok:
                refused = answer.refused and answer.http_status < _HTTP_ERROR and len(pages) == 1
                return Crawl(self._listed, False, answer.problem or "The answer has no list.", refused)
            try:
                self._take(exchange, answer.data, cls)
            except Invalid as invalid:
                office.client.hints(exchange, invalid.findings)
                return Crawl(self._listed, False, str(invalid))
            self._watch(answer.headers.get("x-total-count"))
            if self.shrank and may_stop:
                return Crawl(self._listed, False)
            link = next_url(answer.headers.get("link"))
            if link is None or self._is_at_end(self._listed[before:]):
                break
            if self._barren >= _MOST_BARREN_PAGES:
                return Crawl(self._listed, False, _circle(connection, page_url))
            page_url = absolute(link, page_url)
        lacks = not self._bad and len(self._listed) < min(self.totals, default=0)
        if lacks and len(pages) == 1 and exchange is not None:
            office.client.hints(exchange, [_too_few(len(self._listed), self.totals[0])])
        whole = not self._bad and not self.shrank and not lacks
        moved = len(dict.fromkeys(self.totals)) > 1 and self.totals != self._before
        return Crawl(self._listed, True, whole=whole, settled=whole and len(pages) == 1, moved=moved)

    def _take(self, exchange: Exchange, page: msgspec.Raw, cls: type[Any]) -> None:
        """Take the objects of a page. Raises Invalid when it is no list."""
        connection = self._connection
        good: list[T]
        originals: list[Any] = []
        if self._read is not None:
            good, findings = self._read(page, connection.version)
        else:
            good, originals, findings = connection.dialect.decode_list(page, cls, exchange.id)
        self._office.client.hints(exchange, findings)
        self._bad = self._bad or bool(findings)
        self._listed += [
            Listed(obj, original, exchange.id) for obj, original in zip(good, originals or repeat(None), strict=False)
        ]

    def _is_at_end(self, page: list[Listed[T]]) -> bool:
        """Whether a page with a Link has brought nothing new though all had been shown."""
        known = len(self._known)
        tells = {cls: _teller(cls) for cls in dict.fromkeys([type(each.object) for each in page])}
        self._known.update(dict.fromkeys([tells[type(each.object)](each.object) for each in page]))
        if len(self._known) > known:
            self._barren = 0
            return False
        self._barren += 1
        return bool(self.totals) and known >= self.totals[-1]

    def _watch(self, header: str | None) -> None:
        """See whether the total is less than before; not so where it was in the same way less in the last reading.

        Such a peer says on each page another total, as one does that withholds what our version has no words for.
        """
        total = total_of(header)
        if total is None:
            return
        less = bool(self.totals) and total < self.totals[-1]
        self.totals.append(total)
        if less and self.totals != self._before[: len(self.totals)]:
            self.shrank = True


def _teller(cls: type[Any]) -> Callable[[Any], Any]:
    """What tells an object of a class from the others of its list."""
    names = [name for name in _NAMES if hasattr(cls, name)]
    return attrgetter(*names) if names else type


def _circle(connection: Connection, url: str) -> str:
    return f"The pages of {connection.peer_id} lead in a circle at {url}."


def _too_few(brought: int, total: int) -> Finding:
    return Finding(
        rule="total-count",
        severity="warning",
        path="$",
        found=f"a list of {brought} without a Link to more",
        expected=f"the {total} that X-Total-Count promises",
        section="OCPI transport_and_format, Pagination",
    )
