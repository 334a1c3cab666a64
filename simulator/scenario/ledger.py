"""Books of an import: what became of every record that was read, and which rule did what how often.

An import that silently drops or guesses would make a simulation of another network; here every record is kept, mended
or left out, and every rule that touched one is counted and told in a sentence.
"""

from typing import Any, Literal

from msgspec import Struct

Kind = Literal["Location", "EVSE", "Connector", "Tariff", "Session"]
Record = dict[str, Any]
_MENDED, _LEFT_OUT = "mended", "left out"


class Count(Struct, frozen=True):
    """What became of the records of one kind: read = kept + mended + left_out."""

    read: int
    kept: int
    mended: int
    left_out: int


class Ledger:
    """Takes down the fate of records by identity: a record stays the same dict while it is mended."""

    def __init__(self) -> None:
        self._records: dict[Kind, list[Any]] = {}
        self._fates: dict[int, str] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._examples: dict[tuple[str, str], str] = {}

    def copy(self) -> "Ledger":
        """Books that go on from here by themselves, about the same records."""
        copied = Ledger()
        copied._records = {kind: [*records] for kind, records in self._records.items()}
        copied._fates, copied._counts, copied._examples = dict(self._fates), dict(self._counts), dict(self._examples)
        return copied

    def enter(self, kind: Kind, record: Any) -> None:
        """A record was read."""
        self._records.setdefault(kind, []).append(record)

    def note(self, rule: str, sentence: str, example: str) -> None:
        """Count a rule that left the record as it is; `sentence` tells all cases that it is given for, and `example`
        names this one.
        """
        self._counts[rule, sentence] = self._counts.get((rule, sentence), 0) + 1
        self._examples.setdefault((rule, sentence), example)

    def mend(self, record: Any, rule: str, sentence: str, example: str) -> None:
        """A rule changed a record."""
        self.note(rule, sentence, example)
        self._fates.setdefault(id(record), _MENDED)

    def leave_out(self, record: Any, rule: str, sentence: str, example: str) -> None:
        """A rule refused a record, with all records inside it."""
        self.note(rule, sentence, example)
        self._close(record)

    def is_left_out(self, record: Any) -> bool:
        return self._fates.get(id(record)) == _LEFT_OUT

    def count(self, kind: Kind) -> Count:
        fates = [self._fates.get(id(record)) for record in self._records.get(kind, ())]
        mended, left_out = fates.count(_MENDED), fates.count(_LEFT_OUT)
        return Count(len(fates), len(fates) - mended - left_out, mended, left_out)

    def rules(self) -> dict[str, int]:
        """How often each rule was used, in the order of its first use."""
        rules: dict[str, int] = {}
        for (rule, _), count in self._counts.items():
            rules[rule] = rules.get(rule, 0) + count
        return rules

    def sentences(self) -> tuple[str, ...]:
        """One sentence for each thing that a rule did, which is not the same wherever a fault stands."""
        return tuple(f"{count:,} × {told[1]} (first: {self._examples[told]})." for told, count in self._counts.items())

    def lighten(self, record: Any) -> None:
        """Let go of what a record says: from here on only which it is counts, and which records are inside it."""
        if not isinstance(record, dict):
            return
        inside = {key: record[key] for key in ("evses", "connectors") if isinstance(record.get(key), list)}
        record.clear()
        record.update(inside)
        for inner in (each for records in inside.values() for each in records):
            self.lighten(inner)

    def _close(self, record: Any) -> None:
        self._fates[id(record)] = _LEFT_OUT
        if isinstance(record, dict):
            for key in ("evses", "connectors"):
                inner = record.get(key)
                for each in inner if isinstance(inner, list) else ():
                    self._close(each)
