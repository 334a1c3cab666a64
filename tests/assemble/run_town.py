"""Whole runs for tests: a small scenario, played as `ocpi-sim run` does, or opened up so that a test can reach in."""

import asyncio
import base64
import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from simulator.assemble import RunOptions, RunResult, play
from simulator.assemble.audit import Audit, Ledger, audit
from simulator.assemble.begin import begin
from simulator.assemble.play import EXPERT
from simulator.assemble.world import build
from simulator.engine.cause import TIME
from simulator.engine.exchange import Exchange, Subject
from simulator.engine.governor import Governor
from simulator.engine.instruments import Instrument
from simulator.engine.journal import Journal
from simulator.engine.node import Server
from simulator.ocpi.envelope import status_of
from simulator.parties.connection import Connection, routing
from simulator.recording.reader import Recording
from simulator.recording.rows import EventRow, Hint, StateRow
from simulator.recording.writer import Recorder
from simulator.scenario.load import load
from simulator.scenario.model import Scenario
from simulator.wire.carrier import Headers, Request, Response
from simulator.wire.http import HttpWire
from simulator.wire.memory import MemoryWire

S = 1_000_000
MIN = 60 * S
H = 60 * MIN
MS = 1_000

SCENARIOS = Path(__file__).parents[2] / "scenarios"

WireName = Literal["http", "memory"]

TOWN = """
name: A small town
start: 2026-05-04T06:00 Europe/Amsterdam
duration: {duration}
seed: 7
session_updates: 10 min
poll: {poll}
parties:
  NL-ABC: {{role: cpo, name: Alpha Charging}}
  NL-DUN: {{role: cpo, name: Dune Power}}
  NL-EMA: {{role: emsp, name: Emma Mobility, whitelist: ALLOWED_OFFLINE}}
  NL-NOM: {{role: emsp, name: Nomad Pass, whitelist: NEVER}}
connections:
  - {{between: [NL-EMA, NL-ABC], {link}}}
  - {{between: [NL-DUN, NL-EMA], {link}}}
  - {{between: [NL-NOM, NL-ABC], {link}}}
  - {{between: [NL-DUN, NL-NOM], {link}}}
tariffs:
  day: {{energy: 0.35 EUR/kWh, time: 0.60 EUR/h, flat: 0.35 EUR, vat: 21 %}}
  park: {{energy: 0.55 EUR/kWh, parking: 1.20 EUR/h, vat: 21 %}}
sites:
  - cpo: NL-ABC
    name: Square
    at: [52.16, 4.48]
    grid: {{limit: 40 kW}}
    evses: {{count: 4, power: 22 kW, tariff: day}}
  - {{cpo: NL-DUN, name: Market, at: [52.175, 4.495], evses: {{count: 3, power: 11 kW, tariff: park}}}}
drivers:
{drivers}
faults:
{faults}
"""

AT_SQUARE, AT_MARKET = "[52.16, 4.48]", "[52.175, 4.495]"

CROWD = (
    "{emsp: NL-EMA, name: commuters, sessions_per_day: 60, arrivals: commuter, vehicles: mixed, "
    "authorise: {rfid: 0.5, app: 0.5}, around: [52.16, 4.48], radius: 1 km}",
    "{emsp: NL-NOM, name: nomads, sessions_per_day: 50, arrivals: flat, vehicles: mixed, "
    "authorise: {rfid: 0.5, app: 0.5}, around: [52.168, 4.488], radius: 1 km}",
)


def named(name: str, emsp: str = "NL-EMA", **more: str) -> str:
    """One driver of the scenario; without `stay` an hour, arriving at 06:30 at the Square with a card."""
    about = {"arrives": '"06:30"', "at": AT_SQUARE, "vehicle": "compact", "authorise": "rfid", "stay": "1 h"}
    entries = ", ".join(f"{key}: {value}" for key, value in {**about, **more}.items())
    return f"{{name: {name}, emsp: {emsp}, {entries}}}"


def town(
    folder: Path,
    *,
    drivers: tuple[str, ...] = CROWD,
    faults: tuple[str, ...] = (),
    link: str = "latency: {median: 80 ms, p95: 300 ms}",
    duration: str = "5 h",
    poll: str = "never",
    change: Callable[[str], str] = str,
) -> Scenario:
    """The small town as a scenario of its own; `change` may rewrite its text."""
    text = TOWN.format(
        drivers="\n".join(f"  - {driver}" for driver in drivers) or "  []",
        faults="\n".join(f"  - {fault}" for fault in faults) or "  []",
        link=link,
        duration=duration,
        poll=poll,
    )
    path = folder / "town.yaml"
    path.write_text(change(text), encoding="utf-8")
    return load(path)


def played(scenario: Scenario, out: Path, *, wire: WireName = "memory", **options: Any) -> RunResult:
    """Play it to its end; in memory and without the control API unless told otherwise."""
    return asyncio.run(play(scenario, RunOptions(out=out, wire=wire, **{"control": False, **options})))


def holds(result: RunResult) -> None:
    """Every check of the run is true; if not, the remarks say why."""
    checks = result.summary["checks"]
    assert isinstance(checks, dict)
    assert len(checks) == 7
    assert all(checks.values()), result.remarks


class Rows(Instrument):
    """Keeps events and states as they are recorded."""

    def __init__(self) -> None:
        self.events: list[EventRow] = []
        self.states: list[StateRow] = []

    def event(self, row: EventRow) -> None:
        self.events.append(row)

    def state(self, row: StateRow) -> None:
        self.states.append(row)


