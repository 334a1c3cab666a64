"""Names that lists outside OCPI give: currencies and time zones.

Such lists grow, and ours may be the older one, so that a name which is not on it is a warning and no error.
Source: ISO 4217 (2026, with funds codes left out); IANA time zone database.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.remark import remark

_ISO_4217: Final = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
_CURRENCIES: Final = frozenset(_ISO_4217.split())


def is_currency(code: str) -> bool:
    """Whether this is the code of a currency, as ISO 4217 writes it."""
    return code in _CURRENCIES


def check_currency(obj: Any, section: str) -> Iterator[Finding]:
    """The currency of an object that has one."""
    if not is_currency(obj.currency):
        expected = "the code of a currency in ISO 4217, such as EUR"
        yield remark("currency", "$.currency", repr(obj.currency), expected, section, "warning")


def check_time_zone(location: Any) -> Iterator[Finding]:
    """The time zone of a Location; 2.1.1 may leave it out."""
    if location.time_zone is not None and not _is_time_zone(location.time_zone):
        expected = "a name of the IANA time zone database, such as Europe/Amsterdam"
        section = "locations, Location"
        yield remark("time-zone", "$.time_zone", repr(location.time_zone), expected, section, "warning")


@lru_cache(4_096)
def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        # A name that leads out of the database's folder, or to a folder in it, is refused in other ways.
        return False
    return True
