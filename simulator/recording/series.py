"""Series as they are read: the samples of a chunk, whose form folding.py describes."""

from typing import Final, TypeAlias

import numpy as np
import zstandard
from numpy.typing import NDArray

Times: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.float64]

_TIME: Final = np.dtype("<i8")
_VALUE: Final = np.dtype("<f8")


def unfold(data: bytes) -> tuple[Times, Values]:
    """The times (microseconds) and values of a chunk."""
    raw = zstandard.ZstdDecompressor().decompress(data)
    half = len(raw) // 2
    steps = np.frombuffer(raw, _TIME, count=half // 8)
    return np.cumsum(steps, dtype=np.int64), np.frombuffer(raw, _VALUE, offset=half).astype(np.float64)
