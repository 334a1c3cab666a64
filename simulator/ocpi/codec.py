"""JSON to typed objects and back: strict in what is written, tolerant in what is read, and fast on the usual way.

A body goes through C code, nearly only: msgspec decodes and checks it against its class, numbers become Decimals in a
context that traps any of no ordinary size, and DateTimes and coordinates are looked up (see `formats`). A CiString is
ASCII: only when the body holds anything but plain printable ASCII, a small *mirror* of the class is read from the same
bytes and checks just the CiStrings. What fails on this way is tried once more without the nulls that count as absent
(see `nulls`), and is then looked at slowly and completely by `examine`, which finds all faults. Unknown fields are
ignored, but where that would say something else (see `unknown`).

Source: OCPI 2.2.1, Transport and format; Types.
"""

import re
from collections.abc import Callable
from decimal import Clamped, Context, Decimal, DecimalException, InvalidOperation, Overflow, Rounded
from types import GenericAlias
from typing import Annotated, Any, Final, TypeVar, cast

import msgspec
from msgspec import Meta, Struct

from simulator.ocpi import formats, typeinfo
from simulator.ocpi.broken import where_broken
from simulator.ocpi.examine import BEYOND, examine
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.nulls import drop_nulls
from simulator.ocpi.unknown import knows_all, with_unknown

T = TypeVar("T")


_LONGEST_NUMBER: Final = 200
"""How many characters of a number are looked at. Those that OCPI has a use for take no more than 115, with 15 digits
and 99 decimals: a peer that writes a binary fraction out exactly, as Java's BigDecimal does, needs 55 for 0.1."""


def _exact(literal: str) -> Decimal:
    """Bounded, for to read, compare and write ten million digits anew takes a third of a second."""
    try:
        return Decimal(literal) if len(literal) <= _LONGEST_NUMBER else BEYOND
    except InvalidOperation:
        return BEYOND


_ordinary: Final = Context(prec=100, Emin=0, Emax=14, traps=[Rounded, Clamped, Overflow, InvalidOperation])
"""Takes numbers below 1E15 to the 99th decimal exactly, the usual of what `examine` takes, and no others."""
_number: Final = _ordinary.create_decimal


def _take_number(_object: type, value: object) -> Decimal:
    """A Number's Decimal; msgspec has made one of what has decimals already, by `_number`.

    So a body is read once: reading its numbers by themselves and looking for tiny exponents took 2.2 us a Session.
    """
    if value.__class__ is Decimal:
        return value
    if value.__class__ is int:
        return _number(value)
    raise TypeError


_tree_decoder: Final = msgspec.json.Decoder(float_hook=_exact)
_encoder: Final = msgspec.json.Encoder(decimal_format="number")
_items_decoder: Final = msgspec.json.Decoder(list[msgspec.Raw])
# As numbers: looking for one in bytes is four times as fast as looking for a text of one byte.
_BACKSLASH: Final = 0x5C
_DELETE: Final = 0x7F
_high_control: Final = re.compile("[\x7f-\x9f]").search
_text_or_long_number: Final = re.compile(
    rb'"(?:[^"\\]++|\\.)*+"|-?(?=[0-9.eE+-]{%d})[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?' % _LONGEST_NUMBER,
    re.DOTALL,
)
_TOO_LONG: Final = b"0." + b"1" * _LONGEST_NUMBER

# What msgspec raises for a body it cannot take: bad JSON or wrong types, bad UTF-8, nesting without end, a number that
# no Decimal can hold or that is not ordinary.
UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DecimalException)

_readers: Final[dict[Any, Callable[[bytes], Any]]] = {}
"""The fast way for each class that was asked for."""


encode: Final = _encoder.encode
"""The JSON of an object: absent optional fields left out, Decimals written as JSON numbers, exactly."""


def decoder(cls: Any) -> msgspec.json.Decoder[Any]:
    """Reads a class with its Numbers and looks no further. What it gives raises one of UNREADABLE."""
    return msgspec.json.Decoder(cls, float_hook=_number, dec_hook=_take_number)


def decode(raw: bytes | msgspec.Raw, cls: type[T]) -> T:
    """The object of class `cls` that a body holds.

    Raises Invalid: `broken` when it is no JSON, else with all that is wrong in it.
    """
    if isinstance(raw, msgspec.Raw):
        raw = bytes(raw)
    try:
        value: T = (_readers.get(cls) or _make_reader(cls))(raw)
        return value
    except UNREADABLE:
        pass
    tree = parse(raw)
    if drop_nulls(tree, cls) or _BACKSLASH in raw:
        try:
            # Written anew it is without nulls and without needless escapes, and mostly fit for the fast way.
            return cast(T, _readers[cls](_encoder.encode(tree)))
        except UNREADABLE:
            pass
    examined = examine(tree, cls)
    if examined.findings:
        raise Invalid(examined.findings)
    value = msgspec.convert(examined.value, cls, dec_hook=_take_number)
    return cast(T, with_unknown(value, tree))


