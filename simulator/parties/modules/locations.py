"""Locations: the Sender's own locations with their EVSEs and connectors, and a Receiver's copies at three levels.

Source: OCPI 2.2.1, Locations module.
"""

from collections.abc import Callable

from simulator.engine.cause import Cause
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.patch import apply_patch
from simulator.ocpi.v2_2_1.location_tree import find_connector, find_evse, put_connector, put_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location
from simulator.parties.call import CREATED, DONE, Call, Reply
from simulator.parties.modules.order import newer, overtaken
from simulator.parties.modules.ownership import must_match, must_stay, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.store import Store, listed

PAGE_LIMIT = 100


class LocationsSender:
    """Serves the party's own locations."""

    def __init__(self, office: Office) -> None:
        self.store: Store[Location] = Store()
        office.platform.offer(
            ModuleID.LOCATIONS,
            InterfaceRole.SENDER,
            {
                "get_list": self._get_list,
                "get_location": self._get_location,
                "get_evse": self._get_evse,
                "get_connector": self._get_connector,
            },
        )

    def _get_list(self, call: Call) -> Reply:
        return listed(list(self.store), lambda location: location.last_updated, call, PAGE_LIMIT)

    def _location(self, call: Call) -> Location:
        location = self.store.get(call.params["location_id"])
        if location is None:
            raise unknown("Location", call.params["location_id"])
        return location

    def _evse(self, call: Call) -> EVSE:
        evse = find_evse(self._location(call), call.params["evse_uid"])
        if evse is None:
            raise unknown("EVSE", call.params["evse_uid"])
        return evse

    def _get_location(self, call: Call) -> Reply:
        return call.reply(self._location(call))

    def _get_evse(self, call: Call) -> Reply:
        return call.reply(self._evse(call))

    def _get_connector(self, call: Call) -> Reply:
        connector = find_connector(self._evse(call), call.params["connector_id"])
        if connector is None:
            raise unknown("Connector", call.params["connector_id"])
        return call.reply(connector)


class LocationsReceiver:
    """Keeps copies of the peers' locations. `on_change(location, evse, cause)`: what is new (evse None: all of it)."""

    def __init__(self, office: Office, on_change: Callable[[Location, EVSE | None, Cause], None]) -> None:
        self.store: Store[Location] = Store()
        self._journal = office.journal
        self._on_change = on_change
        office.platform.offer(
            ModuleID.LOCATIONS,
            InterfaceRole.RECEIVER,
            {
                "get_location": self._get_location,
                "get_evse": self._get_evse,
                "get_connector": self._get_connector,
                "put_location": self._put_location,
                "put_evse": self._put_evse,
                "put_connector": self._put_connector,
                "patch_location": self._patch_location,
                "patch_evse": self._patch_evse,
                "patch_connector": self._patch_connector,
            },
        )

    def take(self, location: Location, cause: Cause) -> bool:
        """Keep what is new of a pulled location; whether it changed anything."""
        key = (location.country_code, location.party_id, location.id)
        known = self.store.get(*key)
        if known is not None and newer(known.last_updated, location.last_updated):
            location = _with_newer_evses(known, location)
        if known == location:
            return False
        self.store.put(location, *key)
        self._on_change(location, None, cause)
        return True

    # What the owner reads back

    def _location(self, call: Call) -> Location:
        country_code, party_id = owner_of(call)
        location = self.store.get(country_code, party_id, call.params["location_id"])
        if location is None:
            raise unknown("Location", call.params["location_id"])
        return location

    def _evse(self, call: Call) -> tuple[Location, EVSE]:
        location = self._location(call)
        evse = find_evse(location, call.params["evse_uid"])
        if evse is None:
            raise unknown("EVSE", call.params["evse_uid"])
        return location, evse

    def _connector(self, call: Call) -> tuple[Location, EVSE, Connector]:
        location, evse = self._evse(call)
        connector = find_connector(evse, call.params["connector_id"])
        if connector is None:
            raise unknown("Connector", call.params["connector_id"])
        return location, evse, connector

    def _get_location(self, call: Call) -> Reply:
        return call.reply(self._location(call))

    def _get_evse(self, call: Call) -> Reply:
        return call.reply(self._evse(call)[1])

    def _get_connector(self, call: Call) -> Reply:
        return call.reply(self._connector(call)[2])

    # What the owner pushes

    def _put_location(self, call: Call) -> Reply:
        country_code, party_id = owner_of(call)
        location = call.read(Location)
        must_match(call, location)
        known = self.store.get(country_code, party_id, location.id)
        if known is None or not self._overtaken(call, known.last_updated, location.last_updated):
            self._keep(location, None, call.cause)
        return CREATED if known is None else DONE

    def _put_evse(self, call: Call) -> Reply:
        location = self._location(call)
        evse = call.read(EVSE)
        must_match(call, evse)
        known = find_evse(location, evse.uid)
        if known is None or not self._overtaken(call, known.last_updated, evse.last_updated):
            self._keep(put_evse(location, evse), evse, call.cause)
        return CREATED if known is None else DONE

    def _put_connector(self, call: Call) -> Reply:
        location, evse = self._evse(call)
        connector = call.read(Connector)
        must_match(call, connector)
        known = find_connector(evse, connector.id)
        if known is None or not self._overtaken(call, known.last_updated, connector.last_updated):
            evse = put_connector(evse, connector)
            self._keep(put_evse(location, evse), evse, call.cause)
        return CREATED if known is None else DONE

    def _patch_location(self, call: Call) -> Reply:
        location = self._location(call)
        patch = call.read_patch(Location)
        must_stay(location, patch, "id", "country_code", "party_id")
        if not self._overtaken(call, location.last_updated, patch.last_updated):
            self._keep(apply_patch(location, patch), None, call.cause)
        return DONE

    def _patch_evse(self, call: Call) -> Reply:
        location, evse = self._evse(call)
        patch = call.read_patch(EVSE)
        must_stay(evse, patch, "uid")
        if not self._overtaken(call, evse.last_updated, patch.last_updated):
            changed = apply_patch(evse, patch)
            self._keep(put_evse(location, changed), changed, call.cause)
        return DONE

    def _patch_connector(self, call: Call) -> Reply:
        location, evse, connector = self._connector(call)
        patch = call.read_patch(Connector)
        must_stay(connector, patch, "id")
        if not self._overtaken(call, connector.last_updated, patch.last_updated):
            evse = put_connector(evse, apply_patch(connector, patch))
            self._keep(put_evse(location, evse), evse, call.cause)
        return DONE

    def _keep(self, location: Location, evse: EVSE | None, cause: Cause) -> None:
        self.store.put(location, location.country_code, location.party_id, location.id)
        self._on_change(location, evse, cause)

    def _overtaken(self, call: Call, known: str, offered: str) -> bool:
        return overtaken(self._journal, call, known, offered)


def _with_newer_evses(known: Location, pulled: Location) -> Location:
    """A push was faster than the page of a list: take from the page the EVSEs that are newer there."""
    for evse in pulled.evses:
        ours = find_evse(known, evse.uid)
        if ours is None or newer(evse.last_updated, ours.last_updated):
            known = put_evse(known, evse)
    return known
