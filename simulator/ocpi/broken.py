"""Where bytes stop being JSON, in words for whoever wrote them: the standard library tells it better than msgspec."""

import json


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
        return 0, str(error)
    return 0, "a value that cannot be read"


def _named(character: str) -> str:
    if not character.strip():
        return "the end of what should go on"
    return f"“{character}”" if character.isprintable() else f"the character U+{ord(character):04X}"


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant}, which is no JSON,")
