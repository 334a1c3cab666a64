"""Which interfaces a peer must have to be of any use to us: by our role, and by the peer's.

Source: OCPI 2.2.1, Roles, Typical OCPI implementations per Role; digest, section 1.
"""

from collections.abc import Mapping
from typing import Final

from simulator.ocpi.modules import InterfaceRole, ModuleID, Role
from simulator.parties.registration import Expected

_SENDER, _RECEIVER = InterfaceRole.SENDER, InterfaceRole.RECEIVER

_EMSP: Final = (
    (ModuleID.LOCATIONS, _RECEIVER),
    (ModuleID.SESSIONS, _RECEIVER),
    (ModuleID.CDRS, _RECEIVER),
    (ModuleID.TOKENS, _SENDER),
)
_CPO: Final = (
    (ModuleID.LOCATIONS, _SENDER),
    (ModuleID.TARIFFS, _SENDER),
    (ModuleID.SESSIONS, _SENDER),
    (ModuleID.CDRS, _SENDER),
    (ModuleID.TOKENS, _RECEIVER),
    (ModuleID.COMMANDS, _RECEIVER),
)
_SCSP: Final = ((ModuleID.SESSIONS, _RECEIVER), (ModuleID.CHARGING_PROFILES, _SENDER))
_STEERED: Final = ((ModuleID.SESSIONS, _SENDER), (ModuleID.CHARGING_PROFILES, _RECEIVER))

EXPECTED: Final[Mapping[Role, Expected]] = {
    Role.CPO: {Role.EMSP: _EMSP, Role.HUB: _EMSP, Role.SCSP: _SCSP},
    Role.EMSP: {Role.CPO: _CPO, Role.HUB: _CPO, Role.SCSP: _SCSP},
    Role.SCSP: {Role.CPO: _STEERED, Role.EMSP: _STEERED, Role.HUB: _STEERED},
}
