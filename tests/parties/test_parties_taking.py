"""What a party takes of what a peer lists: what is the peer's, the newest state of it, and that some of it is gone.

Here are cases of one list each; what else lists can do is drawn in test_parties_taking_any.py.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_hub import hub_town
from parties_lister import Json, Lister, push, read
from parties_objects import LATER, cdr, issue, location, session, token
from run_town import OpenTown, named, town
from test_parties_tariffs import tariff

from simulator.parties.sync import RETRIES_US

CPO, EMSP, HUB = "NL-ABC", "NL-EMA", "NL-HUB"
LATEST = "2026-05-04T10:00:00Z"
DAY_US = 24 * 3_600_000_000


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A registered town of 2.3.0, in which there are invoices to reconcile; nobody has come yet."""
    folder = tmp_path_factory.mktemp("taking")
    scenario = town(
        folder,
        drivers=(named("Vera", arrives="11 h"),),
        link="latency: 50 ms",
        duration="12 h",
        change=lambda text: text.replace("{role: ", "{ocpi: [2.2.1, 2.3.0], role: "),
    )
    with OpenTown(scenario, folder / "taking.ocpirun") as open_town:
        issue(open_town, "CARD-1")
        yield open_town


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    """A registered town of 2.2.1 in which nobody has come yet."""
    folder = tmp_path_factory.mktemp("taking")
    scenario = town(folder, drivers=(named("Vera", arrives="11 h"),), link="latency: 50 ms", duration="12 h")
    with OpenTown(scenario, folder / "taking.ocpirun") as open_town:
        issue(open_town, "CARD-1")
        yield open_town


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    folder = tmp_path_factory.mktemp("hub")
    with hub_town(folder, "memory") as open_town:
        yield open_town


def record(id: str, **changes: object) -> Json:
    """What NL-ABC tells of an invoice."""
    return {
        "country_code": "NL",
        "party_id": "ABC",
        "id": id,
        "invoice_id": f"invoice-{id}",
        "cdrs": ["C1"],
        "last_updated": LATER,
        **changes,
    }


def store_of(open_town: OpenTown, module: str) -> Any:
    """The copies of what a peer lists in a module, with the one who reads them and the one who lists them."""
    emsp = open_town.world.emsps[EMSP]
    if module == "tokens":
        return open_town.world.cpos[CPO].tokens.store
    stores = {"locations": emsp.locations, "tariffs": emsp.tariffs, "sessions": emsp.sessions, "cdrs": emsp.cdrs}
    return (stores.get(module) or emsp.invoices.receiver).store


def ids(open_town: OpenTown, module: str, prefix: str) -> list[str]:
    """Which of a test's objects are known."""
    known = [each.uid if module == "tokens" else each.id for each in store_of(open_town, module)]
    return sorted(id for id in known if id.startswith(prefix))


def ends(module: str) -> tuple[str, str]:
    """Who reads a module's list, and who lists."""
    return (CPO, EMSP) if module == "tokens" else (EMSP, CPO)


def made(open_town: OpenTown, module: str, id: str, **changes: object) -> Json:
    """An object of a module as its owner would list it."""
    if module == "locations":
        return location(open_town, id, **changes)
    makers: dict[str, Callable[..., Json]] = {"tariffs": tariff, "sessions": session, "cdrs": cdr, "tokens": token}
    return makers.get(module, record)(id, **changes)


MODULES = ["locations", "tariffs", "sessions", "cdrs", "tokens"]
LOSING = ["locations", "tariffs", "tokens"]


def read_whole(open_town: OpenTown, module: str) -> Json:
    """Read a module's list without date_from, as after a registration."""
    reader, peer = ends(module)
    open_town.connection(reader, peer).synced_us.clear()
    return read(open_town, reader, peer)


