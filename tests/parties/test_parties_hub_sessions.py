"""Sessions through a hub between 2.1.1 and later versions: whole, and never left standing as ACTIVE."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parties_hub import HOST, HUB, RECEIVER, ask, heard, hub_town, onward, say, square, with_an_old_network
from parties_objects import issue, period, session, token
from run_town import OpenTown, S, Told

from simulator.engine.cause import TIME
from simulator.engine.node import Handling, Inbound
from simulator.parties.call import Refusal
from simulator.recording.rows import Message
from simulator.wire.carrier import Response


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenTown]:
    with hub_town(tmp_path_factory.mktemp("hub"), "memory", with_an_old_network) as town:
        yield town


def card_of(desk: OpenTown, emsp: str) -> dict[str, object]:
    """A provider's card as sessions carry it."""
    (card,) = desk.world.emsps[emsp].tokens.store
    names = ("country_code", "party_id", "uid", "contract_id")
    return {name: getattr(card, name) for name in names} | {"type": card.type.value}


def at(minute: int) -> dict[str, str]:
    return {"last_updated": f"2026-05-04T09:{minute:02}:00Z"}


def leg(desk: OpenTown, told: Told) -> Message:
    (found,) = onward(desk, told)
    return found


def hinted(desk: OpenTown, exchange: int) -> dict[str, str]:
    return {hint.rule: hint.sentence for hint in desk.hints(exchange) if hint.path == "$"}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_session_that_2_1_1_cannot_be_told_whole_any_more_goes_on_and_ends_there(desk: OpenTown, method: str) -> None:
    """It moves to a location that the hub does not know, of which 2.1.1 wants all that there is to say."""
    id = f"S-MOVES-{method}"
    url, place = f"{RECEIVER}/sessions/NL/ABC/{id}", square(desk)["id"]
    whole = session(id, cdr_token=card_of(desk, "NL-VET"), location_id=place, **at(0))
    moved = {"location_id": "NOWHERE", "evse_uid": "E1", "connector_id": "1", "kwh": 2.5, **at(1)}
    ended = {"status": "COMPLETED", "kwh": 3.5, "end_date_time": "2026-05-04T09:02:00Z", **at(2)}

    def change(changes: dict[str, Any]) -> Told:
        whole.update(changes)
        return say(desk, "NL-ABC", method, url, whole if method == "PUT" else changes, to="NL-VET")

    def copy() -> tuple[str, str, float]:
        kept = desk.world.emsps["NL-VET"].sessions.store.get("NL", "ABC", id)
        assert kept is not None
        return kept.status.value, kept.location_id, float(kept.kwh)

    assert say(desk, "NL-ABC", "PUT", url, whole, to="NL-VET").http == 201
    for changes, state, names in (
        (moved, ("ACTIVE", place, 2.5), "status, kwh, last_updated"),
        (ended, ("COMPLETED", place, 3.5), "status, kwh, end_date_time, last_updated"),
    ):
        told = change(changes)
        found = leg(desk, told)
        assert (told.status, found.method, found.http_status) == (1000, "PATCH", 200)
        assert (found.route, found.object_id) == ("sessions.receiver.patch_session", id)
        assert copy() == state
        hints = hinted(desk, found.exchange)
        assert "NOWHERE is not known here" in hints["translation-withheld"]
        assert hints["translation-left"] == (
            f"NL-VET is told {names} only, and is left with all else as it was told before."
        )


