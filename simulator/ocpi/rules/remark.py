"""How a rule states what it found: a Finding whose section still lacks the version, which `check` puts in front."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.findings import Finding, Severity

FIRST_YEAR: Final = "2010"
"""Nobody has roamed before; what is older comes of a clock that was not set, or of a time that was not known."""
IN_ITS_YEARS: Final = f"an instant from {FIRST_YEAR} on; only in a CDR 1970-01-01 may say that none is known, if agreed"


def remark(rule: str, path: str, found: str, expected: str, section: str, severity: Severity = "error") -> Finding:
    """A finding of one rule."""
    return Finding(rule=rule, severity=severity, path=path, found=found, expected=expected, section=section)


def check_period(start: str | None, end: str | None, path: str, section: str) -> Iterator[Finding]:
    """A period does not end before it starts; what is absent is open."""
    if start is not None and end is not None and parse_datetime(end) < parse_datetime(start):
        yield remark("period-order", path, end, f"an instant not before {start}", section, "warning")


def check_years(obj: Any, names: Iterable[str], section: str) -> Iterator[Finding]:
    """Instants at which there was roaming. Source: OCPI 2.2.1, CDRs, CDR, note on times that are not known."""
    for name in names:
        instant = getattr(obj, name)
        if instant < FIRST_YEAR:
            yield remark("instant-too-old", f"$.{name}", instant, IN_ITS_YEARS, section, "warning")
