"""`--set path=value`: lays single values over a scenario, so that a variant needs no copy of the file."""

from collections.abc import Sequence
from typing import Final

import msgspec

from simulator.scenario.errors import ScenarioError, ScenarioErrors
from simulator.scenario.fields import Problems
from simulator.scenario.key_paths import BadPath, read_path, write_key, write_path
from simulator.scenario.tree import Entry, Items, Place, Scalar, Table, Value, parse

FILE = "--set"
_NOUNS: Final = {"parties": "party", "tariffs": "tariff"}
"""Tables whose keys are names; a path leads into what is there, as a name that is mistyped would make another."""
_DOTTED: Final = "a name with a dot stands in quotes"


def apply_overrides(tree: Value, overrides: Sequence[str]) -> tuple[Value, list[ScenarioError]]:
    """The tree with each `path=value` laid over it in order, and what is wrong with them.

    A path is keys joined by dots (see key_paths.py); an item of a list is named by its `name` or by its number from 0.
    The errors of an option have the file `--set`; their line is the option's number, their column its character.
    """
    errors: list[ScenarioError] = []
    for number, option in enumerate(overrides, start=1):
        place = Place(FILE, number, 1)
        try:
            keys, end = read_path(option)
        except BadPath as refusal:
            sentence = f"--set {option} has no path that can be read: {refusal}."
            errors.append(Place(FILE, number, refusal.at + 1).error(option, "path=value", sentence))
            continue
        if end == len(option) or not option[:end].strip():
            sentence = f"--set {option} is not path=value, such as seed=9."
            errors.append(place.error(option, "path=value", sentence))
            continue
        try:
            value, mistakes = parse(option[end + 1 :], FILE, number, end + 2)
        except ScenarioErrors as broken:
            errors.extend(broken.errors)
            continue
        errors.extend(mistakes)
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
    if path[1] not in known and (meant := _quoted(path[1:], known)):
        sentence = f"There is no {_NOUNS[path[0]]} “{path[1]}”; {_DOTTED}, {write_key(path[0])}.{meant}."
        raise ScenarioErrors([place.error(path[1], f"{write_key(path[0])}.{meant}", sentence)])
    problems = Problems()
    if not problems.reference(place, path[1], known, _NOUNS[path[0]], write_key):
        raise ScenarioErrors(problems.errors)


def _quoted(path: Sequence[str], known: Sequence[str]) -> str:
    """How a path is to be written that begins with a known name taken apart at its dots; empty: it begins otherwise."""
    for name in known:
        parts = [part.strip() for part in name.split(".")]
        if len(parts) > 1 and list(path[: len(parts)]) == parts:
            return write_path((name, *path[len(parts) :]))
    return ""


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
        index = _index(tree, path, place)
        items = list(tree.items)
        items[index] = _laid_over(items[index], rest, value, place)
        return msgspec.structs.replace(tree, items=tuple(items))
    sentence = f"--set leads through “{key}”, but “{tree.text}” is a single value with nothing inside."
    raise ScenarioErrors([place.error(key, "a path that exists", sentence)])


def _index(tree: Items, path: Sequence[str], place: Place) -> int:
    """Which item the first key names."""
    key = path[0]
    names = [_name(item) for item in tree.items]
    numbers = [str(number) for number in range(len(names))]
    for known in (item_keys(tree), names, numbers):
        if key in known:
            return known.index(key)
    named = [name for name in names if name]
    listed = ", ".join(write_key(name or number) for name, number in zip(names, numbers, strict=True))
    held = f"it holds: {listed or 'nothing, it is empty'}"
    meant = _quoted(path, named)
    sentence = f"--set names “{key}”, which is not in the list; {f'{_DOTTED}, {meant}' if meant else held}."
    raise ScenarioErrors([place.error(key, f"one of: {listed}" if listed else "a list with items", sentence)])


def settled_path(tree: Value, path: Sequence[str]) -> tuple[str, ...]:
    """A path with each item of a list by its number, so that one place has one path.

    What the tree does not hold yet stays as it is. Raises ScenarioErrors for an item that is not in its list.
    """
    if not path or not isinstance(tree, (Table, Items)):
        return tuple(path)
    key, rest = path[0], path[1:]
    if isinstance(tree, Table):
        entry = tree.entries.get(key)
        return (key, *(settled_path(entry.value, rest) if entry is not None else rest))
    index = _index(tree, path, Place(FILE, 1, 1))
    return (str(index), *settled_path(tree.items[index], rest))


def item_keys(tree: Items) -> list[str]:
    """By what a path names each item of a list: their names where each has one of its own, else their numbers."""
    names = [_name(item) for item in tree.items]
    own = [name for name in names if name is not None]
    return own if len(set(own)) == len(names) else [str(number) for number in range(len(names))]


def _name(item: Value) -> str | None:
    if not isinstance(item, Table):
        return None
    entry = item.entries.get("name")
    return entry.value.text if entry is not None and isinstance(entry.value, Scalar) else None
