"""Objects of any class as hypothesis makes them: valid trees that use what the class allows, lengths to the limit."""

import enum
import string
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import Struct

from simulator.ocpi import typeinfo
from simulator.ocpi.typeinfo import Shape

DATE_TIMES = st.sampled_from(["2026-05-04T06:00:00Z", "2026-05-04T06:00:00.123Z", "2024-02-29T23:59:59"])
ASCII = string.ascii_letters + string.digits + "-*."
UNKNOWN_NAME = "NAME_FROM_LATER_ON"


@cache
def objects(cls: type[Struct]) -> st.SearchStrategy[dict[str, Any]]:
    """Trees of a class: the required fields, and each optional one or not."""
    fields = msgspec.structs.fields(cls)
    required = {field.encode_name: values(field.type) for field in fields if field.required}
    optional = {field.encode_name: values(field.type) for field in fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional)


@cache
def values(type_: Any) -> st.SearchStrategy[Any]:
    shape = typeinfo.shape(type_)
    if shape.item is not None:
        least = max((meta.min_length or 0 for meta in shape.metas), default=0)
        return st.lists(values(shape.item), min_size=least, max_size=2)
    if issubclass(shape.base, Struct):
        return objects(shape.base)
    if issubclass(shape.base, enum.Enum):
        return st.sampled_from([member.value for member in shape.base])
    if shape.known is not None:
        return st.sampled_from([*(member.value for member in shape.known), UNKNOWN_NAME])
    if shape.base is bool:
        return st.booleans()
    if shape.base is int:
        least = max((meta.ge for meta in shape.metas if meta.ge is not None), default=-5)
        return st.integers(least, min((meta.le for meta in shape.metas if meta.le is not None), default=99_999))
    if shape.base is Decimal:
        return st.decimals(-1000, 1000, allow_nan=False, allow_infinity=False, places=4)
    return texts(shape)


def texts(shape: Shape) -> st.SearchStrategy[str]:
    if shape.is_datetime:
        return DATE_TIMES
    longest = min(meta.max_length for meta in shape.metas if meta.max_length is not None)
    least = max(meta.min_length or 0 for meta in shape.metas)
    pattern = next(iter(shape.patterns), None)
    if pattern is not None:
        return st.from_regex(pattern).filter(lambda text: len(text) <= longest)
    letters = ASCII if shape.is_ci else ASCII + "é"
    return st.text(letters, min_size=least, max_size=min(longest, 8)) | st.just("x" * longest)
