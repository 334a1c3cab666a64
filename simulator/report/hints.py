"""How many hints there are: on single exchanges by severity, in the whole run by rule, and what those on none say."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from simulator.i18n import tr, trn
from simulator.recording.reader import Recording
from simulator.recording.rows import Severity

_TALLIES: Final = """SELECT exchange, sum(severity = 'error'), sum(severity = 'warning'), sum(severity = 'note')
FROM hint WHERE exchange IN ({}) GROUP BY exchange"""


_RULES: Final = """SELECT severity, rule, count(*) FROM hint GROUP BY severity, rule
ORDER BY CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, count(*) DESC, rule"""


_APART: Final = "SELECT severity, rule, at_us, sentence FROM hint WHERE exchange = 0 ORDER BY id"


class Apart(NamedTuple):
    """A hint on no exchange, such as that on a stranger's request: no list of messages leads to it."""

    at_us: int
    sentence: str


class RuleCount(NamedTuple):
    """How often a rule is remarked in a run, with one severity, and what of it is on no exchange."""

    severity: Severity
    rule: str
    times: int
    apart: tuple[Apart, ...] = ()


class Tally(NamedTuple):
    """The hints on one exchange."""

    errors: int = 0
    warnings: int = 0
    notes: int = 0

    @property
    def worst(self) -> Severity | None:
        """The gravest severity among them; None when there are no hints."""
        return "error" if self.errors else "warning" if self.warnings else "note" if self.notes else None

    @property
    def parts(self) -> list[str]:
        """Each severity with its number in words, the gravest first."""
        counted = (
            (self.errors, trn("{count} error", "{count} errors", self.errors)),
            (self.warnings, trn("{count} warning", "{count} warnings", self.warnings)),
            (self.notes, trn("{count} note", "{count} notes", self.notes)),
        )
        return [text.format(count=f"{count:,}") for count, text in counted if count]

    @property
    def short(self) -> str:
        """The gravest in words, and how many there are beside: `2 errors +5`; "" when there are none."""
        parts = self.parts
        if not parts:
            return ""
        others = sum(self) - (self.errors or self.warnings or self.notes)
        return tr("{worst} +{others}").format(worst=parts[0], others=f"{others:,}") if others else parts[0]


def tallies(recording: Recording, exchanges: Iterable[int]) -> dict[int, Tally]:
    """The hints on these exchanges; those on which there are none are left out."""
    rows = recording.query(_TALLIES.format(", ".join(map(str, exchanges))))
    return {exchange: Tally(*counts) for exchange, *counts in rows}


def by_rule(recording: Recording) -> list[RuleCount]:
    """All rules that are remarked, the gravest first, and of these the most frequent."""
    apart: dict[tuple[str, str], list[Apart]] = {}
    for severity, rule, at_us, sentence in recording.query(_APART):
        apart.setdefault((severity, rule), []).append(Apart(at_us, sentence))
    return [
        RuleCount(severity, rule, times, tuple(apart.get((severity, rule), ())))
        for severity, rule, times in recording.query(_RULES)
    ]
