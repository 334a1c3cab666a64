"""Bodies of any version as a hub reads them: whose and what they are, whether they are right, and their parts.

A hub has no classes of its own for what it keeps: it looks into the JSON, which is the owner's.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi import codec, rules
from simulator.ocpi.envelope import decode_content
from simulator.ocpi.findings import Finding, Invalid
from simulator.ocpi.patch import partial
from simulator.ocpi.translation.kinds import class_of
from simulator.parties.dialect import OLDEST

Tree = dict[str, Any]
PARTS = (("evses", "uid"), ("connectors", "id"))
"""The levels below a Location: the field that lists them, and the one that names each."""
_items = msgspec.json.Decoder(list[msgspec.Raw]).decode


class Head(Struct, frozen=True, gc=False):
    """The little that is read of an object of any version to find it again, and when a Tariff begins."""

    last_updated: str
    country_code: str = ""
    party_id: str = ""
    id: str = ""
    uid: str = ""
    type: str = ""
    contract_id: str = ""
    auth_id: str = ""
    start_date_time: str = ""


class Name(Struct, frozen=True, gc=False):
    """What of an object in an answer tells which one it is."""

    id: str | None = None
    uid: str | None = None
    type: str | None = None


_read_name = msgspec.json.Decoder(Name).decode


def names_in(answer: bytes, *, many: bool) -> Iterator[Name]:
    """The names of what an answer holds, one object or a list of `many`; what has no readable name is passed over."""
    content = decode_content(answer)
    if content is None or content.data is msgspec.UNSET:
        return
    try:
        items = _items(content.data) if many else [content.data]
    except codec.UNREADABLE:
        return
    for item in items:
        with suppress(*codec.UNREADABLE):
            yield _read_name(item)


def read_list(kind: str, raw: msgspec.Raw, version: str) -> tuple[list[tuple[Head, bytes]], list[Finding]]:
    """The good items of a list, as they came, and what is wrong with the others: they are not shown to anybody."""
    good: list[tuple[Head, bytes]] = []
    findings: list[Finding] = []
    for index, item in enumerate(_items(raw)):
        try:
            good.append((head_of(read(bytes(item), version, kind)), bytes(item)))
        except Invalid as error:
            findings += [replace(finding, path=f"$[{index}]{finding.path[1:]}") for finding in error.findings]
    return good, findings


def part_of(tree: Tree, path: tuple[str, ...]) -> Tree | None:
    """What lies at a path in a location: an EVSE by uid, a connector by id; None when there is no such part."""
    for (name, key), id in zip(PARTS, path, strict=False):
        found = next((item for item in tree.get(name) or () if item[key].lower() == id.lower()), None)
        if found is None:
            return None
        tree = found
    return tree


def read(raw: bytes, version: str, kind: str, patch: bool = False) -> Tree:
    """A body of a version, as JSON. Raises Invalid, also for what no field can say by itself."""
    if patch:
        cls = class_of(kind, version)
        assert cls is not None
        codec.decode(raw, partial(cls, version != OLDEST))
    else:
        must_be_right(raw, version, kind)
    return parse(raw)


def must_be_right(raw: bytes, version: str, kind: str) -> None:
    """Raises Invalid for what is no object of a version, or breaks a rule as a whole. What is only odd is taken."""
    cls = class_of(kind, version)
    assert cls is not None
    rules.must_be_right(codec.decode(raw, cls))


def parse(raw: bytes | msgspec.Raw) -> Tree:
    """An object as JSON. Raises Invalid."""
    tree = codec.parse(bytes(raw))
    if not isinstance(tree, dict):
        raise codec.invalid(bytes(raw), Head)
    return tree


def head_of(tree: Tree) -> Head:
    """What is read of an object to find it again; what is no text does not count."""
    texts = {name: tree[name] for name in Head.__struct_fields__ if isinstance(tree.get(name), str)}
    return msgspec.convert({"last_updated": "", **texts}, Head)
