"""Whether everybody who comes in a scenario comes as recorded: then its days are data, not the filling of a street."""

import re
from collections.abc import Sequence

from simulator.scenario.errors import ScenarioErrors
from simulator.scenario.overrides import apply_overrides
from simulator.scenario.tree import Items, Scalar, Table, Value, parse

_SESSIONS = re.compile(r"\bsessions\b")
"""Without this word there are no recorded drivers, and the text, which may be long, need not be parsed."""


def is_replayed(text: str, overrides: Sequence[str]) -> bool:
    """Whether all drivers of a scenario, with these overrides, are recorded ones.

    It goes by the text alone, as a recording keeps it also of a run that was killed; the files beside it are not read.
    Drivers of whom 0 sessions are asked for are none. False of what cannot be read.
    """
    if not any(map(_SESSIONS.search, (text, *overrides))):
        return False
    try:
        tree, _ = parse(text, "")
    except ScenarioErrors:
        return False
    tree, _ = apply_overrides(tree, overrides)
    drivers = _value(tree, "drivers")
    entries = drivers.items if isinstance(drivers, Items) else ()
    coming = [entry for entry in entries if not _is_none(entry, "sessions_per_day")]
    return bool(coming) and _is_empty(_value(tree, "generate")) and all(map(_is_recorded, coming))


def _is_empty(generate: Value | None) -> bool:
    """Whether a made-up network brings no drivers of its own."""
    return generate is None or _is_none(generate, "sessions_per_evse")


def _is_recorded(entry: Value) -> bool:
    return _value(entry, "sessions_per_day") is None and _value(entry, "sessions") is not None


def _is_none(table: Value, key: str) -> bool:
    """Whether the number under a key is written and 0."""
    value = _value(table, key)
    try:
        return isinstance(value, Scalar) and float(value.text) == 0
    except ValueError:
        return False


def _value(table: Value, key: str) -> Value | None:
    """What stands under a key; None for nothing, which may be written too."""
    entry = table.entries.get(key) if isinstance(table, Table) else None
    if entry is None or (isinstance(entry.value, Scalar) and entry.value.absent):
        return None
    return entry.value
