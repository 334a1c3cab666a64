"""What it costs to open a recording and to report on it, and to compare two, in processor time."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from simulator.recording.reader import Recording
from tests.bench.city import play, recording, run
from tests.bench.figures import bars, markdown

SHORT: Final = 4_000
WHOLE: Final = 30_000
"""Sessions; so many make a million messages."""

WANTED_S: Final = 10


def report(folder: Path, sessions: int = SHORT, out: Path | None = None) -> None:
    """Print seconds for each form of a report, and for a comparison; with `out` leave bars there, as report.svg."""
    path = recording(folder, sessions)
    if not path.exists():
        play(folder, sessions)
    with Recording.open(path) as opened:
        ((messages,),) = opened.query("SELECT count(*) FROM message")
    forms = {
        "on the screen": ["report", str(path)],
        "JSON": ["report", str(path), "--json"],
        "a page": ["report", str(path), "--html", str(folder / "report.html")],
        "CSV": ["report", str(path), "--csv", str(folder / "csv")],
    }
    # The longest search: every message is equal, but as the digest says otherwise each is looked at.
    other = folder / "other.ocpirun"
    shutil.copy(path, other)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'another' WHERE key = 'digest'")
    forms["a comparison with a copy"] = ["compare", str(path), str(other)]
    took_s = {form: run(*command)[1] for form, command in forms.items()}
    told = ", ".join(f"{form} {seconds:.1f} s" for form, seconds in took_s.items())
    print(f"report: {messages:,} messages: {told}", flush=True)
    markdown(
        f"report on {messages:,} messages, processor time",
        **{form: f"{seconds:.1f} s" for form, seconds in took_s.items()},
    )
    if out is not None:
        title = f"Reports on {messages:,} messages"
        bars(out / "report.svg", title, "s of processor time", took_s, wanted=WANTED_S, legend="wanted, at most")
