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
        self._rules: dict[str, int] = {}
        self._told: dict[str, tuple[str, str]] = {}

    def copy(self) -> "Ledger":
        """Books that go on from here by themselves, about the same records."""
        copied = Ledger()
        copied._records = {kind: [*records] for kind, records in self._records.items()}
        copied._fates, copied._rules, copied._told = dict(self._fates), dict(self._rules), dict(self._told)
        return copied

    def enter(self, kind: Kind, record: Any) -> None:
        """A record was read."""
        self._records.setdefault(kind, []).append(record)

    def note(self, rule: str, sentence: str, example: str) -> None:
        """Count a rule that left the record as it is; `sentence` tells all its cases, `example` names this one."""
        self._rules[rule] = self._rules.get(rule, 0) + 1
        self._told.setdefault(rule, (sentence, example))

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
        return dict(self._rules)

    def sentences(self) -> tuple[str, ...]:
        """One sentence a rule."""
        return tuple(
            f"{count:,} × {self._told[rule][0]} (first: {self._told[rule][1]})." for rule, count in self._rules.items()
        )

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
