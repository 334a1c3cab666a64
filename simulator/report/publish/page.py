"""A page from a template: one file that needs nothing else, with every text escaped."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from msgspec import Struct

from simulator.files import NotWritten
from simulator.i18n import tr
from simulator.report.kpi.tables import Cell, Table
from simulator.report.publish.figures import number
from simulator.report.publish.headings import heading

SHOWN_ROWS = 100
"""A table longer than this is cut on a page, and says so; CSV and Parquet have it whole."""


class Plot(Struct, frozen=True):
    """A picture and what it shows; `svg` is markup and not escaped."""

    title: str
    svg: Any


class PageTable(Struct, frozen=True):
    """A table as a page shows it; `right` says which columns are flush right."""

    title: str
    caption: str
    columns: Sequence[str]
    right: Sequence[bool]
    rows: Sequence[Sequence[str]]


def render(template: str, **values: object) -> bytes:
    """The page as UTF-8. Raises NotWritten when the packages that pages need are not installed."""
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise missing(error) from error
    environment = Environment(
        loader=PackageLoader("simulator.report.publish"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made_by = tr("Made by ocpi-sim {version} from recordings alone.").format(version=version("ocpi-sim"))
    return environment.get_template(template).render(made_by=made_by, **values).encode()


def plot(title: str, svg: str) -> Plot:
    """A picture for a page."""
    from markupsafe import Markup

    return Plot(title, Markup(svg))


def missing(error: ImportError) -> NotWritten:
    """What to say of a package that is not there."""
    return NotWritten(
        tr("A page needs the package {name}, which is not installed; install ocpi-sim[research].").format(
            name=error.name or "?"
        )
    )


def page_table(table: Table, title: str, *, by: str | None = None) -> PageTable:
    """A table for a page: its first lines, or those with most of the column `by`."""
    rows = list(table.rows)
    if by is not None:
        place = list(table.columns).index(by)
        rows.sort(key=lambda row: -float(row[place] or 0))
    caption = ""
    if len(rows) > SHOWN_ROWS:
        caption = tr("{shown} of {all} lines; --csv and --parquet write all.").format(shown=SHOWN_ROWS, all=len(rows))
    right = [all(not isinstance(cell, str) for cell in cells) for cells in table.columns.values()]
    return PageTable(title, caption, [*map(heading, table.columns)], right, [_cells(row) for row in rows[:SHOWN_ROWS]])


def _cells(row: Iterable[Cell]) -> list[str]:
    return [
        f"{cell:,.2f}" if isinstance(cell, Decimal) else cell if isinstance(cell, str) else number(cell) for cell in row
    ]
