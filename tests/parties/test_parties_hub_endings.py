"""An end that does not get through to who was told of something is told again, until it has been heard of."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from parties_hub import HUB, RECEIVER, ask, hub_town
from parties_lister import Lister, read
from run_town import MIN, OpenTown, S, json_answer
from simpy import Event
from test_parties_hub_gone import CPO, list_nothing, push
from test_parties_tariffs import tariff

from simulator.engine.node import Handling, Inbound
from simulator.parties.roles.hub.standing import SILENCE_US
from simulator.wire.carrier import Response

EMSP = "NL-EMA"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenTown]:
    """Nobody but NL-EMA was told of the tariff P."""
    with hub_town(tmp_path, "memory") as town:
        push(town, CPO, "tariffs/NL/ABC/P", tariff("P"), to=EMSP)
        assert knows(town)
        yield town


def knows(desk: OpenTown) -> bool:
    return desk.world.emsps[EMSP].tariffs.store.get("NL", "ABC", "P") is not None


@contextmanager
def answering(desk: OpenTown, answer: Response | None, method: str = "DELETE") -> Iterator[list[str]]:
    """NL-EMA gives this answer, or none, to each request with a method; the ids that these name."""
    honest, asked = desk.world.party(EMSP).office.node.server, list[str]()

    def other(inbound: Inbound) -> Any:
        if inbound.request.method != method:
            return honest(inbound)
        asked.append(inbound.request.url.rpartition("/")[2])
        return never() if answer is None else answer

    def never() -> Handling:
        yield Event(desk.kernel.env)
        raise AssertionError

    desk.server(EMSP, other)
    yield asked
    desk.server(EMSP, honest)


def reads(desk: OpenTown, party: str) -> None:
    read(desk, HUB, party)
    desk.run_for(S)


def ends(desk: OpenTown) -> list[tuple[str, str, int | None]]:
    return list_nothing(desk, CPO, "tariffs", "P")


def test_one_that_failed_is_told_again_when_all_that_the_receiver_has_was_read(desk: OpenTown) -> None:
    with answering(desk, json_answer(None, 3000, 500)) as asked:
        assert ends(desk) == [(EMSP, "DELETE", 500)]
        reads(desk, EMSP)
        assert asked.count("P") == 2
    assert knows(desk)
    reads(desk, EMSP)
    assert not knows(desk)
    with answering(desk, json_answer(None)) as asked:
        reads(desk, EMSP)
        assert asked == [], "once heard of, it is told no more"


def test_one_that_is_refused_has_been_heard_of(desk: OpenTown) -> None:
    with answering(desk, json_answer(None, 2000)) as asked:
        assert ends(desk) == [(EMSP, "DELETE", 200)]
        reads(desk, EMSP)
        assert asked.count("P") == 1


def test_one_that_is_under_way_is_not_told_twice(desk: OpenTown) -> None:
    with answering(desk, None) as asked:
        ends(desk)
        reads(desk, EMSP)
        assert asked.count("P") == 1
        desk.run_for(MIN)
    assert knows(desk)
    reads(desk, EMSP)
    assert not knows(desk)


def test_who_is_away_is_told_when_it_is_back(desk: OpenTown) -> None:
    emsp = desk.world.emsps[EMSP]
    desk.kernel.take_down(emsp.office.node)
    emsp.went_down()
    desk.run_for(SILENCE_US + MIN)
    assert ends(desk) == []
    desk.kernel.bring_up(emsp.office.node)
    with answering(desk, json_answer(None)) as asked:
        emsp.sync.came_up()
        desk.run_for(MIN)
        assert asked.count("P") == 1


@pytest.mark.parametrize("method", ["DELETE", "PUT"])
def test_what_a_hub_was_to_tell_when_it_went_down_it_tells_when_it_is_back(desk: OpenTown, method: str) -> None:
    """It has told the end and has no answer yet, or still waits for that to what it told before."""
    hub = desk.world.hubs[HUB]
    with answering(desk, None, method) as asked, Lister(desk, CPO) as lister:
        lister.lists["tariffs"] = []
        if method == "PUT":
            ask(desk, CPO, "PUT", f"{RECEIVER}/tariffs/NL/ABC/P", tariff("P", last_updated="2026-05-04T10:00:00Z"))
        reads(desk, CPO)
        assert asked.count("P") == 1
        desk.kernel.take_down(hub.office.node)
        hub.went_down()
    desk.kernel.bring_up(hub.office.node)
    assert knows(desk)
    hub.sync.came_up()
    desk.run_for(MIN)
    assert not knows(desk)


def test_what_is_listed_again_has_not_ended(desk: OpenTown) -> None:
    with answering(desk, json_answer(None, 3000, 500)) as asked:
        ends(desk)
        assert asked.count("P") == 1
    with Lister(desk, CPO) as lister:
        lister.lists["tariffs"] = [tariff("P")]
        reads(desk, CPO)
        reads(desk, EMSP)
    assert knows(desk)
