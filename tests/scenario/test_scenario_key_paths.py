"""Each key has a path: what is written for it is read again, by `--set` too."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.report.compare.paths import scenario_lines
from simulator.scenario.key_paths import BadPath, read_path, write_path
from simulator.scenario.overrides import apply_overrides
from simulator.scenario.tree import Items, Scalar, Value, parse

ALPHABET = "ab01.=,\"' :{}[]~#-é\xa0"
KEYS = st.text(alphabet=ALPHABET, max_size=4)


@pytest.mark.parametrize(
    ("text", "keys", "rest"),
    [
        ("seed=9", ("seed",), "9"),
        (' sites . "a b" .x = 3', ("sites", "a b", "x"), " 3"),
        ('tariffs."mar.ket".energy=1', ("tariffs", "mar.ket", "energy"), "1"),
        ('tariffs."a=b"=1=2', ("tariffs", "a=b"), "1=2"),
        ('sites."6"" hose"=1', ("sites", '6" hose'), "1"),
        ('sites.6" hose=1', ("sites", '6" hose'), "1"),
        ('sites.a, b.""=1', ("sites", "a, b", ""), "1"),
        ('name="x.y=z"', ("name",), '"x.y=z"'),
    ],
)
def test_a_path_ends_at_an_equals_sign_outside_of_quotes(text: str, keys: tuple[str, ...], rest: str) -> None:
    found, end = read_path(text)
    assert (found, text[end + 1 :]) == (keys, rest)


@pytest.mark.parametrize(
    ("text", "at", "sentence"),
    [
        ('tariffs."mar.ket=1', 8, '“"mar.ket=1” begins with a quote that is not closed'),
        ('tariffs. "mar"".x=1', 9, "begins with a quote that is not closed"),
        ('tariffs."mar"ket=1', 13, "“ket=1” stands behind a name in quotes, where . or = is expected"),
    ],
)
def test_a_quote_that_is_not_closed_is_told(text: str, at: int, sentence: str) -> None:
    with pytest.raises(BadPath, match=sentence) as caught:
        read_path(text)
    assert caught.value.at == at


@given(st.lists(st.text(), min_size=1))
def test_a_path_is_read_as_it_was_written(keys: list[str]) -> None:
    path = write_path(keys)
    assert read_path(path) == (tuple(keys), len(path))
    assert read_path(f"{path}=a.b=c") == (tuple(keys), len(path))


def leaves(value: Value) -> Iterator[str]:
    if isinstance(value, Scalar):
        yield value.text
        return
    for each in value.items if isinstance(value, Items) else [entry.value for entry in value.entries.values()]:
        yield from leaves(each)


def inside(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    tables = st.dictionaries(KEYS, value, min_size=1, max_size=3)
    named = st.builds(lambda table, name: {**table, "name": name}, tables, KEYS)
    return tables | st.lists(tables | named, min_size=1, max_size=3)


TREES = st.recursive(st.just("as it was"), inside, max_leaves=6)


TABLES = st.dictionaries(KEYS, TREES, min_size=1, max_size=3)
SCENARIOS = st.fixed_dictionaries({}, optional={"tariffs": TABLES, "parties": TABLES, "sites": TREES, "a.b": TREES})


@given(SCENARIOS.filter(bool))
def test_set_reaches_what_compare_writes(tree: dict[str, Any]) -> None:
    text = json.dumps(tree, ensure_ascii=False)
    before = parse(text, "")[0]
    lines = scenario_lines(text, [])
    texts = list(leaves(before))
    assert [line.text for line in lines] == texts
    assert len({line.path for line in lines}) == len({line.meant_path for line in lines}) == len(lines)
    for number, line in enumerate(lines):
        after, refused = apply_overrides(before, [f"{line.path}=changed"])
        assert refused == []
        assert list(leaves(after)) == [*texts[:number], "changed", *texts[number + 1 :]]