def test_what_a_period_has_lost_is_told_at_the_place_that_it_has_in_the_message(desk: OpenTown) -> None:
    """2.1.1 has no POWER, so that a period of nothing else is left out, and does not say which tariff it is."""
    url, place = f"{RECEIVER}/sessions/NL/ABC/S-PLACES", square(desk)["id"]
    strange = {**period("2026-05-04T08:00:00Z"), "dimensions": [{"type": "POWER", "volume": 11}]}
    known = {**period("2026-05-04T08:10:00Z"), "tariff_id": "day"}
    whole = session("S-PLACES", cdr_token=card_of(desk, "NL-VET"), location_id=place, charging_periods=[strange, known])

    def lost(method: str, body: dict[str, Any]) -> tuple[int, list[str]]:
        found = leg(desk, say(desk, "NL-ABC", method, url, body, to="NL-VET"))
        paths = [hint.path for hint in desk.hints(found.exchange) if hint.path.startswith("$.charging_periods[")]
        return len(json.loads(found.request_body)["charging_periods"]), paths

    first, second = "$.charging_periods[0]", "$.charging_periods[1]"
    left_out = [f"{first}.dimensions[0]", first]
    assert lost("PUT", {**whole, **at(0)}) == (1, [*left_out, f"{second}.tariff_id"])
    later = {**known, "start_date_time": "2026-05-04T08:20:00Z"}
    assert lost("PATCH", {"charging_periods": [later], **at(1)}) == (2, [f"{first}.tariff_id"])
    strange, later = [{**each, "start_date_time": f"2026-05-04T08:{m}:00Z"} for each, m in ((strange, 30), (known, 40))]
    assert lost("PATCH", {"charging_periods": [strange, later], **at(2)}) == (3, [*left_out, f"{second}.tariff_id"])
    assert lost("PATCH", {"kwh": 5, **at(3)}) == (3, [])


def test_a_session_that_can_be_said_again_is_told_whole(desk: OpenTown) -> None:
    url, place = f"{RECEIVER}/sessions/NL/ABC/S-BACK", square(desk)["id"]
    whole = session("S-BACK", cdr_token=card_of(desk, "NL-VET"), location_id=place, **at(0))
    methods = []
    for minute, location in enumerate((place, "NOWHERE", place)):
        told = say(desk, "NL-ABC", "PUT", url, {**whole, "location_id": location, **at(minute)}, to="NL-VET")
        methods.append(leg(desk, told).method)
    assert methods == ["PUT", "PATCH", "PUT"]


def test_of_a_session_that_could_never_be_said_nothing_is_told(desk: OpenTown) -> None:
    url = f"{RECEIVER}/sessions/NL/ABC/S-NEVER"
    whole = session("S-NEVER", cdr_token=card_of(desk, "NL-VET"), location_id="NOWHERE", **at(0))
    for method, body in (("PUT", whole), ("PATCH", {"kwh": 2.5, **at(1)})):
        told = say(desk, "NL-ABC", method, url, body, to="NL-VET")
        assert (told.status, onward(desk, told)) == (2000, [])


def old(desk: OpenTown, method: str, id: str, body: dict[str, Any], to: str = "NL-EMA") -> Told:
    """What NL-OLD tells of a session."""
    line = desk.world.party("NL-OLD").office.connections[to]
    url = f"{HOST}/ocpi/via/{to}/receiver/2.1.1/sessions/NL/OLD/{id}"
    return say(desk, "NL-OLD", method, url, body, to=None, raw=True, token=line.held)


def old_session(desk: OpenTown, id: str, contract: object) -> dict[str, Any]:
    """A session of 2.1.1 at NL-OLD, with all of its location."""
    line = desk.world.party("NL-VET").office.connections["NL-OLD"]
    url = f"{HOST}/ocpi/via/NL-OLD/sender/2.1.1/locations"
    (location,) = say(desk, "NL-VET", "GET", url, to=None, raw=True, token=line.held).data
    return {
        "id": id,
        "start_datetime": "2026-05-04T08:00:00Z",
        "kwh": 1.5,
        "auth_id": contract,
        "auth_method": "WHITELIST",
        "location": location,
        "currency": "EUR",
        "charging_periods": [old_period(0)],
        "status": "ACTIVE",
        **at(0),
    }


def old_period(minute: int) -> dict[str, Any]:
    said = period(f"2026-05-04T08:{minute:02}:00Z")
    return {name: said[name] for name in ("start_date_time", "dimensions")}


def test_periods_that_2_1_1_patches_reach_later_versions_whole(desk: OpenTown) -> None:
    """As 2.1.1 replaces them all by a PATCH and later versions add those of a PATCH."""
    whole = old_session(desk, "S-PERIODS", card_of(desk, "NL-EMA")["contract_id"])
    periods = [old_period(0), old_period(10)]
    unknown = old(desk, "PATCH", "S-PERIODS", {"charging_periods": periods})
    assert (unknown.http, onward(desk, unknown)) == (404, []), "of a session that it has not seen it asks for the whole"
    assert leg(desk, old(desk, "PUT", "S-PERIODS", whole)).http_status == 201
    found = leg(desk, old(desk, "PATCH", "S-PERIODS", {"charging_periods": periods, "kwh": 3, **at(1)}))
    body = json.loads(found.request_body)
    assert (found.method, found.http_status, body["kwh"]) == ("PUT", 200, 3)
    assert [each["start_date_time"][14:16] for each in body["charging_periods"]] == ["00", "10"]


