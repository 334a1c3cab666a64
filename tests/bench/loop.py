"""The event loop that the command line uses too, so that benchmarks run as a user's runs do."""

import asyncio

import uvloop


def runner() -> asyncio.Runner:
    """A runner on uvloop."""
    return asyncio.Runner(loop_factory=uvloop.new_event_loop)
