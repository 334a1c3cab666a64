"""How a run ended, or that it has not: what a report says first, for only what was recorded can be measured."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from simulator.i18n import tr
from simulator.recording.reader import Recording
from simulator.report.clock import LocalClock

State = Literal["live", "killed", "failed", "interrupted", "complete"]

_SENTENCES: Final[Mapping[State, str]] = {
    "live": tr("The run is still going on; it is told as far as {at}."),
    "killed": tr("The recording was cut off at {at}: the run was killed, or its disk was full."),
    "failed": tr("The run failed at {at}: {why}"),
    "interrupted": tr("The run was interrupted at {at}, before its planned end."),
    "complete": tr("The run came to its planned end at {at}."),
}


class Ending(Struct, frozen=True):
    """`to_us` is how far the recording tells of the run, `failure` why it failed; `sentence` says it all."""

    state: State
    failure: str
    to_us: int
    sentence: str

    @property
    def is_complete(self) -> bool:
        """Whether the run came to the end that was planned."""
        return self.state == "complete"


def ending_of(recording: Recording) -> Ending:
    """How the run of a recording stands.

    What a run that was cut off would have come to later is not known: it reaches to the last instant recorded and not
    to the end that was planned.
    """
    meta = recording.meta
    ended_at_us = meta.get("ended_at_us")
    to_us = int(ended_at_us) if ended_at_us else max(recording.last_us, 0)
    state, failure = _state(meta, is_live=recording.is_live), meta.get("failure", "")
    sentence = _SENTENCES[state].format(at=LocalClock(meta).minute(to_us), why=failure)
    return Ending(state, failure, to_us, sentence)


def _state(meta: Mapping[str, str], *, is_live: bool) -> State:
    if is_live:
        return "live"
    if meta.get("failure"):
        return "failed"
    if "summary" not in meta:
        return "killed"
    return "interrupted" if meta.get("interrupted") == "true" else "complete"
