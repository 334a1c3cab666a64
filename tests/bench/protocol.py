"""What many versions and a hub cost: saying an object in another version, and a message that takes one hop more.

The objects are those that runs of shipped scenarios have sent: of each kind and version the one of middle length, and
of sessions and CDRs the longest, too, and CDRs that lose something of each of their periods. All figures are processor
time.
"""

import asyncio
import gc
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from decimal import Decimal
from functools import partial
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any, Final

import msgspec

from simulator.assemble import RunOptions, play
from simulator.engine.cause import TIME
from simulator.engine.exchange import Exchange, Subject
from simulator.ocpi import catalogue, codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.translation import Setting, translate
from simulator.ocpi.translation.kinds import class_of
from simulator.ocpi.translation.translate import LEGS
from simulator.ocpi.v2_2_1.sessions import Session
from simulator.ocpi.v2_2_1.tokens import Token
from simulator.parties.roles.hub.subjects import CARGO
from simulator.recording.reader import Recording
from simulator.scenario.load import load
from tests.assemble.run_town import SCENARIOS, OpenTown, WireName
from tests.bench.objects import EVSES, least_us, samples

Tree = dict[str, Any]

_PLAYED: Final = ("roaming/every_request", "roaming/reservation", "roaming/three_versions_one_hub")
_LONG: Final = (34, 73)
"""The fewest and the most charging periods of the longest session that one of these runs has in any version."""
_parse = msgspec.json.Decoder(float_hook=Decimal).decode

_TOWN: Final = """
name: A hop
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 5 h
seed: 1
parties:
  NL-ABC: {{role: cpo, name: Alpha Charging}}
  NL-EMA: {{role: emsp, name: Emma Mobility}}
{hub}
tariffs: {{day: {{energy: 0.40 EUR/kWh}}}}
sites: [{{cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {{count: 4, power: 22 kW, tariff: day}}}}]
drivers: []
"""
_HUB: Final = "  NL-HUB: {role: hub, name: Holland Hub, ocpi: 2.2.1}"
_UNDER_WAY, _MESSAGES, _ROUNDS = 8, 400, 15


def report(folder: Path) -> None:
    """Print microseconds a translation, by leg and kind, and a hop's share of a message."""
    _translations(folder)
    for wire in ("memory", "http"):
        direct, over_hub = _messages_us(wire)  # type: ignore[arg-type]
        told = f"{over_hub:.0f} us a message, direct {direct:.0f} us: {over_hub / direct:.2f} times"
        print(f"hub hop over {wire}: {told}", flush=True)


# Translations


