"""CPOs of another make take part in a run: ours know their charge points, drive there by app, and are billed."""

import asyncio
import base64
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from outside_run import Served, scene, served
from outside_stranger import Stranger
from outside_versions import IDS, VERSIONS, each, outside, present, register, strangers
from run_town import MIN, named

from simulator.assemble import RunResult
from simulator.recording.reader import Recording
from simulator.report.kpi.measure import measure
from simulator.report.so_far import so_far
from simulator.scenario.load import load

AACHEN = ("50.770000", "6.080000")
JOINS = "outside:\n  DE-EXT: {role: cpo, with: [NL-EMA], ocpi: 2.2.1}\n"

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


def location(version: str, party_id: str = "EXT", latitude: str = AACHEN[0]) -> dict[str, Any]:
    """A location of the outsider's with one EVSE."""
    since = {"last_updated": "2026-05-04T03:00:00Z"}
    connector = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE", **since}
    place = {"id": "L1", "address": "Elsewhere 1", "city": "Aachen", "country": "DEU", **since}
    place["coordinates"] = {"latitude": latitude, "longitude": AACHEN[1]}
    evse = {"uid": "E1", "status": "AVAILABLE", **since}
    if version == "2.1.1":
        connector |= {"voltage": 230, "amperage": 32}
        place |= {"type": "ON_STREET", "postal_code": "52062"}
    else:
        connector |= {"max_voltage": 230, "max_amperage": 32}
        place |= {"country_code": "DE", "party_id": party_id, "publish": True, "time_zone": "Europe/Berlin"}
    return {**place, "evses": [{**evse, "connectors": [connector]}]}


ENCODED = {("2.2.1", "base64"): "DE-E1B", ("2.2.1", "raw"): "DE-E2R", ("2.1.1", "raw"): "DE-E3R"}
"""For one of 2.1.1 the scenario need not say it."""
TOKEN = ("country_code", "party_id", "uid", "type", "contract_id")


async def bill(stranger: Stranger, **changes: object) -> dict[str, Any]:
    """A CDR for one of the cards that the eMSP shows."""
    _, told, _ = await stranger.ask("GET", stranger.endpoints["tokens"])
    return BILL | {"cdr_token": {key: told["data"][0][key] for key in TOKEN}} | changes


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Stranger], Path]:
    """One of ours registers with outsiders, writing tokens as each wants it; then each of them shows a location."""
    there = {id: Stranger(version, role="CPO", party_id=id[3:]) for (version, _), id in ENCODED.items()}
    path = tmp_path_factory.mktemp("asked") / "served.ocpirun"

    async def shows(stranger: Stranger) -> None:
        await stranger.until("GET", "cdrs")
        await stranger.look_around(stranger.bodies("POST", "credentials")[0]["url"])
        url = f"{stranger.endpoints['locations']}/DE/{stranger.party_id}/L1"
        place = location(stranger.version, party_id=stranger.party_id)
        http, told, _ = await stranger.ask("PUT", url, place)
        assert (http, told["status_code"]) == (201, 1000), told

    async def whole() -> RunResult:
        async with present(there):
            outside = "outside:\n" + "".join(
                f"  {id}: {{role: cpo, with: [NL-EMA], ocpi: [{version}], token: token-a-of-theirs, "
                f'versions_url: "{there[id].base}/ocpi/versions"'
                + ("}\n" if version == "2.1.1" else f", encoding: {encoding}}}\n")
                for (version, encoding), id in ENCODED.items()
            )
            async with Served(served(path.parent, outside), path) as run:
                await each(there, shows)
        return run.result

    result = asyncio.run(whole())
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    return there, path


@pytest.mark.parametrize(("version", "encoding"), ENCODED)
def test_ours_register_with_an_outside_cpo(
    asked: tuple[dict[str, Stranger], Path], version: str, encoding: str
) -> None:
    id = ENCODED[version, encoding]
    there, path = asked
    first = "token-a-of-theirs" if encoding == "raw" else base64.b64encode(b"token-a-of-theirs").decode()
    assert there[id].authorizations[0] == f"Token {first}"
    with Recording.open(path) as recording:
        (put,) = [row for row in recording.messages(sender=id) if row.route == "locations.receiver.put_location"]
        assert (put.sender, put.receiver, put.version) == (id, "NL-EMA", version)
        assert f"{id}/E1" in [row.entity for row in recording.tail(0, limit=1_000_000).states]
        theirs = {row.exchange for row in recording.messages() if id in (row.sender, row.receiver)}
        told = [hint.rule for hint in recording.hints() if hint.severity == "error" and hint.exchange in theirs]
        assert told.count("endpoints-unread") == 1, "it looks around only when it has answered"
        told.remove("endpoints-unread")
        assert told == (["token-encoding"] * len(told) if encoding == "raw" else [])


