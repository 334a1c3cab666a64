"""The first message that two runs do not have in common."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from report_scene import S, Scene

from simulator.assemble import RunOptions, play
from simulator.recording.reader import Recording
from simulator.recording.rows import Level
from simulator.report.compare.comparison import compare
from simulator.report.compare.divergence import Divergence, diverge
from simulator.report.format import Style
from simulator.report.publish.compare_data import compare_json
from simulator.report.publish.compare_page import compare_page
from simulator.report.publish.compare_text import compare_text
from simulator.scenario.load import load

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
MESSAGES = 2_500
"""More than are compared at once."""


def recorded(
    out: Path, /, count: int = MESSAGES, level: Level = "full", before: Sequence[str] = (), **change: Any
) -> Path:
    """A recording of equal messages but for the last but one, in which these fields are others.

    Drivers of the parties `before` arrive first, so that ids and sequences are others from there on.
    """
    scene = Scene(out, level, ended_at_us=str(count * S))
    for party in before:
        scene.event(-S, f"driver/{party}", "arrive", party)
    for number in range(count):
        fields = change if number == count - 2 else {}
        body = {"kwh": 1.5, "charging_periods": [{"dimensions": [number]}]}
        request = {**body, **fields.get("request", {})}
        rest = {key: value for key, value in fields.items() if key != "request"}
        scene.message(number * S, "NL-ABC", "NL-EMA", "sessions.receiver.patch_session", ("", 0), request, **rest)
    if not change:
        scene.event(count * S, "driver/Ada", "arrive", "NL-EMA")
    return scene.close()


def compared(left: Path, right: Path) -> Divergence:
    with Recording.open(left) as a, Recording.open(right) as b:
        return diverge(a, b)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("base") / "base.ocpirun")


@pytest.mark.parametrize(
    ("change", "what", "left", "right"),
    [
        ({"request": {"kwh": 1.6}}, "request at kwh", "1.5", "1.6"),
        ({"request": {"charging_periods": []}}, "request at charging_periods.0", '{"dimensions":[2498]}', "–"),
        ({"response_body": b"not JSON"}, "answer", '{"data":null,"status_code":1000}', "not JSON"),
        ({"response_body": b"[" * 5_000}, "answer", '{"data":null,"status_code":1000}', "[" * 79 + "…"),
        ({"method": "PUT"}, "method", "PATCH", "PUT"),
        ({"path": "/other"}, "path", "/some/path", "/other"),
        ({"final": "lost"}, "outcome", "delivered", "lost"),
        ({"ocpi_status": 2001}, "OCPI status", "1000", "2001"),
        ({"end_us": 2_498 * S + 40}, "end (s)", "2498.000000", "2498.000040"),
    ],
)
def test_the_first_difference_is_found_and_told(
    base: Path, tmp_path: Path, change: dict[str, Any], what: str, left: str, right: str
) -> None:
    found = compared(base, recorded(tmp_path / "other.ocpirun", **change))
    assert found.equal == MESSAGES - 2
    assert [(each.what, each.left, each.right) for each in found.changes] == [(what, left, right)]
    assert found.left is not None
    assert found.right is not None
    assert found.bodies_compared
    assert found.left.exchange == found.right.exchange == MESSAGES - 1
    assert found.left.at_s == MESSAGES - 2
    assert found.left.time == "07:41:38"
    assert what in found.sentence
    assert "message 2,499" in found.sentence


def test_the_search_tells_how_far_it_has_come_and_can_be_ended(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def watch(done: int, all: int) -> None:
        told.append((done, all))
        raise KeyboardInterrupt

    one = recorded(tmp_path / "one.ocpirun", 3 * MESSAGES)
    other = recorded(tmp_path / "other.ocpirun", 3 * MESSAGES, method="PUT")
    with Recording.open(one) as a, Recording.open(other) as b, pytest.raises(KeyboardInterrupt):
        diverge(a, b, watch)
    ((done, all),) = told
    assert (0 < done < all, all) == (True, 3 * MESSAGES)


def test_different_seeds_are_named_as_a_reason(tmp_path: Path) -> None:
    paths = []
    for seed, method in (("1", "PUT"), ("2", "PATCH")):
        scene = Scene(tmp_path / f"{seed}.ocpirun", seed=seed)
        scene.message(0, "NL-ABC", "NL-EMA", "sessions.receiver.put_session", ("", 0), method=method)
        paths.append(scene.close())
    found = compared(*paths)
    assert found.sentence.startswith("The very first message differs in: method.")
    assert "different seeds part soon" in found.sentence


def test_a_run_that_has_more_messages(base: Path, tmp_path: Path) -> None:
    longer = recorded(tmp_path / "longer.ocpirun", MESSAGES + 1)
    found = compared(base, longer)
    assert (found.equal, found.left) == (MESSAGES, None)
    assert found.right is not None
    assert found.right.exchange == MESSAGES + 1


def test_equal_digests_are_the_same_run(base: Path, tmp_path: Path) -> None:
    found = compared(base, recorded(tmp_path / "again.ocpirun"))
    assert found.equal == MESSAGES
    assert "the same run" in found.sentence


def test_equal_messages_of_runs_that_differ_elsewhere(base: Path, tmp_path: Path) -> None:
    found = compared(base, recorded(tmp_path / "other.ocpirun", request_id="another"))
    assert found.equal == MESSAGES
    assert found.changes == ()
    assert "headers and ids" in found.sentence


def test_messages_are_found_equal_whatever_ids_their_names_have(base: Path, tmp_path: Path) -> None:
    other = recorded(tmp_path / "other.ocpirun", before=("NL-EMB", "NL-EMC"))
    found = compared(base, other)
    assert (found.equal, found.changes) == (MESSAGES, ())
    changed = recorded(tmp_path / "changed.ocpirun", before=("NL-EMB", "NL-EMC"), path="/other")
    assert [each.what for each in compared(base, changed).changes] == ["path"]
    assert compared(changed, other).equal == MESSAGES - 2


@pytest.mark.parametrize("level", ["full", "headers"])
@pytest.mark.parametrize("missing_in", [0, 1])
def test_a_message_that_only_one_has_amid_equal_ones_is_found(tmp_path: Path, missing_in: int, level: Level) -> None:
    """Where the other has an event, so that the rows after it are the same to the number in both."""
    paths = []
    for run in (0, 1):
        scene = Scene(tmp_path / f"{run}.ocpirun", level)
        for number in range(100):
            if (run, number) == (missing_in, 50):
                scene.event(number * S, "driver/Ada", "arrive", "NL-EMA")
                scene.exchanges += 1
            else:
                scene.message(number * S, "NL-ABC", "NL-EMA", "sessions.receiver.patch_session", ("", 0))
        paths.append(scene.close())
    found = compared(*paths)
    assert found.equal == 50
    assert "begin (s)" in [each.what for each in found.changes]


def test_messages_are_found_equal_however_their_bodies_were_committed(base: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.ocpirun"
    scene = Scene(other)
    for number in range(MESSAGES):
        body = {"kwh": 1.5, "charging_periods": [{"dimensions": [number]}]}
        scene.message(number * S, "NL-ABC", "NL-EMA", "sessions.receiver.patch_session", ("", 0), body)
        if number % 700 == 0:
            scene.recorder.flush()
    scene.close()
    chunks = []
    for path in (base, other):
        with Recording.open(path) as recording:
            chunks.append(recording.query("SELECT id FROM chunk"))
    assert chunks[0] != chunks[1]
    found = compared(base, other)
    assert (found.equal, found.changes) == (MESSAGES, ())


def test_bodies_that_were_not_recorded_are_not_compared(base: Path, tmp_path: Path) -> None:
    found = compared(base, recorded(tmp_path / "headers.ocpirun", level="headers", request={"kwh": 2}))
    assert (found.equal, found.bodies_compared) == (MESSAGES, False)
    assert "but for their bodies" in found.sentence


@pytest.mark.parametrize("levels", [("headers", "headers"), ("full", "headers"), ("headers", "full")])
def test_a_first_message_found_without_bodies_says_so(tmp_path: Path, levels: tuple[Level, Level]) -> None:
    """The bodies of a message before it differ, which is not seen."""
    told: list[Divergence] = []
    for last in ({"path": "/other"}, None):
        paths = []
        for run, level in enumerate(levels):
            scene = Scene(tmp_path / f"{run}{level}{last is None}.ocpirun", level)
            for number in range(3 + run if last is None else 3):
                fields = last if last and (run, number) == (1, 2) else {}
                body = {"kwh": run if number == 1 else 0}
                scene.message(
                    number * S, "NL-ABC", "NL-EMA", "sessions.receiver.patch_session", ("", 0), body, **fields
                )
            paths.append(scene.close())
        told.append(compared(*paths))
    changed, ended = told
    assert (changed.equal, [each.what for each in changed.changes]) == (2, ["path"])
    without = "but for their bodies, which were not recorded in both runs"
    assert changed.sentence.startswith(f"The first 2 messages are equal {without}; message 3 differs in: path.")
    assert (ended.equal, ended.left) == (3, None)
    assert ended.sentence.endswith(f"first of the longer one {without}.")
    assert [each.bodies_compared for each in told] == [False, False]


def test_the_very_first_message_needs_no_word_on_bodies_before_it(tmp_path: Path) -> None:
    one = recorded(tmp_path / "one.ocpirun", 2, "headers")
    other = recorded(tmp_path / "other.ocpirun", 2, "headers", path="/other")
    found = compared(one, other)
    assert (found.sentence, found.bodies_compared) == ("The very first message differs in: path.", False)


def test_without_messages_nothing_is_compared(base: Path, tmp_path: Path) -> None:
    found = compared(base, recorded(tmp_path / "aggregates.ocpirun", level="aggregates", request={"kwh": 2}))
    assert (found.equal, found.bodies_compared) == (0, False)
    assert "no messages" in found.sentence


def test_two_runs_of_the_quickstart(tmp_path: Path) -> None:
    paths = []
    for name, overrides in (("a", ()), ("b", ("parties.NL-EMA.whitelist=ALWAYS",))):
        paths.append(tmp_path / f"{name}.ocpirun")
        scenario = load(QUICKSTART, overrides)
        options = RunOptions(out=paths[-1], wire="memory", control=False, until_us=3_600_000_000)
        asyncio.run(play(scenario, options))
    found = compare(paths, "none", lambda done, all: None)
    (parting,) = found.partings
    assert (parting.variant, parting.seed) == ("B", 7)
    (change,) = parting.divergence.changes
    # The first that is told otherwise is what the tokens say when they are fetched.
    assert (change.what, change.left, change.right) == ("answer at data.0.whitelist", "NEVER", "ALWAYS")
    text = compare_text(found, Style())
    assert "GET /ocpi/sender/2.2.1/tokens" in text
    assert json.dumps(str(paths[0]))[1:-1] in text
    assert "data.0.whitelist" in compare_page(found).decode()


def test_two_runs_of_one_scenario_and_seed_are_both_named_though_one_counts(base: Path, tmp_path: Path) -> None:
    """As after a change of the program: nothing differs in the scenario, but a message does."""
    other = recorded(tmp_path / "other.ocpirun", method="PUT")
    found = compare([base, other], "none", lambda done, all: None)
    assert len(found.variants) == 1
    (parting,) = found.partings
    assert (parting.runs, parting.variant, parting.seed) == ((str(base), str(other)), None, None)
    text, page = compare_text(found, Style()), compare_page(found).decode()
    for name in parting.runs:
        assert name in text.partition("First message that differs")[2]
        assert name in page
    assert json.loads(compare_json(found))["parted"] == [str(base), str(other)]
