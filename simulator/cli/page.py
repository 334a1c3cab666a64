"""Where a page of HTML may go: beside the data that it is made of, and never over any."""

import os
from pathlib import Path
from typing import Final

from simulator.cli.mistake import Mistake
from simulator.i18n import tr

_DATA: Final = (b"SQLite format 3\0", b"PAR1")
"""How a recording begins, and a sweep's table."""


def refuse_to_replace_data(page: Path | None) -> None:
    """To be asked before anything is measured; None stands for no page. Raises Mistake."""
    try:
        with open(page or os.devnull, "rb") as file:
            begins = file.read(max(map(len, _DATA)))
    except OSError:
        return
    if begins.startswith(_DATA):
        raise Mistake(
            tr("{page} is a recording or a table; a page is not written over it. Name another file.").format(page=page)
        )
