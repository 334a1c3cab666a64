import io
import json
from pathlib import Path
from statistics import mean

import msgspec
import pytest
from msgspec.structs import asdict
from report_scene import MIN, SUMMARY, Scene, visit

from simulator.recording.reader import Recording
from simulator.report.figures import over_seeds
from simulator.report.format import (
    Style,
    over_seeds_text,
    run_line,
    story_text,
    style_for,
    summary_text,
    table,
)
from simulator.report.kpi.visits import visits
from simulator.report.story import story
from simulator.report.summary import DriverCounts, Summary, Synchronisation, summarise
from simulator.scenario.shortfall import Shortfall

PLAIN = Style()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "day.ocpirun"


def day(scene: Scene) -> None:
    """Ada and Bram of the visit, three who go away, and an outage that leaves things stale."""
    visit(scene)
    for name, reason in (("Dirk", "all_taken"), ("Eva", "all_taken"), ("Finn", "refused")):
        scene.event(90 * MIN, f"driver/{name}", "arrive", "NL-EMA")
        if reason == "refused":
            scene.event(91 * MIN, f"driver/{name}", "refused", "NL-EMA", status="Blocked")
        scene.event(92 * MIN, f"driver/{name}", "turned_away", "NL-EMA", reason=reason)
    scene.event(93 * MIN, "driver/Gina", "arrive", "NL-EMA")
    scene.event(95 * MIN, "driver/Hugo", "arrive", "NL-EMA")
    scene.event(97 * MIN, "driver/Hugo", "plug", "NL-EMA", "NL-ABC/E1", waited_s=60)
    scene.event(99 * MIN, "driver/Hugo", "leave", "NL-EMA", waited_s=60, energy_wh=1)
    # Ivy plugs in, is refused, waits longer and gives up.
    scene.event(95 * MIN, "driver/Ivy", "arrive", "NL-EMA")
    scene.event(97 * MIN, "driver/Ivy", "plug", "NL-EMA", "NL-ABC/E2", waited_s=60)
    scene.event(99 * MIN, "driver/Ivy", "turned_away", "NL-EMA", reason="refused", waited_s=300)
    for cdr_id, amount in (("C1", "8.00"), ("C1-C", "-8.00"), ("C2", "7.00")):
        scene.money("receivable", cdr_id, "S1", amount)
        scene.money("payable", cdr_id, "S1", amount)
    for cdr_id, session_id in (("C3", "S2"), ("C4", "S3"), ("C5", "S4")):
        scene.money("receivable", cdr_id, session_id, "1.00")
        # As of a CDR of 2.1.1, which does not say its session.
        scene.money("payable", cdr_id, "", "1.00")
    scene.money("receivable", "C6", "S5", "1.00")
    # Of a CPO from outside, whose sessions are none of the run's.
    scene.money("payable", "C1", "X1", "1.00", creditor="DE-EXT")
    scene.fault("party_offline", "begin")
    scene.fault("party_offline", "end")
    scene.event(100 * MIN, "NL-ABC", "cdr_not_delivered", "NL-ABC", why="connection refused")
    scene.event(-MIN, "NL-EMA", "synchronised", "NL-EMA", changed={"locations": 99}, stalest_s=9_999, reason="start")
    scene.event(110 * MIN, "NL-EMA", "synchronised", "NL-EMA", changed={"sessions": 2, "cdrs": 1}, stalest_s=600)
    scene.event(111 * MIN, "NL-NOM", "synchronised", "NL-NOM", changed={}, stalest_s=0)
    scene.hint(3, "warning")
    scene.hint(3, "note")
    scene.hint(4, "note")


def finished(path: Path, level: str = "full", **changed: object) -> Summary:
    scene = Scene(path, level)  # type: ignore[arg-type]
    day(scene)
    figures = {**SUMMARY, "digest": "", **changed}
    scene.close(summary=json.dumps(figures), ended_at_us=str(240 * MIN), interrupted="false")
    with Recording.open(path) as recording:
        return summarise(recording)


