"""A PATCH made of what an object was said to be before and what it is now, for a version whose PATCHes replace all.

In 2.1.1 any field may be PATCHed and a list replaces the old one, so the words of that version tell best what differs.
Source: OCPI 2.1.1, Transport and format, PATCH; Sessions, 2.2.3; Tariffs, 2.2.3.
"""

from typing import Final

import msgspec

_fields: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def difference(before: bytes, now: bytes) -> bytes | None:
    """The fields that are new or other, as JSON; None when some are gone, which no PATCH can say."""
    old, new = _fields(before), _fields(now)
    if any(name not in new for name in old):
        return None
    return msgspec.json.encode({name: raw for name, raw in new.items() if bytes(old.get(name, b"")) != bytes(raw)})
