"""Loads what the window needs and what knows nothing of Qt; to be imported before anything of Qt is.

PySide6 reads the source text of every module that is imported after it, to see whether that uses its optional features.
For the hundreds of modules of networkx, numpy and the simulator this takes a fifth of the time to the first picture.
"""

import networkx  # type: ignore[import-untyped]  # noqa: F401
import numpy  # noqa: F401

import simulator.control.client
import simulator.filters.complete
import simulator.ocpi.describe
import simulator.ocpi.fields
import simulator.recording.reader
import simulator.report.explain
import simulator.report.load
import simulator.report.summary
import simulator.report.web  # noqa: F401
