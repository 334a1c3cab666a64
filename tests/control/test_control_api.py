import asyncio
import http.client
import json
import threading
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from simpy import Environment, Event

from simulator.control.client import ControlClient, ControlRefused, ControlReport
from simulator.control.server import ControlServer
from simulator.engine.governor import MAX_SPEED, Governor, Report
from simulator.engine.journal import Journal
from simulator.engine.kernel import Kernel
from simulator.engine.links import Links
from simulator.recording.reader import Recording
from simulator.recording.writer import Recorder
from simulator.wire.carrier import Response
from simulator.wire.memory import MemoryWire

START_EPOCH_US = 1_777_867_200_000_000
"""2026-05-04T06:00 in Amsterdam, 04:00 UTC."""
ZONE = "Europe/Amsterdam"
SECOND_US = 1_000_000
DAY_S = 86_400
PATIENCE_S = 120
"""How long to wait for an answer that will come."""


def ticks(env: Environment, journal: Journal) -> Generator[Event, Any, None]:
    """An event each simulated minute; every tenth is followed by a second row at the same instant."""
    for minute in range(24 * 60):
        journal.event("clock", "tick", data={"minute": minute})
        if minute % 10 == 9:
            journal.state("street", "clock", "minute", {"minute": minute})
        yield env.timeout(60 * SECOND_US)


class Running:
    """A paused engine with a clock in it and its control API, for as long as the `async with` lasts."""

    def __init__(self, path: Path, paused: bool = True) -> None:
        self.recorder = Recorder.create(path, "full", {})
        self.journal = Journal(self.recorder, lambda _: None)
        self.governor = Governor(paused=paused)
        self.kernel = Kernel(0, MemoryWire(), Links(), self.journal, lambda: Response(500, ()), self.governor)
        self.server = ControlServer(self.governor, self.journal, START_EPOCH_US, ZONE)
        self.kernel.env.process(ticks(self.kernel.env, self.journal))

    @property
    def client(self) -> ControlClient:
        return ControlClient(self.server.url, self.server.token, timeout_s=PATIENCE_S)

    async def play(self) -> None:
        await self.kernel.run(DAY_S * SECOND_US)
        self.governor.finish(self.journal)


@asynccontextmanager
async def running(path: Path, paused: bool = True) -> AsyncIterator[Running]:
    run = Running(path, paused)
    await run.server.start()
    playing = asyncio.ensure_future(run.play())
    try:
        yield run
    finally:
        run.governor.stop("the test is over")
        await playing
        await run.server.close()
        run.recorder.close({})


def steer(path: Path, tool: Callable[[ControlClient], Any], paused: bool = True) -> Any:
    """What a tool in another thread gets from the engine, which runs in this one."""

    async def scene() -> Any:
        async with running(path, paused) as run:
            return await asyncio.to_thread(tool, run.client)

    return asyncio.run(scene())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock.ocpirun"


def test_the_client_knows_what_the_governor_reports() -> None:
    assert ControlReport.__struct_fields__ == Report.__struct_fields__


def test_a_paused_engine_reports_itself(path: Path) -> None:
    report = steer(path, lambda client: client.state())
    assert report == ControlReport("paused", 0, 0, 0, MAX_SPEED)


def test_a_step_is_committed_when_it_is_answered(path: Path) -> None:
    def tool(client: ControlClient) -> None:
        with Recording.open(path) as recording:
            for rows in (1, 1, 3):
                before = recording.last_seq
                report = client.step(rows)
                assert report.state == "paused"
                assert report.seq == recording.last_seq == before + rows
            assert [command.command for command in recording.commands()] == ["step"] * 5

    steer(path, tool)


def test_a_step_of_many_rows_ends_after_the_step_that_reaches_them(path: Path) -> None:
    # The tenth tick writes its second row within the same step.
    assert steer(path, lambda client: client.step(10)).seq == 11


