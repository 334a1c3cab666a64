"""Where bytes stop being JSON, in words for whoever wrote them: the standard library tells it better than msgspec."""

import json
import re
from typing import Final

_constant: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|(NaN|-?Infinity)')
"""A text, or what stands outside of one and is no number."""
_surrogate: Final = re.compile(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.")
"""An escape; the group is a half of a pair that stands alone."""


def where_broken(raw: bytes) -> tuple[int, str]:
    """How many bytes are good, and what comes then."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return error.start, f"the byte 0x{raw[error.start]:02X}, which is not UTF-8,"
    try:
        # Numbers are not looked at: of one with very many digits the library says something else.
        json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
    except RecursionError:
        return 0, "nesting without end"
    except json.JSONDecodeError as error:
        return len(text[: error.pos].encode()), _named(text[error.pos : error.pos + 1])
    except ValueError as error:
        return _before(_first(_constant, text)), str(error)
    half = _first(_surrogate, text)
    return _before(half), f"{half[1]}, half of a character," if half else "a value that cannot be read"


def _first(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    return next((found for found in pattern.finditer(text) if found[1]), None)


def _before(found: re.Match[str] | None) -> int:
    return len(found.string[: found.start()].encode()) if found is not None else 0


def _named(character: str) -> str:
    if not character.strip():
        return "the end of what should go on"
    return f"“{character}”" if character.isprintable() else f"the character U+{ord(character):04X}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant}, which is no JSON,")
