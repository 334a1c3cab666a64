"""A scenario as flat lines, path and text, so that two of them can be laid side by side.

Paths are those of `--set`: keys joined by dots, items of a list by their `name` or their number; a list of plain
values, such as a place, is one value. Texts are compared as written: `600 s` and `10 min` are told apart.
"""

from collections.abc import Iterator, Sequence

from simulator.scenario.overrides import apply_overrides
from simulator.scenario.tree import Items, Scalar, Table, Value, parse


def scenario_paths(text: str, overrides: Sequence[str]) -> dict[str, str]:
    """Each single value of a scenario by its path, with overrides laid over it.

    The seed is left out, for it makes no other variant; but where a scenario is generated it makes another world.
    """
    tree, _ = parse(text, "")
    tree, _ = apply_overrides(tree, overrides)
    if isinstance(tree, Table) and "generate" not in tree.entries:
        tree = Table({key: entry for key, entry in tree.entries.items() if key != "seed"}, tree.place)
    return dict(_lines(tree, ""))


def _lines(value: Value, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Scalar):
        if not value.absent:
            yield path, value.text
        return
    if isinstance(value, Items) and value.items and all(isinstance(item, Scalar) for item in value.items):
        yield path, f"[{', '.join(item.text for item in value.items if isinstance(item, Scalar))}]"
        return
    inside = list(_inside(value))
    if not inside:
        yield path, "{}" if isinstance(value, Table) else "[]"
    for key, each in inside:
        yield from _lines(each, f"{path}.{key}" if path else key)


def _inside(value: Items | Table) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Table):
        yield from ((key, entry.value) for key, entry in value.entries.items())
        return
    names = [_name(item) for item in value.items]
    # Numbers where not every item has a name of its own.
    are_names = None not in names and len(set(names)) == len(names)
    for number, (name, item) in enumerate(zip(names, value.items, strict=True)):
        yield str(name if are_names else number), item


def _name(item: Value) -> str | None:
    entry = item.entries.get("name") if isinstance(item, Table) else None
    return entry.value.text if entry is not None and isinstance(entry.value, Scalar) else None
