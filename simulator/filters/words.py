"""The words of the language: each knows what may follow it, how to read that, and how to explain itself."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args

from msgspec import Struct

from simulator.filters.facts import AboutText, CallText, Duplicate, Failed, NamedText, Number, Remarked, RequestText
from simulator.filters.instants import EXAMPLES, Origin
from simulator.filters.patterns import Pattern
from simulator.filters.tree import And, Node, Not, Or
from simulator.i18n import tr
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.routes import routes
from simulator.recording.rows import FinalState, MessageRow, Severity

Comparison: TypeAlias = Literal["=", "!=", "<", "<=", ">", ">="]

_VERSIONS: Final = ("2.1.1", "2.2.1", "2.3.0")
_MOST: Final = 1 << 62
_UNITS_US: Final = {"us": 1, "ms": 1_000, "s": 1_000_000, "min": 60_000_000, "h": 3_600_000_000}
_DURATION: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?(us|ms|s|min|h)?")
_NUMBER: Final = re.compile(r"([0-9]{0,15})(x{0,3})")

ROUTES: Final = tuple(dict.fromkeys(route.name for version in _VERSIONS for route in routes(version)))
"""The names of all routes of all versions, in the order of the specification."""


class Value(Struct, frozen=True):
    """What stands behind a comparison; `pieces` is the text split at its wildcards, `origin` what times refer to."""

    text: str
    pieces: tuple[str, ...]
    origin: Origin | None = None


class Unreadable(ValueError):
    """A value that a word cannot take; the text says what it expects."""


class Word(ABC):
    """One word: its name, what it does (`help`, to be shown), an example, and the values it is known to take."""

    ordered = False
    """Whether `<`, `<=`, `>` and `>=` make sense."""

    def __init__(self, name: str, help: str, example: str, values: tuple[str, ...] = ()) -> None:
        self.name = name
        self.help = help
        self.example = example
        self.values = values

    @abstractmethod
    def node(self, comparison: Comparison, value: Value) -> Node:
        """The condition. Raises Unreadable."""


class TextWord(Word):
    """Compares text, `*` standing for anything; several columns mean: one of them."""

    def __init__(
        self,
        name: str,
        help: str,
        example: str,
        *facts: Callable[[Pattern], Node],
        values: tuple[str, ...] = (),
        closed: bool = False,
    ) -> None:
        super().__init__(name, help, example, values)
        self._facts = facts
        self._closed = closed

    def node(self, comparison: Comparison, value: Value) -> Node:
        pattern = Pattern(value.pieces)
        if self._closed and not any(map(pattern.matches, self.values)):
            raise Unreadable(tr("expected is one of {values}").format(values=", ".join(self.values)))
        nodes = [fact(pattern) for fact in self._facts]
        node = nodes[0] if len(nodes) == 1 else Or(*nodes)
        return Not(node) if comparison == "!=" else node


class NumberWord(Word):
    """Compares whole numbers; `4xx` stands for 400 to 499."""

    ordered = True

    def __init__(
        self, name: str, help: str, example: str, column: str, read: Callable[[MessageRow], int | None]
    ) -> None:
        super().__init__(name, help, example)
        self._column = column
        self._read = read

    def node(self, comparison: Comparison, value: Value) -> Node:
        match = _NUMBER.fullmatch(value.text.lower())
        if match is None or not match[1]:
            raise Unreadable(tr("expected is a whole number, or 4xx for all from 400 to 499"))
        width = 10 ** len(match[2])
        return _compare(f"m.{self._column}", self._read, comparison, int(match[1]) * width, width)


class DurationWord(Word):
    """Compares simulated durations, in milliseconds unless a unit is named."""

    ordered = True

    def node(self, comparison: Comparison, value: Value) -> Node:
        match = _DURATION.fullmatch(value.text)
        if match is None:
            raise Unreadable(tr("expected is a duration such as 250ms, 1.5s or 2min"))
        duration_us = int(Decimal(match[1]) * _UNITS_US[match[2] or "ms"])
        return _compare("m.duration_us", lambda m: m.end_us - m.start_us, comparison, duration_us, 1)


class InstantWord(Word):
    """Compares the time at which the request left."""

    ordered = True

    def node(self, comparison: Comparison, value: Value) -> Node:
        if value.origin is None:
            raise Unreadable(tr("times of day are known only when a recording is open"))
        try:
            begin_us, end_us = value.origin.span(value.text)
        except (ValueError, OverflowError):
            raise Unreadable(tr("expected is a time such as {examples}").format(examples=EXAMPLES)) from None
        return _compare("m.start_us", lambda message: message.start_us, comparison, begin_us, end_us - begin_us)


class Flag(Word):
    """`is:` something; each value is a fact of its own."""

    def __init__(self, name: str, help: str, example: str, facts: Mapping[str, Callable[[], Node]]) -> None:
        super().__init__(name, help, example, tuple(facts))
        self._facts = facts

    def node(self, comparison: Comparison, value: Value) -> Node:
        fact = self._facts.get(value.text.lower())
        if fact is None:
            raise Unreadable(tr("expected is one of {values}").format(values=", ".join(self._facts)))
        return Not(fact()) if comparison == "!=" else fact()


def _compare(
    expression: str, read: Callable[[MessageRow], int | None], comparison: Comparison, low: int, width: int
) -> Node:
    """A number against the values from `low` on, `width` of them; to be above them is to be above all."""
    low, high = min(low, _MOST), min(low + width, _MOST)

    def below(limit: int) -> Node:
        return Number(expression, read, "<", limit)

    def from_(limit: int) -> Node:
        return Number(expression, read, ">=", limit)

    match comparison:
        case "<":
            return below(low)
        case "<=":
            return below(high)
        case ">":
            return from_(high)
        case ">=":
            return from_(low)
        case "=":
            return And(from_(low), below(high))
        case "!=":
            return Not(And(from_(low), below(high)))


def _call(column: str) -> Callable[[Pattern], Node]:
    return lambda pattern: CallText(column, pattern)


def _about(column: str) -> Callable[[Pattern], Node]:
    return lambda pattern: AboutText(column, pattern)


def _final(pattern: Pattern) -> Node:
    return NamedText("final", pattern)


def _correlation(pattern: Pattern) -> Node:
    return RequestText("correlation_id", pattern)


def _request(pattern: Pattern) -> Node:
    return RequestText("request_id", pattern)


def _rule(pattern: Pattern) -> Node:
    return Remarked("rule", pattern)


def _severity(pattern: Pattern) -> Node:
    return Remarked("severity", pattern)


def _evse(pattern: Pattern) -> Node:
    return And(CallText("object_kind", Pattern(["EVSE"])), AboutText("object_id", pattern))


_MODULES: Final = tuple(str(module) for module in ModuleID)
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

WORDS: Final[Mapping[str, Word]] = {
    word.name: word
    for word in (
        TextWord("from", tr("The party that sends the request"), "from:NL-ABC", _call("sender")),
        TextWord("to", tr("The party that receives the request"), "to:NL-EMA", _call("receiver")),
        TextWord("party", tr("A party at either end"), "party:NL-ABC", _call("sender"), _call("receiver")),
        TextWord("module", tr("The OCPI module"), "module:sessions", _call("module"), values=_MODULES),
        TextWord("method", tr("The HTTP method"), "method:PATCH", _call("method"), values=_METHODS),
        TextWord("route", tr("The kind of request, as in the specification"), "route:*.patch_session", _call("route"),
                 values=ROUTES),
        TextWord("version", tr("The OCPI version spoken"), "version:2.2.1", _call("version"), values=_VERSIONS),
        TextWord("kind", tr("The kind of object carried"), "kind:EVSE", _call("object_kind")),
        TextWord("session", tr("The id of the session it is about"), "session:ID", _about("session_id")),
        TextWord("token", tr("The uid of the token it is about"), "token:UID", _about("token_uid")),
        TextWord("location", tr("The id of the location it is about"), "location:ID", _about("location_id")),
        TextWord("evse", tr("The uid of the EVSE whose data it carries"), "evse:UID", _evse),
        TextWord("object", tr("The id of the object carried"), "object:ID", _about("object_id")),
        TextWord("path", tr("The path of the URL with its query"), "path:*/sessions/*", _about("path")),
        NumberWord("status", tr("The HTTP status of the answer"), "status>=400", "http_status",
                   lambda message: message.http_status),
        NumberWord("ocpi", tr("The OCPI status code of the answer"), "ocpi:2xxx", "ocpi_status",
                   lambda message: message.ocpi_status),
        TextWord("final", tr("How the exchange ended"), "final:timed_out", _final,
                 values=get_args(FinalState), closed=True),
        Flag("is", tr("What became of it: refused or unanswered (failed), or delivered twice"), "is:failed",
             {"failed": Failed, "duplicate": Duplicate}),
        TextWord("hint", tr("The rule that a hint on the exchange names; hint:* takes all with a hint"),
                 "hint:translation-*", _rule),
        TextWord("severity", tr("How grave a hint on the exchange is"), "severity:error", _severity,
                 values=get_args(Severity), closed=True),
        InstantWord("at", tr("When the request left, in the run's local time"), "at>=07:40"),
        DurationWord("duration", tr("Simulated time until the sender knew; milliseconds"), "duration>250"),
        NumberWord("exchange", tr("The number of the exchange"), "exchange:42", "exchange",
                   lambda message: message.exchange),
        TextWord("correlation", tr("The X-Correlation-ID"), "correlation:ID", _correlation),
        TextWord("request", tr("The X-Request-ID"), "request:ID", _request),
    )
}  # fmt: skip
"""All words by name, in the order in which they are offered."""
