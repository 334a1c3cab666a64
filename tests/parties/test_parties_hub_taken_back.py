"""A hub takes back what a receiver was told when it has no words for what it is now, and tells it whole when it has.

NL-VET and NL-VT2 speak 2.1.1, which has no unpublished Locations, no least price and no plug for lorries.
"""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from parties_hub import HOST, HUB, RECEIVER, SENDER, ask, hub_town, onward, say, square
from parties_hub import heard as heard_by
from parties_lister import Lister, read
from run_town import MIN, OpenTown, S, Told, json_answer

from simulator.engine.cause import TIME
from simulator.engine.node import Handling, Inbound
from simulator.ocpi.codec import encode
from simulator.parties.introduction import introduce
from simulator.parties.roles.hub.standing import SILENCE_US
from simulator.recording.rows import Message

OLD = ("NL-VET", "NL-VT2")


def with_more_parties(text: str) -> str:
    """NL-OLD is a network of 2.1.1, NL-TRK one of 2.3.0."""
    more = "  NL-TRK: {role: cpo, name: Trucks, ocpi: 2.3.0}\n  NL-OLD: {role: cpo, name: Oldest Grid, ocpi: 2.1.1}\n"
    more += "  NL-VT2: {role: emsp, name: Veterans Too, ocpi: 2.1.1, whitelist: ALLOWED}\n"
    links = "".join(
        f"  - {{between: [NL-HUB, {id}], latency: 50 ms, timeout: 30 s}}\n" for id in ("NL-TRK", "NL-OLD", "NL-VT2")
    )
    return text.replace("  NL-EMA: {", more + "  NL-EMA: {").replace("connections:\n", "connections:\n" + links)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory", with_more_parties) as town:
        yield town


SECONDS = itertools.count(1)


def now() -> str:
    minutes, seconds = divmod(next(SECONDS), 60)
    return f"2026-05-04T09:{minutes:02}:{seconds:02}Z"


def push(desk: OpenTown, method: str, path: str, body: dict[str, Any], to: str = HUB) -> Told:
    """What NL-ABC says of its own, and all that comes of it."""
    told = say(desk, "NL-ABC", method, f"{RECEIVER}/{path}", {**body, "last_updated": now()}, to=to)
    desk.run_for(S)
    return told


def legs(desk: OpenTown, told: Told, *receivers: str) -> list[Message]:
    return [leg for leg in onward(desk, told) if not receivers or leg.receiver in receivers]


def ways(desk: OpenTown, told: Told, *receivers: str) -> list[tuple[str, str, int | None]]:
    return sorted((leg.receiver, leg.method, leg.http_status) for leg in legs(desk, told, *receivers))


def remarks(desk: OpenTown, exchange: int) -> dict[str, str]:
    """The sentences of what a hub remarks on what it sends in place of something else."""
    rules = ("translation-taken-back", "translation-whole", "translation-left", "translation-withheld")
    return {hint.rule: hint.sentence for hint in desk.hints(exchange) if hint.rule in rules}


def evses(desk: OpenTown, id: str, emsp: str = "NL-VET") -> list[str] | None:
    """The EVSEs of a location that a provider knows of; None when it does not even know the location."""
    location = desk.world.emsps[emsp].locations.store.get("NL", "ABC", id)
    return None if location is None else [evse.uid for evse in location.evses]


# Tariffs


def with_vat(id: str, gross: float) -> dict[str, Any]:
    """A price of NL-TRK with VAT, in 2.3.0."""
    component = {"type": "ENERGY", "price": gross, "vat": 21, "step_size": 1}
    body = {"country_code": "NL", "party_id": "TRK", "id": id, "currency": "EUR", "tax_included": "YES"}
    return body | {"elements": [{"price_components": [component]}], "last_updated": now()}


def priced(desk: OpenTown, id: str, gross: float, to: str = HUB) -> list[tuple[str, str, int | None]]:
    """What a price of NL-TRK has its counterparts told by the hub, and how they answer."""
    told = say(desk, "NL-TRK", "PUT", f"{HOST}/ocpi/receiver/2.3.0/tariffs/NL/TRK/{id}", with_vat(id, gross), to=to)
    desk.run_for(S)
    return ways(desk, told)


