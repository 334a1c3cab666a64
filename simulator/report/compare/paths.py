"""A scenario as flat lines, path and text, so that two of them can be laid side by side.

Paths are those of `--set` (see scenario/key_paths.py), items of a list by their `name` or their number; a list of plain
values, such as a place, is one value. Each line has what it is read as too: `600 s` and `10 min` are the same, and so
are `latency: 80 ms` and `latency: {median: 80 ms}`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from simulator.scenario.key_paths import write_path
from simulator.scenario.load import Readings, readings
from simulator.scenario.overrides import apply_overrides, item_keys
from simulator.scenario.tree import Items, Scalar, Table, Value, parse


class Line(Struct, frozen=True):
    """A single value of a scenario as it is written, and what path and text are read as (no word for people).

    What is short for something longer is read as that, which has another path: `row` is the same for all that is
    written at one path.
    """

    path: str
    text: str
    row: str
    meant_path: str
    meant: str


def scenario_lines(text: str, overrides: Sequence[str]) -> tuple[Line, ...]:
    """Each single value of a scenario, with overrides laid over it.

    The seed is left out, for it makes no other variant; but where a scenario is generated it makes another world.
    """
    tree, _ = apply_overrides(_parsed(text), overrides)
    read = readings(tree)
    if isinstance(tree, Table) and "generate" not in tree.entries:
        tree = Table({key: entry for key, entry in tree.entries.items() if key != "seed"}, tree.place)
    return tuple(_lines(tree, read, (), ()))


@lru_cache(maxsize=4)
def _parsed(text: str) -> Value:
    """The variants of a sweep have one text."""
    return parse(text, "")[0]


def _lines(value: Value, read: Readings, path: tuple[str, ...], meant: tuple[str, ...]) -> Iterator[Line]:
    def line(text: str, means: str) -> Line:
        return Line(write_path(path), text, write_path(meant), write_path(meant), means)

    if isinstance(value, Scalar):
        if value.absent:
            return
        short, long = line(value.text, _meaning(value, read)), read.long.get((value.place, value.text))
        if long is None:
            yield short
            return
        # In the long form the value may stand as itself.
        for full in _lines(long, replace(read, long={}), path, meant):
            yield replace(short, meant_path=full.meant_path, meant=full.meant)
        return
    if isinstance(value, Items) and value.items and all(isinstance(item, Scalar) for item in value.items):
        items = [item for item in value.items if isinstance(item, Scalar)]
        yield line(f"[{', '.join(item.text for item in items)}]", repr([_meaning(item, read) for item in items]))
        return
    inside = list(_inside(value, read))
    if not inside:
        empty = "{}" if isinstance(value, Table) else "[]"
        yield line(empty, empty)
    for key, means, each in inside:
        yield from _lines(each, read, (*path, key), (*meant, means))


def _inside(value: Items | Table, read: Readings) -> Iterator[tuple[str, str, Value]]:
    """What is inside by its key, which may be a quantity that is read."""
    if isinstance(value, Table):
        for key, entry in value.entries.items():
            yield key, _meaning(Scalar(key, entry.key_place, absent=False), read), entry.value
        return
    for key, item in zip(item_keys(value), value.items, strict=True):
        yield key, key, item


def _meaning(value: Scalar, read: Readings) -> str:
    """What a value is read as; its text where nobody reads it."""
    return read.single.get((value.place, value.text), repr(value.text))
