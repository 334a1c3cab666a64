"""Looks over exchange after exchange as an expert of the protocol would, and remarks on what its two sides do wrong.

Receivers check what they are given and need; what they cope with, or never look at, is found here: headers, codes,
envelopes, pages, odd objects, and a handshake that is not kept to. It is done by whoever writes the recording (see
`simulator.recording.onlooker`), for each exchange of a run.
"""

from simulator.ocpi.expert.expert import Expert
from simulator.ocpi.expert.seen import Seen

__all__ = ["Expert", "Seen"]
