"""The single facts that a filter can ask of a message, each as SQL and as a predicate."""

import operator
from collections.abc import Callable, Collection
from typing import Final, Literal, TypeAlias

from simulator.filters.patterns import Pattern
from simulator.filters.sql import Writer
from simulator.filters.tree import Node, Predicate
from simulator.recording.rows import MessageRow

Order: TypeAlias = Literal["<", "<=", ">", ">="]
_ORDERS: Final[dict[Order, Callable[[int, int], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ID_COLUMNS: Final = ("path", "object_id", "session_id", "token_uid", "location_id")
_CALL_COLUMNS: Final = ("sender", "receiver", "module", "method")


class CallText(Node):
    """A text that many exchanges have in common; `column` is one of table `call`."""

    def __init__(self, column: str, pattern: Pattern) -> None:
        self._column = column
        self._pattern = pattern

    def sql(self, writer: Writer) -> str:
        return f"m.call IN (SELECT id FROM call WHERE {writer.like(self._column, self._pattern)})"

    def predicate(self) -> Predicate:
        read, matches = operator.attrgetter(self._column), self._pattern.matches
        return lambda message: matches(read(message))


class NamedText(Node):
    """A text of the message's own that the row names by number."""

    def __init__(self, column: str, pattern: Pattern) -> None:
        self._column = column
        self._pattern = pattern

    def sql(self, writer: Writer) -> str:
        return f"m.{self._column} IN {writer.names(self._pattern)}"

    def predicate(self) -> Predicate:
        read, matches = operator.attrgetter(self._column), self._pattern.matches
        return lambda message: matches(read(message))


class RowText(Node):
    """A text that stands in the row itself."""

    def __init__(self, column: str, pattern: Pattern) -> None:
        self._column = column
        self._pattern = pattern

    def sql(self, writer: Writer) -> str:
        return writer.like(f"m.{self._column}", self._pattern).join("()")

    def predicate(self) -> Predicate:
        read, matches = operator.attrgetter(self._column), self._pattern.matches
        return lambda message: matches(read(message))


class Number(Node):
    """A number compared with another; what a message lacks (no answer, no status) is in no order to anything."""

    def __init__(self, expression: str, read: Callable[[MessageRow], int | None], order: Order, limit: int) -> None:
        self._expression = expression
        self._read = read
        self._order: Order = order
        self._limit = limit

    def sql(self, writer: Writer) -> str:
        return f"ifnull({self._expression} {self._order} {writer.parameter(self._limit)}, 0)"

    def predicate(self) -> Predicate:
        read, compare, limit = self._read, _ORDERS[self._order], self._limit

        def holds(message: MessageRow) -> bool:
            value = read(message)
            return value is not None and compare(value, limit)

        return holds


class FreeText(Node):
    """A text anywhere in what the list shows: parties, module, method, meaning, path and the ids it is about.

    `routes` are those whose meaning, as a person reads it, contains the text.
    """

    def __init__(self, pattern: Pattern, routes: Collection[str]) -> None:
        self._pattern = pattern
        self._routes = tuple(routes)

    def sql(self, writer: Writer) -> str:
        names = writer.names(self._pattern)
        common = [writer.like(column, self._pattern) for column in _CALL_COLUMNS]
        if self._routes:
            common.append(f"route IN ({', '.join(map(writer.parameter, self._routes))})")
        # An exchange about a session or a token names it twice: the second look can be spared.
        own = [f"m.path IN {names}", f"m.object_id IN {names}", f"m.location_id IN {names}"]
        own += [f"(m.{column} <> m.object_id AND m.{column} IN {names})" for column in ("session_id", "token_uid")]
        # Where no call or no name has the text, which is soon known, no row needs a look at its own.
        calls = f"SELECT id FROM call WHERE {' OR '.join(common)}"
        by_call = f"EXISTS ({calls}) AND m.call IN ({calls})"
        by_name = f"EXISTS (SELECT 1 FROM {names}) AND ({' OR '.join(own)})"
        return f"({by_call} OR {by_name})"

    def predicate(self) -> Predicate:
        read, matches, routes = operator.attrgetter(*_CALL_COLUMNS, *_ID_COLUMNS), self._pattern.matches, self._routes
        return lambda message: message.route in routes or any(map(matches, read(message)))


class Failed(Node):
    """The sender did not get what it wanted: no answer, or one that refuses."""

    def sql(self, writer: Writer) -> str:
        delivered = writer.names(Pattern(["delivered"]))
        refused = "ifnull(m.http_status >= 400, 0) OR ifnull(m.ocpi_status NOT BETWEEN 1000 AND 1999, 0)"
        return f"(m.final NOT IN {delivered} OR {refused})"

    def predicate(self) -> Predicate:
        return failed


class Duplicate(Node):
    """The network delivered a request a second time."""

    def sql(self, _writer: Writer) -> str:
        return "(m.duplicate_of <> 0)"

    def predicate(self) -> Predicate:
        return lambda message: message.duplicate_of != 0


def failed(message: MessageRow) -> bool:
    """Whether the sender did not get what it wanted."""
    return (
        message.final != "delivered"
        or (message.http_status or 0) >= 400
        or (message.ocpi_status is not None and not 1000 <= message.ocpi_status < 2000)
    )
