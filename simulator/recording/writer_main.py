"""The process that writes a recording for an engine: `python -m simulator.recording.writer_main FILE SETTINGS`.

It takes orders from its standard input and replies on its standard output (see frames.py). It ends when its orders do,
however the engine came to its end; Ctrl-C, SIGTERM and SIGHUP are the engine's to heed. It imports this room alone
(and the onlooker that it is told of), and of that nothing that reads, so that it is ready before the engine has
anything to say.
"""

import contextlib
import gc
import signal
import sys
from pathlib import Path
from typing import IO

import msgspec

from simulator.recording.batch import WriterSettings
from simulator.recording.committer import Committer
from simulator.recording.errors import reason_of
from simulator.recording.frames import COMMIT, Reply, receive, send


def main() -> None:
    """Write until the engine is done or gone."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # What is made of rows is free of circles, and what is remembered only grows.
    gc.disable()
    settings = msgspec.json.decode(sys.argv[2], type=WriterSettings)
    with contextlib.suppress(BrokenPipeError), open(1, "wb") as replies:
        write(Path(sys.argv[1]), settings, sys.stdin.buffer, replies)


def write(path: Path, settings: WriterSettings, orders: IO[bytes], replies: IO[bytes]) -> None:
    """Carry out the orders until they end or one fails."""
    last_seq = 0
    try:
        with contextlib.closing(Committer(path, settings)) as committer:
            while (frame := receive(orders)) is not None:
                order, content = frame[:1], memoryview(frame)[1:]
                if order == COMMIT:
                    last_seq = committer.commit(content)
                    reply = Reply(last_seq, errors=dict(committer.errors))
                else:
                    reply = Reply(last_seq, committer.finish(msgspec.msgpack.decode(content)))
                send(replies, msgspec.msgpack.encode(reply))
                # So that one frame and its rows are in memory, not two.
                del frame, content
    except BrokenPipeError:
        raise
    except Exception as error:
        send(replies, msgspec.msgpack.encode(Reply(last_seq, failure=reason_of(error))))


if __name__ == "__main__":
    main()
