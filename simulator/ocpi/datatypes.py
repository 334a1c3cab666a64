"""The basic data types of OCPI, so that every module file says `CiString36` and none repeats a length or a pattern.

Constraints live in msgspec `Meta`: the decoder checks them in C while it reads. What characters a text may hold is
checked once for a whole body (see codec), which is why `CiString` only carries a mark here and no pattern. Formats of
texts that come again and again are looked up after decoding (see formats), which is why they stand in `extra`.

Source: OCPI 2.2.1, Types; coordinates from Locations, clock times from Locations and Tariffs.
"""

import datetime as dt
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta, Struct

CI_MARK: Final = {"ocpi": "CiString"}
URL_MARK: Final = {"ocpi": "URL"}
FORMAT: Final = "format"
"""The key in a `Meta`'s extra that leads to the pattern of texts that `formats` looks up."""


class Object(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of every OCPI object: immutable, absent optional fields are not written.

    `gc=False` is safe because an object holds only texts, numbers, tuples and further objects: no cycle is possible.
    """


CiString4 = Annotated[str, Meta(min_length=1, max_length=4, extra=CI_MARK)]
CiString32 = Annotated[str, Meta(min_length=1, max_length=32, extra=CI_MARK)]
CiString36 = Annotated[str, Meta(min_length=1, max_length=36, extra=CI_MARK)]
CiString39 = Annotated[str, Meta(min_length=1, max_length=39, extra=CI_MARK)]
CiString48 = Annotated[str, Meta(min_length=1, max_length=48, extra=CI_MARK)]
CountryCode = Annotated[str, Meta(min_length=2, max_length=2, extra=CI_MARK)]
PartyID = Annotated[str, Meta(min_length=3, max_length=3, extra=CI_MARK)]

String4 = Annotated[str, Meta(max_length=4)]
String10 = Annotated[str, Meta(max_length=10)]
String16 = Annotated[str, Meta(max_length=16)]
String20 = Annotated[str, Meta(max_length=20)]
String45 = Annotated[str, Meta(max_length=45)]
String64 = Annotated[str, Meta(max_length=64)]
String100 = Annotated[str, Meta(max_length=100)]
String255 = Annotated[str, Meta(max_length=255)]
String512 = Annotated[str, Meta(max_length=512)]
String5000 = Annotated[str, Meta(max_length=5000)]

Country = Annotated[str, Meta(min_length=3, max_length=3)]
Currency = Annotated[str, Meta(min_length=3, max_length=3)]
Language = Annotated[str, Meta(min_length=2, max_length=2)]
URL = Annotated[str, Meta(min_length=1, max_length=255, extra=URL_MARK)]
"""Any text is taken, as OCPI says nothing but that it is a URL; what is none is remarked on (see `remarks`)."""
CredentialsToken = Annotated[
    str,
    Meta(
        max_length=64,
        pattern=r"^[!-~]+\Z",
        description="a token of 1 to 64 printable ASCII characters without spaces",
    ),
]

if TYPE_CHECKING:
    Number = Decimal
else:
    Number = object
    """A Decimal always. For a field of that type msgspec would also take the text "12.5", which OCPI does not allow;
    of an object it knows nothing and leaves it to the codec, which makes Decimals of numbers and refuses all else."""

DATE_TIME: Final = (
    r"^(?:(?!0000)[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    r"|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)"
    r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,3})?Z?\Z"
)
DateTime = Annotated[
    str,
    Meta(
        max_length=25,
        description="a UTC date and time without an offset, such as 2026-05-04T06:00:00Z",
        extra={FORMAT: DATE_TIME},
    ),
]
ClockTime = Annotated[
    str,
    Meta(
        max_length=5,
        pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z",
        description="a time of day from 00:00 to 23:59, such as 08:30",
    ),
]
Date = Annotated[
    str,
    Meta(
        max_length=10,
        pattern=r"^[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\Z",
        description="a date such as 2026-05-04",
    ),
]
Latitude = Annotated[
    str,
    Meta(
        max_length=10,
        description="a text of degrees with 5 to 7 decimals",
        extra={FORMAT: r"^-?[0-9]{1,2}\.[0-9]{5,7}\Z"},
    ),
]
Longitude = Annotated[
    str,
    Meta(
        max_length=11,
        description="a text of degrees with 5 to 7 decimals",
        extra={FORMAT: r"^-?[0-9]{1,3}\.[0-9]{5,7}\Z"},
    ),
]


class DisplayText(Object, frozen=True, kw_only=True):
    """A text to show to a person, with its ISO 639-1 language. OCPI 2.2.1, Types."""

    language: Language
    text: String512


class Price(Object, frozen=True, kw_only=True):
    """An amount in the currency of its surroundings; without `incl_vat` no VAT is known. OCPI 2.2.1, Types."""

    excl_vat: Number
    incl_vat: Number | None = None


_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - every OCPI instant is UTC, naive arithmetic is exact and faster
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_date_time_match = re.compile(DATE_TIME).match


def format_datetime(epoch_us: int) -> str:
    """The OCPI DateTime of an instant in microseconds since 1970 UTC, cut to milliseconds.

    Raises OverflowError outside the years 1 to 9999. Source: OCPI 2.2.1, Types, DateTime.
    """
    minute, rest_us = divmod(epoch_us, 60_000_000)
    return _minute_text(minute) + _SECONDS[rest_us // 1_000_000] + _MILLIS[rest_us % 1_000_000 // 1_000]


@lru_cache(maxsize=4_096)
def _minute_text(minute: int) -> str:
    return f"{_EPOCH + dt.timedelta(minutes=minute):%Y-%m-%dT%H:%M:}".rjust(17, "0")


_SECONDS: Final = tuple(f"{second:02}" for second in range(60))
_MILLIS: Final = ("Z", *(f".{milli:03}Z" for milli in range(1, 1000)))


def is_datetime(text: str) -> bool:
    """Whether a text is an OCPI DateTime. Source: OCPI 2.2.1, Types, DateTime."""
    return _date_time_match(text) is not None


@lru_cache(maxsize=1_024)
def parse_datetime(text: str) -> int:
    """Microseconds since 1970 UTC of an OCPI DateTime; without a designator it is UTC.

    What is asked for again is so soon; among more texts to look for one takes longer than to read it anew.
    Raises ValueError for anything else, offsets such as +00:00 included. Source: OCPI 2.2.1, Types, DateTime.
    """
    if _date_time_match(text) is None:
        raise ValueError(
            f"{text!r} is not an OCPI DateTime: expected UTC without an offset, such as 2026-05-04T06:00:00Z"
        )
    return (dt.datetime.fromisoformat(text.removesuffix("Z")) - _EPOCH) // _MICROSECOND


def later(left: str, right: str) -> str:
    """The later of two valid DateTimes, as it was written; the left one when they are the same instant."""
    if len(left) == len(right) and len(left) in _ALIKE:
        return right if right > left else left
    return right if _sortable(right) > _sortable(left) else left


_ALIKE: Final = (20, 24)
"""So long are DateTimes in whole seconds or with milliseconds that end in Z, as nearly all do, and no others."""


def _sortable(text: str) -> str:
    """A valid DateTime without what may be left out: of such texts the later one is the greater one."""
    return text.rstrip("Z") if "." not in text else text.rstrip("Z").rstrip("0").rstrip(".")


NOT_AVAILABLE: Final = "#NA"
"""What OCPI writes for an id of an EVSE or Connector that is not known, and we for whatever else must be said.

Source: OCPI 2.2.1, Sessions and CDRs.
"""


def ci_key(text: str) -> str:
    """What to compare and to index a CiString by: two CiStrings are equal when their keys are."""
    return text.lower()