# Age


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
def test_what_was_missing_is_timed_since_it_was_told_or_since_the_run_began(desk: OpenTown, module: str) -> None:
    calendar = desk.world.party(EMSP).office.calendar
    with Lister(desk, CPO) as lister:
        # It takes two seconds until a list is read.
        told_us = calendar.now_us + 1_000_000
        lister.lists[module] = [made(desk, module, f"{module}-NEW", last_updated=calendar.text(told_us))]
        told = read(desk, EMSP, CPO)
        assert told["changed"][module] == 1
        assert told["stalest_s"] == pytest.approx((calendar.now_us - told_us) / 1e6, abs=0.5)
        assert read(desk, EMSP, CPO)["stalest_s"] == 0
        lister.lists[module] = [made(desk, module, f"{module}-OLD", last_updated="2020-01-01T00:00:00Z")]
        assert read_whole(desk, module)["stalest_s"] == pytest.approx(calendar.now_us / 1e6, abs=0.5)


# Owner


@pytest.mark.parametrize("module", MODULES)
def test_of_what_is_anothers_a_peer_can_tell_nothing(desk: OpenTown, module: str) -> None:
    reader, peer = ends(module)
    with Lister(desk, peer) as lister:
        own = made(desk, module, f"OWN-{module}")
        foreign = made(desk, module, f"FOREIGN-{module}", party_id="DUN")
        lister.lists[module] = [own, foreign, {**own, "party_id": "NOM"}]
        read(desk, reader, peer)
        exchange = desk.kernel.exchanges
    known = [(each.party_id, each.uid if module == "tokens" else each.id) for each in store_of(desk, module)]
    assert [each for each in known if each[1].endswith(f"-{module}")] == [(peer[3:], f"OWN-{module}")]
    told = [hint for at in range(1, exchange + 1) for hint in desk.hints(at) if hint.rule == "foreign-object"]
    assert len([hint for hint in told if f"FOREIGN-{module}" in hint.sentence]) == 1
    assert " and 1 more; " in next(hint for hint in told if f"FOREIGN-{module}" in hint.sentence).sentence


def test_a_network_cannot_change_anothers_price_by_listing_it(desk: OpenTown) -> None:
    read(desk, EMSP, "NL-DUN")
    before = store_of(desk, "tariffs").get("NL", "DUN", "park")
    assert before is not None
    with Lister(desk, CPO) as lister:
        lister.lists["tariffs"] = [tariff("park", 9.99, party_id="DUN", last_updated=LATEST)]
        read(desk, EMSP, CPO)
    assert store_of(desk, "tariffs").get("NL", "DUN", "park") is before


def test_what_an_invoice_covers_only_its_sender_lists(newest: OpenTown) -> None:
    with Lister(newest, CPO) as lister:
        lister.lists["invoicereconciliation"] = [record("I1"), record("I2", party_id="DUN")]
        read_whole(newest, "invoicereconciliation")
        assert ids(newest, "invoicereconciliation", "I") == ["I1"]
        lister.lists["invoicereconciliation"] = []
        read_whole(newest, "invoicereconciliation")
    assert ids(newest, "invoicereconciliation", "I") == [], "it was withdrawn, and the DELETE was lost"


def test_a_hub_tells_of_whomever_it_likes_and_its_silence_says_nothing(hub: OpenTown) -> None:
    emsp = hub.world.emsps[EMSP]
    info = {"country_code": "NL", "party_id": "NEW", "role": "CPO", "status": "PLANNED", "last_updated": LATER}
    with Lister(hub, HUB) as lister:
        lister.lists["hubclientinfo"] = [info]
        read(hub, EMSP, HUB)
        assert "NL-NEW" in hub.connection(EMSP, HUB).behind
        known = emsp.sync._pulls[0].copies.store
        before = list(known)
        lister.lists["hubclientinfo"] = []
        hub.connection(EMSP, HUB).synced_us.clear()
        read(hub, EMSP, HUB)
        assert list(known) == before


# Order


