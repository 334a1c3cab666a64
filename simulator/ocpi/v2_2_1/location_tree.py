"""A Location holds EVSEs, an EVSE holds Connectors: finding one, and putting one back.

A new `last_updated` below is carried up to the parents, or a date filter would miss the change.

Source: OCPI 2.2.1, Locations, PUT and PATCH.
"""

from msgspec.structs import replace

from simulator.ocpi.datatypes import ci_key, later
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location


def find_evse(location: Location, evse_uid: str) -> EVSE | None:
    """The EVSE with a uid; letter case does not matter."""
    for evse in location.evses:
        if evse.uid == evse_uid:
            return evse
    key = ci_key(evse_uid)
    return next((evse for evse in location.evses if ci_key(evse.uid) == key), None)


def find_connector(evse: EVSE, connector_id: str) -> Connector | None:
    """The Connector with an id; letter case does not matter."""
    key = ci_key(connector_id)
    return next((connector for connector in evse.connectors if ci_key(connector.id) == key), None)


def put_evse(location: Location, evse: EVSE) -> Location:
    """The Location with an EVSE replaced, or added when it was not there."""
    key = ci_key(evse.uid)
    evses = location.evses
    for place, other in enumerate(evses):
        if ci_key(other.uid) == key:
            evses = (*evses[:place], evse, *evses[place + 1 :])
            break
    else:
        evses = (*evses, evse)
    return replace(location, evses=evses, last_updated=later(location.last_updated, evse.last_updated))


def put_connector(evse: EVSE, connector: Connector) -> EVSE:
    """The EVSE with a Connector replaced, or added when it was not there."""
    key = ci_key(connector.id)
    connectors = evse.connectors
    for place, other in enumerate(connectors):
        if ci_key(other.id) == key:
            connectors = (*connectors[:place], connector, *connectors[place + 1 :])
            break
    else:
        connectors = (*connectors, connector)
    return replace(evse, connectors=connectors, last_updated=later(evse.last_updated, connector.last_updated))
