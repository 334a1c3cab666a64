"""Random streams are stable for ever and do not know of one another."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.engine.streams import Streams

GOLDEN = [0.11560833222600242, 0.18589118350039835, 0.9158028178141095]
GOLDEN_TOKEN = "9cbcfca5a418df9f140890d02826280dc6f12f3d"
GOLDEN_PREFIX = "cd936ad3-f019-45d9-a162-"


def draws(streams: Streams, entity: str, purpose: str, count: int = 5) -> list[float]:
    uniform = streams.uniform(entity, purpose)
    return [uniform() for _ in range(count)]


def test_a_stream_is_the_same_in_every_version_of_the_program() -> None:
    assert draws(Streams(7), "driver/Ada", "arrival", 3) == GOLDEN
    assert Streams(7).text("NL-ABC", "token A NL-EMA 1", 40) == GOLDEN_TOKEN
    assert Streams(7).uuid_prefix("NL-ABC", "request id") == GOLDEN_PREFIX


def test_asking_again_starts_the_stream_anew() -> None:
    streams = Streams(7)
    first = draws(streams, "driver/Ada", "arrival")
    draws(streams, "driver/Bob", "arrival")
    assert draws(streams, "driver/Ada", "arrival") == first


@given(
    st.tuples(st.integers(0, 9), st.text(max_size=5), st.text(max_size=5)),
    st.tuples(st.integers(0, 9), st.text(max_size=5), st.text(max_size=5)),
)
def test_seed_entity_and_purpose_each_make_another_stream(
    one: tuple[int, str, str], other: tuple[int, str, str]
) -> None:
    same = draws(Streams(one[0]), *one[1:]) == draws(Streams(other[0]), *other[1:])
    assert same == (one == other)


def test_drawing_from_one_stream_moves_no_other() -> None:
    streams = Streams(7)
    alone = draws(Streams(7), "driver/Bob", "arrival")
    ada, bob = streams.uniform("driver/Ada", "arrival"), streams.uniform("driver/Bob", "arrival")
    mixed = []
    for _ in range(5):
        ada()
        mixed.append(bob())
        ada()
    assert mixed == alone


def test_draws_lie_in_the_unit_interval_and_fill_it() -> None:
    values = draws(Streams(7), "x", "y", 10_000)
    assert all(0 <= value < 1 for value in values)
    assert sum(values) / len(values) == pytest.approx(0.5, abs=0.01)


@given(st.integers(), st.text(max_size=20))
def test_a_uuid_prefix_lacks_just_twelve_digits_of_a_version_4_uuid(seed: int, entity: str) -> None:
    prefix = Streams(seed).uuid_prefix(entity, "request id")
    assert len(prefix) == 24
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}", f"{prefix}{1:012x}")
