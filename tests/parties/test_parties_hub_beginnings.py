"""Who speaks 2.1.1 is told of a Tariff when it begins, however the hub has heard of it, and as it is by then."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_hub import HUB, RECEIVER, hub_town, messages, say
from parties_lister import Lister, read
from run_town import MIN, OpenTown, S

from simulator.engine.cause import TIME
from simulator.parties.introduction import introduce

CPO, EMSP = "NL-ABC", "NL-VET"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory") as town:
        yield town


def tariff(desk: OpenTown, id: str, begins_us: int | None, price: float = 0.4, **more: object) -> dict[str, Any]:
    """A price that holds from some instant of the run on, or always."""
    text = desk.world.hubs[HUB].office.calendar.text
    elements = [{"price_components": [{"type": "ENERGY", "price": price, "step_size": 1}]}]
    body = {"country_code": "NL", "party_id": "ABC", "id": id, "currency": "EUR", "elements": elements, **more}
    start = {} if begins_us is None else {"start_date_time": text(begins_us)}
    return {**body, **start, "last_updated": text(desk.now_us)}


def pushed(desk: OpenTown, body: dict[str, Any]) -> None:
    assert say(desk, CPO, "PUT", f"{RECEIVER}/tariffs/NL/ABC/{body['id']}", body).status == 1000
    desk.run_for(S)


def listed(desk: OpenTown, body: dict[str, Any]) -> None:
    with Lister(desk, CPO) as lister:
        lister.lists["tariffs"] = [body]
        read(desk, HUB, CPO)
    desk.run_for(S)


def soon(desk: OpenTown) -> int:
    return (desk.now_us // S + 20) * S


def sent(desk: OpenTown, id: str) -> list[tuple[str, int]]:
    """What the hub has sent NL-VET of a tariff, and when in whole seconds of the run."""
    of_it = (leg for leg in messages(desk, sender=HUB, receiver=EMSP) if leg.object_id == id)
    return [(leg.method, leg.start_us // S) for leg in of_it]


def known(desk: OpenTown, id: str) -> float | None:
    """Its price as NL-VET knows it."""
    found = desk.world.emsps[EMSP].tariffs.store.get("NL", "ABC", id)
    return None if found is None else float(found.elements[0].price_components[0].price)


def leave(desk: OpenTown, party: str, peer: str) -> None:
    own = desk.world.party(party)
    own.office.spawn(own.registration.end(desk.connection(party, peer), TIME), "unregister")
    desk.run_for(2 * S)


def join(desk: OpenTown, party: str, peer: str, at_hub: str) -> None:
    """A party registers with the hub, which reads all that it lists."""
    desk.kernel.env.process(introduce(desk.world.party(party), desk.world.hubs[HUB], peer, at_hub))
    desk.run_for(10 * S)
    assert desk.connection(party, peer).registered


@pytest.mark.parametrize("hears", [pushed, listed])
def test_it_is_told_when_it_begins(desk: OpenTown, hears: Any) -> None:
    id, begins_us = f"COMES-{hears.__name__}", soon(desk)
    hears(desk, tariff(desk, id, begins_us))
    assert sent(desk, id) == []
    desk.run_for(20 * S)
    assert sent(desk, id) == [("PUT", begins_us // S)]
    assert known(desk, id) == 0.4


def test_it_is_told_once_if_it_begins_sooner_than_was_told(desk: OpenTown) -> None:
    pushed(desk, tariff(desk, "SOONER", soon(desk)))
    pushed(desk, tariff(desk, "SOONER", desk.now_us - S, 0.5))
    early = sent(desk, "SOONER")
    assert [method for method, _ in early] == ["PUT"]
    desk.run_for(20 * S)
    assert (sent(desk, "SOONER"), known(desk, "SOONER")) == (early, 0.5)


@pytest.mark.parametrize("hears", [pushed, listed])
def test_it_is_told_as_it_is_by_then(desk: OpenTown, hears: Any) -> None:
    id, begins_us = f"DEARER-{hears.__name__}", soon(desk)
    pushed(desk, tariff(desk, id, begins_us))
    hears(desk, tariff(desk, id, begins_us, 0.6))
    desk.run_for(20 * S)
    assert (sent(desk, id), known(desk, id)) == ([("PUT", begins_us // S)], 0.6)


def test_it_is_told_though_its_owner_registers_anew_before(desk: OpenTown) -> None:
    begins_us = soon(desk)
    with Lister(desk, CPO) as lister:
        lister.lists["tariffs"] = [tariff(desk, "STAYS", begins_us)]
        pushed(desk, lister.lists["tariffs"][0])
        leave(desk, CPO, HUB)
        join(desk, CPO, HUB, CPO)
        desk.run_for(20 * S)
    assert (sent(desk, "STAYS"), known(desk, "STAYS")) == ([("PUT", begins_us // S)], 0.4)


def test_it_is_told_to_who_has_registered_just_before(desk: OpenTown) -> None:
    leave(desk, EMSP, CPO)
    begins_us = soon(desk)
    pushed(desk, tariff(desk, "NEWCOMER", begins_us))
    join(desk, EMSP, CPO, f"{EMSP} as {CPO}")
    desk.run_for(20 * S)
    assert (sent(desk, "NEWCOMER"), known(desk, "NEWCOMER")) == ([("PUT", begins_us // S)], 0.4)


def test_what_was_taken_back_until_then_can_be_taken_back_again(desk: OpenTown) -> None:
    begins_us = soon(desk)
    for body in (tariff(desk, "TURNS", None), tariff(desk, "TURNS", begins_us)):
        pushed(desk, body)
    desk.run_for(20 * S)
    assert known(desk, "TURNS") == 0.4
    pushed(desk, tariff(desk, "TURNS", None, min_price={"excl_vat": 1}))
    assert [method for method, _ in sent(desk, "TURNS")] == ["PUT", "DELETE", "PUT", "DELETE"]


def test_it_is_told_when_the_hub_is_back_if_that_was_down_as_it_began(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory") as town:
        hub, body = town.world.hubs[HUB], tariff(town, "MISSED", soon(town))
        pushed(town, body)
        with Lister(town, CPO) as lister:
            lister.lists["tariffs"] = [body]
            town.kernel.take_down(hub.office.node)
            hub.went_down()
            town.run_for(MIN)
            assert sent(town, "MISSED") == []
            town.kernel.bring_up(hub.office.node)
            hub.sync.came_up()
            town.run_for(MIN)
        assert known(town, "MISSED") == 0.4
