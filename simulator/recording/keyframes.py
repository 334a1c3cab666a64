"""Keyframes: what a holder knows of one kind at one moment, so that any instant is a keyframe and a short replay.

A keyframe is a zstd-compressed msgpack map from entity to value: of all entities (a whole one), or of those that have
changed since the last whole one (`null` for one that is no longer known). One is due after 1,500 changes, and it is
whole when those are half of what is known or more: the cost of keyframes stays proportional to the number of changes,
however many sessions a holder has seen.
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
    whole: int
    data: bytes


class _Knowledge:
    """What one holder knows of one kind, what of it the last whole keyframe lacks, and how much no keyframe has yet."""

    __slots__ = ("at_us", "changed", "changes", "holding", "seq", "values", "whole")

    def __init__(self, holding: int) -> None:
        self.holding = holding
        self.values: dict[str, bytes] = {}
        self.changed: dict[str, bytes] = {}
        self.changes = 0
        self.whole = 0
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
        value = row.value
        if value == FORGOTTEN:
            known.values.pop(row.entity, None)
        else:
            known.values[row.entity] = value
        known.changed[row.entity] = value
        known.seq, known.at_us = seq, row.at_us
        changes = known.changes = known.changes + 1
        if changes >= self._interval:
            self._make(known)
        return known.holding

    def _make(self, known: _Knowledge) -> None:
        is_whole = not known.whole or len(known.changed) * 2 >= len(known.values)
        if is_whole:
            known.whole = known.seq
        data = self._compressor.compress(self._encoder.encode(known.values if is_whole else known.changed))
        self.finished.append(Keyframe(known.holding, known.seq, known.at_us, known.whole, data))
        known.changes = 0
        if is_whole:
            known.changed.clear()


def apply(values: dict[str, bytes], entity: str, value: bytes) -> None:
    """Change what is known: the value `null` forgets the entity."""
    if value == FORGOTTEN:
        values.pop(entity, None)
    else:
        values[entity] = value


def applied(values: dict[str, bytes], changed: dict[str, bytes]) -> dict[str, bytes]:
    """What is known, as it is changed by a keyframe that is not whole."""
    return {entity: value for entity, value in (values | changed).items() if value != FORGOTTEN}


def decode_keyframe(data: bytes) -> dict[str, bytes]:
    """From entity to value."""
    return _decoder.decode(zstandard.ZstdDecompressor().decompress(data))
