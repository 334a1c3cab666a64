"""A JSON file of any size, cut into the objects of its list without reading it whole: for `check`.

Nothing is judged here but where a value begins and ends; each value's bytes go to the decoder, which is written in C.
An envelope around the list is taken off and handed out at the end, with an empty list in the place of its data. A file
of lines with an object or an envelope each (NDJSON) is cut at its lines, so that a broken one costs only itself.
"""

import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

_CHUNK: Final = 1 << 20
MOST_BYTES: Final = 64 << 20
"""The largest value that is taken; no object of OCPI comes near it."""

_LONGEST_MARK: Final = 4
"""How many bytes tell the encoding of JSON, also without a byte order mark: it begins with a character of ASCII."""
_WANTED: Final = "a JSON object or list"
_blank: Final = re.compile(rb"[ \t\r\n]*").match
_to_bracket: Final = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+[\[\]{}]', re.DOTALL).match
_string: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL).match
_scalar: Final = re.compile(rb'[^ \t\r\n,:\[\]{}"]+').match


class Place(NamedTuple):
    """Where in a file: line and column, the column in bytes, both from 1."""

    line: int
    column: int

    def after(self, raw: bytes) -> "Place":
        """The place behind bytes that begin here."""
        lines = raw.count(b"\n")
        if not lines:
            return Place(self.line, self.column + len(raw))
        return Place(self.line + lines, len(raw) - raw.rindex(b"\n"))


class Item(NamedTuple):
    """One value of the file: an object to check, or the envelope around all the others."""

    path: str
    raw: bytes
    place: Place
    is_envelope: bool = False


class Broken(ValueError):
    """The file is not JSON, or not such that it can be cut into values; the text says what was found there."""

    def __init__(self, place: Place, found: str, expected: str) -> None:
        super().__init__(found)
        self.place = place
        self.found = found
        self.expected = expected


def items(read: Callable[[int], bytes]) -> Iterator[Item]:
    """The values of a file: those of a list, bare or in an envelope's `data`, or the one that there is.

    In a file of lines these are those of each line, which is named by its number, but for a first one that is an
    envelope: what it holds is handed out before it is seen whether others follow. `read` gives at most so many bytes,
    none at the end. Raises Broken where the cutting comes to an end.
    """
    scanner = _Scanner(read)
    first = scanner.peek()
    if first == b"[":
        yield from _elements(scanner, "$")
    elif first == b"{":
        yield from _members(scanner)
    elif not first:
        raise Broken(scanner.place(), "nothing", _WANTED)
    else:
        raw, place = scanner.value()
        if scanner.peek():
            raise Broken(place, _quote(first), _WANTED)
        yield Item("$", raw, place)
    if scanner.peek():
        raise Broken(scanner.place(), "something behind the end of the JSON", "the end of the file")


def _elements(scanner: "_Scanner", path: str) -> Iterator[Item]:
    scanner.take(b"[")
    index = 0
    while scanner.peek() != b"]":
        if index:
            scanner.take(b",")
        yield Item(f"{path}[{index}]", *scanner.value())
        scanner.forget()
        index += 1
    scanner.take(b"]")


def _members(scanner: "_Scanner") -> Iterator[Item]:
    """An object, which is an envelope when it has a status code or a list of data, or else perhaps a line of many."""
    place, began = scanner.place(), scanner.mark()
    scanner.take(b"{")
    members: list[tuple[bytes, bytes]] = []
    data: tuple[bytes, Place] | None = None
    listed = False
    while scanner.peek() != b"}":
        if members:
            scanner.take(b",")
        name, _ = scanner.value()
        scanner.take(b":")
        if name == b'"data"' and not listed and scanner.peek() == b"[":
            listed = True
            yield from _elements(scanner, "$.data")
            members.append((name, b"[]"))
        else:
            raw, where = scanner.value()
            members.append((name, raw))
            data = (raw, where) if name == b'"data"' else data
    scanner.take(b"}")
    if not listed and all(name != b'"status_code"' for name, _ in members):
        yield from _lines(scanner, scanner.since(began), place)
        return
    if not listed and data is not None and data[0] != b"null":
        yield Item("$.data", *data)
    follow = _lines_follow(scanner, place)
    whole = b",".join(name + b":" + raw for name, raw in members)
    yield Item("$", b"{" + whole + b"}", place, is_envelope=True)
    if follow:
        for raw, place in _other_lines(scanner):
            yield from _on_line(raw, place)


def _lines(scanner: "_Scanner", raw: bytes, place: Place) -> Iterator[Item]:
    """The object that was read; when it is a line, and others follow, all of them."""
    if not _lines_follow(scanner, place):
        yield Item("$", raw, place)
        return
    yield Item(f"line {place.line}: $", raw, place)
    for raw, place in _other_lines(scanner):
        yield Item(f"line {place.line}: $", raw, place)


