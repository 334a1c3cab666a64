"""Raises the process's limit on open files, because an exchange that waits over HTTP holds two of them."""

import sys

_UNLIMITED = 1_000_000
_WANTED = 65_536


def raise_descriptor_limit() -> int:
    """Raise the soft limit on file descriptors as far as allowed; returns the limit in force."""
    if sys.platform == "win32":
        return _UNLIMITED
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _UNLIMITED
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(hard, _WANTED)
    if wanted > soft:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):
            return soft
    return soft
