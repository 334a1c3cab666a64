"""What a recorded run over HTTP costs, against bare aiohttp sending the very same bytes to the very same URLs.

The run's own messages are read back from its recording and replayed between an aiohttp client and server that do nothing
else: equal methods, URLs, headers and bodies, one after the other, as in the run. Both are measured in turn.
"""

import asyncio
import statistics
import time
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.recording.rows import Message
from simulator.scenario.load import load
from simulator.wire.http import LOOPBACK, LogicalResolver

SCENARIO = Path(__file__).parents[2] / "scenarios" / "roaming" / "two_networks.yaml"
ROUNDS = 3


def runner() -> asyncio.Runner:
    """The event loop that the command line uses too."""
    import uvloop

    return asyncio.Runner(loop_factory=uvloop.new_event_loop)


def run_once(folder: Path, wire: str) -> tuple[float, float, Path]:
    """Microseconds an exchange of a recorded run (loop only, whole run), and its recording."""
    out = folder / f"{wire}.ocpirun"
    with runner() as loop:
        result = loop.run(play(load(SCENARIO), RunOptions(out=out, wire=wire)))  # type: ignore[arg-type]
    summary = result.summary
    return 1e6 / float(summary["exchanges_per_s"]), 1e6 * float(summary["wall_s"]) / int(summary["exchanges"]), out


def replay(messages: list[Message]) -> float:
    """Microseconds a request of bare aiohttp."""
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
        for index in range(len(messages)):  # noqa: B007 - the server answers with the message under way
            message = messages[index]
            url = URL(f"http://{message.host}{message.path}", encoded=True)
            body = message.request_body or None
            async with client.request(message.method, url, headers=message.request_headers, data=body) as answer:
                await answer.read()
        took = time.perf_counter() - began
    await server.cleanup()
    return 1e6 * took / len(messages)


def report(folder: Path) -> None:
    """Print both costs and their ratio, medians over the rounds."""
    run_us, bare_us = [], []
    for _ in range(ROUNDS):
        loop_us, _, path = run_once(folder, "http")
        with Recording.open(path) as recording:
            messages = [message for message in recording.messages(from_us=0, contents=True) if message.http_status]
        run_us.append(loop_us)
        bare_us.append(replay(messages))
    ours, bare = statistics.median(run_us), statistics.median(bare_us)
    print(f"over http, a recorded run of {len(messages):,} exchanges: {ours:,.0f} us each, {1e6 / ours:,.0f}/s")
    print(f"bare aiohttp, the same bytes and URLs: {bare:,.0f} us each, {1e6 / bare:,.0f}/s")
    ratios = sorted(each / other for each, other in zip(run_us, bare_us, strict=True))
    print(f"ratio: {statistics.median(ratios):.2f} (of {', '.join(f'{ratio:.2f}' for ratio in ratios)})", flush=True)
