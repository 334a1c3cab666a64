"""Each further variant is laid against the first, message by message, where both have a recording of one seed."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from report_scene import S, Scene

from simulator.recording.reader import Recording
from simulator.report.compare.comparison import Comparison, compare
from simulator.report.compare.divergence import Divergence
from simulator.report.compare.partings import MOST_PAIRS, partings_of
from simulator.report.compare.runs import Run, find_runs
from simulator.report.compare.variants import variants_of
from simulator.report.format import Style
from simulator.report.publish.compare_data import compare_json
from simulator.report.publish.compare_page import compare_page
from simulator.report.publish.compare_text import compare_text
from simulator.report.watch import Watch, unwatched

HOUR = 3_600 * S
Make = Callable[[str, int], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a recording of messages of a variant with a seed, of which the second tells the variant."""

    def make(variant: str, seed: int) -> Path:
        name = f"{variant}{seed}.ocpirun"
        about = {"seed": str(seed), "scenario_text": f"name: {variant}\n", "program_version": "1"}
        about |= {"duration_us": str(HOUR), "ended_at_us": str(HOUR), "start_epoch_us": "0", "zone": "UTC", "tell": ""}
        scene = Scene(tmp_path / name, "full", **about)
        for number in range(4):
            body = {"kwh": number, "id": variant if number == 1 else "S1"}
            scene.message(number * S, "NL-ABC", "NL-EMA", "sessions.receiver.patch_session", ("", 0), body)
        return scene.close()

    return make


def compared(paths: Sequence[Path]) -> Comparison:
    return compare(paths, "none")


def names(found: Comparison) -> list[tuple[str | None, int | None, list[str]]]:
    return [(each.variant, each.seed, [Path(name).name for name in each.runs]) for each in found.partings]


@pytest.fixture
def three(make: Make) -> Comparison:
    """The first variant has seeds 1 to 3, the next 2 and 3, the last 3 alone."""
    seeds = {"a": (3, 1, 2), "b": (3, 2), "c": (3,)}
    return compared([make(name, seed) for name in seeds for seed in seeds[name]])


def test_each_further_variant_is_laid_against_the_first_by_the_lowest_seed_of_both(three: Comparison) -> None:
    assert names(three) == [("B", 2, ["a2.ocpirun", "b2.ocpirun"]), ("C", 3, ["a3.ocpirun", "c3.ocpirun"])]
    told = [(each.divergence.equal, change.right) for each in three.partings for change in each.divergence.changes]
    assert told == [(1, "b"), (1, "c")]


def test_text_page_and_json_tell_which_runs_they_are(three: Comparison) -> None:
    told = compare_text(three, Style()).partition("First message that differs: B against A, seed 2")[2]
    assert "First message that differs: C against A, seed 3" in told
    page = compare_page(three).decode()
    for parting in three.partings:
        assert parting.divergence.sentence in told
        assert f"against A, seed {parting.seed}</h2>" in page
        for name in parting.runs:
            assert name in told
            assert f'<th scope="col">{name}</th>' in page
    document = json.loads(compare_json(three))
    assert [(each["variant"], each["seed"]) for each in document["divergences"]] == [("B", 2), ("C", 3)]
    assert document["divergence"] == document["divergences"][0]["divergence"]
    assert document["parted"] == document["divergences"][0]["runs"] == list(three.partings[0].runs)


def test_two_runs_with_different_seeds_are_laid_against_one_another_as_they_are(make: Make) -> None:
    found = compared([make("a", 1), make("b", 2)])
    assert names(found) == [(None, None, ["a1.ocpirun", "b2.ocpirun"])]
    assert [each for each in compare_text(found, Style()).splitlines() if "First message" in each] == [
        "First message that differs"
    ]


def test_variants_without_a_common_seed_are_named(make: Make) -> None:
    found = compared([make("a", 1), make("b", 2), make("c", 1), make("d", 3)])
    assert names(found) == [("C", 1, ["a1.ocpirun", "c1.ocpirun"])]
    (note,) = [note for note in found.notes if "No first message" in note]
    assert "is told of B, D: no run has a seed that A has too." in note


def runs_of(*paths: Path) -> list[Run]:
    return list(find_runs(paths, "none", unwatched).runs)


def test_runs_without_recordings_are_named_in_one_note(make: Make) -> None:
    """As of a sweep that kept none, and of one whose recordings were removed."""
    first, second, third, fourth = runs_of(make("a", 1), make("b", 1), make("c", 1), make("d", 1))
    runs = [first, replace(second, recording=None), third, replace(fourth, recording=Path("removed.ocpirun"))]
    found = partings_of(runs, variants_of(runs).variants, unwatched)
    assert [each.variant for each in found.found] == ["C"]
    (note,) = found.notes
    assert note.startswith("No first message that differs is told of B, D: there are no two recordings of one seed")
    two = partings_of(runs[:2], variants_of(runs[:2]).variants, unwatched)
    assert not two.found
    assert "--keep-recordings" in two.notes[0]


def test_a_seed_without_recordings_gives_way_to_the_next(make: Make) -> None:
    runs = runs_of(make("a", 1), make("a", 2), make("b", 1), make("b", 2))
    runs[0] = replace(runs[0], recording=None)
    found = partings_of(runs, variants_of(runs).variants, unwatched)
    assert [(each.variant, each.seed) for each in found.found] == [("B", 2)]


def test_a_recording_that_cannot_be_opened_is_told_and_keeps_nobody_from_the_rest(make: Make, tmp_path: Path) -> None:
    runs = runs_of(make("a", 1), make("b", 1), make("c", 1))
    broken = tmp_path / "broken.ocpirun"
    broken.write_bytes(b"not one")
    runs[1] = replace(runs[1], recording=broken)
    found = partings_of(runs, variants_of(runs).variants, unwatched)
    assert [each.variant for each in found.found] == ["C"]
    (note,) = found.notes
    assert str(broken) in note


def test_so_many_pairs_are_searched_and_no_more(make: Make) -> None:
    (base,) = runs_of(make("a", 1))
    runs = [base, *(replace(base, text=f"name: {number}\n") for number in range(MOST_PAIRS + 2))]
    found = partings_of(runs, variants_of(runs).variants, unwatched)
    assert len(found.found) == MOST_PAIRS
    (note,) = found.notes
    assert f"is told of {MOST_PAIRS} variants, up to {found.found[-1].variant}" in note


def test_the_search_tells_how_far_it_is_in_all_pairs(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(left: Recording, right: Recording, watch: Watch) -> Divergence:
        watch(2, 4)
        return Divergence(2, "They part in the middle.")

    monkeypatch.setattr("simulator.report.compare.partings.diverge", half)
    told: list[tuple[int, int]] = []
    runs = runs_of(*(make(name, 1) for name in "abc"))
    partings_of(runs, variants_of(runs).variants, lambda done, all: told.append((done, all)))
    assert told == [(2, 8), (6, 8)]
