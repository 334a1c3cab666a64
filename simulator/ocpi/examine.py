"""The slow, complete look at a message that the fast decoder refused: every fault, each with its place and a sentence.

It also forgives what may be forgiven: `null` for an optional field is the same as leaving it out.
"""

import enum
import re
from decimal import Decimal
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import NODEFAULT, UNSET, Struct

from simulator.ocpi import catalogue, typeinfo
from simulator.ocpi.findings import Finding
from simulator.ocpi.formats import format_of
from simulator.ocpi.typeinfo import Shape

# Control characters, tabs and line breaks among them: what the specification calls not printable.
_not_printable: Final = re.compile("[\x00-\x1f\x7f-\x9f]").search
_encoder: Final = msgspec.json.Encoder(decimal_format="number")
_LONGEST_QUOTE: Final = 60
_LARGEST_NUMBER: Final = 1e15
"""No amount, energy or time of this size is meant; what is below it can be counted in integers of 64 bits."""
_SMALLEST_EXPONENT: Final = -99
_ORDINARY: Final = f"a number below 1E15 with at most {-_SMALLEST_EXPONENT} decimals"
BEYOND: Final = Decimal("1E+999")
"""What stands for a number that was too long to be read; see `codec`."""


class Examined(NamedTuple):
    """The message without its forgivable nulls, and what is wrong with it."""

    value: Any
    findings: tuple[Finding, ...]


def examine(tree: Any, cls: Any) -> Examined:
    """All that keeps a parsed JSON tree (numbers as int or Decimal) from being a `cls`."""
    examination = _Examination(catalogue.version_of(cls))
    value = examination.look(tree, cls, "$", examination.section(cls))
    return Examined(value, tuple(examination.findings))


class _Examination:
    def __init__(self, version: str) -> None:
        self.findings: list[Finding] = []
        self._version = version

    def section(self, cls: Any) -> str:
        """The place that defines a class, from where its file lies, in the version of the whole message."""
        module = getattr(cls, "__module__", "").rpartition(".")[2].replace("datatypes", "types")
        return f"{' '.join(filter(None, ('OCPI', self._version, module)))}, {getattr(cls, '__name__', cls)}"

    def look(self, value: Any, type_: Any, path: str, section: str) -> Any:
        shape = typeinfo.shape(type_)
        if value is None and shape.nullable:
            return None
        if shape.item is not None:
            return self._look_at_list(value, shape, path, section)
        if isinstance(shape.base, type) and issubclass(shape.base, Struct):
            return self._look_at_object(value, shape.base, path, section)
        self._look_at_leaf(value, type_, shape, path, section)
        return value

    def _look_at_object(self, value: Any, cls: type[Struct], path: str, section: str) -> Any:
        if not isinstance(value, dict):
            self._add("wrong-type", path, _quote(value), f"a JSON object: {cls.__name__}", section)
            return value
        section = self.section(cls)
        kept = {}
        for field in msgspec.structs.fields(cls):
            where = f"{path}.{field.encode_name}"
            member = value.get(field.encode_name, UNSET)
            if member is None and field.default is not NODEFAULT and field.default is not UNSET:
                continue
            if member is not UNSET:
                kept[field.encode_name] = self.look(member, field.type, where, section)
            elif field.required:
                expected = _words(typeinfo.shape(field.type))
                self._add("missing-field", where, "nothing", f"{expected}; the field is required", section)
        return kept

    def _look_at_list(self, value: Any, shape: Shape, path: str, section: str) -> Any:
        if not isinstance(value, list):
            self._add("wrong-type", path, _quote(value), "a list", section)
            return value
        least = max((meta.min_length or 0 for meta in shape.metas), default=0)
        if len(value) < least:
            self._add("too-few-items", path, f"{len(value)} items", f"at least {least}", section)
        return [self.look(item, shape.item, f"{path}[{index}]", section) for index, item in enumerate(value)]

    def _look_at_leaf(self, value: Any, type_: Any, shape: Shape, path: str, section: str) -> None:
        if shape.base is msgspec.Raw or shape.base is Any:
            return
        expected = _words(shape)
        if shape.base is Decimal:
            is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
            if not is_number:
                self._add("wrong-type", path, _quote(value), expected, section)
            elif not _is_ordinary(Decimal(value)):
                self._add("out-of-range", path, _quote(value), _ORDINARY, section)
            return
        if isinstance(value, str) and shape.base is str:
            self._look_at_characters(value, shape.is_ci, path, section)
            if shape.format and not format_of(shape.format).takes(value):
                self._add("text-format", path, _quote(value), expected, section)
                return
        try:
            msgspec.convert(value, type_)
        except msgspec.ValidationError:
            self._add(_rule(value, shape), path, _quote(value), expected, section)

    def _look_at_characters(self, text: str, is_ci: bool, path: str, section: str) -> None:
        if _not_printable(text):
            expected = "only printable characters: no control characters, tabs or line breaks"
            self._add("text-characters", path, _quote(text), expected, section)
        elif is_ci and not text.isascii():
            self._add("text-characters", path, _quote(text), "only ASCII characters in a CiString", section)

    def _add(self, rule: str, path: str, found: str, expected: str, section: str) -> None:
        self.findings.append(
            Finding(rule=rule, severity="error", path=path, found=found, expected=expected, section=section)
        )


def _rule(value: Any, shape: Shape) -> str:
    if isinstance(shape.base, type) and issubclass(shape.base, enum.Enum):
        return "unknown-value" if isinstance(value, str) else "wrong-type"
    if shape.base is str and isinstance(value, str):
        return "text-format" if shape.patterns else "text-length"
    if shape.base is int and isinstance(value, int) and not isinstance(value, bool):
        return "out-of-range"
    return "wrong-type"


def _words(shape: Shape) -> str:
    """What a type accepts, in plain words."""
    for meta in shape.metas:
        if meta.description:
            return meta.description
    base = shape.base
    if shape.item is not None:
        return "a list"
    if base is Decimal:
        return "a JSON number"
    if base is bool:
        return "true or false"
    if base is int:
        return "a whole number" + "".join(_int_range(meta.ge, meta.le) for meta in shape.metas)
    if base is str:
        return "a text" + "".join(_length_range(meta.min_length, meta.max_length) for meta in shape.metas)
    if isinstance(base, type) and issubclass(base, enum.Enum):
        return "one of " + ", ".join(str(member.value) for member in base)
    return f"a JSON object: {getattr(base, '__name__', base)}"


def _is_ordinary(number: Decimal) -> bool:
    """Whether exact arithmetic on it takes an ordinary time, too."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _SMALLEST_EXPONENT and -_LARGEST_NUMBER < number < _LARGEST_NUMBER


def _int_range(least: float | None, most: float | None) -> str:
    return (f" from {least}" if least is not None else "") + (f" up to {most}" if most is not None else "")


def _length_range(least: int | None, most: int | None) -> str:
    if most is None:
        return ""
    if least == most:
        return f" of exactly {most} characters"
    return f" of {least} to {most} characters" if least else f" of at most {most} characters"


def _quote(value: Any) -> str:
    if value is BEYOND:
        return "a number that is too long to be read"
    text = _encoder.encode(value).decode()
    return text if len(text) <= _LONGEST_QUOTE else f"{text[: _LONGEST_QUOTE - 3]}..."
