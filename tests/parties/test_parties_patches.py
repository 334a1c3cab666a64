"""A CPO that patches: what it sends in 2.1.1 of sessions and tariffs, and that its peers' copies are right after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from run_town import MIN, H, OpenTown, S, named, town

from simulator.assemble.begin import begin
from simulator.engine.cause import TIME
from simulator.engine.node import Handling, Inbound
from simulator.ocpi import codec
from simulator.ocpi.v2_1_1.sessions import Session
from simulator.ocpi.v2_1_1.tariffs import Tariff
from simulator.parties.patching import difference
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.wire.carrier import Response

CPO, EMSP = "NL-ABC", "NL-EMA"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[OpenTown]:
    """A town of 2.1.1 in which somebody charges from 1 h on."""
    scenario = town(tmp_path, drivers=(named("Vera", arrives="1 h"),), duration="6 h")
    parties = tuple(replace(each, versions=("2.1.1",), patches=each.id == CPO) for each in scenario.parties)
    with OpenTown(replace(scenario, parties=parties), tmp_path / "old.ocpirun") as open_town:
        begin(open_town.world)
        open_town.run_to(1 * H + 5 * MIN)
        yield open_town


def told(town: OpenTown, module: str) -> list[Message]:
    """What the CPO has pushed to the eMSP of a module."""
    town.recorder.flush()
    with Recording.open(town.path) as recording:
        rows = recording.messages(module=module, sender=CPO, receiver=EMSP, contents=True)
    return [row for row in rows if row.method in ("PUT", "PATCH")]


def sessions_are_right(town: OpenTown) -> None:
    """The places in them have been told by themselves since."""
    ours = list(town.world.cpos[CPO].sessions.by_peer[EMSP])
    assert ours
    for session in ours:
        said = codec.decode(town.connection(CPO, EMSP).dialect.encode(session.whole()), Session)
        copy = town.world.emsps[EMSP].sessions.store.original(Session, "NL", "ABC", session.id)
        assert replace(copy, location=said.location) == said


def test_a_session_is_told_whole_and_then_by_what_has_changed(old: OpenTown) -> None:
    old.run_to(5 * H)
    rows = told(old, "sessions")
    patches = [row for row in rows if row.method == "PATCH"]
    assert len(patches) > 3
    first = {row.object_id: row.method for row in reversed(rows)}
    assert {*first.values()} == {"PUT"}
    assert len(rows) == len(patches) + len(first)
    assert {(row.http_status, row.ocpi_status) for row in patches} == {(200, 1000)}
    assert all(b'"charging_periods"' in row.request_body for row in patches)
    assert not any(b'"currency"' in row.request_body for row in patches)
    sessions_are_right(old)


def test_a_session_that_the_peer_does_not_know_is_told_whole_again(old: OpenTown) -> None:
    copy = next(each for each in old.world.emsps[EMSP].sessions.store if each.status == "ACTIVE")
    old.world.emsps[EMSP].sessions.store.drop("NL", "ABC", copy.id)
    old.run_to(5 * H)
    rows = [row for row in told(old, "sessions") if row.object_id == copy.id]
    lost = next(number for number, row in enumerate(rows) if row.http_status == 404)
    assert [row.method for row in rows[lost : lost + 3]] == ["PATCH", "PUT", "PATCH"]
    sessions_are_right(old)


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1"])
def test_what_waits_behind_a_patch_that_failed_is_told_by_one_put(tmp_path: Path, version: str) -> None:
    """Each of them would only add to a copy that lacks something; the bill that waits there too goes out after it."""
    often = town(tmp_path, drivers=(named("Vera", stay="5 min"),), change=lambda text: text.replace("10 min", "5 s"))
    parties = tuple(replace(each, versions=(version,), patches=each.id == CPO) for each in often.parties)
    with OpenTown(replace(often, parties=parties), tmp_path / "run.ocpirun") as open_town:
        begin(open_town.world)
        open_town.run_to(34 * MIN + 40 * S)
        answer, failed = open_town.world.party(EMSP).office.node.server, []

        def fails_once(inbound: Inbound) -> Handling:
            failed.append(inbound)
            yield open_town.kernel.env.timeout(25 * S)
            return Response(500, (), b"")

        open_town.server(EMSP, lambda inbound: answer(inbound) if failed else fails_once(inbound))
        open_town.run_to(1 * H)
        open_town.recorder.flush()
        with Recording.open(open_town.path) as recording:
            rows = recording.messages(sender=CPO, receiver=EMSP)
    (lost,) = [row for row in rows if row.http_status == 500]
    after = [row.method for row in rows if row.session_id == lost.session_id and row.exchange >= lost.exchange]
    assert after == ["PATCH", "PUT", "POST"]


@pytest.mark.parametrize("known", [True, False])
def test_a_tariff_is_patched_and_told_whole_to_one_who_does_not_know_it(old: OpenTown, known: bool) -> None:
    cpo, copies = old.world.cpos[CPO], old.world.emsps[EMSP].tariffs.store
    tariff = next(iter(cpo.tariffs.store))
    if not known:
        copies.drop("NL", "ABC", tariff.id)
    dearer = replace(tariff, elements=(*tariff.elements, *tariff.elements), last_updated=cpo.office.calendar.now())
    cpo.prices.change(dearer, TIME)
    old.run_for(30 * S)
    methods = [(row.method, row.http_status) for row in told(old, "tariffs")]
    assert methods == ([("PATCH", 200)] if known else [("PATCH", 404), ("PUT", 201)])
    assert b'"currency"' not in told(old, "tariffs")[0].request_body
    said = codec.decode(old.connection(CPO, EMSP).dialect.encode(dearer), Tariff)
    assert copies.original(Tariff, "NL", "ABC", tariff.id) == said


@pytest.mark.parametrize(
    ("before", "now", "patch"),
    [
        (b'{"a":1,"b":[1]}', b'{"a":1,"b":[1,2],"c":"x"}', b'{"b":[1,2],"c":"x"}'),
        (b'{"a":1.10}', b'{"a":1.1}', b'{"a":1.1}'),
        (b'{"a":1,"b":2}', b'{"a":1}', None),
    ],
    ids=["new and other", "as it is written", "gone"],
)
def test_a_patch_has_what_differs_and_cannot_say_that_something_is_gone(
    before: bytes, now: bytes, patch: bytes | None
) -> None:
    assert difference(before, now) == patch
