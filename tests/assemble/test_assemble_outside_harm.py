"""Outsiders that are slow, gone, broken or hostile harm nobody but themselves, and never the run."""

import asyncio
import io
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from outside_run import JOINS, TALK, Served, scene, served
from outside_stranger import PATIENCE_S, Stranger
from outside_versions import register
from run_town import MIN, S, named
from yarl import URL

from simulator.assemble import RunResult
from simulator.recording.reader import Recording


def test_a_slow_outsider_holds_up_nobody_but_itself(tmp_path: Path) -> None:
    """Its time-out is five seconds by its own clock, and time goes by faster here."""
    stranger = Stranger("2.2.1")
    outside = "outside:\n  DE-EXT: {role: emsp, with: [NL-ABC], timeout: 5 s}\n"
    scenario = served(tmp_path, outside, named("Vera", arrives="1 min", stay="3 min"))

    async def part(run: Served) -> None:
        await register(run, stranger)
        stranger.heeds_pushes.clear()
        await run.until(1 * MIN)
        await stranger.until("PATCH", "locations")
        await run.after(6 * MIN)
        stranger.heeds_pushes.set()
        await stranger.ask("GET", stranger.endpoints["locations"])

    result = scene(scenario, tmp_path / "served.ocpirun", part, stranger)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        messages, events = recording.messages(), recording.tail(0, limit=1_000_000).events
    slow = [row for row in messages if row.receiver == "DE-EXT" and row.method == "PATCH"]
    assert slow[0].final == "timed_out"
    assert "late_answer" in [row.kind for row in events]
    assert slow[0].end_us - slow[0].start_us == 5 * TALK * S
    others = [row for row in messages if row.receiver == "NL-EMA" and row.route == "cdrs.receiver.post_cdr"]
    assert [row.http_status for row in others] == [201]


