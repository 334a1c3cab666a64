"""The tree of a filter: tests on single facts, joined by and, or and not.

Each node says the same twice, as SQL and as a predicate. SQL conditions are never NULL, so that `not` means the same
in both.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias

from simulator.filters.sql import Writer
from simulator.recording.rows import MessageRow

Predicate: TypeAlias = Callable[[MessageRow], bool]


class BesideTheRow(Exception):
    """A condition asks for what stands beside the row of a message: SQL alone can tell."""


class Node(ABC):
    """A condition on a message."""

    @abstractmethod
    def sql(self, writer: Writer) -> str:
        """The condition on `message m`, true (1) or false (0)."""

    @abstractmethod
    def predicate(self) -> Predicate:
        """The same condition as a function. Raises BesideTheRow."""


class Anything(Node):
    """Every message: the empty filter."""

    def sql(self, _writer: Writer) -> str:
        return "1"

    def predicate(self) -> Predicate:
        return lambda _message: True


class And(Node):
    """All of them."""

    def __init__(self, *nodes: Node) -> None:
        self.nodes = nodes

    def sql(self, writer: Writer) -> str:
        return f"({' AND '.join(node.sql(writer) for node in self.nodes)})"

    def predicate(self) -> Predicate:
        predicates = [node.predicate() for node in self.nodes]
        return lambda message: all(holds(message) for holds in predicates)


class Or(Node):
    """At least one of them."""

    def __init__(self, *nodes: Node) -> None:
        self.nodes = nodes

    def sql(self, writer: Writer) -> str:
        return f"({' OR '.join(node.sql(writer) for node in self.nodes)})"

    def predicate(self) -> Predicate:
        predicates = [node.predicate() for node in self.nodes]
        return lambda message: any(holds(message) for holds in predicates)


class Not(Node):
    """The others."""

    def __init__(self, node: Node) -> None:
        self.node = node

    def sql(self, writer: Writer) -> str:
        return f"NOT {self.node.sql(writer)}"

    def predicate(self) -> Predicate:
        holds = self.node.predicate()
        return lambda message: not holds(message)
