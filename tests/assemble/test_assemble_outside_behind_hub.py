"""A CPO of another make behind a hub: ours drive to its charge points, and all that is said goes by the hub."""

from pathlib import Path
from typing import Any

import pytest
from outside_run import Served, scene
from run_town import MIN, SCENARIOS
from test_assemble_outside_cpo import ARRIVES, BILL, TOKEN, Charging, in_aachen, location, steps

from simulator.recording.reader import Recording
from simulator.scenario.load import load
from simulator.scenario.model import Scenario


def at_a_hub(folder: Path, version: str, *more: str) -> Scenario:
    """The shipped hub with drivers of ours in Aachen, where an outsider of this version has its only EVSE."""
    text = (SCENARIOS / "hub" / "broadcast.yaml").read_text()
    before, _, _ = text.partition("drivers:")
    outside = f"outside:\n  DE-EXT: {{role: cpo, ocpi: {version}, with: [NL-HUB]}}\n"
    drivers = "".join(f"  - {driver}\n" for driver in (in_aachen("Ann"), *more))
    (folder / "hub.yaml").write_text(f"{before}drivers:\n{drivers}{outside}".replace("tell: Vera\n", ""))
    return load(folder / "hub.yaml")


class BehindHub(Charging):
    """One that addresses what is for one party to it, and what is for all to the hub."""

    async def put(self, module: str, id: str, body: dict[str, Any]) -> None:
        url = f"{self.endpoints[module]}/DE/{self.party_id}/{id}"
        http, told, _ = await self.ask("PUT", url, body, to="NL-HUB" if module == "locations" else "NL-EMA")
        assert (http, told["status_code"]) in ((200, 1000), (201, 1000)), told


class Oldest(Charging):
    """One of 2.1.1, which knows no hubs: it registers with the driver's eMSP only, and tells that at once."""

    async def show(self, run: Served) -> None:
        (invitation,) = [each for each in await run.invited(2) if each.in_place_of == "NL-EMA"]
        await self.register(invitation.versions_url, invitation.token)
        await self.put("locations", "L1", location(self.version, self.party_id))


async def comes(run: Served, stranger: Charging) -> None:
    """It registers, tells of its place at once, and is read by whom the hub leads it to."""
    stranger.objects["locations"] = [location(stranger.version)]
    await stranger.show(run)
    await stranger.until("GET", "cdrs")
    await run.until(ARRIVES)


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1", "2.3.0"])
def test_one_of_ours_charges_there_and_stops_by_app(tmp_path: Path, version: str) -> None:
    stranger = (Oldest if version == "2.1.1" else BehindHub)(version, role="CPO")

    async def part(run: Served) -> None:
        await comes(run, stranger)
        asked = await stranger.begin()
        await run.after(9 * MIN)
        (stop,) = await stranger.until("POST", "commands/STOP_SESSION")
        assert stop["session_id"] == "S1"
        await stranger.ask("POST", stop["response_url"], {"result": "ACCEPTED"})
        await stranger.tell(asked, "COMPLETED", 10)
        await run.after(1 * MIN)

    path = tmp_path / "served.ocpirun"
    result = scene(at_a_hub(tmp_path, version), path, part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    told = steps(path, "Ann")
    assert [kind for kind, _ in told] == ["arrive", "plug", "app", "app", "leave"]
    assert (told[-1][1]["evse"], told[-1][1]["energy_wh"]) == ("DE-EXT/E1", 10_000)
    with Recording.open(path) as recording:
        assert {row.sender for row in recording.messages(receiver="DE-EXT")} == {"NL-HUB"}
        assert {row.receiver for row in recording.messages(sender="DE-EXT")} == {"NL-HUB"}
        assert "unknown-object" not in {hint.rule for hint in recording.hints()}, "nobody is told before it is known"


def test_its_bill_comes_by_the_hub_and_is_owed(tmp_path: Path) -> None:
    stranger = BehindHub("2.2.1", role="CPO")

    async def part(run: Served) -> None:
        await comes(run, stranger)
        asked = await stranger.begin()
        await stranger.tell(asked, "COMPLETED", 10)
        bill = BILL | {"session_id": "S1", "cdr_token": {name: asked["token"][name] for name in TOKEN}}
        http, told, _ = await stranger.ask("POST", stranger.endpoints["cdrs"], bill, to="NL-EMA")
        assert (http, told["status_code"]) == (201, 1000), told

    path = tmp_path / "served.ocpirun"
    result = scene(at_a_hub(tmp_path, "2.2.1"), path, part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(path) as recording:
        (owed,) = recording.money()
    assert (owed.creditor, owed.debtor, owed.session_id) == ("DE-EXT", "NL-EMA", "S1")


def test_one_whom_it_rejects_is_turned_away_and_so_is_one_when_it_is_gone(tmp_path: Path) -> None:
    stranger = BehindHub("2.2.1", role="CPO")

    async def part(run: Served) -> None:
        await comes(run, stranger)
        (asked,) = await stranger.until("POST", "commands/START_SESSION")
        await stranger.ask("POST", asked["response_url"], {"result": "EVSE_OCCUPIED"})
        await run.until(ARRIVES + 5 * MIN)
        await stranger.leave()
        await run.until(ARRIVES + 20 * MIN)

    path = tmp_path / "served.ocpirun"
    scenario = at_a_hub(tmp_path, "2.2.1", in_aachen("Bob", arrives="15 min"))
    result = scene(scenario, path, part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    refused = [dict(steps(path, name))["refused"]["status"] for name in ("Ann", "Bob")]
    assert refused == ["EVSE_OCCUPIED", "UNREACHABLE"]
