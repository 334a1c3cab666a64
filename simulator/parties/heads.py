"""The headers of a message as its reader asks for them: by name without regard to case, the first of a name.

A run has few lists of names, and of most messages only the token and the ids are asked for: where these stand is found
out once for each list.
"""

from functools import lru_cache

from msgspec import Struct

from simulator.ocpi import headers as h
from simulator.wire.carrier import Headers

_IDS = (h.X_CORRELATION_ID, h.X_REQUEST_ID)
_LOWER_IDS = tuple(name.lower() for name in _IDS)


class Places(Struct, frozen=True, gc=False):
    """Where in a list of headers those stand that every receiver looks at; None for one that is not there.

    `ids` is where the message ids are in the very words of OCPI and in its order, else they have to be sought.
    """

    authorization: int | None
    ids: slice | None

    @staticmethod
    def ids_in(headers: Headers) -> Headers:
        """The message ids, which an answer gives back as they came, whatever the case of their names."""
        values = lower(headers)
        return tuple((name, values[low]) for name, low in zip(_IDS, _LOWER_IDS, strict=True) if low in values)


@lru_cache(maxsize=1_024)
def places_of(names: tuple[str, ...]) -> Places:
    """Where what is looked at stands in headers with these names."""
    found = [name.lower() for name in names]
    authorization = found.index("authorization") if "authorization" in found else None
    ids = [place for place, name in enumerate(found) if name in _LOWER_IDS]
    together = slice(ids[0], ids[-1] + 1) if ids else slice(0)
    return Places(authorization, together if names[together] in ((), _IDS) else None)


def lower(headers: Headers) -> dict[str, str]:
    """The headers by name in lower case."""
    return {name.lower(): value for name, value in reversed(headers)}
