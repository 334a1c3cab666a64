"""Who leaves a hub and registers with it anew may have earlier books: so it is for everybody behind the hub, too.

NL-EMA is at the same hub as the CPO, NL-FAR at another hub behind it.
"""

import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from parties_hub import HUB, RECEIVER, card_of, hub_town, messages, onward, say, square
from parties_lister import read
from parties_objects import LATER, cdr_token, session
from run_town import MIN, OpenTown, S, json_answer
from simpy import Event

from simulator.engine.cause import TIME
from simulator.engine.node import Handling, Inbound
from simulator.ocpi.v2_2_1.types import Price
from simulator.parties.introduction import introduce
from simulator.parties.roles.cpo import Cpo
from simulator.parties.roles.emsp import Emsp
from simulator.parties.roles.hub.standing import SILENCE_US
from simulator.recording.rows import Message
from simulator.wire.carrier import Response

CPO = "NL-ABC"
EARLIER, EARLIEST = "2026-05-04T03:00:00Z", "2026-05-04T02:00:00Z"
PARTIES = "\n  NL-HU2: {role: hub, name: Far Hub}\n  NL-FAR: {role: emsp, name: Far Mobility}\nconnections:\n"
LINES = "  - {between: [NL-HUB, NL-HU2], latency: 50 ms}\n  - {between: [NL-FAR, NL-HU2], latency: 50 ms}\n"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[OpenTown]:
    with hub_town(tmp_path, "memory", lambda text: text.replace("\nconnections:\n", PARTIES + LINES)) as open_town:
        open_town.run_for(MIN)
        yield open_town


def names(town: OpenTown, party: str) -> list[str]:
    """What a provider or a hub takes the network's locations to be called."""
    if party in town.world.hubs:
        return [kept.tree["name"] for kept in town.world.hubs[party].cache.all("location")]
    return [str(location.name) for location in town.world.emsps[party].locations.store]


def tell(town: OpenTown, at: str, kwh: float) -> float:
    """The CPO tells NL-EMA of its session; returns the energy of it that NL-EMA knows of then."""
    body = session("S1", cdr_token=cdr_token(card_of(town, "NL-EMA")), last_updated=at, kwh=kwh)
    told = say(town, CPO, "PUT", f"{RECEIVER}/sessions/NL/ABC/S1", body, to="NL-EMA")
    assert told.status == 1000
    known = town.world.emsps["NL-EMA"].sessions.store.get("NL", "ABC", "S1")
    assert known is not None
    return float(known.kwh)


def leave(town: OpenTown) -> None:
    cpo = town.world.cpos[CPO]
    cpo.office.spawn(cpo.registration.end(town.connection(CPO, HUB), TIME), "unregister")
    town.run_for(5 * S)


def lose_books(town: OpenTown) -> None:
    """The CPO goes back to earlier books."""
    store = town.world.cpos[CPO].locations.store
    (place,) = list(store)
    store.put(replace(place, name="Anew", last_updated=EARLIER), place.id)


