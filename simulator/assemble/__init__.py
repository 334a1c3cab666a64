"""The one place that knows every room, and joins them into a run."""

from simulator.assemble.invited import Invitation
from simulator.assemble.outside import Serving
from simulator.assemble.outside_visitors import Awaited
from simulator.assemble.play import Progress, RunOptions, RunResult, play

__all__ = ["Awaited", "Invitation", "Progress", "RunOptions", "RunResult", "Serving", "play"]
