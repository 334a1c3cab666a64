"""Time and causality: the kernel that joins SimPy and asyncio, random streams, links, faults, pace, instruments."""
