"""JSON to typed objects and back: strict in what is written, tolerant in what is read, and fast on the usual way.

A body goes through C code, nearly only: msgspec decodes and checks it against its class, `instants` looks its DateTimes
up, and two small *mirrors* of the class, read from the same bytes, check what the class cannot say:
- msgspec takes the text "12.5" for a Decimal, OCPI wants a JSON number: the number mirror reads those fields as float;
- a CiString is ASCII: the text mirror is read only when the body holds anything but plain printable ASCII.
What fails on this way is tried once more without the nulls that count as absent (see `nulls`), and is then looked at
slowly and completely by `examine`, which finds all faults. Unknown fields are ignored.

Source: OCPI 2.2.1, Transport and format; Types.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from types import GenericAlias
from typing import Annotated, Any, Final, NamedTuple, TypeVar, cast

import msgspec
from msgspec import Meta, Struct

from simulator.ocpi import instants, typeinfo
from simulator.ocpi.examine import LARGEST_NUMBER, examine
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.nulls import drop_nulls

T = TypeVar("T")


def _exact(literal: str) -> Decimal:
    try:
        return Decimal(literal)
    except InvalidOperation:
        return Decimal("Infinity")


_tree_decoder: Final = msgspec.json.Decoder(float_hook=_exact)
_encoder: Final = msgspec.json.Encoder(decimal_format="number")
_items_decoder: Final = msgspec.json.Decoder(list[msgspec.Raw])
# As numbers: looking for one in bytes is four times as fast as looking for a text of one byte.
_BACKSLASH: Final = 0x5C
_DELETE: Final = 0x7F
_ORDINARY: Final = Annotated[float, Meta(gt=-LARGEST_NUMBER, lt=LARGEST_NUMBER)]
_tiny: Final = re.compile(rb"[\s:,\[]-?[0-9]+(?:\.[0-9]+)?[eE]-[0-9]{3}").search
"""A number with so small an exponent that exact arithmetic on it would take for ever."""
_high_control: Final = re.compile("[\x7f-\x9f]").search

# What msgspec raises for a body it cannot take: bad JSON or wrong types, bad UTF-8, nesting without end, an exponent
# beyond what a Decimal can hold.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, InvalidOperation)


class _Reader(NamedTuple):
    decode: Callable[[bytes], Any]
    check_instants: Callable[[Any], bool] | None
    check_numbers: Callable[[bytes], Any] | None
    check_texts: Callable[[bytes], Any] | None


_readers: Final[dict[Any, _Reader]] = {}


def encode(obj: object) -> bytes:
    """The JSON of an object: absent optional fields left out, Decimals written as JSON numbers, exactly."""
    return _encoder.encode(obj)


def decode(raw: bytes | msgspec.Raw, cls: type[T]) -> T:
    """The object of class `cls` that a body holds.

    Raises Invalid: `broken` when it is no JSON, else with all that is wrong in it.
    """
    raw = bytes(raw)
    try:
        value: T = _decode_fast(raw, cls)
        return value
    except UNREADABLE:
        pass
    tree = _parse(raw)
    drop_nulls(tree, cls)
    try:
        # Written anew it is without nulls and without needless escapes, and mostly fit for the fast way.
        return cast(T, _decode_fast(_encoder.encode(tree), cls))
    except UNREADABLE:
        pass
    examined = examine(tree, cls)
    if examined.findings:
        raise Invalid(examined.findings)
    return msgspec.convert(examined.value, cls)


def decode_list(raw: bytes | msgspec.Raw, cls: type[T]) -> tuple[list[T], list[Finding]]:
    """The good objects of a list, in order, and what is wrong with the others: a bad object costs only itself.

    Raises Invalid when the body is no list at all. Source: OCPI 2.2.1, Transport and format, GET.
    """
    raw = bytes(raw)
    list_of = GenericAlias(list, (cls,))
    try:
        return cast(list[T], _decode_fast(raw, list_of)), []
    except UNREADABLE:
        pass
    try:
        items = _items_decoder.decode(raw)
    except UNREADABLE:
        raise invalid(raw, list_of) from None
    good: list[T] = []
    findings: list[Finding] = []
    for index, item in enumerate(items):
        try:
            good.append(decode(item, cls))
        except Invalid as error:
            findings += [
                msgspec.structs.replace(finding, path=f"$[{index}]{finding.path[1:]}") for finding in error.findings
            ]
    return good, findings


def invalid(raw: bytes, cls: Any) -> Invalid:
    """Why a body that was refused is no `cls`, in full."""
    try:
        tree = _parse(raw)
    except Invalid as error:
        return error
    return Invalid(examine(tree, cls).findings)


def _decode_fast(raw: bytes, cls: Any) -> Any:
    decode, check_instants, check_numbers, check_texts = _readers.get(cls) or _make_reader(cls)
    value = decode(raw)
    if check_instants is not None and not check_instants(value):
        raise msgspec.ValidationError
    if check_numbers is not None:
        check_numbers(raw)
        if (_has_long_exponent(raw, b"e-") or _has_long_exponent(raw, b"E-")) and _tiny(raw):
            raise msgspec.DecodeError
    if not raw.isascii() or _BACKSLASH in raw or _DELETE in raw:
        # An escape may hide any character; only the tree shows which. The decoder has refused raw ones below 0x20.
        if _BACKSLASH in raw or _high_control(raw.decode()) is not None:
            raise msgspec.DecodeError
        if check_texts is not None:
            check_texts(raw)
    return value


def _has_long_exponent(raw: bytes, mark: bytes) -> bool:
    """Whether three digits follow `mark` anywhere: ids often have the mark, and a pattern would look at each byte."""
    at = raw.find(mark)
    while at >= 0:
        if raw[at + 2 : at + 5].isdigit():
            return True
        at = raw.find(mark, at + 2)
    return False


def _parse(raw: bytes) -> Any:
    try:
        return _tree_decoder.decode(raw)
    except UNREADABLE as error:
        found = "nesting without end" if isinstance(error, RecursionError) else f"an error: {error}"
        finding = Finding(
            rule="not-json",
            severity="error",
            path="$",
            found=found,
            expected="JSON in UTF-8",
            section="OCPI, transport_and_format",
        )
        raise Invalid((finding,), broken=True) from None


def _make_reader(cls: Any) -> _Reader:
    reader = _Reader(
        msgspec.json.Decoder(cls).decode,
        instants.checker(cls),
        _mirror_decode(cls, lambda base, _: _ORDINARY if base is Decimal else None),
        _mirror_decode(cls, lambda _, is_ci: Annotated[str, Meta(pattern=r"^[ -~]*\Z")] if is_ci else None),
    )
    _readers[cls] = reader
    return reader


def _mirror_decode(cls: Any, leaf: Callable[[Any, bool], Any]) -> Callable[[bytes], Any] | None:
    mirror = _mirror(cls, leaf)
    return None if mirror is None else msgspec.json.Decoder(mirror).decode


def _mirror(type_: Any, leaf: Callable[[Any, bool], Any]) -> Any:
    """A type that reads, from the same JSON, only the fields that `leaf` names, as the types it gives them."""
    shape = typeinfo.shape(type_)
    if shape.item is not None:
        mirror = _mirror(shape.item, leaf)
        mirror = None if mirror is None else GenericAlias(list, (mirror,))
    elif isinstance(shape.base, type) and issubclass(shape.base, Struct):
        mirrors = ((field, _mirror(field.type, leaf)) for field in msgspec.structs.fields(shape.base))
        fields = [(field.encode_name, mirror | None, None) for field, mirror in mirrors if mirror is not None]
        mirror = msgspec.defstruct(f"{shape.base.__name__}Mirror", fields, gc=False) if fields else None
    else:
        mirror = leaf(shape.base, shape.is_ci)
    return mirror | None if mirror is not None and shape.nullable else mirror
