"""What the engine hands over to whoever writes the recording, in this process or in another: batches in msgpack.

The encoding of the rows is what the digest is made of, so it is made once for both.
"""

from typing import Final, Literal, TypeAlias

from msgspec import Raw, Struct
from msgspec.msgpack import Decoder, Encoder

from simulator.recording.keyframes import INTERVAL
from simulator.recording.names import REMEMBERED
from simulator.recording.rows import CommandRow, EncodedRow, HintRow, Level, SequencedRow

Sample: TypeAlias = tuple[str, str, str, int, float]
WriterKind: TypeAlias = Literal["thread", "process"]


class Batch(Struct, gc=False, array_like=True):
    """Rows that belong to one transaction; `first_seq` is the sequence of the first of `rows`."""

    first_seq: int
    rows: list[SequencedRow] = []
    commands: list[tuple[int, CommandRow]] = []
    hints: list[tuple[int, HintRow]] = []
    samples: list[Sample] = []
    meta: dict[str, str] = {}


class EncodedBatch(Struct, gc=False, array_like=True):
    """A batch as its writer receives it: the rows are not yet decoded."""

    first_seq: int
    rows: Raw
    commands: list[tuple[int, CommandRow]]
    hints: list[tuple[int, HintRow]]
    samples: list[Sample]
    meta: dict[str, str]


class WriterSettings(Struct, frozen=True):
    """How a recording is written; `max_pages` bounds the file, in pages of 4 KiB.

    `onlooker` names who looks at each message (see onlooker.py); empty for nobody.
    """

    level: Level
    max_pages: int | None = None
    keyframe_interval: int = INTERVAL
    remembered_ids: int = REMEMBERED
    onlooker: str = ""


encode: Final = Encoder().encode
decode: Final = Decoder(list[EncodedBatch]).decode
decode_rows: Final = Decoder(list[EncodedRow]).decode
