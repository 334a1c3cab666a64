"""Which version of OCPI a dump is of: dumps do not say it, but what only 2.3.0 has gives one of 2.3.0 away.

Where nothing is new a dump of 2.3.0 is one of 2.2.1 as well; one of 2.1.1 is mended field by field.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

from simulator.ocpi.catalogue import types
from simulator.ocpi.v2_2_1 import locations as v2_2_1
from simulator.ocpi.v2_3_0 import locations as v2_3_0
from simulator.scenario.natives import HOME, RICHEST

_INSIDE: Final = {"Location": ("evses", "EVSE"), "EVSE": ("connectors", "Connector")}
_OLD_PLUGS: Final = tuple(each.value for each in v2_2_1.ConnectorType)
_NEW_PLUGS: Final = tuple(each.value for each in v2_3_0.ConnectorType if each.value not in _OLD_PLUGS)


class Edition(NamedTuple):
    """The version that a dump is read in, and a sentence that says why, if it is not the usual one."""

    version: str = HOME
    sentence: str = ""


def edition(stated: str | None, sign: str | None) -> Edition:
    """The version that was `stated`, or the one that a sign of 2.3.0 gives away."""
    if stated is not None:
        return Edition(stated, f"The dump is read as OCPI {stated}, as was asked for.")
    if sign is not None:
        return Edition(RICHEST, f"The dump is read as OCPI {RICHEST}: it has {sign}, which no version before knows.")
    return Edition()


def sign_of_2_3_0(record: Any, kind: str) -> str | None:
    """What of a record no version before 2.3.0 has, in words; None when there is no such thing."""
    return next(_signs(record, kind), None)


def _signs(record: Any, kind: str) -> Iterator[str]:
    if not isinstance(record, dict):
        return
    for name in _new_fields(kind):
        if name in record:
            yield f"{kind} {name}"
    if kind == "Connector" and record.get("standard") in _NEW_PLUGS:
        yield f"Connector standard {record['standard']}"
    key, part = _INSIDE.get(kind, ("", ""))
    parts = record.get(key)
    for each in parts if isinstance(parts, list) else ():
        yield from _signs(each, part)


@cache
def _new_fields(kind: str) -> tuple[str, ...]:
    before = [field.encode_name for field in msgspec.structs.fields(types(HOME)[kind])]
    now = [field.encode_name for field in msgspec.structs.fields(types(RICHEST)[kind])]
    return tuple(name for name in now if name not in before)
