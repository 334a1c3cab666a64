"""Aliases: short ids that stand for those which OCPI 2.1.1 allows to be longer, or not in ASCII, than later versions.

A Location's id and an EVSE's uid have 39 characters in 2.1.1 and 36 from 2.2 on, the id of a CDR the other way round.
An alias is worked out from the id alone: it is the same whenever and for whomever it is made, in letter case alone it
differs as ids do that are equal, and it keeps the beginning of the id, by which a person knows it again. What it stands
for has to be remembered.
Source: OCPI 2.1.1 and 2.2.1, Locations and CDRs; digest, section 6.2.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from simulator.ocpi.datatypes import ci_key

LONGEST: Final = 36
_IN_PATHS: Final = ("location_id", "evse_uid")
_DIGEST_BYTES: Final = 6
_KEPT: Final = LONGEST - 2 * _DIGEST_BYTES - 1


def is_short(id: str) -> bool:
    """Whether an id can be said in every version."""
    return len(id) <= LONGEST and id.isascii()


def alias_of(id: str) -> str:
    """The id itself if every version can say it, else its alias."""
    if is_short(id):
        return id
    digest = hashlib.blake2b(ci_key(id).encode(errors="surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{id[:_KEPT].encode('ascii', 'replace').decode().replace('?', '_')}-{digest}"


def in_path(params: dict[str, str], say: Callable[[str], str]) -> dict[str, str]:
    """The parameters of a path with its Location's and its EVSE's id said otherwise, if it has any."""
    said = {name: say(id) if name in _IN_PATHS else id for name, id in params.items()}
    return params if said == params else said


class Aliases:
    """The aliases that one platform has given, and what each stands for; letter case counts in none of the two."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}

    def give(self, id: str) -> str:
        """The alias of an id, which is remembered. Raises ValueError, a sentence, for one that another id has."""
        alias = alias_of(id)
        if alias != id:
            other = self._ids.setdefault(ci_key(alias), id)
            if ci_key(other) != ci_key(id):
                raise ValueError(f"“{id}” would have the same alias as “{other}”.")
        return alias

    def meant(self, id: str) -> str:
        """What an alias that was given stands for; any other id is itself."""
        return self._ids.get(ci_key(id), id) if self._ids else id
