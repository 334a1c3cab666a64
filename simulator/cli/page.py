"""Where a page of HTML may go: to a place of its own or of an older page, and never over anything else."""

from pathlib import Path
from typing import Final

from simulator.cli.mistake import Mistake
from simulator.i18n import tr

_BEGIN: Final = b"<!doctype html>"
"""How each page begins. All else may be what cannot be made again: a scenario, a table, a recording."""


def refuse_to_replace_data(page: Path | None) -> None:
    """To be asked before anything is measured; None stands for no page. Raises Mistake."""
    if page is None or not page.is_file():
        return
    try:
        with page.open("rb") as file:
            is_page = file.read(len(_BEGIN)) in (b"", _BEGIN)
    except OSError:
        is_page = False
    if not is_page:
        raise Mistake(
            tr(
                "{page} is there already and is no page of HTML; a page is not written over it. Name another file."
            ).format(page=page)
        )
