"""Calls from outside the run, paused or playing: refused, left out of what happened, and the run goes on."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from engine_scene import MS, REFUSAL, WALL_LIMIT_S, S, Scene, WatchedWire

from simulator.assemble.begin import begin
from simulator.assemble.world import build
from simulator.engine.governor import Governor
from simulator.engine.journal import Journal
from simulator.engine.kernel import STRANGERS_NOTED
from simulator.ocpi.envelope import status_of
from simulator.recording.reader import Recording
from simulator.recording.rows import Hint
from simulator.recording.writer import Recorder
from simulator.scenario.load import load
from simulator.wire.carrier import Passage, Response
from simulator.wire.http import HttpWire

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
CURL = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
OTHER = b"PUT /ocpi/%b HTTP/1.1\r\nHost: c.ocpi.test\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
GARBAGE = b"\x16\x03\x01 not HTTP\r\n\r\n"


class BesiegedWire(WatchedWire):
    """Whenever it carries something, a stranger has just spoken at the receiver's port."""

    def __init__(self, wire: HttpWire, said: bytes, most: int = 10**9) -> None:
        super().__init__(wire)
        self.said, self.left = said, most
        self.strangers: list[socket.socket] = []

    def _speak(self, party: str) -> None:
        if self.left:
            self.left -= 1
            wire: Any = self.wire
            stranger = socket.create_connection(("127.0.0.1", wire._resolver.ports[f"{party.lower()}.ocpi.test"]))
            self.strangers.append(stranger)
            stranger.sendall(self.said)

    def send(self, passage: Passage) -> None:
        self._speak(passage.receiver)
        super().send(passage)

    def answer(self, passage: Passage, response: Response) -> None:
        self._speak(passage.receiver)
        super().answer(passage, response)

    async def close(self) -> None:
        await asyncio.sleep(0)
        self.heard = [await asyncio.to_thread(heard, stranger) for stranger in self.strangers]
        await super().close()


def heard(stranger: socket.socket) -> bytes:
    with stranger:
        stranger.settimeout(WALL_LIMIT_S)
        return b"".join(iter(lambda: stranger.recv(65_536), b""))


def story(scene: Scene) -> None:
    a, b = scene.party("A"), scene.party("B", scene.slow(300 * MS))
    scene.link(a, b)
    for number in range(10):
        scene.ask_at(number * 100 * MS, a, b, f"x{number}")


def hints_of(scene: Scene) -> list[Hint]:
    with Recording.open(scene.recorder.path) as recording:
        return recording.hints()


def alone(folder: Path) -> Scene:
    folder.mkdir()
    scene = Scene(folder, HttpWire())
    story(scene)
    return scene.play()


def same(scene: Scene, reference: Scene) -> None:
    assert scene.error == reference.error == ""
    assert scene.rows == reference.rows
    assert scene.notes == reference.notes
    assert scene.digest == reference.digest
    assert not scene.journal.errors


@pytest.mark.parametrize(
    ("said", "status"), [(CURL, b"401"), (OTHER % b"x0", b"401"), (GARBAGE, b"400")], ids=["curl", "put", "garbage"]
)
def test_strangers_at_every_carrying_change_nothing_of_the_run(tmp_path: Path, said: bytes, status: bytes) -> None:
    wire = BesiegedWire(HttpWire(), said)
    scene = Scene(tmp_path, wire)
    story(scene)
    scene.play()
    same(scene, alone(tmp_path / "alone"))
    assert len(wire.heard) == 20
    assert {told.split(b" ")[1] for told in wire.heard} == {status}
    if status == b"401":
        assert {told.partition(b"\r\n\r\n")[2] for told in wire.heard} == {REFUSAL.body}
    assert len(hints_of(scene)) == (20 if status == b"401" else 0)


def test_a_stranger_is_a_hint_on_no_exchange(tmp_path: Path) -> None:
    scene = Scene(tmp_path, BesiegedWire(HttpWire(), CURL, most=1))
    story(scene)
    (hint,) = hints_of(scene.play())
    assert (hint.at_us, hint.exchange, hint.rule, hint.severity) == (10 * MS, 0, "stranger", "warning")
    assert hint.sentence == (
        "GET / reached B from outside the run and was refused; only parties of the run may call its ports."
    )


