"""Reads what changes by intent while the run goes on: the key `changes`. (What goes wrong stands under `faults`.)"""

from collections.abc import Sequence

from simulator.scenario.fields import Fields, Problems
from simulator.scenario.instants import Start
from simulator.scenario.model import Change, ChangeKind, Driver, DriverGroup, RecordedDrivers, TariffSpec
from simulator.scenario.tree import Table, Value
from simulator.scenario.vocabulary import CHANGE_KINDS
from simulator.scenario.words import one_of, within

_KEYS: dict[ChangeKind, tuple[str, ...]] = {"tariff": ("tariff", "to"), "token_blocked": ("driver",)}
_COMMON_KEYS = ("at", "kind")


def read_changes(
    problems: Problems,
    value: Value | None,
    tariffs: Sequence[TariffSpec],
    drivers: Sequence[DriverGroup | RecordedDrivers | Driver],
    start: Start,
    duration_us: int,
) -> tuple[Change, ...]:
    """The changes in the order written; each kind has its own keys."""

    def instant(text: str) -> int:
        return within(text, start.at_us(text), 0, duration_us - 1, "an instant before the scenario ends")

    changes: list[Change] = []
    names = [spec.name for spec in tariffs]
    named = [driver.name for driver in drivers if isinstance(driver, Driver)]
    for item in problems.items(value):
        kind = _kind(problems, item)
        if kind is None:
            continue
        fields = Fields(problems, item, f"a change of kind {kind}", (*_COMMON_KEYS, *_KEYS[kind]))
        tariff = to = driver = None
        if kind == "tariff":
            if tariff := fields.required("tariff", str, ""):
                problems.reference(fields.place_of("tariff"), tariff, names, "tariff")
            if to := fields.required("to", str, ""):
                problems.reference(fields.place_of("to"), to, names, "tariff")
        elif driver := fields.required("driver", str, ""):
            problems.reference(fields.place_of("driver"), driver, named, "single driver")
        changes.append(Change(kind, fields.required("at", instant, 0), tariff, to, driver))
    return tuple(changes)


def _kind(problems: Problems, item: Value) -> ChangeKind | None:
    """The kind of a change, on which its other keys depend."""
    if isinstance(item, Table) and "kind" in item.entries:
        return problems.scalar(item.entries["kind"].value, _kind_or_none, None)
    Fields(problems, item, "a change", (*_COMMON_KEYS, "tariff", "to", "driver")).require("kind")
    return None


def _kind_or_none(text: str) -> ChangeKind | None:
    return one_of(CHANGE_KINDS)(text)
