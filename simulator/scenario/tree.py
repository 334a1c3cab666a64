"""YAML text as a tree in which every value knows where it was written.

Values stay text here: YAML's own guesses (is 07:40 a time? is NO a boolean?) are not asked, the reader of each
key decides. Only places and shape matter, and a key given twice is a mistake, not a replacement.
"""

from pathlib import Path

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from simulator.scenario.errors import ScenarioError, ScenarioErrors


class Place(Struct, frozen=True):
    """Where something was written; line and column count from 1."""

    file: str
    line: int
    column: int

    def error(self, found: str, expected: str, sentence: str) -> ScenarioError:
        return ScenarioError(self.file, self.line, self.column, found, expected, sentence)


class Scalar(Struct, frozen=True):
    """One word or phrase. `absent`: written as nothing, ~ or null, which counts as not written."""

    text: str
    place: Place
    absent: bool


class Items(Struct, frozen=True):
    """A list."""

    items: tuple["Value", ...]
    place: Place


class Entry(Struct, frozen=True):
    """A key's value, and the place of the key."""

    key_place: Place
    value: "Value"


class Table(Struct, frozen=True):
    """Keys with their values, in the order written."""

    entries: dict[str, Entry]
    place: Place


Value = Scalar | Items | Table


def read_text(path: Path) -> str:
    """The text of a file. Raises ScenarioErrors when it cannot be read or is not UTF-8."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _unreadable(path, "no file", "an existing file", f"There is no file {path}.") from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise _unreadable(path, reason, "a readable file", f"{path} cannot be read: {reason}.") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        found = f"byte 0x{raw[error.start]:02x}"
        sentence = f"{path.name} is not UTF-8 text: {found} stands here; save the file as UTF-8."
        raise ScenarioErrors([Place(str(path), line, column).error(found, "UTF-8 text", sentence)]) from None


def parse(text: str, file: str, line: int = 1, column: int = 1) -> tuple[Value, list[ScenarioError]]:
    """The tree of YAML `text`, and the mistakes of its shape. `line` and `column` are where it starts.

    Raises ScenarioErrors where the text is not YAML at all.
    """
    places = _Places(file, line, column)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = places.at(mark.line, mark.column) if mark else places.at(0, 0)
        problem = " ".join(part.strip() for part in (error.problem, error.context) if part)
        raise ScenarioErrors([place.error(problem, "YAML", f"This is not YAML: {problem}.")]) from None
    except ReaderError as error:
        before = text[: error.position]
        place = places.at(before.count("\n"), error.position - (before.rfind("\n") + 1))
        found = f"character U+{ord(text[error.position]):04X}"
        sentence = f"YAML text must not hold the {found}."
        raise ScenarioErrors([place.error(found, "printable characters", sentence)]) from None
    except (YAMLError, RecursionError):
        sentence = "This is not YAML that can be read: it is nested too deeply or broken."
        raise ScenarioErrors([places.at(0, 0).error("broken text", "YAML", sentence)]) from None
    builder = _Builder(places)
    if node is None:
        return Scalar("", places.at(0, 0), absent=True), []
    return builder.build(node), builder.errors


class _Places(Struct, frozen=True):
    file: str
    line: int
    column: int

    def at(self, line: int, column: int) -> Place:
        return Place(self.file, self.line + line, column + (self.column if line == 0 else 1))


class _Builder:
    """Turns composed nodes into values; each node once, so that aliases cannot make the tree explode."""

    def __init__(self, places: _Places) -> None:
        self.errors: list[ScenarioError] = []
        self._places = places
        self._built: dict[int, Value] = {}
        self._open: list[Node] = []

    def build(self, node: Node) -> Value:
        built = self._built.get(id(node))
        if built is not None:
            return built
        place = self._place(node)
        if any(node is outer for outer in self._open):
            sentence = "This alias (*) stands for a part that contains the alias itself."
            self.errors.append(place.error("an alias of its own container", "a finite value", sentence))
            return Scalar("", place, absent=True)
        self._open.append(node)
        value = self._value(node, place)
        self._open.pop()
        self._built[id(node)] = value
        return value

    def _value(self, node: Node, place: Place) -> Value:
        if isinstance(node, MappingNode):
            return self._table(node, place)
        if isinstance(node, SequenceNode):
            return Items(tuple(self.build(item) for item in node.value), place)
        plain = isinstance(node, ScalarNode) and node.style is None and node.tag != "!"
        return Scalar(node.value, place, absent=plain and node.value in ("", "~", "null"))

    def _table(self, node: MappingNode, place: Place) -> Table:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            key_place = self._place(key)
            if not isinstance(key, ScalarNode):
                sentence = "A key must be one word or phrase, not a list or table."
                self.errors.append(key_place.error("a list or table", "a word as key", sentence))
            elif key.value in entries:
                first = entries[key.value].key_place
                sentence = f"The key “{key.value}” stands here twice; the first is in line {first.line}."
                self.errors.append(key_place.error(key.value, "each key once", sentence))
            else:
                entries[key.value] = Entry(key_place, self.build(value))
        return Table(entries, place)

    def _place(self, node: Node) -> Place:
        return self._places.at(node.start_mark.line, node.start_mark.column)


def _unreadable(path: Path, found: str, expected: str, sentence: str) -> ScenarioErrors:
    return ScenarioErrors([Place(str(path), 1, 1).error(found, expected, sentence)])