@pytest.mark.parametrize("module", ["locations", "tariffs", "sessions", "tokens"])
def test_a_newer_state_that_is_known_stands(desk: OpenTown, module: str) -> None:
    reader, peer = ends(module)
    id = f"ORDER-{module}"
    with Lister(desk, peer) as lister:
        for last_updated in (LATER, LATEST, LATER):
            lister.lists[module] = [made(desk, module, id, last_updated=last_updated)]
            read(desk, reader, peer)
        assert [
            each.last_updated for each in store_of(desk, module) if id in (each.id if module != "tokens" else each.uid)
        ] == [LATEST]


def test_a_bill_never_changes(desk: OpenTown) -> None:
    with Lister(desk, CPO) as lister:
        for kwh, last_updated in ((10, LATER), (99, LATEST)):
            lister.lists["cdrs"] = [cdr("ONCE", total_energy=kwh, last_updated=last_updated)]
            read(desk, EMSP, CPO)
    assert store_of(desk, "cdrs").get("NL", "ABC", "ONCE").total_energy == 10


def test_a_list_cannot_change_a_session_that_has_ended(desk: OpenTown) -> None:
    ended = session("ENDED", status="COMPLETED", end_date_time=LATER)
    with Lister(desk, CPO) as lister:
        for each in (ended, {**ended, "kwh": 99, "last_updated": LATEST}):
            lister.lists["sessions"] = [each]
            read(desk, EMSP, CPO)
        exchange = desk.kernel.exchanges
    assert store_of(desk, "sessions").get("NL", "ABC", "ENDED").kwh == 1.5
    told = [hint.sentence for at in range(1, exchange + 1) for hint in desk.hints(at) if hint.rule == "not-taken"]
    assert told == ["Session 'ENDED' is COMPLETED and does not change any more. It is kept as it was."]


def test_what_was_never_known_is_not_said_to_be_kept(desk: OpenTown) -> None:
    foreign = session("FOREIGN")
    foreign["cdr_token"] = {**foreign["cdr_token"], "uid": "NOBODYS"}
    with Lister(desk, CPO) as lister:
        lister.lists["sessions"] = [foreign]
        before = desk.kernel.exchanges
        read(desk, EMSP, CPO)
        exchanges = range(before + 1, desk.kernel.exchanges + 1)
    assert store_of(desk, "sessions").get("NL", "ABC", "FOREIGN") is None
    told = [hint.sentence for at in exchanges for hint in desk.hints(at) if hint.rule == "not-taken"]
    assert told == ["$.cdr_token: 'NOBODYS' of NL-EMA is no token of ours. It was not taken over."]


def test_why_a_bill_is_not_taken_names_the_version_that_is_spoken(desk: OpenTown) -> None:
    with Lister(desk, CPO) as lister:
        back = cdr("FIRST", credit=True, credit_reference_id="FIRST", total_cost={"excl_vat": -4.5})
        lister.lists["cdrs"] = [cdr("FIRST"), back | {"id": "BACK"}, back | {"id": "AGAIN"}]
        before = desk.kernel.exchanges
        read(desk, EMSP, CPO)
        exchanges = range(before + 1, desk.kernel.exchanges + 1)
    (told,) = [hint.sentence for at in exchanges for hint in desk.hints(at) if hint.rule == "not-taken"]
    assert "(OCPI 2.2.1 cdrs, Credit CDRs)" in told


