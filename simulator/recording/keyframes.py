"""Keyframes: all that a holder knows of one kind at one moment, so that any instant is a keyframe and a short replay.

A keyframe is a zstd-compressed msgpack map from entity to value. One is due after 2,000 changes, or after half as many
changes as there are entities if that is more: the cost of keyframes then stays proportional to the number of changes,
however many sessions a holder has seen.
"""

from typing import Final, NamedTuple

import msgspec
import zstandard

from simulator.recording.rows import StateRow

INTERVAL: Final = 2_000
FORGOTTEN: Final = b"null"

_decoder = msgspec.msgpack.Decoder(dict[str, bytes])


class Keyframe(NamedTuple):
    """A row of the table `keyframe`, with the names not yet replaced by ids."""

    holder: str
    kind: str
    seq: int
    at_us: int
    data: bytes


class _Knowledge:
    """What one holder knows of one kind, and how much of it no keyframe has yet."""

    __slots__ = ("at_us", "changes", "seq", "values")

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.changes = 0
        self.seq = 0
        self.at_us = 0


class Keyframes:
    """Follows the state rows and makes keyframes when they are due."""

    def __init__(self, interval: int = INTERVAL) -> None:
        self.finished: list[Keyframe] = []
        self._interval = interval
        self._known: dict[tuple[str, str], _Knowledge] = {}
        self._encoder = msgspec.msgpack.Encoder()
        self._compressor = zstandard.ZstdCompressor(level=3)

    def add(self, seq: int, row: StateRow) -> bool:
        """Take in a change; True if it is the first that its holder knows of its kind."""
        key = (row.holder, row.kind)
        known = self._known.get(key)
        first = known is None
        if known is None:
            known = self._known[key] = _Knowledge()
        apply(known.values, row.entity, row.value)
        known.seq, known.at_us = seq, row.at_us
        known.changes += 1
        if known.changes >= self._interval and known.changes * 2 >= len(known.values):
            self._make(key, known)
        return first

    def make_last(self) -> None:
        """Make a keyframe of everything that changed since its last one; the end of a run is often looked at."""
        for key, known in self._known.items():
            if known.changes:
                self._make(key, known)

    def _make(self, key: tuple[str, str], known: _Knowledge) -> None:
        data = self._compressor.compress(self._encoder.encode(known.values))
        self.finished.append(Keyframe(*key, known.seq, known.at_us, data))
        known.changes = 0


def apply(values: dict[str, bytes], entity: str, value: bytes) -> None:
    """Change what is known: the value `null` forgets the entity."""
    if value == FORGOTTEN:
        values.pop(entity, None)
    else:
        values[entity] = value


def decode_keyframe(data: bytes) -> dict[str, bytes]:
    """From entity to value, in the order in which the entities became known."""
    return _decoder.decode(zstandard.ZstdDecompressor().decompress(data))
