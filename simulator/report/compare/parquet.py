"""Opens the Parquet tables that a sweep leaves: each says in its metadata of which sweep it is."""

from importlib import import_module
from pathlib import Path
from typing import Any, Final

from simulator.i18n import tr
from simulator.report.compare.swept import NoSweep

METADATA: Final = b"ocpi_sim_sweep"
"""Under this key the metadata of a table hold the manifest, so that a table says all by itself."""


def read_parquet(path: Path) -> tuple[Any, bytes | None]:
    """A table of pyarrow's, and the manifest of its sweep; None: it is of none.

    Raises NoSweep for what cannot be read, also when pyarrow is missing.
    """
    try:
        arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise NoSweep(
            tr("Parquet needs the package pyarrow, which is not installed; install ocpi-sim[research].")
        ) from error
    try:
        read = parquet.read_table(path)
    except (OSError, arrow.ArrowException) as error:
        reason = str(error).strip().splitlines()[0]
        raise NoSweep(tr("{path} cannot be read as Parquet: {reason}").format(path=path, reason=reason)) from error
    return read, (read.schema.metadata or {}).get(METADATA)
