"""Exchanges as a recording has them, with what they followed from, for the tests of what an expert says of two legs."""

from types import SimpleNamespace
from typing import Any

from expert_seen import BACK, IDS, JSON
from msgspec.structs import asdict

from simulator.ocpi.expert import Expert, Seen
from simulator.ocpi.findings import Finding

Leg = tuple[Any, dict[str, str], dict[str, str]]
"""A row, and the headers of its request and of its answer."""


def recorded(seen: Seen, exchange: int, cause: int, request_id: str = "") -> Leg:
    """An exchange that followed from another, or with cause 0 from none; with the request id `none` it has no id."""
    asked = {**seen.request_headers, "x-request-id": request_id or f"r{exchange}"}
    asked = {name: value for name, value in asked.items() if value != "none"}
    given = {**IDS, **BACK, **JSON, **seen.response_headers, "x-request-id": asked.get("x-request-id", "")}
    host, path = seen.url.removeprefix("http://").split("/", 1)
    row = SimpleNamespace(
        **asdict(seen),
        exchange=exchange,
        cause_kind="message" if cause else "event",
        cause=cause,
        correlation_id="c1",
        host=host,
        path=f"/{path}",
    )
    return row, asked, given


def remarks(expert: Expert, *legs: Leg) -> list[Finding]:
    """What an expert remarks on them, in this order."""
    return [each for row, asked, given in legs for each in expert.look_at(row, 0, asked, 0, given)]
