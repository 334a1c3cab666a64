"""Which runs are searched for the first message that they do not have in common, and what came of it."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from simulator.i18n import tr
from simulator.recording.errors import RecordingError
from simulator.recording.reader import Recording
from simulator.report.compare.divergence import Divergence, diverge
from simulator.report.compare.runs import Run
from simulator.report.compare.variants import Variant
from simulator.report.watch import Watch, part_of

MOST_PAIRS: Final = 10
"""So many pairs are searched, each for seconds where its runs have a million messages."""

_SHOWN: Final = 12
_WITHOUT: Final = tr(
    "No first message that differs is told of {names}: there are no two recordings of one seed to look for it in "
    "(`ocpi-sim sweep --keep-recordings` keeps them)."
)


class Parting(Struct, frozen=True):
    """The first message in which two runs differ. `runs` are their names, first that of a run of the first variant.

    `variant` is that of the other run, `seed` what both have; None: two runs of one variant, or of different seeds.
    """

    runs: tuple[str, str]
    variant: str | None
    seed: int | None
    divergence: Divergence


class Partings(Struct, frozen=True):
    """What was found, and what has to be said about what was not looked for."""

    found: tuple[Parting, ...]
    notes: tuple[str, ...]


Recorded: TypeAlias = tuple[Run, Path]
"""A run and its recording, which is there."""


class _Pair(Struct, frozen=True):
    left: Recorded
    right: Recorded
    variant: str | None
    seed: int | None


def partings_of(runs: Sequence[Run], variants: Sequence[Variant], watch: Watch) -> Partings:
    """Lay each further variant against the first, by the lowest seed of which both have a recording.

    Two runs alone are laid against one another whatever they are. `watch` hears of the messages, a pair as long as
    another. Raises RecordingError for a recording that turns out to be damaged within.
    """
    pairs, notes = _alone(runs, variants) if len(runs) == 2 else _against_the_first(variants)
    if len(pairs) > MOST_PAIRS:
        notes.append(
            tr(
                "The first message that differs is told of {count} variants, up to {last}; compare {first} and another "
                "one alone to be told of that."
            ).format(count=MOST_PAIRS, last=pairs[MOST_PAIRS - 1].variant, first=variants[0].name)
        )
        pairs = pairs[:MOST_PAIRS]
    found: list[Parting] = []
    for number, pair in enumerate(pairs):
        with ExitStack() as stack:
            try:
                left, right = (stack.enter_context(Recording.open(path)) for _, path in (pair.left, pair.right))
            except RecordingError as error:
                # What a sweep kept was not opened before, and its figures are told all the same.
                notes.append(tr("Not told is a first message that differs: {why}").format(why=error))
                continue
            divergence = diverge(left, right, part_of(watch, number, len(pairs)))
        names = pair.left[0].name, pair.right[0].name
        found.append(Parting(names, pair.variant, pair.seed, divergence))
    return Partings(tuple(found), tuple(notes))


def _alone(runs: Sequence[Run], variants: Sequence[Variant]) -> tuple[list[_Pair], list[str]]:
    """The pair of two runs, of which one may be in no variant: a second run of one scenario and seed."""
    left, right = map(_recorded, runs)
    if left is None or right is None:
        return [], [_WITHOUT.format(names=", ".join(run.name for run in runs if _recorded(run) is None))]
    seeds = [run.outcome.seed for run in runs]
    is_of_two = len(variants) > 1 and seeds[0] == seeds[1]
    return [_Pair(left, right, variants[1].name if is_of_two else None, seeds[0] if is_of_two else None)], []


def _against_the_first(variants: Sequence[Variant]) -> tuple[list[_Pair], list[str]]:
    first, *others = variants
    ours = {run.outcome.seed: run for run in first.runs}
    pairs: list[_Pair] = []
    strangers: list[str] = []
    unrecorded: list[str] = []
    for variant in others:
        theirs = {run.outcome.seed: run for run in variant.runs}
        seeds = sorted(ours.keys() & theirs.keys())
        found = ((seed, _recorded(ours[seed]), _recorded(theirs[seed])) for seed in seeds)
        pair = next((_Pair(a, b, variant.name, seed) for seed, a, b in found if a and b), None)
        if pair is not None:
            pairs.append(pair)
        else:
            (unrecorded if seeds else strangers).append(variant.name)
    notes = [_WITHOUT.format(names=_shortened(unrecorded))] if unrecorded else []
    if strangers:
        notes.append(
            tr("No first message that differs is told of {names}: no run has a seed that {first} has too.").format(
                names=_shortened(strangers), first=first.name
            )
        )
    return pairs, notes


def _shortened(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    told = ", ".join(names[:_SHOWN])
    return tr("{names} and {more} more").format(names=told, more=more) if more > 0 else told


def _recorded(run: Run) -> Recorded | None:
    kept = run.kept
    return (run, kept) if kept is not None else None
