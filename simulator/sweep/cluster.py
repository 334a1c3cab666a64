"""Workers to play runs: processes of this machine, or those of any dask.distributed scheduler by its address.

Source: M. Rocklin, "Dask: Parallel computation with blocked algorithms and task scheduling", SciPy 2015.
"""

import contextlib
import logging
import re
import signal
from collections.abc import Iterator
from importlib import import_module
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, Final

from simulator.i18n import tr

CONNECT_S: Final = 10
"""How long to wait for a scheduler to answer, and for its first worker."""

_ADDRESS: Final = re.compile(r"(?:(?:tcp|tls|ws|wss)://)?[^\s/:]+:[0-9]+|tcp://\[[0-9a-fA-F:]+\]:[0-9]+")
_CLOSE_S: Final = 2


class NoWorkers(Exception):
    """There is nobody to play the runs. The message is a sentence."""


@contextlib.contextmanager
def local_workers(processes: int, scratch: Path) -> Iterator[Any]:
    """A dask client of so many processes, reached over loopback alone; raises NoWorkers."""
    distributed = _distributed()
    # dask samples what its workers do a hundred times a second, which nobody looks at here.
    settings = {"temporary-directory": str(scratch), "distributed.worker.profile.enabled": False}
    with _quiet(), import_module("dask.config").set(settings), contextlib.ExitStack() as stack:
        try:
            # Ctrl-C reaches every process of the terminal; how the workers end is up to this one.
            with _interrupts_held_back():
                cluster = stack.enter_context(
                    distributed.LocalCluster(
                        n_workers=processes,
                        threads_per_worker=1,
                        processes=True,
                        host="127.0.0.1",
                        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
                        silence_logs=logging.CRITICAL,
                    )
                )
                client = distributed.Client(cluster, timeout=CONNECT_S, set_as_default=False)
                stack.callback(_close, client)
        except (OSError, RuntimeError) as error:
            raise NoWorkers(
                tr("The processes that play the runs cannot be started ({reason}).").format(reason=error)
            ) from error
        yield client


@contextlib.contextmanager
def remote_workers(address: str) -> Iterator[Any]:
    """A dask client of the scheduler at an address such as `tcp://10.0.0.5:8786`; raises NoWorkers."""
    distributed = _distributed()
    if not _ADDRESS.fullmatch(address):
        raise NoWorkers(
            tr("“{address}” is no address of a scheduler; expected is such as tcp://10.0.0.5:8786.").format(
                address=address
            )
        )
    with _quiet(), contextlib.ExitStack() as stack:
        try:
            client = distributed.Client(address, timeout=CONNECT_S, set_as_default=False)
            stack.callback(_close, client)
        except (OSError, ValueError) as error:
            raise NoWorkers(
                tr("No scheduler answers at {address} within {seconds} s; start one there by `dask scheduler`.").format(
                    address=address, seconds=CONNECT_S
                )
            ) from error
        try:
            client.wait_for_workers(1, timeout=CONNECT_S)
        except TimeoutError as error:
            raise NoWorkers(
                tr("The scheduler at {address} has no workers; start some by `dask worker {address}`.").format(
                    address=address
                )
            ) from error
        except OSError as error:
            raise NoWorkers(
                tr("The scheduler at {address} went away before it had a worker.").format(address=address)
            ) from error
        yield client


def _close(client: Any) -> None:
    """Let go of a scheduler, also of one that is gone: it would be looked for as long as it takes to connect."""
    with contextlib.suppress(Exception):
        client.close(timeout=_CLOSE_S)


def _distributed() -> Any:
    try:
        return import_module("distributed")
    except ImportError as error:
        raise NoWorkers(
            tr("A sweep needs the package distributed, which is not installed; install ocpi-sim[research].")
        ) from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What goes wrong is told in sentences of our own."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


@contextlib.contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes and threads begun within never see Ctrl-C; for this one it comes afterwards. Nothing on Windows."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    # It would let the signal through again when it starts, as the first process to be begun.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
