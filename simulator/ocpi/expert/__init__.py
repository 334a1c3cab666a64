"""Looks over exchange after exchange as an expert of the protocol would, and remarks on what its two sides do wrong.

Receivers check what they are given and need; what they cope with, or never look at, is found here: headers, codes,
envelopes, pages, and a handshake that is not kept to. Our own parties are held to these rules by tests and not looked
over in a run: that is done where a peer is known to be of another make, one with quirks or one from outside.
"""

from collections.abc import Iterator

from simulator.ocpi.expert.answers import check_answer
from simulator.ocpi.expert.bodies import check_bodies
from simulator.ocpi.expert.handshakes import Handshakes
from simulator.ocpi.expert.requests import check_request
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

__all__ = ["Expert", "Seen"]


class Expert:
    """Looks at the exchanges of a run in the order of their final states; it remembers handshakes."""

    def __init__(self) -> None:
        self._handshakes = Handshakes()

    def look(self, seen: Seen) -> Iterator[Finding]:
        """What there is to remark on one exchange."""
        yield from check_request(seen, self._handshakes.one_party_each(seen))
        yield from self._handshakes.check_request(seen)
        if seen.http_status is not None:
            yield from check_answer(seen)
            yield from self._handshakes.check_answer(seen)
        yield from check_bodies(seen)
