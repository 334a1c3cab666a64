"""CPOs of another make take part in a run: ours know their charge points, drive there by app, and are billed."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from outside_run import Served, scene, served
from outside_stranger import Stranger
from run_town import MIN, named

from simulator.recording.reader import Recording
from simulator.scenario.load import load

AACHEN = ("50.770000", "6.080000")
JOINS = "outside:\n  DE-EXT: {{role: cpo, with: [NL-EMA], ocpi: [{version}]}}\n"

BILL = {
    "country_code": "DE",
    "party_id": "EXT",
    "id": "C1",
    "auth_method": "WHITELIST",
    "currency": "EUR",
    "start_date_time": "2026-05-04T02:00:00Z",
    "end_date_time": "2026-05-04T03:00:00Z",
    "total_cost": {"excl_vat": 4.5},
    "total_energy": 10,
    "total_time": 1,
    "last_updated": "2026-05-04T03:00:00Z",
    "cdr_location": {
        "id": "L1",
        "address": "Elsewhere 1",
        "city": "Aachen",
        "country": "DEU",
        "evse_uid": "E1",
        "evse_id": "DE*EXT*E1",
        "connector_id": "1",
        "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET",
        "connector_power_type": "AC_3_PHASE",
        "coordinates": {"latitude": "50.770000", "longitude": "6.080000"},
    },
    "charging_periods": [{"start_date_time": "2026-05-04T02:00:00Z", "dimensions": [{"type": "ENERGY", "volume": 10}]}],
}


def location(version: str, at: tuple[str, str] = AACHEN) -> dict[str, Any]:
    """A location of the outsider's with one EVSE."""
    latitude, longitude = at
    since = {"last_updated": "2026-05-04T03:00:00Z"}
    connector = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE", **since}
    place = {"id": "L1", "address": "Elsewhere 1", "city": "Aachen", "country": "DEU", **since}
    place["coordinates"] = {"latitude": latitude, "longitude": longitude}
    evse = {"uid": "E1", "status": "AVAILABLE", **since}
    if version == "2.1.1":
        connector |= {"voltage": 230, "amperage": 32}
        place |= {"type": "ON_STREET", "postal_code": "52062"}
    else:
        connector |= {"max_voltage": 230, "max_amperage": 32}
        place |= {"country_code": "DE", "party_id": "EXT", "publish": True, "time_zone": "Europe/Berlin"}
    return {**place, "evses": [{**evse, "connectors": [connector]}]}


TOKEN = ("country_code", "party_id", "uid", "type", "contract_id")


async def bill(stranger: Stranger, **changes: object) -> dict[str, Any]:
    """A CDR for one of the cards that the eMSP shows."""
    _, told, _ = await stranger.ask("GET", stranger.endpoints["tokens"])
    return BILL | {"cdr_token": {key: told["data"][0][key] for key in TOKEN}} | changes


@pytest.mark.parametrize(("version", "encoding"), [("2.2.1", "base64"), ("2.2.1", "raw"), ("2.1.1", "raw")])
def test_ours_register_with_an_outside_cpo(tmp_path: Path, version: str, encoding: str) -> None:
    stranger = Stranger(version, role="CPO")

    async def part() -> None:
        async with stranger:
            outside = (
                f"outside:\n  DE-EXT: {{role: cpo, with: [NL-EMA], ocpi: [{version}], token: token-a-of-theirs, "
                f'versions_url: "{stranger.base}/ocpi/versions", encoding: {encoding}}}\n'
            )
            run = Served(served(tmp_path, outside), tmp_path / "served.ocpirun", 300.0)
            await stranger.until("GET", "cdrs")
            await stranger.look_around(stranger.bodies("POST", "credentials")[0]["url"])
            url = f"{stranger.endpoints['locations']}/DE/EXT/L1"
            http, told, _ = await stranger.ask("PUT", url, location(version))
            assert (http, told["status_code"]) == (201, 1000), told
            result = await run.end()
            assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]

    asyncio.run(part())
    first = "token-a-of-theirs" if encoding == "raw" else base64.b64encode(b"token-a-of-theirs").decode()
    assert stranger.authorizations[0] == f"Token {first}"
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        (put,) = [row for row in recording.messages() if row.route == "locations.receiver.put_location"]
        assert (put.sender, put.receiver, put.version) == ("DE-EXT", "NL-EMA", version)
        assert "DE-EXT/E1" in [row.entity for row in recording.tail(0, limit=1_000_000).states]
        told = [hint.rule for hint in recording.hints() if hint.severity == "error"]
        assert told == (["token-encoding"] * len(told) if encoding == "raw" else [])


