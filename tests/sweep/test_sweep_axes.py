"""What is written behind --vary is split as a person means it."""

import pytest

from simulator.sweep.axes import BadAxis, parse_axis, refuse_twice


@pytest.mark.parametrize(
    ("text", "path", "values"),
    [
        ("poll=6 h,never", "poll", ["6 h", "never"]),
        (" sites.0.grid.limit = 30 kW , 10 kW", "sites.0.grid.limit", ["30 kW", "10 kW"]),
        ("a=[1, 2],[3]", "a", ["[1, 2]", "[3]"]),
        ("l={median: 80 ms, p95: 1 s},{median: 1 s}", "l", ["{median: 80 ms, p95: 1 s}", "{median: 1 s}"]),
        ('n="a, b",c', "n", ['"a, b"', "c"]),
        ("n=O'Neil,d'Or", "n", ["O'Neil", "d'Or"]),
        ("n=['a]', 'b'],c", "n", ["['a]', 'b']", "c"]),
        ("n=a=b,c", "n", ["a=b", "c"]),
        ("n=one", "n", ["one"]),
        ('tariffs."mar.ket".energy=1 EUR/kWh,2 EUR/kWh', 'tariffs."mar.ket".energy', ["1 EUR/kWh", "2 EUR/kWh"]),
        (' sites."a=b, c" . "x" = 1,2', 'sites."a=b, c".x', ["1", "2"]),
    ],
)
def test_values_are_split_at_commas_of_their_own(text: str, path: str, values: list[str]) -> None:
    axis = parse_axis(text)
    assert axis.path == path
    assert [value.text for value in axis.values] == values
    for value in axis.values:
        assert text[value.column - 1 :].startswith(value.text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("poll", "varies nothing"),
        ("=1,2", "varies nothing"),
        ("poll=", "empty value"),
        ("poll=1,,2", "empty value"),
        ("poll=1,2,1", "1 twice"),
        ("seed=1,2", "--seeds"),
        ('"seed"=1,2', "--seeds"),
        ('tariffs."mar.ket=1,2', 'varies nothing: “"mar.ket=1,2” begins with a quote that is not closed'),
    ],
)
def test_what_makes_no_axis_is_told(text: str, sentence: str) -> None:
    with pytest.raises(BadAxis, match=sentence):
        parse_axis(text)


def test_a_path_is_varied_once() -> None:
    with pytest.raises(BadAxis, match="poll twice"):
        refuse_twice([parse_axis("poll=1 h"), parse_axis("poll=2 h")])
    with pytest.raises(BadAxis, match=r"sites\.a\.b twice"):
        refuse_twice([parse_axis('sites."a".b=1 h'), parse_axis("sites.a. b=2 h")])
