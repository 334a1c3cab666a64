"""An owner of 2.1.1 tells each partner by itself, as it knows no hub: no partner's list or price counts for another."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_hub import HOST, HUB, SENDER, card_of, hub_town, messages, say, with_an_old_network
from parties_lister import Lister, read
from run_town import MIN, OpenTown, S
from test_parties_hub_sessions import at, leg, old, old_session

from simulator.engine.cause import TIME
from simulator.ocpi.v2_2_1.hubclientinfo import ConnectionStatus
from simulator.parties.introduction import introduce
from simulator.scenario.load import load

THREE_VERSIONS = Path(__file__).parents[2] / "scenarios" / "roaming" / "three_versions_one_hub.yaml"

EMSPS = {"NL-EMA": SENDER, "NL-NXT": f"{HOST}/ocpi/sender/2.3.0"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory", with_an_old_network) as town:
        yield town


def price(id: str, per_kwh: float, second: int = 0) -> dict[str, Any]:
    """A tariff of 2.1.1."""
    elements = [{"price_components": [{"type": "ENERGY", "price": per_kwh, "step_size": 1}]}]
    return {"id": id, "currency": "EUR", "elements": elements, "last_updated": f"2026-05-04T09:00:{second:02}Z"}


def lists(desk: OpenTown, emsp: str, *tariffs: dict[str, Any]) -> None:
    """What NL-OLD lists for a provider, in whose place the hub reads it."""
    with Lister(desk, "NL-OLD") as lister:
        lister.lists["tariffs"] = list(tariffs)
        read(desk, HUB, f"NL-OLD as {emsp}")
        desk.run_for(S)


def tells(desk: OpenTown, emsp: str, tariff: dict[str, Any]) -> None:
    held = desk.world.party("NL-OLD").office.connections[emsp].held
    url = f"{HOST}/ocpi/via/{emsp}/receiver/2.1.1/tariffs/NL/OLD/{tariff['id']}"
    assert say(desk, "NL-OLD", "PUT", url, tariff, to=None, raw=True, token=held).status == 1000


def shown(desk: OpenTown, emsp: str) -> dict[str, float]:
    """The prices of NL-OLD that a provider is shown in GET ALL."""
    tariffs = say(desk, emsp, "GET", f"{EMSPS[emsp]}/tariffs").data
    return {
        each["id"]: each["elements"][0]["price_components"][0]["price"] for each in tariffs if each["party_id"] == "OLD"
    }


def deleted(desk: OpenTown, *ids: str) -> list[tuple[str, str]]:
    """Whom the hub has told that these are gone."""
    told = [(each.receiver, each.object_id) for each in messages(desk, sender=HUB) if each.method == "DELETE"]
    return sorted(each for each in told if each[1] in ids)


def test_a_list_for_one_takes_nothing_away_from_another(desk: OpenTown) -> None:
    both = price("BOTH", 0.4)
    lists(desk, "NL-EMA", both, price("EMAS", 0.3))
    lists(desk, "NL-NXT", both, price("NXTS", 0.5))
    assert (shown(desk, "NL-EMA"), shown(desk, "NL-NXT")) == ({"BOTH": 0.4, "EMAS": 0.3}, {"BOTH": 0.4, "NXTS": 0.5})
    assert deleted(desk, "BOTH", "EMAS", "NXTS") == []
    lists(desk, "NL-EMA")
    assert (shown(desk, "NL-EMA"), shown(desk, "NL-NXT")) == ({}, {"BOTH": 0.4, "NXTS": 0.5})
    assert deleted(desk, "BOTH", "EMAS", "NXTS") == [("NL-EMA", "BOTH"), ("NL-EMA", "EMAS")]


def test_who_has_read_it_from_one_of_its_own_version_hears_that_it_ended(tmp_path: Path) -> None:
    """When it registered, after the hub had read it: that passed the list on as it was."""
    with hub_town(tmp_path, "memory", with_an_old_network) as town:
        (tariff,) = [each.id for each in town.world.cpos["NL-OLD"].tariffs.store]
        lists(town, "NL-VET")
        assert ("NL-VET", tariff) in deleted(town, tariff)


def with_both_behind_another_hub(text: str) -> str:
    text = with_an_old_network(text).replace("  NL-EMA: {", "  NL-HU2: {role: hub, name: Far Hub}\n  NL-EMA: {")
    for emsp in EMSPS:
        text = text.replace(f"[{emsp}, NL-HUB]", f"[{emsp}, NL-HU2]")
    return text.replace("connections:\n", "connections:\n  - {between: [NL-HUB, NL-HU2], latency: 50 ms}\n")


def test_an_end_for_one_behind_another_hub_is_for_that_one_alone_as_long_as_others_are_told(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory", with_both_behind_another_hub) as town:
        town.run_for(MIN)
        for emsp in EMSPS:
            lists(town, emsp, price("BOTH", 0.4))
        read(town, "NL-HU2", HUB)
        assert [kept.id for kept in town.world.hubs["NL-HU2"].cache.all("tariff")].count("BOTH") == 1
        for emsp in EMSPS:
            tells(town, emsp, price("BOTH", 0.4, 1))
            town.run_for(S)
        stores = [town.world.emsps[emsp].tariffs.store for emsp in EMSPS]
        told = []
        for emsp in EMSPS:
            assert all(store.get("NL", "OLD", "BOTH") for store in stores[len(told) :])
            lists(town, emsp)
            told.append([store.get("NL", "OLD", "BOTH") is not None for store in stores])
        assert told == [[False, True], [False, False]]
        assert not [kept for kept in town.world.hubs["NL-HU2"].cache.all("tariff") if kept.id == "BOTH"]


def test_who_speaks_2_1_1_is_not_told_what_another_is(desk: OpenTown) -> None:
    lists(desk, "NL-EMA", price("NOT-VETS", 0.3))
    lists(desk, "NL-VET", price("VETS", 0.3))
    desk.run_for(MIN)
    store = desk.world.emsps["NL-VET"].tariffs.store
    assert [store.get("NL", "OLD", id) is not None for id in ("NOT-VETS", "VETS")] == [False, True]


def test_each_is_shown_its_own_price(desk: OpenTown) -> None:
    tells(desk, "NL-EMA", price("OWN", 0.3, 2))
    tells(desk, "NL-NXT", price("OWN", 0.45, 1))
    assert (shown(desk, "NL-EMA")["OWN"], shown(desk, "NL-NXT")["OWN"]) == (0.3, 0.45)


def registers_anew(desk: OpenTown, emsp: str) -> None:
    """NL-OLD leaves a provider, in whose place the hub stands, and is back; nobody has read what it has then."""
    cpo, line = desk.world.cpos["NL-OLD"], desk.connection("NL-OLD", emsp)
    cpo.office.spawn(cpo.registration.end(line, TIME), "unregister")
    desk.run_until(lambda: not line.registered, step_us=S // 10)
    desk.kernel.env.process(introduce(cpo, desk.world.hubs[HUB], emsp, f"NL-OLD as {emsp}"))
    desk.run_until(lambda: line.registered, step_us=S // 10)


def test_who_registers_anew_for_one_casts_no_doubt_on_what_it_has_told_another(desk: OpenTown) -> None:
    for emsp in EMSPS:
        tells(desk, emsp, price("SURE", 0.3, 2))
        session = old_session(desk, f"SURE-{emsp}", card_of(desk, emsp)) | {"kwh": 5, **at(10)}
        assert old(desk, "PUT", f"SURE-{emsp}", session, emsp).status == 1000
    registers_anew(desk, "NL-EMA")
    prices, energies = {}, {}
    for emsp in EMSPS:
        tells(desk, emsp, price("SURE", 0.1, 1))
        prices[emsp] = shown(desk, emsp)["SURE"]
        old(desk, "PUT", f"SURE-{emsp}", old_session(desk, f"SURE-{emsp}", card_of(desk, emsp)) | at(5), emsp)
        told = old(desk, "PATCH", f"SURE-{emsp}", {"status": "INVALID", **at(11)}, emsp)
        energies[emsp] = json.loads(leg(desk, told).request_body)["kwh"]
    assert prices == {"NL-EMA": 0.1, "NL-NXT": 0.3}
    assert energies == {"NL-EMA": 1.5, "NL-NXT": 5}


def test_a_card_that_is_told_each_by_itself_is_one_card(desk: OpenTown) -> None:
    """NL-VET, which speaks 2.1.1, has told two networks."""
    cache = desk.world.hubs[HUB].cache
    assert len([kept for kept in cache.all("token") if kept.owner == ("NL", "VET")]) == 2
    assert len(cache.tokens(card_of(desk, "NL-VET"))) == 1


def test_a_party_is_there_for_each_partner_once_it_was_read_in_its_place(tmp_path: Path) -> None:
    """The partners that register first must not read in vain, and then not again for hours."""
    with OpenTown(load(THREE_VERSIONS), tmp_path / "run.ocpirun") as town:
        town.run_for(MIN)
        for cpo in town.world.cpos.values():
            assert {"EMA", "NXT", "VET"} == {token.party_id for token in cpo.tokens.store}, cpo.office.id
        directory = town.world.hubs[HUB].directory
        vet, new = directory.find("NL-VET"), directory.find("NL-NEW")
        assert vet is not None
        assert new is not None
        assert new.line is not None
        assert directory.info(vet, new.line).status is ConnectionStatus.CONNECTED
        del vet.read["NL-NEW"]
        assert directory.info(vet, new.line).status is ConnectionStatus.PLANNED
