"""How engine and writer process speak over two pipes: frames of bytes, each after its length.

The engine gives an order (a letter, then batches or meta values in msgpack) and waits for its reply. A pipe that ends,
even within a frame, means that the other is gone.
"""

from typing import IO, Final

from msgspec import Struct

COMMIT: Final = b"c"
FINISH: Final = b"f"
_LENGTH_BYTES: Final = 8


class Reply(Struct, frozen=True):
    """The last sequence committed, the digest of a finished file, or the reason why the writer gave up (errors.py).

    `errors` are those that an onlooker has found so far, by party and rule.
    """

    last_seq: int = 0
    digest: str = ""
    failure: str = ""
    errors: dict[str, dict[str, int]] = {}


def send(pipe: IO[bytes], *parts: bytes) -> None:
    """Write a frame to a buffered pipe. Raises BrokenPipeError when nobody reads it any more."""
    pipe.write(sum(map(len, parts)).to_bytes(_LENGTH_BYTES, "little"))
    for part in parts:
        pipe.write(part)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Wait for a frame; None when the pipe has ended."""
    head = pipe.read(_LENGTH_BYTES)
    length = int.from_bytes(head, "little")
    frame = pipe.read(length)
    return frame if len(head) == _LENGTH_BYTES and len(frame) == length else None
