"""`ocpi-sim sweep` and `compare` as people use them: what they print, what they leave, how they end."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from simulator.cli import main
from simulator.cli.counting import CountLine
from simulator.report.kpi.definitions import KPIS
from simulator.scenario.recorded import SESSION_COLUMNS

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.yaml"
TOOL = "import sys; from simulator.cli import main; sys.exit(main())"
WHITELIST = "parties.NL-EMA.whitelist=NEVER,ALWAYS"


@pytest.fixture(autouse=True)
def somewhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OCPI_SIM_DEBUG", raising=False)


def tool(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def sweep(*more: str) -> list[str]:
    return ["sweep", str(QUICKSTART), "--until", "30 min", "--jobs", "1", "--out", "out", *more]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int, str]:
    """A sweep as the command leaves it, its exit code, and what it printed."""
    folder = tmp_path_factory.mktemp("swept")
    done = subprocess.run(
        [sys.executable, "-c", TOOL, *sweep("--vary", WHITELIST, "--seeds", "1..2")],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return folder / "out", done.returncode, done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recording of half an hour."""
    path = tmp_path_factory.mktemp("played") / "a.ocpirun"
    assert main(["run", str(QUICKSTART), "--wire", "memory", "--until", "30 min", "--out", str(path)]) == 0
    return path


def test_a_sweep_leaves_one_table_and_says_so(swept: tuple[Path, int, str]) -> None:
    from pyarrow import parquet

    out, code, printed = swept
    assert code == 0
    assert printed.splitlines() == [
        "4 of 4 runs done, 0 failed.",
        f"Results: {Path('out/results.parquet')}, results.csv and curves.parquet",
        "Compare the variants: ocpi-sim compare out",
    ]
    rows = parquet.read_table(out / "results.parquet").to_pylist()
    assert [(row["parties.NL-EMA.whitelist"], row["seed"]) for row in rows] == [
        ("NEVER", 1),
        ("NEVER", 2),
        ("ALWAYS", 1),
        ("ALWAYS", 2),
    ]
    assert sorted(os.listdir(out)) == ["curves.parquet", "jobs", "results.csv", "results.parquet", "sweep.json"]


def test_a_sweep_that_has_stress_loads_says_so_and_its_comparison_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(capsys, *sweep("--vary", "sites.Station square.evses.count=4,1", "--seeds", "1..2"))
    assert code == 0
    told = "2 runs have a stress load: up to 2.40 sessions per EVSE and day, above the 2 that are called so."
    assert out.splitlines()[1] == told
    _, out, _ = tool(capsys, "compare", "out/results.parquet")
    assert "2 runs, seeds 1 to 2  2.40 sessions per EVSE and day, a stress load\n" in out
    assert "\nB has a stress load, " in out


DAY = """
name: A real day
start: 2026-05-04T00:00 Europe/Amsterdam
duration: 28 h
parties: {NL-ABC: {role: cpo}, NL-EMA: {role: emsp}}
tariffs: {flat: {energy: 0.30 EUR/kWh}}
sites: [{cpo: NL-ABC, name: S, at: [52, 4], evses: [{uids: [E1], power: 11 kW, tariff: flat}]}]
drivers: [{sessions: day.csv, emsps: [NL-EMA]}]
"""


def test_a_sweep_of_recorded_days_counts_all_of_them_and_its_comparison_tells_what_follows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "day.yaml").write_text(DAY)
    session = "s1,NL-ABC/E1,36000,72000,,8000,5000,"
    (tmp_path / "day.csv").write_text("\n".join((",".join(SESSION_COLUMNS), session, "")))
    code, out, _ = tool(capsys, "sweep", "day.yaml", "--seeds", "1..2", "--vary", "poll=1 h,2 h", "--out", "out")
    told = "The days are recorded ones: the whole run counts."
    assert (code, out.splitlines()[1]) == (0, told)
    _, compared, _ = tool(capsys, "compare", "out")
    assert f"\n{told}\nAfter 24 h nobody arrives, in the last 4 h of what counts: " in compared
    assert tool(capsys, "compare", "out/results.parquet")[1] == compared


