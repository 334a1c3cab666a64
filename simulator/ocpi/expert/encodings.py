"""Who wants the credentials token as it is, though its version has it in Base64: its peers can only do as it wants.

Digest, section 2.1 and case 2: a client whose token in Base64 is answered 401 tries it as it is, and remembers what
worked. Source: OCPI 2.2.1, Transport and format, Authorization header.
"""

from collections.abc import Iterator

from simulator.ocpi import headers as h
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_UNAUTHORISED = 401
Way = tuple[str, str]


class Encodings:
    """Remembers, by sender and receiver, the token that was refused in Base64, and where it was let in as it is."""

    def __init__(self) -> None:
        self._refused: dict[Way, str] = {}
        self._raw: dict[Way, bool] = {}
        """True for receivers of whom that has been said."""

    def wants_raw(self, seen: Seen) -> bool:
        """Whether the receiver has let the sender in with a token as it is that it had refused in Base64."""
        return (seen.sender, seen.receiver) in self._raw

    def check_answer(self, seen: Seen) -> Iterator[Finding]:
        """A token that is let in as it is; said once, and not before the version is one that has Base64."""
        if seen.http_status != _UNAUTHORISED and not self._refused and not self._raw:
            return
        tokens, way = seen.tokens, (seen.sender, seen.receiver)
        if len(tokens) == 2 and seen.http_status == _UNAUTHORISED:
            self._refused[way] = tokens[0]
        elif seen.ok and tokens and self._refused.get(way) == tokens[-1]:
            del self._refused[way]
            self._raw.setdefault(way, False)
        if self._raw.get(way) is False and len(tokens) == 1 and seen.ok and seen.is_encoded:
            self._raw[way] = True
            found = "the token as it is let in, and 401 for the same in Base64"
            section = "transport_and_format, Authorization header"
            yield seen.remark("token-encoding", h.AUTHORIZATION, found, "the token in Base64 let in", section, "error")
