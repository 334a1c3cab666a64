"""A scenario is one of recorded days when nobody comes whom it makes up."""

import pytest

from simulator.scenario.replayed import is_replayed

REAL = "{sessions: day.sessions.csv, name: real, emsps: [NL-E01]}"
GROUP = "{emsp: NL-E01, name: more, sessions_per_day: 3}"
ADA = "{emsp: NL-E01, name: Ada, arrives: 07:40, at: [52, 4]}"


def scenario(*drivers: str, more: str = "") -> str:
    return f"name: A town\n{more}\ndrivers: [{', '.join(drivers)}]\n"


@pytest.mark.parametrize(
    ("text", "overrides", "replayed"),
    [
        (scenario(REAL), (), True),
        (scenario(REAL, REAL.replace("real", "again")), (), True),
        (scenario(REAL, GROUP), (), False),
        (scenario(REAL, ADA), (), False),
        (scenario(GROUP), (), False),
        (scenario(), (), False),
        # What a sweep varies decides, too.
        (scenario(REAL, GROUP), ("drivers.more.sessions_per_day=0",), True),
        (scenario(REAL), (f"drivers=[{GROUP}]",), False),
        (scenario(GROUP), (f"drivers=[{REAL}]",), True),
        # A made-up network brings drivers of its own unless none are asked for.
        (scenario(REAL, more="generate: {cpos: 1, emsps: 1}"), (), False),
        (scenario(REAL, more="generate: {cpos: 1, emsps: 1, sessions_per_evse: 2}"), (), False),
        (scenario(REAL, more="generate: {cpos: 1, emsps: 1, sessions_per_evse: 0}"), (), True),
        (scenario(REAL, more="generate: ~"), (), True),
        ("", (), False),
        ("sessions: [", (), False),
    ],
)
def test_days_are_recorded_ones_where_nobody_is_made_up(text: str, overrides: tuple[str, ...], replayed: bool) -> None:
    assert is_replayed(text, overrides) is replayed
