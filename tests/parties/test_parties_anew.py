"""Whoever registers anew may have earlier books: what it tells then counts, however old it says that it is."""

import json

import pytest
from parties_objects import LATER, Json, evse, issue, location, session, token
from run_town import OpenTown, S
from test_parties_tariffs import tariff

from simulator.engine.cause import TIME
from simulator.ocpi.codec import decode, encode
from simulator.ocpi.v2_2_1.locations import Location
from simulator.ocpi.v2_2_1.tokens import Token
from simulator.parties.copied import Copies
from simulator.parties.introduction import introduce
from simulator.parties.roles.hub.cache import Cache
from simulator.parties.roles.hub.kept import Kept

CPO, EMSP = "NL-ABC", "NL-EMA"
EARLIER, EARLIEST, LATEST = "2026-05-04T03:00:00Z", "2026-05-04T02:00:00Z", "2026-05-04T10:00:00Z"
KEPT_BY = {"locations": EMSP, "sessions": EMSP, "tariffs": EMSP, "tokens": CPO}
PLACES = {"locations": "NL/ABC", "sessions": "NL/ABC", "tariffs": "NL/ABC", "tokens": "NL/EMA"}


def whole(desk: OpenTown, module: str, id: str, **changes: object) -> Json:
    if module == "locations":
        return location(desk, id, **changes)
    return {"sessions": session, "tariffs": tariff, "tokens": token}[module](id, **changes)


def tell(desk: OpenTown, module: str, method: str, body: Json | None, *ids: str) -> tuple[int, list[str], Json]:
    """OCPI's status, the rules of the hints and the data, when the owner of an object pushes or reads it."""
    keeper = KEPT_BY[module]
    owner = CPO if keeper == EMSP else EMSP
    told = desk.ask(owner, keeper, method, desk.url(owner, keeper, module, "RECEIVER", PLACES[module], *ids), body)
    hints = [hint.rule for hint in desk.hints(told.exchange)]
    return told.status, hints, told.data if method == "GET" else {}


