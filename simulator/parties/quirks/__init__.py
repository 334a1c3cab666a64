"""Defects of real platforms, to be given to a party by name: what its peers then cope with, and what fails.

A quirk sits where the party's bytes leave and enter, at its client and its server; the party itself does not know of
it. Each names the hint that tells of it.
"""

from simulator.parties.quirks.bearer import Bearer, give
from simulator.parties.quirks.catalogue import QUIRKS

__all__ = ["QUIRKS", "Bearer", "give"]