def test_a_table_of_an_earlier_version_is_read_without_its_new_columns(
    swept: tuple[Path, int, str], capsys: pytest.CaptureFixture[str]
) -> None:
    from pyarrow import parquet

    table = parquet.read_table(swept[0] / "results.parquet")
    new = ["turned_away_wait_mean_min", "window_recorded_to_s"]
    parquet.write_table(table.drop_columns(new), "older.parquet")
    code, out, _ = tool(capsys, "compare", "older.parquet")
    assert code == 0
    (line,) = [line for line in out.splitlines() if "Waited in vain" in line and "not measured" in line]
    assert line.endswith("not measured in both")


def test_the_same_command_again_has_nothing_left_to_do(
    swept: tuple[Path, int, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(swept[0].parent)
    code, out, _ = tool(capsys, *sweep("--vary", WHITELIST, "--seeds", "1..2"))
    assert (code, out) == (0, swept[2])


def test_compare_reads_a_sweep(swept: tuple[Path, int, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = tool(capsys, "compare", swept[0])
    assert code == 0
    assert "B  whitelist=ALWAYS  2 runs, seeds 1 to 2" in out
    assert "B against A, over 2 pairs with common seeds" in out
    assert err == ""
    code, from_table, _ = tool(capsys, "compare", swept[0] / "results.parquet")
    assert code == 0
    assert from_table == out


def test_compare_as_json_and_as_a_page(swept: tuple[Path, int, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = tool(capsys, "compare", swept[0], "--json")
    assert code == 0
    document = json.loads(out)
    assert list(document["figures"])[: len(KPIS)] == [kpi.id for kpi in KPIS]
    code, out, _ = tool(capsys, "compare", swept[0], "--html", "deep/er/page.html")
    assert (code, out) == (0, f"Comparison: {Path('deep/er/page.html')}\n")
    assert Path("deep/er/page.html").read_text(encoding="utf-8").count("<svg ") == 2


def test_compare_two_recordings(capsys: pytest.CaptureFixture[str]) -> None:
    for name, whitelist in (("a", "NEVER"), ("b", "ALWAYS")):
        run = ["run", str(QUICKSTART), "--wire", "memory", "--until", "1h", "--out", f"{name}.ocpirun"]
        assert tool(capsys, *run, "--set", f"parties.NL-EMA.whitelist={whitelist}")[0] == 0
    code, out, _ = tool(capsys, "compare", "a.ocpirun", "b.ocpirun")
    assert code == 0
    assert "parties.NL-EMA.whitelist  NEVER  ALWAYS" in out
    assert "First message that differs" in out
    assert "answer at data.0.whitelist  NEVER" in out
    code, out, _ = tool(capsys, "compare", "a.ocpirun", "a.ocpirun")
    assert "Their digests are equal: they are the same run." in out


# What is refused


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["compare", "none.ocpirun", "nor.ocpirun"], "there is no such file"),
        (["compare", "."], "is no sweep"),
        (sweep("--vary", "poll"), "varies nothing"),
        (sweep("--vary", "poll=1 h,1 x"), "--vary:1:10: "),
        (sweep("--vary", "pol=1 h"), "--vary:1:1: "),
        (sweep("--vary", "poll=1 h", "--vary", "poll=2 h"), "poll twice"),
        (sweep("--vary", "seed=1,2"), "--seeds"),
        (sweep("--set", "poll=1 x"), "--set:1:6: "),
        (sweep("--warm-up", "1 h"), "leaves nothing of a run of 0.5 h"),
        (sweep("--jobs", "0"), "is no number of processes"),
        (["sweep", str(QUICKSTART), "--out", "out", "--scheduler", "there"], "is no address of a scheduler"),
        (["sweep", str(QUICKSTART)], "--out"),
        (["sweep", "none.yaml", "--out", "out"], "There is no file none.yaml"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    code, out, err = tool(capsys, *arguments)
    assert code == 2
    assert sentence in err
    assert "Traceback" not in out + err
    assert not list(Path().glob("out/jobs/*"))


def test_a_warm_up_longer_than_the_run_is_told_by_a_report_too(
    played: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = tool(capsys, "report", played, "--warm-up", "1 h")
    assert code == 2
    assert err == "ocpi-sim: A warm-up of 1 h leaves nothing of a run of 0.5 h; choose a shorter one.\n"


def test_another_folder_is_not_spoilt(swept: tuple[Path, int, str], capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = tool(capsys, *sweep("--vary", "poll=1 h"), "--out", swept[0])
    assert code == 2
    assert "holds another sweep: --vary, --seeds differs" in err


def test_a_damaged_recording_is_told_and_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    keeping = sweep("--keep-recordings")
    first, out, _ = tool(capsys, *keeping)
    (path,) = Path("out/recordings").iterdir()
    size = path.stat().st_size
    os.truncate(path, 5_000)
    assert size > 5_000
    code, again, err = tool(capsys, *keeping)
    assert (first, code, again) == (0, 0, out)
    told = "1 recording that was kept is damaged, or not that of its run; the run is played again."
    assert err.splitlines()[0] == told
    assert tool(capsys, "report", path)[0] == 0
    assert tool(capsys, *keeping) == (0, out, "")


HOLDING = """
import sys
from pathlib import Path
from simulator.sweep.folder import held_alone

with held_alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_sweep_into_a_folder_is_refused_until_the_first_has_ended_or_was_killed(
    swept: tuple[Path, int, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(swept[0].parent)
    again = sweep("--vary", WHITELIST, "--seeds", "1..2")
    before = {path: path.read_bytes() for path in swept[0].iterdir() if path.is_file()}
    command = [sys.executable, "-c", HOLDING, "out"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        code, out, err = tool(capsys, *again)
        assert (code, out) == (2, "")
        assert err == (
            f"ocpi-sim: out: another sweep into this folder is under way (process {first.pid}); wait for its end, or "
            "choose another --out.\n"
        )
        assert all(path.read_bytes() == content for path, content in before.items())
        assert tool(capsys, "compare", "out")[0] == 0
        first.kill()
    assert tool(capsys, *again) == (0, swept[2], "")
    assert {path for path in swept[0].iterdir() if path.is_file()} == set(before)


# A full disk


@pytest.mark.parametrize("form", [["--html", "new/page.html"], ["--csv", "new"], ["--parquet", "new"]])
def test_a_report_on_a_full_disk_leaves_nothing(played: Path, form: list[str]) -> None:
    """Files of this process may not grow beyond a few bytes, which is as good as a full disk."""
    full = subprocess.run(
        [sys.executable, "-c", TOOL, "report", str(played), *form],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
        check=False,
    )
    assert full.returncode == 2
    assert re.search(r"new/[a-z_]+\.[a-z]+ cannot be written", full.stderr)
    assert "Traceback" not in full.stderr
    assert os.listdir() == []


# Interrupted


PATIENCE_S = 300
"""After so long a sweep that does not end is killed, and the test fails."""


@pytest.mark.slow
def test_an_interrupted_sweep_keeps_what_is_done_and_goes_on(tmp_path: Path) -> None:
    """Ctrl-C reaches every process of the terminal, so it is sent to the whole group.

    The sweep and its workers write to one pipe, which ends when the last of them has ended.
    """
    command = [sys.executable, "-c", TOOL, *sweep("--seeds", "1..40")]
    printed = tmp_path / "printed"
    with (
        printed.open("w") as file,
        subprocess.Popen(command, start_new_session=True, stdout=file, stderr=subprocess.PIPE, text=True) as under_way,
    ):
        patience = threading.Timer(PATIENCE_S, os.killpg, (under_way.pid, signal.SIGKILL))
        patience.start()
        assert under_way.stderr is not None
        told = next(line for line in under_way.stderr if "of 40 runs" in line)
        os.killpg(under_way.pid, signal.SIGINT)
        err = under_way.stderr.read()
        assert under_way.wait() == 130
        patience.cancel()
    out = printed.read_text()
    assert "Traceback" not in told + err
    assert "Ending the sweep; once more ends it at once." in err
    assert "the same command goes on from here" in err
    done = len(os.listdir(tmp_path / "out" / "jobs"))
    assert 1 <= done < 40
    assert f"{done} of 40 runs done, 0 failed." in out
    assert sorted(os.listdir(tmp_path / "out")) == [
        "curves.parquet",
        "jobs",
        "results.csv",
        "results.parquet",
        "sweep.json",
    ]
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 0
    assert "40 of 40 runs done" in again.stdout


# Progress


class Terminal:
    """Collects what is written."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


class Clock:
    """Seconds that pass as told."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def counted(columns: int, *steps: tuple[float, int]) -> str:
    terminal, clock = Terminal(), Clock()
    line = CountLine(terminal, columns, "runs", clock)  # type: ignore[arg-type]
    for at_s, done in steps:
        clock.now_s = at_s
        line(done, 20, "1 failed" if done == 20 else "")
    line.end()
    return terminal.text


def test_progress_is_a_line_every_tenth_with_an_estimate() -> None:
    text = counted(0, (0, 0), (30, 1), (60, 2), (90, 3), (600, 20))
    assert text.splitlines() == ["2 of 20 runs  9:00 min left", "20 of 20 runs  1 failed"]


def test_large_counts_are_read_by_thousands() -> None:
    terminal, clock = Terminal(), Clock()
    line = CountLine(terminal, 0, "messages compared", clock)  # type: ignore[arg-type]
    line(0, 1_000_000)
    clock.now_s = 30
    line(500_000, 1_000_000)
    assert terminal.text == "500,000 of 1,000,000 messages compared  0:30 min left\n"


def test_an_estimate_goes_by_what_was_done_now() -> None:
    assert "14 of 20 runs  3:00 min left" in counted(0, (0, 10), (120, 14))
    assert "11 of 20 runs  9:00 h left" in counted(0, (0, 10), (3_600, 11))


def test_on_a_terminal_one_line_is_rewritten_and_cleared() -> None:
    text = counted(80, (0, 0), (30, 1), (60, 2))
    assert text.count("\r") == 4
    assert "\n" not in text
    assert text.endswith(" \r")


def test_what_is_soon_done_shows_no_progress() -> None:
    assert counted(80, (0, 0), (0.5, 20)) == ""


def test_before_anything_is_done_nothing_is_estimated() -> None:
    assert "0 of 20 runs" in counted(80, (0, 0), (30, 0))


def test_a_warm_up_for_a_sweep_that_was_played_is_refused(
    swept: tuple[Path, int, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = tool(capsys, "compare", swept[0], "--warm-up", "1h")
    assert (code, out) == (2, "")
    assert f"{swept[0]} is a sweep" in err
    assert "Give --warm-up to `ocpi-sim sweep`" in err


def test_an_end_after_the_scenarios_own_is_told_before_the_sweep(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = tool(capsys, *sweep("--until", "1000 h"))
    assert code == 0
    assert err.startswith("The scenario ends before --until; the run ends with it.")


@pytest.mark.parametrize("form", [["--json"], []])
def test_a_full_disk_behind_a_comparison_is_told(swept: tuple[Path, int, str], form: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", TOOL, "compare", str(swept[0]), *form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("ocpi-sim: Standard output cannot be written (no space left on device)")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", [[], ["-u"]])
def test_what_stdout_takes_only_in_part_ends_with_a_sentence(swept: tuple[Path, int, str], option: list[str]) -> None:
    """A disk with room for a few bytes takes these, and then nothing more."""

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))

    with Path("out.json").open("w") as file:
        done = subprocess.run(
            [sys.executable, *option, "-c", TOOL, "compare", str(swept[0]), "--json"],
            stdout=file,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=small_disk,
            check=False,
        )
    assert done.returncode == 2
    assert "what stands there is not whole" in done.stderr