def decode_whole(raw: bytes, cls: type[T]) -> T:
    """The same with all members that the class does not know, at every depth. Raises Invalid."""
    value = decode(raw, cls)
    if knows_all(raw, cls):
        return value
    tree = parse(raw)
    drop_nulls(tree, cls)
    return cast(T, with_unknown(value, tree, everywhere=True))


def decode_list(raw: bytes | msgspec.Raw, cls: type[T]) -> tuple[list[T], list[Finding]]:
    """The good objects of a list, in order, and what is wrong with the others: a bad object costs only itself.

    Raises Invalid when the body is no list at all. Source: OCPI 2.2.1, Transport and format, GET.
    """
    raw = bytes(raw)
    list_of = GenericAlias(list, (cls,))
    try:
        return cast(list[T], (_readers.get(list_of) or _make_reader(list_of))(raw)), []
    except UNREADABLE:
        pass
    return _decode_each(raw, cls, decode)


def decode_whole_list(raw: bytes | msgspec.Raw, cls: type[T]) -> tuple[list[T], list[Finding]]:
    """The same with all members that the class does not know, at every depth. Raises Invalid."""
    raw = bytes(raw)
    return decode_list(raw, cls) if knows_all(raw, GenericAlias(list, (cls,))) else _decode_each(raw, cls, decode_whole)


def _decode_each(raw: bytes, cls: type[T], decode_one: Callable[[bytes, type[T]], T]) -> tuple[list[T], list[Finding]]:
    try:
        items = _items_decoder.decode(raw)
    except UNREADABLE:
        raise invalid(raw, GenericAlias(list, (cls,))) from None
    good: list[T] = []
    findings: list[Finding] = []
    for index, item in enumerate(items):
        try:
            good.append(decode_one(bytes(item), cls))
        except Invalid as error:
            findings += [
                msgspec.structs.replace(finding, path=f"$[{index}]{finding.path[1:]}") for finding in error.findings
            ]
    return good, findings


def invalid(raw: bytes, cls: Any) -> Invalid:
    """Why a body that was refused is no `cls`, in full."""
    try:
        tree = parse(raw)
    except Invalid as error:
        return error
    return Invalid(examine(tree, cls).findings)


def parse(raw: bytes) -> Any:
    """A body as JSON, whatever it holds: numbers are int or Decimal, and BEYOND when they are too long to be read.

    Raises Invalid for what is no JSON.
    """
    try:
        try:
            return _tree_decoder.decode(raw)
        except msgspec.ValidationError:
            # Without a class nothing is asked but that whole numbers have not thousands of digits.
            return _tree_decoder.decode(_text_or_long_number.sub(_shorten, raw))
    except UNREADABLE:
        good, found = where_broken(raw)
        finding = Finding(
            rule="not-json",
            severity="error",
            path="$",
            found=f"{found} at byte {good + 1}",
            expected="JSON in UTF-8",
            section="OCPI, transport_and_format",
        )
        raise Invalid((finding,), broken=True) from None


def _shorten(found: re.Match[bytes]) -> bytes:
    """A text as it is; for a number that is too long another one that is, and that can be parsed."""
    return found[0] if found[0].startswith(b'"') else _TOO_LONG


def _make_reader(cls: Any) -> Callable[[bytes], Any]:
    """The fast way for a class. What it gives raises one of UNREADABLE."""
    decode = decoder(cls).decode
    are_good = formats.checker(cls)
    mirror = _ci_mirror(cls)
    check_texts = None if mirror is None else msgspec.json.Decoder(mirror).decode

    def read(raw: bytes) -> Any:
        value = decode(raw)
        if are_good is not None and not are_good(value):
            raise msgspec.ValidationError
        if not raw.isascii() or _BACKSLASH in raw or _DELETE in raw:
            # An escape may hide any character; only the tree shows which. The decoder has refused raw ones below 0x20.
            if _BACKSLASH in raw or _high_control(raw.decode()) is not None:
                raise msgspec.DecodeError
            if check_texts is not None:
                check_texts(raw)
        return value

    _readers[cls] = read
    return read


def _ci_mirror(type_: Any) -> Any:
    """A type that reads, from the same JSON, only CiStrings, as printable ASCII; None if there are none."""
    shape = typeinfo.shape(type_)
    mirror: Any = None
    if shape.item is not None:
        mirror = _ci_mirror(shape.item)
        mirror = None if mirror is None else GenericAlias(list, (mirror,))
    elif isinstance(shape.base, type) and issubclass(shape.base, Struct):
        mirrors = ((field, _ci_mirror(field.type)) for field in msgspec.structs.fields(shape.base))
        fields = [(field.encode_name, mirror | None, None) for field, mirror in mirrors if mirror is not None]
        mirror = msgspec.defstruct(f"{shape.base.__name__}Mirror", fields, gc=False) if fields else None
    elif shape.is_ci:
        mirror = Annotated[str, Meta(pattern=r"^[ -~]*\Z")]
    return mirror | None if mirror is not None and shape.nullable else mirror