def test_nonsense_is_turned_away_at_the_door(tmp_path: Path) -> None:
    scenario = served(tmp_path, JOINS.format(version="2.2.1"))

    async def raw(port: int, text: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(text)
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), PATIENCE_S)
        writer.close()
        return answer

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        url = invitation.versions_url
        port = int(url.split(":")[2].split("/")[0])
        async with aiohttp.ClientSession() as session:
            for method, path, headers, expected in (
                ("GET", url, {"Authorization": "Token nobody"}, 401),
                ("GET", url, {}, 401),
                ("GET", url, {"Authorization": "Token \xe9\xe8"}, 401),
                ("OPTIONS", url, {}, 405),
                ("GET", url + "?x=|", {}, 404),
                (
                    "POST",
                    url.replace("versions", "2.2.1/credentials"),
                    {"Authorization": f"Token {invitation.token}"},
                    400,
                ),
            ):
                async with session.request(method, URL(path, encoded=True), headers=headers, data=b"{") as answer:
                    assert answer.status == expected, (method, path)
                    assert (await answer.json())["status_code"] >= 2000
            big = b"x" * 10_000_001
            headers = {"Authorization": f"Token {invitation.token}"}
            async with session.post(url, data=io.BytesIO(big), headers=headers) as answer:
                assert answer.status == 413
        assert b"400" in (await raw(port, b"NONSENSE\r\n\r\n")).split(b"\r\n")[0]

    result = scene(scenario, tmp_path / "served.ocpirun", part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        strangers = [hint.sentence for hint in recording.hints() if hint.rule == "stranger"]
        assert len(strangers) == 3
        assert all("it has no credentials token that was handed out" in sentence for sentence in strangers)
        theirs = [row for row in recording.messages() if row.sender == "DE-EXT"]
        assert [row.http_status for row in theirs] == [400], "the rest did not come in"


def test_one_who_is_gone_is_dead_to_ours_and_the_run_goes_on(tmp_path: Path) -> None:
    scenario = served(tmp_path, JOINS.format(version="2.2.1"), named("Vera", arrives="2 min", stay="3 min"))
    stranger = Stranger("2.2.1")

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        async with stranger:
            await stranger.register(invitation.versions_url, invitation.token)
            await stranger.until("GET", "tokens")
        await run.until(7 * MIN)

    result = scene(scenario, tmp_path / "served.ocpirun", part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(tmp_path / "served.ocpirun") as recording:
        pushes = [row for row in recording.messages() if row.receiver == "DE-EXT" and row.method == "PATCH"]
        assert {row.final for row in pushes} == {"dead"}
        why = [
            json.loads(row.data)["why"]
            for row in recording.tail(0, limit=1_000_000).events
            if row.kind == "unreachable"
        ]
        gone = f"connection refused at {stranger.base.removeprefix('http://')}"
        assert {*why, *(row.failure for row in pushes)} == {gone}


class Babbler:
    """Speaks TCP, and answers every request with the same bytes."""

    def __init__(self, answer: bytes) -> None:
        self.base = ""
        self.asked = 0
        self._answer = answer

    async def __aenter__(self) -> "Babbler":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *about: object) -> None:
        self._server.close()

    async def is_asked(self, count: int) -> None:
        """Wait until it has been asked so often."""
        async with asyncio.timeout(PATIENCE_S):
            while self.asked < count:
                await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        writer.write(self._answer)
        await writer.drain()
        writer.close()


BODY = b'{"data":[],"status_code":1000,"timestamp":"2026-05-04T04:00:00Z"}'
ANSWERS = {
    "no HTTP": b"BLAH BLAH\r\n\r\n",
    "nothing": b"",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    "an odd code": b"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "odd headers": b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nX-Odd: \xff\xfe\x01 a\r\nLink: <?>\r\n\r\n%b"
    % (len(BODY), BODY),
    "a lie about its encoding": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nabcde",
    "no JSON": b"HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p>!",
    "another shape": b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n[[[{"a":1}]]]',
    "a redirect": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n",
    "too much": b"HTTP/1.1 200 OK\r\nContent-Length: 11000000\r\n\r\n" + b"x" * 11_000_000,
}


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Why one of ours could not register with those who give each of these answers, in one run that goes on."""
    path = tmp_path_factory.mktemp("babble") / "served.ocpirun"

    async def whole() -> RunResult:
        async with AsyncExitStack() as stack:
            babblers = [await stack.enter_async_context(Babbler(answer)) for answer in ANSWERS.values()]
            outside = "outside:\n" + "".join(
                f'  DE-B{number:02}: {{role: cpo, with: [NL-EMA], token: t, versions_url: "{babbler.base}/versions"}}\n'
                for number, babbler in enumerate(babblers)
            )
            async with Served(served(path.parent, outside), path) as run:
                for babbler in babblers:
                    await babbler.is_asked(1)
                await run.after(1 * MIN)
                for babbler in babblers:
                    await babbler.is_asked(2)
                await run.after(1 * MIN)
        return run.result

    result = asyncio.run(whole())
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(path) as recording:
        events = recording.tail(0, limit=1_000_000).events
    failed = [(row.subject, json.loads(row.data)["problem"]) for row in events if row.kind == "registration_failed"]
    ids = {what: f"DE-B{number:02}" for number, what in enumerate(ANSWERS)}
    return {what: [problem for subject, problem in failed if subject == id] for what, id in ids.items()}


@pytest.mark.parametrize("what", ANSWERS)
def test_an_answer_that_is_none_ends_in_a_failed_registration(failures: dict[str, list[str]], what: str) -> None:
    assert failures[what]
    assert all("DE-B" in problem for problem in failures[what])


DEEP = b"[" * 4_000 + b"]" * 4_000
DEEP_BODIES = {
    "no end": b'{"a":' * 1_000,
    "as data": b'{"status_code":1000,"timestamp":"2026-05-04T04:00:00Z","data":%b}' % DEEP,
    "in an item": b'{"status_code":1000,"timestamp":"2026-05-04T04:00:00Z","data":[{"id":%b}]}' % DEEP,
    "unknown": b'{"status_code":1000,"timestamp":"2026-05-04T04:00:00Z","data":[],"x":%b}' % DEEP,
}


@pytest.fixture(scope="module")
def dug(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    """A run in which each of four platforms answers in that way when it is asked for a list; it goes on."""
    path = tmp_path_factory.mktemp("deep") / "served.ocpirun"
    diggers = [Stranger("2.2.1", party_id=f"D0{number}") for number, _ in enumerate(DEEP_BODIES)]
    for digger, body in zip(diggers, DEEP_BODIES.values(), strict=True):
        digger.nonsense = body

    async def part(run: Served) -> None:
        for digger in diggers:
            await register(run, digger)
        for digger in diggers:
            await digger.until("GET", "tokens")
        await run.after(MIN)
        for digger in diggers:
            http, _, _ = await digger.ask("GET", digger.endpoints["locations"])
            assert http == 200, "the run goes on"

    outside = "".join(f"  DE-{digger.party_id}: {{role: emsp, with: [NL-ABC], ocpi: 2.2.1}}\n" for digger in diggers)
    result = scene(served(path.parent, f"outside:\n{outside}"), path, part, *diggers)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    with Recording.open(path) as recording:
        yield recording


@pytest.mark.parametrize("what", DEEP_BODIES)
def test_nesting_without_end_in_a_list_is_an_answer_like_any_other_that_cannot_be_read(
    dug: Recording, what: str
) -> None:
    digger = f"DE-D0{list(DEEP_BODIES).index(what)}"
    asked = dug.messages(receiver=digger, module="tokens", contents=True)[0]
    assert asked.response_body == DEEP_BODIES[what]
    assert dug.hints(exchange=asked.exchange)


def test_odd_headers_and_a_flood_do_not_break_the_run(tmp_path: Path) -> None:
    odd = {
        "X-Request-ID": "  \t ",
        "X-Correlation-ID": "\xe9\xff",
        "Content-Encoding": "identity",
        "Expect": "",
        "Link": "<http://127.0.0.1:1/>",
        "Range": "bytes=0-1",
        "X-Long": "x" * 7_000,
    }
    seen: list[int] = []

    async def part(run: Served) -> None:
        (invitation,) = await run.invited()
        headers = {"Authorization": f"Token {invitation.token}"}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            for path in ("?", "?x=%20&&=", "//", "/%2e%2e", ";a=b", "?" + "y" * 5_000):
                async with session.get(
                    URL(invitation.versions_url + path, encoded=True), headers=headers | odd
                ) as answer:
                    assert answer.status in (200, 404)

            async def knock() -> None:
                async with session.get(invitation.versions_url, headers=headers) as answer:
                    seen.append(answer.status)

            await asyncio.gather(*(knock() for _ in range(400)))
        await run.after(10 * S)

    result = scene(served(tmp_path, JOINS.format(version="2.2.1")), tmp_path / "served.ocpirun", part)
    assert all(result.summary["checks"].values()), result.remarks  # type: ignore[attr-defined]
    assert len(seen) == 400
    assert {*seen} <= {200, 503}
    assert 200 in seen