def register_anew(desk: OpenTown) -> None:
    """The CPO unregisters at the eMSP, and they are introduced once more; nothing has been read yet."""
    cpo, emsp = desk.world.party(CPO), desk.world.party(EMSP)
    line = desk.connection(CPO, EMSP)
    cpo.office.spawn(cpo.registration.end(line, TIME), "unregister")
    desk.run_until(lambda: not desk.connection(EMSP, CPO).registered and not line.registered, step_us=S // 10)
    desk.kernel.env.process(introduce(cpo, emsp))
    desk.run_until(lambda: desk.connection(EMSP, CPO).registered and line.registered, step_us=S // 10)


@pytest.mark.parametrize("module", PLACES)
def test_an_older_state_counts_after_a_fresh_registration(desk: OpenTown, module: str) -> None:
    tell(desk, module, "PUT", whole(desk, module, "A1", last_updated=LATER), "A1")
    assert tell(desk, module, "PUT", whole(desk, module, "A1", last_updated=EARLIER), "A1")[1] == ["overtaken-update"]
    register_anew(desk)
    assert tell(desk, module, "PUT", whole(desk, module, "A1", last_updated=EARLIER), "A1")[:2] == (1000, [])
    assert tell(desk, module, "GET", None, "A1")[2]["last_updated"] == EARLIER


def test_only_the_first_does(desk: OpenTown) -> None:
    tell(desk, "sessions", "PUT", session("A0", last_updated=LATER), "A0")
    register_anew(desk)
    tell(desk, "sessions", "PUT", session("A0", last_updated=EARLIER), "A0")
    assert tell(desk, "sessions", "PUT", session("A0", last_updated=EARLIEST), "A0")[1] == ["overtaken-update"]


@pytest.mark.parametrize(
    ("module", "more", "ids", "patch"),
    [
        ("locations", {}, (), {"name": "Anew"}),
        ("locations", {}, ("NL-ABC-E0001",), {"status": "BLOCKED"}),
        ("locations", {}, ("NL-ABC-E0001", "1"), {"terms_and_conditions": "https://anew.example"}),
        ("sessions", {"status": "COMPLETED"}, (), {"status": "ACTIVE"}),
        ("tokens", {}, (), {"valid": False}),
    ],
)
def test_so_does_an_older_change_of_a_part(
    desk: OpenTown, module: str, more: Json, ids: tuple[str, ...], patch: Json
) -> None:
    tell(desk, module, "PUT", whole(desk, module, "A2", last_updated=LATER, **more), "A2")
    if ids:
        tell(desk, module, "PUT", evse(desk, ids[0], last_updated=LATER), "A2", ids[0])
    register_anew(desk)
    assert tell(desk, module, "PATCH", {**patch, "last_updated": EARLIER}, "A2", *ids)[:2] == (1000, [])
    assert tell(desk, module, "GET", None, "A2", *ids)[2].items() >= patch.items()


def test_what_one_part_says_is_no_word_on_the_others(desk: OpenTown) -> None:
    tell(desk, "locations", "PUT", location(desk, "A3"), "A3")
    for uid in ("NL-ABC-E0001", "NL-ABC-E0002"):
        tell(desk, "locations", "PUT", evse(desk, uid, last_updated=LATEST), "A3", uid)
    register_anew(desk)
    for uid in ("NL-ABC-E0001", "NL-ABC-E0002"):
        told = tell(desk, "locations", "PATCH", {"status": "BLOCKED", "last_updated": EARLIER}, "A3", uid)
        assert told[:2] == (1000, [])


@pytest.mark.parametrize(
    ("module", "patch"),
    [("locations", {"name": "Anew"}), ("sessions", {"kwh": 4.0}), ("tokens", {"valid": False})],
)
def test_a_part_does_not_vouch_for_the_whole(desk: OpenTown, module: str, patch: Json) -> None:
    tell(desk, module, "PUT", whole(desk, module, "A7", last_updated=LATER), "A7")
    register_anew(desk)
    assert tell(desk, module, "PATCH", {**patch, "last_updated": LATEST}, "A7")[:2] == (1000, [])
    assert tell(desk, module, "PUT", whole(desk, module, "A7", last_updated=EARLIER), "A7")[:2] == (1000, [])


def test_an_ended_session_may_be_told_of_as_one_that_goes_on(desk: OpenTown) -> None:
    ended = session("A4", status="COMPLETED", last_updated=LATER)
    tell(desk, "sessions", "PUT", ended, "A4")
    again = {**ended, "status": "ACTIVE", "last_updated": LATEST}
    assert tell(desk, "sessions", "PUT", again, "A4")[0] == 2001
    register_anew(desk)
    assert tell(desk, "sessions", "PUT", again, "A4")[0] == 1000


def test_all_is_read_from_the_beginning_and_taken_even_where_it_is_older(desk: OpenTown) -> None:
    register_anew(desk)
    desk.run_for(30 * S)
    line, place = desk.connection(EMSP, CPO), whole(desk, "locations", "A5")
    assert line.synced_us["locations"]
    tell(desk, "locations", "PUT", place, "A5")
    register_anew(desk)
    assert not line.synced_us, "so it asks without date_from"
    older = decode(encode({**place, "name": "Anew", "last_updated": EARLIER}), Location)
    assert desk.world.emsps[EMSP].locations.take(older, TIME)
    assert tell(desk, "locations", "GET", None, "A5")[2]["name"] == "Anew"


def test_a_renewal_of_credentials_resets_nothing(desk: OpenTown) -> None:
    issue(desk, "A6")
    desk.run_for(30 * S)
    emsp, line = desk.world.party(EMSP), desk.connection(EMSP, CPO)
    held, synced = line.held, dict(line.synced_us)
    emsp.office.spawn(emsp.registration.renew(line, TIME), "renew")
    desk.run_until(lambda: line.held != held)
    assert line.synced_us == synced
    assert tell(desk, "tokens", "PUT", token("A6", last_updated=EARLIER), "A6")[1] == ["overtaken-update"]


def test_a_hub_keeps_the_older_too() -> None:
    made: list[Copies[Kept]] = []

    def copies() -> Copies[Kept]:
        made.append(Copies())
        return made[-1]

    cache, owner = Cache(copies), ("NL", "EMA")
    trees = {at: token("T", last_updated=at) for at in (LATER, EARLIER)}
    cache.put("token", owner, "2.2.1", json.dumps(trees[LATER]).encode(), trees[LATER])
    (kept,) = cache.all("token")
    assert cache.change(kept, {"valid": False, "last_updated": EARLIER})
    assert kept.tree["valid"], "it is older"
    for copy in made:
        copy.doubt(lambda country_code, party_id: True)
    assert cache.change(kept, {"valid": False, "last_updated": EARLIER})
    assert not kept.tree["valid"]
    cache.put("token", owner, "2.2.1", json.dumps(trees[LATER]).encode(), trees[LATER])
    cache.put("token", owner, "2.2.1", json.dumps(trees[EARLIER]).encode(), trees[EARLIER])
    assert [kept.head.last_updated for kept in cache.all("token")] == [LATER], "doubted no more"


def test_copies_of_others_are_not_doubted() -> None:
    copies: Copies[Token] = Copies()
    for party_id in ("EMA", "NOM"):
        copies.put(decode(encode(token("T", party_id=party_id)), Token), "NL", party_id, "T")
    copies.doubt(lambda country_code, party_id: (country_code, party_id) == ("nl", "ema"))
    assert copies.doubts("NL", "EMA", "t")
    assert copies.told("NL", "NOM", "T") is copies.get("NL", "NOM", "T")
    assert copies.told("NL", "EMA", "T") is None
    copies.again(None, "NL", "EMA", "T")
    assert copies.told("NL", "EMA", "T") is copies.get("nl", "ema", "t") is not None
