"""One scenario and one seed make one digest, however the run is carried, paced, watched or kept."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_town import SCENARIOS, WireName, holds, named, played, town

from simulator.assemble import RunOptions, RunResult, play
from simulator.control.client import ControlClient, ControlRefused
from simulator.recording.errors import NotARecording
from simulator.recording.reader import Recording
from simulator.scenario.load import load
from simulator.scenario.model import Scenario

QUICKSTART = SCENARIOS / "quickstart.yaml"

PLAY = """
import asyncio, sys
from pathlib import Path
from simulator.assemble import RunOptions, play
from simulator.scenario.load import load
result = asyncio.run(play(load(Path(sys.argv[1])), RunOptions(out=Path(sys.argv[2]), wire=sys.argv[3])))
print(result.summary["digest"])
"""


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> str:
    return digest_of(played(load(QUICKSTART), tmp_path_factory.mktemp("reference") / "run.ocpirun"))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "run.ocpirun"


def digest_of(result: RunResult) -> str:
    holds(result)
    return str(result.summary["digest"])


def test_the_recording_keeps_the_digest_that_the_run_returns(out: Path, digest: str) -> None:
    assert digest_of(played(load(QUICKSTART), out)) == digest
    assert len(digest) == 64
    with Recording.open(out) as recording:
        assert recording.meta["digest"] == digest


def test_real_http_makes_the_same_digest_as_memory(out: Path, digest: str) -> None:
    assert digest_of(played(load(QUICKSTART), out, wire="http")) == digest


def test_faults_make_the_same_digest_on_both_wires(tmp_path: Path) -> None:
    scenario = town(
        tmp_path,
        duration="3 h",
        poll="30 min",
        faults=(
            "{at: 40 min, kind: party_offline, party: NL-EMA, for: 15 min}",
            "{at: 20 min, kind: duplicates, between: [NL-EMA, NL-ABC], probability: 30 %}",
            "{at: 50 min, kind: loss, between: [NL-NOM, NL-ABC], probability: 30 %, for: 1 h}",
            "{at: 1 h, kind: latency, between: [NL-DUN, NL-EMA], latency: {median: 40 s, p95: 90 s}, for: 20 min}",
        ),
    )
    wires: tuple[WireName, ...] = ("memory", "http")
    digests = [digest_of(played(scenario, tmp_path / f"{wire}.ocpirun", wire=wire)) for wire in wires]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("level", ["headers", "aggregates"])
def test_what_is_kept_does_not_change_the_digest(out: Path, digest: str, level: str) -> None:
    assert digest_of(played(load(QUICKSTART), out, level=level)) == digest


def test_speed_does_not_change_the_digest(tmp_path: Path) -> None:
    scenario = town(tmp_path, drivers=(named("Vera", arrives="10 min"),), duration="2 h")
    fast = digest_of(played(scenario, tmp_path / "fast.ocpirun"))
    paced = played(scenario, tmp_path / "paced.ocpirun", speed=20_000.0)
    assert digest_of(paced) == fast
    # Two hours and the lead-in at this speed: the run did keep to the clock.
    assert float(str(paced.summary["wall_s"])) > 7_200 / 20_000


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_pythons_hash_seed_does_not_change_the_digest(out: Path, digest: str, hash_seed: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PLAY, str(QUICKSTART), str(out), "memory"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )
    assert run.stdout.strip() == digest


def test_another_seed_makes_another_digest(tmp_path: Path) -> None:
    scenario = town(tmp_path, duration="1 h")
    digests = {digest_of(played(scenario, tmp_path / f"{seed}.ocpirun", seed=seed)) for seed in (None, 7, 8, 9)}
    assert len(digests) == 3  # 7 is the scenario's own


def test_a_run_cut_short_is_the_beginning_of_the_whole_run(tmp_path: Path) -> None:
    scenario = load(QUICKSTART)
    played(scenario, tmp_path / "whole.ocpirun")
    played(scenario, tmp_path / "part.ocpirun", until_us=3_600_000_000)
    with Recording.open(tmp_path / "whole.ocpirun") as whole, Recording.open(tmp_path / "part.ocpirun") as part:
        last = part.messages(contents=True)[-1].seq
        assert part.messages(contents=True) == [row for row in whole.messages(contents=True) if row.seq <= last]
        assert part.meta["digest"] != whole.meta["digest"]


# Paused and stepped through the control API


def steer(scenario: Scenario, out: Path, tool: "Steering", wire: WireName = "memory") -> RunResult:
    """Play with the control API on, paused at first, while `tool` steers from another thread."""

    async def scene() -> RunResult:
        options = RunOptions(out=out, wire=wire, paused=True)
        running = asyncio.create_task(play(scenario, options))
        steering = asyncio.create_task(asyncio.to_thread(tool.steer, out))
        await steering
        return await running

    return asyncio.run(scene())


class Steering:
    """Pauses, steps and runs on, and looks into the recording after each."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def steer(self, out: Path) -> None:
        with self._opened(out) as recording:
            meta = recording.meta
            client = ControlClient(meta["control_url"], meta["control_token"], timeout_s=300)
            for rows in (1, 1, 5, 40):
                before = recording.last_seq
                report = client.step(rows)
                self._agrees(recording, report.seq)
                assert report.seq >= before + rows
                assert report.state == "paused"
            report = client.run_until(0)
            assert report.at_us <= 0
            self._agrees(recording, report.seq)
            report = client.run_until("08:00")
            self._agrees(recording, report.seq)
            assert not recording.messages(from_us=3_600_000_000)
            client.speed(1_000)
            client.resume()
            paused = client.pause()
            self._agrees(recording, paused.seq)
            client.step(3)
            client.speed(None)
            client.resume()

    def _agrees(self, recording: Recording, seq: int) -> None:
        """What the answer says was committed is what a reader sees, no more and no less."""
        batch = recording.tail(0, limit=1_000_000)
        assert recording.last_seq == batch.last_seq == seq
        assert len(batch.messages + batch.events + batch.states + batch.money + batch.faults) == seq
        self.seen.append(seq)

    def _opened(self, out: Path) -> Recording:
        """The recording as soon as the run can be steered."""
        until_s = time.monotonic() + 300
        while time.monotonic() < until_s:
            try:
                recording = Recording.open(out)
            except NotARecording:
                continue
            if recording.meta.get("control_token"):
                return recording
            recording.close()
        raise AssertionError("the run did not begin")


@pytest.mark.parametrize("wire", ["memory", "http"])
def test_pausing_and_stepping_do_not_change_the_digest(out: Path, digest: str, wire: WireName) -> None:
    steering = Steering()
    assert digest_of(steer(load(QUICKSTART), out, steering, wire)) == digest
    assert steering.seen == sorted(steering.seen)
    with Recording.open(out) as recording:
        assert {command.command for command in recording.commands()} == {
            "step",
            "run_until",
            "speed",
            "resume",
            "pause",
        }
        meta = recording.meta
        assert meta["control_url"] == ""
        assert "control_token" not in meta


def test_nobody_answers_when_the_run_is_over(out: Path) -> None:
    clients: list[ControlClient] = []

    class Keep(Steering):
        def steer(self, out: Path) -> None:
            with self._opened(out) as recording:
                clients.append(ControlClient(recording.meta["control_url"], recording.meta["control_token"], 5))
            clients[0].resume()

    steer(load(QUICKSTART), out, Keep())
    with pytest.raises(ControlRefused, match="No engine answers"):
        clients[0].state()