@contextmanager
def answering(desk: OpenTown, party: str, http: int) -> Iterator[None]:
    """A party answers all that it is sent with this."""
    node = desk.world.party(party).office.node
    right = node.server
    desk.server(party, lambda inbound: json_answer(None, 3000, http))
    yield
    node.server = right


def test_a_price_that_can_no_longer_be_said_is_taken_back(desk: OpenTown) -> None:
    """0.363 with VAT is 0.30 without; 0.37 has no net of four decimals. 2.1.1 is told of no price with VAT."""
    store = desk.world.emsps["NL-EMA"].tariffs.store
    assert priced(desk, "FAIR", 0.363) == [("NL-EMA", "PUT", 201), ("NL-NXT", "PUT", 201)]
    assert store.get("NL", "TRK", "FAIR") is not None
    assert priced(desk, "FAIR", 0.37) == [("NL-EMA", "DELETE", 200), ("NL-NXT", "PUT", 200)]
    assert store.get("NL", "TRK", "FAIR") is None
    assert priced(desk, "FAIR", 0.38) == [("NL-NXT", "PUT", 200)], "of what it does not have nothing is taken back"
    assert priced(desk, "FAIR", 0.484) == [("NL-EMA", "PUT", 201), ("NL-NXT", "PUT", 200)]
    assert priced(desk, "FAIR", 0.37, "NL-EMA") == [("NL-EMA", "DELETE", 200)], "also when it is told to one alone"
    assert store.get("NL", "TRK", "FAIR") is None


@pytest.mark.parametrize(
    "gains",
    [{"min_price": {"excl_vat": 1}}, {"type": "AD_HOC_PAYMENT"}, {"end_date_time": "2026-06-01T00:00:00Z"}],
    ids=["min_price", "type", "end"],
)
def test_a_price_that_gains_what_2_1_1_cannot_say_is_deleted_there_with_the_reason(
    desk: OpenTown, gains: dict[str, object]
) -> None:
    (name,) = gains
    id = f"GAINS-{name}"
    elements = [{"price_components": [{"type": "ENERGY", "price": 0.3, "step_size": 1}]}]
    plain = {"country_code": "NL", "party_id": "ABC", "id": id, "currency": "EUR", "elements": elements}
    assert ways(desk, push(desk, "PUT", f"tariffs/NL/ABC/{id}", plain), *OLD) == [(each, "PUT", 201) for each in OLD]
    told = push(desk, "PUT", f"tariffs/NL/ABC/{id}", {**plain, **gains})
    assert ways(desk, told, *OLD) == [(each, "DELETE", 200) for each in OLD]
    for leg in legs(desk, told, *OLD):
        assert (leg.route, leg.object_id, leg.request_body) == ("tariffs.receiver.delete_tariff", id, b"")
        assert desk.world.emsps[leg.receiver].tariffs.store.get("NL", "ABC", id) is None
        sentence = remarks(desk, leg.exchange)["translation-taken-back"]
        assert sentence.startswith(f"{leg.receiver} is left with no such Tariff: ")
    assert "translation-withheld" in remarks(desk, told.exchange)


def test_a_price_is_taken_back_also_when_its_owner_has_registered_anew(desk: OpenTown) -> None:
    assert priced(desk, "ANEW", 0.363) == [("NL-EMA", "PUT", 201), ("NL-NXT", "PUT", 201)]
    desk.world.hubs[HUB].cache.store("tariff").doubt(lambda country_code, party_id: party_id == "trk")
    assert ("NL-EMA", "DELETE", 200) in priced(desk, "ANEW", 0.37)
    assert desk.world.emsps["NL-EMA"].tariffs.store.get("NL", "TRK", "ANEW") is None


