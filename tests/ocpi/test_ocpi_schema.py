"""Every object, field, cardinality, type and value list of the specification's tables is there, and nothing else."""

import enum
import importlib
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from ocpi_shared import read_json

from simulator.ocpi import datatypes, envelope, typeinfo
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.v2_2_1 import types

SCHEMA = read_json("schema/2.2.1.json")
MODULES = [types, datatypes] + [importlib.import_module(f"simulator.ocpi.v2_2_1.{name}") for name in ModuleID]
RENAMED = {"Data": "VersionDetails"}
# Fields whose type is on purpose not the table's, and why.
OTHER_TYPE = {
    ("Version", "version"): "a peer that also offers a newer version must stay readable",
    ("Data", "version"): "a peer that also offers a newer version must stay readable",
    ("Endpoint", "identifier"): "custom modules are legal",
}
# Value lists that are on purpose no enum of ours, and why.
NO_ENUM = {"VersionNumber": "open, see Version.version"}
PLAIN = {"boolean": bool, "number": Decimal, "int": int, "DateTime": str, "URL": str, "string": str, "CiString": str}


def find(name: str) -> Any:
    for module in MODULES:
        if hasattr(module, RENAMED.get(name, name)):
            return getattr(module, RENAMED.get(name, name))
    raise AssertionError(f"{name} is in no module of v2_2_1")


OBJECTS = [name for name in SCHEMA["objects"] if name != "Responseformat"]


@pytest.mark.parametrize("name", OBJECTS)
def test_object_has_the_fields_of_the_table(name: str) -> None:
    fields = msgspec.structs.fields(find(name))
    assert [field.encode_name for field in fields] == [row[0] for row in SCHEMA["objects"][name]["fields"]]
    for field, (field_name, type_name, cardinality) in zip(fields, SCHEMA["objects"][name]["fields"], strict=True):
        shape = typeinfo.shape(field.type)
        assert field.required == (cardinality in "1+"), field_name
        assert (shape.item is not None) == (cardinality in "*+"), field_name
        assert shape.nullable == (cardinality == "?"), field_name
        if cardinality == "+":
            assert [meta.min_length for meta in shape.metas] == [1], field_name
        if (name, field_name) not in OTHER_TYPE:
            check_type(typeinfo.shape(shape.item) if shape.item is not None else shape, type_name, field_name)


def check_type(shape: typeinfo.Shape, type_name: str, where: str) -> None:
    kind, _, length = type_name.rstrip(")").partition("(")
    if kind not in PLAIN:
        assert shape.base is find(kind), where
        return
    assert shape.base is PLAIN[kind], where
    assert shape.is_ci == (kind == "CiString"), where
    if kind in ("string", "CiString"):
        assert max(meta.max_length or 0 for meta in shape.metas) == int(length), where
    if kind == "DateTime":
        assert any(meta.pattern for meta in shape.metas), where


@pytest.mark.parametrize("name", [name for name in SCHEMA["enums"] if name not in NO_ENUM])
def test_value_list_is_that_of_the_table(name: str) -> None:
    found = find(name)
    assert issubclass(found, enum.StrEnum)
    assert sorted(found) == sorted(SCHEMA["enums"][name]["values"])


def test_envelope_has_the_fields_of_the_table() -> None:
    rows = SCHEMA["objects"]["Responseformat"]["fields"]
    fields = msgspec.structs.fields(envelope.Envelope)
    assert [(field.name, field.required) for field in fields] == [(name, card == "1") for name, _, card in rows]


def test_no_object_is_invented() -> None:
    ours = {
        thing.__name__
        for module in MODULES
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, datatypes.Object) and thing is not datatypes.Object
    }
    assert ours == {RENAMED.get(name, name) for name in OBJECTS}
