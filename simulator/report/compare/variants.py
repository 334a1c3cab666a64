"""Which runs are replications of one another, and what sets the others apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.i18n import tr
from simulator.report.compare.paths import Line, scenario_lines
from simulator.report.compare.runs import Run
from simulator.scenario.key_paths import last_key

UNTIL: Final = "--until"
"""Stands for a path where runs went on for different times."""

_TOLD: Final = 3
"""A title names so many of the paths that set variants apart, and more only where it would be another's title too."""

_MESSAGES: Final = {"aggregates": 0, "headers": 1}
"""How much a recording of that level has of its messages; any other level has more."""


class Variant(Struct, frozen=True):
    """Runs of one scenario with different seeds. `name` is a letter, `title` what sets it apart from the others."""

    name: str
    title: str
    runs: tuple[Run, ...]


class ScenarioDifference(Struct, frozen=True):
    """A path of the scenario, and what each variant says there; None: nothing.

    Spellings that are read as the same are told in that of the first variant with it.
    """

    path: str
    values: dict[str, str | None]


class Variants(Struct, frozen=True):
    """The variants in the order named, where their scenarios differ, and what had to be left out."""

    variants: tuple[Variant, ...]
    differences: tuple[ScenarioDifference, ...]
    notes: tuple[str, ...]


def variants_of(runs: Sequence[Run]) -> Variants:
    """Group runs of scenarios and files that are read as the same, the seed apart.

    Of runs with one seed in a group the first counts; of the same run, named twice, the first of those that tell most.
    """
    groups: dict[tuple[tuple[str, str], ...], dict[int, Run]] = {}
    spelled: list[list[Line]] = []
    notes: list[str] = []
    # A sweep has many runs of few scenarios.
    known: dict[tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]], list[Line]] = {}
    for run in runs:
        played = run.text, run.overrides, tuple(run.files.items())
        if played not in known:
            known[played] = _lines(run)
        lines = known[played] or [_plain("name", run.outcome.scenario)]
        lines = [*lines, _plain(UNTIL, f"{run.outcome.window.to_us / 3.6e9:g} h")]
        group = groups.setdefault(tuple(sorted((line.meant_path, line.meant) for line in lines)), {})
        if len(groups) > len(spelled):
            spelled.append(lines)
        first = group.setdefault(run.outcome.seed, run)
        if first is not run:
            notes.append(_twice(first, run))
            if _is_same(first, run) and _tells_more(run, first):
                group[run.outcome.seed] = run
    scenarios = {letters(number): lines for number, lines in enumerate(spelled)}
    differences = _differences(scenarios)
    telling = _telling(differences, list(scenarios))
    found = tuple(
        Variant(name, _title(name, telling, differences, group), tuple(group.values()))
        for name, group in zip(scenarios, groups.values(), strict=True)
    )
    return Variants(found, differences, tuple(notes))


def letters(number: int) -> str:
    """`A`, `B`, ... `Z`, `AA`, ... for 0, 1, ..."""
    more, last = divmod(number, 26)
    return (letters(more - 1) if more else "") + chr(ord("A") + last)


def _lines(run: Run) -> list[Line]:
    """The scenario by paths; a file that it names is told with a hash of its content, which is a part of it too."""
    return [
        replace(line, text=f"{line.text} ({run.files[line.text]})", meant=f"{line.meant} ({run.files[line.text]})")
        if line.text in run.files
        else line
        for line in scenario_lines(run.text, run.overrides)
    ]


def _plain(path: str, text: str) -> Line:
    return Line(path, text, path, path, text)


def _differences(scenarios: dict[str, list[Line]]) -> tuple[ScenarioDifference, ...]:
    by_row = {name: {line.row: line for line in lines} for name, lines in scenarios.items()}
    meant = {name: {line.meant_path: line.meant for line in lines} for name, lines in scenarios.items()}
    paths: dict[str, str] = {}
    for line in chain.from_iterable(scenarios.values()):
        paths.setdefault(line.row, line.path)
    rows = ((path, {name: lines.get(row) for name, lines in by_row.items()}) for row, path in paths.items())
    return tuple(ScenarioDifference(path, _told(row)) for path, row in rows if _differs(row, meant))


