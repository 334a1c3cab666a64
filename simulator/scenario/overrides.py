"""`--set path=value`: lays single values over a scenario, so that a variant needs no copy of the file."""

from collections.abc import Sequence
from typing import Final

import msgspec

from simulator.scenario.errors import ScenarioError, ScenarioErrors
from simulator.scenario.fields import Problems
from simulator.scenario.tree import Entry, Items, Place, Scalar, Table, Value, parse

FILE = "--set"
_NOUNS: Final = {"parties": "party", "tariffs": "tariff"}
"""Tables whose keys are names; a path leads into what is there, as a name that is mistyped would make another."""


def apply_overrides(tree: Value, overrides: Sequence[str]) -> tuple[Value, list[ScenarioError]]:
    """The tree with each `path=value` laid over it in order, and what is wrong with them.

    A path is keys joined by dots; an item of a list is named by its `name` or by its number from 0. The errors of
    an option have the file `--set`; their line is the option's number, their column its character.
    """
    errors: list[ScenarioError] = []
    for number, option in enumerate(overrides, start=1):
        place = Place(FILE, number, 1)
        path, equals, text = option.partition("=")
        if not equals or not path.strip():
            sentence = f"--set {option} is not path=value, such as seed=9."
            errors.append(place.error(option, "path=value", sentence))
            continue
        try:
            value, mistakes = parse(text, FILE, number, len(path) + 2)
        except ScenarioErrors as broken:
            errors.extend(broken.errors)
            continue
        errors.extend(mistakes)
        keys = [key.strip() for key in path.split(".")]
        try:
            _must_be_there(tree, keys, place)
            tree = _laid_over(tree, keys, value, place)
        except ScenarioErrors as broken:
            errors.extend(broken.errors)
    return tree, errors


def _must_be_there(tree: Value, path: Sequence[str], place: Place) -> None:
    """Raise ScenarioErrors when the path leads into a party or tariff that nobody has written."""
    if len(path) < 3 or path[0] not in _NOUNS or not isinstance(tree, Table):
        return
    entry = tree.entries.get(path[0])
    known = list(entry.value.entries) if entry is not None and isinstance(entry.value, Table) else []
    problems = Problems()
    if not problems.reference(place, path[1], known, _NOUNS[path[0]]):
        raise ScenarioErrors(problems.errors)


def _laid_over(tree: Value, path: Sequence[str], value: Value, place: Place) -> Value:
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(tree, Scalar) and tree.absent:
        tree = Table({}, place)
    if isinstance(tree, Table):
        entry = tree.entries.get(key) or Entry(place, Scalar("", place, absent=True))
        changed = Entry(entry.key_place, _laid_over(entry.value, rest, value, place))
        return Table({**tree.entries, key: changed}, tree.place)
    if isinstance(tree, Items):
        index = _index(tree, key, place)
        items = list(tree.items)
        items[index] = _laid_over(items[index], rest, value, place)
        return msgspec.structs.replace(tree, items=tuple(items))
    sentence = f"--set leads through “{key}”, but “{tree.text}” is a single value with nothing inside."
    raise ScenarioErrors([place.error(key, "a path that exists", sentence)])


def _index(tree: Items, key: str, place: Place) -> int:
    names = [_name(item) for item in tree.items]
    if key in names:
        return names.index(key)
    if key.isascii() and key.isdigit() and int(key) < len(names):
        return int(key)
    known = ", ".join(name or str(number) for number, name in enumerate(names)) or "nothing, it is empty"
    sentence = f"--set names “{key}”, which is not in the list; it holds: {known}."
    raise ScenarioErrors([place.error(key, f"one of: {known}", sentence)])


def _name(item: Value) -> str | None:
    if not isinstance(item, Table):
        return None
    entry = item.entries.get("name")
    return entry.value.text if entry is not None and isinstance(entry.value, Scalar) else None
