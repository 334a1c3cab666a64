"""The one place that knows every room, and joins them into a run."""

from simulator.assemble.play import Progress, RunOptions, RunResult, play

__all__ = ["Progress", "RunOptions", "RunResult", "play"]
