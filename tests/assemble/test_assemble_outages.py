"""What parties know after something was out of order: nobody repeats a push, receivers catch up by pulling.

Numbers of cases are those of the protocol digest, section 4.
"""

import itertools
import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from run_town import MIN, H, OpenTown, S, named, town

from simulator.engine.cause import TIME
from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.v2_2_1.locations import Status
from simulator.ocpi.v2_2_1.sessions import Session, SessionStatus
from simulator.ocpi.v2_2_1.tokens import AllowedType
from simulator.parties.sync import RETRIES_US
from simulator.recording.reader import Recording
from simulator.recording.rows import Message

VERA = named("Vera")
"""Charges at the Square from half past six to half past seven; her provider is asked about her card."""


def opened(folder: Path, *faults: str, drivers: tuple[str, ...] = (VERA,), **more: str) -> OpenTown:
    scenario = town(folder, drivers=drivers, faults=faults, duration="3 h", **more)  # type: ignore[arg-type]
    return OpenTown(scenario, folder / "run.ocpirun")


def messages(open_town: OpenTown, **wanted: int | str) -> list[Message]:
    open_town.recorder.flush()
    with Recording.open(open_town.path) as recording:
        return recording.messages(contents=True, **wanted)  # type: ignore[arg-type]


def the_session(open_town: OpenTown) -> tuple[Session, Session | None]:
    """The one session as NL-ABC has it, and NL-EMA's copy."""
    (running,) = open_town.world.cpos["NL-ABC"].sessions.by_peer["NL-EMA"]
    whole = running.whole()
    return whole, open_town.world.emsps["NL-EMA"].sessions.store.get("NL", "ABC", whole.id)


def evse_statuses(open_town: OpenTown) -> list[Status]:
    (location,) = (each for each in open_town.world.emsps["NL-EMA"].locations.store if each.party_id == "ABC")
    return [evse.status for evse in location.evses]


def test_case_50_an_emsp_that_was_down_pulls_what_it_missed_and_gets_no_replay(tmp_path: Path) -> None:
    fault = "{at: 60 min, kind: party_offline, party: NL-EMA, for: 1 h}"
    with opened(tmp_path, fault) as open_town:
        emsp = open_town.world.emsps["NL-EMA"]
        open_town.run_to(115 * MIN)
        truth, copy = the_session(open_town)
        assert truth.status is SessionStatus.COMPLETED
        assert copy is not None
        assert copy.status is SessionStatus.ACTIVE
        assert Status.CHARGING in evse_statuses(open_town)
        assert len(emsp.cdrs.store) == 0
        assert open_town.audit().energy_wh.held_back > 0
        assert [data["why"] for data in open_town.events("cdr_not_delivered", "NL-ABC")] == ["connection refused"]

        open_town.run_to(125 * MIN)
        truth, copy = the_session(open_town)
        assert copy == truth
        assert evse_statuses(open_town) == [Status.AVAILABLE] * 4
        assert [cdr.session_id for cdr in emsp.cdrs.store] == [truth.id]
        (payable,) = open_town.ledger.payables
        assert payable.at_us > 2 * H
        assert open_town.audit().energy_wh.held_back == 0
        assert all(open_town.audit().checks.values())

        sent = messages(open_town, from_us=2 * H, receiver="NL-EMA")
        assert not [row for row in sent if row.method != "GET"]
        pulled = messages(open_town, from_us=2 * H, sender="NL-EMA", receiver="NL-ABC")
        assert [row.module for row in pulled] == ["tariffs", "locations", "sessions", "cdrs"]
        # What is pulled is what has changed since the last time, not everything.
        assert all("date_from=2026-05-04T03:58" in row.path for row in pulled[1:])

        done = [data for data in open_town.events("synchronised", "NL-EMA") if data["reason"] == "back after an outage"]
        (told,) = (data for data in done if data["peer"] == "NL-ABC")
        assert told["changed"] == {"tariffs": 0, "locations": 1, "sessions": 1, "cdrs": 1}
        # Vera left at 7:31; until 8:00 the app showed her place as taken.
        assert 28 * 60 < told["stalest_s"] < 31 * 60


