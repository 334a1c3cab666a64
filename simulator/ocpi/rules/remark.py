"""How a rule states what it found: a Finding whose section still lacks the version, which `check` puts in front."""

from collections.abc import Iterator

from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.findings import Finding, Severity


def remark(rule: str, path: str, found: str, expected: str, section: str, severity: Severity = "error") -> Finding:
    """A finding of one rule."""
    return Finding(rule=rule, severity=severity, path=path, found=found, expected=expected, section=section)


def check_period(start: str | None, end: str | None, path: str, section: str) -> Iterator[Finding]:
    """A period does not end before it starts; what is absent is open."""
    if start is not None and end is not None and parse_datetime(end) < parse_datetime(start):
        yield remark("period-order", path, end, f"an instant not before {start}", section, "warning")
