"""Names that an object has twice: each reader takes another of the two values, so that nobody knows what was said.

Decoders pass over it, since the last value wins. So this looks at the JSON itself. Source: RFC 8259, Objects.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from simulator.ocpi.findings import Finding

_SECTION: Final = "RFC 8259, Objects"


class _Twice(Exception):
    """There is one; where is for a slower look to say."""


class _Members(tuple[tuple[str, Any], ...]):
    """The members of an object, all of them and in order."""


def duplicates(raw: bytes) -> Iterator[Finding]:
    """A warning for each name that an object in this JSON has again; none for what is no JSON."""
    try:
        _read(raw, _only_unlike)
    except _Twice:
        yield from _look(_read(raw, _Members), "$")
    except (ValueError, RecursionError):
        return


def _read(raw: bytes, hook: Any) -> Any:
    # Numbers are not looked at: of one with very many digits the library complains.
    return json.loads(raw, object_pairs_hook=hook, parse_int=str, parse_float=str)


def _only_unlike(members: list[tuple[str, Any]]) -> None:
    if len(dict(members)) != len(members):
        raise _Twice


def _look(value: Any, path: str) -> Iterator[Finding]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _look(item, f"{path}[{index}]")
    elif isinstance(value, _Members):
        seen: dict[str, None] = {}
        for name, member in value:
            if name in seen:
                yield Finding(
                    rule="duplicate-name",
                    severity="warning",
                    path=f"{path}.{name}",
                    found="the same name again",
                    expected="each name once in an object; of two values readers take the one or the other",
                    section=_SECTION,
                )
            seen[name] = None
            yield from _look(member, f"{path}.{name}")
