"""Remote starts at EVSEs that ask for a Connector, which OCPI 2.1.1 can neither name nor be asked for.

Where there is one Connector, it is the one meant. Where there are several, nobody of 2.1.1 is told that it could start
there, and whoever tries is not understood; but the network that is asked itself says so in its own words.

Source: OCPI 2.1.1 and 2.2.1, Commands, StartSession; OCPI 2.2.1, Locations, Capability.
"""

from collections.abc import Mapping
from typing import Any, Final

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.table import Made
from simulator.ocpi.v2_1_1 import locations as v2_1_1
from simulator.ocpi.v2_2_1.locations import Capability

_KNOWN: Final = frozenset(member.value for member in v2_1_1.Capability)


def _tell_capabilities(evse: Mapping[str, Any], path: str, account: Account) -> Tree:
    """Those that the version knows and that hold in it; a PATCH may not say how many Connectors there are."""
    told = []
    for index, capability in enumerate(evse.get("capabilities") or ()):
        if capability not in _KNOWN:
            why = f"OCPI {account.leg.target} has no Capability {capability}."
        elif capability == Capability.REMOTE_START_STOP_CAPABLE and _wants_choice(evse):
            why = f"A start there has to name one of several Connectors, which OCPI {account.leg.target} cannot."
        else:
            told.append(capability)
            continue
        account.lose(f"{path}.capabilities[{index}]", why)
    return {"capabilities": told} if evse.get("capabilities") is not None else {}


def _name_connector(start: Mapping[str, Any], path: str, account: Account) -> Tree:
    place = account.setting.location(start["location_id"]) or {}
    evses, named = place.get("evses") or (), start.get("evse_uid")
    if named is not None:
        evses = [evse for evse in evses if ci_key(evse["uid"]) == ci_key(named)]
    if evses and all(map(_wants_choice, evses)) and not account.setting.stand_ins:
        raise Unsayable(f"One of several Connectors has to be named there, and OCPI {account.leg.source} names none.")
    if named is None or not evses or not _wants_connector(evses[0]) or _wants_choice(evses[0]):
        return {}
    account.invent(f"{path}.connector_id", "The EVSE asks for a Connector to be named; it is the only one there.")
    return {"connector_id": evses[0]["connectors"][0]["id"]}


def _wants_connector(evse: Mapping[str, Any]) -> bool:
    return Capability.START_SESSION_CONNECTOR_REQUIRED in (evse.get("capabilities") or ())


def _wants_choice(evse: Mapping[str, Any]) -> bool:
    return _wants_connector(evse) and len(evse.get("connectors") or ()) != 1


CAPABILITIES: Final = Made(("capabilities",), ("capabilities",), _tell_capabilities)
"""What an EVSE can do, as 2.1.1 can make use of it."""
CONNECTOR: Final = Made((), ("connector_id",), _name_connector)
"""The Connector that a StartSession of 2.1.1 can only mean."""
