"""What an exchange costs over HTTP, against bare aiohttp sending the very same bytes to the very same URLs.

The messages of a recording are replayed between an aiohttp client and a server that do nothing else: equal methods,
URLs, headers and bodies, one after the other, as in the run that made them. Both are measured in turn, several times.
"""

import time
from pathlib import Path
from statistics import median
from typing import Literal

import aiohttp
from aiohttp import web
from yarl import URL

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.recording.writer_process import best_writer
from simulator.scenario.load import load
from simulator.scenario.model import Scenario
from simulator.wire.http import LOOPBACK, HttpWire, LogicalResolver
from simulator.wire.memory import MemoryWire
from tests.bench import city, kernel
from tests.bench.loop import runner

TOWN = Path(__file__).parents[2] / "scenarios" / "roaming" / "two_networks.yaml"
CITY_UNTIL_US = 5 * 3_600_000_000
ROUNDS = 5
EXCHANGES = 4_000


def play_once(scenario: Scenario, until_us: int | None, out: Path, wire: Literal["http", "memory"]) -> float:
    """Microseconds an exchange of a whole run with its street, from the scenario's start on."""
    with runner() as loop:
        options = RunOptions(out=out, until_us=until_us, wire=wire, control=False, writer=best_writer())
        return 1e6 / loop.run(play(scenario, options)).summary["exchanges_per_s"]


def replay(recording_path: Path) -> float:
    """Microseconds a request of bare aiohttp, for the exchanges of a recording that were answered."""
    with Recording.open(recording_path) as recording:
        messages = [message for message in recording.messages(from_us=0, contents=True) if message.http_status]
    with runner() as loop:
        return loop.run(_replay(messages))


async def _replay(messages: list[Message]) -> float:
    index = 0

    async def serve(request: web.BaseRequest) -> web.Response:
        await request.read()
        message = messages[index]
        return web.Response(
            status=message.http_status or 200, headers=message.response_headers, body=message.response_body
        )

    server = web.ServerRunner(web.Server(serve, access_log=None))
    await server.setup()
    await web.TCPSite(server, LOOPBACK, 0).start()
    resolver = LogicalResolver(LOOPBACK)
    resolver.ports = dict.fromkeys((message.host for message in messages), server.addresses[0][1])
    connector = aiohttp.TCPConnector(limit=0, resolver=resolver, ttl_dns_cache=None)
    async with aiohttp.ClientSession(connector=connector) as client:
        began = time.perf_counter()
        for index in range(len(messages)):
            message = messages[index]
            url = URL(f"http://{message.host}{message.path}", encoded=True)
            body = message.request_body or None
            async with client.request(message.method, url, headers=message.request_headers, data=body) as answer:
                await answer.read()
        took = time.perf_counter() - began
    await server.cleanup()
    return 1e6 * took / len(messages)


def report(folder: Path) -> None:
    """Print the costs and their ratios; the machine's noise is in the range given behind each median."""
    carried: list[tuple[float, float]] = []
    streetless: list[float] = []
    for _ in range(ROUNDS):
        out = folder / "kernel.ocpirun"
        streetless.append(kernel.measure(out, MemoryWire(), 10 * EXCHANGES))
        carried.append((kernel.measure(out, HttpWire(), EXCHANGES), replay(out)))
    print(f"kernel, typed and recorded in full, over memory: {_us(streetless)}, {1e6 / median(streetless):,.0f}/s")
    _against_bare("kernel, typed and recorded in full", carried)
    out = folder / "run.ocpirun"
    _whole(out, load(TOWN), None, f"whole run of {TOWN.name} with its street")
    region = load(city.SCENARIO, city.overrides(1_000))
    _whole(out, region, CITY_UNTIL_US, "five hours of a city of 1,000 sessions a day")


def _whole(out: Path, scenario: Scenario, until_us: int | None, what: str) -> None:
    memory: list[float] = []
    played: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        memory.append(play_once(scenario, until_us, out, "memory"))
        played.append((play_once(scenario, until_us, out, "http"), replay(out)))
    print(f"{what}, over memory: {_us(memory)}, {1e6 / median(memory):,.0f}/s")
    _against_bare(what, played)


def _against_bare(what: str, pairs: list[tuple[float, float]]) -> None:
    print(f"{what}, over http: {_us([ours for ours, _ in pairs])}")
    print(f"  bare aiohttp with the same bytes and URLs: {_us([bare for _, bare in pairs])}")
    print(f"  ratio: {_ratio(pairs)}", flush=True)


def _us(each: list[float]) -> str:
    return f"{median(each):,.0f} us an exchange ({min(each):,.0f} to {max(each):,.0f})"


def _ratio(pairs: list[tuple[float, float]]) -> str:
    ratios = [ours / bare for ours, bare in pairs]
    return f"{median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