def test_an_outside_cpo_bills_one_of_ours(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1", role="CPO")
    where: list[str] = []

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        async with stranger:
            await stranger.register(invitation.versions_url, invitation.token)
            http, told, headers = await stranger.ask("POST", stranger.endpoints["cdrs"], await bill(stranger))
            assert (http, told["status_code"]) == (201, 1000), told
            http, told, _ = await stranger.ask("GET", headers["Location"])
            assert told["data"]["id"] == "C1"
            where.append(headers["Location"])

    outside = "outside:\n  DE-EXT: {role: cpo, with: [NL-EMA]}\n"
    result = scene(served(tmp_path, outside), tmp_path / "served.ocpirun", part)
    assert where[0].startswith("http://127.0.0.1:")
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert result.summary["cdrs"] == 1


def session(version: str, asked: dict[str, Any], status: str, kwh: float) -> dict[str, Any]:
    """The Session of the outsider's that a START_SESSION has begun."""
    token = asked["token"]
    said = {"id": "S1", "kwh": kwh, "auth_method": "AUTH_REQUEST", "currency": "EUR", "status": status}
    said["last_updated"] = f"2026-05-05T04:00:{round(kwh):02}Z"
    if version == "2.1.1":
        place = location(version)
        return {**said, "start_datetime": "2026-05-04T04:00:00Z", "auth_id": token["auth_id"], "location": place}
    said |= {"country_code": "DE", "party_id": "EXT", "start_date_time": "2026-05-04T04:00:00Z"}
    cdr_token = {key: token[key] for key in TOKEN}
    return {**said, "cdr_token": cdr_token, "location_id": "L1", "evse_uid": "E1", "connector_id": "1"}


class Charging(Stranger):
    """A CPO that lets a Session begin when it is told to."""

    async def serve(self, run: Served) -> dict[str, Any]:
        """Register, show the place, wait for START_SESSION and let its Session begin; returns the command."""
        (invitation,) = await run.invited()
        await self.register(invitation.versions_url, invitation.token)
        await self.put("locations/DE/EXT/L1", location(self.version))
        (asked,) = await self.until("POST", "commands/START_SESSION")
        await self.ask("POST", asked["response_url"], {"result": "ACCEPTED"})
        await self.put("sessions/DE/EXT/S1", session(self.version, asked, "ACTIVE", 0))
        return asked

    async def put(self, path: str, body: dict[str, Any]) -> None:
        module, _, rest = path.partition("/")
        http, told, _ = await self.ask("PUT", f"{self.endpoints[module]}/{rest}", body)
        assert (http, told["status_code"]) in ((200, 1000), (201, 1000)), told


def in_aachen(name: str, **more: str) -> str:
    about = {"authorise": "app", "arrives": "5 min", "stay": "10 min", "at": f"[{', '.join(AACHEN)}]"}
    return named(name, **about | more)


def steps(path: Path, name: str) -> list[tuple[str, dict[str, Any]]]:
    with Recording.open(path) as recording:
        rows = recording.events(source=f"driver/{name}")
        return [(row.kind, json.loads(row.data)) for row in rows]


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
def test_one_of_ours_charges_at_an_outsiders_and_stops_by_app(tmp_path: Path, version: str) -> None:
    stranger = Charging(version, role="CPO")

    async def part(run: Served) -> None:
        async with stranger:
            asked = await stranger.serve(run)
            assert (asked["location_id"], asked["evse_uid"]) == ("L1", "E1")
            (stop,) = await stranger.until("POST", "commands/STOP_SESSION")
            assert stop["session_id"] == "S1"
            await stranger.ask("POST", stop["response_url"], {"result": "ACCEPTED"})
            await stranger.put("sessions/DE/EXT/S1", session(version, asked, "COMPLETED", 7))
            await run.until(run.at_us + MIN)

    path = tmp_path / "served.ocpirun"
    town = served(tmp_path, JOINS.format(version=version), in_aachen("Ann"))
    result = scene(town, path, part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    kinds = [kind for kind, _ in steps(path, "Ann")]
    assert kinds == ["arrive", "plug", "app", "app", "leave"]
    left = steps(path, "Ann")[-1][1]
    assert (left["evse"], left["energy_wh"]) == ("DE-EXT/E1", 7_000)
    assert left["stay_s"] >= 600


def test_she_leaves_when_her_session_ends_and_its_cdr_is_owed_but_no_energy_of_ours(tmp_path: Path) -> None:
    stranger = Charging("2.2.1", role="CPO")

    async def part(run: Served) -> None:
        async with stranger:
            asked = await stranger.serve(run)
            await stranger.put("sessions/DE/EXT/S1", session("2.2.1", asked, "COMPLETED", 10))
            cdr = await bill(stranger, session_id="S1")
            http, told, _ = await stranger.ask("POST", stranger.endpoints["cdrs"], cdr)
            assert (http, told["status_code"]) == (201, 1000), told
            await run.until(run.at_us + MIN)

    path = tmp_path / "served.ocpirun"
    result = scene(served(tmp_path, JOINS.format(version="2.2.1"), in_aachen("Ann", stay="4 h")), path, part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert [kind for kind, _ in steps(path, "Ann")] == ["arrive", "plug", "app", "leave"]
    assert result.summary["energy_wh"]["plug"] == 0  # type: ignore[index]
    with Recording.open(path) as recording:
        (owed,) = recording.money()
    assert (owed.kind, owed.creditor, owed.debtor, owed.session_id) == ("payable", "DE-EXT", "NL-EMA", "S1")


def test_who_cannot_charge_at_an_outsiders_is_told_why(tmp_path: Path) -> None:
    """A card needs a reader, which is not simulated; and where one of ours has parked there is no place."""
    drivers = (
        in_aachen("Ann", stay="4 h"),
        in_aachen("Bob", authorise="rfid", arrives="7 min"),
        in_aachen("Cyd", arrives="8 min"),
    )
    stranger = Charging("2.2.1", role="CPO")

    async def part(run: Served) -> None:
        async with stranger:
            await stranger.serve(run)
            await run.until(9 * MIN)

    path = tmp_path / "served.ocpirun"
    scene(served(tmp_path, JOINS.format(version="2.2.1"), *drivers), path, part)
    assert [kind for kind, _ in steps(path, "Ann")] == ["arrive", "plug", "app"]
    assert steps(path, "Bob")[-1][1]["reason"] == "app_needed"
    assert [kind for kind, _ in steps(path, "Cyd")] == ["arrive", "taken", "turned_away"]
    assert steps(path, "Cyd")[-1][1]["reason"] == "all_taken"


ONLY_OUTSIDE = """
name: No EVSE of ours
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 2 h
parties: {NL-EMA: {role: emsp}}
drivers:
"""


def test_the_only_cpo_may_be_outside(tmp_path: Path) -> None:
    stranger = Charging("2.2.1", role="CPO")
    (tmp_path / "town.yaml").write_text(f"{ONLY_OUTSIDE}  - {in_aachen('Ann')}\n" + JOINS.format(version="2.2.1"))

    async def part(run: Served) -> None:
        async with stranger:
            asked = await stranger.serve(run)
            await stranger.until("POST", "commands/STOP_SESSION")
            await stranger.put("sessions/DE/EXT/S1", session("2.2.1", asked, "COMPLETED", 7))
            await run.until(run.at_us + MIN)

    path = tmp_path / "served.ocpirun"
    result = scene(load(tmp_path / "town.yaml"), path, part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert steps(path, "Ann")[-1][1]["energy_wh"] == 7_000
