"""Reads a dump of OCPI objects as people get them: a JSON list, or an answer's envelope around one, however large.

A dump is read one object at a time, so that a national one needs no more memory than a city's. Whatever is wrong with
the file as a whole is told at its line and byte, with how many whole objects stood before.
"""

import codecs
import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

Watch = Callable[[Path, int, int], None]
"""Told now and then how far the reading of a file is: the file, bytes read, and bytes in all."""

MAX_OBJECT_CHARACTERS = 32 * 2**20
"""The longest single object; no Location comes near it."""

_CHUNK_BYTES = 2**20
_DEEPEST = 100
"""How deep a dump may be nested, ten times as deep as OCPI is: what reads it goes down by calls, which are limited."""
_ENDLESS = "it is nested without end"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_GZIP = b"\x1f\x8b"
_BOM = "\ufeff"
_SPACE = re.compile(r"[ \t\r\n]*")
_ATOM_TO_THE_END = re.compile(r"[-+.\w\\]*\s*\Z")
_NEAR_THE_END = 100
_LISTS = ("data", "items", "results", "content", "records", "value")
_AROUND = ("data", "result", "response", "page", "_embedded")
"""What answers call the list (beside the name of what is in it), and an object around it."""
_RECORDS = ("evses", "connectors")
"""Lists in which a null is a record that says nothing, to be accounted for like any other."""

_TOTALS = ("total", "total_count", "totalcount", "totalelements", "x-total-count", "count")
_NEXTS = ("next", "next_page", "nextpage", "nextlink", "next_link", "@odata.nextlink", "link")


class ImportRefused(ValueError):
    """An import that cannot be done; the text is the sentence for the person who asked for it."""


class Dump:
    """One file of OCPI objects; iterate to get each with its place, from the file's beginning every time.

    A null counts as absent, but not in a list of records. Of several lists in an envelope all are read. `twice` are the
    names that an object in the last one yielded has more than once: the last value counts. After an iteration `lists`
    is how many objects each list has by its name in the envelope, `total` how many that says there are in all pages,
    and `next_page` where it says that the next page is. Raises ImportRefused.
    """

    def __init__(self, path: Path, noun: str, watch: Watch | None = None) -> None:
        self.path = path
        self.count = 0
        self.lists: dict[str, int] = {}
        self.total: int | None = None
        self.next_page = ""
        self.twice: tuple[str, ...] = ()
        self._noun = noun
        self._watch = watch
        self._found = False

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        self.count, self.lists, self.total, self.next_page, self._found = 0, {}, None, "", False
        with open_source(self.path, self._noun) as stream:
            text = _Text(self.path, stream, self._watch, self._so_far)
            text.take(_BOM)
            match text.peek():
                case "[":
                    yield from self._list(text)
                case "{":
                    yield from self._envelope(text)
                case "":
                    raise ImportRefused(f"{self.path} is empty; expected is a list of {self._noun}.")
                case _:
                    raise self._no_list(f"found is {text.text[text.at : text.at + 20].strip()}")
            if text.peek():
                raise text.refusal(f"{self.path} goes on after its list of {self._noun}", text.at)

    def _list(self, text: "_Text") -> Iterator[tuple[Any, str]]:
        text.at += 1
        before = self.count
        while text.peek() != "]":
            if self.count > before and not text.take(","):
                raise text.broken("a comma or ] is expected", text.at)
            text.peek()
            line = text.line()
            text.twice.clear()
            value = text.value()
            self.count += 1
            self.twice = tuple(text.twice)
            yield value, f"number {self.count}, line {line}"
        text.at += 1

    def _envelope(self, text: "_Text") -> Iterator[tuple[Any, str]]:
        """An object around the list, such as `{"data": [...]}` or a page's, with whatever stands beside it."""
        others = yield from self._object(text)
        self._take_hints(others)
        if not self._found and text.peek() == "{":
            raise self._no_list("found is one object after another (JSON Lines); put them in a list, as jq -s . does")
        if not self._found or (not self.count and _is_refusal(others)):
            raise self._no_list(_found_instead(others))

    def _object(self, text: "_Text", room: int = _DEEPEST) -> Generator[tuple[Any, str], None, dict[str, Any]]:
        """Read an object, with the records of the list in it; returns the rest. One record counts as a list of one."""
        if not room:
            raise text.broken(_ENDLESS, text.at)
        text.at += 1
        others: dict[str, Any] = {}
        first = False
        while text.peek() != "}":
            if first and not text.take(","):
                raise text.broken("a comma or } is expected", text.at)
            first = True
            text.peek()
            key = text.value()
            if not isinstance(key, str) or text.peek() != ":":
                raise text.broken("a key and a colon are expected", text.at)
            text.at += 1
            shape, name = text.peek(), key.lower()
            if shape == "[" and name in (*_LISTS, self._noun.lower()):
                self._found = True
                before = self.count
                yield from self._list(text)
                self.lists[key] = self.lists.get(key, 0) + self.count - before
            elif shape == "{" and name in _AROUND:
                text.twice.clear()
                others[key] = yield from self._object(text, room - 1)
                if name == "data" and not self._found and "id" in others[key]:
                    self._found = True
                    self.count = 1
                    self.twice = tuple(text.twice)
                    yield _without_nulls(others.pop(key)), "the only one"
            else:
                if key in others:
                    text.twice[key] = None
                others[key] = text.value()
        text.at += 1
        return others

    def _take_hints(self, others: dict[str, Any]) -> None:
        """What the envelope says of other pages: totals and a next page as several interfaces write them."""
        for key, value in others.items():
            if key.lower() in _TOTALS and isinstance(value, int) and not isinstance(value, bool):
                self.total = value
            elif key.lower() in _NEXTS and isinstance(value, str):
                self.next_page = value
            elif isinstance(value, dict):
                self._take_hints(value)

    def _no_list(self, found: str) -> ImportRefused:
        expected = 'expected is [...] or {"data": [...]}'
        return ImportRefused(f"{self.path} holds no list of {self._noun}: {expected}; {found}.")

    def _so_far(self) -> str:
        return f"after {self.count} whole {self._noun}"


