"""What no list of tricks thinks of: hypothesis makes bodies of its own, for every request that carries one.

It shrinks what it finds to the least that breaks; the siege's oracles judge.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from case_town import played_town
from fuzz_attacks import WRONG_VALUES, Attack, Spoilt
from fuzz_siege import Siege
from fuzz_targets import Target, leaves
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.ocpi import catalogue

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=70)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
trees = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
EXAMPLES = settings(derandomize=True, max_examples=150)


@pytest.fixture(scope="module", params=catalogue.VERSIONS)
def siege(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """A town of one version."""
    version: str = request.param
    with played_town(tmp_path_factory.mktemp("bodies"), (version,)) as town:
        yield Siege(town, (version,), 0)


def writing(siege: Siege) -> list[Target]:
    """The offered requests that carry a body; credentials are left out, as theirs cost a handshake each."""
    return [each for each in siege.targets if each.offered and each.body and each.route.module != "credentials"]


def carrying(body: bytes) -> Attack:
    """The attack of this body."""

    def with_body_of_hypothesis(random: Any, target: Target, good: Spoilt) -> Spoilt:
        return replace(good, body=body)

    return with_body_of_hypothesis


def with_value(path: tuple[Any, ...], value: Any) -> Attack:
    """The attack that puts a value in one place of the body."""

    def with_value_in_place(random: Any, target: Target, good: Spoilt) -> Spoilt:
        tree = copy.deepcopy(target.body)
        holder: Any = tree
        *above, last = path
        for key in above:
            holder = holder[key]
        holder[last] = value
        return replace(good, body=json.dumps(tree).encode())

    return with_value_in_place


@EXAMPLES
@given(data=st.data())
def test_any_bytes_are_answered(siege: Siege, data: st.DataObject) -> None:
    siege.strike(carrying(data.draw(st.binary(max_size=200))), data.draw(st.sampled_from(writing(siege))))
    assert siege.tally.complaints == []


@EXAMPLES
@given(data=st.data())
def test_any_value_in_any_place_is_answered(siege: Siege, data: st.DataObject) -> None:
    target = data.draw(st.sampled_from(writing(siege)))
    path = data.draw(st.sampled_from(list(leaves(target.body))))
    siege.strike(with_value(path, data.draw(trees)), target)
    assert siege.tally.complaints == []


@pytest.mark.parametrize(
    "value", [None, -1, 99_999_999_999_999, "", "x" * 300, [], {}], ids=lambda value: repr(value)[:9]
)
def test_every_field_of_every_body_in_turn(siege: Siege, value: Any) -> None:
    for target in writing(siege):
        assert target.body is not None
        for name in target.body:
            siege.strike(with_value((name,), value), target)
    assert siege.tally.complaints == []


@pytest.mark.slow
@pytest.mark.parametrize("value", WRONG_VALUES, ids=lambda value: ascii(value)[:20])
def test_every_place_in_every_body_in_turn(siege: Siege, value: Any) -> None:
    for target in writing(siege):
        for path in leaves(target.body):
            siege.strike(with_value(path, value), target)
    assert siege.tally.complaints == []


def test_what_was_taken_has_no_ill_effects(siege: Siege) -> None:
    """Last: the town plays on with all that it took from the tests above."""
    siege.play_on()
    assert siege.tally.complaints == []
