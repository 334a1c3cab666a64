"""`ocpi-sim serve`: keeps a run open in real time, so that platforms of another make can take part in it."""

import argparse
import shlex
import time
from collections.abc import Iterator
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from simulator.cli import options
from simulator.cli.run import FOLDER, SUFFIX, make_folder
from simulator.i18n import tr

if TYPE_CHECKING:
    from simulator.assemble import Invitation
    from simulator.scenario.model import Scenario


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "serve",
        help=tr("keep a run open for platforms outside, in real time"),
        description=tr(
            "Plays a scenario in real time and lets platforms from outside register with its parties, or its parties "
            "with them, until the scenario ends or Ctrl-C. Without the key “outside” in the scenario, one eMSP and one "
            "CPO may come."
        ),
    )
    options.add_scenario(parser)
    add = parser.add_argument
    add(
        "--bind",
        metavar="ADDRESS",
        type=_address,
        default="127.0.0.1",
        help=tr("listen here (default: 127.0.0.1, for this machine only)"),
    )
    add(
        "--speed",
        metavar="FACTOR",
        type=_clock_speed,
        default=1.0,
        help=tr("so many times faster than real time (default: 1)"),
    )
    add(
        "--start",
        choices=("now", "scenario"),
        default="now",
        help=tr("begin now, by this machine's clock, or at the scenario's start (default: now)"),
    )
    add("--out", metavar="FILE", type=Path, help=tr("the recording (default: runs/SCENARIO-served.ocpirun)"))
    parser.set_defaults(command=serve)


def serve(arguments: argparse.Namespace) -> int:
    """Serve it; returns 1 when a check is false, else 0. Raises what `errors.tell` knows how to tell."""
    from simulator.assemble import Awaited, Invitation, RunOptions, Serving
    from simulator.cli import show
    from simulator.cli.playing import play_once
    from simulator.recording.writer_process import best_writer
    from simulator.report.figures import RunFigures
    from simulator.scenario.load import load

    scenario = load(arguments.scenario, arguments.overrides)
    out: Path = arguments.out or FOLDER / f"{arguments.scenario.stem}-served{SUFFIX}"
    make_folder(out.parent)
    options.tell_of_until(arguments.until, scenario.duration_us)
    for outsider in scenario.outsiders:
        if outsider.versions_url is not None:
            sentence = tr("{parties} will register with {outsider} at {url}")
            parties = ", ".join(outsider.partners)
            print(sentence.format(parties=parties, outsider=outsider.id, url=outsider.versions_url), flush=True)

    print(_beginning(arguments, scenario), flush=True)
    # A scenario that names no outsiders is given some.
    if not scenario.outsiders or any(outsider.versions_url is None for outsider in scenario.outsiders):
        print(
            tr(
                "Each party below awaits a platform of yours. Begin with its line: the answer lists versions. Ask the "
                "URL of one with the same header for its endpoints, and POST your credentials to that of “credentials”."
            ),
            flush=True,
        )

    def invite(invitation: Invitation) -> None:
        print("\n".join([_told(invitation), *_calls(invitation)]), flush=True)

    def wait(awaited: Awaited) -> None:
        sentence = tr(
            "A driver waits for {command} of {outsider}, with token {token}, at EVSE {evse} of location {location} "
            "of {party}"
        )
        if not awaited.evse_uid:
            sentence = tr(
                "A driver with token {token} waits for {command} of {outsider}, but no EVSE of {party} is free yet"
            )
        told = sentence.format(
            command=awaited.command,
            outsider=awaited.outsider,
            token=awaited.token_uid,
            evse=awaited.evse_uid,
            location=awaited.location_id,
            party=awaited.party,
        )
        print(told, flush=True)

    run_options = RunOptions(
        speed=arguments.speed, until_us=arguments.until, out=out, control=True, writer=best_writer()
    )
    serving = Serving(arguments.bind, invite, wait, _wall_us if arguments.start == "now" else None)
    result = play_once(scenario, run_options, scenario.name, serving)
    show.show_run(result.path, None)
    return 0 if all(msgspec.convert(result.summary, RunFigures).checks.values()) else 1


def _wall_us() -> int:
    return time.time_ns() // 1_000


def _beginning(arguments: argparse.Namespace, scenario: "Scenario") -> str:
    """When the run begins: platforms outside compare instants with a clock, and have only the one on the wall."""
    start = datetime.fromtimestamp(scenario.start_epoch_us / 1e6, ZoneInfo(scenario.zone))
    told = tr(
        "The run begins at the scenario's start, {start:%Y-%m-%d %H:%M} in {zone}: a platform that goes by the clock "
        "on the wall takes that for wrong."
    )
    if arguments.start == "now":
        told = tr(
            "The run begins now, by this machine's clock, instead of {start:%Y-%m-%d %H:%M} in {zone} (which --start "
            "scenario keeps)."
        )
    if arguments.speed != 1:
        told += " " + tr("At --speed {speed:g} its time does not stay with that of platforms outside.")
    return told.format(start=start, zone=scenario.zone, speed=arguments.speed)


def _told(invitation: "Invitation") -> str:
    """Who awaits whom, with what, and as whom a platform must present itself there."""
    sentence = tr("{party} awaits {outsider} ({role})\n  versions: {url}\n  token:    {token}\n  present:  {present}")
    if invitation.in_place_of:
        sentence = tr(
            "{party}, in the place of {other}, awaits {outsider} ({role})\n  versions: {url}\n  token:    {token}\n"
            "  present:  {present}"
        )
    present = tr("{outsider}, in the role {role}")
    if invitation.open:
        present = tr("your own country_code and party_id, in the role {role}")
    if invitation.held_by:
        present = tr(
            "{held_by} to begin anew, or your own country_code and party_id to take its place, in the role {role}"
        )
    return sentence.format(
        party=invitation.party,
        other=invitation.in_place_of,
        outsider=tr("anyone") if invitation.open else invitation.outsider,
        role=invitation.role,
        url=invitation.versions_url,
        token=invitation.token,
        present=present.format(outsider=invitation.outsider, role=invitation.role.upper(), held_by=invitation.held_by),
    )


def _calls(invitation: "Invitation") -> Iterator[str]:
    """How to present the token, to be pasted into a shell: 2.1.1 takes it as it is, the others in Base64."""
    from simulator.ocpi.headers import AUTHORIZATION, TokenEncoding, authorization_value

    def call(encoding: TokenEncoding) -> str:
        header = f"{AUTHORIZATION}: {authorization_value(invitation.token, encoding)}"
        return f"curl {shlex.quote(invitation.versions_url)} -H {shlex.quote(header)}"

    if invitation.versions == ("2.1.1",):
        yield tr("  begin:    {call}").format(call=call("raw"))
        return
    yield tr("  begin:    {call}").format(call=call("base64"))
    if "2.1.1" in invitation.versions:
        yield tr("  in 2.1.1: {call}").format(call=call("raw"))


def _address(text: str) -> str:
    """An address of this machine."""
    try:
        return text if text == "localhost" else str(ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            tr("“{found}” is no address; expected is one of this machine, such as 127.0.0.1 or 0.0.0.0").format(
                found=text
            )
        ) from None


def _clock_speed(text: str) -> float:
    """Simulated seconds a wall second; whoever is outside lives by the clock, so `max` is none."""
    speed = options.speed(text)
    if speed == options.MAX_SPEED:
        raise argparse.ArgumentTypeError(
            tr("A served run keeps to the clock; expected is how many times faster than real time it goes, such as 1")
        )
    return speed