def test_an_outside_cpo_bills_one_of_ours(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1", role="CPO")
    where: list[str] = []

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        await stranger.register(invitation.versions_url, invitation.token)
        http, told, headers = await stranger.ask("POST", stranger.endpoints["cdrs"], await bill(stranger))
        assert (http, told["status_code"]) == (201, 1000), told
        http, told, _ = await stranger.ask("GET", headers["Location"])
        assert told["data"]["id"] == "C1"
        where.append(headers["Location"])

    outside = "outside:\n  DE-EXT: {role: cpo, with: [NL-EMA]}\n"
    result = scene(served(tmp_path, outside), tmp_path / "served.ocpirun", part, stranger)
    assert where[0].startswith("http://127.0.0.1:")
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert result.summary["cdrs"] == 1


class Charging(Stranger):
    """A CPO that lets a Session begin when it is told to, with one location at this `latitude`."""

    latitude = AACHEN[0]

    async def show(self, run: Served) -> None:
        """Register, and tell of the place."""
        await register(run, self)
        await self.put("locations", "L1", location(self.version, self.party_id, self.latitude))

    async def begin(self) -> dict[str, Any]:
        """Wait for START_SESSION and let its Session begin; returns the command."""
        (asked,) = await self.until("POST", "commands/START_SESSION")
        await self.ask("POST", asked["response_url"], {"result": "ACCEPTED"})
        await self.tell(asked, "ACTIVE", 0)
        return asked

    async def tell(self, asked: dict[str, Any], status: str, kwh: float) -> None:
        """The Session that a START_SESSION has begun stands so."""
        token = asked["token"]
        said = {"id": "S1", "kwh": kwh, "auth_method": "AUTH_REQUEST", "currency": "EUR", "status": status}
        said["last_updated"] = f"2026-05-05T04:00:{round(kwh):02}Z"
        if self.version == "2.1.1":
            place = location(self.version, self.party_id, self.latitude)
            said |= {"start_datetime": "2026-05-04T04:00:00Z", "auth_id": token["auth_id"], "location": place}
        else:
            said |= {"country_code": "DE", "party_id": self.party_id, "start_date_time": "2026-05-04T04:00:00Z"}
            said["cdr_token"] = {key: token[key] for key in TOKEN}
            said |= {"location_id": "L1", "evse_uid": "E1", "connector_id": "1"}
        await self.put("sessions", "S1", said)

    async def put(self, module: str, id: str, body: dict[str, Any]) -> None:
        http, told, _ = await self.ask("PUT", f"{self.endpoints[module]}/DE/{self.party_id}/{id}", body)
        assert (http, told["status_code"]) in ((200, 1000), (201, 1000)), told


ARRIVES = 5 * MIN


def in_aachen(name: str, **more: str) -> str:
    about = {"authorise": "app", "arrives": "5 min", "stay": "10 min", "at": f"[{', '.join(AACHEN)}]"}
    return named(name, **about | more)


def steps(path: Path, name: str) -> list[tuple[str, dict[str, Any]]]:
    with Recording.open(path) as recording:
        rows = recording.events(source=f"driver/{name}")
        return [(row.kind, json.loads(row.data)) for row in rows]


@pytest.fixture(scope="module")
def charged(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Charging], Path]:
    """One of ours charges at an outsider of each version, far from the others, and stops by app after ten minutes."""
    there = strangers(Charging, role="CPO")
    drivers = []
    for number, (version, stranger) in enumerate(there.items()):
        stranger.latitude = f"{50 + number}.770000"
        drivers.append(in_aachen(f"Ann{IDS[version][3:]}", at=f"[{stranger.latitude}, {AACHEN[1]}]"))

    async def part(run: Served) -> None:
        await each(there, lambda stranger: stranger.show(run))
        await run.until(ARRIVES)
        asked = dict(zip(there, await each(there, Charging.begin), strict=True))
        await run.after(9 * MIN)

        async def stops(stranger: Charging) -> None:
            (stop,) = await stranger.until("POST", "commands/STOP_SESSION")
            await stranger.ask("POST", stop["response_url"], {"result": "ACCEPTED"})
            await stranger.tell(asked[stranger.version], "COMPLETED", 7)

        await each(there, stops)
        await run.after(1 * MIN)

    path = tmp_path_factory.mktemp("charged") / "served.ocpirun"
    scenario = served(path.parent, outside("cpo", "NL-EMA"), *drivers)
    result = scene(scenario, path, part, *there.values())
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    return there, path


