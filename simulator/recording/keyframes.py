"""Keyframes: what a holder knows of one kind at one moment, so that any instant is a keyframe and a short replay.

A keyframe is a zstd-compressed msgpack map from entity to value: of all entities (a whole one), or of those that have
changed since an earlier keyframe, its base (`null` for one that is no longer known). One is due after 1,500 changes. It
takes in what earlier ones of less than twice its size say, and the one before these is its base: what is known is read
from few keyframes, each at least twice as large as the next, and what never changes again, as most of a long run, is
seldom written again. So keyframes cost little more per change however much there is to know (Bentley and Saxe,
Decomposable searching problems, 1980).
"""

from typing import Final, NamedTuple

import msgspec
import zstandard

from simulator.recording.rows import StateRow

INTERVAL: Final = 1_500
FORGOTTEN: Final = b"null"

_decoder = msgspec.msgpack.Decoder(dict[str, bytes])


class Keyframe(NamedTuple):
    """A row of the table `keyframe`."""

    holding: int
    seq: int
    at_us: int
    base: int
    data: bytes


class _Knowledge:
    """What one holder knows of one kind: what the last keyframe says with those under it, and what it lacks yet."""

    __slots__ = ("at_us", "changed", "changes", "frames", "holding", "seq")

    def __init__(self, holding: int) -> None:
        self.holding = holding
        self.frames: list[tuple[int, dict[str, bytes]]] = []
        self.changed: dict[str, bytes] = {}
        self.changes = 0
        self.seq = 0
        self.at_us = 0


class Keyframes:
    """Follows the state rows and makes keyframes when they are due; numbers who knows what (`holdings`)."""

    def __init__(self, interval: int = INTERVAL) -> None:
        self.finished: list[Keyframe] = []
        self.holdings: list[tuple[int, str, str]] = []
        self._interval = interval
        self._known: dict[tuple[str, str], _Knowledge] = {}
        self._encoder = msgspec.msgpack.Encoder()
        self._compressor = zstandard.ZstdCompressor(level=3)

    def add(self, seq: int, row: StateRow) -> int:
        """Take in a change; returns the number of its holding."""
        key = (row.holder, row.kind)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _Knowledge(len(self._known) + 1)
            self.holdings.append((known.holding, *key))
        known.changed[row.entity] = row.value
        known.seq, known.at_us = seq, row.at_us
        changes = known.changes = known.changes + 1
        if changes >= self._interval:
            self._make(known)
        return known.holding

    def _make(self, known: _Knowledge) -> None:
        frames, values = known.frames, known.changed
        while frames and len(frames[-1][1]) < 2 * len(values):
            _, before = frames.pop()
            before.update(values)
            values = before
        base = frames[-1][0] if frames else known.seq
        if not frames:
            values = without_forgotten(values)
        frames.append((known.seq, values))
        data = self._compressor.compress(self._encoder.encode(values))
        self.finished.append(Keyframe(known.holding, known.seq, known.at_us, base, data))
        known.changed = {}
        known.changes = 0


def apply(values: dict[str, bytes], entity: str, value: bytes) -> None:
    """Change what is known: the value `null` forgets the entity."""
    if value == FORGOTTEN:
        values.pop(entity, None)
    else:
        values[entity] = value


def without_forgotten(values: dict[str, bytes]) -> dict[str, bytes]:
    """What is known, of what was at some time."""
    return {entity: value for entity, value in values.items() if value != FORGOTTEN}


def decode_keyframe(data: bytes) -> dict[str, bytes]:
    """From entity to value."""
    return _decoder.decode(zstandard.ZstdDecompressor().decompress(data))
