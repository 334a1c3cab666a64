"""Energy, bills and money are conserved in every run, whatever goes wrong."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from run_town import MIN, SCENARIOS, H, OpenTown, S, holds, named, played, town

from simulator.ocpi.datatypes import parse_datetime
from simulator.ocpi.v2_2_1.location_tree import find_evse
from simulator.recording.reader import Recording
from simulator.scenario.load import load

PLAYED_ELSEWHERE = ("hub/", "smart_charging/", "roaming/peer_to_peer", "roaming/three_versions_one_hub")
"""Scenarios that have tests of their own, over both wires and with every check."""
SHIPPED = [
    path
    for path in sorted(SCENARIOS.rglob("*.yaml"))
    if not path.relative_to(SCENARIOS).as_posix().startswith(PLAYED_ELSEWHERE)
]
PAIRS = (("NL-EMA", "NL-ABC"), ("NL-DUN", "NL-EMA"), ("NL-NOM", "NL-ABC"), ("NL-DUN", "NL-NOM"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_scenario_conserves_with_its_faults_and_without(path: Path, tmp_path: Path) -> None:
    scenario = load(path)
    result = played(scenario, tmp_path / "with.ocpirun")
    holds(result)
    assert int(str(result.summary["cdrs"])) > 0
    if scenario.faults:
        without = played(replace(scenario, faults=()), tmp_path / "without.ocpirun")
        holds(without)
        assert without.summary["energy_wh"]["held_back"] == 0  # type: ignore[index]
        assert without.summary["digest"] != result.summary["digest"]


# Mixes of faults

_instants = st.one_of(st.integers(0, 3 * 3_600 - 1), st.sampled_from([0, 1, 3_599, 3_600, 3 * 3_600 - 1]))
_lengths = st.sampled_from(["", ", for: 1 s", ", for: 90 s", ", for: 20 min", ", for: 2 h"])
_parties = st.sampled_from(["NL-ABC", "NL-DUN", "NL-EMA", "NL-NOM"])
_links = st.sampled_from([f"between: [{a}, {b}]" for a, b in PAIRS])
_kinds = st.one_of(
    st.builds("party_offline, party: {}".format, _parties),
    st.builds("link_down, {}".format, _links),
    st.builds("loss, probability: 30 %, {}".format, _links),
    st.builds("duplicates, probability: 30 %, {}".format, _links),
    st.builds("latency, latency: {{median: 40 s, p95: 100 s}}, {}".format, _links),
    st.builds("charger_offline, site: {}".format, st.sampled_from(["Square", "Market"])),
)
_faults = st.builds("{{at: {} s, kind: {}{}}}".format, _instants, _kinds, _lengths)


@settings(
    max_examples=15,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    faults=st.lists(_faults, min_size=1, max_size=6),
    poll=st.sampled_from(["never", "20 min"]),
    whitelist=st.sampled_from(["ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER"]),
)
def test_any_mix_of_faults_conserves(tmp_path: Path, faults: list[str], poll: str, whitelist: str) -> None:
    scenario = town(
        tmp_path,
        duration="3 h",
        faults=tuple(faults),
        poll=poll,
        change=lambda text: text.replace("ALLOWED_OFFLINE", whitelist),
    )
    holds(played(scenario, tmp_path / "mix.ocpirun"))


TWO = (named("Vera", authorise="app"), named("Wim", authorise="rfid", arrives='"06:31"'))
"""Two drivers of one eMSP at one CPO: one starts and stops by app, one by a card that the eMSP is asked about."""

MOMENTS = {
    "authorising": ("tokens.sender.post_authorize", 90_000),
    "starting": ("commands.receiver.post_start_session", 90_000),
    "telling the result": ("commands.sender.post_result", 20_000),
    "stopping": ("commands.receiver.post_stop_session", 90_000),
    "updating": ("sessions.receiver.patch_session", 50_000),
    "billing": ("cdrs.receiver.post_cdr", 50_000),
}
"""Microseconds after the first request of that kind was sent: on its way, or just handled."""


@pytest.fixture(scope="module")
def first_us(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """When, without faults, the first request of each kind is sent."""
    folder = tmp_path_factory.mktemp("calm")
    holds(played(town(folder, drivers=TWO, duration="2 h"), folder / "calm.ocpirun"))
    with Recording.open(folder / "calm.ocpirun") as recording:
        return {row.route: row.start_us for row in reversed(recording.messages(from_us=0))}


@pytest.mark.parametrize("party", ["NL-ABC", "NL-EMA"])
@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("length", ["for: 5 s", "for: 10 min", ""])
def test_a_party_killed_at_an_awkward_moment_loses_nothing(
    tmp_path: Path, first_us: dict[str, int], party: str, moment: str, length: str
) -> None:
    route, later_us = MOMENTS[moment]
    at = f"at: {(first_us[route] + later_us) / S:.6f} s"
    fault = f"{{{', '.join(filter(None, (at, 'kind: party_offline', f'party: {party}', length)))}}}"
    holds(played(town(tmp_path, drivers=TWO, duration="2 h", faults=(fault,)), tmp_path / "run.ocpirun"))


@pytest.mark.parametrize("cut_us", [1, 50_000, 120_000, 250_000])
def test_a_run_that_ends_while_a_bill_is_on_its_way_conserves(
    tmp_path: Path, first_us: dict[str, int], cut_us: int
) -> None:
    until_us = first_us["cdrs.receiver.post_cdr"] + cut_us
    result = played(town(tmp_path, drivers=TWO, duration="2 h"), tmp_path / "run.ocpirun", until_us=until_us)
    holds(result)
    energy_wh = result.summary["energy_wh"]
    assert isinstance(energy_wh, dict)
    assert energy_wh["held_back"] == 0
    assert energy_wh["plug"] == energy_wh["cdrs"] + energy_wh["open"] > 0


def test_a_bill_is_held_back_when_the_outage_lasts_to_the_end(tmp_path: Path) -> None:
    fault = "{at: 70 min, kind: link_down, between: [NL-EMA, NL-ABC]}"
    scenario = town(tmp_path, drivers=TWO, duration="2 h", poll="10 min", faults=(fault,))
    result = played(scenario, tmp_path / "run.ocpirun")
    holds(result)
    energy_wh = result.summary["energy_wh"]
    assert isinstance(energy_wh, dict)
    assert result.summary["cdrs"] == energy_wh["cdrs"] == energy_wh["open"] == 0
    assert energy_wh["held_back"] == energy_wh["plug"] > 0
    assert result.summary["cost"] == {}


# Copies agree with the truth once the network has settled


@settings(max_examples=6, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 1_000_000), duplicates=st.sampled_from(["0 %", "50 %"]))
def test_copies_are_true_although_requests_overtake_each_other_and_come_twice(
    tmp_path: Path, seed: int, duplicates: str
) -> None:
    """Nothing is lost and nobody polls: pushes alone must leave every receiver with what its partner has."""
    link = f"latency: {{median: 2 s, p95: 10 s}}, timeout: 15 min, duplicates: {duplicates}"
    scenario = replace(town(tmp_path, duration="4 h", link=link), seed=seed)
    with OpenTown(scenario, tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(4 * H)
        _agree(open_town, before_us=open_town.now_us - 30 * MIN)


@settings(max_examples=6, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(faults=st.lists(_faults, min_size=1, max_size=6), seed=st.integers(0, 1_000_000))
def test_copies_are_true_when_all_faults_are_over_and_receivers_have_polled(
    tmp_path: Path, faults: list[str], seed: int
) -> None:
    over = tuple(re.sub(r"at: (\d+) s", lambda at: f"at: {int(at[1]) // 2} s", fault) for fault in faults)
    ended = tuple(fault if ", for: " in fault else f"{fault[:-1]}, for: 5 min}}" for fault in over)
    short = tuple(fault.replace("for: 2 h", "for: 1 h") for fault in ended)
    scenario = replace(town(tmp_path, duration="4 h", faults=short, poll="20 min"), seed=seed)
    with OpenTown(scenario, tmp_path / "run.ocpirun") as open_town:
        open_town.run_to(4 * H)
        _agree(open_town, before_us=open_town.now_us - 50 * MIN)
        assert all(open_town.audit().checks.values())


def _agree(open_town: OpenTown, before_us: int) -> None:
    """Whatever has not changed since is the same at its owner and at its receiver."""
    world = open_town.world

    def settled(last_updated: str) -> bool:
        return parse_datetime(last_updated) - world.scenario.start_epoch_us < before_us

    for cpo in world.cpos.values():
        owner = cpo.office.identity.country_code, cpo.office.identity.party_id
        for emsp in world.emsps.values():
            for location in cpo.locations.store:
                copy = emsp.locations.store.get(*owner, location.id)
                assert copy is not None
                for evse in location.evses:
                    assert not settled(evse.last_updated) or find_evse(copy, evse.uid) == evse
            for session in cpo.sessions.by_peer.get(emsp.office.id, ()):
                if settled(session.last_updated):
                    assert emsp.sessions.store.get(*owner, session.id) == session.whole()
            for cdr in cpo.billing.cdrs.by_peer.get(emsp.office.id, ()):
                if settled(cdr.last_updated):
                    assert emsp.cdrs.store.get(*owner, cdr.id) == cdr
            for token in emsp.tokens.store:
                assert cpo.tokens.store.get(token.country_code, token.party_id, token.uid, token.type.value) == token
    assert any(settled(session.last_updated) for cpo in world.cpos.values() for session in cpo._sessions.values())