def test_a_list_on_its_way_undoes_nothing_that_is_pushed_meanwhile(desk: OpenTown) -> None:
    """The page was made before; its reader gets it after."""
    where = desk.url(CPO, EMSP, "tariffs", "RECEIVER", "NL/ABC")
    with Lister(desk, CPO) as lister:
        lister.limit = 1
        lister.lists["tariffs"] = [tariff("W1"), tariff("W2")]
        read(desk, EMSP, CPO)

        def meanwhile(module: str, offset: int) -> None:
            if offset == 0:
                push(desk, CPO, EMSP, "PUT", f"{where}/W3", tariff("W3"))
                push(desk, CPO, EMSP, "DELETE", f"{where}/W1")
                push(desk, CPO, EMSP, "PUT", f"{where}/W2", tariff("W2", 0.7))

        lister.after = meanwhile
        read(desk, EMSP, CPO)
        assert ids(desk, "tariffs", "W") == ["W2", "W3"]
        known = store_of(desk, "tariffs").get("NL", "ABC", "W2")
        assert float(known.elements[0].price_components[0].price) == 0.7, "as late as the listed one, and heard later"


# Removal


@pytest.mark.parametrize("module", LOSING)
def test_what_a_whole_list_lacks_is_no_longer_valid(desk: OpenTown, module: str) -> None:
    reader, peer = ends(module)
    with Lister(desk, peer) as lister:
        lister.lists[module] = [made(desk, module, f"GONE{number}") for number in range(2)]
        read_whole(desk, module)
        assert ids(desk, module, "GONE") == ["GONE0", "GONE1"]
        del lister.lists[module][1]
        if module != "tariffs":
            read(desk, reader, peer)
            assert ids(desk, module, "GONE") == ["GONE0", "GONE1"], "a list from a date on says nothing of it"
            desk.connection(reader, peer).read_whole_us[module] -= DAY_US
        told = read(desk, reader, peer)
        assert ids(desk, module, "GONE") == ["GONE0"]
        assert told["changed"][module] >= 1


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
def test_no_list_takes_a_session_or_a_bill_away(desk: OpenTown, module: str) -> None:
    with Lister(desk, CPO) as lister:
        lister.lists[module] = [made(desk, module, "STAYS")]
        read_whole(desk, module)
        lister.lists[module] = []
        read_whole(desk, module)
        assert ids(desk, module, "STAYS") == ["STAYS"]


def test_drivers_are_not_sent_to_a_location_that_is_gone(desk: OpenTown) -> None:
    app = desk.world.emsps[EMSP].app
    place = location(desk, "LEFT", coordinates={"latitude": "53.000000", "longitude": "5.000000"})
    place["evses"] = [{**place["evses"][0], "uid": "LEFT-1"}]
    with Lister(desk, CPO) as lister:
        lister.lists["locations"] = [place]
        read_whole(desk, "locations")
        assert [each.key for each in app.near(53.0, 5.0, 5, 100)] == ["NL-ABC/LEFT-1"]
        lister.lists["locations"] = [location(desk, "OTHER")]
        read_whole(desk, "locations")
    assert app.near(53.0, 5.0, 5, 100) == []
    assert [row.value for row in desk.rows.states if row.entity == "NL-ABC/LEFT-1"][-1] == b"null"


@pytest.mark.parametrize("module", LOSING)
def test_a_list_that_was_not_read_to_its_end_takes_nothing_away(desk: OpenTown, module: str) -> None:
    """It has a bad object, or fewer than it promises, or breaks on the second page: only what did come counts."""
    _, peer = ends(module)
    with Lister(desk, peer) as lister:
        items = lister.lists[module] = [made(desk, module, f"PART{number}") for number in range(4)]
        read_whole(desk, module)
        expected = [f"PART{number}" for number in range(4)]
        for change in ("bad", "few", "broken"):
            lister.lists[module] = [made(desk, module, f"PART-{change}"), items[0]]
            if change == "bad":
                lister.lists[module].append({**items[1], "last_updated": "yesterday"})
            lister.total = (lambda offset, count: 9) if change == "few" else (lambda offset, count: None)
            if change == "broken":
                lister.limit, lister.broken = 1, 1
            read_whole(desk, module)
            expected.append(f"PART-{change}")
            assert ids(desk, module, "PART") == sorted(expected)