def test_a_scan_of_ports_does_not_fill_the_recording(tmp_path: Path) -> None:
    scene = Scene(tmp_path, HttpWire())
    for _ in range(STRANGERS_NOTED + 50):
        assert scene.kernel.stranger("B", "GET /") == REFUSAL
    scene.play(S)
    hints = hints_of(scene)
    assert len(hints) == STRANGERS_NOTED
    assert hints[-1].sentence.endswith(" Others who may follow are not noted.")
    assert not hints[-2].sentence.endswith(" Others who may follow are not noted.")


async def called(scene: Scene, said: bytes) -> bytes:
    wire: Any = scene.wire
    reader, writer = await asyncio.open_connection("127.0.0.1", wire._resolver.ports["b.ocpi.test"])
    writer.write(said)
    told = await reader.read()
    writer.close()
    return told


@pytest.mark.parametrize("until_us", [0, 150 * MS], ids=["before it began", "with exchanges parked"])
def test_twenty_strangers_at_once_during_a_pause_change_nothing_of_the_run(tmp_path: Path, until_us: int) -> None:
    governor = Governor(paused=True)
    scene = Scene(tmp_path, HttpWire(), governor)
    story(scene)

    async def besieged() -> list[bytes]:
        run = asyncio.create_task(scene.run())
        assert (await governor.order("run_until", until_us)).state == "paused"
        assert bool(scene.kernel.parked) == bool(until_us)
        told = await asyncio.gather(*(called(scene, CURL) for _ in range(20)))
        assert (await governor.order("state")).state == "paused"
        await governor.order("resume")
        await run
        return told

    told = asyncio.run(besieged())
    scene.digest = scene.recorder.close({})
    same(scene, alone(tmp_path / "alone"))
    assert {answer.split(b" ")[1] for answer in told} == {b"401"}
    assert {answer.partition(b"\r\n\r\n")[2] for answer in told} == {REFUSAL.body}
    assert len(hints_of(scene)) == 20


# A whole town


def quickstart(out: Path, visit: Callable[[dict[str, int]], Any]) -> tuple[str, list[Any]]:
    """The digest of a quarter of an hour of the quickstart, and what visitors at its ports were told."""

    async def scene() -> list[Any]:
        scenario = load(QUICKSTART)
        wire = HttpWire()
        world = build(scenario, 7, wire, journal, Governor())
        await world.kernel.open()
        try:
            begin(world)
            told = []
            for minute in range(15):
                visits = asyncio.ensure_future(visit(wire._resolver.ports))
                await world.kernel.run(minute * 60 * S)
                told += await visits
            return told
        finally:
            await world.kernel.close()

    recorder = Recorder.create(out, "full", {})
    journal = Journal(recorder, status_of)
    told = asyncio.run(asyncio.wait_for(scene(), WALL_LIMIT_S))
    return recorder.close({}), told


def test_a_stranger_in_town_gets_the_answer_of_ocpi_to_an_unknown_token_and_the_digest_stays(tmp_path: Path) -> None:
    async def nobody(ports: dict[str, int]) -> list[Any]:
        return []

    async def stranger(ports: dict[str, int]) -> list[Any]:
        told = []
        for port in ports.values():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /ocpi/versions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Token eA==\r\n\r\n")
            head, _, body = (await reader.read()).partition(b"\r\n\r\n")
            writer.close()
            told.append((int(head.split(b" ")[1]), json.loads(body)))
        return told

    digest, told = quickstart(tmp_path / "visited.ocpirun", stranger)
    assert quickstart(tmp_path / "alone.ocpirun", nobody) == (digest, [])
    assert len(told) >= 30
    for status, body in told:
        assert status == 401
        assert (body["status_code"], body["status_message"]) == (2000, "The credentials token is missing or unknown.")
        assert body["timestamp"].endswith("Z")
    with Recording.open(tmp_path / "visited.ocpirun") as recording:
        assert {hint.rule for hint in recording.hints() if hint.exchange == 0} == {"stranger"}
