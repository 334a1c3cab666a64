"""What is wrong with a message, said once and in one shape for answers, hints, the recording and the check command."""

import re
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

Severity = Literal["error", "warning", "note"]
PATH: Final = re.compile(r"\$(?:\.\w+(?:\[[0-9]+\])*)+")
"""A path to a field, as it stands in a sentence."""

_section_start: Final = re.compile(r"^OCPI(?: [0-9.]+)?,? ")


class Finding(Struct, frozen=True, kw_only=True, gc=False):
    """One remark on one place of a message.

    `rule` is a stable kebab-case id, `path` a JSON path such as `$.evses[0].uid`, `section` the place in OCPI that
    says so.
    """

    rule: str
    severity: Severity
    path: str
    found: str
    expected: str
    section: str

    def sentence(self) -> str:
        """The finding for the person who has to act."""
        return f"{self.path}: found {self.found}, expected {self.expected} ({self.section})."

    def in_version(self, version: str) -> "Finding":
        """The finding on a message of a version; see `section_in`."""
        return replace(self, section=section_in(self.section, version))


def section_in(section: str, version: str) -> str:
    """A section of OCPI as one of the version that is spoken; as it is when that is not known, or when it is no OCPI.

    A class that a later version took over names the version that brought it; its section is the same in both.
    """
    return _section_start.sub(f"OCPI {version} ", section) if version else section


class Invalid(ValueError):
    """A message that cannot be taken as it is.

    `broken` means it is not JSON at all (HTTP 400); otherwise it is JSON that says something wrong (HTTP 200 with
    status code 2001).
    """

    def __init__(self, findings: tuple[Finding, ...], *, broken: bool = False) -> None:
        super().__init__(" ".join(finding.sentence() for finding in findings))
        self.findings = findings
        self.broken = broken

    def in_version(self, version: str) -> "Invalid":
        """What is wrong with a message of a version; see `section_in`."""
        return Invalid(tuple(each.in_version(version) for each in self.findings), broken=self.broken)
