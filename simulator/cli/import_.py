"""`ocpi-sim import`: makes a scenario of a real network, from a dump of its OCPI Locations and Tariffs."""

import argparse
from pathlib import Path

from simulator.i18n import tr

_SESSIONS_PER_DAY = 60
_EMSPS = 3


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "import",
        help=tr("make a scenario of a real network"),
        description=tr("Makes a scenario of a real network, from a dump of its OCPI Locations and Tariffs."),
    )
    add = parser.add_argument
    add(
        "locations", metavar="LOCATIONS.json", type=Path, help=tr("OCPI Locations: a list, or an answer that holds one")
    )
    add("--tariffs", metavar="TARIFFS.json", type=Path, help=tr("OCPI Tariffs of the same network"))
    add("--sessions-per-day", metavar="N", type=int, default=_SESSIONS_PER_DAY, help=tr("of all drivers (default: 60)"))
    add("--emsps", metavar="N", type=int, default=_EMSPS, help=tr("how many eMSPs to make up (default: 3)"))
    add("--out", metavar="SCENARIO.yaml", type=Path, required=True, help=tr("the scenario to write"))
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns the exit code. Raises ImportRefused."""
    # OCPI's objects and the YAML library are loaded for an import only, not for a wrong option.
    from simulator.report.format import table
    from simulator.scenario.importer import import_network

    report = import_network(
        arguments.locations, arguments.tariffs, arguments.sessions_per_day, arguments.emsps, arguments.out
    )
    rows: list[tuple[str, ...]] = [("", tr("read"), tr("kept"), tr("mended"), tr("left out"))]
    for name, count in (
        (tr("Locations"), report.locations),
        (tr("EVSEs"), report.evses),
        (tr("Connectors"), report.connectors),
        (tr("Tariffs"), report.tariffs),
    ):
        rows.append((name, *(f"{each:,}" for each in (count.read, count.kept, count.mended, count.left_out))))
    for line in (*table(rows, right=range(1, 5)), *report.sentences):
        print(line)
    print(tr("Scenario: {path}, with {cpos} CPOs").format(path=report.scenario, cpos=report.cpos))
    print(tr("Play it with: ocpi-sim run {path}").format(path=report.scenario))
    return 0
