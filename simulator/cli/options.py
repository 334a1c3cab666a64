"""The options that play a scenario, and what people write behind them, with a sentence when it cannot be read."""

import argparse
import math
import re
import sys
from pathlib import Path
from typing import Final

from simulator.i18n import tr

MAX_SPEED: Final = 0.0
"""As fast as it goes."""

MAX_SEEDS: Final = 10_000
_MAX_SEED: Final = 2**63 - 1
_MINUTE_US: Final = 60_000_000
_RANGE: Final = re.compile(r"([0-9]+)\.\.([0-9]+)")


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """Declare what is played: `scenario`, changed by `overrides`, `until` so many microseconds after its start."""
    parser.add_argument("scenario", metavar="SCENARIO", type=Path, help=tr("the scenario, a .yaml file"))
    parser.add_argument(
        "--set",
        metavar="path=value",
        type=override,
        action="append",
        default=[],
        dest="overrides",
        help=tr(
            "change the scenario, as in parties.NL-EMA.whitelist=NEVER; a name with a dot or = stands in quotes, as in "
            "'tariffs.\"day.2\".energy=0.4 EUR/kWh'; may be repeated"
        ),
    )
    parser.add_argument("--until", metavar="24h", type=duration_us, help=tr("end that long after the start"))


def tell_of_until(until_us: int | None, duration_us: int) -> None:
    """Say that a run ends with its scenario where --until is later."""
    if until_us is not None and until_us > duration_us:
        print(tr("The scenario ends before --until; the run ends with it."), file=sys.stderr)


def seed(text: str) -> int:
    """A seed: a whole number from 0."""
    if text.isascii() and text.isdigit() and int(text) <= _MAX_SEED:
        return int(text)
    raise argparse.ArgumentTypeError(
        tr("“{found}” is no seed; expected is a whole number from 0, such as 7").format(found=text)
    )


def seeds(text: str) -> tuple[int, ...]:
    """Seeds in a range `1..20`, a list `1,2,5`, or both `1..3,7`; each once."""
    chosen: dict[int, None] = {}
    for part in text.split(","):
        span = _RANGE.fullmatch(part.strip())
        first, last = (seed(span[1]), seed(span[2])) if span else (seed(part.strip()),) * 2
        if not 0 <= last - first < MAX_SEEDS:
            raise argparse.ArgumentTypeError(
                tr(
                    "“{found}” is no range of seeds; expected is first..last, such as 1..20, of at most {most:,}"
                ).format(found=part, most=MAX_SEEDS)
            )
        chosen |= dict.fromkeys(range(first, last + 1))
    return tuple(chosen)


def speed(text: str) -> float:
    """Simulated seconds a wall second, or MAX_SPEED for `max`."""
    if text == "max":
        return MAX_SPEED
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if 0.001 <= factor <= 1_000_000:
        return factor
    raise argparse.ArgumentTypeError(
        tr("“{found}” is no speed; expected is max, or how many times faster than real time, such as 60").format(
            found=text
        )
    )


def duration_us(text: str) -> int:
    """Microseconds of a duration such as `24h` or `90 min`, more than none."""
    # A room that `ocpi-sim --help` does without.
    from simulator.scenario.units import Unreadable, parse_duration

    try:
        us = parse_duration(text)
    except Unreadable as refusal:
        raise argparse.ArgumentTypeError(str(refusal)) from None
    if us <= 0:
        raise argparse.ArgumentTypeError(tr("“{found}” is no time at all; expected is a duration").format(found=text))
    return us


def warm_up(text: str) -> int | str:
    """`auto`, `none`, or microseconds of a duration such as `2h`, in whole minutes (see warm_up.py)."""
    if text in ("auto", "none"):
        return text
    us = duration_us(text)
    if us % _MINUTE_US:
        minutes = -(-us // _MINUTE_US)
        raise argparse.ArgumentTypeError(
            tr("“{found}” is no whole number of minutes; expected is one, such as {minutes} min").format(
                found=text, minutes=minutes
            )
        )
    return us


def override(text: str) -> str:
    """`path=value`, as the scenario's loader takes it."""
    if "=" not in text[1:]:
        raise argparse.ArgumentTypeError(
            tr("“{found}” sets nothing; expected is path=value, such as parties.NL-EMA.whitelist=NEVER").format(
                found=text
            )
        )
    return text
