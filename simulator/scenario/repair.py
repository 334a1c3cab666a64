"""Makes a JSON record a valid OCPI object by the smallest change: what the decoder finds wrong is converted if its
meaning is plain, else the smallest optional part that holds it is taken away, and the record only when nothing else is
left to do.
"""

import enum
import re
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import NODEFAULT, Struct

from simulator.ocpi import typeinfo
from simulator.ocpi.catalogue import version_of
from simulator.ocpi.codec import decode, decode_whole, encode
from simulator.ocpi.findings import Finding, Invalid
from simulator.scenario.ledger import Ledger, Record
from simulator.scenario.natives import RICHEST

T = TypeVar("T", bound=Struct)

_STEP = re.compile(r"\.([^.\[\]]+)|\[([0-9]+)\]")
_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\x9f]+")
_MOST_DIGITS = 18
"""More than any number of OCPI has; 1e999999 would take minutes to be written out as an integer."""
_INTEGER = re.compile(rf"-?[0-9]{{1,{_MOST_DIGITS}}}")
_NUMBER = re.compile(rf"-?[0-9]{{1,{_MOST_DIGITS}}}(\.[0-9]{{1,{_MOST_DIGITS}}})?")
_RECORD_LISTS = {"evses": "EVSE", "connectors": "Connector"}
_GONE = object()


def repair(record: Any, cls: type[T], ledger: Ledger, name: str) -> T | None:
    """The object in `record`, which is mended in place; None when it had to be left out. `name` is for people.

    One of 2.3.0 has all members of the record, also those that OCPI does not know.
    """
    read = decode_whole if version_of(cls) == RICHEST else decode
    while True:
        try:
            return read(encode(record), cls)
        except Invalid as invalid:
            for finding in invalid.findings:
                _Site(record, cls, finding, name).treat(ledger)
                if ledger.is_left_out(record):
                    return None
            _purge(record)


class _Part(NamedTuple):
    holder: Any
    key: Any
    required: bool
    type: Any