def test_a_list_that_shrinks_while_it_is_read_is_read_again(desk: OpenTown) -> None:
    """The refuter's case: T0 and T1 are read, T0 is deleted, T2 moves up to the page that was read already."""
    with Lister(desk, CPO) as lister:
        lister.limit = 2
        items = lister.lists["tariffs"] = [tariff(f"T{number}") for number in range(6)]
        read(desk, EMSP, CPO)

        def once(module: str, offset: int) -> None:
            if len(items) == 6:
                del items[0]

        lister.after = once
        told = read(desk, EMSP, CPO)
        assert ids(desk, "tariffs", "T") == [f"T{number}" for number in range(1, 6)]
        assert told["problems"] == []


def test_a_list_that_always_shrinks_is_given_up_and_takes_nothing_away(desk: OpenTown) -> None:
    with Lister(desk, CPO) as lister:
        lister.limit = 2
        items = lister.lists["tariffs"] = [tariff(f"S{number}") for number in range(9)]
        read(desk, EMSP, CPO)
        lister.after = lambda module, offset: items.__delitem__(0)
        told = read(desk, EMSP, CPO)
        assert told["problems"] == ["The list of tariffs of NL-ABC became shorter each time while it was read."]
        assert ids(desk, "tariffs", "S") == [f"S{number}" for number in range(9)]
        lister.after = lambda module, offset: None
        read(desk, EMSP, CPO)
        assert ids(desk, "tariffs", "S") == [each["id"] for each in items]


def test_a_swap_that_no_total_shows_takes_nothing_away(desk: OpenTown) -> None:
    with Lister(desk, CPO) as lister:
        lister.limit = 2
        items = lister.lists["tariffs"] = [tariff(f"X{number}") for number in range(6)]
        read(desk, EMSP, CPO)

        def swap(module: str, offset: int) -> None:
            if items[0]["id"] == "X0":
                items[:] = [*items[1:], tariff("X9")]

        lister.after = swap
        told = read(desk, EMSP, CPO)
        assert ids(desk, "tariffs", "X") == ["X0", "X1", "X2", "X3", "X4", "X5", "X9"]
        assert told["problems"] == ["The list of tariffs of NL-ABC changed while it was read."]
        read(desk, EMSP, CPO)
        assert ids(desk, "tariffs", "X") == ["X1", "X2", "X3", "X4", "X5", "X9"]


def nothing_is_known(desk: OpenTown, lister: Lister) -> None:
    """What a list lacks of what is known has it read twice anyhow."""
    lister.lists["tariffs"] = []
    read(desk, EMSP, CPO)
    assert all(each.party_id != "ABC" for each in store_of(desk, "tariffs"))


def test_what_was_missed_of_a_list_that_changed_is_read_at_once(desk: OpenTown) -> None:
    """G2 moves up to the page that was read already; that the list is longer than before hides that."""
    with Lister(desk, CPO) as lister:
        lister.limit = 2
        nothing_is_known(desk, lister)
        items = lister.lists["tariffs"] = [tariff(f"G{number}") for number in range(6)]

        def grow(module: str, offset: int) -> None:
            if items[0]["id"] == "G0":
                items[:] = [*items[1:], tariff("G8"), tariff("G9")]

        lister.after = grow
        told = read(desk, EMSP, CPO)
        assert told["problems"] == ["The list of tariffs of NL-ABC changed while it was read."]
        assert ids(desk, "tariffs", "G") == ["G1", "G2", "G3", "G4", "G5", "G8", "G9"]
        desk.run_for(RETRIES_US[0])
        assert desk.events("synchronised", EMSP)[-1]["problems"] == []


