"""A town around a hub: a network of 2.2.1, providers of 2.2.1, 2.3.0 and 2.1.1, and a way to send anything."""

import base64
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from run_town import OpenTown, Told, WireName

from simulator.engine.exchange import Exchange
from simulator.ocpi.codec import encode
from simulator.recording.reader import Recording
from simulator.recording.rows import Hint, Message
from simulator.scenario.load import load
from simulator.wire.carrier import Request

HUB = "NL-HUB"
HOST = "http://nl-hub.ocpi.test"
RECEIVER, SENDER = f"{HOST}/ocpi/receiver/2.2.1", f"{HOST}/ocpi/sender/2.2.1"

TOWN = """
name: A town around a hub
start: 2026-05-04T06:00 Europe/Amsterdam
duration: 12 h
seed: 7
parties:
  NL-ABC: {role: cpo, name: Alpha Charging}
  NL-EMA: {role: emsp, name: Emma Mobility, whitelist: ALLOWED}
  NL-NXT: {role: emsp, name: Next Pass, ocpi: 2.3.0, whitelist: NEVER}
  NL-VET: {role: emsp, name: Veteran Card, ocpi: 2.1.1, whitelist: ALLOWED}
  NL-HUB: {role: hub, name: Lowland Hub}
connections:
  - {between: [NL-ABC, NL-HUB], latency: 50 ms, timeout: 30 s}
  - {between: [NL-EMA, NL-HUB], latency: 50 ms, timeout: 30 s}
  - {between: [NL-NXT, NL-HUB], latency: 50 ms, timeout: 30 s}
  - {between: [NL-VET, NL-HUB], latency: 50 ms, timeout: 30 s}
tariffs:
  day: {energy: 0.45 EUR/kWh, vat: 21 %}
sites:
  - {cpo: NL-ABC, name: Square, at: [52.16, 4.48], evses: {count: 2, power: 22 kW, tariff: day}}
drivers:
  - {name: Vera, emsp: NL-EMA, arrives: "17:00", at: [52.16, 4.48], vehicle: compact, authorise: rfid, stay: 1 h}
  - {name: Nick, emsp: NL-NXT, arrives: "17:00", at: [52.16, 4.48], vehicle: compact, authorise: rfid, stay: 1 h}
  - {name: Vito, emsp: NL-VET, arrives: "17:00", at: [52.16, 4.48], vehicle: compact, authorise: rfid, stay: 1 h}
"""

_numbers = itertools.count(1)


def hub_town(folder: Path, wire: WireName, change: Callable[[str], str] = str) -> OpenTown:
    """Everybody is registered with the hub and has read what there is; `change` may rewrite the scenario."""
    path = folder / "hub_town.yaml"
    path.write_text(change(TOWN), encoding="utf-8")
    return OpenTown(load(path), folder / "hub.ocpirun", wire)


def with_an_old_network(text: str) -> str:
    """That hub town with a CPO of 2.1.1, which has a place of its own."""
    text = text.replace("  NL-EMA: {", "  NL-OLD: {role: cpo, name: Oldest Grid, ocpi: 2.1.1}\n  NL-EMA: {")
    text = text.replace("connections:\n", "connections:\n  - {between: [NL-HUB, NL-OLD], latency: 50 ms}\n")
    site = "  - {cpo: NL-OLD, name: Harbour, at: [52.17, 4.48], evses: {count: 1, power: 11 kW, tariff: day}}\n"
    return text.replace("sites:\n", "sites:\n" + site)


def say(town: OpenTown, ours: str, method: str, url: str, body: object = None, **how: Any) -> Told:
    """Send a request to the hub in a party's name, to a party or to nobody (`to` None), and await the answer."""
    return heard(town, ask(town, ours, method, url, body, **how))


def ask(
    town: OpenTown,
    ours: str,
    method: str,
    url: str,
    body: object = None,
    *,
    to: str | None = HUB,
    speaks: str | None = None,
    more: dict[str, str] | None = None,
    raw: bool = False,
    token: str = "",
) -> Exchange:
    """Send such a request, and do not await the answer."""
    connections = town.world.party(ours).office.connections
    held = token or next(iter(connections.values())).held
    value = held if raw else base64.b64encode(held.encode()).decode()
    number = next(_numbers)
    headers = {
        "Authorization": f"Token {value}",
        "Content-Type": "application/json",
        "X-Request-ID": f"request-{number}",
        "X-Correlation-ID": f"correlation-{number}",
    }
    ids = headers["X-Request-ID"], headers["X-Correlation-ID"]
    for name, party in (("from", speaks or ours), ("to", to)):
        if party is not None:
            country_code, _, party_id = party.partition("-")
            headers |= {f"OCPI-{name}-country-code": country_code, f"OCPI-{name}-party-id": party_id}
    headers |= more or {}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return town.send(ours, HUB, Request(method, url, tuple(headers.items()), content), *ids)


def heard(town: OpenTown, exchange: Exchange) -> Told:
    """The answer to a request, awaited."""
    town.run_until(lambda: bool(exchange.final), most_us=60_000_000)
    response = exchange.response
    assert response is not None, exchange.failure
    told = {name.lower(): value for name, value in response.headers}
    return Told(exchange.id, response.status, told, response.body)


def messages(town: OpenTown, **which: Any) -> list[Message]:
    """The messages so far with all that they carry."""
    town.recorder.flush()
    with Recording.open(town.path) as recording:
        return recording.messages(contents=True, **which)


def onward(town: OpenTown, told: Told) -> list[Message]:
    """What the hub sent on because of a message."""
    return [each for each in messages(town, sender=HUB) if (each.cause_kind, each.cause) == ("message", told.exchange)]


def hints(town: OpenTown, exchange: int) -> list[Hint]:
    """What was remarked on an exchange."""
    return town.hints(exchange)


def routing_of(headers: object) -> tuple[str, str]:
    """FROM and TO of a request's or a response's headers."""
    found = {name.lower(): value for name, value in headers}  # type: ignore[attr-defined]
    return tuple(  # type: ignore[return-value]
        f"{found.get(f'ocpi-{end}-country-code', '')}-{found.get(f'ocpi-{end}-party-id', '')}" for end in ("from", "to")
    )


def square(town: OpenTown, **changes: object) -> dict[str, Any]:
    """The network's only location, as it would push it."""
    (location,) = town.world.cpos["NL-ABC"].locations.store
    return {**json.loads(encode(location)), **changes}


def card_of(town: OpenTown, emsp: str) -> str:
    """The uid of a provider's only card."""
    (token,) = town.world.emsps[emsp].tokens.store
    return str(token.uid)