@pytest.mark.parametrize("version", VERSIONS)
def test_one_of_ours_charges_at_an_outsiders_and_stops_by_app(
    charged: tuple[dict[str, Charging], Path], version: str
) -> None:
    there, path = charged
    (asked,) = there[version].bodies("POST", "commands/START_SESSION")
    assert (asked["location_id"], asked["evse_uid"]) == ("L1", "E1")
    (stop,) = there[version].bodies("POST", "commands/STOP_SESSION")
    assert stop["session_id"] == "S1"
    told = steps(path, f"Ann{IDS[version][3:]}")
    assert [kind for kind, _ in told] == ["arrive", "plug", "app", "app", "leave"]
    left = told[-1][1]
    assert (left["evse"], left["energy_wh"]) == (f"{IDS[version]}/E1", 7_000)
    assert left["stay_s"] >= 600


def test_she_leaves_when_her_session_ends_and_its_cdr_is_owed_but_no_energy_of_ours(tmp_path: Path) -> None:
    stranger = Charging("2.2.1", role="CPO")

    async def part(run: Served) -> None:
        await stranger.show(run)
        await run.until(ARRIVES)
        asked = await stranger.begin()
        await stranger.tell(asked, "COMPLETED", 10)
        cdr = await bill(stranger, session_id="S1")
        http, told, _ = await stranger.ask("POST", stranger.endpoints["cdrs"], cdr)
        assert (http, told["status_code"]) == (201, 1000), told
        await run.after(MIN)

    path = tmp_path / "served.ocpirun"
    result = scene(served(tmp_path, JOINS, in_aachen("Ann", stay="4 h")), path, part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert [kind for kind, _ in steps(path, "Ann")] == ["arrive", "plug", "app", "leave"]
    assert result.summary["energy_wh"]["plug"] == 0  # type: ignore[index]
    with Recording.open(path) as recording:
        (owed,) = recording.money()
        reported = measure(recording, "none")
        played = so_far(recording, owed.at_us)
    assert (owed.kind, owed.creditor, owed.debtor, owed.session_id) == ("payable", "DE-EXT", "NL-EMA", "S1")
    assert result.summary["cost"] == {"EUR": "4.5000"}
    assert reported.cost == played.cost == {"EUR": Decimal("4.5")}
    assert reported.values["cdrs"] == played.cdrs == 1


def test_who_cannot_charge_at_an_outsiders_is_told_why(tmp_path: Path) -> None:
    """A card needs a reader, which is not simulated; and where one of ours has parked there is no place."""
    drivers = (
        in_aachen("Ann", stay="4 h"),
        in_aachen("Bob", authorise="rfid", arrives="7 min"),
        in_aachen("Cyd", arrives="8 min"),
    )
    stranger = Charging("2.2.1", role="CPO")

    async def part(run: Served) -> None:
        await stranger.show(run)
        await run.until(ARRIVES)
        await stranger.begin()
        await run.until(9 * MIN)

    path = tmp_path / "served.ocpirun"
    scene(served(tmp_path, JOINS, *drivers), path, part, stranger)
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
    (tmp_path / "town.yaml").write_text(f"{ONLY_OUTSIDE}  - {in_aachen('Ann')}\n" + JOINS)

    async def part(run: Served) -> None:
        await stranger.show(run)
        await run.until(ARRIVES)
        asked = await stranger.begin()
        await run.after(9 * MIN)
        (stop,) = await stranger.until("POST", "commands/STOP_SESSION")
        await stranger.ask("POST", stop["response_url"], {"result": "ACCEPTED"})
        await stranger.tell(asked, "COMPLETED", 7)
        await run.after(MIN)

    path = tmp_path / "served.ocpirun"
    result = scene(load(tmp_path / "town.yaml"), path, part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert steps(path, "Ann")[-1][1]["energy_wh"] == 7_000