def test_a_session_that_was_missed_is_timed_too(tmp_path: Path) -> None:
    """Vera's place looks as before; her session was told each ten minutes, last at 7:20."""
    with opened(tmp_path, "{at: 60 min, kind: party_offline, party: NL-EMA, for: 25 min}") as open_town:
        open_town.run_to(89 * MIN)
        done = [data for data in open_town.events("synchronised", "NL-EMA") if data["reason"] == "back after an outage"]
        (told,) = (data for data in done if data["peer"] == "NL-ABC")
        assert told["changed"] == {"tariffs": 0, "locations": 0, "sessions": 1, "cdrs": 0}
        assert 5 * 60 < told["stalest_s"] < 6 * 60


def test_a_link_that_is_back_makes_both_ends_pull(tmp_path: Path) -> None:
    fault = "{at: 60 min, kind: link_down, between: [NL-EMA, NL-ABC], for: 1 h}"
    with opened(tmp_path, fault) as open_town:
        open_town.run_to(125 * MIN)
        truth, copy = the_session(open_town)
        assert copy == truth
        assert len(open_town.world.emsps["NL-EMA"].cdrs.store) == 1
        for party, peer in (("NL-EMA", "NL-ABC"), ("NL-ABC", "NL-EMA")):
            done = open_town.events("synchronised", party)
            assert [(each["peer"], each["problems"]) for each in done if each["reason"] == "the peer is back"] == [
                (peer, [])
            ]


def test_a_token_blocked_while_the_cpo_was_down_is_learned_when_it_is_back(tmp_path: Path) -> None:
    fault = "{at: 10 min, kind: party_offline, party: NL-ABC, for: 5 min}"
    with opened(tmp_path, fault) as open_town:
        emsp, cpo = open_town.world.emsps["NL-EMA"], open_town.world.cpos["NL-ABC"]
        (token,) = emsp.tokens.store
        open_town.run_to(12 * MIN)
        emsp.block(token.uid, AllowedType.BLOCKED, TIME)
        open_town.run_to(14 * MIN)
        copy = cpo.tokens.store.get("NL", "EMA", token.uid, "RFID")
        assert copy is not None
        assert copy.valid
        open_town.run_to(16 * MIN)
        copy = cpo.tokens.store.get("NL", "EMA", token.uid, "RFID")
        assert copy is not None
        assert not copy.valid


def test_a_cpo_that_was_down_tells_what_its_charge_points_kept_for_it(tmp_path: Path) -> None:
    fault = "{at: 80 min, kind: party_offline, party: NL-ABC, for: 30 min}"
    with opened(tmp_path, fault) as open_town:
        open_town.run_to(105 * MIN)
        assert the_session(open_town)[0].status is SessionStatus.ACTIVE
        assert open_town.audit().energy_wh.open > 0
        open_town.run_to(115 * MIN)
        truth, copy = the_session(open_town)
        assert truth.status is SessionStatus.COMPLETED
        assert copy == truth
        (cdr,) = open_town.world.emsps["NL-EMA"].cdrs.store
        # The meter's time counts, not the time at which the CPO heard of it.
        assert cdr.end_date_time < "2026-05-04T05:33:00Z"
        assert cdr.last_updated.startswith("2026-05-04T05:50:00.05")
        assert all(open_town.audit().checks.values())


def test_a_patch_that_finds_no_session_leads_to_a_put_of_the_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as open_town:
        open_town.run_to(65 * MIN)
        truth, copy = the_session(open_town)
        assert truth == copy
        open_town.world.emsps["NL-EMA"].sessions.store.drop("NL", "ABC", truth.id)
        open_town.run_to(75 * MIN)
        truth, copy = the_session(open_town)
        assert copy == truth
        assert len(truth.charging_periods) == 4
        sent = messages(open_town, from_us=65 * MIN, session_id=truth.id)
        assert [(row.method, row.http_status) for row in sent] == [("PATCH", 404), ("PUT", 201)]
        assert (sent[1].cause_kind, sent[1].cause) == ("message", sent[0].exchange)


