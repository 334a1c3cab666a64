"""What a CPO says to a command that its EVSE cannot carry out: NOT_SUPPORTED, with a hint that names the capability.

Source: OCPI 2.2.1, Locations module, Capability; Commands module, CommandResponseType; digest, section 3.5.
"""

from collections.abc import Sequence
from typing import Final

from simulator.ocpi.v2_2_1.capabilities import is_capable
from simulator.ocpi.v2_2_1.locations import EVSE, Capability
from simulator.parties.call import Call
from simulator.parties.office import Office

RULE: Final = "capability-missing"


def why_not_supported(office: Office, call: Call, evses: Sequence[EVSE], capability: Capability) -> str:
    """Why none of these EVSEs, one or all of a location, can do what is asked, which is a hint; empty if any can."""
    if not evses or any(is_capable(evse, capability) for evse in evses):
        return ""
    which = f"EVSE {evses[0].uid} is" if len(evses) == 1 else f"All {len(evses)} EVSEs of the Location are"
    why = f"{which} not {capability}."
    return _remark(office, call, why)


def why_not_startable(office: Office, call: Call, evse: EVSE) -> str:
    """Why nobody can start at this EVSE in a version that names no connector, which is a hint."""
    why = f"EVSE {evse.uid} asks which of its connectors is meant, which OCPI {call.version} cannot say."
    return _remark(office, call, why)


def _remark(office: Office, call: Call, why: str) -> str:
    sentence = f"{why} Its Location says so; what needs it is answered NOT_SUPPORTED."
    section = f"OCPI {call.version} locations, Capability"
    office.journal.hint(call.cause.id, RULE, "warning", sentence, "", section, by=call.line.peer_platform)
    return why
