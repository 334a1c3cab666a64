"""A platform of 2.1.1 from outside at a hub: each party that this leads it to is a platform of its own to it."""

import asyncio
from pathlib import Path

from outside_run import Served, scene
from outside_stranger import PATIENCE_S, Stranger
from run_town import MIN, SCENARIOS
from test_assemble_outside_cpo import location

from simulator.scenario.load import load
from simulator.scenario.model import Scenario

CARD = {
    "uid": "04AABBCCDD",
    "type": "RFID",
    "auth_id": "DE-EXT-C1",
    "issuer": "External",
    "valid": True,
    "whitelist": "NEVER",
    "last_updated": "2026-05-04T03:00:00Z",
}


def at_a_hub(tmp_path: Path) -> Scenario:
    """The shipped hub with a CPO of 2.1.1, a driver of the outsider, and an outside CPO of 2.2.1."""
    visitor = (
        f'  - {{emsp: DE-EXT, name: Otto, token: "{CARD["uid"]}", arrives: "06:10", at: [52.1663, 4.4817], '
        "authorise: rfid, vehicle: compact, stay: 5 min}\nchanges:"
    )
    text = (SCENARIOS / "hub" / "broadcast.yaml").read_text().replace("changes:", visitor)
    text = text.replace("NL-DUN: {role: cpo,", "NL-DUN: {role: cpo, ocpi: 2.1.1,")
    outside = (
        "outside:\n  DE-EXT: {role: emsp, ocpi: 2.1.1, with: [NL-HUB]}\n"
        "  DE-NEW: {role: cpo, ocpi: 2.2.1, with: [NL-HUB]}\n"
    )
    (tmp_path / "hub.yaml").write_text(text + outside)
    return load(tmp_path / "hub.yaml")


def test_it_is_invited_in_the_place_of_each_and_charges_there(tmp_path: Path) -> None:
    """It registers twice, for to it these are two platforms; the third it leaves aside."""
    ends = {party: Stranger("2.1.1") for party in ("NL-ABC", "NL-DUN")}

    async def part(run: Served) -> None:
        invitations = {each.in_place_of: each for each in await run.invited(4) if each.outsider == "DE-EXT"}
        assert list(invitations) == ["NL-ABC", "NL-DUN", "DE-NEW"]
        assert len({each.token for each in invitations.values()}) == 3
        for party, stranger in ends.items():
            stranger.objects["tokens"] = [CARD]
            assert invitations[party].versions_url.endswith(f"/ocpi/via/{party}/versions")
            await stranger.register(invitations[party].versions_url, invitations[party].token)
        await run.until(1 * MIN)
        for party, stranger in ends.items():
            _, told, _ = await stranger.ask("GET", stranger.endpoints["locations"])
            assert [place["name"] for place in told["data"]] == [PLACES[party]]
        await run.until(10 * MIN)
        await first_of(ends, "PUT", "sessions")
        await run.after(5 * MIN)
        await first_of(ends, "POST", "cdrs")

    result = scene(at_a_hub(tmp_path), tmp_path / "served.ocpirun", part, *ends.values())
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    ((party, bill),) = [(party, bill) for party, end in ends.items() for bill in end.bodies("POST", "cdrs")]
    assert bill["auth_id"] == CARD["auth_id"]
    assert bill["location"]["name"] == PLACES[party]


async def first_of(ends: dict[str, Stranger], method: str, module: str) -> None:
    """Wait until either end of the outsider has been sent this."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(stranger.bodies(method, module) for stranger in ends.values()):
            await asyncio.sleep(0.01)


PLACES = {"NL-ABC": "Station square", "NL-DUN": "Market hall"}


TWO_HUBS = """
name: Two hubs in a row
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 3 h
seed: 3
poll: 1 min
parties:
  NL-ABC: {role: cpo, name: Alpha Charging}
  NL-EMA: {role: emsp, name: Emma Mobility}
  NL-HUB: {role: hub, name: Near Hub, ocpi: [2.1.1, 2.2.1, 2.3.0]}
  BE-HUB: {role: hub, name: Far Hub, ocpi: [2.1.1, 2.2.1, 2.3.0]}
connections:
  - {between: [NL-ABC, NL-HUB]}
  - {between: [NL-EMA, NL-HUB]}
  - {between: [NL-HUB, BE-HUB]}
tariffs:
  day: {energy: 0.40 EUR/kWh, vat: 21 %}
sites:
  - {cpo: NL-ABC, name: Station square, at: [52.16, 4.48], city: Leiden, evses: {count: 1, power: 11 kW, tariff: day}}
drivers: []
outside:
  DE-EXT: {role: emsp, ocpi: 2.1.1, with: [BE-HUB]}
  DE-NEW: {role: cpo, ocpi: 2.2.1, with: [NL-HUB]}
"""


def test_it_is_invited_in_the_place_of_an_outsider_behind_another_hub_too(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(TWO_HUBS)
    network, provider = Stranger("2.2.1", role="CPO", party_id="NEW"), Stranger("2.1.1")
    network.objects["locations"] = [location("2.2.1", "NEW")]

    async def part(run: Served) -> None:
        invitations = await run.invited(3)
        mine = {each.in_place_of: each for each in invitations if each.outsider == "DE-EXT"}
        assert list(mine) == ["NL-ABC", "DE-NEW"]
        (its,) = [each for each in invitations if each.outsider == "DE-NEW"]
        await network.register(its.versions_url, its.token)
        await provider.register(mine["DE-NEW"].versions_url, mine["DE-NEW"].token)
        await run.after(2 * MIN)
        _, told, _ = await provider.ask("GET", provider.endpoints["locations"])
        assert [place["id"] for place in told["data"]] == [network.objects["locations"][0]["id"]]

    scene(load(tmp_path / "two.yaml"), tmp_path / "served.ocpirun", part, network, provider)
