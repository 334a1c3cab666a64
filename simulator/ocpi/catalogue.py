"""Which object types each version of OCPI has: for `check`, for the words of fields, and for translation."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Final

from simulator.ocpi.datatypes import Object

_MODULES: Final = {
    "2.1.1": ("locations", "sessions", "cdrs", "tariffs", "tokens", "commands", "credentials", "versions"),
    "2.2.1": (
        *("locations", "sessions", "cdrs", "tariffs", "tokens", "commands", "chargingprofiles"),
        *("credentials", "versions", "hubclientinfo", "types"),
    ),
    "2.3.0": (
        *("locations", "sessions", "cdrs", "tariffs", "tokens", "commands", "chargingprofiles"),
        *("invoicereconciliation", "credentials", "versions", "hubclientinfo", "types"),
    ),
}

VERSIONS: Final = tuple(_MODULES)
"""The versions whose objects are known here, oldest first."""


@cache
def types(version: str) -> Mapping[str, type[Object]]:
    """All object types of a version by their names, in the order of the specification's modules.

    A version is loaded when it is first asked for. Raises KeyError for a version that is not known here.
    """
    found: dict[str, type[Object]] = {}
    for name in _MODULES[version]:
        module = import_module(f"{__package__}.v{version.replace('.', '_')}.{name}")
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Object) and each is not Object:
                found.setdefault(each.__name__, each)
    return MappingProxyType(found)


def version_of(cls: object) -> str:
    """The version whose package defines a class; empty for what belongs to none, such as DisplayText.

    A class that a later version has kept as it was belongs to the version that brought it.
    """
    package = getattr(cls, "__module__", "").rpartition(".")[0].rpartition(".")[2]
    return package[1:].replace("_", ".") if package[:2] in ("v2", "v3") else ""
