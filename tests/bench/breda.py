"""A day of Breda as issue 4 has it: 8,000 sessions (a stress load), four eMSPs, updates each 10 minutes, over memory.

The scenario is made by the program's own import from the dumps in ../shared; nothing of them is kept here.
"""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.bench.city import children_s, run
from tests.bench.figures import bars, markdown

DUMPS: Final = Path(__file__).parents[3] / "shared" / "data" / "ndw"
SESSIONS: Final = 8_000
WANTED_A_SECOND: Final = 10_000
_EMSPS: Final = 4
_LOOK_S: Final = 0.5


class Day(NamedTuple):
    """What a run said of itself; wall and processor time of all its processes; the most memory of its writer."""

    summary: dict[str, Any]
    process_s: float
    cpu_s: float
    writer_mb: float | None
    bytes_an_exchange: float


def play(folder: Path, sessions: int) -> Day:
    """Import and play such a day as a user would."""
    scenario, recording = folder / "breda.yaml", folder / "breda.ocpirun"
    network = (str(DUMPS / "breda.locations.json"), "--tariffs", str(DUMPS / "breda.tariffs.json"))
    run("import", *network, "--sessions-per-day", str(sessions), "--emsps", str(_EMSPS), "--out", str(scenario))
    command = ["run", str(scenario), "--wire", "memory", "--record", "full", "--out", str(recording), "--json"]
    before_s, began_s = children_s(), time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "simulator.cli", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as engine:
        look = _Look(engine.pid)
        look.start()
        printed, _ = engine.communicate()
        took_s = time.perf_counter() - began_s
        look.end()
    summary = json.loads(printed)
    return Day(summary, took_s, children_s() - before_s, look.peak_mb, recording.stat().st_size / summary["exchanges"])


class _Look(threading.Thread):
    """Looks now and then at how much memory the processes have that another one began; Linux only."""

    def __init__(self, process: int) -> None:
        super().__init__()
        self.peak_mb: float | None = None
        self._process = process
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_LOOK_S):
            try:
                children = Path(f"/proc/{self._process}/task/{self._process}/children").read_text().split()
                told = [Path(f"/proc/{child}/status").read_text() for child in children]
            except OSError:
                continue
            for line in (line for text in told for line in text.splitlines() if line.startswith("VmHWM")):
                self.peak_mb = max(self.peak_mb or 0.0, int(line.split()[1]) / 1024)

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self.join()


def report(folder: Path, sessions: int = SESSIONS, out: Path | None = None) -> None:
    """Print the figures that the issue asks for; with `out` leave a plot there, as breda.svg."""
    if not DUMPS.exists():
        print(f"breda: left out, the dumps of the network are expected in {DUMPS}")
        return
    day = play(folder, sessions)
    told = day.summary
    a_second = told["exchanges_per_s"]
    writer = "unknown" if day.writer_mb is None else f"{day.writer_mb:,.0f} MB"
    wrong = [name for name, holds in told["checks"].items() if not holds]
    checks = "all checks true" if not wrong else f"FALSE: {', '.join(wrong)}"
    print(
        f"breda: {told['sessions']:,} sessions, {told['exchanges']:,} exchanges in {told['wall_s']:.1f} s "
        f"({day.process_s:.1f} s with start and end of the process, {day.cpu_s:.1f} s of processor time): "
        f"{a_second:,.0f} exchanges/s; engine {told['peak_memory_mb']:,.0f} MB, writer {writer}, "
        f"{day.bytes_an_exchange:.0f} bytes each; {checks}",
        flush=True,
    )
    markdown(
        f"Breda, {sessions:,} sessions a day, four eMSPs, over memory, recorded in full",
        **{
            "exchanges": f"{told['exchanges']:,}",
            "exchanges/s": f"{a_second:,.0f}",
            "wall s": f"{told['wall_s']:.1f}",
            "processor s": f"{day.cpu_s:.1f}",
            "engine MB": f"{told['peak_memory_mb']:,.0f}",
            "writer MB": writer.removesuffix(" MB"),
            "bytes an exchange": f"{day.bytes_an_exchange:.0f}",
            "checks": checks,
        },
    )
    if out is not None:
        title = f"A Breda day of {sessions:,} sessions over memory, recorded in full"
        rate = {"exchanges": a_second}
        bars(out / "breda.svg", title, "exchanges a second", rate, wanted=WANTED_A_SECOND, legend="wanted, at least")