def test_stepping_a_running_engine_pauses_it_first(path: Path) -> None:
    def tool(client: ControlClient) -> tuple[ControlReport, ControlReport]:
        client.speed(60)
        client.resume()
        return client.step(2), client.state()

    first, later = steer(path, tool)
    assert first.state == later.state == "paused"
    assert first.seq == later.seq >= 2


@pytest.mark.parametrize("at", [7200, 7200.0, "2026-05-04T06:00:00Z", "2026-05-04T08:00", "08:00", "08:00:00"])
def test_run_until_stops_before_what_happens_at_the_instant(path: Path, at: float | str) -> None:
    report = steer(path, lambda client: client.run_until(at))
    assert report.state == "paused"
    assert report.next_us == 7_200 * SECOND_US
    assert report.seq == 120 + 12


def test_run_until_an_instant_that_is_past_is_refused(path: Path) -> None:
    def tool(client: ControlClient) -> str:
        client.run_until("08:00")
        with pytest.raises(ControlRefused) as refused:
            client.run_until("07:00")
        assert refused.value.status == 409
        return str(refused.value)

    assert "cannot go back in time" in steer(path, tool)


def test_speed_and_resume(path: Path) -> None:
    def tool(client: ControlClient) -> None:
        assert client.speed(60).speed == 60
        assert client.resume().state == "running"
        assert client.pause().state == "paused"
        assert client.speed(None).speed == MAX_SPEED

    steer(path, tool)


def test_after_the_end_only_the_state_is_told(path: Path) -> None:
    def tool(client: ControlClient) -> None:
        assert client.run_until(DAY_S + 1).state == "ended"
        assert client.state().state == "ended"
        with pytest.raises(ControlRefused, match="has ended") as refused:
            client.pause()
        assert refused.value.status == 409

    steer(path, tool)


def test_a_pause_answers_who_waits_for_an_instant(path: Path) -> None:
    def tool(client: ControlClient) -> None:
        client.speed(1)
        reports: list[ControlReport] = []
        waiting = threading.Thread(target=lambda: reports.append(client.run_until("20:00")))
        waiting.start()
        while client.state().next_us == 0:
            pass
        assert client.pause().state == "paused"
        waiting.join()
        assert [report.state for report in reports] == ["paused"]
        assert reports[0].at_us < 14 * 3600 * SECOND_US

    steer(path, tool)


