"""Paths into a scenario, as `--set` takes them and as they are written again: keys joined by dots, `generate.cpos`.

A key that would be taken apart stands in quotes, `tariffs."mar.ket".energy`, with each quote inside of it doubled: so
each key of a table has a path.
"""

import re
from collections.abc import Sequence
from typing import Final

_QUOTED: Final = re.compile(r'\s*"((?:[^"]|"")*)"(?!")\s*')
_PLAIN: Final = re.compile(r"[^.=]*")


class BadPath(ValueError):
    """What was written is no path. The message is a sentence without its full stop; `at` counts characters from 0."""

    def __init__(self, sentence: str, at: int) -> None:
        super().__init__(sentence)
        self.at = at


def read_path(text: str) -> tuple[tuple[str, ...], int]:
    """The keys of the path that `text` begins with, and where it ends: at `=` outside of quotes, or with the text.

    Spaces around a key do not count where it has no quotes. Raises BadPath.
    """
    keys: list[str] = []
    at = 0
    while True:
        key, end = _read_key(text, at)
        keys.append(key)
        if end == len(text) or text[end] == "=":
            return tuple(keys), end
        if text[end] != ".":
            sentence = f"“{text[end:]}” stands behind a name in quotes, where . or = is expected"
            raise BadPath(f"{sentence}; double each quote that belongs to the name", end)
        at = end + 1


def _read_key(text: str, at: int) -> tuple[str, int]:
    """The key that begins at a character, and where it ends."""
    if quoted := _QUOTED.match(text, at):
        return quoted[1].replace('""', '"'), quoted.end()
    plain = _PLAIN.match(text, at)
    assert plain is not None
    key = plain[0].strip()
    if key.startswith('"'):
        begin = text.index('"', at)
        sentence = f"“{text[begin:]}” begins with a quote that is not closed"
        raise BadPath(f'{sentence}; expected is "name", each quote that belongs to the name doubled', begin)
    return key, plain.end()


def write_key(key: str) -> str:
    """A key as it stands in a path: in quotes where `read_path` would else read another one."""
    is_plain = key and key == key.strip() and not key.startswith('"') and "." not in key and "=" not in key
    return key if is_plain else '"' + key.replace('"', '""') + '"'


def write_path(keys: Sequence[str]) -> str:
    """The path that `read_path` reads as these keys."""
    return ".".join(write_key(key) for key in keys)


def last_key(path: str) -> str:
    """The last key of a path, as it is written there. Raises BadPath."""
    return write_key(read_path(path)[0][-1])