def test_a_price_that_its_owner_tells_each_by_itself_is_taken_back_from_each(desk: OpenTown) -> None:
    elements = [{"price_components": [{"type": "ENERGY", "price": 0.3, "step_size": 1}]}]
    plain = {"country_code": "NL", "party_id": "ABC", "id": "EACH", "currency": "EUR", "elements": elements}
    for emsp in OLD:
        assert push(desk, "PUT", "tariffs/NL/ABC/EACH", plain, emsp).http == 201
    for emsp in OLD:
        told = push(desk, "PUT", "tariffs/NL/ABC/EACH", {**plain, "min_price": {"excl_vat": 1}}, emsp)
        assert (told.status, ways(desk, told)) == (2000, [(emsp, "DELETE", 200)])


@pytest.mark.parametrize(
    ("id", "query", "keeps"),
    [("WHOLE", "", False), ("FIRST", "?limit=1", True), ("NEW", "?date_from=2026-05-04T09:00:00Z", True)],
)
def test_a_price_that_a_list_lacks_is_gone_from_who_has_read_it_whole_and_to_its_end(
    desk: OpenTown, id: str, query: str, keeps: bool
) -> None:
    """The hub has read what cannot be said in 2.2.1; nobody was told."""
    assert priced(desk, id, 0.363) == [("NL-EMA", "PUT", 201), ("NL-NXT", "PUT", 201)]
    with Lister(desk, "NL-TRK") as lister:
        lister.lists["tariffs"] = [with_vat(id, 0.37)]
        read(desk, HUB, "NL-TRK")
    assert id not in {each["id"] for each in say(desk, "NL-EMA", "GET", f"{SENDER}/tariffs{query}").data}
    taken_back = [("NL-EMA", "DELETE", 200)] if keeps else []
    assert priced(desk, id, 0.38) == [*taken_back, ("NL-NXT", "PUT", 200)]


@pytest.mark.parametrize("way", ["to the owner", "to the hub"])
def test_what_a_list_has_brought_back_is_taken_back_again(desk: OpenTown, way: str) -> None:
    """The push that would have brought it back did not get through."""
    id, to, price = f"BACK-{way[7:]}", "NL-TRK" if way == "to the owner" else HUB, 0.363
    priced(desk, id, price)
    assert ("NL-EMA", "DELETE", 200) in priced(desk, id, 0.37)
    with answering(desk, "NL-EMA", 500):
        assert ("NL-EMA", "PUT", 500) in priced(desk, id, price)
    with Lister(desk, "NL-TRK") as lister:
        lister.lists["tariffs"] = [with_vat(id, price)]
        assert id in {each["id"] for each in say(desk, "NL-EMA", "GET", f"{SENDER}/tariffs", to=to).data}
    assert priced(desk, id, 0.37) == [("NL-EMA", "DELETE", 404), ("NL-NXT", "PUT", 200)]


def test_what_was_taken_back_is_so_again_when_its_receiver_has_registered_anew(tmp_path: Path) -> None:
    """It may have gone back to earlier books, and need not read what there is."""
    with hub_town(tmp_path, "memory", with_more_parties) as town:
        emsp = town.world.emsps["NL-EMA"]
        priced(town, "ANEW", 0.363)
        assert ("NL-EMA", "DELETE", 200) in priced(town, "ANEW", 0.37)
        emsp.office.spawn(emsp.registration.end(town.connection("NL-EMA", HUB), TIME), "unregister")
        town.run_for(5 * S)
        town.kernel.env.process(introduce(emsp, town.world.hubs[HUB]))
        emsp.registration.on_registered = lambda connection, cause: None
        town.run_for(MIN)
        assert priced(town, "ANEW", 0.38) == [("NL-EMA", "DELETE", 404), ("NL-NXT", "PUT", 200)]


