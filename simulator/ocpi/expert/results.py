"""Whether the result of a command, or of a wish for a charging profile, comes when it was promised, and once.

The direct answer says how long to wait; after that nobody does. Source: OCPI 2.2.1, Commands: Flow, CommandResponse,
CommandResultType; ChargingProfiles, ChargingProfileResponse; digest, sections 3.5 and 3.6.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.ocpi.expert.memory import Memory
from simulator.ocpi.expert.parts import part_of, query_of
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_ASKED: Final = ("commands.receiver.", "chargingprofiles.receiver.")
_TOLD: Final = ("commands.sender.post_", "chargingprofiles.sender.post_")
_ACCEPTED: Final = "ACCEPTED"
_TAKEN_BACK: Final = "CANCELED_RESERVATION"
"""What may come of a reservation long after it was made."""
_US_PER_S: Final = 1_000_000


class _Asking(Struct, frozen=True):
    response_url: str = ""


class _Answer(Struct, frozen=True):
    result: str = ""
    timeout: int | None = None


class _Promise(Struct, frozen=True):
    """The direct answer to a wish, when it came, and when its result was sent, if it was."""

    result: str
    at_us: int
    timeout_s: int | None
    kept_us: int | None = None


class Results:
    """Remembers what was promised to come at each response_url."""

    def __init__(self) -> None:
        self._promises: Memory[tuple[str, str, str], _Promise] = Memory()

    def check_request(self, seen: Seen) -> Iterator[Finding]:
        """A result that comes."""
        if not seen.route.startswith(_TOLD):
            return
        key = (seen.receiver, seen.sender, seen.url)
        promise, section = self._promises.get(key), f"{seen.module}, Flow"
        result = part_of(seen.request_body, _Answer).result
        if promise is None or result == _TAKEN_BACK:
            return
        waited_us = seen.start_us - promise.at_us
        if promise.result != _ACCEPTED:
            expected = f"none, for the direct answer was {promise.result or 'an error'}"
            yield seen.remark("result-unasked", "$.result", result, expected, section, "warning")
        elif promise.kept_us not in (None, seen.start_us):  # A network may deliver one request twice.
            expected = "one result only"
            yield seen.remark("result-again", "$.result", f"{result} after another", expected, section, "warning")
        elif promise.timeout_s is not None and waited_us > promise.timeout_s * _US_PER_S:
            found = f"{result} {waited_us / _US_PER_S:.1f} s after the answer"
            expected = f"a result within its timeout, {promise.timeout_s} s, after which nobody waits"
            yield seen.remark("result-late", "$.result", found, expected, section, "warning")
        if seen.ok:
            self._promises[key] = replace(promise, kept_us=seen.start_us)

    def check_answer(self, seen: Seen) -> Iterator[Finding]:
        """A direct answer, which promises a result or refuses to."""
        if not seen.route.startswith(_ASKED):
            return
        answer = part_of(seen.data, _Answer)
        if answer.result == _ACCEPTED and answer.timeout is not None and answer.timeout <= 0:
            expected = "the seconds within which its result comes"
            section = f"{seen.module}, Response"
            yield seen.remark("result-timeout", "$.data.timeout", str(answer.timeout), expected, section, "warning")
        key = (seen.sender, seen.receiver, _response_url(seen))
        self._promises[key] = _Promise(answer.result if seen.ok else "", seen.end_us, answer.timeout)


def _response_url(seen: Seen) -> str:
    """Where the result is to go, which requests without a body have in their query."""
    if not seen.request_body:
        return query_of(seen.url).get("response_url", "")
    return part_of(seen.request_body, _Asking).response_url