def test_the_summary_of_a_finished_run(path: Path) -> None:
    summary = finished(path)
    with Recording.open(path) as recording:
        digest = recording.meta["digest"]
    assert summary.run is not None
    assert msgspec.to_builtins(summary.run) == {
        **SUMMARY,
        "digest": digest,
        "load": None,
        "shortfall": asdict(Shortfall()),
        "before_start": {"sessions": 0, "energy_wh": 0},
    }
    assert (summary.scenario, summary.seed, summary.state, summary.failure) == ("Monday morning", 7, "complete", "")
    assert (summary.begin, summary.end, summary.zone) == ("2026-05-04 07:00", "2026-05-04 11:00", "Europe/Amsterdam")
    assert summary.exchanges == {"delivered": 10, "lost": 1}
    # Bram was there before the run; his leaving and his wait are not counted.
    assert summary.drivers == DriverCounts(
        arrived=7, served=2, turned_away={"all_taken": 2, "refused": 2}, refused=1, found_taken=0, mean_wait_min=0.5
    )
    with Recording.open(path) as recording:
        assert mean(visit.waited_s / 60 for visit in visits(recording) if visit.is_served) == 0.5
    # A session that was credited and billed anew has three CDRs; the fifth session's was not accepted.
    assert summary.billed == 4
    assert summary.hints == {"note": 2, "warning": 1}
    assert summary.faults == {"party_offline": 1}
    assert summary.mishaps == {"cdr_not_delivered": 1}
    assert summary.synchronisation == Synchronisation(rounds=2, stale_objects=3, stalest_min=10.0)


@pytest.mark.parametrize("level", ["headers", "aggregates"])
def test_the_summary_is_the_same_at_every_level(path: Path, tmp_path: Path, level: str) -> None:
    assert finished(path, level) == finished(tmp_path / "other.ocpirun")


def test_the_summary_goes_through_json(path: Path) -> None:
    summary = finished(path)
    assert msgspec.json.decode(msgspec.json.encode(summary), type=Summary) == summary


def test_a_run_that_goes_on_was_killed_failed_or_interrupted_says_so(path: Path, tmp_path: Path) -> None:
    scene = Scene(path)
    scene.event(0, "driver/Ada", "arrive", "NL-EMA")
    scene.recorder.flush()
    with Recording.open(path) as recording:
        summary = summarise(recording)
        assert (summary.state, summary.run, summary.drivers.arrived) == ("live", None, 1)
        assert "State      The run is still going on; it is told as far as 2026-05-04 07:00." in summary_text(
            summary, PLAIN
        )
    scene.recorder.abort()
    with Recording.open(path) as recording:
        assert summarise(recording).state == "killed"
        assert "The recording was cut off at 2026-05-04 07:00: the run was killed" in summary_text(
            summarise(recording), PLAIN
        )
    failed = Scene(tmp_path / "failed.ocpirun").close(failure="One exchange caused the next.")
    with Recording.open(failed) as recording:
        assert summarise(recording).state == "failed"
        assert "The run failed at 2026-05-04 07:00: One exchange caused the next." in summary_text(
            summarise(recording), PLAIN
        )
    interrupted = Scene(tmp_path / "cut.ocpirun").close(summary=json.dumps(SUMMARY), interrupted="true")
    with Recording.open(interrupted) as recording:
        assert summarise(recording).state == "interrupted"
        assert "The run was interrupted at 2026-05-04 07:00" in summary_text(summarise(recording), PLAIN)


def test_the_summary_as_text(path: Path) -> None:
    text = summary_text(finished(path, cost={"EUR": "1247.1311899999999996"}), PLAIN)
    lines = text.splitlines()
    assert lines[0] == "Monday morning, seed 7"
    assert lines[1:-1] == [
        "  Played     2026-05-04 07:00 to 11:00, Europe/Amsterdam",
        "  Sessions   5, 4 with a CDR",
        "  Energy     21.000 kWh at the plug = 20.500 kWh in CDRs + 0.000 kWh in open sessions "
        "+ 0.500 kWh held back by faults",
        "  Cost       EUR 1,247.13 without VAT",
        "  Exchanges  11 (delivered: 10, lost: 1)",
        "  Drivers    7 arrived, 2 served, 4 turned away (all places are taken: 2, charging was refused: 2); "
        "mean wait 0.5 min",
        "  Faults     party offline: 1",
        "  Mishaps    CDRs not delivered at first: 1",
        "  Stale      3 objects were stale until pulled, by up to 10.0 min",
        "  Hints      note: 2, warning: 1",
        "  Speed      1.50 s in all, 2,346 exchanges a second, 100 MB at most",
        "  Checks     all 2 checks hold",
    ]
    assert lines[-1].startswith("  Digest     ")