def join(town: OpenTown, *, shortly: bool = False) -> None:
    town.kernel.env.process(introduce(town.world.cpos[CPO], town.world.hubs[HUB]))
    if shortly:
        town.run_until(lambda: town.connection(CPO, HUB).registered, step_us=S // 10)
    else:
        town.run_for(MIN)


def pause(town: OpenTown) -> None:
    """The CPO is out of reach until it comes up; everybody has been told."""
    town.kernel.take_down(town.world.cpos[CPO].office.node)
    town.run_for(SILENCE_US + MIN)
    assert not town.connection("NL-EMA", HUB).behind[CPO].registered


def come_up(town: OpenTown, party: Cpo | Emsp) -> None:
    town.kernel.bring_up(party.office.node)
    party.sync.came_up()
    town.run_for(MIN)


def rounds_with_cpo(town: OpenTown) -> int:
    """How often NL-EMA has read all that the CPO has."""
    return sum(data["peer"] == CPO for data in town.events("synchronised", "NL-EMA"))


def test_its_older_push_counts_for_who_is_behind_the_hub(town: OpenTown) -> None:
    assert tell(town, LATER, 5.0) == 5.0
    leave(town)
    join(town, shortly=True)
    assert tell(town, EARLIER, 2.0) == 2.0
    assert tell(town, EARLIEST, 1.0) == 2.0, "only the first does"


def test_its_older_session_counts_in_2_1_1_too(town: OpenTown) -> None:
    """There each PATCH comes as the whole Session, which the hub puts together."""
    url, (card,) = f"{RECEIVER}/sessions/NL/ABC/S1", town.world.emsps["NL-VET"].tokens.store
    named = {name: getattr(card, name) for name in ("country_code", "party_id", "uid", "contract_id")}
    whole = session("S1", cdr_token=named | {"type": card.type.value}, location_id=square(town)["id"])

    def told(method: str, body: dict[str, object]) -> tuple[str, float]:
        """Its status and energy as NL-VET is told them."""
        (leg,) = onward(town, say(town, CPO, method, url, body, to="NL-VET"))
        heard = json.loads(leg.request_body)
        return heard["status"], heard["kwh"]

    ended = {"status": "COMPLETED", "end_date_time": LATER}
    assert told("PUT", {**whole, **ended, "kwh": 5.0, "last_updated": LATER}) == ("COMPLETED", 5.0)
    leave(town)
    join(town, shortly=True)
    patch = {"status": "ACTIVE", "kwh": 1.0, "last_updated": EARLIEST}
    assert told("PATCH", patch) == ("ACTIVE", 1.0), "it is news also before the whole is told again"
    assert told("PUT", {**whole, "kwh": 2.0, "last_updated": EARLIER}) == ("ACTIVE", 2.0)
    assert told("PATCH", {"kwh": 3.0, "last_updated": "2026-05-04T03:01:00Z"}) == ("ACTIVE", 3.0)
    assert told("PATCH", {"kwh": 1.5, "last_updated": EARLIEST}) == ("ACTIVE", 3.0), "that one is late"


@pytest.mark.parametrize("party", ["NL-EMA", "NL-HU2", "NL-FAR"])
def test_all_that_it_has_is_read_from_the_start(town: OpenTown, party: str) -> None:
    for name in ("Square", "Anew"):
        leave(town)
        if name == "Anew":
            lose_books(town)
        join(town)
        assert names(town, party) == [name]


def test_only_then_does_the_hubs_list_make_a_party_read_it_again(town: OpenTown) -> None:
    emsp, cpo = town.world.emsps["NL-EMA"], town.world.cpos[CPO]
    leave(town)
    town.kernel.take_down(emsp.office.node)
    lose_books(town)
    join(town)
    come_up(town, emsp)
    assert names(town, "NL-EMA") == ["Anew"]
    rounds = rounds_with_cpo(town)

    pause(town)
    town.kernel.take_down(emsp.office.node)
    come_up(town, cpo)
    come_up(town, emsp)
    assert town.connection("NL-EMA", HUB).behind[CPO].registered
    assert rounds_with_cpo(town) == rounds, "what is new the round that reads the list reads anyway"


def test_a_pause_is_no_new_registration(town: OpenTown) -> None:
    assert tell(town, LATER, 5.0) == 5.0
    pause(town)
    come_up(town, town.world.cpos[CPO])
    assert town.connection("NL-EMA", HUB).behind[CPO].registered
    assert tell(town, EARLIER, 2.0) == 5.0


def told_old(town: OpenTown, since_us: int, provider: str = "NL-VET") -> list[Message]:
    """The locations that a provider has been sent since, by default one of 2.1.1."""
    sent = messages(town, receiver=provider, module="locations", from_us=since_us)
    return [message for message in sent if message.method == "PUT"]


def test_who_speaks_2_1_1_is_told_by_the_hub_what_it_has_by_now(town: OpenTown) -> None:
    """Nobody tells them that it is there anew, so that they could read it."""
    leave(town)
    store, since_us = town.world.cpos[CPO].locations.store, town.kernel.now_us
    (place,) = list(store)
    for id in (place.id, "SECOND", "THIRD"):
        store.put(replace(place, id=id, name=f"New {id}", last_updated=LATER), id)
    join(town)
    known = town.world.emsps["NL-VET"].locations.store
    assert {location.name for location in known} == {location.name for location in store}
    puts = told_old(town, since_us)
    assert [row.http_status for row in puts] == [200, 201, 201]
    assert all(before.end_us <= after.start_us for before, after in itertools.pairwise(puts)), "one after the other"
    assert not told_old(town, since_us, "NL-EMA"), "who hears that it is there reads it"


def changed(town: OpenTown, *ids: str) -> list[str]:
    """The CPO registers anew, with another name for its place, and more places; how all are called."""
    leave(town)
    store = town.world.cpos[CPO].locations.store
    (place,) = list(store)
    for id in (place.id, *ids):
        store.put(replace(place, id=id, name=f"New {id}", last_updated=LATER), id)
    join(town)
    return sorted(str(location.name) for location in store)


@pytest.mark.parametrize("known_away", [False, True])
def test_who_speaks_2_1_1_and_does_not_answer_is_told_the_rest_when_it_is_back(
    town: OpenTown, known_away: bool
) -> None:
    vet, since_us = town.world.emsps["NL-VET"], town.kernel.now_us
    town.kernel.take_down(vet.office.node)
    if known_away:
        town.run_for(SILENCE_US + MIN)
    expected = changed(town, "SECOND", "THIRD")
    tried = messages(town, receiver="NL-VET", from_us=since_us)
    assert len([message for message in tried if message.method == "PUT"]) < 3, "it is left in peace"
    town.kernel.bring_up(vet.office.node)
    if known_away:
        town.run_for(SILENCE_US)
    else:
        read(town, HUB, "NL-VET as NL-ABC")
    town.run_for(MIN)
    assert sorted(names(town, "NL-VET")) == expected


@pytest.mark.parametrize("failure", [None, json_answer(None, 3000, 500)], ids=["no answer", "out of order"])
def test_what_is_taken_back_from_2_1_1_gets_through_though_what_was_told_before_it_did_not(
    town: OpenTown, failure: Response | None
) -> None:
    store, vet = town.world.cpos[CPO].tariffs.store, town.world.emsps["NL-VET"]
    (day,) = list(store)
    assert vet.tariffs.store.get("NL", "ABC", "day") is not None
    honest, asked = vet.office.node.server, list[str]()

    def fails_once(inbound: Inbound) -> Any:
        if inbound.request.method not in ("PUT", "DELETE"):
            return honest(inbound)
        asked.append(f"{inbound.request.method} {inbound.request.url.rpartition('/')[2]}")
        return honest(inbound) if len(asked) > 1 else never() if failure is None else failure

    def never() -> Handling:
        yield Event(town.kernel.env)
        raise AssertionError

    town.server("NL-VET", fails_once)
    leave(town)
    store.drop("day")
    store.put(replace(day, id="AHEAD", last_updated=LATER), "AHEAD")
    store.put(replace(day, min_price=Price(excl_vat=Decimal(1)), last_updated=LATER), "day")
    join(town)
    assert asked[0] == "PUT AHEAD"
    read(town, HUB, "NL-VET as NL-ABC")
    town.run_for(MIN)
    assert {"PUT AHEAD", "DELETE day"} <= {*asked[1:]}
    assert [tariff.id for tariff in vet.tariffs.store] == ["AHEAD"]
