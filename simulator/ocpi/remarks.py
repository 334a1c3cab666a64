"""What every receiver passes over and a sender may want to know: unknown fields, explicit nulls, names from later on,
texts that are no URL where a URL should be, and letters that 2.1.1 does not have.

In 2.1.1 a string is ASCII. But people, streets and towns have their names, all that we know of read UTF-8, and nobody
is helped by an address without its letters: they are sent and taken as they are, and warned of each time.

A *strict mirror* of the class, read by msgspec from the same bytes, tells in one go whether there is anything to remark
on; only then the tree is walked through. Source: OCPI 2.3.0, Transport and format, and Types, OpenEnum; OCPI 2.1.1,
Types, string.
"""

import re
from difflib import get_close_matches
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Final

import msgspec
from msgspec import NODEFAULT, UNSET, Meta, Struct, UnsetType

from simulator.ocpi import catalogue, codec, typeinfo
from simulator.ocpi.findings import Finding, Severity
from simulator.ocpi.unknown import forbids

_LIKE: Final = 0.8
_WEB_ADDRESS: Final = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s/?#<>\"{}|\\^`]+[^\s<>\"{}|\\^`]*\Z"
"""With a scheme and a host, and without what RFC 3986 never lets stand in a URL; letters of other scripts are read by
all that follow links today."""
_is_web_address: Final = re.compile(_WEB_ADDRESS).match
_IN_ASCII: Final = "2.1.1"
_ESCAPED: Final = b"\\u"
_NOT_NULL: Final = str | int | float | bool | dict[str, msgspec.Raw]


def remarks(raw: bytes, cls: type[Struct]) -> tuple[Finding, ...]:
    """The notes on a body that is JSON, whether or not it is valid otherwise.

    An unknown field whose name is nearly that of a field that is missing is a warning.
    """
    in_ascii = not (raw.isascii() and _ESCAPED not in raw) and _version(cls) == _IN_ASCII
    if not in_ascii:
        try:
            _strict_decoder(cls).decode(raw)
            return ()
        except codec.UNREADABLE:
            pass
    try:
        tree = msgspec.json.decode(raw)
    except codec.UNREADABLE:
        return ()
    walk = _Walk(catalogue.version_of(cls), in_ascii)
    walk.look(tree, cls, "$", cls)
    return tuple(walk.findings)


class _Walk:
    """`in_ascii`: whether there may be letters that the version does not have."""

    def __init__(self, version: str, in_ascii: bool) -> None:
        self.findings: list[Finding] = []
        self._version = version
        self._in_ascii = in_ascii

    def look(self, value: Any, type_: Any, path: str, holder: Any) -> None:
        """Remark on a value of a type in an object of class `holder`."""
        shape = typeinfo.shape(type_)
        if shape.item is not None:
            if isinstance(value, list):
                for index, item in enumerate(value):
                    self.look(item, shape.item, f"{path}[{index}]", holder)
        elif isinstance(shape.base, type) and issubclass(shape.base, Struct):
            if isinstance(value, dict):
                self._look_at_object(value, shape.base, path)
        elif shape.is_url and isinstance(value, str) and not _is_web_address(value):
            expected = "a URL, such as https://example.com/terms"
            self._add("url-form", path, f'"{value}"', expected, holder, "warning")
        elif shape.known is not None and isinstance(value, str) and value not in list(shape.known):
            self._add("open-value", path, f'"{value}"', "a name that this version knows", shape.known, "note")
        elif self._in_ascii and isinstance(value, str) and shape.base is str and not (shape.is_ci or value.isascii()):
            expected = "only ASCII characters in a string"
            self._add("text-characters", path, f'"{value}"', expected, holder, "warning")

    def _look_at_object(self, value: dict[str, Any], cls: type[Struct], path: str) -> None:
        fields = _fields(cls)
        for name, member in value.items():
            where = f"{path}.{name}"
            if name in fields:
                type_, is_optional, is_plain = fields[name]
                if member is None and is_optional:
                    self._add("null-field", where, "null", "the field left out", cls, "note")
                elif self._in_ascii or not is_plain:
                    self.look(member, type_, where, cls)
                continue
            like = _like(name, tuple(field for field in fields if field not in value))
            if forbids(cls) and member is not None:
                expected = f"{like}, perhaps; else" if like is not None else "a restriction of the version:"
                expected += " nobody can tell when this element applies, and it is not billed"
                self._add("unknown-restriction", where, "an unknown restriction", expected, cls, "warning")
            elif like is None:
                expected = "a field of the version; receivers pass over it"
                self._add("unknown-field", where, "an unknown field", expected, cls, "note")
            else:
                self._add("unknown-field", where, "an unknown field", f"{like}, perhaps", cls, "warning")

    def _add(self, rule: str, path: str, found: str, expected: str, cls: Any, severity: Severity) -> None:
        module = cls.__module__.rpartition(".")[2]
        section = " ".join(filter(None, ("OCPI", self._version, f"{module}, {cls.__name__}")))
        self.findings.append(
            Finding(rule=rule, severity=severity, path=path, found=found, expected=expected, section=section)
        )


@cache
def _fields(cls: type[Struct]) -> dict[str, tuple[Any, bool, bool]]:
    """The type of each field, whether it may be absent, and whether there is nothing to look for in it but letters."""
    return {
        field.encode_name: (field.type, field.default is not NODEFAULT, _strict(field.type) is _NOT_NULL)
        for field in msgspec.structs.fields(cls)
    }


@cache
def _version(cls: Any) -> str:
    """The version of a class, or of those in a list."""
    return catalogue.version_of(typeinfo.shape(cls).item or cls)


def _like(name: str, missing: tuple[str, ...]) -> str | None:
    close = get_close_matches(name.lower(), missing, 1, _LIKE)
    longer = [field for field in missing if field.startswith(f"{name.lower()}_")]
    return next(iter([*close, *longer]), None)


@cache
def _strict_decoder(cls: type[Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(_strict(cls))


@cache
def _strict(type_: Any) -> Any:
    """A type that takes only known fields and values and URLs, no null, and whatever stands in the other places."""
    shape = typeinfo.shape(type_)
    if shape.item is not None:
        inside = _strict(shape.item)
        return list[msgspec.Raw] if inside is _NOT_NULL else GenericAlias(list, (inside,))
    if isinstance(shape.base, type) and issubclass(shape.base, Struct):
        fields = msgspec.structs.fields(shape.base)
        members = [(field.encode_name, _strict(field.type) | UnsetType, UNSET) for field in fields]
        return msgspec.defstruct(f"Strict{shape.base.__name__}", members, forbid_unknown_fields=True, gc=False)
    if shape.is_url:
        return Annotated[str, Meta(pattern=_WEB_ADDRESS)]
    return shape.known or _NOT_NULL
