"""Whether a platform reads the other's version details before it answers a registration, as it must.

What it reads it reads while the answer is waited for, with the token that the registration offers; so all of it has
ended before. Source: OCPI 2.2.1, Credentials: Registration, POST, PUT; digest, section 2.8.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import part_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_DETAILS: Final = "versions.get_details"
_REGISTRATIONS: Final = {"credentials.post": "credentials, POST", "credentials.put": "credentials, PUT"}


class _Credentials(Struct, frozen=True):
    token: str = ""


class ReadingBack:
    """Remembers with which token of whose the version details were read, and when that was asked for last."""

    def __init__(self) -> None:
        self._read_us: Memory[tuple[str, str], int] = Memory()

    def check_answer(self, seen: Seen) -> Iterator[Finding]:
        """Version details that are read, or a registration that is answered."""
        if not seen.ok:
            return
        if seen.route == _DETAILS:
            for token in seen.tokens:
                self._read_us[seen.receiver, token] = seen.start_us
        elif seen.route in _REGISTRATIONS:
            offered = part_of(seen.request_body, _Credentials).token
            read_us = self._read_us.get((seen.sender, offered))
            if offered and (read_us is None or read_us < seen.start_us):
                found = f"{seen.receiver} without a look at the version details of {seen.sender}"
                expected = "an answer once they are read with the token offered, or status code 3001"
                section = _REGISTRATIONS[seen.route]
                yield seen.remark("endpoints-unread", "$.status_code", found, expected, section, "error")
