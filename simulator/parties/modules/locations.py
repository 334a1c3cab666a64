"""Locations: the Sender's own locations with their EVSEs and connectors, and a Receiver's copies at three levels.

Source: OCPI 2.2.1, Locations module.
"""

from collections.abc import Callable

from simulator.engine.cause import Cause
from simulator.ocpi import codec
from simulator.ocpi.datatypes import later
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.patch import apply_patch, partial
from simulator.ocpi.v2_2_1.location_tree import find_connector, find_evse, put_connector, put_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location
from simulator.parties.call import CREATED, DONE, Call, Reply
from simulator.parties.identity import VERSION
from simulator.parties.modules.ownership import must_equal, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.store import Store, page

PAGE_LIMIT = 100

_LocationPatch = partial(Location)
_EvsePatch = partial(EVSE)
_ConnectorPatch = partial(Connector)


class LocationsSender:
    """Serves the party's own locations."""

    def __init__(self, office: Office) -> None:
        self.store: Store[Location] = Store()
        office.platform.offer(
            VERSION,
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
        return page(list(self.store), lambda location: location.last_updated, call, PAGE_LIMIT)

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
        return Reply(codec.encode(self._location(call)))

    def _get_evse(self, call: Call) -> Reply:
        return Reply(codec.encode(self._evse(call)))

    def _get_connector(self, call: Call) -> Reply:
        connector = find_connector(self._evse(call), call.params["connector_id"])
        if connector is None:
            raise unknown("Connector", call.params["connector_id"])
        return Reply(codec.encode(connector))


class LocationsReceiver:
    """Keeps copies of the peers' locations. `on_change(location, evse, cause)`: what is new (evse None: all of it)."""

    def __init__(self, office: Office, on_change: Callable[[Location, EVSE | None, Cause], None]) -> None:
        self.store: Store[Location] = Store()
        self._journal = office.journal
        self._on_change = on_change
        office.platform.offer(
            VERSION,
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
        """Keep a pulled location unless a newer one is known; whether it changed anything."""
        key = (location.country_code, location.party_id, location.id)
        known = self.store.get(*key)
        if known is not None and (known == location or _newer(known.last_updated, location.last_updated)):
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
        return Reply(codec.encode(self._location(call)))

    def _get_evse(self, call: Call) -> Reply:
        return Reply(codec.encode(self._evse(call)[1]))

    def _get_connector(self, call: Call) -> Reply:
        return Reply(codec.encode(self._connector(call)[2]))

    # What the owner pushes

    def _put_location(self, call: Call) -> Reply:
        country_code, party_id = owner_of(call)
        location = codec.decode(call.body, Location)
        must_equal("location_id", call.params["location_id"], location.id)
        must_equal("country_code", country_code, location.country_code)
        must_equal("party_id", party_id, location.party_id)
        new = self.store.put(location, country_code, party_id, location.id)
        self._on_change(location, None, call.cause)
        return CREATED if new else DONE

    def _put_evse(self, call: Call) -> Reply:
        location = self._location(call)
        evse = codec.decode(call.body, EVSE)
        must_equal("evse_uid", call.params["evse_uid"], evse.uid)
        new = find_evse(location, evse.uid) is None
        self._keep(put_evse(location, evse), evse, call.cause)
        return CREATED if new else DONE

    def _put_connector(self, call: Call) -> Reply:
        location, evse = self._evse(call)
        connector = codec.decode(call.body, Connector)
        must_equal("connector_id", call.params["connector_id"], connector.id)
        new = find_connector(evse, connector.id) is None
        evse = put_connector(evse, connector)
        self._keep(put_evse(location, evse), evse, call.cause)
        return CREATED if new else DONE

    def _patch_location(self, call: Call) -> Reply:
        location = self._location(call)
        patch = codec.decode(call.body, _LocationPatch)
        if not self._overtaken(call, location.last_updated, patch.last_updated):
            self._keep(apply_patch(location, patch), None, call.cause)
        return DONE

    def _patch_evse(self, call: Call) -> Reply:
        location, evse = self._evse(call)
        patch = codec.decode(call.body, _EvsePatch)
        if not self._overtaken(call, evse.last_updated, patch.last_updated):
            evse = apply_patch(evse, patch)
            self._keep(put_evse(location, evse), evse, call.cause)
        return DONE

    def _patch_connector(self, call: Call) -> Reply:
        location, evse, connector = self._connector(call)
        patch = codec.decode(call.body, _ConnectorPatch)
        if not self._overtaken(call, connector.last_updated, patch.last_updated):
            evse = put_connector(evse, apply_patch(connector, patch))
            self._keep(put_evse(location, evse), evse, call.cause)
        return DONE

    def _keep(self, location: Location, evse: EVSE | None, cause: Cause) -> None:
        self.store.put(location, location.country_code, location.party_id, location.id)
        self._on_change(location, evse, cause)

    def _overtaken(self, call: Call, known: str, offered: str) -> bool:
        """Whether a newer state is known already; then the message is acknowledged and changes nothing."""
        if not _newer(known, offered):
            return False
        self._journal.hint(
            call.cause.id,
            "overtaken-update",
            "warning",
            f"last_updated {offered} is older than {known}, which is known already; the update changed nothing.",
            "$.last_updated",
            "OCPI 2.2.1 transport_and_format, PATCH",
        )
        return True


def _newer(left: str, right: str) -> bool:
    return left != right and later(left, right) == left
