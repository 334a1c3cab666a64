"""The two legs of what a hub passes on, each an exchange of its own; the first is the cause of the second.

Source: OCPI 2.2.1, Transport and format, Message routing.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from simulator.recording.reader import Recording
from simulator.recording.rows import Message

TRANSLATION: Final = "translation-"
"""What the rules of hints begin with that tell what a translation between versions has cost."""

_SOON: Final = 2_000
_AFTER: Final = "SELECT exchange FROM message WHERE exchange > ? AND exchange <= ?"
_ONWARD: Final = f"{_AFTER} AND cause_ref = ? ORDER BY exchange LIMIT 4"


class Hop(NamedTuple):
    """What came to a hub, and what the hub made of it for the next."""

    inbound: Message
    onward: Message


def is_hop(before: Message, after: Message) -> bool:
    """Whether a hub passes on with `after` what it got with its cause, `before`.

    The two may differ in method: 2.1.1 knows no PATCH of some objects.
    """
    side = before.route.rpartition(".")[0]
    return "." in side and side == after.route.rpartition(".")[0] and before.receiver == after.sender


def other_legs(recording: Recording, messages: Sequence[Message]) -> list[Message]:
    """Of messages of which some are legs of hops the legs before and after, with headers and bodies."""
    known = {message.exchange: message for message in messages}
    if not known:
        return []
    asked = ", ".join(str(2 * exchange) for exchange in known)
    found = recording.query(f"{_AFTER} AND cause_ref IN ({asked})", (min(known), max(known) + _SOON))
    legs: dict[int, Message] = {}
    for (exchange,) in found:
        after = recording.message(exchange)
        if exchange not in known and is_hop(known[after.cause], after):
            legs[exchange] = after
    for message in messages:
        if message.cause_kind == "message" and message.cause not in known and message.cause not in legs:
            before = next(iter(recording.messages(exchange=message.cause, contents=True)), None)
            if before is not None and is_hop(before, message):
                legs[before.exchange] = before
    return list(legs.values())


def hop_of(recording: Recording, message: Message) -> Hop | None:
    """The hop that a message is a leg of, with headers and bodies; of one that comes to a hub the first leg onward.

    None for a message that no hub passes on.
    """
    if message.cause_kind == "message":
        before = next(iter(recording.messages(exchange=message.cause, contents=True)), None)
        if before is not None and is_hop(before, message):
            return Hop(before, recording.message(message.exchange))
    # A hub sends on at once, so that not all that came later has to be looked through.
    found = recording.query(_ONWARD, (message.exchange, message.exchange + _SOON, 2 * message.exchange))
    for (exchange,) in found:
        after = recording.message(exchange)
        if is_hop(message, after):
            return Hop(recording.message(message.exchange), after)
    return None