def test_a_change_that_comes_too_late_takes_nothing_back(desk: OpenTown) -> None:
    elements = [{"price_components": [{"type": "ENERGY", "price": 0.3, "step_size": 1}]}]
    plain = {"country_code": "NL", "party_id": "ABC", "id": "LATE", "currency": "EUR", "elements": elements}
    push(desk, "PUT", "tariffs/NL/ABC/LATE", plain)
    late = {**plain, "min_price": {"excl_vat": 1}, "last_updated": "2026-05-04T01:00:00Z"}
    told = say(desk, "NL-ABC", "PUT", f"{RECEIVER}/tariffs/NL/ABC/LATE", late)
    desk.run_for(S)
    assert ways(desk, told, *OLD) == []
    assert desk.world.emsps["NL-VET"].tariffs.store.get("NL", "ABC", "LATE") is not None


def test_a_price_that_is_told_again_while_the_one_before_is_being_taken_back_comes_after_that(desk: OpenTown) -> None:
    """NL-VET takes its time; what goes to it alone waits for its turn as what goes to everybody does."""
    heard, honest = list[str](), desk.world.party("NL-VET").office.node.server

    def slow(inbound: Inbound) -> Handling:
        price = json.loads(inbound.request.body or b"{}").get("elements", [{"price_components": [{}]}])
        heard.append(f"{inbound.request.method} {price[0]['price_components'][0].get('price')}")
        yield desk.kernel.env.timeout(2 * S)
        return honest(inbound)  # type: ignore[return-value]

    desk.server("NL-VET", slow)
    body = {"country_code": "NL", "party_id": "ABC", "id": "TURN", "currency": "EUR"}
    asked = []
    for price, more, to in ((0.5, {}, HUB), (0.6, {"min_price": {"excl_vat": 1}}, "NL-VET"), (0.7, {}, "NL-VET")):
        elements = [{"price_components": [{"type": "ENERGY", "price": price, "step_size": 1}]}]
        tariff = {**body, "elements": elements, **more, "last_updated": now()}
        asked.append(ask(desk, "NL-ABC", "PUT", f"{RECEIVER}/tariffs/NL/ABC/TURN", tariff, to=to))
        desk.run_for(S // 10)
    assert [heard_by(desk, each).status for each in asked] == [1000, 2000, 1000]
    assert heard == ["PUT 0.5", "DELETE None", "PUT 0.7"]
    desk.server("NL-VET", honest)
    assert desk.world.emsps["NL-VET"].tariffs.store.get("NL", "ABC", "TURN") is not None


@pytest.mark.parametrize("method", ["DELETE", "PUT"])
def test_what_goes_to_one_alone_waits_for_what_everybody_is_sent_of_the_same_object(
    desk: OpenTown, method: str
) -> None:
    heard, honest = list[str](), desk.world.party("NL-EMA").office.node.server

    def slow(inbound: Inbound) -> Handling:
        heard.append(inbound.request.method)
        yield desk.kernel.env.timeout(2 * S)
        return honest(inbound)  # type: ignore[return-value]

    desk.server("NL-EMA", slow)
    elements = [{"price_components": [{"type": "ENERGY", "price": 0.5, "step_size": 1}]}]
    plain = {"country_code": "NL", "party_id": "ABC", "id": f"SAME-{method}", "currency": "EUR", "elements": elements}
    url = f"{RECEIVER}/tariffs/NL/ABC/SAME-{method}"
    for _ in range(2):
        ask(desk, "NL-ABC", "PUT", url, {**plain, "last_updated": now()})
        desk.run_for(S // 10)
    asked = ask(desk, "NL-ABC", method, url, {**plain, "last_updated": now()} if method == "PUT" else None, to="NL-EMA")
    desk.run_for(S)
    assert heard == ["PUT"]
    assert heard_by(desk, asked).status == 1000
    assert heard == ["PUT", "PUT", method]
    desk.server("NL-EMA", honest)


# Locations


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("to", [HUB, "NL-VET"])
def test_a_location_that_is_published_no_more_has_no_evses_for_2_1_1(desk: OpenTown, method: str, to: str) -> None:
    id = f"HIDES-{method}-{to[3:]}"
    url, place = f"locations/NL/ABC/{id}", square(desk, id=id)
    uids = [evse["uid"] for evse in place["evses"]]
    push(desk, "PUT", url, place)
    assert evses(desk, id) == uids
    told = push(desk, method, url, {**(place if method == "PUT" else {}), "publish": False}, to)
    (leg,) = legs(desk, told, "NL-VET")
    assert (leg.method, leg.http_status, leg.route) == ("PUT", 200, "locations.receiver.put_location")
    assert "evses" not in json.loads(leg.request_body)
    assert evses(desk, id) == []
    sentence = remarks(desk, leg.exchange)["translation-taken-back"]
    assert sentence.startswith("NL-VET is left with the Location without any EVSE, which is not to be shown: ")
    if to != HUB:
        assert (told.status, ways(desk, told)) == (2000, [("NL-VET", "PUT", 200)])
    for path, method_of_part, body in (
        (uids[0], "PATCH", {"status": "CHARGING"}),
        (uids[0], "PUT", {**place["evses"][0], "status": "CHARGING"}),
        (f"{uids[0]}/1", "PATCH", {"max_amperage": 16}),
        ("", "PATCH", {"name": "Secret"}),
    ):
        assert ways(desk, push(desk, method_of_part, f"{url}/{path}".rstrip("/"), body, to), "NL-VET") == []
    assert evses(desk, id) == []
    told = push(desk, method, url, {**(place if method == "PUT" else {}), "publish": True}, to)
    (leg,) = legs(desk, told, "NL-VET")
    assert (leg.method, leg.http_status, evses(desk, id)) == ("PUT", 200, uids)
    assert ("translation-whole" in remarks(desk, leg.exchange)) == (method == "PATCH")


def test_what_its_owner_hides_from_each_by_itself_is_taken_back_from_each_and_told_again(desk: OpenTown) -> None:
    url, place = "locations/NL/ABC/EACH", square(desk, id="EACH")
    uids = [evse["uid"] for evse in place["evses"]]
    for emsp in OLD:
        push(desk, "PUT", url, place, emsp)
    for publish, left in ((False, []), (True, uids)):
        for emsp in OLD:
            told = push(desk, "PATCH", url, {"publish": publish}, emsp)
            assert (ways(desk, told), evses(desk, "EACH", emsp)) == ([(emsp, "PUT", 200)], left)


def test_an_evse_that_can_no_longer_be_said_is_taken_back_from_each_that_it_is_told_to(desk: OpenTown) -> None:
    place = square(desk, id="LORRY")
    first, second = (evse["uid"] for evse in place["evses"])
    push(desk, "PUT", "locations/NL/ABC/LORRY", place)
    for plug, left in (("CHAOJI", [second]), ("IEC_62196_T2", [first, second])):
        for emsp in OLD:
            told = push(desk, "PATCH", f"locations/NL/ABC/LORRY/{first}/1", {"standard": plug}, emsp)
            assert (ways(desk, told), evses(desk, "LORRY", emsp)) == ([(emsp, "PUT", 200)], left)
            assert told.status == (2000 if plug == "CHAOJI" else 1000)
            (leg,) = legs(desk, told)
            assert ("translation-taken-back" in remarks(desk, leg.exchange)) == (plug == "CHAOJI")
            again = push(desk, "PATCH", f"locations/NL/ABC/LORRY/{first}/1", {"max_amperage": 20}, emsp)
            assert ways(desk, again) == ([] if plug == "CHAOJI" else [(emsp, "PATCH", 200)])


def test_a_connector_that_can_be_said_at_last_comes_with_its_evse_to_who_was_never_told_of_that(desk: OpenTown) -> None:
    """2.1.1 has no plug like that: of such an EVSE nothing is left to tell."""
    place = square(desk, id="NEMA")
    first, second = (evse["uid"] for evse in place["evses"])
    connector = place["evses"][0]["connectors"][0]
    place["evses"][0]["connectors"] = [{**connector, "standard": "NEMA_5_20"}]
    push(desk, "PUT", "locations/NL/ABC/NEMA", place)
    assert evses(desk, "NEMA") == [second]
    told = push(desk, "PATCH", f"locations/NL/ABC/NEMA/{second}", {"status": "CHARGING"})
    assert ways(desk, told, *OLD) == [(emsp, "PATCH", 200) for emsp in OLD]
    told = push(desk, "PUT", f"locations/NL/ABC/NEMA/{second}", {**place["evses"][1], "status": "BLOCKED"})
    assert ways(desk, told, *OLD) == [(emsp, "PUT", 200) for emsp in OLD]
    told = push(desk, "PUT", f"locations/NL/ABC/NEMA/{first}/1", connector)
    assert [(*way, evses(desk, "NEMA", way[0])) for way in ways(desk, told, *OLD)] == [
        (emsp, "PUT", 200, [first, second]) for emsp in OLD
    ]


def test_who_was_never_told_of_a_location_is_not_told_that_it_is_hidden(desk: OpenTown) -> None:
    place = square(desk, id="SECRET", publish=False)
    for body in (place, {**place, "name": "Still secret"}):
        told = push(desk, "PUT", "locations/NL/ABC/SECRET", body)
        assert [leg.receiver for leg in legs(desk, told)] == ["NL-EMA", "NL-NXT"]
    assert evses(desk, "SECRET") is None


def read_by(desk: OpenTown, emsp: str, query: str = "") -> dict[str, list[str]]:
    """The locations of NL-ABC that a provider of 2.1.1 reads, each with its EVSEs."""
    line = desk.world.party(emsp).office.connections["NL-ABC"]
    url = f"{HOST}/ocpi/via/NL-ABC/sender/2.1.1/locations{query}"
    told = say(desk, emsp, "GET", url, to=None, raw=True, token=line.held)
    return {each["id"]: [evse["uid"] for evse in each.get("evses", ())] for each in told.data}


def test_who_has_missed_it_reads_it_if_it_asks_for_what_is_new_and_in_no_whole_list(desk: OpenTown) -> None:
    """Whom NL-ABC does not tell of it, as this has changed without a push."""
    store = desk.world.cpos["NL-ABC"].locations.store
    (known,) = store
    place = square(desk, id="MISSED")
    uids = [evse["uid"] for evse in place["evses"]]
    push(desk, "PUT", "locations/NL/ABC/MISSED", place)
    store.put(replace(known, id="MISSED", publish=False, last_updated=now()), "MISSED")
    assert "MISSED" not in read_by(desk, "NL-VET")
    assert read_by(desk, "NL-VET", "?date_from=2026-05-04T09:00:00Z") == {"MISSED": []}
    told = push(desk, "PATCH", "locations/NL/ABC/MISSED", {"publish": True})
    assert ways(desk, told, *OLD) == [("NL-VET", "PUT", 200), ("NL-VT2", "PATCH", 200)]
    assert evses(desk, "MISSED") == uids
    store.drop("MISSED")


def test_what_a_receiver_has_read_is_taken_back_as_what_it_was_told(desk: OpenTown) -> None:
    """When it registered it read the lists of NL-ABC, which the hub passes on."""
    place = square(desk)
    uids = [evse["uid"] for evse in place["evses"]]
    for publish, left in ((False, []), (True, uids)):
        assert evses(desk, place["id"]) == (uids if not left else [])
        told = push(desk, "PATCH", f"locations/NL/ABC/{place['id']}", {"publish": publish})
        assert ways(desk, told, *OLD) == [(emsp, "PUT", 200) for emsp in OLD]
        assert evses(desk, place["id"]) == left
    (tariff,) = desk.world.cpos["NL-ABC"].tariffs.store
    plain = json.loads(encode(tariff))
    told = push(desk, "PUT", f"tariffs/NL/ABC/{tariff.id}", {**plain, "min_price": {"excl_vat": 1}})
    assert ways(desk, told, *OLD) == [(emsp, "DELETE", 200) for emsp in OLD]


@pytest.mark.parametrize("path", ["", "/READ"])
def test_what_a_receiver_has_asked_for_is_taken_back_too(tmp_path: Path, path: str) -> None:
    with hub_town(tmp_path, "memory", with_more_parties) as town:
        store = town.world.cpos["NL-ABC"].locations.store
        (known,) = store
        store.put(replace(known, id="READ", last_updated=now()), "READ")
        hub, nodes = town.world.hubs[HUB], [town.world.party(emsp).office.node for emsp in OLD]
        for node in nodes:
            town.kernel.take_down(node)
        town.run_for(SILENCE_US + 60 * S)
        hub.sync.soon(hub.office.connections["NL-ABC"], "a test")
        town.run_for(5 * S)
        for node in nodes:
            town.kernel.bring_up(node)
        for emsp, asked in (("NL-VET", f"locations{path}"), ("NL-VT2", "tariffs")):
            line = town.world.party(emsp).office.connections["NL-ABC"]
            url = f"{HOST}/ocpi/via/NL-ABC/sender/2.1.1/{asked}"
            assert say(town, emsp, "GET", url, to=None, raw=True, token=line.held).status == 1000
        told = push(town, "PATCH", "locations/NL/ABC/READ", {"publish": False})
        assert ways(town, told, *OLD) == [("NL-VET", "PUT", 201)], "NL-VT2 has never heard of it"


@pytest.mark.parametrize("to", [HUB, "NL-VET"])
def test_what_did_not_get_through_comes_with_the_next_change(tmp_path: Path, to: str) -> None:
    with hub_town(tmp_path, "memory") as town:
        place = square(town, id="LOST")
        uids = [evse["uid"] for evse in place["evses"]]
        push(town, "PUT", "locations/NL/ABC/LOST", place)
        for publish, before, after in ((False, uids, []), (True, [], uids)):
            with answering(town, "NL-VET", 500):
                push(town, "PATCH", "locations/NL/ABC/LOST", {"publish": publish}, to)
                assert evses(town, "LOST") == before
            push(town, "PATCH", "locations/NL/ABC/LOST", {"name": "Again"}, to)
            assert evses(town, "LOST") == after


# Tokens


def card(desk: OpenTown, method: str, body: dict[str, object], to: str = "NL-ABC") -> Told:
    """A card of NL-VET as it tells it to a network."""
    line = desk.world.party("NL-VET").office.connections[to]
    url = f"{HOST}/ocpi/via/{to}/receiver/2.1.1/tokens/NL/VET/CARD-8"
    told = say(desk, "NL-VET", method, url, {**body, "last_updated": now()}, to=None, raw=True, token=line.held)
    desk.run_for(S)
    return told


def test_a_card_that_can_no_longer_be_said_is_valid_no_more(desk: OpenTown) -> None:
    """Contracts of 2.2.1 are ASCII."""
    body = {"uid": "CARD-8", "type": "RFID", "auth_id": "NL-VET-8", "issuer": "Veteran Card", "valid": True}
    store = desk.world.cpos["NL-ABC"].tokens.store

    def at_the_network() -> tuple[str, bool]:
        token = store.get("NL", "VET", "CARD-8", "RFID")
        assert token is not None
        return token.contract_id, token.valid

    assert card(desk, "PUT", {**body, "whitelist": "ALLOWED"}).http == 201
    assert at_the_network() == ("NL-VET-8", True)
    told = card(desk, "PATCH", {"auth_id": "Käthe"})
    assert (told.status, ways(desk, told)) == (2000, [("NL-ABC", "PUT", 200)])
    assert at_the_network() == ("NL-VET-8", False)
    for query, left in (("", []), ("?date_from=2026-05-04T09:00:00Z", [False])):
        cards = say(desk, "NL-ABC", "GET", f"{SENDER}/tokens{query}").data
        assert [each["valid"] for each in cards if each["uid"] == "CARD-8"] == left
    told = card(desk, "PATCH", {"valid": True})
    assert (told.status, ways(desk, told)) == (2000, [])
    assert at_the_network() == ("NL-VET-8", False), "of a contract that nobody has told of"
    told = card(desk, "PATCH", {"auth_id": "NL-VET-9"})
    assert (told.status, ways(desk, told)) == (1000, [("NL-ABC", "PUT", 200)])
    assert at_the_network() == ("NL-VET-9", True)
