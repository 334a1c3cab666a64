"""Locations: the Sender's own locations with their EVSEs and connectors, and a Receiver's copies at three levels.

Source: OCPI 2.2.1, Locations module.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from simulator.engine.cause import Cause
from simulator.ocpi.aliases import alias_of
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.patch import apply_patch
from simulator.ocpi.v2_2_1.location_tree import find_connector, find_evse, put_connector, put_evse
from simulator.ocpi.v2_2_1.locations import EVSE, Connector, Location
from simulator.parties.call import CREATED, DONE, Call, Reply
from simulator.parties.dialect import HOME
from simulator.parties.modules.order import newer, overtaken
from simulator.parties.modules.ownership import must_match, must_stay, owner_of, unknown
from simulator.parties.office import Office
from simulator.parties.store import Store, join_key, listed
from simulator.parties.taking import Receiver

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
        def original(location: Location) -> Any:
            return self.store.original(None, location.id)

        finder = original if self.store.has_originals else None
        return listed(list(self.store), lambda location: location.last_updated, call, PAGE_LIMIT, finder)

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

    def _original(self, call: Call) -> Any:
        """The Location that the URL names as its owner wrote it, None when that is 2.2.1."""
        return self.store.original(None, call.params["location_id"])

    def _get_location(self, call: Call) -> Reply:
        return call.reply(self._location(call), self._original(call))

    def _get_evse(self, call: Call) -> Reply:
        evse = self._evse(call)
        return call.reply(evse, evse_of(self._original(call), evse))

    def _get_connector(self, call: Call) -> Reply:
        evse = self._evse(call)
        connector = find_connector(evse, call.params["connector_id"])
        if connector is None:
            raise unknown("Connector", call.params["connector_id"])
        return call.reply(connector, connector_of(self._original(call), evse, connector))


class LocationsReceiver(Receiver[Location]):
    """Keeps copies of the peers' locations.

    `on_change(location, evse, cause)`: what is new (evse None: all of it); `on_gone`: what is no longer valid.
    """

    removes = True

    def __init__(
        self,
        office: Office,
        on_change: Callable[[Location, EVSE | None, Cause], None],
        on_gone: Callable[[Location, Cause], None],
    ) -> None:
        super().__init__(office)
        self._on_change = on_change
        self._on_gone = on_gone
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

    def merged(self, known: Any, other: Any) -> Any:
        """See Receiver: a push was faster than the page of a list, whose EVSEs may still be newer."""
        return _with_newer_evses(known, other)

    def keep(self, obj: Location, original: Any, cause: Cause) -> None:
        """See Receiver."""
        self.store.put(obj, obj.country_code, obj.party_id, obj.id, original=original)
        self._on_change(obj, None, cause)

    def forget(self, obj: Location, cause: Cause) -> None:
        """See Receiver."""
        self.store.drop(obj.country_code, obj.party_id, obj.id)
        self._on_gone(obj, cause)

    def stale_us(self, known: Location | None, later: Location) -> int:
        """See Receiver: for how long the longest wrong status of its EVSEs has been believed."""
        if known is None:
            return 0
        before = {evse.uid: evse.status for evse in known.evses}
        calendar = self._office.calendar
        return max(
            (
                calendar.now_us - calendar.at_us(evse.last_updated)
                for evse in later.evses
                if evse.uid in before and before[evse.uid] is not evse.status
            ),
            default=0,
        )

    # What the owner reads back

    def _location(self, call: Call) -> Location:
        country_code, party_id = owner_of(call)
        location = self.store.get(country_code, party_id, alias_of(call.params["location_id"]))
        if location is None:
            raise unknown("Location", call.params["location_id"])
        return location

    def _evse(self, call: Call) -> tuple[Location, EVSE]:
        location = self._location(call)
        evse = find_evse(location, alias_of(call.params["evse_uid"]))
        if evse is None:
            raise unknown("EVSE", call.params["evse_uid"])
        return location, evse

    def _connector(self, call: Call) -> tuple[Location, EVSE, Connector]:
        location, evse = self._evse(call)
        connector = find_connector(evse, call.params["connector_id"])
        if connector is None:
            raise unknown("Connector", call.params["connector_id"])
        return location, evse, connector

    def _original(self, call: Call) -> Any:
        """The Location that the URL names as it came, None when it is of another version than is spoken."""
        if call.dialect.version == HOME:
            return None
        return self.store.original(call.class_of(Location), *owner_of(call), alias_of(call.params["location_id"]))

    def _get_location(self, call: Call) -> Reply:
        return call.reply(self._location(call), self._original(call))

    def _get_evse(self, call: Call) -> Reply:
        _, evse = self._evse(call)
        return call.reply(evse, evse_of(self._original(call), evse))

    def _get_connector(self, call: Call) -> Reply:
        _, evse, connector = self._connector(call)
        return call.reply(connector, connector_of(self._original(call), evse, connector))

    # What the owner pushes

    def _put_location(self, call: Call) -> Reply:
        country_code, party_id = owner_of(call)
        location = call.read(Location)
        must_match(call, location)
        known = self.store.told(country_code, party_id, location.id)
        if known is None or not self._overtaken(call, known.last_updated, location.last_updated):
            self.keep(location, call.original(Location), call.cause)
        return CREATED if known is None else DONE

    def _put_evse(self, call: Call) -> Reply:
        location = self._location(call)
        evse = call.read(EVSE)
        must_match(call, evse)
        known = find_evse(location, evse.uid)
        if known is None or not self._overtaken(call, known.last_updated, evse.last_updated):
            self._change(call, put_evse(location, evse), evse, lambda whole: put_evse(whole, call.original(EVSE)))
        return CREATED if known is None else DONE

    def _put_connector(self, call: Call) -> Reply:
        location, evse = self._evse(call)
        connector = call.read(Connector)
        must_match(call, connector)
        known = find_connector(evse, connector.id)
        if known is None or not self._overtaken(call, known.last_updated, connector.last_updated):
            changed = put_connector(evse, connector)

            def change(whole: Any) -> Any:
                return put_evse(whole, put_connector(evse_of(whole, evse), call.original(Connector)))

            self._change(call, put_evse(location, changed), changed, change)
        return CREATED if known is None else DONE

    def _patch_location(self, call: Call) -> Reply:
        location = self._location(call)
        patch = call.read_patch(Location)
        must_stay(location, patch, "id", "country_code", "party_id")
        if not self._overtaken(call, location.last_updated, patch.last_updated):
            changed = apply_patch(location, patch)
            self._change(call, changed, None, lambda whole: apply_patch(whole, call.original_patch(Location)))
        return DONE

    def _patch_evse(self, call: Call) -> Reply:
        location, evse = self._evse(call)
        patch = call.read_patch(EVSE)
        must_stay(evse, patch, "uid")
        if not self._overtaken(call, evse.last_updated, patch.last_updated):
            changed = apply_patch(evse, patch)

            def change(whole: Any) -> Any:
                return put_evse(whole, apply_patch(evse_of(whole, evse), call.original_patch(EVSE)))

            self._change(call, put_evse(location, changed), changed, change)
        return DONE

    def _patch_connector(self, call: Call) -> Reply:
        location, evse, connector = self._connector(call)
        patch = call.read_patch(Connector)
        must_stay(connector, patch, "id")
        if not self._overtaken(call, connector.last_updated, patch.last_updated):
            changed = put_connector(evse, apply_patch(connector, patch))

            def change(whole: Any) -> Any:
                after = apply_patch(connector_of(whole, evse, connector), call.original_patch(Connector))
                return put_evse(whole, put_connector(evse_of(whole, evse), after))

            self._change(call, put_evse(location, changed), changed, change)
        return DONE

    def _change(self, call: Call, location: Location, evse: EVSE | None, change: Callable[[Any], Any]) -> None:
        """Keep a location that has changed; `change` does the same to its original, if it has one."""
        before = self._original(call)
        original = change(before) if before is not None else None
        self.store.amend(join_key(self.key(location)), location, original)
        self._on_change(location, evse, call.cause)

    def _overtaken(self, call: Call, known: str, offered: str) -> bool:
        params = call.params
        if self.store.doubts(params["country_code"], params["party_id"], params["location_id"]):
            return False
        return overtaken(self._journal, call, known, offered)


def evse_of(original: Any, evse: EVSE) -> Any:
    """What an EVSE is in the original of its location, which has all that the location has; None without one."""
    if original is None:
        return None
    found = find_evse(original, evse.uid)
    # What came in 2.1.1 may have a uid for which an alias stands in the books.
    return found or next((each for each in original.evses if ci_key(alias_of(each.uid)) == ci_key(evse.uid)), None)


def connector_of(original: Any, evse: EVSE, connector: Connector) -> Any:
    """What a Connector is in the original of its location; None without one."""
    around = evse_of(original, evse)
    return find_connector(around, connector.id) if around is not None else None


def with_status_of(original: Any, evse: EVSE) -> Any:
    """The original of a location after the status of an EVSE in it has changed."""
    changed = replace(evse_of(original, evse), status=evse.status, last_updated=evse.last_updated)
    return put_evse(original, changed)


def _with_newer_evses(known: Location, pulled: Location) -> Location:
    """A location with those EVSEs of a pulled one that are newer there."""
    for evse in pulled.evses:
        ours = find_evse(known, evse.uid)
        if ours is None or newer(evse.last_updated, ours.last_updated):
            known = put_evse(known, evse)
    return known
