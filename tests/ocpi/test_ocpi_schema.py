"""Every object, field, cardinality, type and value list of the specification's tables is there, and nothing else."""

import enum
import importlib
import pkgutil
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from ocpi_shared import read_json

from simulator.ocpi import catalogue, codec, datatypes, envelope, typeinfo
from simulator.ocpi.findings import Invalid

SCHEMAS = {version: read_json(f"schema/{version}.json") for version in catalogue.VERSIONS}
PACKAGES = {version: importlib.import_module(f"simulator.ocpi.v{version.replace('.', '_')}") for version in SCHEMAS}
MODULES = {
    version: [
        *(
            importlib.import_module(f"{package.__name__}.{found.name}")
            for found in pkgutil.iter_modules(package.__path__)
        ),
        datatypes,
    ]
    for version, package in PACKAGES.items()
}
RENAMED = {"Data": "VersionDetails"}
# Fields whose type is on purpose not the table's, and why.
OTHER_TYPE = {
    ("Version", "version"): "a peer that also offers a newer version must stay readable",
    ("Data", "version"): "a peer that also offers a newer version must stay readable",
    ("Endpoint", "identifier"): "custom modules are legal",
}
# Fields of the add-on for bookings that stand behind those of the core, and why.
ADDED = {
    ("2.3.0", "TariffRestrictions", "booking"): "who does not know it bills everybody what is for who has booked",
}
BOOKINGS = read_json("schema/2.3.0-bookings.json")
# Value lists that are on purpose no enum of ours, and why.
NO_ENUM = {"VersionNumber": "open, see Version.version"}
PLAIN = {"boolean": bool, "number": Decimal, "int": int, "DateTime": str, "URL": str, "string": str, "CiString": str}
# The tables give these texts no length; ours is that of a long text elsewhere.
WITHOUT_LENGTH = 255
OBJECTS = [
    (version, name) for version, schema in SCHEMAS.items() for name in schema["objects"] if name != "Responseformat"
]
ENUMS = [(version, name) for version, schema in SCHEMAS.items() for name in schema["enums"] if name not in NO_ENUM]


def find(version: str, name: str) -> Any:
    for module in MODULES[version]:
        if hasattr(module, RENAMED.get(name, name)):
            return getattr(module, RENAMED.get(name, name))
    raise AssertionError(f"{name} is in no module of {version}")


@pytest.mark.parametrize(("version", "name"), OBJECTS)
def test_object_has_the_fields_of_the_table(version: str, name: str) -> None:
    fields = msgspec.structs.fields(find(version, name))
    table = SCHEMAS[version]["objects"][name]["fields"]
    table = table + [row for row in added(name) if (version, name, row[0]) in ADDED]
    assert [field.encode_name for field in fields] == [row[0] for row in table]
    for field, (field_name, type_name, cardinality) in zip(fields, table, strict=True):
        shape = typeinfo.shape(field.type)
        assert field.required == (cardinality in "1+"), field_name
        assert (shape.item is not None) == (cardinality in "*+"), field_name
        assert shape.nullable == (cardinality == "?"), field_name
        if cardinality == "+":
            assert [meta.min_length for meta in shape.metas] == [1], field_name
        if (name, field_name) not in OTHER_TYPE:
            check_type(version, typeinfo.shape(shape.item) if shape.item is not None else shape, type_name, field_name)
            if type_name == "number":
                for no_number in (b'"12.5"', b"true"):
                    with pytest.raises(Invalid):
                        codec.decode(no_number, field.type)


def added(name: str) -> list[Any]:
    return BOOKINGS["objects"][name]["fields"] if name in BOOKINGS["objects"] else []


def test_value_list_of_bookings_is_that_of_their_table() -> None:
    names = [row[1] for row in added("TariffRestrictions") if row[0] == "booking"]
    assert names == ["BookingRestrictionType"]
    assert sorted(find("2.3.0", *names)) == sorted(BOOKINGS["enums"][names[0]]["values"])


def check_type(version: str, shape: typeinfo.Shape, type_name: str, where: str) -> None:
    kind, _, length = type_name.replace("[", "(").rstrip(")]").partition("(")
    kind = kind.replace("String", "string").replace("Cistring", "CiString")
    if kind not in PLAIN:
        is_open = SCHEMAS[version]["enums"].get(kind, {}).get("kind") == "OpenEnum"
        assert shape.base is (str if is_open else find(version, kind)), where
        assert shape.known is (find(version, kind) if is_open else None), where
        return
    assert shape.base is PLAIN[kind], where
    assert shape.is_ci == (kind == "CiString"), where
    if kind in ("string", "CiString"):
        assert max(meta.max_length or 0 for meta in shape.metas) == int(length or WITHOUT_LENGTH), where
    if kind == "DateTime":
        assert shape.is_datetime, where


@pytest.mark.parametrize(("version", "name"), ENUMS)
def test_value_list_is_that_of_the_table(version: str, name: str) -> None:
    found = find(version, name)
    assert issubclass(found, enum.StrEnum)
    assert sorted(found) == sorted(SCHEMAS[version]["enums"][name]["values"])


@pytest.mark.parametrize("version", SCHEMAS)
def test_envelope_has_the_fields_of_the_table(version: str) -> None:
    rows = SCHEMAS[version]["objects"]["Responseformat"]["fields"]
    fields = msgspec.structs.fields(envelope.Envelope)
    assert [(field.name, field.required) for field in fields] == [(name, card == "1") for name, _, card in rows]


@pytest.mark.parametrize("version", SCHEMAS)
def test_no_object_is_invented(version: str) -> None:
    names = [RENAMED.get(name, name) for each, name in OBJECTS if each == version]
    assert sorted(catalogue.types(version)) == sorted(names)
    assert all(catalogue.types(version)[name] is find(version, name) for name in names)


def test_a_class_knows_the_version_that_brought_it() -> None:
    assert catalogue.version_of(find("2.1.1", "Location")) == "2.1.1"
    assert catalogue.version_of(find("2.3.0", "Location")) == "2.3.0"
    assert catalogue.version_of(find("2.3.0", "Hours")) == "2.2.1"
    assert catalogue.version_of(datatypes.DisplayText) == ""
