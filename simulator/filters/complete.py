"""What may be typed next: for the list that opens under a filter field."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from simulator.filters.parse import KEYWORDS, term
from simulator.filters.words import WORDS
from simulator.i18n import tr
from simulator.recording.reader import Recording

_UNDER_CARET: Final = re.compile(r'(?:(?P<word>[A-Za-z_]+)(?P<comparison><=|>=|!=|[:=<>]))?(?P<rest>"?[^\s()"]*)\Z')
_KEYWORD_HELP: Final = {
    "and": tr("Both; may be left out"),
    "or": tr("One of them"),
    "not": tr("The others"),
}
_COLUMNS: Final = {
    "from": "sender",
    "to": "receiver",
    "module": "module",
    "method": "method",
    "route": "route",
    "version": "version",
    "kind": "object_kind",
}


class Completion(Struct, frozen=True):
    """`text` to put in place of the characters from `begin` to `end`, and a sentence that explains it."""

    text: str
    begin: int
    end: int
    help: str


def complete(text: str, position: int, known: Mapping[str, Sequence[str]] | None = None) -> list[Completion]:
    """What fits at the caret; `known` adds values that occur (see `known_values`), by word."""
    match = _UNDER_CARET.search(text, 0, position)
    assert match is not None  # It matches the empty text before the caret too.
    begin, rest = match.start(), match["rest"].strip('"').lower()
    if match["word"] is None:
        return [
            *(Completion(f"{word.name}:", begin, position, f"{word.help}: {word.example}")
              for word in WORDS.values() if word.name.startswith(rest)),
            *(Completion(f"{keyword} ", begin, position, _KEYWORD_HELP[keyword])
              for keyword in KEYWORDS if keyword.startswith(rest)),
        ]  # fmt: skip
    word = WORDS.get(match["word"].lower())
    if word is None:
        return []
    values = dict.fromkeys([*(known or {}).get(word.name, ()), *word.values])
    fitting = sorted((value for value in values if rest in value.lower()), key=lambda v: not v.lower().startswith(rest))
    sign = match["comparison"]
    return [Completion(term(word.name, value).replace(":", sign, 1), begin, position, word.help) for value in fitting]


def known_values(recording: Recording) -> dict[str, list[str]]:
    """The values that occur in a recording, by word: parties, modules, routes and the like, in alphabetical order."""
    values = {}
    for word, column in _COLUMNS.items():
        rows = recording.query(f"SELECT DISTINCT {column} FROM call WHERE {column} <> '' ORDER BY 1")
        values[word] = [text for (text,) in rows]
    values["hint"] = [rule for (rule,) in recording.query("SELECT DISTINCT rule FROM hint ORDER BY 1")]
    values["party"] = sorted({*values["from"], *values["to"]})
    return values
