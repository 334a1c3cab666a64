"""Updates that come in another order than they were sent in: `last_updated` says which of two states is the newer.

Our own platforms send the updates of an object one after the other. Still a request may come twice, come after its
sender stopped waiting, or overtake the page of a list that was read before it was sent. An older state must not then
replace a newer one, or a receiver would believe it until something changes again.
"""

from simulator.engine.journal import Journal
from simulator.ocpi.datatypes import later
from simulator.parties.call import Call


def newer(left: str, right: str) -> bool:
    """Whether the DateTime on the left is later than the one on the right."""
    if len(left) == len(right) and left[-1] == right[-1]:
        return left > right  # written alike, as nearly all are
    return left != right and later(left, right) is left


def overtaken(journal: Journal, call: Call, known: str, offered: str) -> bool:
    """Whether a newer state than the offered one is known; such a message is acknowledged, and a hint."""
    if not newer(known, offered):
        return False
    journal.hint(
        call.cause.id,
        "overtaken-update",
        "warning",
        f"last_updated {offered} is older than {known}, which is known already; the older state was not taken over.",
        "$.last_updated",
        f"OCPI {call.version} transport_and_format, Client Owned Object Push",
    )
    return True
