"""Tests that need the material in ../shared are left out, in so many words, when it is missing."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent
SHARED = ROOT.parents[1] / "shared"
NEED_SHARED = (
    "billing/test_billing_vectors.py",
    "ocpi/test_ocpi_codec.py",
    "ocpi/test_ocpi_corpus.py",
    "ocpi/test_ocpi_location_tree.py",
    "ocpi/test_ocpi_patch.py",
    "ocpi/test_ocpi_rules.py",
    "ocpi/test_ocpi_schema.py",
)
"""Files that need it as a whole; single tests elsewhere carry the mark `shared`."""

# How long an example takes says nothing on machines that others use too.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# A shell's job in the background ignores Ctrl-C, and so would every program that tests begin.
signal.signal(signal.SIGINT, signal.default_int_handler)

missing = not (SHARED / "ocpi").is_dir() or not (SHARED / "data").is_dir()
collect_ignore = list(NEED_SHARED) if missing else []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if missing:
        left_out = [item for item in items if item.get_closest_marker("shared")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("shared")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if missing:
        terminalreporter.write_line(
            f"Left out: {len(NEED_SHARED)} files and the tests marked `shared`, which need the specification's samples "
            f"and real networks at {SHARED}."
        )
