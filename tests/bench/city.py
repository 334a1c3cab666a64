"""Cities of any size for the benchmarks: more sessions come with more sites at equal density and equal load."""

import json
import math
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

SCENARIO: Final = Path(__file__).parents[2] / "scenarios" / "scale" / "generated_city.yaml"
_CPOS: Final = 5
_EMSPS: Final = 4
_EVSES_A_SITE: Final = 4
_SESSIONS_AN_EVSE: Final = 2
_KM_AT_1000: Final = 4


class Played(NamedTuple):
    """A day over memory, recorded in full. `cpu_s` is processor time, of all processes of the run from start to end."""

    path: Path
    sessions: int
    exchanges: int
    wall_s: float
    cpu_s: float
    memory_mb: float


def overrides(sessions: int) -> list[str]:
    """Options of `ocpi-sim run` that make the generated city one of so many sessions a day."""
    sites = round(sessions / (_CPOS * _EVSES_A_SITE * _SESSIONS_AN_EVSE))
    changed = {
        "session_updates": "10 min",
        "generate.cpos": _CPOS,
        "generate.emsps": _EMSPS,
        "generate.sites_per_cpo": sites,
        "generate.evses_per_site": _EVSES_A_SITE,
        "generate.sessions_per_evse": _SESSIONS_AN_EVSE,
        "generate.radius": f"{_KM_AT_1000 * math.sqrt(sessions / 1_000):.1f} km",
    }
    return [f"{path}={value}" for path, value in changed.items()]


def recording(folder: Path, sessions: int) -> Path:
    """Where the recording of such a day is, or goes."""
    return folder / f"city{sessions}.ocpirun"


def play(folder: Path, sessions: int) -> Played:
    """Play such a day as a user would."""
    path = recording(folder, sessions)
    changes = [word for change in overrides(sessions) for word in ("--set", change)]
    command = ["run", str(SCENARIO), "--wire", "memory", "--out", str(path), "--json", *changes]
    done, cpu_s = run(*command)
    summary = json.loads(done)
    return Played(path, summary["sessions"], summary["exchanges"], summary["wall_s"], cpu_s, summary["peak_memory_mb"])


def run(*arguments: str) -> tuple[str, float]:
    """What a command of `ocpi-sim` printed, and the processor time that it took, as with modules compiled already."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = children_s()
    done = subprocess.run(
        [sys.executable, "-m", "simulator.cli", *arguments],
        env=kept,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout, children_s() - before


def children_s() -> float:
    """Processor time of all processes that this one began and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
