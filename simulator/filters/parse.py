"""From text to a Filter: the grammar, and sentences for what does not follow it.

filter  = [or]            or   = and { "or" and }
and     = not { ["and"] not }
not     = "not" not | "(" or ")" | fact
fact    = WORD (":" | "=" | "!=" | "<" | "<=" | ">" | ">=") value | value
value   = "quoted text" | anything without blanks, quotes and brackets, * standing for any text
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from difflib import get_close_matches
from typing import Final, Literal, NamedTuple, NoReturn, cast

from simulator.filters.errors import FilterError
from simulator.filters.facts import FreeText
from simulator.filters.instants import Origin
from simulator.filters.patterns import Pattern
from simulator.filters.sql import Clause, Writer
from simulator.filters.tree import And, Anything, BesideTheRow, Node, Not, Or, Predicate
from simulator.filters.words import ROUTES, WORDS, Comparison, Unreadable, Value
from simulator.i18n import tr
from simulator.ocpi.describe import meaning

MOST_CHARACTERS: Final = 2_000
MOST_FACTS: Final = 100
MOST_DEPTH: Final = 40
KEYWORDS: Final = ("and", "or", "not")

_TOKEN: Final = re.compile(
    r"""\s+
    | (?P<open>\() | (?P<close>\))
    | (?P<word>[A-Za-z_]+)(?P<comparison><=|>=|!=|[:=<>])(?P<value>"(?:[^"\\]|\\.)*"|[^\s()"]*)
    | (?P<quoted>"(?:[^"\\]|\\.)*")
    | (?P<bare>[^\s()"]+)""",
    re.VERBOSE | re.DOTALL,
)
_UNUSABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\ud800-\udfff]")
_PLAIN: Final = re.compile(r'[^\s()"*]+')
_WITH_MEANING: Final = tuple((route, tr(meaning(route))) for route in ROUTES)

_Kind = Literal["open", "close", "fact", "text", "quoted", "and", "or", "not"]


class Filter:
    """A filter that was understood. `matches` and `clause` say the same of every message.

    `matches` is None for a filter that asks for hints, which stand beside the messages in a recording.
    """

    def __init__(self, text: str, node: Node) -> None:
        """Not for callers: use `parse`."""
        writer = Writer()
        self.text = text
        self.matches: Predicate | None = None
        with suppress(BesideTheRow):
            self.matches = node.predicate()
        self.clause: Clause = writer.clause(node.sql(writer))


def parse(text: str, origin: Origin | None = None) -> Filter:
    """Read a filter; the empty text takes every message.

    `origin` is what times of day refer to (`Origin.of(recording.meta)`). Raises FilterError.
    """
    if len(text) > MOST_CHARACTERS:
        sentence = tr("A filter has at most {count} characters.").format(count=MOST_CHARACTERS)
        raise FilterError(sentence, MOST_CHARACTERS, len(text))
    return Filter(text, _Parser(text, origin).filter())


def term(word: str, value: str) -> str:
    """The text `word:value` that means exactly this value, quoted where it must be."""
    if _PLAIN.fullmatch(value):
        return f"{word}:{value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{word}:"{escaped}"'


class _Token(NamedTuple):
    kind: _Kind
    text: str
    begin: int
    end: int
    word: str = ""
    comparison: str = ""