class Told(Struct, frozen=True):
    """An answer as the one who asked got it."""

    exchange: int
    http: int
    headers: dict[str, str]
    body: bytes

    @property
    def envelope(self) -> dict[str, Any]:
        envelope = json.loads(self.body)
        assert isinstance(envelope, dict)
        return envelope

    @property
    def status(self) -> int:
        return int(self.envelope["status_code"])

    @property
    def data(self) -> Any:
        return self.envelope["data"]


class OpenTown:
    """A world on one wire with its own event loop, moved on by the test; a context manager.

    `ask` sends a request with whatever bytes in a party's name, as any platform of another make could.
    """

    def __init__(self, scenario: Scenario, path: Path, wire: WireName = "memory", *, registered: bool = True) -> None:
        self.path = path
        self.recorder = Recorder.create(path, "full", {}, onlooker=EXPERT)
        self.journal = Journal(self.recorder, status_of)
        self.rows, self.ledger = Rows(), Ledger()
        self.journal.instruments.extend((self.rows, self.ledger))
        self.world = build(
            scenario, scenario.seed, HttpWire() if wire == "http" else MemoryWire(), self.journal, Governor()
        )
        self.kernel = self.world.kernel
        self._runner = asyncio.Runner()
        self._count = itertools.count(1)
        self._runner.run(self.kernel.open())
        if registered:
            begin(self.world)
            self.run_to(0)

    def __enter__(self) -> "OpenTown":
        return self

    def __exit__(self, *about: object) -> None:
        self._runner.run(self.kernel.close())
        self._runner.close()
        self.recorder.close({})

    # Time

    @property
    def now_us(self) -> int:
        return self.kernel.now_us

    def run_to(self, at_us: int) -> None:
        self._runner.run(self.kernel.run(at_us))

    def run_for(self, duration_us: int) -> None:
        self.run_to(self.now_us + duration_us)

    def run_until(self, happened: Callable[[], bool], step_us: int = S, most_us: int = H) -> None:
        until_us = self.now_us + most_us
        while not happened():
            assert self.now_us < until_us, "it did not happen in time"
            self.run_for(step_us)

    # Requests

    def connection(self, ours: str, peer: str) -> Connection:
        return self.world.party(ours).office.connections[peer]

    def url(self, ours: str, peer: str, module: str, interface: str, *rest: str) -> str:
        """The peer's endpoint as `ours` discovered it, with segments behind it."""
        return "/".join((self.connection(ours, peer).endpoints[module, interface], *rest))

    def ask(
        self,
        ours: str,
        peer: str,
        method: str,
        url: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Told:
        """Send bytes, or an object as JSON; `token` instead of the one held, `headers` on top ("" leaves one out)."""
        held = self.connection(ours, peer).held if token is None else token
        number = next(self._count)
        (from_country, _, from_party), (to_country, _, to_party) = ours.partition("-"), peer.partition("-")
        wanted = {
            "Authorization": f"Token {base64.b64encode(held.encode()).decode()}",
            "Content-Type": "application/json",
            "X-Request-ID": f"request-{number}",
            "X-Correlation-ID": f"correlation-{number}",
            **dict(routing(to_country, to_party, from_country, from_party)),
            **(headers or {}),
        }
        sent: Headers = tuple((name, value) for name, value in wanted.items() if value)
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        exchange = self.send(ours, peer, Request(method, url, sent, content))
        self.run_until(lambda: bool(exchange.final))
        response = exchange.response
        assert response is not None, exchange.failure
        return Told(
            exchange.id, response.status, {name.lower(): value for name, value in response.headers}, response.body
        )

    def send(self, ours: str, peer: str, request: Request, *ids: str) -> Exchange:
        """`ids` are the message's own and that of its correlation, if they are to be recorded."""
        node = self.world.party(ours).office.node
        return self.kernel.exchange(node, peer, request, Subject(module="test"), TIME, *ids)

    def hints(self, exchange: int) -> list[Hint]:
        self.recorder.flush()
        with Recording.open(self.path) as recording:
            return recording.hints(exchange=exchange)

    def server(self, party: str, server: Server) -> None:
        """Another platform answers in this party's place from now on."""
        self.world.party(party).office.node.server = server

    # The end

    def audit(self) -> Audit:
        return audit(self.world, self.ledger)

    def events(self, kind: str, party: str = "") -> list[dict[str, Any]]:
        """The data of all events of a kind so far."""
        return [json.loads(row.data) for row in self.rows.events if row.kind == kind and party in ("", row.party)]


def json_answer(data: object, status_code: int = 1000, http: int = 200) -> Response:
    """What a platform of another make answers."""
    body = {"data": data, "status_code": status_code, "timestamp": "2026-05-04T04:00:00Z"}
    return Response(http, (("Content-Type", "application/json"),), json.dumps(body).encode())


def alike_over_both_wires(scenario: Path, recording: Path) -> Path:
    """Play a scenario over both wires, see that its checks hold and its digests are equal; returns the recording."""
    digests = []
    for wire in ("http", "memory"):
        result = played(load(scenario), recording, wire=wire)  # type: ignore[arg-type]
        holds(result)
        digests.append(result.summary["digest"])
    assert digests[0] == digests[1]
    return recording