def _lines_follow(scanner: "_Scanner", began: Place) -> bool:
    """Whether what began there and has been read is a line, and others follow."""
    end = scanner.place()
    return end.line == began.line and bool(scanner.peek()) and scanner.place().line != end.line


def _other_lines(scanner: "_Scanner") -> Iterator[tuple[bytes, Place]]:
    while scanner.peek():
        place = scanner.place()
        yield scanner.line(), place
        scanner.forget()


def _on_line(raw: bytes, place: Place) -> Iterator[Item]:
    """The values of a line in a file of envelopes; one that cannot be cut is itself the value."""
    try:
        found = list(items(io.BytesIO(raw).read))
    except Broken:
        found = [Item("$", raw, Place(1, 1))]
    for item in found:
        at = Place(place.line, place.column + item.place.column - 1)
        yield item._replace(path=f"line {place.line}: {item.path}", place=at)


class _Scanner:
    """A place in a file that moves on from value to value; what is forgotten leaves the memory."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = bytearray()
        self._at = 0
        self._counted = 0
        self._place = Place(1, 1)
        while self._fill() and len(self._buffer) < _LONGEST_MARK:
            continue
        encoding = json.detect_encoding(bytes(self._buffer[:_LONGEST_MARK]))
        if encoding == "utf-8-sig":
            raise Broken(self._place, "a byte order mark", "JSON in UTF-8 without one")
        if encoding != "utf-8":
            raise Broken(self._place, encoding.upper()[: len("UTF-16")], "JSON in UTF-8")

    def peek(self) -> bytes:
        """The next byte that is not blank; none at the end of the file."""
        while True:
            found = _blank(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer):
                return bytes(self._buffer[self._at : self._at + 1])
            if not self._fill():
                return b""

    def take(self, expected: bytes) -> None:
        """Step over one byte that has to be there."""
        found = self.peek()
        if found != expected:
            raise Broken(self.place(), _quote(found), f"“{expected.decode()}”")
        self._at += 1

    def value(self) -> tuple[bytes, Place]:
        """Step over one value of whatever kind; its bytes, and where it begins."""
        first = self.peek()
        place, began = self.place(), self.mark()
        if first in (b"{", b"["):
            self._skip_nested()
        elif first and first not in b",:]}":
            self._skip(_string if first == b'"' else _scalar)
        else:
            raise Broken(place, _quote(first), "a value")
        return self.since(began), place

    def line(self) -> bytes:
        """Step to the end of the line; what stands on it, none at the end of the file."""
        began = self.mark()
        while (end := self._buffer.find(b"\n", began)) < 0:
            self._hold_on()
            if not self._fill():
                end = len(self._buffer)
                break
        self._at = end
        return self.since(began).rstrip()

    def mark(self) -> int:
        """Where it stands, for `since`; good until something is forgotten."""
        return self._at

    def since(self, mark: int) -> bytes:
        """The bytes from a mark to where it stands."""
        return bytes(self._buffer[mark : self._at])

    def place(self) -> Place:
        """Where in the file it stands."""
        self._place = self._place.after(bytes(self._buffer[self._counted : self._at]))
        self._counted = self._at
        return self._place

    def forget(self) -> None:
        """Let go of what lies behind, when it has become much."""
        if self._at >= _CHUNK:
            self.place()
            del self._buffer[: self._at]
            self._at = self._counted = 0

    def _skip_nested(self) -> None:
        depth, at = 0, self._at
        while True:
            found = _to_bracket(self._buffer, at)
            if found is None:
                self._need_more("the closing bracket of what begins here")
                continue
            at = found.end()
            if self._buffer[at - 1] in b"{[":
                depth += 1
            else:
                depth -= 1
                if not depth:
                    self._at = at
                    return

    def _skip(self, match: Callable[[bytearray, int], re.Match[bytes] | None]) -> None:
        while True:
            found = match(self._buffer, self._at)
            if found is not None and found.end() < len(self._buffer):
                break
            if found is not None and not self._fill():
                break
            if found is None:
                self._need_more("the closing quotation mark of what begins here")
        self._at = found.end()

    def _need_more(self, expected: str) -> None:
        self._hold_on()
        if not self._fill():
            raise Broken(self.place(), "the end of the file", expected)

    def _hold_on(self) -> None:
        if len(self._buffer) - self._at > MOST_BYTES:
            raise Broken(self.place(), f"a value of more than {MOST_BYTES >> 20} MiB", "an object of OCPI")

    def _fill(self) -> bool:
        chunk = self._read(_CHUNK)
        self._buffer += chunk
        return bool(chunk)


def _quote(found: bytes) -> str:
    return f"“{found.decode('utf-8', 'replace')}”" if found else "the end of the file"
