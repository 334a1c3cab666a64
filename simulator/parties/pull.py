"""Crawls a peer's list page by page, as its Link headers lead. Source: OCPI 2.2.1, Transport and format, Pagination."""

from collections.abc import Callable, Generator, Iterator
from itertools import repeat
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from simpy import Event

from simulator.engine.cause import Cause
from simulator.engine.exchange import Subject
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.pagination import absolute, next_url
from simulator.parties.connection import Connection
from simulator.parties.office import Office

T = TypeVar("T", bound=Struct)
_MOST_PAGES = 10_000
_HTTP_ERROR = 400


class Crawl(Struct, Generic[T], frozen=True):
    """What a crawl brought. Only a complete one says that what it lacks no longer exists.

    `refused`: the peer lets us in, has understood, and will not answer this; to ask again is of no use.
    """

    objects: list[T]
    complete: bool
    problem: str = ""
    originals: list[Any] = []
    refused: bool = False

    def heard(self) -> Iterator[tuple[T, Any]]:
        """Each object with its original, None when it came in 2.2.1."""
        known = self.originals if len(self.originals) == len(self.objects) else repeat(None)
        return zip(self.objects, known, strict=False)

    def owned_by(self, connection: Connection) -> list[tuple[T, Any]]:
        """Those of them that the peer's platform owns: of no others it may tell."""
        return [(each, original) for each, original in self.heard() if _is_of(connection, each)]


def crawl(
    office: Office,
    connection: Connection,
    module: ModuleID,
    cls: type[T],
    cause: Cause,
    date_from: str | None = None,
    read: Callable[[msgspec.Raw, str], tuple[list[T], list[Finding]]] | None = None,
) -> Generator[Event, Any, Crawl[T]]:
    """All pages of a Sender's list (`date_from`: an OCPI DateTime); bad objects are hints and cost only themselves.

    `read` finds the good objects of a version and what is wrong with the others; without it the dialect does.
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
    page_url: str | None = f"{url}?{urlencode({'date_from': date_from}, safe=':')}" if date_from else url
    objects: list[T] = []
    originals: list[Any] = []
    seen: dict[str, None] = {}
    while page_url is not None:
        if page_url in seen or len(seen) >= _MOST_PAGES:
            problem = f"The pages of {connection.peer_id} lead in a circle at {page_url}."
            return Crawl(objects, False, problem, originals)
        seen[page_url] = None
        exchange = office.client.send(connection, "GET", page_url, subject, cause)
        if exchange is not None:
            yield exchange
        answer = office.client.read(exchange)
        if exchange is None or answer.data is None or not answer.ok:
            refused = answer.refused and answer.http_status < _HTTP_ERROR and len(seen) == 1
            return Crawl(objects, False, answer.problem or "The answer has no list.", originals, refused)
        try:
            if read is not None:
                good, findings = read(answer.data, connection.version)
            else:
                good, as_they_came, findings = connection.dialect.decode_list(answer.data, cls, exchange.id)
                originals += as_they_came
        except Invalid as invalid:
            office.client.hints(exchange, invalid.findings)
            return Crawl(objects, False, str(invalid), originals)
        office.client.hints(exchange, findings)
        objects.extend(good)
        link = next_url(answer.headers.get("link"))
        page_url = None if link is None else absolute(link, page_url)
    return Crawl(objects, True, "", originals)


def _is_of(connection: Connection, obj: Any) -> bool:
    return connection.owns(obj.country_code, obj.party_id)
