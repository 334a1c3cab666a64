"""Refuses what would be played as several variants and is one: a place named twice, a value in two spellings."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from simulator.i18n import tr
from simulator.report.compare.paths import scenario_lines
from simulator.report.compare.swept import overrides_of
from simulator.scenario.key_paths import read_path
from simulator.scenario.overrides import apply_overrides, settled_path
from simulator.scenario.tree import parse
from simulator.sweep.axes import Axis, BadAxis

VARY: Final = "--vary"


def refuse_clashes(text: str, overrides: Sequence[str], axes: Sequence[Axis]) -> None:
    """Raises BadAxis when an axis undoes another, or has two values that are read as one, such as 6 h and 360 min.

    `text` is that of a scenario, laid over by `overrides`, with which every combination has been read.
    """
    _refuse_one_place(text, overrides, axes)
    first = {axis.path: axis.values[0].text for axis in axes}
    for axis in axes:
        seen: dict[bytes, str] = {}
        for value in axis.values:
            known = seen.setdefault(_meant(text, overrides, {**first, axis.path: value.text}), value.text)
            if known != value.text:
                raise _alike(text, overrides, first, axis.path, (known, value.text))


def _refuse_one_place(text: str, overrides: Sequence[str], axes: Sequence[Axis]) -> None:
    """Raises BadAxis when an axis takes the place of one before it, as `sites.0` does of that site by its name."""
    tree, _ = apply_overrides(parse(text, "")[0], overrides)
    places: dict[str, tuple[str, ...]] = {}
    for axis in axes:
        place = settled_path(tree, read_path(axis.path)[0])
        for other, inside in places.items():
            if inside == place:
                raise BadAxis(
                    tr("{vary} names one place twice, as {other} and as {path}; name all its values at once").format(
                        vary=VARY, other=other, path=axis.path
                    )
                )
            if inside[: len(place)] == place:
                raise BadAxis(
                    tr(
                        "{vary} {path} takes the place of {other} within it; name {other} behind it, or leave it out"
                    ).format(vary=VARY, other=other, path=axis.path)
                )
        places[axis.path] = place
        tree, _ = apply_overrides(tree, overrides_of({axis.path: axis.values[0].text}))


def _alike(
    text: str, overrides: Sequence[str], first: Mapping[str, str], path: str, values: tuple[str, str]
) -> BadAxis:
    """What to tell of two values of an axis that come to the same: they do by themselves, or another axis hides it."""
    known, value = values
    for other in first:
        shown = [
            _meant(text, overrides, {key: each for key, each in {**first, path: one}.items() if key != other})
            for one in values
        ]
        if other != path and shown[0] != shown[1]:
            return BadAxis(
                tr("{vary} {path} has {known} and {value}, whose difference {vary} {other} undoes").format(
                    vary=VARY, path=path, known=known, value=value, other=other
                )
            )
    return BadAxis(
        tr("{vary} {path} has one value in two spellings: {known} and {value}; name it once").format(
            vary=VARY, path=path, known=known, value=value
        )
    )


def _meant(text: str, overrides: Sequence[str], values: Mapping[str, str]) -> bytes:
    """A hash of what a scenario is read as with these values."""
    lines = scenario_lines(text, [*overrides, *overrides_of(dict(values))])
    return hashlib.blake2b(repr([(line.meant_path, line.meant) for line in lines]).encode(), digest_size=16).digest()
