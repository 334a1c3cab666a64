"""Where a session took place: a Location inside Sessions and CDRs of 2.1.1, ids and a snapshot from 2.2 on."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from simulator.ocpi.datatypes import NOT_AVAILABLE, ci_key
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.countries import three_letters
from simulator.ocpi.translation.ids import restore, shorten
from simulator.ocpi.translation.table import Made
from simulator.ocpi.v2_1_1.locations import Location as Location_2_1_1
from simulator.ocpi.v2_2_1.locations import Location

_PLACE: Final = ("id", "name", "address", "city", "postal_code", "country", "coordinates")
_SNAPSHOT: Final = (*_PLACE, "state")
_CONNECTOR: Final = {
    "id": "connector_id",
    "standard": "connector_standard",
    "format": "connector_format",
    "power_type": "connector_power_type",
}


def _name_ids(session: Mapping[str, Any], path: str, account: Account) -> Tree:
    location = session["location"]
    location_id = shorten(location["id"], f"{path}.location.id", account)
    account.lose(f"{path}.location", "OCPI 2.2.1 names location, EVSE and Connector by their ids only.")
    found = _only_connector(location)
    if found is None:
        for name in ("evse_uid", "connector_id"):
            account.invent(f"{path}.{name}", "The Session does not say which one; OCPI writes #NA for that.")
        return {"location_id": location_id, "evse_uid": NOT_AVAILABLE, "connector_id": NOT_AVAILABLE}
    evse, connector = found
    return {
        "location_id": location_id,
        "evse_uid": shorten(evse["uid"], f"{path}.location.evses[0].uid", account),
        "connector_id": _ci_id(connector["id"], f"{path}.location.evses[0].connectors[0].id"),
    }


def _flatten(cdr: Mapping[str, Any], path: str, account: Account) -> Tree:
    location, place = cdr["location"], f"{path}.location"
    found = _only_connector(location)
    if found is None:
        raise Unsayable("The CDR does not say at which one EVSE and Connector it arose, as OCPI 2.2.1 asks.")
    evse, connector = found
    evse_id = evse.get("evse_id")
    if evse_id is None:
        evse_id = NOT_AVAILABLE
        account.invent(f"{path}.cdr_location.evse_id", "The CDR does not say it; OCPI writes #NA for that.")
    elif not evse_id.isascii():
        raise Unsayable(f"“{evse_id}” at {place}.evses[0].evse_id is not ASCII, as OCPI 2.2.1 asks.")
    snapshot = {name: location[name] for name in _PLACE if location.get(name) is not None}
    snapshot["country"] = three_letters(location["country"], f"{place}.country", account)
    snapshot["id"] = shorten(location["id"], f"{place}.id", account)
    snapshot |= {"evse_uid": shorten(evse["uid"], f"{place}.evses[0].uid", account), "evse_id": evse_id}
    snapshot |= {name: connector[of] for of, name in _CONNECTOR.items()}
    _ci_id(connector["id"], f"{place}.evses[0].connectors[0].id")
    _lose_rest(location, (*_PLACE, "evses"), place, account)
    _lose_rest(evse, ("uid", "evse_id", "connectors"), f"{place}.evses[0]", account)
    _lose_rest(connector, tuple(_CONNECTOR), f"{place}.evses[0].connectors[0]", account)
    return {"cdr_location": snapshot}


def _embed(session: Mapping[str, Any], path: str, account: Account) -> Tree:
    if any(session.get(name) is None for name in _IDS):
        raise Unsayable(
            "OCPI 2.1.1 names the whole Location, not a part of it: the whole Session has to be sent instead."
        )
    location_id, evse_uid = session["location_id"], session["evse_uid"]
    location = account.setting.location(location_id)
    if location is None:
        raise Unsayable(f"A Session of OCPI 2.1.1 holds its Location, and {location_id} is not known here.")
    evse, connector = find_connector(location, evse_uid, session["connector_id"])
    trimmed = _trim(location, evse, connector)
    embedded, _ = account.say_aside(Location, Location_2_1_1, trimmed, f"{path}.location")
    for name in ("location_id", "evse_uid"):
        restore(session[name], f"{path}.{name}", account)  # done aside, and told here
    account.invent(f"{path}.location", "All but the ids is that of the Location known here.")
    if not embedded.get("evses"):
        for name in ("evse_uid", "connector_id"):
            account.lose(f"{path}.{name}", "The Location known here has no such one that OCPI 2.1.1 can say.")
    return {"location": embedded}


def _embed_snapshot(cdr: Mapping[str, Any], path: str, account: Account) -> Tree:
    snapshot = cdr["cdr_location"]
    place = f"{path}.cdr_location"
    location = account.setting.location(snapshot["id"]) or {"last_updated": cdr["last_updated"]}
    evse, connector = find_connector(location, snapshot["evse_uid"], snapshot["connector_id"])
    if evse is not None and connector is not None:
        evse_id = snapshot["evse_id"] if snapshot["evse_id"] != NOT_AVAILABLE else None
        evse = {**evse, "evse_id": evse_id}
        connector = {**connector, **{name: snapshot[said] for name, said in _CONNECTOR.items()}}
    trimmed = _trim(location, evse, connector) | {name: snapshot.get(name) for name in _SNAPSHOT}
    embedded, aside = account.say_aside(Location, Location_2_1_1, trimmed, place)
    account.invent(f"{path}.location", "What the CDR does not say is that of the Location known here, if it is known.")
    account.losses += [loss for loss in aside if loss.path[len(place) + 1 :].partition(".")[0] in _SNAPSHOT]
    if not embedded.get("evses"):
        for name in ("evse_uid", "evse_id", *_CONNECTOR.values()):
            account.lose(f"{place}.{name}", "The Location known here has no such one that OCPI 2.1.1 can say.")
    return {"location": embedded}


def _only_connector(location: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    evses = location.get("evses") or []
    if len(evses) != 1 or len(evses[0]["connectors"]) != 1:
        return None
    return evses[0], evses[0]["connectors"][0]


def find_connector(location: Mapping[str, Any], evse_uid: str, connector_id: str) -> tuple[Tree | None, Tree | None]:
    """The EVSE and the Connector in a Location that have these ids."""
    evse = _named(location.get("evses") or (), "uid", evse_uid)
    return evse, _named(evse["connectors"], "id", connector_id) if evse is not None else None


def _named(items: Iterable[Tree], name: str, id: str) -> Tree | None:
    """The one with this id, which nearly always is written alike."""
    found = next((each for each in items if each[name] == id), None)
    if found is None:
        key = ci_key(id)
        found = next((each for each in items if ci_key(each[name]) == key), None)
    return found


def _trim(location: Mapping[str, Any], evse: Tree | None, connector: Tree | None) -> Tree:
    """The Location with that one EVSE and Connector; a session at it may be told whether or not it is published."""
    evses = [{**evse, "connectors": [connector]}] if evse is not None and connector is not None else []
    return {**location, "publish": True, "evses": evses}


def _lose_rest(tree: Mapping[str, Any], kept: tuple[str, ...], path: str, account: Account) -> None:
    for name, value in tree.items():
        if name not in kept and value is not None:
            account.lose(f"{path}.{name}", "OCPI 2.2.1 keeps only what identifies the place and the Connector.")


def _ci_id(value: str, path: str) -> str:
    if not value.isascii():
        raise Unsayable(f"“{value}” at {path} is not ASCII, as OCPI 2.2.1 asks.")
    return value


_IDS: Final = ("location_id", "evse_uid", "connector_id")
LOCATION_IDS: Final = Made(("location",), _IDS, _name_ids)
CDR_LOCATION: Final = Made(("location",), ("cdr_location",), _flatten)
EMBEDDED_LOCATION: Final = Made(_IDS, ("location",), _embed)
EMBEDDED_CDR_LOCATION: Final = Made(("cdr_location",), ("location",), _embed_snapshot)