def _translations(folder: Path) -> None:
    sent: dict[tuple[str, str], list[Tree]] = {}
    for name in _PLAYED:
        for version, kind, tree in _sent(folder / f"{Path(name).name}.ocpirun", SCENARIOS / f"{name}.yaml"):
            sent.setdefault((version, kind), []).append(tree)
    objects: dict[tuple[str, str], Tree] = {}
    for (version, kind), trees in sent.items():
        trees.sort(key=lambda tree: len(str(tree)))
        objects[version, kind] = trees[len(trees) // 2]
        if kind in ("session", "cdr"):
            objects[version, f"{kind} of {len(trees[-1]['charging_periods'])} periods"] = trees[-1]
        if kind == "cdr" and version == "2.2.1":
            for count in _LONG:
                objects[version, f"cdr of {count} periods that name their tariff"] = _naming_tariffs(trees[-1], count)
    for version in catalogue.VERSIONS:
        big = samples(version)[f"Location of {EVSES} EVSEs"]
        objects[version, f"location of {EVSES} EVSEs"] = _parse(msgspec.json.encode(big))
    setting = _setting(objects)
    for source, target in LEGS:
        figures = []
        for (version, name), tree in objects.items():
            kind = name.partition(" ")[0]
            if version == source and class_of(kind, target) is not None:
                figures.append((least_us(partial(translate, kind, tree, source, target, setting)), name))
        figures.sort(reverse=True)
        told = ", ".join(f"{name} {us:.1f}" for us, name in figures)
        print(f"translation {source} to {target}, us an object: {told}", flush=True)


def _naming_tariffs(cdr: Tree, count: int) -> Tree:
    """A CDR with so many charging periods, each with the id of its tariff: 2.1.1 has no place for any of them."""
    tariff_id = cdr["tariffs"][0]["id"]
    periods = islice(cycle(cdr["charging_periods"]), count)
    return {**cdr, "charging_periods": [{**period, "tariff_id": tariff_id} for period in periods]}


def _sent(path: Path, scenario: Path) -> Iterator[tuple[str, str, Tree]]:
    """The objects of a run: version, kind and tree of each."""
    asyncio.run(play(load(scenario), RunOptions(out=path, wire="memory", control=False)))
    with Recording.open(path) as recording:
        for message in recording.messages(contents=True):
            cargo = CARGO.get(message.route)
            if cargo is None or (message.ocpi_status or 0) != 1000:
                continue
            if cargo.sent and not cargo.patch and message.request_body:
                yield message.version, cargo.sent, _parse(message.request_body)
            if cargo.told and (data := _parse(message.response_body).get("data")):
                for tree in data if cargo.many else (data,):
                    yield message.version, cargo.told, tree


def _setting(objects: dict[tuple[str, str], Tree]) -> Setting:
    """One that finds what objects speak of, as a hub does; where a session is does not matter to its cost."""
    location, token = objects["2.2.1", "location"], objects["2.2.1", "token"]

    return Setting(
        country_code="NL",
        party_id="ABC",
        location=lambda _: location,
        tariff=lambda _: objects["2.2.1", "tariff"],
        token=lambda _: token,
        reservation_number=lambda _: 1,
        asked_token=token,
        now="2026-05-04T07:00:00Z",
    )


# A hop


def _messages_us(wire: WireName) -> tuple[float, float]:
    """Microseconds for a Session's PATCH to come back acknowledged, recorded in full, directly and over a hub.

    Both are measured in turns: when the machine is slow for a while, it is so for both.
    """
    with tempfile.TemporaryDirectory() as name, ExitStack() as opened:
        towns = []
        for hub in ("", _HUB):
            path = Path(name) / f"town{len(towns)}.yaml"
            path.write_text(_TOWN.format(hub=hub), encoding="utf-8")
            town = opened.enter_context(OpenTown(load(path), path.with_suffix(".ocpirun"), wire))
            town.world.emsps["NL-EMA"].issue([_card()])
            towns.append(town)
        rounds = [[_round_s(town) for town in towns] for _ in range(_ROUNDS)]
    direct_s, over_hub_s = map(min, zip(*rounds, strict=True))
    return 1e6 * direct_s / _MESSAGES, 1e6 * over_hub_s / _MESSAGES


def _card() -> Token:
    """The card of the session: its eMSP takes sessions of its own cards only."""
    about = {"issuer": "Emma", "valid": True, "whitelist": "ALWAYS", "last_updated": "2026-05-04T04:00:00Z"}
    return codec.decode(msgspec.json.encode(samples("2.2.1")["Session"]["cdr_token"] | about), Token)


def _round_s(town: OpenTown) -> float:
    cpo = town.world.cpos["NL-ABC"]
    connection = cpo.office.partner("NL-EMA")
    assert connection is not None
    endpoint = connection.endpoint(ModuleID.SESSIONS, InterfaceRole.RECEIVER)
    assert endpoint is not None
    url = join_url(endpoint, "NL", "ABC", "S1")
    about = {"module": "sessions", "interface": "RECEIVER", "version": "2.2.1", "object_kind": "Session"}
    put = Subject(**about, route="sessions.receiver.put_session", object_id="S1")
    patch = Subject(**about, route="sessions.receiver.patch_session", object_id="S1")
    whole = codec.encode(codec.decode(msgspec.json.encode(samples("2.2.1")["Session"] | {"id": "S1"}), Session))
    answered: list[Exchange] = []
    cpo.office.client.send(connection, "PUT", url, put, TIME, whole, answered.append)
    town.run_until(lambda: bool(answered))
    numbers = count(1)
    finished = 0

    def send() -> None:
        changes = {"kwh": Decimal(next(numbers)), "last_updated": cpo.office.calendar.now()}
        cpo.office.client.send(connection, "PATCH", url, patch, TIME, codec.encode(changes), done)

    def done(exchange: Exchange) -> None:
        nonlocal finished
        assert exchange.response is not None
        assert exchange.response.status == 200, exchange.response.body
        finished += 1
        if finished + _UNDER_WAY <= _MESSAGES:
            send()

    gc.collect()
    began = time.process_time()
    for _ in range(_UNDER_WAY):
        send()
    town.run_until(lambda: finished == _MESSAGES, step_us=60_000_000)
    return time.process_time() - began
