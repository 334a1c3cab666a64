"""Who is connected: how a hub shows itself and its parties, finds out who is offline, and what its clients make of it.

Numbers of cases are those of the protocol digest, section 4.
"""

import json
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_hub import HOST, HUB, RECEIVER, SENDER, hub_town, messages, say
from run_town import MIN, MS, OpenTown, S, WireName
from simpy import Event

from simulator.engine.cause import TIME
from simulator.ocpi.v2_2_1.hubclientinfo import ConnectionStatus
from simulator.parties.introduction import introduce
from simulator.parties.roles.hub.standing import SILENCE_US

INFOS = f"{SENDER}/hubclientinfo"


@pytest.fixture(params=["memory", "http"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenTown]:
    wire: WireName = request.param
    with hub_town(tmp_path, wire) as open_town:
        yield open_town


def shown(town: OpenTown, party: str) -> dict[str, str]:
    """What a hub tells a party of the others."""
    told = say(town, party, "GET", INFOS, to=None)
    return {f"{each['country_code']}-{each['party_id']}": each["status"] for each in told.data}


def reach(town: OpenTown, party: str, other: str) -> bool:
    """Whether a party believes that another can be sent to."""
    return town.world.party(party).office.connections[HUB].behind[other].registered


def test_case_49_in_2_2_1_a_hub_has_its_own_role_only(town: OpenTown) -> None:
    told = say(town, "NL-EMA", "GET", f"{HOST}/ocpi/2.2.1/credentials", to=None)
    assert [(role["role"], role["party_id"]) for role in told.data["roles"]] == [("HUB", "HUB")]
    assert shown(town, "NL-EMA") == {"NL-ABC": "CONNECTED", "NL-NXT": "CONNECTED", "NL-VET": "CONNECTED"}


def test_case_49_in_2_3_0_its_parties_are_its_roles(town: OpenTown) -> None:
    told = say(town, "NL-NXT", "GET", f"{HOST}/ocpi/2.3.0/credentials", to=None)
    assert told.data["hub_party_id"] == "NLHUB"
    roles = {(role["role"], role["party_id"]) for role in told.data["roles"]}
    assert roles == {("CPO", "ABC"), ("EMSP", "EMA"), ("EMSP", "VET")}
    puts = [m for m in messages(town, module="credentials") if (m.method, m.receiver) == ("PUT", "NL-NXT")]
    assert [json.loads(m.request_body)["hub_party_id"] for m in puts] == ["NLHUB"], "told once, when all had come"


def test_a_silent_platform_is_asked_for_its_versions_and_then_said_to_be_offline(town: OpenTown) -> None:
    emsp = town.world.emsps["NL-EMA"].office
    town.kernel.take_down(emsp.node)
    town.run_for(SILENCE_US + MIN)
    asked = [m for m in messages(town, sender=HUB, receiver="NL-EMA", from_us=0) if m.module == "versions"]
    assert [m.final for m in asked] == ["dead"]
    assert shown(town, "NL-ABC")["NL-EMA"] == "OFFLINE"
    assert not reach(town, "NL-ABC", "NL-EMA")
    (state,) = [row for row in town.rows.states if (row.holder, row.entity) == ("NL-ABC", "NL-EMA")][-1:]
    assert json.loads(state.value)["status"] == "OFFLINE"


def test_a_platform_that_answers_stays_connected(town: OpenTown) -> None:
    town.run_for(3 * SILENCE_US)
    asked = [m for m in messages(town, sender=HUB, receiver="NL-EMA", from_us=0) if m.module == "versions"]
    assert len(asked) >= 2
    assert {m.http_status for m in asked} == {200}
    assert shown(town, "NL-ABC")["NL-EMA"] == "CONNECTED"


def test_case_50_who_is_back_is_read_anew_by_get_and_gets_nothing_that_was_kept(town: OpenTown) -> None:
    cpo = town.world.cpos["NL-ABC"]
    town.kernel.take_down(cpo.office.node)
    cpo.went_down()
    town.run_for(SILENCE_US + MIN)
    assert not reach(town, "NL-EMA", "NL-ABC")
    town.kernel.bring_up(cpo.office.node)
    back_us = town.now_us
    cpo.sync.came_up()
    town.run_for(MIN)
    assert reach(town, "NL-EMA", "NL-ABC")
    since = [m for m in messages(town, receiver="NL-ABC", from_us=back_us) if m.module != "versions"]
    assert {m.method for m in since} <= {"GET", "PUT"}
    assert {m.module for m in since if m.method == "PUT"} <= {"hubclientinfo"}
    first = [m.module for m in messages(town, sender="NL-EMA", from_us=back_us)]
    assert first[:2] == ["tariffs", "locations"]


def test_who_unregisters_is_suspended(town: OpenTown) -> None:
    cpo = town.world.cpos["NL-ABC"]
    line = cpo.office.connections[HUB]
    cpo.office.spawn(cpo.registration.end(line, TIME), "the test's end")
    town.run_for(5 * S)
    assert shown(town, "NL-EMA")["NL-ABC"] == ConnectionStatus.SUSPENDED.value
    assert not reach(town, "NL-EMA", "NL-ABC")


def listed(town: OpenTown) -> list[int]:
    """How many Tariffs and Locations a provider reads in GET ALL."""
    return [len(say(town, "NL-EMA", "GET", f"{SENDER}/{module}").data) for module in ("tariffs", "locations")]


def test_what_they_have_who_left_stands_in_no_list_until_they_are_back(town: OpenTown) -> None:
    cpo, line = town.world.cpos["NL-ABC"], town.connection("NL-ABC", HUB)
    cpo.office.spawn(cpo.registration.end(line, TIME), "the test's end")
    town.run_for(5 * S)
    assert listed(town) == [0, 0]
    town.kernel.env.process(introduce(cpo, town.world.hubs[HUB]))
    town.run_for(MIN)
    assert listed(town) == [1, 1]


def test_what_they_have_who_are_out_of_reach_is_listed(town: OpenTown) -> None:
    town.kernel.take_down(town.world.cpos["NL-ABC"].office.node)
    town.run_for(SILENCE_US + MIN)
    assert shown(town, "NL-EMA")["NL-ABC"] == ConnectionStatus.OFFLINE.value
    assert listed(town) == [1, 1]


def test_only_a_hub_tells_who_is_connected(town: OpenTown) -> None:
    info = {
        "country_code": "NL",
        "party_id": "ABC",
        "role": "CPO",
        "status": "OFFLINE",
        "last_updated": "2026-05-04T09:00:00Z",
    }
    told = say(town, "NL-EMA", "PUT", f"{RECEIVER}/hubclientinfo/NL/ABC", info, to=None)
    assert told.http == 404
    assert shown(town, "NL-EMA")["NL-ABC"] == "CONNECTED"


@pytest.mark.parametrize("later_ms", [0, 60, 120, 180, 240, 300])
def test_two_renewals_that_cross_lock_nobody_out(town: OpenTown, later_ms: int) -> None:
    emsp, hub = town.world.emsps["NL-NXT"], town.world.hubs[HUB]
    ours, theirs = emsp.office.connections[HUB], hub.office.connections["NL-NXT"]
    emsp.office.spawn(emsp.registration.renew(ours, TIME), "the client's renewal")
    town.run_for(later_ms * MS)
    hub.office.spawn(hub.registration.renew(theirs, TIME), "the hub's renewal")
    town.run_for(30 * S)
    assert (ours.held, theirs.held) == (theirs.issued, ours.issued)
    assert say(town, "NL-NXT", "GET", f"{HOST}/ocpi/sender/2.3.0/hubclientinfo", to=None).http == 200


@pytest.mark.parametrize("later_ms", [0, 60, 120])
def test_a_second_renewal_waits_for_the_first(town: OpenTown, later_ms: int) -> None:
    """A hub may have one more role to tell of while a slow client still answers about the last."""
    hub = town.world.hubs[HUB]
    line, said = hub.office.connections["NL-NXT"], list[str]()

    def renew() -> Generator[Event, Any, None]:
        said.append((yield from hub.registration.renew(line, TIME)))

    hub.office.spawn(renew(), "the first")
    town.run_for(later_ms * MS)
    hub.office.spawn(renew(), "the second")
    town.run_for(30 * S)
    assert said == ["A renewal with NL-NXT is under way.", ""]
    assert town.kernel.handler_failures == 0
    theirs = town.world.emsps["NL-NXT"].office.connections[HUB]
    assert (theirs.held, line.held) == (line.issued, theirs.issued)