def test_a_session_keeps_its_card_when_its_contract_has_another(desk: OpenTown) -> None:
    """2.1.1 names the contract; of a contract with two cards the hub does not know which is meant."""
    card = token("TWIN-1", contract_id="NL-EMA-TWINS")
    tokens = f"{RECEIVER}/tokens/NL/EMA"
    issue(desk, "TWIN-1", "TWIN-2", contract_id="NL-EMA-TWINS")
    say(desk, "NL-EMA", "PUT", f"{tokens}/TWIN-1?type=RFID", card)
    whole = old_session(desk, "S-TWINS", "NL-EMA-TWINS")
    assert leg(desk, old(desk, "PUT", "S-TWINS", whole)).http_status == 201
    say(desk, "NL-EMA", "PUT", f"{tokens}/TWIN-2?type=RFID", {**card, "uid": "TWIN-2"})
    desk.run_for(S)
    for id, uid in (("S-TWINS", "TWIN-1"), ("S-NEXT", "#NA")):
        found = leg(desk, old(desk, "PUT", id, {**whole, "id": id, **at(1)}))
        assert json.loads(found.request_body)["cdr_token"]["uid"] == uid


def test_a_session_whose_card_becomes_ambiguous_goes_on(desk: OpenTown) -> None:
    """It names the uid, of which there is one for each of two contracts by now."""
    tokens = f"{RECEIVER}/tokens/NL/EMA/MIXED"
    issue(desk, "MIXED")
    say(desk, "NL-EMA", "PUT", f"{tokens}?type=RFID", token("MIXED", contract_id="NL-EMA-MIXED-1"))
    whole = old_session(desk, "S-MIXED", "MIXED")
    assert leg(desk, old(desk, "PUT", "S-MIXED", whole)).http_status == 201
    say(desk, "NL-EMA", "PUT", f"{tokens}?type=OTHER", token("MIXED", type="OTHER", contract_id="NL-EMA-MIXED-2"))
    desk.run_for(S)
    found = leg(
        desk,
        old(desk, "PUT", "S-MIXED", {**whole, "status": "COMPLETED", "end_datetime": "2026-05-04T09:01:00Z", **at(1)}),
    )
    assert (found.method, found.http_status) == ("PATCH", 200)
    kept = desk.world.emsps["NL-EMA"].sessions.store.get("NL", "OLD", "S-MIXED")
    assert kept is not None
    assert (kept.status.value, kept.cdr_token.uid) == ("COMPLETED", "MIXED")
    assert "translation-left" in hinted(desk, found.exchange)


class Running:
    """A session of NL-ABC that NL-VET, which speaks 2.1.1, has been told of."""

    def __init__(self, desk: OpenTown, id: str) -> None:
        self._desk = desk
        self._id = id
        self._url = f"{RECEIVER}/sessions/NL/ABC/{id}"
        card, place = card_of(desk, "NL-VET"), square(desk)["id"]
        self.whole = session(id, cdr_token=card, location_id=place, charging_periods=[period(START)], **at(0))
        assert self.put(self.whole).http == 201

    def put(self, body: dict[str, Any]) -> Told:
        return say(self._desk, "NL-ABC", "PUT", self._url, body, to="NL-VET")

    def patch(self, body: dict[str, Any]) -> Told:
        (told,) = self.patch_at_once(body)
        return told

    def patch_at_once(self, *bodies: dict[str, Any]) -> list[Told]:
        """Send PATCHes one after the other without awaiting an answer before the last."""
        sent = [ask(self._desk, "NL-ABC", "PATCH", self._url, body, to="NL-VET") for body in bodies]
        return [heard(self._desk, exchange) for exchange in sent]

    @property
    def copy(self) -> tuple[str, float, list[str]]:
        """What NL-VET has of it: its status, its energy and when its periods start."""
        kept = self._desk.world.emsps["NL-VET"].sessions.store.get("NL", "ABC", self._id)
        assert kept is not None
        return kept.status.value, float(kept.kwh), [each.start_date_time[11:16] for each in kept.charging_periods]