def ask(
    client_of: Running, method: str, path: str, body: bytes, token: str
) -> tuple[int, Any, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(urlsplit(client_of.server.url).netloc, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, {"Authorization": token})
        answer = connection.getresponse()
        assert answer.getheader("Content-Type") == "application/json"
        return answer.status, json.loads(answer.read()), answer.headers
    finally:
        connection.close()


def refusal(path: Path, method: str, url: str, body: bytes = b"", token: str | None = None) -> tuple[int, str, Any]:
    async def scene() -> tuple[int, Any, Any]:
        async with running(path) as run:
            shown = f"Bearer {run.server.token}" if token is None else token
            return await asyncio.to_thread(ask, run, method, url, body, shown)

    status, content, headers = asyncio.run(scene())
    assert list(content) == ["error"]
    sentence: str = content["error"]
    assert sentence.endswith(".")
    with Recording.open(path) as recording:
        assert recording.commands() == []
    return status, sentence, headers


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic abc", "Bearer \xff\xfe"])
def test_no_token_no_order(path: Path, token: str) -> None:
    status, sentence, headers = refusal(path, "POST", "/resume", token=token)
    assert status == 401
    assert "control_token" in sentence
    assert headers["WWW-Authenticate"] == "Bearer"


def test_without_a_token_no_path_is_told_from_another(path: Path) -> None:
    assert refusal(path, "GET", "/nowhere", token="")[0] == 401


def test_an_unknown_path_is_refused_with_the_known_ones(path: Path) -> None:
    status, sentence, _ = refusal(path, "GET", "/nowhere")
    assert status == 404
    assert "/run_until" in sentence


@pytest.mark.parametrize(("method", "url", "allowed"), [("GET", "/step", "POST"), ("POST", "/state", "GET")])
def test_a_wrong_method_is_refused_with_the_right_one(path: Path, method: str, url: str, allowed: str) -> None:
    status, sentence, headers = refusal(path, method, url)
    assert status == 405
    assert headers["Allow"] == allowed
    assert f"expected {allowed}" in sentence


@pytest.mark.parametrize(
    ("url", "body"),
    [
        ("/pause", b"[]"),
        ("/resume", b'{"now": true}'),
        ("/step", b"{"),
        ("/step", b"\xff"),
        ("/step", b'{"rows": 0}'),
        ("/step", b'{"rows": "1"}'),
        ("/step", b'{"row": 1}'),
        ("/run_until", b""),
        ("/run_until", b"{}"),
        ("/run_until", b'{"at": true}'),
        ("/run_until", b'{"at": null}'),
        ("/run_until", b'{"at": 1e300}'),
        ("/run_until", b'{"at": "25:00"}'),
        ("/run_until", b'{"at": "soon"}'),
        ("/run_until", b'{"at": "9999-12-31T23:59:59-14:00"}'),
        ("/speed", b"{}"),
        ("/speed", b'{"factor": 0}'),
        ("/speed", b'{"factor": -1}'),
        ("/speed", b'{"factor": 1e9}'),
        ("/speed", b'{"factor": "fast"}'),
    ],
)
def test_a_bad_body_is_refused_and_nothing_happens(path: Path, url: str, body: bytes) -> None:
    status, sentence, _ = refusal(path, "POST", url, body)
    assert status == 400
    assert "expect" in sentence


def test_a_huge_body_is_refused(path: Path) -> None:
    assert refusal(path, "POST", "/step", b" " * 100_000)[0] == 413


def test_every_run_has_its_own_token_and_listens_on_loopback_only(path: Path, tmp_path: Path) -> None:
    async def scene() -> None:
        async with running(path) as one, running(tmp_path / "other.ocpirun") as other:
            assert one.server.token != other.server.token
            assert len(one.server.token) >= 32
            assert urlsplit(one.server.url).hostname == "127.0.0.1"
            assert one.server.url != other.server.url

    asyncio.run(scene())


def test_the_client_says_when_nobody_or_somebody_else_answers(path: Path) -> None:
    async def gone() -> ControlClient:
        async with running(path) as run:
            return run.client

    with pytest.raises(ControlRefused, match="No engine answers at 127") as refused:
        asyncio.run(gone()).state()
    assert refused.value.status == 0

    async def stranger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")
        await writer.drain()
        writer.close()

    async def scene() -> None:
        server = await asyncio.start_server(stranger, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            client = ControlClient(f"http://127.0.0.1:{port}", "any", timeout_s=PATIENCE_S)
            with pytest.raises(ControlRefused, match="not the control API"):
                await asyncio.to_thread(client.state)

    asyncio.run(scene())


def test_closing_leaves_nobody_waiting(path: Path) -> None:
    async def scene() -> None:
        run = Running(path, paused=False)
        await run.server.start()
        # Nothing obeys: the engine has not begun to run.
        asking = asyncio.ensure_future(asyncio.to_thread(run.client.state))
        while not run.governor.attention:
            await asyncio.sleep(0)
        await run.server.close()
        await run.server.close()
        with pytest.raises(ControlRefused, match="No engine answers"):
            await asking
        run.recorder.close({})

    asyncio.run(scene())


def test_a_report_survives_the_way(path: Path) -> None:
    report = Report("running", 5, None, 7, 60.0)
    assert msgspec.json.decode(msgspec.json.encode(report), type=ControlReport) == ControlReport(
        "running", 5, None, 7, 60.0
    )
