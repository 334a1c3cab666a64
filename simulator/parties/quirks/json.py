"""Changes to JSON that quirks make; what is not JSON, or no object, stays as it is."""

from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct

from simulator.ocpi import codec

_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def changed(body: bytes, change: Callable[[dict[str, Any]], dict[str, Any]]) -> bytes:
    """The body with its object changed."""
    try:
        tree = _decode(body)
    except codec.UNREADABLE:
        return body
    return codec.encode(change(tree)) if isinstance(tree, dict) else body


def with_field(body: bytes, name: str, value: Any) -> bytes:
    """With one more field, or with another value of it."""
    return changed(body, lambda tree: {**tree, name: value})


def without_field(body: bytes, name: str) -> bytes:
    """Without one of its fields."""
    return changed(body, lambda tree: {key: value for key, value in tree.items() if key != name})


def with_nulls(body: bytes, cls: type[Struct]) -> bytes:
    """With null for each optional field of its class that an object lacks."""
    return changed(body, lambda tree: {**dict.fromkeys(_optional(cls)), **tree})


def with_nulls_in_data(body: bytes, cls: type[Struct]) -> bytes:
    """The same for an answer's data, an object or a list of them."""

    def filled(value: Any) -> Any:
        if isinstance(value, list):
            return [filled(item) for item in value]
        return {**dict.fromkeys(_optional(cls)), **value} if isinstance(value, dict) else value

    return changed(body, lambda tree: {**tree, "data": filled(tree["data"])} if "data" in tree else tree)


@cache
def _optional(cls: type[Struct]) -> tuple[str, ...]:
    return tuple(field.encode_name for field in msgspec.structs.fields(cls) if field.default is not NODEFAULT)