START = "2026-05-04T08:00:00Z"
COMPLETED = {"status": "COMPLETED", "end_date_time": "2026-05-04T09:30:00Z", **at(30)}


def test_a_late_patch_changes_nothing_but_brings_the_periods_that_were_missing(desk: OpenTown) -> None:
    running = Running(desk, "S-LATE")
    running.patch({"kwh": 5, "charging_periods": [period("2026-05-04T08:20:00Z")], **at(20)})
    late = running.patch({"kwh": 2, "charging_periods": [period("2026-05-04T08:10:00Z")], **at(10)})
    assert (late.status, running.copy) == (1000, ("ACTIVE", 5, ["08:00", "08:10", "08:20"]))
    assert [hint.rule for hint in desk.hints(late.exchange) if hint.path == "$.last_updated"] == ["overtaken-update"]
    running.patch(COMPLETED)
    assert running.copy == ("COMPLETED", 5, ["08:00", "08:10", "08:20"])


def test_a_late_put_does_not_undo_what_later_patches_build_on(desk: OpenTown) -> None:
    running = Running(desk, "S-LATE-PUT")
    running.patch({"kwh": 5, **at(20)})
    running.put({**running.whole, "kwh": 2, **at(10)})
    running.patch(COMPLETED)
    assert running.copy == ("COMPLETED", 5, ["08:00"])


def test_a_patch_that_comes_twice_adds_its_periods_once_also_the_last(desk: OpenTown) -> None:
    running = Running(desk, "S-TWICE")
    for changes in ({"charging_periods": [period("2026-05-04T08:10:00Z")], **at(10)}, COMPLETED):
        assert [running.patch(changes).status for _ in range(2)] == [1000, 1000]
    assert running.copy == ("COMPLETED", 1.5, ["08:00", "08:10"])