def test_a_patch_that_finds_no_location_leads_to_a_put_of_the_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as open_town:
        open_town.run_to(20 * MIN)
        (location,) = open_town.world.cpos["NL-ABC"].locations.store
        open_town.world.emsps["NL-EMA"].locations.store.drop("NL", "ABC", location.id)
        open_town.run_to(40 * MIN)
        assert Status.CHARGING in evse_statuses(open_town)
        sent = [row for row in messages(open_town, module="locations", from_us=0) if row.receiver == "NL-EMA"]
        assert [(row.method, row.http_status) for row in sent] == [("PATCH", 404), ("PUT", 201)]


def test_after_a_lost_patch_the_next_message_makes_the_copy_whole(tmp_path: Path) -> None:
    """A PATCH adds charging periods: those of a lost one would be missing for ever."""
    loss = "{at: 55 min, kind: loss, probability: 100 %, between: [NL-EMA, NL-ABC], for: 10 min}"
    with opened(tmp_path, loss) as open_town:
        open_town.run_to(85 * MIN)
        truth, copy = the_session(open_town)
        assert copy == truth
        sent = messages(open_town, from_us=30 * MIN, session_id=truth.id, module="sessions")
        assert [(row.method, row.final) for row in sent] == [
            ("PUT", "delivered"),
            ("PATCH", "delivered"),
            ("PATCH", "delivered"),
            ("PATCH", "lost"),
            ("PUT", "delivered"),
            ("PATCH", "delivered"),
        ]
        assert [len(json.loads(row.request_body).get("charging_periods", ())) for row in sent] == [0, 1, 1, 1, 4, 1]


