"""The requests that are spoilt: for every route of a version one that its receiver takes, made of what the town shows.

What a URL and a body need (a location, a token, a session, a CDR) is asked of the parties' own lists, and so is in the
words of the version that they speak.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

from case_town import CPO, EMSP, HUB, LATER, SCSP, Json, line, sample
from msgspec import Struct
from run_town import OpenTown

from simulator.ocpi.modules import ModuleID
from simulator.ocpi.route_tables import WITHOUT_SIDES, Route
from simulator.ocpi.routes import join_url, routes


class Target(Struct, frozen=True):
    """A request that is in order: `attacker` sends it to `victim`, for the party `to` (another one at a hub).

    `offered`: the victim serves this route.
    """

    version: str
    attacker: str
    victim: str
    to: str
    route: Route
    url: str
    body: Json | None
    offered: bool

    @property
    def name(self) -> str:
        """How a complaint calls it."""
        return f"{self.victim} {self.version} {self.route.name}"


def targets(town: OpenTown, version: str) -> list[Target]:
    """One for every route of the version and each of its two sides; with an SCSP, between it and the others."""
    known = _Samples(town, version)
    pairs = ((EMSP, CPO), (CPO, EMSP))
    if SCSP in town.world.scsps:
        pairs = ((CPO, SCSP), (SCSP, CPO), (EMSP, SCSP), (SCSP, EMSP))
    return [_target(town, known, version, attacker, to, route) for attacker, to in pairs for route in routes(version)]


def _target(town: OpenTown, known: "_Samples", version: str, attacker: str, to: str, route: Route) -> Target:
    victim = line(town, attacker, to).peer_platform
    base, offered = _behind(town, attacker, to, route) if victim == HUB else _endpoint(town, to, version, route)
    country_code, _, party_id = attacker.partition("-")
    params = {**known.ids, "country_code": country_code, "party_id": party_id, "version": version}
    segments = [params[part[1:-1]] if part.startswith("{") else part for part in route.template]
    query = "?date_from=2026-05-01T00:00:00Z" if route.paginated else ""
    if route.module is ModuleID.CHARGING_PROFILES and route.method in ("GET", "DELETE"):
        query = f"?duration=900&response_url=http://{attacker.lower()}.ocpi.test/x"
    url = join_url(base, *segments) + query
    return Target(version, attacker, victim, to, route, url, known.body(route, attacker, to), offered)


def _endpoint(town: OpenTown, party: str, version: str, route: Route) -> tuple[str, bool]:
    """Where a party serves the module of a route, else where one would look for it; and whether it does."""
    office = town.world.party(party).office
    host = office.identity.host
    if route.module is ModuleID.VERSIONS:
        return f"http://{host}/ocpi" + ("/versions" if not route.template else ""), True
    for module, side, url in office.platform.endpoints(version):
        if module == route.module and (module in WITHOUT_SIDES or side == route.interface):
            return url, True
    return f"http://{host}/ocpi/{route.interface.lower()}/{version}/{route.module}", False


def _behind(town: OpenTown, attacker: str, to: str, route: Route) -> tuple[str, bool]:
    """The same of a hub, which shows those of 2.1.1 other endpoints than the rest."""
    connection = line(town, attacker, to)
    if route.module is ModuleID.VERSIONS:
        return connection.peer_versions_url.removesuffix("/versions" if route.template else ""), True
    found = connection.endpoints.get((route.module, route.interface))
    _, offered = _endpoint(town, to, connection.version, route)
    return found or f"http://{HUB.lower()}.ocpi.test/ocpi/nowhere/{route.module}", found is not None and offered


class _Samples:
    """Objects of the town in the words of one version."""

    def __init__(self, town: OpenTown, version: str) -> None:
        self._town, self._version = town, version
        kinds = ("location", "tariff", "session", "cdr", "token")
        self.location, self.tariff, self.session, self.cdr, self.token = (sample(town, version, kind) for kind in kinds)
        evse = self.location["evses"][0]
        self.ids = {
            "location_id": self.location["id"],
            "evse_uid": evse["uid"],
            "connector_id": evse["connectors"][0]["id"],
            "tariff_id": self.tariff["id"],
            "session_id": self.session["id"],
            "cdr_id": self.cdr["id"],
            "token_uid": self.token["uid"],
            "record_id": "RECORD-1",
            "command": "START_SESSION",
            "id": f"{EMSP}-1",
        }

    def body(self, route: Route, attacker: str, victim: str) -> Json | None:
        """What the request of a route carries; None for one that carries nothing."""
        made = self._body(route, attacker, victim)
        return copy.deepcopy(made)

    def _body(self, route: Route, attacker: str, victim: str) -> Json | None:
        evse = self.location["evses"][0]
        command = {"response_url": f"http://{attacker.lower()}.ocpi.test/ocpi/sender/{self._version}/commands/X/1"}
        where = {"location_id": self.location["id"], "evse_uid": evse["uid"]}
        expiry = {"expiry_date": LATER, "reservation_id": 7 if self._version == "2.1.1" else "R7"}
        profile = {"start_date_time": LATER, "charging_rate_unit": "W"}
        period = {"charging_profile_period": [{"start_period": 0, "limit": 3700.0}]}
        bodies: dict[str, Json] = {
            "put_location": {**self.location, "last_updated": LATER},
            "put_evse": {**evse, "last_updated": LATER},
            "put_connector": {**evse["connectors"][0], "last_updated": LATER},
            "patch_location": {"name": "New", "last_updated": LATER},
            "patch_evse": {"status": "BLOCKED", "last_updated": LATER},
            "patch_connector": {"max_voltage" if self._version != "2.1.1" else "voltage": 400, "last_updated": LATER},
            "put_session": {**self.session, "last_updated": LATER},
            "patch_session": {"kwh": 99.5, "last_updated": LATER},
            "put_charging_preferences": {"profile_type": "FAST"},
            "post_cdr": self.cdr,
            "put_tariff": {**self.tariff, "last_updated": LATER},
            "patch_tariff": {"currency": "EUR", "last_updated": LATER},
            "put_token": {**self.token, "last_updated": LATER},
            "patch_token": {"valid": False, "last_updated": LATER},
            "post_authorize": {"location_id": self.location["id"], "evse_uids": [evse["uid"]]},
            "post_start_session": {**command, **where, "token": self.token},
            "post_stop_session": {**command, "session_id": self.session["id"]},
            "post_reserve_now": {**command, **where, **expiry, "token": self.token},
            "post_cancel_reservation": {**command, "reservation_id": "R7"},
            "post_unlock_connector": {**command, **where, "connector_id": evse["connectors"][0]["id"]},
            "post_result": {"result": "ACCEPTED"},
            "put_charging_profile": {**command, "charging_profile": {**profile, **period}},
            "put_active_charging_profile": {"start_date_time": LATER, "charging_profile": {**profile, **period}},
            "post_active_charging_profile_result": {"result": "ACCEPTED"},
            "post_charging_profile_result": {"result": "ACCEPTED"},
            "post_clear_profile_result": {"result": "ACCEPTED"},
            "put_client_info": {
                "country_code": attacker[:2],
                "party_id": attacker[3:],
                "role": "CPO",
                "status": "CONNECTED",
                "last_updated": LATER,
            },
        }
        record = {"id": "RECORD-1", "invoice_id": "I-1", "cdrs": [self.cdr["id"]], "last_updated": LATER}
        bodies["post_record"] = bodies["put_record"] = {
            "country_code": attacker[:2],
            "party_id": attacker[3:],
            **record,
        }
        bodies["put"] = bodies["post"] = self._credentials(attacker, victim)
        return bodies.get(route.name.rpartition(".")[2])

    def _credentials(self, attacker: str, victim: str) -> Json:
        """The attacker's true ones: others would fail when the victim calls back."""
        details = {"business_details": {"name": attacker}, "party_id": attacker[3:], "country_code": attacker[:2]}
        token = line(self._town, attacker, victim).issued
        base: Json = {"token": token, "url": f"http://{attacker.lower()}.ocpi.test/ocpi/versions"}
        if self._version == "2.1.1":
            return {**base, **details}
        role = {EMSP: "EMSP", SCSP: "SCSP"}.get(attacker, "CPO")
        return {**base, "roles": [{"role": role, **details}]}


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a tree but the tree itself, parents first."""
    if isinstance(tree, dict | list):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield (*path, key)
            yield from leaves(tree[key], (*path, key))


def written(body: Json | None) -> bytes:
    """The body as bytes."""
    return b"" if body is None else json.dumps(body).encode()
