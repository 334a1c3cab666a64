"""By an open invitation a platform comes as the party that it presents in its credentials, whichever that is."""

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import web
from outside_run import JOINS, Served, scene, served
from outside_stranger import PATIENCE_S, Json, Stranger
from outside_versions import VERSIONS
from run_town import MIN, named, town
from test_assemble_outside import account, card, command
from test_assemble_outside_cpo import location

from simulator.assemble import Invitation
from simulator.ocpi import headers as h
from simulator.recording.reader import Recording


class Both(Stranger):
    """An eMSP and a CPO under one id."""

    def credentials(self, token: str) -> Json:
        said = super().credentials(token)
        return said | {"roles": [said["roles"][0] | {"role": role} for role in ("CPO", "EMSP")]}

    def _endpoints(self) -> list[Json]:
        sides = ("SENDER", "RECEIVER")
        return [{**each, "role": side} for each in super()._endpoints() for side in sides]


class Slow(Stranger):
    """One whose versions wait until it may go on."""

    def __init__(self, party_id: str) -> None:
        super().__init__("2.2.1", party_id=party_id)
        self.is_asked, self.goes_on = asyncio.Event(), asyncio.Event()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/ocpi/versions":
            self.is_asked.set()
            await self.goes_on.wait()
        return await super()._serve(request)


async def invitation(run: Served, party: str, count: int = 4) -> Invitation:
    """The last one to this party, when there are so many."""
    return [each for each in await run.invited(count) if each.party == party][-1]


