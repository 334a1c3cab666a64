"""Random streams: one for each entity and purpose, so that changing one driver reshuffles no other."""

import hashlib
import random
from collections.abc import Callable


class Streams:
    """Hands out independent streams of uniform numbers, each fixed by (seed, entity, purpose) alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def uniform(self, entity: str, purpose: str) -> Callable[[], float]:
        """A function that draws the next number in [0, 1). Asking again starts the same stream anew.

        Only `Random.random` is used: its sequence is fixed across versions of Python, unlike the other methods.
        """
        return random.Random(self._number(entity, purpose)).random

    def text(self, entity: str, purpose: str, hex_digits: int) -> str:
        """Hexadecimal digits fixed by (seed, entity, purpose): for tokens and ids. At most 64."""
        digest = self._digest(entity, purpose)
        return digest.hex()[:hex_digits]

    def uuid_prefix(self, entity: str, purpose: str) -> str:
        """The first 24 characters of a version 4 UUID; the caller appends 12 hexadecimal digits of a counter."""
        digits = self.text(entity, purpose, 20)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-"

    def _digest(self, entity: str, purpose: str) -> bytes:
        key = "\x1f".join((str(self.seed), entity, purpose))
        return hashlib.blake2b(key.encode(), digest_size=32).digest()

    def _number(self, entity: str, purpose: str) -> int:
        return int.from_bytes(self._digest(entity, purpose)[:16], "big")
