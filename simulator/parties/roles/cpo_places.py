"""What a CPO changes about its places besides their status, and how partners hear of each: by PUT or PATCH, at a level.

Source: OCPI 2.2.1, Locations module, Receiver interface.
"""

from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from simulator.engine.cause import Cause
from simulator.ocpi.modules import ModuleID
from simulator.ocpi.v2_2_1.location_tree import put_connector, put_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, ConnectorFormat, Location
from simulator.parties.modules.locations import connector_of, evse_of
from simulator.parties.office import Office
from simulator.parties.publish import Where, publish
from simulator.parties.push import Outbox

What = Literal["name", "published", "evse", "connector", "tariff"]


class PlaceChange(Struct, frozen=True):
    """What is new about a location.

    `name`: it is called `text` from now on. `published`: nothing, it is only sent whole. `evse`: its first EVSE has
    been replaced, `text` is painted on it. `connector`: that has a fixed cable now. `tariff`: its connectors are sold
    by the tariff with id `text`.
    """

    what: What
    text: str = ""

    def made(self, location: Location, now: str) -> Location:
        """The location, or an original of 2.3.0, after the change."""
        if self.what in ("name", "published"):
            name = self.text if self.what == "name" else location.name
            return replace(location, name=name, last_updated=now)
        if self.what == "evse":
            return put_evse(location, replace(location.evses[0], physical_reference=self.text, last_updated=now))
        evses = location.evses[:1] if self.what == "connector" else location.evses
        for evse in evses:
            for connector in evse.connectors:
                evse = put_connector(evse, self._connector(connector, now))
            location = put_evse(location, evse)
        return location

    def _connector(self, connector: Connector, now: str) -> Connector:
        if self.what == "connector":
            return replace(connector, format=ConnectorFormat.CABLE, last_updated=now)
        return replace(connector, tariff_ids=(self.text,), last_updated=now)

    def publish(self, office: Office, outbox: Outbox, location: Location, original: Any, cause: Cause) -> None:
        """Tell partners of the change that `location`, and its `original`, have undergone."""
        owner = (location.country_code, location.party_id, location.id)
        whole = Where(ModuleID.LOCATIONS, "location", owner, f"location/{location.id}", location_id=location.id)
        if self.what == "name":
            changes = {"name": location.name, "last_updated": location.last_updated}
            publish(office, outbox, "PATCH", location, whole, cause, changes, original=original)
        elif self.what == "published":
            publish(office, outbox, "PUT", location, whole, cause, original=original)
        elif self.what == "evse":
            evse = location.evses[0]
            publish(office, outbox, "PUT", evse, _at(whole, "evse", evse), cause, original=evse_of(original, evse))
        elif self.what == "connector":
            evse = location.evses[0]
            connector = evse.connectors[0]
            where, kept = _at(whole, "connector", evse, connector), connector_of(original, evse, connector)
            publish(office, outbox, "PUT", connector, where, cause, original=kept)
        else:
            for evse in location.evses:
                for connector in evse.connectors:
                    tariff = {"tariff_ids": connector.tariff_ids, "last_updated": connector.last_updated}
                    where = _at(whole, "connector", evse, connector)
                    kept = connector_of(original, evse, connector)
                    publish(office, outbox, "PATCH", connector, where, cause, tariff, original=kept)


def _at(whole: Where, route: str, evse: EVSE, *connector: Connector) -> Where:
    """An EVSE or a connector of it; in one lane with the EVSE's status."""
    ids = (*whole.segments, evse.uid, *(each.id for each in connector))
    return replace(whole, route=route, segments=ids, lane=evse.uid)