def _differs(row: Mapping[str, Line | None], meant: Mapping[str, Mapping[str, str]]) -> bool:
    """Not where all say the same, though it means something else: `07:40` of scenarios that start at other times.

    Nor where they mean the same, though some say it in short and have it in another row.
    """
    texts = {None if line is None else line.text for line in row.values()}
    paths = dict.fromkeys(line.meant_path for line in row.values() if line is not None)
    meanings = {tuple(meant[name].get(path) for path in paths) for name in row}
    return len(texts) > 1 and len(meanings) > 1


def _told(row: Mapping[str, Line | None]) -> dict[str, str | None]:
    first: dict[tuple[str, str], str] = {}
    return {
        name: None if line is None else first.setdefault((line.meant_path, line.meant), line.text)
        for name, line in row.items()
    }


def _telling(differences: Sequence[ScenarioDifference], names: Sequence[str]) -> list[ScenarioDifference]:
    """The differences that titles name: as many as it takes to tell all variants apart, and a few at least."""
    chosen: list[ScenarioDifference] = []
    keys: dict[str, tuple[str | None, ...]] = dict.fromkeys(names, ())

    def parts(difference: ScenarioDifference) -> int:
        return len({(*keys[name], difference.values[name]) for name in names})

    while left := [each for each in differences if each not in chosen]:
        best = max(left, key=parts)
        if parts(best) == len(set(keys.values())):
            break
        chosen.append(best)
        keys = {name: (*keys[name], best.values[name]) for name in names}
    others = [each for each in differences if each not in chosen]
    chosen += others[: max(0, _TOLD - len(chosen))]
    return [each for each in differences if each in chosen]


def _title(
    name: str,
    telling: Sequence[ScenarioDifference],
    differences: Sequence[ScenarioDifference],
    group: dict[int, Run],
) -> str:
    run = next(iter(group.values()))
    if not differences:
        return run.outcome.scenario
    # The last key says enough, unless several paths end in it.
    keys = Counter(last_key(each.path) for each in differences)
    told = []
    for each in telling:
        key = last_key(each.path)
        told.append(f"{key if keys[key] == 1 else each.path}={each.values[name] or '–'}")
    if len(differences) > len(telling):
        told.append("…")
    return ", ".join(told)


def _is_same(first: Run, again: Run) -> bool:
    return first.outcome.digest == again.outcome.digest


def _tells_more(again: Run, first: Run) -> bool:
    """By figures, which a recording at level aggregates lacks some of; then by curves and messages."""
    if _known(again) != _known(first):
        return _known(again) > _known(first)
    if _span(again) != _span(first):
        # A sweep may have been measured with a warm-up of its own, and its runs are to stay alike.
        return False
    return _beside_figures(again) > _beside_figures(first)


def _known(run: Run) -> int:
    return sum(value is not None for value in run.outcome.values.values())


def _span(run: Run) -> tuple[int, int]:
    return run.outcome.window.from_us, run.outcome.window.to_us


def _beside_figures(run: Run) -> tuple[int, bool]:
    """How much of its messages can be looked at, and whether it has curves, which the table of a sweep alone lacks."""
    # A sweep keeps recordings at level full, and its table does not tell the level.
    messages = _MESSAGES.get(run.outcome.level, 2) if run.kept is not None else 0
    return messages, run.outcome.curves is not None


def _twice(first: Run, again: Run) -> str:
    if _is_same(first, again):
        sentence = tr("{again} is the same run as {first} (equal digests) and counts once.")
    else:
        sentence = tr(
            "{again} has the scenario and seed of {first} but another digest, and is left out: what differs is outside "
            "the scenario and its files, such as the version of the program."
        )
    return sentence.format(first=first.name, again=again.name)
