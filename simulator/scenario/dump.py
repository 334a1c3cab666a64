"""Reads a dump of OCPI objects as people get them: a JSON list, or OCPI's envelope around one."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

_decoder = msgspec.json.Decoder(float_hook=Decimal)


class ImportRefused(ValueError):
    """An import that cannot be done; the text is the sentence for the person who asked for it."""


def read_dump(path: Path, noun: str) -> list[Any]:
    """The objects in the file, with nulls counted as absent. Raises ImportRefused."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise ImportRefused(f"The file of {noun} {path} cannot be read: {reason}.") from None
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"byte 0x{raw[error.start]:02x} at offset {error.start}"
        raise ImportRefused(f"{path} is not UTF-8 text ({found}); save it as UTF-8.") from None
    try:
        data = _decoder.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError) as error:
        problem = "nesting without end" if isinstance(error, RecursionError) else str(error)
        raise ImportRefused(f"{path} is not whole JSON: {problem}. Was the download cut off?") from None
    if isinstance(data, dict) and "data" in data:
        data = data["data"]
    if not isinstance(data, list):
        raise ImportRefused(f'{path} holds no list of {noun}: expected is [...] or {{"data": [...]}}.')
    return [_without_nulls(item) for item in data]


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value if item is not None]
    return value
