"""Whether what is sent to a hub may go the way that its routing headers ask for: to one party, to all, to any.

Addressed to the hub itself, a push is for everybody and a list is what the hub has; addressed to nobody, the hub finds
out whom it is for. Source: OCPI 2.2.1, Transport and format: Broadcast Push, Open Routing Request, GET All via Hubs;
digest, section 2.3 and case 22.
"""

from collections.abc import Iterator
from typing import Final

from simulator.ocpi import headers as h
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.expert.parts import addressee
from simulator.ocpi.expert.seen import Seen
from simulator.ocpi.findings import Finding

_FOR_ONE: Final = ("cdrs.receiver.", "sessions.receiver.")


def check_way(seen: Seen) -> Iterator[Finding]:
    """A request of a functional module that is sent to a hub."""
    to = addressee(seen)
    is_broadcast = ci_key(to) == ci_key(seen.receiver) and seen.method != "GET"
    if is_broadcast and seen.route.startswith(_FOR_ONE):
        found, expected = "the hub", f"the party that it is for, as {seen.module} are not for everybody"
        section = "transport_and_format, Broadcast Push"
        yield seen.remark("broadcast", h.OCPI_TO_PARTY_ID, found, expected, section, "error")
    elif seen.route.endswith(".get_list") and not all(to.split("-", 1)):
        found, expected = "nothing", "the hub, for all that it has, or a party, for what that has"
        section = "transport_and_format, Open Routing Request"
        yield seen.remark("open-routing", h.OCPI_TO_PARTY_ID, found, expected, section, "error")
