"""However a run ends, its recording opens and says how: complete, interrupted, failed, killed, out of disk."""

import asyncio
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from run_town import SCENARIOS, H, holds, named, played, town

from simulator.assemble import Progress, RunOptions, RunResult, play
from simulator.engine import guard
from simulator.engine.guard import KernelError
from simulator.recording.errors import NotARecording, RecordingFailed
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder
from simulator.scenario.load import load

QUICKSTART = SCENARIOS / "quickstart.yaml"
TOOL = [sys.executable, "-c", "import sys; from simulator.cli import main; sys.exit(main())"]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "run.ocpirun"


def meta(out: Path) -> dict[str, str]:
    with Recording.open(out) as recording:
        assert not recording.is_live
        assert recording.query("PRAGMA integrity_check") == [("ok",)]
        return recording.meta


def test_a_complete_run_says_so(out: Path) -> None:
    result = played(load(QUICKSTART), out)
    told = meta(out)
    assert not result.interrupted
    assert (told["state"], told["interrupted"]) == ("closed", "false")
    assert json.loads(told["checks"]) == result.summary["checks"]
    assert told["ended_at_us"] == told["duration_us"] == str(4 * H)
    assert "failure" not in told
    summary = json.loads(told["summary"])
    assert {**summary, "digest": told["digest"]} == result.summary


@pytest.mark.parametrize("wire", ["memory", "http"])
def test_a_run_that_is_told_to_stop_is_closed_with_its_checks(out: Path, wire: str) -> None:
    async def scene() -> RunResult:
        stop = asyncio.Event()

        def watch(progress: Progress) -> None:
            if progress.at_us > H / 10:
                stop.set()

        return await play(load(QUICKSTART), RunOptions(out=out, wire=wire, speed=5_000.0), watch, stop)  # type: ignore[arg-type]

    result = asyncio.run(scene())
    assert result.interrupted
    holds(result)
    told = meta(out)
    assert (told["state"], told["interrupted"]) == ("closed", "true")
    assert H / 10 <= int(told["ended_at_us"]) < 4 * H
    assert told["digest"] == result.summary["digest"]
    with Recording.open(out) as recording:
        (end,) = recording.events(kind="end", source="run")
        assert json.loads(end.data)["interrupted"] is True


def test_a_paused_run_can_be_stopped(out: Path) -> None:
    async def scene() -> RunResult:
        stop = asyncio.Event()
        running = asyncio.create_task(
            play(load(QUICKSTART), RunOptions(out=out, wire="memory", paused=True), None, stop)
        )
        stop.set()
        return await running

    assert asyncio.run(scene()).interrupted
    assert meta(out)["state"] == "closed"


def test_a_run_that_is_cancelled_keeps_what_it_has(out: Path) -> None:
    async def scene() -> None:
        running = asyncio.create_task(play(load(QUICKSTART), RunOptions(out=out, wire="http", paused=True)))
        while not out.exists():
            await asyncio.sleep(0)
        for _ in range(50):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(scene())
    assert meta(out)["failure"] == "CancelledError"


@pytest.mark.parametrize("wire", ["memory", "http"])
def test_a_run_that_fails_keeps_what_it_has_and_says_why(out: Path, wire: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "MAX_PER_INSTANT", 2)
    with pytest.raises(KernelError, match="More than 2 exchanges started at one instant") as failure:
        played(load(QUICKSTART), out, wire=wire, speed=10_000.0)  # type: ignore[arg-type]
    told = meta(out)
    assert told["failure"] == str(failure.value)
    assert told["state"] == "closed"
    assert told["control_url"] == ""
    assert "checks" not in told


def test_a_fault_of_our_own_keeps_what_it_has_and_says_what(out: Path) -> None:
    async def scene() -> RunResult:
        def watch(progress: Progress) -> None:
            if progress.phase == "closing":
                raise ZeroDivisionError("a fault of ours")

        return await play(load(QUICKSTART), RunOptions(out=out, wire="memory"), watch)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(scene())
    assert meta(out)["failure"] == "a fault of ours"


@pytest.mark.parametrize("wire", ["memory", "http"])
@pytest.mark.parametrize("pages", [45, 80])
def test_a_full_disk_ends_the_run_with_a_sentence(
    out: Path, wire: str, pages: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Recorder, "create", functools.partial(Recorder.create, max_pages=pages))
    with pytest.raises(RecordingFailed, match=r"the disk is full; everything up to row [0-9]+ is kept"):
        # So fast only that some rows are written before more of them are there than the disk can hold.
        played(load(SCENARIOS / "roaming" / "two_networks.yaml"), out, wire=wire, speed=10_000.0)  # type: ignore[arg-type]
    told = meta(out)
    assert told["state"] in ("live", "killed")
    with Recording.open(out) as recording:
        kept = recording.tail(0, limit=1_000_000)
        assert kept.last_seq == len(kept.messages + kept.events + kept.states + kept.money + kept.faults) > 0


def test_a_killed_run_leaves_the_beginning_of_the_whole_one(tmp_path: Path, out: Path) -> None:
    arguments = ["run", str(QUICKSTART), "--wire", "http", "--speed", "2000", "--out", str(out)]
    with subprocess.Popen([*TOOL, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        try:
            _wait_for_rows(out, 400)
            child.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        finally:
            child.kill()
        # Its writer, which holds this pipe too, lives until it has committed what it was given.
        assert child.stderr is not None
        child.stderr.read()
    told = meta(out)
    assert told["state"] == "killed"
    assert "digest" not in told
    played(load(QUICKSTART), tmp_path / "whole.ocpirun")
    with Recording.open(out) as killed, Recording.open(tmp_path / "whole.ocpirun") as whole:
        last = killed.last_seq
        assert 400 <= last < whole.last_seq
        assert killed.messages(contents=True) == [row for row in whole.messages(contents=True) if row.seq <= last]
        assert killed.events() == [row for row in whole.events() if row.seq <= last]
        assert killed.states() == [row for row in whole.states() if row.seq <= last]


def _wait_for_rows(out: Path, rows: int) -> None:
    until_s = time.monotonic() + 300
    while time.monotonic() < until_s:
        try:
            with Recording.open(out) as recording:
                if recording.last_seq >= rows:
                    return
        except NotARecording:
            continue
    raise AssertionError("the run did not come so far")


def test_a_port_that_is_occupied_is_a_remark_and_changes_nothing(tmp_path: Path, out: Path) -> None:
    drivers = (named("Vera"),)
    free = played(town(tmp_path, drivers=drivers, duration="2 h"), tmp_path / "free.ocpirun", wire="http")
    with socket.create_server(("127.0.0.1", 0)) as occupied:
        port = occupied.getsockname()[1]
        scenario = town(
            tmp_path,
            drivers=drivers,
            duration="2 h",
            change=lambda text: text.replace("name: Alpha Charging}", f"name: Alpha Charging, port: {port}}}"),
        )
        result = played(scenario, out, wire="http")
    holds(result)
    assert result.summary["digest"] == free.summary["digest"]
    (remark,) = result.remarks
    assert remark.startswith(f"Port {port} that NL-ABC asks for is occupied; it listens on ")
    assert not any(str(port) in text for text in _texts(out))


def _texts(out: Path) -> list[str]:
    with Recording.open(out) as recording:
        return [
            f"{row.host}{row.path} {(row.request_headers, row.response_headers, row.request_body, row.response_body)}"
            for row in recording.messages(contents=True)
        ]
