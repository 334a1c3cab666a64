"""Reads the files a scenario refers to; what is wrong inside them is told at the place of the reference."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from simulator.ocpi.findings import Finding, Invalid
from simulator.scenario.fields import Fields, Problems
from simulator.scenario.tree import Place
from simulator.scenario.words import phrase

T = TypeVar("T")

_MAX_SHOWN_FINDINGS = 20


class Folder:
    """Where a scenario lies. `hashes` has what was read there: a hash of the content by the name the scenario uses."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.hashes: dict[str, str] = {}

    def read(self, name: str) -> bytes:
        """The content of a file. Raises OSError."""
        content = (self.path / name).read_bytes()
        self.hashes[name] = hashlib.blake2b(content, digest_size=8).hexdigest()
        return content


class NoFolder(Folder):
    """Where there are no files: each one that a scenario names counts as missing."""

    def __init__(self) -> None:
        super().__init__(Path())

    def read(self, name: str) -> bytes:
        """Raises OSError."""
        raise FileNotFoundError(name)


def read_file(problems: Problems, fields: Fields, key: str, folder: Folder, decoded: Callable[[bytes], T]) -> T | None:
    """What `decoded` makes of the file named under `key`; None (and a note) when that fails."""
    place = fields.place_of(key)
    name = fields.required(key, phrase(1024), "")
    if not name:
        return None
    try:
        return decoded(folder.read(name))
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        sentence = f"The file {name} cannot be read: {reason} (looked for at {folder.path / name})."
        problems.add(place, name, "a readable file beside the scenario", sentence)
    except Invalid as invalid:
        tell_findings(problems, place, name, invalid.findings)
    return None


def tell_findings(problems: Problems, place: Place, name: str, findings: Sequence[Finding]) -> None:
    for finding in findings[:_MAX_SHOWN_FINDINGS]:
        sentence = f"{name} at {finding.path}: found {finding.found}, expected {finding.expected}."
        problems.add(place, finding.found, finding.expected, sentence)
    if len(findings) > _MAX_SHOWN_FINDINGS:
        more = len(findings) - _MAX_SHOWN_FINDINGS
        sentence = f"{name} has {more} more mistakes; `ocpi-sim import` mends what can be mended."
        problems.add(place, f"{more} more mistakes", "valid OCPI", sentence)