def test_a_first_pull_that_fails_is_tried_again(tmp_path: Path) -> None:
    """On a slow link the Receiver of a handshake may pull before its answer has reached the other side."""
    scenario = town(tmp_path, drivers=(VERA,), duration="3 h", link="latency: {median: 700 ms, p95: 9 s}")
    with OpenTown(replace(scenario, seed=1), tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(3 * MIN)
        with_dune = [each for each in open_town.events("synchronised", "NL-NOM") if each["peer"] == "NL-DUN"]
        early = "A registration token opens versions and credentials only."
        assert (with_dune[0]["reason"], with_dune[0]["problems"]) == ("registered", [early] * 4)
        assert (with_dune[-1]["reason"], with_dune[-1]["problems"]) == ("again", [])
        assert len(open_town.world.emsps["NL-NOM"].locations.store) == 2
        assert len(open_town.world.emsps["NL-NOM"].tariffs.store) == 2
        assert open_town.world.emsps["NL-NOM"].app.near(52.175, 4.495, 10, 100)


def test_a_pull_is_not_tried_again_for_ever(tmp_path: Path) -> None:
    fault = "{at: 10 s, kind: loss, probability: 100 %, between: [NL-EMA, NL-ABC]}"
    with opened(tmp_path, fault) as open_town:
        open_town.run_to(11 * S)
        open_town.world.emsps["NL-EMA"].sync.soon(open_town.connection("NL-EMA", "NL-ABC"), "asked for")
        open_town.run_to(2 * H)
        rounds = [each for each in open_town.events("synchronised", "NL-EMA") if each["problems"]]
        assert [each["reason"] for each in rounds] == ["asked for", *["again"] * len(RETRIES_US)]


@pytest.mark.parametrize(("first", "second"), [("NL-ABC", "NL-EMA"), ("NL-EMA", "NL-ABC")])
def test_a_party_that_is_down_does_nothing_when_its_partner_comes_back(tmp_path: Path, first: str, second: str) -> None:
    faults = (
        f"{{at: 10 min, kind: party_offline, party: {first}, for: 10 min}}",
        f"{{at: 15 min, kind: party_offline, party: {second}, for: 20 min}}",
    )
    with opened(tmp_path, *faults) as open_town:
        open_town.run_to(25 * MIN)
        assert not messages(open_town, sender=second, from_us=15 * MIN)
        assert not [each for each in open_town.events("synchronise", second) if each["reason"] == "the peer is back"]


def reprice(open_town: OpenTown, times: int) -> None:
    cpo = open_town.world.cpos["NL-ABC"]
    (tariff,) = cpo.tariffs.store
    for number in range(times):
        dated = cpo.office.calendar.text(open_town.now_us + number * 1_000)
        cpo.prices.change(replace(tariff, last_updated=dated), TIME)


def test_pushes_about_one_object_follow_each_other(tmp_path: Path) -> None:
    with opened(tmp_path, link="latency: {median: 2 s, p95: 10 s}") as open_town:
        open_town.run_to(10 * MIN)
        reprice(open_town, 4)
        open_town.run_for(5 * MIN)
        for emsp in open_town.world.emsps.values():
            puts = messages(open_town, module="tariffs", receiver=emsp.office.id, from_us=10 * MIN)
            assert [row.http_status for row in puts] == [200] * 4
            assert all(later.start_us == row.end_us for row, later in itertools.pairwise(puts))
            (copy,) = (each for each in emsp.tariffs.store if each.party_id == "ABC")
            assert copy == next(iter(open_town.world.cpos["NL-ABC"].tariffs.store))


def test_case_50_what_waited_to_be_pushed_when_a_cpo_went_down_is_not_sent_later(tmp_path: Path) -> None:
    fault = "{at: 602 s, kind: party_offline, party: NL-ABC, for: 60 s}"
    with opened(tmp_path, fault, link="latency: 4 s") as open_town:
        open_town.run_to(10 * MIN)
        reprice(open_town, 4)
        open_town.run_for(5 * MIN)
        for emsp in open_town.world.emsps.values():
            puts = messages(open_town, module="tariffs", receiver=emsp.office.id, from_us=10 * MIN)
            assert [(row.method, row.final, row.failure) for row in puts] == [("PUT", "dead", "the sender went down")]
            # The receiver has read it by itself when the CPO was back.
            (copy,) = (each for each in emsp.tariffs.store if each.party_id == "ABC")
            assert copy == next(iter(open_town.world.cpos["NL-ABC"].tariffs.store))


def test_each_state_of_an_evse_or_session_is_dated_later_than_the_one_before(tmp_path: Path) -> None:
    """Also when one car leaves and the next is plugged in at the same instant: a receiver could not tell them apart."""
    scenario = town(tmp_path, duration="5 h", change=lambda text: text.replace("per_day: 60", "per_day: 150"))
    with OpenTown(scenario, tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(5 * H)
        seen: dict[str, list[tuple[int, int]]] = {}
        for row in open_town.rows.states:
            if (row.holder, row.kind) == ("NL-ABC", "evse"):
                dated = parse_datetime(json.loads(row.value)["last_updated"])
                seen.setdefault(row.entity, []).append((row.at_us, dated))
    changes = [pair for rows in seen.values() for pair in itertools.pairwise(rows[1:])]
    assert all(after[1] > before[1] for before, after in changes)
    assert any(after[0] == before[0] for before, after in changes)


def test_copies_of_a_link_with_duplicates_book_a_bill_once(tmp_path: Path) -> None:
    fault = "{at: 0 s, kind: duplicates, probability: 100 %, between: [NL-EMA, NL-ABC]}"
    with opened(tmp_path, fault) as open_town:
        open_town.run_to(2 * H)
        posts = [row for row in messages(open_town, module="cdrs", from_us=0) if row.method == "POST"]
        assert [row.http_status for row in posts] == [201, 200]
        assert posts[1].duplicate_of == posts[0].exchange
        assert len(open_town.ledger.payables) == 1
        assert the_session(open_town)[0] == the_session(open_town)[1]
        assert all(open_town.audit().checks.values())