class _Text:
    """The part of the file that is being read, as text from `at` on; it knows where in the file that is."""

    def __init__(self, path: Path, stream: IO[bytes], watch: Watch | None, so_far: Callable[[], str]) -> None:
        self.text = ""
        self.at = 0
        self.twice: dict[str, None] = {}
        self._path = path
        self._stream = stream
        self._watch = watch
        self._so_far = so_far
        self._size = path.stat().st_size
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._wrong_byte: tuple[int, int] | None = None
        self._read_bytes = self._bytes_before = self._lines_before = 0
        self._counted = 0
        self._ended = False
        self._json = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=self._members)

    def peek(self) -> str:
        """The next character that is no space, where `at` then stands; "" at the end of the file."""
        while True:
            match = _SPACE.match(self.text, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self._more():
                return ""

    def take(self, character: str) -> bool:
        if self.peek() != character:
            return False
        self.at += 1
        return True

    def value(self) -> Any:
        """The JSON value that begins at `at`, which then stands behind it; nulls inside it are taken away."""
        while True:
            problem, where = "", self.at
            try:
                value, end = self._json.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                problem, where = error.msg.lower(), error.pos
                if len(self.text) - where > _NEAR_THE_END and not problem.startswith("unterminated"):
                    raise self.broken(problem, where) from None
            except RecursionError:
                raise self.broken(_ENDLESS, self.at) from None
            except ValueError as error:
                raise self.broken(str(error), self.at) from None
            else:
                if end < len(self.text) or self._ended:
                    try:
                        value = _without_nulls(value)
                    except RecursionError:
                        raise self.broken(_ENDLESS, self.at) from None
                    self._refuse_half_characters(value, end)
                    self.at = end
                    return value
            if len(self.text) - self.at > MAX_OBJECT_CHARACTERS:
                sentence = f"{self._path} holds an object of more than {MAX_OBJECT_CHARACTERS // 2**20} MB"
                raise self.refusal(sentence, self.at)
            into = where - self.at
            if not self._more() and problem:
                raise self.broken(problem, self.at + into)

    def _members(self, members: list[tuple[str, Any]]) -> dict[str, Any]:
        """An object of its members, whose names that come again are taken down."""
        found = dict(members)
        if len(found) != len(members):
            times = Counter(name for name, _ in members)
            self.twice.update((name, None) for name in found if times[name] > 1)
        return found

    def _refuse_half_characters(self, value: Any, end: int) -> None:
        """JSON can write one half of a pair of surrogates, which is no character and can be written nowhere."""
        found = _SURROGATE.search(self.text, self.at, end)
        if found is None:
            return
        try:
            json.dumps(value, ensure_ascii=False, default=str).encode()
        except UnicodeEncodeError as error:
            half = f"U+{ord(error.object[error.start]):04X}"
            raise self.refusal(f"{self._path} has half a character ({half})", found.start()) from None

    def line(self) -> int:
        """The line of `at`, from 1."""
        self._lines_before += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        return self._lines_before + 1

    def broken(self, problem: str, where: int) -> ImportRefused:
        """The refusal of text that is no JSON at `where`, or that ends there."""
        if self._is_over(where) or problem.startswith("unterminated"):
            return self.refusal(f"{self._path} is cut off: it ends", len(self.text), "; load it down again")
        return self.refusal(f"{self._path} is not JSON ({problem})", where)

    def _is_over(self, where: int) -> bool:
        """Whether nothing but the beginning of a word or number stands from `where` to the end of the file."""
        return self._ended and _ATOM_TO_THE_END.match(self.text, where) is not None

    def refusal(self, what: str, where: int, advice: str = "") -> ImportRefused:
        line = self._lines_before + self.text.count("\n", self._counted, where) + 1
        if where < self._counted:
            line = self._lines_before - self.text.count("\n", where, self._counted) + 1
        byte = self._bytes_before + len(self.text[:where].encode())
        return ImportRefused(f"{what} at line {line}, byte {byte:,}, {self._so_far()}{advice}. Nothing was written.")

    def _more(self) -> bool:
        """Read on, letting go of what was read; False at the end of the file."""
        if self._ended:
            return False
        if self._wrong_byte is not None:
            raise self._not_utf8(*self._wrong_byte)
        self.line()
        self._bytes_before += len(self.text[: self.at].encode())
        self.text, self.at, self._counted = self.text[self.at :], 0, 0
        try:
            chunk = self._stream.read(_CHUNK_BYTES)
        except (OSError, EOFError, zlib.error) as error:
            reason = str(error).rstrip(".").lower()
            raise self.refusal(f"{self._path} cannot be read on ({reason})", len(self.text)) from None
        self._read_bytes += len(chunk)
        try:
            self.text += self._decoder.decode(chunk)
        except UnicodeDecodeError as error:
            # What stands before it is read first, so that it is told where that ends.
            self.text += error.object[: error.start].decode()
            self._wrong_byte = error.object[error.start], self._read_bytes - len(error.object) + error.start
        self._ended = not chunk
        if self._watch is not None:
            self._watch(self._path, min(self._size, _told(self._stream)), self._size)
        return not self._ended

    def _not_utf8(self, wrong: int, byte: int) -> ImportRefused:
        line = self._lines_before + self.text.count("\n", self._counted) + 1
        return ImportRefused(
            f"{self._path} is not UTF-8 text: byte 0x{wrong:02x} stands at line {line}, byte {byte:,}, "
            f"{self._so_far()}; save it as UTF-8. Nothing was written."
        )


@contextmanager
def open_source(path: Path, noun: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked when it is gzip. Raises ImportRefused."""
    try:
        if not path.is_file() and path.exists():
            raise ImportRefused(f"{path} is not a file; {noun} are read from files, each of them twice.")
        stream = path.open("rb")
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise ImportRefused(f"The file of {noun} {path} cannot be read: {reason}.") from None
    with stream:
        if stream.peek(2)[:2] == _GZIP:
            with gzip.GzipFile(fileobj=stream) as unpacked:
                yield unpacked  # type: ignore[misc]
        else:
            yield stream


def _told(stream: IO[bytes]) -> int:
    """How far the file itself was read, also when it is unpacked on the way."""
    packed = getattr(stream, "fileobj", None)
    return int((packed or stream).tell())


def _is_refusal(others: dict[str, Any]) -> bool:
    status = others.get("status_code")
    return isinstance(status, int) and status >= 2000


def _found_instead(others: dict[str, Any]) -> str:
    if _is_refusal(others):
        return f"found is an answer of status {others['status_code']} ({others.get('status_message', 'no message')})"
    return f"found is an object with the keys {', '.join(others)}" if others else "found is an empty object"


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _without_nulls(value: Any, room: int = _DEEPEST, of_records: bool = False) -> Any:
    """Raises RecursionError of what is nested deeper than there is room for."""
    if isinstance(value, dict):
        inside = _inside(room)
        return {key: _without_nulls(item, inside, key in _RECORDS) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        inside = _inside(room)
        return [_without_nulls(item, inside) for item in value if of_records or item is not None]
    return value


def _inside(room: int) -> int:
    if not room:
        raise RecursionError
    return room - 1
