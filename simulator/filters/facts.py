"""The single facts that a filter can ask of a message, each as SQL and as a predicate."""

import operator
import re
from collections.abc import Callable, Collection
from typing import Final, Literal, TypeAlias

from simulator.filters.patterns import Pattern
from simulator.filters.sql import Writer
from simulator.filters.tree import BesideTheRow, Node, Predicate
from simulator.recording.rows import MessageRow
from simulator.recording.schema import CORRELATION_ID, REQUEST_ID

Order: TypeAlias = Literal["<", "<=", ">", ">="]
_ORDERS: Final[dict[Order, Callable[[int, int], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CALL_COLUMNS: Final = ("sender", "receiver", "module", "method")
_ABOUT_COLUMNS: Final = ("path", "object_id", "session_id", "token_uid", "location_id")
_REQUEST_TEXTS: Final = {
    "request_id": (REQUEST_ID, "m.request", "m.request"),
    "correlation_id": (CORRELATION_ID, "m.request + m.correlation", "m.correlation"),
}
_NUMBER_AT_END: Final = re.compile("[0-9a-f]{12}\\Z", re.IGNORECASE)


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
    """A text of the message's own; `column` is one of table `message` that holds the number of a name."""

    def __init__(self, column: str, pattern: Pattern) -> None:
        self._column = column
        self._pattern = pattern

    def sql(self, writer: Writer) -> str:
        return f"m.{self._column} IN {writer.names(self._pattern)}"

    def predicate(self) -> Predicate:
        read, matches = operator.attrgetter(self._column), self._pattern.matches
        return lambda message: matches(read(message))


class AboutText(Node):
    """A text that tells what an exchange is about; `column` is one of table `about`."""

    def __init__(self, column: str, pattern: Pattern) -> None:
        self._column = column
        self._pattern = pattern

    def sql(self, writer: Writer) -> str:
        return f"m.about IN (SELECT id FROM about WHERE {_in_about(writer, self._column, self._pattern)})"

    def predicate(self) -> Predicate:
        read, matches = operator.attrgetter(self._column), self._pattern.matches
        return lambda message: matches(read(message))


class RequestText(Node):
    """The X-Request-ID or X-Correlation-ID; the number at its end stands in the row, its beginning with the call."""

    def __init__(self, column: Literal["request_id", "correlation_id"], pattern: Pattern) -> None:
        self._column = column
        self._pattern = pattern

    def sql(self, writer: Writer) -> str:
        whole, number, kept = _REQUEST_TEXTS[self._column]
        found = f"{writer.like(f'(SELECT {whole} FROM call c WHERE c.id = m.call)', self._pattern)}"
        end = _NUMBER_AT_END.search(self._pattern.end)
        if end is None:
            return f"({found})"
        # Few rows have the number: only those are put together as text.
        return f"((typeof({kept}) = 'text' OR {number} = {writer.parameter(int(end[0], 16))}) AND {found})"

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
        in_call = [writer.like(column, self._pattern) for column in _CALL_COLUMNS]
        if self._routes:
            in_call.append(f"route IN ({', '.join(map(writer.parameter, self._routes))})")
        in_about = [_in_about(writer, column, self._pattern) for column in _ABOUT_COLUMNS]
        calls = writer.table(f"SELECT id FROM call WHERE {' OR '.join(in_call)}")
        about = writer.table(f"SELECT id FROM about WHERE {' OR '.join(in_about)}")
        # Where no call has the text, which is soon known, no row needs a look at its own.
        return f"(EXISTS (SELECT 1 FROM {calls}) AND m.call IN {calls} OR m.about IN {about})"

    def predicate(self) -> Predicate:
        read, matches, routes = (
            operator.attrgetter(*_CALL_COLUMNS, *_ABOUT_COLUMNS),
            self._pattern.matches,
            self._routes,
        )
        return lambda message: message.route in routes or any(map(matches, read(message)))


class Failed(Node):
    """The sender did not get what it wanted: no answer, or one that refuses."""

    def sql(self, writer: Writer) -> str:
        delivered = writer.names(Pattern(["delivered"]))
        refused = "ifnull(m.http_status >= 400, 0) OR ifnull(m.ocpi_status NOT BETWEEN 1000 AND 1999, 0)"
        # One comparison settles most; a table is looked into only for the rest.
        lost = f"m.final <> ifnull((SELECT min(id) FROM {delivered}), -1) AND m.final NOT IN {delivered}"
        # Most are answered 200 and 1000, which is statuses 0: of those nothing has to be computed.
        return f"(m.statuses <> 0 AND ({refused}) OR {lost})"

    def predicate(self) -> Predicate:
        return failed


class Remarked(Node):
    """Something is remarked on the exchange; `column` is one of table `hint`, whose rows come when they come."""

    def __init__(self, column: Literal["rule", "severity"], pattern: Pattern) -> None:
        self._column = column
        self._pattern = pattern

    def sql(self, writer: Writer) -> str:
        found = writer.table(f"SELECT exchange FROM hint WHERE {writer.like(self._column, self._pattern)}")
        return f"m.exchange IN {found}"

    def predicate(self) -> Predicate:
        raise BesideTheRow


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


def _in_about(writer: Writer, column: str, pattern: Pattern) -> str:
    """The condition on a row of `about` that a column of it matches; all but the path are numbers of names."""
    return writer.like(column, pattern) if column == "path" else f"{column} IN {writer.names(pattern)}"