def test_what_a_receiver_refused_has_not_happened(desk: OpenTown, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise Refusal(2001, "Not today.")

    running, receiver = Running(desk, "S-REFUSED"), desk.world.emsps["NL-VET"].sessions
    with monkeypatch.context() as patched:
        patched.setattr(receiver, "must_concern_us", refuse)
        assert running.patch({"kwh": 99, "charging_periods": [period("2026-05-04T08:10:00Z")], **at(10)}).status == 2001
        assert running.patch(COMPLETED).status == 2001
    assert running.patch({"meter_id": "M-1", **at(20)}).status == 1000
    assert running.copy == ("ACTIVE", 1.5, ["08:00"])
    assert running.patch(COMPLETED).status == 1000
    assert running.copy == ("COMPLETED", 1.5, ["08:00"])


def test_a_patch_that_is_sent_before_the_last_one_was_answered_builds_on_it(desk: OpenTown) -> None:
    running = Running(desk, "S-AT-ONCE")
    running.patch_at_once({"charging_periods": [period("2026-05-04T08:10:00Z")], **at(10)}, {"kwh": 3, **at(20)})
    assert running.copy == ("ACTIVE", 3, ["08:00", "08:10"])
    running.patch(COMPLETED)
    assert running.copy == ("COMPLETED", 3, ["08:00", "08:10"])


def test_what_a_receiver_took_but_did_not_answer_in_time_is_not_taken_away_again(desk: OpenTown) -> None:
    running, platform = Running(desk, "S-UNANSWERED"), desk.world.emsps["NL-VET"].office.platform

    def slow(inbound: Inbound) -> Handling:
        response = platform.receive(inbound)
        assert isinstance(response, Response)
        yield desk.kernel.env.timeout(25 * S)
        return response

    desk.server("NL-VET", slow)
    unanswered = running.patch({"charging_periods": [period("2026-05-04T08:10:00Z")], **at(10)})
    desk.server("NL-VET", platform.receive)
    desk.run_for(10 * S)
    assert (unanswered.status, running.copy) == (4002, ("ACTIVE", 1.5, ["08:00", "08:10"]))
    assert running.patch(COMPLETED).status == 1000
    assert running.copy == ("COMPLETED", 1.5, ["08:00", "08:10"])


def test_a_session_goes_on_when_its_owner_changes_to_another_version(tmp_path: Path) -> None:
    both = "NL-ABC: {role: cpo, ocpi: [2.2.1, 2.3.0], "
    with hub_town(tmp_path, "memory", lambda text: text.replace("NL-ABC: {role: cpo, ", both)) as town:
        cpo, line = town.world.cpos["NL-ABC"], town.connection("NL-ABC", HUB)
        whole = session("S-1", cdr_token=card_of(town, "NL-VET"), location_id=square(town)["id"], **at(0))
        told = []
        for minute, version in enumerate(("2.3.0", "2.2.1", "2.3.0")):
            cpo.office.spawn(cpo.registration.renew(line, TIME, (version,)), "change to it")
            town.run_for(5 * S)
            assert line.version == version
            url, patch = f"{HOST}/ocpi/receiver/{version}/sessions/NL/ABC/S-1", {"kwh": 5 + minute, **at(minute)}
            method, body = ("PATCH", patch) if minute else ("PUT", whole)
            found = leg(town, say(town, "NL-ABC", method, url, body, to="NL-VET"))
            told.append((found.method, found.http_status, json.loads(found.request_body)["kwh"]))
        assert told == [("PUT", 201, 1.5), ("PUT", 200, 6), ("PUT", 200, 7)]


@pytest.mark.parametrize("first", ["PUT", "PATCH"])
def test_what_is_under_way_when_its_owner_changes_to_another_version_counts(tmp_path: Path, first: str) -> None:
    both = "NL-ABC: {role: cpo, ocpi: [2.2.1, 2.3.0], "
    with hub_town(tmp_path, "memory", lambda text: text.replace("NL-ABC: {role: cpo, ", both)) as town:
        cpo, line = town.world.cpos["NL-ABC"], town.connection("NL-ABC", HUB)
        honest = town.world.emsps["NL-VET"].office.platform.receive

        def slow(inbound: Inbound) -> Handling:
            yield town.kernel.env.timeout(8 * S)
            response = honest(inbound)
            assert isinstance(response, Response)
            return response

        def change_to(version: str) -> str:
            cpo.office.spawn(cpo.registration.renew(line, TIME, (version,)), "change to it")
            town.run_for(3 * S)
            assert line.version == version
            return f"{HOST}/ocpi/receiver/{version}/sessions/NL/ABC/S-1"

        url = change_to("2.2.1")
        whole = session("S-1", cdr_token=card_of(town, "NL-VET"), location_id=square(town)["id"], **at(0))
        if first == "PATCH":
            assert say(town, "NL-ABC", "PUT", url, whole, to="NL-VET").http == 201
        town.server("NL-VET", slow)
        body = {"kwh": 9.0, **at(1)}
        old = ask(town, "NL-ABC", first, url, body if first == "PATCH" else whole | body, to="NL-VET")
        town.run_for(S)
        url = change_to("2.3.0")
        new = ask(town, "NL-ABC", "PATCH", url, {"total_cost": {"before_taxes": 3}, **at(2)}, to="NL-VET")
        told = [heard(town, old), heard(town, new)]
        told.append(say(town, "NL-ABC", "PATCH", url, {"status": "COMPLETED", **at(3)}, to="NL-VET"))
        bodies = [json.loads(leg(town, each).request_body) for each in told]
        assert [(body["kwh"], body.get("total_cost")) for body in bodies] == [(9.0, None), (9.0, 3), (9.0, 3)]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_would_be_another_session_is_not_passed_on(desk: OpenTown, method: str) -> None:
    running = Running(desk, f"S-OTHER-{method}")
    change = {"id": "OTHER", **at(10)}
    told = running.put(running.whole | change) if method == "PUT" else running.patch(change)
    assert (told.status, onward(desk, told)) == (2001, [])
    assert running.patch(COMPLETED).status == 1000
    assert running.copy == ("COMPLETED", 1.5, ["08:00"])


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("odd", "rule"), [({"kwh": -1}, "negative"), ({"end_date_time": "2026-05-04T07:00:00Z"}, "period-order")]
)
def test_what_is_only_odd_is_passed_on_with_a_hint_by_whichever_method_it_comes(
    desk: OpenTown, method: str, odd: dict[str, Any], rule: str
) -> None:
    running = Running(desk, f"S-ODD-{rule}-{method}")
    change = {**odd, **at(10)}
    told = running.put(running.whole | change) if method == "PUT" else running.patch(change)
    assert (told.status, leg(desk, told).method) == (1000, "PUT")
    assert rule in [hint.rule for hint in desk.hints(leg(desk, told).exchange)]
