"""How long work tells how far it has come, to whoever waits for it."""

from collections.abc import Callable
from typing import TypeAlias

Watch: TypeAlias = Callable[[int, int], None]
"""Told how many are done, and of how many. What it raises ends the work."""


def unwatched(done: int, all: int) -> None:
    """Nobody waits."""


def part_of(watch: Watch, number: int, all: int) -> Watch:
    """What watches the work of that number (from 0) among several that are equally long."""
    return lambda done, parts: watch(number * parts + done, all * parts)
