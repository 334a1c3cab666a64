"""What may be asked of an EVSE, by the capabilities that it states: one answer for who asks and for who is asked.

Decided here, where the specification leaves room: the list may be absent, and in many real networks it is. An EVSE that
states none has not said that it can do nothing. Remote start and stop are what roaming lives on, so that they are taken
for granted there, and all else is not; of an EVSE that does state capabilities, the list is the whole truth.

RFID_READER forbids nothing: who taps a card stands before the charge point, and OCPI has no part in that.
Source: OCPI 2.2.1, Locations module, Capability.
"""

from simulator.ocpi.v2_2_1.locations import EVSE, Capability


def is_capable(evse: EVSE, capability: Capability) -> bool:
    """Whether an EVSE can do something, as far as it says."""
    if not evse.capabilities:
        return capability is Capability.REMOTE_START_STOP_CAPABLE
    return capability in evse.capabilities


def asks_for_connector(evse: EVSE) -> bool:
    """Whether START_SESSION must name a connector of it."""
    return Capability.START_SESSION_CONNECTOR_REQUIRED in evse.capabilities