class _Parser:
    def __init__(self, text: str, origin: Origin | None) -> None:
        self._origin = origin
        self._length = len(text)
        self._tokens = list(_tokens(text))
        self._next = 0
        self._facts = 0
        self._depth = 0

    def filter(self) -> Node:
        if not self._tokens:
            return Anything()
        node = self._or()
        left = self._peek()
        if left is not None:
            _refuse(tr("This bracket closes nothing; remove it, or open one before it."), left)
        return node

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, *kinds: _Kind) -> _Token | None:
        token = self._peek()
        if token is None or token.kind not in kinds:
            return None
        self._next += 1
        return token

    def _or(self) -> Node:
        nodes = [self._and()]
        while self._take("or"):
            nodes.append(self._and())
        return nodes[0] if len(nodes) == 1 else Or(*nodes)

    def _and(self) -> Node:
        nodes = [self._not()]
        while True:
            token = self._peek()
            if token is None or (token.kind in ("or", "close")):
                return nodes[0] if len(nodes) == 1 else And(*nodes)
            self._take("and")
            nodes.append(self._not())

    def _not(self) -> Node:
        token = self._peek()
        if token is None or token.kind in ("close", "and", "or"):
            self._refuse_missing(token)
        self._next += 1
        self._depth += 1
        if self._depth > MOST_DEPTH:
            _refuse(tr("Brackets and “not” are nested too deep here; {count} levels are the most.")
                    .format(count=MOST_DEPTH), token)  # fmt: skip
        node = self._operand(token)
        self._depth -= 1
        return node

    def _operand(self, token: _Token) -> Node:
        if token.kind == "not":
            return Not(self._not())
        if token.kind == "open":
            node = self._or()
            if self._take("close") is None:
                _refuse(tr("This bracket is never closed; add “)”."), token)
            return node
        self._facts += 1
        if self._facts > MOST_FACTS:
            _refuse(tr("A filter has at most {count} conditions.").format(count=MOST_FACTS), token)
        return self._fact(token) if token.kind == "fact" else _free_text(token)

    def _fact(self, token: _Token) -> Node:
        word = WORDS.get(token.word.lower())
        if word is None:
            near = get_close_matches(token.word.lower(), WORDS, 1)
            if near:
                sentence = tr("There is no word “{word}”; did you mean “{near}”?")
                _refuse(sentence.format(word=token.word, near=near[0]), token)
            sentence = tr("There is no word “{word}”; to look for this as text, put it in quotes.")
            _refuse(sentence.format(word=token.word), token)
        comparison = cast(Comparison, "=" if token.comparison == ":" else token.comparison)
        if comparison not in ("=", "!=") and not word.ordered:
            _refuse(
                tr("“{word}” cannot be compared with “{sign}”; write {example}.").format(
                    word=word.name, sign=comparison, example=word.example
                ),
                token,
            )
        if not token.text:
            _refuse(tr("A value is missing after “{word}”, as in {example}.")
                    .format(word=token.word + token.comparison, example=word.example), token)  # fmt: skip
        try:
            return word.node(comparison, _value(token.text, self._origin))
        except Unreadable as error:
            _refuse(tr("“{text}” cannot follow “{word}”: {reason}.")
                    .format(text=_value(token.text).text, word=word.name, reason=error), token)  # fmt: skip

    def _refuse_missing(self, token: _Token | None) -> NoReturn:
        sentence = tr("A condition is missing here, such as module:sessions or a text to look for.")
        if token is None:
            raise FilterError(sentence, self._length, self._length)
        _refuse(sentence, token)


def _tokens(text: str) -> Iterator[_Token]:
    unusable = _UNUSABLE.search(text)
    if unusable is not None:
        raise FilterError(tr("There is a control character here; remove it."), *unusable.span())
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FilterError(tr('This quote is never closed; add “"” at its end.'), position, len(text))
        begin, position = match.span()
        match match.lastgroup:
            case "open" | "close":
                yield _Token(cast(_Kind, match.lastgroup), match[0], begin, position)
            case "value":
                yield _Token("fact", match["value"], begin, position, match["word"], match["comparison"])
            case "quoted":
                yield _Token("quoted", match[0], begin, position)
            case "bare":
                keyword = match[0].lower()
                yield _Token(cast(_Kind, keyword if keyword in KEYWORDS else "text"), match[0], begin, position)


def _value(text: str, origin: Origin | None = None) -> Value:
    """A value as typed: in quotes `*` is just a star, and `\\` takes the next character as it is."""
    if text.startswith('"'):
        plain = re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
        return Value(plain, (plain,), origin)
    return Value(text, tuple(text.split("*")), origin)


def _free_text(token: _Token) -> Node:
    pattern = Pattern(_value(token.text).pieces, anywhere=True)
    return FreeText(pattern, [route for route, words in _WITH_MEANING if pattern.matches(words)])


def _refuse(sentence: str, token: _Token) -> NoReturn:
    raise FilterError(sentence, token.begin, token.end)