async def comes(run: Served, stranger: Stranger, party: str, count: int = 4) -> None:
    told = await invitation(run, party, count)
    assert told.open
    await stranger.register(told.versions_url, told.token)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_emsp_comes_under_its_own_id_and_its_app_starts_a_session(tmp_path: Path, version: str) -> None:
    stranger = Stranger(version, party_id="ION")
    guest = account(stranger) | {"uid": "GUEST-1"}

    async def part(run: Served) -> None:
        await comes(run, stranger, "NL-ABC")
        waits = await run.waits("START_SESSION")
        assert (waits.outsider, waits.token_uid, waits.party) == ("DE-ION", "GUEST-1", "NL-ABC")
        url = f"{stranger.endpoints['tokens']}/DE/ION"
        _, told, _ = await stranger.ask("PUT", f"{url}/T1", card(version, "T1", "ION"))
        assert told["status_code"] == 1000, told
        await command(stranger, "START_SESSION", token=guest, location_id="NL-ABC-L001", evse_uid=waits.evse_uid)
        await stranger.until("PUT", "sessions")

    result = scene(served(tmp_path, ""), tmp_path / "served.ocpirun", part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        told = [row for row in recording.messages(receiver="DE-ION", contents=True) if row.module == "sessions"]
        assert told
        to = {h.OCPI_TO_COUNTRY_CODE: "DE", h.OCPI_TO_PARTY_ID: "ION"} if version != "2.1.1" else {}
        assert [{name: v for name, v in row.request_headers if name in to} for row in told] == [to] * len(told)
        before = [row.route for row in recording.messages(sender="ZZ-EX0")]
        assert before == ["versions.get_list", "versions.get_details"]
        assert not [hint for hint in recording.hints() if hint.rule in ("routing-headers", "other-party")]
        (party,) = recording.states(holder="run", kind="party", entity="DE-ION")
        assert json.loads(party.value)["role"] == "emsp"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_cpo_comes_under_its_own_id_and_what_it_lists_is_taken_over(tmp_path: Path, version: str) -> None:
    stranger = Stranger(version, role="CPO", party_id="IO1")
    stranger.objects["locations"] = [location(version, "IO1")]

    async def part(run: Served) -> None:
        await comes(run, stranger, "NL-EMA")
        await stranger.until("GET", "cdrs")
        await run.after(1 * MIN)

    scene(served(tmp_path, ""), tmp_path / "served.ocpirun", part, stranger)
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        assert "DE-IO1/E1" in [row.entity for row in recording.tail(0, limit=1_000_000).states]
        assert not [hint for hint in recording.hints() if hint.severity == "error"]


def test_a_platform_of_both_roles_comes_in_each_where_it_is_wanted(tmp_path: Path) -> None:
    """And another comes to another at the same time."""
    both, other = Both("2.2.1", party_id="ION"), Stranger("2.2.1", party_id="OTH")

    async def part(run: Served) -> None:
        await comes(run, both, "NL-EMA")
        await asyncio.gather(comes(run, both, "NL-ABC"), comes(run, other, "NL-DUN"))
        await run.waits("START_SESSION", "DE-ION")
        await run.after(1 * MIN)

    scene(served(tmp_path, ""), tmp_path / "served.ocpirun", part, both, other)
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        links = [row.entity for row in recording.states(holder="run", kind="link") if "DE-" in row.entity]
        assert sorted(links) == ["NL-ABC|DE-ION", "NL-DUN|DE-OTH", "NL-EMA|DE-ION"]
        polled = {(row.sender, row.receiver, row.module) for row in recording.messages() if row.module == "tokens"}
        assert {("NL-ABC", "DE-ION", "tokens"), ("NL-DUN", "DE-OTH", "tokens")} <= polled


def test_one_in_another_role_is_told_which_and_so_is_one_under_an_id_of_ours(tmp_path: Path) -> None:
    """And what cannot be read is answered as everybody's is."""
    cpo, thief = Stranger("2.2.1", role="CPO", party_id="ION"), Stranger("2.2.1", party_id="ION")

    async def part(run: Served) -> None:
        told = await invitation(run, "NL-ABC")
        await cpo.look_around(told.versions_url, told.token)

        async def posts(body: object) -> str:
            http, said, _ = await cpo.ask("POST", cpo.endpoints["credentials"], body, told.token)
            assert (http, said["status_code"]) == (200, 2001)
            return str(said["status_message"])

        assert "a party as EMSP is expected here; found is DE-ION as CPO" in await posts(cpo.credentials("b"))
        stolen = thief.credentials("b")
        stolen["roles"][0] |= {"country_code": "NL", "party_id": "EMA"}
        assert "NL-EMA is not on this platform" in await posts(stolen)
        assert "$.token" in await posts({"token": 7})
        await comes(run, thief, "NL-ABC")

    scene(served(tmp_path, ""), tmp_path / "served.ocpirun", part, cpo, thief)


def test_who_is_named_in_the_scenario_must_come_as_that(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1", party_id="ION")

    async def part(run: Served) -> None:
        (told,) = await run.invited()
        assert (told.open, told.outsider) == (False, "DE-EXT")
        await stranger.look_around(told.versions_url, told.token)
        url, body = stranger.endpoints["credentials"], stranger.credentials("b")
        _, said, _ = await stranger.ask("POST", url, body, told.token)
        assert said["status_code"] == 2001
        assert said["status_message"] == "$.roles: DE-EXT as EMSP is expected here; found is DE-ION as EMSP."
        stranger.party_id = "EXT"
        await stranger.register(told.versions_url, told.token)

    scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part, stranger)


def test_one_that_tries_id_after_id_does_not_fill_the_run(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1")
    codes: list[int] = []

    async def part(run: Served) -> None:
        told = await invitation(run, "NL-ABC")
        await stranger.look_around(told.versions_url, told.token)
        for number in range(100, 132):
            stranger.party_id = f"{number}"
            body = stranger.credentials("b") | {"url": "http://127.0.0.1:9/ocpi/versions"}
            _, said, _ = await stranger.ask("POST", stranger.endpoints["credentials"], body, told.token)
            codes.append(said["status_code"])

    scene(town(tmp_path, drivers=()), tmp_path / "served.ocpirun", part, stranger)
    assert codes == [3001] * 30 + [2001] * 2


def test_no_driver_comes_for_one_whose_registration_fails(tmp_path: Path) -> None:
    """Only for who comes by the same invitation afterwards: of the EVSEs none stands occupied for nobody."""
    lost, found = Stranger("2.2.1", party_id="IOM"), Stranger("2.2.1", party_id="ION")

    async def part(run: Served) -> None:
        told = await invitation(run, "NL-ABC")
        await lost.look_around(told.versions_url, told.token)
        body = lost.credentials("b") | {"url": "http://127.0.0.1:9/ocpi/versions"}
        _, said, _ = await lost.ask("POST", lost.endpoints["credentials"], body, told.token)
        assert said["status_code"] == 3001
        await run.after(1 * MIN)
        await comes(run, found, "NL-ABC")
        await run.waits("START_SESSION")
        assert [each.outsider for each in run.awaited] == ["DE-ION"]

    scene(town(tmp_path, drivers=()), tmp_path / "served.ocpirun", part, lost, found)
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        assert [row.party for row in recording.events() if row.kind == "arrive"] == ["DE-ION"]


def test_the_driver_of_one_who_leaves_goes_and_another_comes_when_it_is_back(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1", party_id="ION")

    async def part(run: Served) -> None:
        for times in (1, 2):
            await comes(run, stranger, "NL-ABC", 3 + times)
            async with asyncio.timeout(PATIENCE_S):
                while len(run.awaited) < times:
                    await asyncio.sleep(0.01)
            await stranger.ask("DELETE", stranger.endpoints["credentials"])
            await run.after(1 * MIN)

    scene(town(tmp_path, drivers=()), tmp_path / "served.ocpirun", part, stranger)
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        told = [(row.source, row.kind, row.data) for row in recording.events() if row.source.startswith("driver/")]
    ends = [(source, json.loads(data)["reason"]) for source, kind, data in told if kind == "turned_away"]
    assert ends == [("driver/DE-ION driver 1", "no_answer"), ("driver/DE-ION driver 2", "no_answer")]


def test_it_is_told_when_no_evse_is_free_for_the_driver_of_one_who_comes(tmp_path: Path) -> None:
    stranger = Stranger("2.2.1", party_id="ION")

    async def part(run: Served) -> None:
        await run.invited(4)
        await run.after(30 * MIN)
        await comes(run, stranger, "NL-ABC")
        await run.waits("START_SESSION")
        assert [(each.party, bool(each.evse_uid)) for each in run.awaited] == [("NL-ABC", False)]

    scenario = town(
        tmp_path, drivers=(named("Vera", arrives="1 min"),), change=lambda text: text.replace("count: 4", "count: 1")
    )
    scene(scenario, tmp_path / "served.ocpirun", part, stranger)


def test_of_two_that_come_by_one_invitation_at_once_the_first_registers(tmp_path: Path) -> None:
    """The other is told to wait: nothing of the first one's registration is undone."""
    first, second = Slow("IOM"), Stranger("2.2.1", party_id="ION")

    async def part(run: Served) -> None:
        told = await invitation(run, "NL-ABC")
        await second.look_around(told.versions_url, told.token)
        comes_first = asyncio.create_task(comes(run, first, "NL-ABC"))
        await first.is_asked.wait()
        url, body = second.endpoints["credentials"], second.credentials("b")
        http, said, _ = await second.ask("POST", url, body, told.token)
        assert (http, said["status_message"]) == (405, "A registration by this token is under way.")
        first.goes_on.set()
        await comes_first

    result = scene(town(tmp_path, drivers=()), tmp_path / "served.ocpirun", part, first, second)
    assert result.summary["checks"]["messages_valid"], result.remarks  # type: ignore[attr-defined]


def test_one_that_is_started_again_under_another_id_takes_the_place_of_the_first(tmp_path: Path) -> None:
    first, second = Stranger("2.2.1", party_id="IOM"), Stranger("2.2.1", party_id="ION")

    async def part(run: Served) -> None:
        token = (await invitation(run, "NL-ABC")).token
        await comes(run, first, "NL-ABC")
        http, _, _ = await second.ask("GET", (await run.invited())[0].versions_url, token=token)
        assert http == 401
        assert [each.held_by for each in await run.invited(5) if each.party == "NL-ABC"] == ["", "DE-IOM"]
        await comes(run, second, "NL-ABC", 5)
        http, _, _ = await first.ask("GET", first.endpoints["locations"])
        assert http == 401
        http, _, _ = await second.ask("GET", second.endpoints["locations"])
        assert http == 200

    scene(town(tmp_path, drivers=()), tmp_path / "served.ocpirun", part, first, second)
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        last = recording.state_at("NL-ABC", 10**15, "connection")
    state = {peer: json.loads(last[peer])["state"] for peer in ("ZZ-EX0", "DE-IOM", "DE-ION")}
    assert state == {"ZZ-EX0": "UNREGISTERED", "DE-IOM": "UNREGISTERED", "DE-ION": "REGISTERED"}
