"""Reads of an exchange what a remark needs, and leaves the rest; what cannot be read is for others to remark on."""

from functools import lru_cache
from types import GenericAlias
from typing import Final, TypeVar
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from simulator.ocpi import headers as h
from simulator.ocpi.codec import UNREADABLE, decoder
from simulator.ocpi.datatypes import ci_key, is_datetime, later
from simulator.ocpi.expert.seen import Seen

_TO: Final = (h.OCPI_TO_COUNTRY_CODE.lower(), h.OCPI_TO_PARTY_ID.lower())
_is_one: Final = lru_cache(4096)(is_datetime)
_decoder: Final = lru_cache(64)(decoder)
_list_decoder: Final = lru_cache(64)(lambda cls: decoder(GenericAlias(list, (cls,))))

T = TypeVar("T", bound=Struct)


class Updated(Struct, frozen=True):
    """How far in time what is told is."""

    last_updated: str = ""


Told = tuple[str, str, str, str]
"""Who tells whom of an object: sender, receiver, the party behind a hub that it is for, and the URL of the object."""


def part_of(raw: bytes | None, cls: type[T]) -> T:
    """The fields of a class as a body has them, in whatever version; all are absent in one that cannot be read.

    Each field of the class has a default.
    """
    try:
        part: T = _decoder(cls).decode(raw or b"{}")
        return part
    except UNREADABLE:
        return cls()


def parts_of(raw: bytes | None, cls: type[T]) -> list[T]:
    """The same of each object of a list; none of one that cannot be read."""
    try:
        parts: list[T] = _list_decoder(cls).decode(raw or b"[]")
        return parts
    except UNREADABLE:
        return []


def told_of(seen: Seen, below: str = "") -> Told:
    """The object that a push is about, or one at a path below it. A hub has one URL for all for whom it takes them."""
    url = unquote(seen.url) if "%" in seen.url else seen.url
    return seen.sender, seen.receiver, ci_key(addressee(seen)), ci_key(url).rstrip("/") + below


def addressee(seen: Seen) -> str:
    """The party that a request is for by its routing headers, such as `NL-ABC`; `-` without them."""
    country_code, party_id = _TO
    return f"{seen.request_headers.get(country_code, '')}-{seen.request_headers.get(party_id, '')}"


def is_after(this: str, that: str) -> bool:
    """Whether a DateTime is after another; it is not when one of them is none."""
    return this != that and bool(this and that) and later(that, this) is this and _is_one(this) and _is_one(that)


def query_of(url: str) -> dict[str, str]:
    """The parameters in a URL; the last of those of one name."""
    return dict(parse_qsl(url.partition("?")[2]))


def segments_of(url: str) -> list[str]:
    """What stands between the slashes of a URL without its query, percent-decoded; slashes at its end do not count."""
    path = url.partition("?")[0].rstrip("/")
    segments = path.split("/")
    return [unquote(each) for each in segments] if "%" in path else segments


def uid_asked(seen: Seen) -> str:
    """The uid of the token that an authorisation is asked for, which stands in its URL only."""
    *_, uid, _ = ("", "", *segments_of(seen.url))
    return uid