@pytest.mark.parametrize("length", [4, 5], ids=["overlap", "more"])
def test_what_is_new_on_a_page_that_was_read_already_is_read_at_once(desk: OpenTown, length: int) -> None:
    with Lister(desk, CPO) as lister:
        lister.limit = 2
        nothing_is_known(desk, lister)
        items = lister.lists["tariffs"] = [tariff(f"N{number}") for number in range(1, 5)]

        def add(module: str, offset: int) -> None:
            if items[0]["id"] != "N0":
                items[:] = [tariff("N0"), *items][:length]

        lister.after = add
        assert read(desk, EMSP, CPO)["problems"] == []
        assert ids(desk, "tariffs", "N") == [f"N{number}" for number in range(length)]


def test_totals_that_differ_in_the_same_way_each_time_are_the_peers_own(desk: OpenTown) -> None:
    """As when on each page other objects are withheld, for which our version has no words."""
    with Lister(desk, CPO) as lister:
        lister.limit = 2
        lister.lists["tariffs"] = [tariff(f"Y{number}") for number in range(5)]
        lister.total = lambda offset, count: count - offset
        assert read(desk, EMSP, CPO)["problems"] == []
        assert lister.asked[:5] == ["", "offset=2", "", "offset=2", "offset=4"]
        assert ids(desk, "tariffs", "Y") == [f"Y{number}" for number in range(5)]


# A hub


def test_a_hub_reads_by_the_same_rules(hub: OpenTown) -> None:
    cache = hub.world.party(HUB).cache
    with Lister(hub, CPO) as lister:
        lister.limit = 2
        items = lister.lists["tariffs"] = [tariff(f"H{number}") for number in range(6)]
        items.append(tariff("H-foreign", party_id="NXT"))
        read(hub, HUB, CPO)
        assert [kept.id for kept in cache.all("tariff")] == [f"H{number}" for number in range(6)]

        def once(module: str, offset: int) -> None:
            if len(items) == 7:
                del items[0]

        lister.after = once
        read(hub, HUB, CPO)
        assert [kept.id for kept in cache.all("tariff")] == [f"H{number}" for number in range(1, 6)]
    with Lister(hub, EMSP) as lister:
        (card,) = hub.world.emsps[EMSP].tokens.store
        lister.lists["tokens"] = [token("HT1")]
        hub.connection(HUB, EMSP).synced_us.clear()
        read(hub, HUB, EMSP)
        assert cache.tokens(card.uid) == []
        assert [kept.id for kept in cache.tokens("HT1")] == ["HT1"]


def test_a_hubs_list_says_nothing_of_those_of_whom_it_lists_nothing(hub: OpenTown) -> None:
    store = hub.world.emsps[EMSP].tariffs.store
    with Lister(hub, HUB) as lister:
        for listed, known in ((["Q1", "Q2"], ["Q1", "Q2"]), (["Q1"], ["Q1"]), ([], ["Q1"])):
            lister.lists["tariffs"] = [tariff(id) for id in listed]
            read(hub, EMSP, HUB)
            assert [each.id for each in store if each.id.startswith("Q")] == known


def test_of_whom_a_party_reaches_by_itself_a_hub_takes_nothing_away(tmp_path: Path) -> None:
    direct = "connections:\n  - {between: [NL-ABC, NL-EMA], latency: 50 ms}"
    with hub_town(tmp_path, "memory", lambda text: text.replace("connections:", direct)) as both:
        store = both.world.emsps[EMSP].tariffs.store
        for peer, listed in ((CPO, ["Z1", "Z2"]), (HUB, ["Z1"])):
            with Lister(both, peer) as lister:
                lister.lists["tariffs"] = [tariff(id) for id in listed]
                read(both, EMSP, peer)
            assert [each.id for each in store if each.id.startswith("Z")] == ["Z1", "Z2"]


def test_a_list_that_did_not_come_is_not_counted(desk: OpenTown) -> None:
    with Lister(desk, CPO) as lister:
        lister.lists["tariffs"], lister.broken = [], 0
        told = read(desk, EMSP, CPO)
    assert "tariffs" not in told["changed"]
    assert len(told["problems"]) == 1