def test_who_charged_before_the_start_is_told_apart(path: Path) -> None:
    lines = summary_text(finished(path, before_start={"sessions": 2, "energy_wh": 1_250}), PLAIN).splitlines()
    assert lines[2] == "  Sessions   5, of which 2 had begun before the start, 4 with a CDR"
    assert lines[3].endswith("held back by faults; 1.250 kWh were taken before the start")


def test_a_false_check_is_named_in_words_and_in_red(path: Path) -> None:
    summary = finished(path, checks={"energy": True, "money": False}, cost={})
    assert "Checks     NOT HELD: money" in summary_text(summary, PLAIN)
    assert "\x1b[31mNOT HELD: money\x1b[0m" in summary_text(summary, Style(colour=True))
    assert "Cost       nothing without VAT" in summary_text(summary, PLAIN)
    assert summary.run is not None
    assert run_line(summary.run, "Seed 3") == (
        "Seed 3: exchanges 16, sessions 5, CDRs 1, 21.000 kWh, nothing, NOT HELD: money"
    )


def test_colour_changes_nothing_but_colour(path: Path) -> None:
    scene = Scene(path)
    visit(scene)
    with Recording.open(scene.close()) as recording:
        lines = story(recording, "Ada")
    painted = story_text(lines, "Ada", Style(colour=True))
    for code in ("0", "1", "2", "31", "33", "35", "36"):
        assert f"\x1b[{code}m" in painted
        painted = painted.replace(f"\x1b[{code}m", "")
    assert painted == story_text(lines, "Ada", PLAIN)


def test_the_story_as_text(path: Path) -> None:
    scene = Scene(path)
    visit(scene)
    with Recording.open(scene.close()) as recording:
        text = story_text(story(recording, "Ada"), "Ada", PLAIN)
        nobody = story_text(story(recording, "Zoe"), "Zoe", PLAIN)
    lines = text.splitlines()
    assert lines[0] == "The story of Ada: 8 OCPI messages"
    assert lines[1].split() == ["#", "time", "layer", "from", "to", "what", "remark"]
    assert len({line.index("07:4") for line in lines if "07:4" in line}) == 1
    assert lines[5].split("  ")[1:4] == ["1", "07:42:00", "OCPI"]
    assert nobody == "The recording knows no driver Zoe."


def test_over_seeds_as_text(path: Path) -> None:
    run = finished(path).run
    assert run is not None
    other = msgspec.structs.replace(run, exchanges=18, cost={"EUR": "10.00"})
    text = over_seeds_text(over_seeds([run, other]), PLAIN)
    rows = {line[:20].strip(): line.split()[-4:] for line in text.splitlines()}
    assert text.startswith("Over 2 seeds\n")
    assert rows["exchanges"] == ["17.0", "4.3", "to", "29.7"]
    assert rows["cost EUR"] == ["9.0000", "-3.7062", "to", "21.7062"]
    assert rows["energy_wh plug"] == ["21,000.0", "21,000.0", "to", "21,000.0"]
    assert over_seeds_text(over_seeds([run]), PLAIN).startswith("Over 1 seed\n")


def test_columns_are_aligned_to_their_sides() -> None:
    assert table([("a", "10", "x"), ("bcd", "5", "")], right=(1,)) == ["a    10  x", "bcd   5"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_only_on_a_terminal_that_wants_it() -> None:
    assert style_for(Terminal(), {}) == Style(colour=True)
    assert style_for(Terminal(), {"NO_COLOR": ""}) == Style(colour=True)
    assert style_for(Terminal(), {"NO_COLOR": "1"}) == PLAIN
    assert style_for(Terminal(), {"TERM": "dumb"}) == PLAIN
    assert style_for(io.StringIO(), {}) == PLAIN
