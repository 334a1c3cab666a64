"""What `run` prints when it is done: for a person a summary and a story read from the recording, for a program JSON."""

import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from simulator.i18n import tr
from simulator.report.figures import RunFigures


def show_json(figures: object) -> None:
    """One object on one line."""
    print(msgspec.json.encode(figures).decode(), flush=True)


def show_run(path: Path, driver: str | None) -> None:
    """The summary of one run, and the story of the driver whom the scenario tells of."""
    # What reads recordings is loaded when there is one to be read: not before a run, and for JSON not at all.
    from simulator.recording.reader import Recording
    from simulator.report.format import story_text, style_for, summary_text
    from simulator.report.story import story
    from simulator.report.summary import summarise

    style = style_for(sys.stdout, os.environ)
    with Recording.open(path) as recording:
        print(summary_text(summarise(recording), style))
        if driver is not None:
            print()
            print(story_text(story(recording, driver), driver, style))
    print()
    _show_path(path)


def show_run_of_many(figures: RunFigures, title: str, path: Path) -> None:
    """One run with one of many seeds, in two lines."""
    from simulator.report.format import run_line

    print(run_line(figures, title))
    _show_path(path)


def show_over_seeds(result: dict[str, Any]) -> None:
    """Mean and interval of many runs."""
    from simulator.report.format import over_seeds_text, style_for

    print()
    print(over_seeds_text(result, style_for(sys.stdout, os.environ)), flush=True)


def _show_path(path: Path) -> None:
    print(tr("Recording: {path}").format(path=path), flush=True)
