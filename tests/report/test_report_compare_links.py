"""Runs are compared by link too: what each party asked of each other, and which links differ most."""

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from report_scene import S, Scene

from simulator.report.compare.comparison import Comparison, compare, links_apart
from simulator.report.format import Style
from simulator.report.kpi.intervals import Difference
from simulator.report.publish.compare_data import compare_json
from simulator.report.publish.compare_page import compare_page
from simulator.report.publish.compare_text import compare_text

CPO, EMSP, OTHER = "NL-ABC", "NL-EMA", "NL-NOM"
OVERRIDES = ("new=1",)
Sent = Mapping[tuple[str, str], int]
Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes the recording of a run in which parties sent each other so many messages."""

    def make(seed: int, sent: Sent, overrides: tuple[str, ...] = ()) -> Path:
        hour_us = str(3_600 * S)
        about = {"scenario_text": "name: A town", "duration_us": hour_us, "ended_at_us": hour_us, "seed": str(seed)}
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.ocpirun"
        scene = Scene(path, overrides=json.dumps(overrides), digest=path.name, **about)
        for (sender, receiver), count in sent.items():
            for _ in range(count):
                scene.message(60 * S, sender, receiver, "sessions.receiver.patch_session", ("", 0), {"kwh": 1})
        return scene.close()

    return make


def compared(*paths: Path) -> Comparison:
    return compare(paths, "none", lambda done, all: None)


def names(comparison: Comparison, variant: int) -> list[str]:
    return [exchanges.name for exchanges, _ in links_apart(comparison, [comparison.variants[variant]])]


def test_a_link_has_its_own_figures_by_direction_with_intervals(make: Make) -> None:
    more = [make(seed, {(CPO, EMSP): 8 + seed**2, (EMSP, CPO): 3}, OVERRIDES) for seed in (1, 2, 3)]
    found = compared(*(make(seed, {(CPO, EMSP): 4 + seed, (EMSP, CPO): 3}) for seed in (1, 2, 3)), *more)
    there = found.estimates["A"]["exchanges_NL-ABC_to_NL-EMA"]
    assert there is not None
    assert (there.mean, there.runs) == (6, 3)
    # Student's t of two degrees of freedom; the values are 5, 6 and 7.
    assert there.high == pytest.approx(6 + 4.302653 / math.sqrt(3))
    longer = found.differences["B"]["exchanges_NL-ABC_to_NL-EMA"]
    assert longer is not None
    # 9 - 5, 12 - 6, 17 - 7, seed by seed.
    assert (longer.mean, longer.pairs) == (pytest.approx(20 / 3), 3)
    assert longer.high == pytest.approx(20 / 3 + 4.302653 * math.sqrt(28 / 3) / math.sqrt(3))
    assert found.differences["B"]["exchanges_NL-EMA_to_NL-ABC"] == Difference(0.0, 0.0, 0.0, 3)
    bytes = found.differences["B"]["megabytes_NL-ABC_to_NL-EMA"]
    assert bytes is not None
    # A request of {"kwh": 1} and the answer to it.
    assert bytes.mean == pytest.approx(20 / 3 * len('{"kwh": 1}{"data": null, "status_code": 1000}') / 1e6)


def test_a_link_that_one_run_does_not_have_carried_nothing(make: Make) -> None:
    found = compared(make(1, {(CPO, EMSP): 5}), make(1, {(CPO, EMSP): 5, (CPO, OTHER): 7}, OVERRIDES))
    differences = found.differences["B"]
    assert differences["exchanges_NL-ABC_to_NL-NOM"] == Difference(7.0, None, None, 1)
    assert differences["exchanges_NL-ABC_to_NL-EMA"] == Difference(0.0, None, None, 1)


def test_a_run_without_any_messages_sent_none_by_any_module_and_link(make: Make) -> None:
    some = {(CPO, EMSP): 6}
    found = compared(make(1, {}), make(2, some), make(1, some, OVERRIDES), make(2, some, OVERRIDES))
    for id in ("exchanges", "exchanges_sessions", "exchanges_NL-ABC_to_NL-EMA"):
        there, more = found.estimates["A"][id], found.differences["B"][id]
        assert there is not None
        assert (there.mean, there.runs) == (3, 2)
        assert more is not None
        # 6 - 0 and 6 - 6, seed by seed.
        assert (more.mean, more.pairs) == (3, 2)


def test_those_that_differ_most_come_first_then_those_that_carry_most(make: Make) -> None:
    links = ((CPO, EMSP), (EMSP, CPO), (CPO, OTHER), (OTHER, CPO))
    found = compared(
        make(1, dict(zip(links, (9, 2, 3, 20), strict=True))),
        make(1, dict(zip(links, (9, 5, 1, 20), strict=True)), OVERRIDES),
        make(1, dict(zip(links, (2, 2, 2, 20), strict=True)), ("new=2",)),
    )
    by_traffic = ["NL-NOM -> NL-ABC", "NL-ABC -> NL-EMA", "NL-ABC -> NL-NOM", "NL-EMA -> NL-ABC"]
    assert names(found, 0) == [f"Messages: {link}" for link in by_traffic]
    in_b = ["NL-EMA -> NL-ABC", "NL-ABC -> NL-NOM", "NL-NOM -> NL-ABC", "NL-ABC -> NL-EMA"]
    assert names(found, 1) == [f"Messages: {link}" for link in in_b]
    assert names(found, 2)[0] == "Messages: NL-ABC -> NL-EMA"
    both = links_apart(found, found.variants)
    assert [kpi.name for kpi, _ in both][:2] == ["Messages: NL-ABC -> NL-EMA", "Messages: NL-EMA -> NL-ABC"]


@pytest.fixture
def hundreds(make: Make) -> Comparison:
    """Of 200 links, the last three of which differ."""
    links = [(CPO, f"NL-{number:03}") for number in range(200)]
    less = dict.fromkeys(links, 1)
    return compared(make(1, less), make(1, less | dict.fromkeys(links[-3:], 5), OVERRIDES))


def test_the_text_shows_some_of_hundreds_and_says_so(hundreds: Comparison) -> None:
    text = compare_text(hundreds, Style())
    shown = re.findall(r"Messages: NL-ABC -> (\S+)", text)
    assert len(shown) == 2 * 6
    assert {"NL-197", "NL-198", "NL-199"} == set(shown[:3]) == set(shown[6:9])
    assert text.count("The 6 of 200 links that differ most, or else carry most; --json has all.") == 2
    assert re.search(r"Bytes: NL-ABC -> NL-199 +MB +\+0.0002", text)


def test_the_page_shows_more_of_them_and_says_so(hundreds: Comparison) -> None:
    page = compare_page(hundreds).decode()
    assert page.count(">Messages: NL-ABC -&gt; NL-199</th>") == 2
    assert len(re.findall(">Messages: NL-ABC -&gt; NL-", page)) == 2 * 20
    assert page.count("The 20 of 200 links that differ most") == 2
    assert page.count(">Messages: sender -&gt; receiver</th>") == 1


def test_json_has_all_of_them(hundreds: Comparison) -> None:
    figures = json.loads(compare_json(hundreds))["figures"]
    assert sum(id.startswith("exchanges_NL-ABC_to_") for id in figures) == 200
    assert sum(id.startswith("megabytes_NL-ABC_to_") for id in figures) == 200
    last = figures["exchanges_NL-ABC_to_NL-199"]
    assert (last["name"], last["unit"], last["better"]) == ("Messages: NL-ABC -> NL-199", "messages", "")
    assert last["variants"]["B"]["mean"] == 5
    assert last["differences"]["B"]["mean"] == 4


def test_a_few_links_are_all_told_without_a_word_about_it(make: Make) -> None:
    text = compare_text(compared(make(1, {(CPO, EMSP): 5}), make(2, {(CPO, EMSP): 5})), Style())
    assert re.search(r"Messages: NL-ABC -> NL-EMA +messages +5", text)
    assert "--json" not in text
