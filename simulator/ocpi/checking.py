"""All that can be said about one JSON value as an object of OCPI: its fields, its rules, and what readers pass over."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec, rules
from simulator.ocpi.broken import where_broken
from simulator.ocpi.duplicates import duplicates
from simulator.ocpi.envelope import Envelope
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.remarks import remarks
from simulator.ocpi.scan import Broken, Item, Place, items

_WITHOUT_LAST_UPDATED: Final = "2.1.1"
_REFUSAL: Final = "refusal"
_REFUSALS: Final = 2000
"""From this status code on an answer refuses."""
_RESULT: Final = "result"
"""The field of those objects that may refuse by themselves, such as a CommandResponse."""


class Told(NamedTuple):
    """A finding and the place in the file where its object begins, or where the JSON breaks."""

    finding: Finding
    place: Place


class Checker:
    """Checks the values of one file, one after the other; `objects` counts those that were read.

    `tariffs` are those that the Connectors among them may name.
    """

    def __init__(self, cls: type[Struct], version: str, *, patch: bool = False, tariffs: Sequence[Struct] = ()) -> None:
        self.objects = 0
        self._held = 0
        """How many objects have come since the last envelope, which comes after those that it holds."""
        self._cls = cls
        self._version = version
        self._decoded: Any = partial(cls, last_updated_required=version != _WITHOUT_LAST_UPDATED) if patch else cls
        self._is_patch = patch
        self._tariffs = tariffs

    def check(self, item: Item) -> Iterator[Told]:
        """What is to be said about one value."""
        cls, decoded = (Envelope, Envelope) if item.is_envelope else (self._cls, self._decoded)
        self.objects += not item.is_envelope
        held, self._held = self._held, 0 if item.is_envelope else self._held + 1
        try:
            obj = codec.decode(item.raw, decoded)
            found = self._of_answer(obj, held) if isinstance(obj, Envelope) else self._by_rules(obj)
        except Invalid as refused:
            if refused.broken:
                yield self._broken(item)
                return
            found = refused.findings
        for finding in (*found, *remarks(item.raw, cls), *duplicates(item.raw)):
            yield self._told(finding, item)

    def _by_rules(self, obj: Struct) -> tuple[Finding, ...]:
        if self._is_patch:
            return ()
        return *rules.check(obj), *rules.check_connector_tariffs(obj, self._tariffs)

    def _told(self, finding: Finding, item: Item) -> Told:
        """With the path from the file's beginning, and the section in the version asked for."""
        if item.is_envelope and finding.rule != _REFUSAL:
            finding = replace(finding, section="OCPI transport_and_format, Response format")
        finding = finding.in_version(self._version)
        return Told(replace(finding, path=item.path + finding.path[1:]), item.place)

    def _of_answer(self, answer: Envelope, held: int) -> tuple[Finding, ...]:
        """An answer that refuses is well-formed, but lacks what was asked for, unless that may refuse too."""
        if answer.status_code < _REFUSALS or (held and _RESULT in self._cls.__struct_fields__):
            return ()
        said = f" “{answer.status_message}”" if answer.status_message else ""
        found = f"{answer.status_code}{said} and {'data' if held else 'no data'}"
        expected = "a code of success, as there are data" if held else "an answer that has what was asked for"
        path, section = "$.status_code", "OCPI status_codes"
        return (Finding(rule=_REFUSAL, severity="warning", path=path, found=found, expected=expected, section=section),)

    def _broken(self, item: Item) -> Told:
        before, found = where_broken(item.raw)
        place = item.place.after(item.raw[:before])
        return Told(broken_finding(place, found, "JSON in UTF-8", self._version, item.path), place)


def read_items(read: Callable[[int], bytes], version: str) -> Iterator[Item | Told]:
    """The values of a file, and at the end, when it cannot be cut any further, why."""
    try:
        yield from items(read)
    except Broken as broken:
        yield Told(broken_finding(broken.place, broken.found, broken.expected, version), broken.place)


def broken_finding(place: Place, found: str, expected: str, version: str, path: str = "$") -> Finding:
    """The finding for what is no JSON."""
    return Finding(
        rule="not-json",
        severity="error",
        path=path,
        found=f"{found} at line {place.line}, column {place.column}",
        expected=expected,
        section=f"OCPI {version} transport_and_format, JSON",
    )
