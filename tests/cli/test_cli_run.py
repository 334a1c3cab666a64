import json
import os
import resource
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from simulator.cli import main
from simulator.cli.playing import play_once
from simulator.recording.reader import Recording
from simulator.report.figures import RunFigures
from simulator.report.summary import summarise

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
TOOL = [sys.executable, "-c", "import sys; from simulator.cli import main; sys.exit(main())"]
PATIENCE_S = 300
"""After so long a process that does not end is given up, and the test fails."""


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OCPI_SIM_DEBUG", raising=False)


def tool(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def quick(*more: str) -> list[str]:
    return ["run", str(QUICKSTART), "--wire", "memory", *more]


# What a run prints and leaves


def test_a_run_prints_a_summary_and_the_story_and_leaves_its_recording(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = tool(capsys, *quick())
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "Monday morning in Leiden, seed 7"
    assert lines[-1] == f"Recording: {Path('runs/quickstart.ocpirun')}"
    assert "The story of Ada: " in out
    story = out[out.index("The story of Ada") :]
    for layer in ("street", "OCPP", "OCPI"):
        assert layer in story
    assert "Bill for a session (CDR)" in story
    assert "\x1b" not in out + err
    assert "Traceback" not in err
    assert "%" in err
    with Recording.open(Path("runs/quickstart.ocpirun")) as recording:
        assert summarise(recording).state == "complete"


def test_json_is_one_object_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(capsys, *quick("--json", "--out", "deep/er/my.ocpirun"))
    assert code == 0
    figures = json.loads(out)
    assert out.count("\n") == 1
    assert list(figures) == list(RunFigures.__struct_fields__)
    assert all(figures["checks"].values())
    assert isinstance(figures["cost"]["EUR"], str)
    with Recording.open(Path("deep/er/my.ocpirun")) as recording:
        run = summarise(recording).run
        assert recording.meta["digest"] == figures["digest"]
    assert run is not None
    assert json.loads(json.dumps(figures)) == figures
    assert (run.exchanges, run.sessions, run.cost) == (figures["exchanges"], figures["sessions"], figures["cost"])


def test_what_is_asked_for_reaches_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(
        capsys, *quick("--json", "--seed", "9", "--until", "90 min", "--record", "headers", "--set", "name=Other")
    )
    assert code == 0
    assert json.loads(out)["sessions"] > 0
    with Recording.open(Path("runs/quickstart.ocpirun")) as recording:
        meta = recording.meta
    assert (meta["seed"], meta["level"], meta["scenario_name"], meta["wire"]) == ("9", "headers", "Other", "memory")
    assert meta["ended_at_us"] == str(90 * 60_000_000)


def test_both_wires_tell_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    short = ("--json", "--until", "1 h")
    digests = [
        json.loads(tool(capsys, "run", QUICKSTART, "--wire", wire, *short)[1])["digest"] for wire in ("http", "memory")
    ]
    assert digests[0] == digests[1]


def test_an_end_after_the_scenarios_own_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = tool(capsys, *quick("--json", "--until", "24h"))
    assert code == 0
    assert "The scenario ends before --until" in err


def test_seeds_are_a_line_each_then_mean_and_interval(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(capsys, *quick("--json", "--until", "1 h", "--seeds", "1..3"))
    assert code == 0
    *runs, over = [json.loads(line) for line in out.splitlines()]
    assert len(runs) == 3
    assert len({run["digest"] for run in runs}) == 3
    assert list(over) == ["mean", "interval_95", "seeds", "load"]
    assert over["seeds"] == 3
    assert over["load"] == runs[0]["load"]
    assert over["mean"]["exchanges"] == pytest.approx(sum(run["exchanges"] for run in runs) / 3)
    low, high = over["interval_95"]["exchanges"]
    assert low <= over["mean"]["exchanges"] <= high
    assert sorted(path.name for path in Path("runs").iterdir()) == [f"quickstart-seed{n}.ocpirun" for n in (1, 2, 3)]


def test_seeds_for_a_person_are_lines_and_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(capsys, *quick("--until", "1 h", "--seeds", "4,2", "--out", "a/b.ocpirun"))
    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("Seed 4: exchanges ")
    assert lines[1] == f"Recording: {Path('a/b-seed4.ocpirun')}"
    assert lines[2].startswith("Seed 2: ")
    assert lines[5] == "Over 2 seeds"


def test_a_stress_load_is_called_one_where_results_are(capsys: pytest.CaptureFixture[str]) -> None:
    stressed = ("--until", "30 min", "--set", "sites.Station square.evses.count=1")
    sentence = "This is a stress load: 2.40 sessions per EVSE and day (12 sessions a day on 5 EVSEs), above the 2"
    assert f"  Load       {sentence}" in tool(capsys, *quick(*stressed))[1]
    assert json.loads(tool(capsys, *quick("--json", *stressed))[1])["load"] == {
        "sessions_per_day": 12,
        "evses": 5,
        "busiest": "",
        "busiest_sessions_per_day": 0,
        "busiest_evses": 0,
        "recorded_days": 0,
        "recorded_on": "",
        "sessions_per_evse_day": 2.4,
        "highest_sessions_per_evse_day": 2.4,
        "is_stress": True,
    }
    assert tool(capsys, *quick("--seeds", "1..2", *stressed))[1].splitlines()[-1].startswith(f"  {sentence}")
    assert "stress" not in tool(capsys, *quick("--until", "30 min"))[1]


def test_a_false_check_is_exit_code_1(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be asked of a scenario that makes a check false, so the outcome of a real run is changed."""

    def played(*arguments: Any) -> Any:
        result = play_once(*arguments)
        result.summary["checks"]["energy_conserved"] = False  # type: ignore[index]
        return result

    monkeypatch.setattr("simulator.cli.playing.play_once", played)
    code, out, _ = tool(capsys, *quick("--json", "--until", "1 h"))
    assert code == 1
    assert json.loads(out)["checks"]["energy_conserved"] is False


# The user's mistakes


def test_all_mistakes_of_a_scenario_at_once_and_nothing_written(capsys: pytest.CaptureFixture[str]) -> None:
    text = QUICKSTART.read_text("utf-8")
    wrong = text.replace("duration: 4 h", "duration: 4 hours").replace("role: emsp", "role: emps", 1)
    Path("wrong.yaml").write_text(wrong, "utf-8")
    code, out, err = tool(capsys, "run", "wrong.yaml")
    assert code == 2
    assert out == ""
    lines = [number for number, line in enumerate(wrong.splitlines(), 1) if "4 hours" in line or "emps" in line]
    for number in lines:
        assert f"wrong.yaml:{number}:" in err
    assert "Traceback" not in err
    assert sorted(path.name for path in Path().iterdir()) == ["wrong.yaml"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "COMMAND"),
        (["fly"], "fly"),
        (["run"], "SCENARIO"),
        (["run", "nowhere.yaml"], "nowhere.yaml"),
        (quick("--seed", "x"), "is no seed"),
        (quick("--seeds", "3..1"), "is no range of seeds"),
        (quick("--seed", "1", "--seeds", "1..2"), "not allowed with"),
        (quick("--until", "24"), "has no unit"),
        (quick("--speed", "warp"), "is no speed"),
        (quick("--wire", "tcp"), "invalid choice"),
        (quick("--record", "all"), "invalid choice"),
        (quick("--set", "seed"), "sets nothing"),
        (quick("--set", "sede=9"), "--set"),
        (quick("--out", "file.txt/run.ocpirun"), "cannot be made"),
        (quick("--out", "file.txt"), "not overwritten"),
        (quick("--out", "folder"), "is a folder"),
        (["import", "dump.json"], "--out"),
        (["import", "nowhere.json", "--out", "x.yaml"], "nowhere.json"),
        (["import", "file.txt", "--out", "x.yaml"], "file.txt"),
        (["import", "file.txt", "--emsps", "many", "--out", "x.yaml"], "--emsps"),
    ],
)
def test_a_wrong_command_is_told_in_words_with_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    Path("file.txt").write_text("not ours, " * 100)
    Path("folder").mkdir()
    code, out, err = tool(capsys, *arguments)
    assert code == 2
    assert out == ""
    assert told in err
    assert "Traceback" not in err
    assert Path("file.txt").read_text().startswith("not ours")
    assert sorted(path.name for path in Path().iterdir()) == ["file.txt", "folder"]


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert tool(capsys, "--version")[:2] == (0, f"ocpi-sim {version('ocpi-sim')}\n")
    code, out, _ = tool(capsys, "run", "--help")
    assert code == 0
    for option in ("--seed", "--seeds", "--until", "--wire", "--speed", "--record", "--set", "--out", "--json"):
        assert option in out
    assert "--emsps" in tool(capsys, "import", "--help")[1]


# What a terminal and a system do


def await_line(process: "subprocess.Popen[str]", part: str) -> str:
    assert process.stderr is not None
    seen = ""
    while part not in seen:
        line = process.stderr.readline()
        assert line, f"The run ended without saying “{part}”; it said: {seen}"
        seen += line
    return seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_cleanly(number: signal.Signals) -> None:
    arguments = quick("--json", "--speed", "600", "--out", "cut.ocpirun")
    with subprocess.Popen([*TOOL, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        await_line(process, " 0 %")
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, err
    assert "Ending the run" in err
    assert "interrupted" in err
    assert "Traceback" not in err
    figures = json.loads(out)
    with Recording.open(Path("cut.ocpirun")) as recording:
        summary = summarise(recording)
        assert recording.meta["digest"] == figures["digest"]
    assert summary.state == "interrupted"
    assert not recording.path.with_name("cut.ocpirun-wal").exists()


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    with subprocess.Popen(
        [*TOOL, *quick("--until", "1 h")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait(timeout=PATIENCE_S)
    assert code == 1
    assert "Traceback" not in err
    assert "Exception ignored" not in err


def test_a_full_disk_ends_the_run_with_a_sentence_and_a_valid_recording() -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000))

    done = subprocess.run(
        [*TOOL, *quick("--json")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        preexec_fn=small_disk,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "the recording stopped" in done.stderr.splitlines()[-1]
    with Recording.open(Path("runs/quickstart.ocpirun")) as recording:
        assert summarise(recording).run is None


def test_the_program_ends_without_taking_apart_what_the_run_has_made() -> None:
    """That takes seconds for a city; what is in a circle after the run stands here for its world."""
    circle = "class Loud:\n  def __del__(self): print('taken apart')\nloud = Loud(); loud.self = loud; del loud"
    code = f"import sys; from simulator.cli import main; code = main(); exec({circle!r}); sys.exit(code)"
    done = subprocess.run(
        [sys.executable, "-c", code, *quick("--json", "--until", "1 min")],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0
    assert "taken apart" not in done.stdout + done.stderr


def test_a_terminal_without_unicode_is_no_obstacle() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    named = quick("--until", "1 h", "--set", "name=Zürich → Łódź")
    done = subprocess.run(
        [*TOOL, *named], capture_output=True, text=True, timeout=PATIENCE_S, env=environment, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("Z?rich ? ??d?")


# Import


def location(id: str, party_id: str = "ABC") -> dict[str, Any]:
    connector = {
        "id": "1",
        "standard": "IEC_62196_T2",
        "format": "SOCKET",
        "power_type": "AC_3_PHASE",
        "max_voltage": 230,
        "max_amperage": 16,
        "last_updated": "2026-05-01T00:00:00Z",
    }
    evse = {
        "uid": f"{id}-1",
        "status": "AVAILABLE",
        "connectors": [connector],
        "last_updated": "2026-05-01T00:00:00Z",
    }
    return {
        "country_code": "NL",
        "party_id": party_id,
        "id": id,
        "publish": True,
        "address": "Street 1",
        "city": "Town",
        "country": "NLD",
        "coordinates": {"latitude": "53.450000", "longitude": "5.750000"},
        "time_zone": "Europe/Amsterdam",
        "evses": [evse],
        "last_updated": "2026-05-01T00:00:00Z",
    }


def test_an_import_says_what_became_of_every_record_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    places = [location("L1"), location("L2", "DEF"), {**location("L3"), "evses": None}]
    Path("dump.json").write_text(json.dumps({"data": places, "status_code": 1000}))
    code, out, _ = tool(capsys, "import", "dump.json", "--sessions-per-day", "20", "--emsps", "2", "--out", "town.yaml")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["read", "kept", "mended", "left", "out"]
    assert lines[1].split() == ["Locations", "3", "2", "0", "1"]
    assert any(line.endswith(".") for line in lines)
    assert lines[-2] == "Scenario: town.yaml, with 2 CPOs"
    code, out, _ = tool(capsys, "run", "town.yaml", "--wire", "memory", "--json", "--until", "12 h")
    assert code == 0
    assert json.loads(out)["sessions"] > 0