class _Site:
    """One fault: the way from the record down to it, and what can be done there."""

    def __init__(self, record: Any, cls: Any, finding: Finding, name: str) -> None:
        self._record = record
        self._cls = cls
        self._finding = finding
        self._name = name
        self._parts: list[_Part] = []
        value, type_ = record, cls
        for field, index in _STEP.findall(finding.path):
            shape = typeinfo.shape(type_)
            if index:
                self._parts.append(_Part(value, int(index), False, shape.item))
                value, type_ = value[int(index)], shape.item
            else:
                known = next(each for each in msgspec.structs.fields(shape.base) if each.encode_name == field)
                self._parts.append(_Part(value, field, known.default is NODEFAULT and known.required, known.type))
                value, type_ = value.get(field, _GONE) if isinstance(value, dict) else _GONE, known.type
            if value is _GONE:
                break
        self._value = value

    def treat(self, ledger: Ledger) -> None:
        """Convert the value, or take away the smallest part that may be missing."""
        if self._value is _GONE and self._finding.rule != "missing-field":
            return
        if self._parts and self._finding.rule not in ("missing-field", "too-few-items"):
            converted = _converted(self._value, self._parts[-1].type, self._finding.rule)
            if converted is not None and converted != self._value:
                self._parts[-1].holder[self._parts[-1].key] = converted
                self._tell(ledger, self._owner(len(self._parts)), "was written in another form and is converted")
                return
        depth = len(self._parts)
        while depth and self._parts[depth - 1].required:
            depth -= 1
        keys = [part.key for part in self._parts]
        if "restrictions" in keys:
            # An element without its restriction would price what it was not meant to price.
            depth = min(depth, keys.index("restrictions"))
        if depth and any(self._taken(part) for part in self._parts[:depth]):
            return
        self._take_away(ledger, depth)

    def _take_away(self, ledger: Ledger, depth: int) -> None:
        """Take away the part `depth` steps down: a record is left out, anything else mends the record it is in."""
        kind = _kind(self._parts[:depth])
        target = self._record if depth == 0 else self._parts[depth - 1].holder[self._parts[depth - 1].key]
        if depth:
            self._parts[depth - 1].holder[self._parts[depth - 1].key] = _GONE
        problem = _PROBLEMS.get(self._finding.rule, "is not as OCPI {} has it").format(version_of(self._cls))
        rule, field = self._rule(), self._field()
        example = f"{self._name}, found {self._finding.found}"
        if kind is not None or depth == 0:
            sentence = f"{field} {problem}, so the {kind or self._cls.__name__} is left out"
            ledger.leave_out(target, rule, sentence, example)
        else:
            taken = next(part.key for part in reversed(self._parts[:depth]) if isinstance(part.key, str))
            sentence = f"{field} {problem}, so this value of {taken} is dropped"
            ledger.mend(self._owner(depth), rule, sentence, example)

    def _taken(self, part: _Part) -> bool:
        holder = part.holder
        return bool(holder[part.key] is _GONE if isinstance(holder, list) else holder.get(part.key) is _GONE)

    def _tell(self, ledger: Ledger, owner: Record, consequence: str) -> None:
        example = f"{self._name}, found {self._finding.found}"
        ledger.mend(owner, f"converted:{self._field()}", f"{self._field()} {consequence}", example)

    def _owner(self, depth: int) -> Record:
        """The record nearest around the part `depth` steps down."""
        for index in range(depth - 1, 0, -1):
            if _kind(self._parts[:index]) is not None:
                owner: Record = self._parts[index].holder
                return owner
        whole: Record = self._record
        return whole

    def _field(self) -> str:
        names = [part.key for part in self._parts if isinstance(part.key, str)]
        kind = [_RECORD_LISTS[name] for name in names[:-1] if name in _RECORD_LISTS]
        inner = names[len(kind) :] or names[-1:]
        return f"{kind[-1] if kind else self._cls.__name__} {'.'.join(inner)}".strip()

    def _rule(self) -> str:
        return f"{self._finding.rule}:{self._field()}"


_PROBLEMS = {
    "missing-field": "is missing",
    "unknown-value": "has a value that OCPI {} does not know",
    "too-few-items": "is an empty list",
    "text-length": "is too long or too short",
    "text-format": "has not the form it must have",
    "text-characters": "has characters that OCPI does not allow",
    "out-of-range": "is out of range",
    "wrong-type": "is of a wrong type",
}


def _kind(parts: list[_Part]) -> str | None:
    """EVSE or Connector when the parts lead to such a record."""
    if len(parts) >= 2 and isinstance(parts[-1].key, int):
        return _RECORD_LISTS.get(str(parts[-2].key))
    return None


def _converted(value: Any, type_: Any, rule: str) -> Any:
    """`value` in the form that `type_` asks for, when there is no doubt what it means; None otherwise."""
    shape = typeinfo.shape(type_)
    base = shape.base
    if rule == "text-characters" and isinstance(value, str):
        return _UNPRINTABLE.sub(" ", value).strip()
    if isinstance(base, type) and issubclass(base, enum.Enum) and isinstance(value, str):
        wanted = re.sub(r"[\s-]+", "_", value.strip()).casefold()
        return next((member.value for member in base if str(member.value).casefold() == wanted), None)
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if base is str and is_number:
        return str(value)
    if base is int and isinstance(value, Decimal) and value.is_finite() and value.adjusted() < _MOST_DIGITS:
        return int(value.to_integral_value())
    if base is int and isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    if base is Decimal and isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    if base is bool and isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def _purge(value: Any) -> None:
    """Take out what was marked as gone."""
    if isinstance(value, dict):
        for key in [key for key, item in value.items() if item is _GONE]:
            del value[key]
        for item in value.values():
            _purge(item)
    elif isinstance(value, list):
        value[:] = [item for item in value if item is not _GONE]
        for item in value:
            _purge(item)
