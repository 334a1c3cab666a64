"""The coverage of OCPI's routes for the terminal: a table, then the names of what is missing."""

from simulator.i18n import tr
from simulator.ocpi.route_tables import TABLES
from simulator.report.coverage import Coverage
from simulator.report.format import Style, table

_BOLD = "1"


def coverage_text(coverage: Coverage, style: Style) -> str:
    """A line a module and side; each cell has the routes that worked, those there are, and the messages."""
    rows = [(tr("module"), tr("side"), *TABLES)]
    for (module, side), by_version in coverage.cells().items():
        rows.append((module, side.lower(), *(_cell(by_version.get(version)) for version in TABLES)))
    worked = len(coverage.routes) - len(coverage.missing)
    title = tr("{worked} of {known} routes were exercised").format(worked=worked, known=len(coverage.routes))
    lines = [style.paint(title, _BOLD), *(f"  {line}" for line in table(rows))]
    if coverage.missing:
        lines += ["", style.paint(tr("Not exercised"), _BOLD)]
        lines += [
            f"  {line}"
            for line in table([(each.version, each.route, _refused(each.messages)) for each in coverage.missing])
        ]
    return "\n".join(lines)


def _cell(cell: tuple[int, int, int] | None) -> str:
    if cell is None:
        return "-"
    worked, known, messages = cell
    return tr("{worked}/{known} ({messages:,})").format(worked=worked, known=known, messages=messages)


def _refused(messages: int) -> str:
    """Of a route that was tried in vain, how often."""
    return tr("{messages:,} messages, none of which did what was asked").format(messages=messages) if messages else ""
