"""What its owner lists no more a hub ends at all those that it was pushed to, in whatever version they speak."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from parties_hub import HOST, HUB, RECEIVER, SENDER, hints, hub_town, messages, say, square
from parties_lister import Lister, read
from parties_objects import token
from run_town import OpenTown, S, json_answer
from test_parties_tariffs import tariff

CPO, EMSPS = "NL-ABC", ("NL-EMA", "NL-NXT", "NL-VET")
SENDER_2_3_0 = f"{HOST}/ocpi/sender/2.3.0"
SECONDS = itertools.count(1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory") as town:
        yield town


def push(desk: OpenTown, owner: str, path: str, body: dict[str, Any], *, to: str = HUB, method: str = "PUT") -> None:
    body = {**body, "last_updated": f"2026-05-04T09:00:{next(SECONDS):02}Z"}
    told = say(desk, owner, method, f"{RECEIVER}/{path}", body, to=to)
    assert told.status == 1000
    desk.run_for(S)


def list_nothing(desk: OpenTown, owner: str, module: str, id: str) -> list[tuple[str, str, int | None]]:
    """The hub reads an empty list; what it then sends about an object, to whom, and how that is answered."""
    before = desk.kernel.exchanges
    with Lister(desk, owner) as lister:
        lister.lists[module] = []
        desk.connection(HUB, owner).synced_us.clear()
        read(desk, HUB, owner)
        desk.run_for(S)
    sent = [each for each in messages(desk, sender=HUB) if each.exchange > before and each.object_id == id]
    return sorted((each.receiver, each.method, each.http_status) for each in sent)


def to_all(method: str) -> list[tuple[str, str, int]]:
    return [(emsp, method, 200) for emsp in EMSPS]


def evses(desk: OpenTown, emsp: str, id: str) -> int:
    location = desk.world.emsps[emsp].locations.store.get("NL", "ABC", id)
    assert location is not None
    return len(location.evses)


def test_a_tariff_is_deleted_once(desk: OpenTown) -> None:
    stores = [desk.world.emsps[emsp].tariffs.store for emsp in EMSPS]
    push(desk, CPO, "tariffs/NL/ABC/ALL", tariff("ALL"))
    assert all(store.get("NL", "ABC", "ALL") for store in stores)
    assert list_nothing(desk, CPO, "tariffs", "ALL") == to_all("DELETE")
    assert not any(store.get("NL", "ABC", "ALL") for store in stores)
    told = messages(desk, sender=HUB, receiver="NL-EMA")[-1]
    assert (told.method, told.object_id) == ("DELETE", "ALL")
    (hint,) = hints(desk, told.exchange)
    sentence = "NL-EMA is left with no such Tariff: its owner lists it no more."
    assert (hint.rule, hint.sentence) == ("listed-no-more", sentence)
    assert list_nothing(desk, CPO, "tariffs", "ALL") == []


@pytest.mark.parametrize("emsp", EMSPS)
def test_only_those_hear_of_it_that_were_told(desk: OpenTown, emsp: str) -> None:
    push(desk, CPO, f"tariffs/NL/ABC/ONE-{emsp}", tariff(f"ONE-{emsp}"), to=emsp)
    assert list_nothing(desk, CPO, "tariffs", f"ONE-{emsp}") == [(emsp, "DELETE", 200)]


@pytest.mark.parametrize(("emsp", "sender"), [("NL-EMA", SENDER), ("NL-NXT", SENDER_2_3_0)])
def test_who_was_told_by_its_owner_when_it_asked_hears_of_it(desk: OpenTown, emsp: str, sender: str) -> None:
    """The hub that passes the answer on has no part in it when both speak one version."""
    with Lister(desk, CPO) as lister:
        lister.lists["tariffs"] = [{"id": 1}, tariff(f"ASKED-{emsp}")]
        read(desk, HUB, CPO)
        assert say(desk, emsp, "GET", f"{sender}/tariffs", to=CPO).status == 1000
    ends = list_nothing(desk, CPO, "tariffs", f"ASKED-{emsp}")
    assert [way[:2] for way in ends] == [(emsp, "DELETE"), ("NL-VET", "DELETE")]


def test_who_was_told_of_one_place_alone_hears_of_it(desk: OpenTown) -> None:
    store = desk.world.cpos[CPO].locations.store
    (known,) = store
    store.put(replace(known, id="ALONE", last_updated="2026-05-04T09:40:00Z"), "ALONE")
    read(desk, HUB, CPO)
    assert say(desk, "NL-EMA", "GET", f"{SENDER}/locations/ALONE", to=CPO).status == 1000
    store.drop("ALONE")
    assert ("NL-EMA", "PUT") in [way[:2] for way in list_nothing(desk, CPO, "locations", "ALONE")]


def shown(desk: OpenTown, emsp: str, url: str = SENDER) -> list[str]:
    return [each["id"] for each in say(desk, emsp, "GET", f"{url}/tariffs").data]


def test_what_its_owner_deletes_at_one_it_ends_at_the_others(desk: OpenTown) -> None:
    for emsp in ("NL-EMA", "NL-NXT"):
        push(desk, CPO, "tariffs/NL/ABC/TWO", tariff("TWO"), to=emsp)
    assert say(desk, CPO, "DELETE", f"{RECEIVER}/tariffs/NL/ABC/TWO", to="NL-EMA").status == 1000
    assert "TWO" not in shown(desk, "NL-EMA")
    assert "TWO" in shown(desk, "NL-NXT", SENDER_2_3_0)
    push(desk, CPO, "tariffs/NL/ABC/TWO", tariff("TWO"), to="NL-NXT")
    assert "TWO" not in shown(desk, "NL-EMA"), "nobody has told it anew"
    assert list_nothing(desk, CPO, "tariffs", "TWO") == [("NL-NXT", "DELETE", 200)]


def test_what_its_owner_has_deleted_and_tells_again_is_there_again(desk: OpenTown) -> None:
    for emsp in ("NL-EMA", "NL-NXT"):
        push(desk, CPO, "tariffs/NL/ABC/AGAIN", tariff("AGAIN"), to=emsp)
    say(desk, CPO, "DELETE", f"{RECEIVER}/tariffs/NL/ABC/AGAIN", to="NL-EMA")
    push(desk, CPO, "tariffs/NL/ABC/AGAIN", tariff("AGAIN"))
    assert "AGAIN" in shown(desk, "NL-EMA")
    assert list_nothing(desk, CPO, "tariffs", "AGAIN") == to_all("DELETE")


def test_what_its_owner_has_deleted_at_one_and_lists_in_a_newer_state_is_there_again(desk: OpenTown) -> None:
    """The one who was told of its end is shown it once the list says more than what the others were told."""
    hidden = []
    for emsp in ("NL-EMA", "NL-NXT"):
        push(desk, CPO, "tariffs/NL/ABC/LISTED", tariff("LISTED"), to=emsp)
    say(desk, CPO, "DELETE", f"{RECEIVER}/tariffs/NL/ABC/LISTED", to="NL-EMA")
    (known,) = [each for each in say(desk, "NL-NXT", "GET", f"{SENDER_2_3_0}/tariffs").data if each["id"] == "LISTED"]
    for at in (known["last_updated"], "2026-05-04T09:30:00Z"):
        with Lister(desk, CPO) as lister:
            lister.lists["tariffs"] = [tariff("LISTED") | {"last_updated": at}]
            read(desk, HUB, CPO)
        hidden.append("LISTED" not in shown(desk, "NL-EMA"))
    assert hidden == [True, False]
    assert [emsp for emsp, _, _ in list_nothing(desk, CPO, "tariffs", "LISTED")] == list(EMSPS)


def test_what_its_owner_has_deleted_at_all_is_forgotten(desk: OpenTown) -> None:
    push(desk, CPO, "tariffs/NL/ABC/NONE", tariff("NONE"), to="NL-EMA")
    say(desk, CPO, "DELETE", f"{RECEIVER}/tariffs/NL/ABC/NONE", to="NL-EMA")
    assert "NONE" not in shown(desk, "NL-NXT", SENDER_2_3_0)


def test_what_its_owner_has_deleted_at_all_and_lists_still_is_shown_to_others_only(desk: OpenTown) -> None:
    push(desk, CPO, "tariffs/NL/ABC/KEPT", tariff("KEPT"), to="NL-EMA")
    (known,) = [each for each in say(desk, "NL-EMA", "GET", f"{SENDER}/tariffs").data if each["id"] == "KEPT"]
    say(desk, CPO, "DELETE", f"{RECEIVER}/tariffs/NL/ABC/KEPT", to="NL-EMA")
    hidden = []
    for at in (known["last_updated"], "2026-05-04T09:30:00Z"):
        with Lister(desk, CPO) as lister:
            lister.lists["tariffs"] = [known | {"last_updated": at}]
            read(desk, HUB, CPO)
        assert "KEPT" in shown(desk, "NL-NXT", SENDER_2_3_0)
        hidden.append("KEPT" not in shown(desk, "NL-EMA"))
    assert hidden == [True, False]


@pytest.mark.parametrize(("http", "is_hidden"), [(200, True), (404, True), (500, False)])
def test_what_its_owner_could_not_delete_at_one_is_still_there(desk: OpenTown, http: int, is_hidden: bool) -> None:
    id = f"STAYS-{http}"
    push(desk, CPO, f"tariffs/NL/ABC/{id}", tariff(id), to="NL-EMA")
    honest = desk.world.party("NL-EMA").office.node.server
    desk.server("NL-EMA", lambda inbound: json_answer(None, 1000 if http == 200 else 2003, http))
    assert say(desk, CPO, "DELETE", f"{RECEIVER}/tariffs/NL/ABC/{id}", to="NL-EMA").http == http
    desk.server("NL-EMA", honest)
    assert (id not in shown(desk, "NL-EMA")) == is_hidden
    assert bool(list_nothing(desk, CPO, "tariffs", id)) != is_hidden


def test_a_page_tells_of_what_is_on_it_alone(desk: OpenTown) -> None:
    """What that cost in translation is told with it, and who has read it hears that it ended."""
    for id in ("PAGE-1", "PAGE-2"):
        push(desk, CPO, f"tariffs/NL/ABC/{id}", tariff(id), to="NL-EMA")
    pages = [say(desk, "NL-NXT", "GET", f"{SENDER_2_3_0}/tariffs?limit=1&offset={offset}") for offset in (0, 1)]
    assert [[each["id"] for each in page.data] for page in pages] == [["PAGE-1"], ["PAGE-2"]]
    for page in pages:
        assert [(hint.rule, hint.path) for hint in hints(desk, page.exchange)] == [
            ("translation-invented", "$.tax_included")
        ]
    for id in ("PAGE-3", "PAGE-4"):
        push(desk, CPO, f"tariffs/NL/ABC/{id}", tariff(id), to="NL-EMA")
    say(desk, "NL-NXT", "GET", f"{SENDER_2_3_0}/tariffs?limit=1&offset=2")
    assert list_nothing(desk, CPO, "tariffs", "PAGE-4") == [("NL-EMA", "DELETE", 200)]
    deleted = {(each.receiver, each.object_id) for each in messages(desk, sender=HUB) if each.method == "DELETE"}
    assert ("NL-NXT", "PAGE-3") in deleted


def with_far_hub(text: str) -> str:
    """NL-EMA is behind another hub."""
    text = text.replace("  NL-EMA: {", "  NL-HU2: {role: hub, name: Far Hub}\n  NL-EMA: {")
    between = "  - {between: [NL-HUB, NL-HU2], latency: 50 ms, timeout: 30 s}\n"
    return text.replace("connections:\n", "connections:\n" + between).replace("[NL-EMA, NL-HUB]", "[NL-EMA, NL-HU2]")


def test_another_hub_passes_it_on(tmp_path: Path) -> None:
    with hub_town(tmp_path, "memory", with_far_hub) as town:
        town.run_for(60 * S)
        store = town.world.emsps["NL-EMA"].tariffs.store
        push(town, CPO, "tariffs/NL/ABC/FAR", tariff("FAR"))
        push(town, CPO, "tariffs/NL/ABC/NEAR", tariff("NEAR"))
        assert store.get("NL", "ABC", "FAR") is not None
        say(town, CPO, "DELETE", f"{RECEIVER}/tariffs/NL/ABC/NEAR", to="NL-EMA")
        assert {"FAR", "NEAR"} <= set(shown(town, "NL-HU2")), "which of its parties lacks one is for that hub to know"
        sent = list_nothing(town, CPO, "tariffs", "FAR")
        assert sent == [(each, "DELETE", 200) for each in ("NL-HU2", "NL-NXT", "NL-VET")]
        assert store.get("NL", "ABC", "FAR") is None
        assert "NL-HUB" not in {each.receiver for each in messages(town, sender="NL-HU2") if each.method == "DELETE"}


def test_a_location_is_left_without_evses_until_it_is_told_again(desk: OpenTown) -> None:
    place = square(desk, id="PLACE")
    for _ in range(2):
        push(desk, CPO, "locations/NL/ABC/PLACE", place)
        assert [evses(desk, emsp, "PLACE") for emsp in EMSPS] == [2, 2, 2]
        assert list_nothing(desk, CPO, "locations", "PLACE") == to_all("PUT")
        assert [evses(desk, emsp, "PLACE") for emsp in EMSPS] == [0, 0, 0]


def test_a_token_is_not_valid(desk: OpenTown) -> None:
    store = desk.world.cpos[CPO].tokens.store
    push(desk, "NL-EMA", "tokens/NL/EMA/GONE?type=RFID", token("GONE"))
    known = store.get("NL", "EMA", "GONE", "RFID")
    assert known is not None
    assert known.valid
    assert list_nothing(desk, "NL-EMA", "tokens", "GONE") == [(CPO, "PUT", 200)]
    known = store.get("NL", "EMA", "GONE", "RFID")
    assert known is not None
    assert not known.valid


def test_a_part_of_what_has_ended_comes_with_the_whole(desk: OpenTown) -> None:
    """The hub has read it again meanwhile: in a state older than what was told, which nobody takes."""
    place = square(desk, id="BACK")
    push(desk, CPO, "locations/NL/ABC/BACK", place)
    list_nothing(desk, CPO, "locations", "BACK")
    with Lister(desk, CPO) as lister:
        lister.lists["locations"] = [{**place, "last_updated": "2026-05-04T09:00:00Z"}]
        read(desk, HUB, CPO)
    push(desk, CPO, "locations/NL/ABC/BACK", {"name": "Back"}, method="PATCH")
    assert [evses(desk, emsp, "BACK") for emsp in EMSPS] == [2, 2, 2]
