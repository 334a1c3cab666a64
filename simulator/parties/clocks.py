"""Whether a peer's clock shows the same time as ours, as far as its answers tell.

Platforms hold instants of each other against their own clocks: from when on a list is asked for, until when a
reservation holds, which of two states is newer. A platform from outside keeps another time than a simulated run may.
Source: OCPI 2.2.1, Types, DateTime; Transport and format, Response format.
"""

from typing import Final

from simulator.engine.exchange import Exchange
from simulator.ocpi.findings import Finding
from simulator.parties.client import Answer
from simulator.parties.connection import Connection
from simulator.parties.office import Office

_FAR_US: Final = 3_600_000_000
"""A clock that is off by this much is no matter of a clock that is set badly, but of another time."""
_LEAST_US: Final = 1_000
"""A DateTime has milliseconds: by less nothing can be told."""


def compare_clocks(office: Office, connection: Connection, exchange: Exchange | None, answer: Answer) -> None:
    """Take note of how far a peer's clock is behind ours; a hint when it has come to be far off, either way."""
    if exchange is None or not answer.timestamp:
        return
    try:
        told_us = office.calendar.at_us(answer.timestamp)
    except ValueError:
        return
    behind_us = exchange.start_us - told_us
    connection.behind_us = behind_us if behind_us >= _LEAST_US else 0
    was_far, connection.is_far_off = connection.is_far_off, max(behind_us, told_us - office.calendar.now_us) >= _FAR_US
    if connection.is_far_off and not was_far:
        office.client.hints(exchange, [_far_off(answer.timestamp, office.calendar.now())])


def _far_off(told: str, now: str) -> Finding:
    return Finding(
        rule="other-time",
        severity="warning",
        path="$.timestamp",
        found=repr(told),
        expected=f"about {now}, which it is here; instants that either side tells mean something else to the other",
        section="OCPI transport_and_format, Response format",
    )
