"""What each figure means: its name, unit, direction, definition and source, written once for every report of it.

Figures that count drivers are about those who arrived within the window; figures of time and energy integrate over the
window, so a session that began before it counts from the window's begin on.

The window is the run without its warm-up: of five calendar days or more, those first days whose occupancy is none of
that of the later days of their kind (Monday to Friday, or weekend: a week has its course), or of all later days where
those of their kind are too few or differ too much to tell. It is the prediction interval for one more day that decides
(Hahn and Meeker, Statistical Intervals, 1991). Days of which even that could not tell an empty one count, and the
sentence on the window says that they could not be judged. Of days played from recorded sessions, with no other driver,
all count. For the limits of this see warm_up.py.

A report has each figure for all of the window. Where its tables by party, site, quarter of an hour, module and link
have a column of the same name, that means the same of its line. Comparisons have messages and bytes by module and by
link too; a link is of requests in one direction, with their answers.
"""

from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from simulator.i18n import tr

Better = Literal["less", "more", ""]


class Kpi(Struct, frozen=True):
    """One figure. `id` names it in JSON and tables, where `unit` is part of the id; `better` says which way is good.

    `grows`: a longer run has more of it, so that only runs of one length can be compared by it: totals, and the peak.
    `leaves_out`: the id of the figure that tells how much this one leaves out, or takes in: where the two go different
    ways a difference is neither good nor bad.
    """

    id: str
    name: str
    unit: str
    better: Better
    meaning: str
    source: str
    grows: bool = False
    leaves_out: str = ""


_STREET: Final = tr("Events of drivers")
_POWER: Final = tr("Series of power, limit and occupancy")
_BELIEF: Final = tr("States of the street, and of each eMSP (OCPI Locations, EVSE status)")
_COPIES: Final = tr("States of sessions, as their CPO and each receiver hold them (OCPI Sessions)")
_OWED: Final = tr("Amounts owed")
_RECORDED: Final = tr("Energy of recorded sessions, and what their cars got")
_WIRE: Final = tr("Messages")

TURNED_AWAY: Final = "turned_away_percent"

KPIS: Final = (
    Kpi("arrived", tr("Drivers who came"), tr("drivers"), "", tr("Drivers who looked for a place."), _STREET, True),
    Kpi(
        TURNED_AWAY,
        tr("Turned away"),
        "%",
        "less",
        tr("Those who left without having charged, for whatever reason, of all who came."),
        _STREET,
    ),
    Kpi(
        "waited_percent",
        tr("Had to wait"),
        "%",
        "less",
        tr("Those who stood in a queue, of all who plugged in or were turned away."),
        _STREET,
    ),
    Kpi(
        "wait_mean_min",
        tr("Waiting time, mean"),
        "min",
        "less",
        tr("Time in a queue, over all who plugged in and were not turned away; most wait 0 min."),
        _STREET,
        leaves_out=TURNED_AWAY,
    ),
    Kpi(
        "wait_p95_min",
        tr("Waiting time, 95th percentile"),
        "min",
        "less",
        tr(
            "The shortest time in a queue that at least 95 % of those who plugged in and were not turned away did not "
            "exceed."
        ),
        _STREET,
        leaves_out=TURNED_AWAY,
    ),
    Kpi(
        "turned_away_wait_mean_min",
        tr("Waited in vain, mean"),
        "min",
        "less",
        tr("Time in a queue, over all who were turned away; who did not queue waited 0 min."),
        _STREET,
        leaves_out=TURNED_AWAY,
    ),
    Kpi(
        "detour_mean_m",
        tr("Detour, mean"),
        "m",
        "less",
        tr(
            "Metres as the crow flies from where the driver wanted to be, over every place tried, of those who plugged "
            "in and were not turned away."
        ),
        _STREET,
    ),
    Kpi(
        "found_taken_percent",
        tr("Found taken"),
        "%",
        "less",
        tr(
            "Places that the app showed as free and that were not on arrival, of these and those that were free on "
            "arrival."
        ),
        _STREET,
    ),
    Kpi(
        "taken_for_mean_min",
        tr("Staleness met, mean"),
        "min",
        "less",
        tr("For how long a place that was found taken had been so already."),
        _BELIEF,
    ),
    Kpi(
        "picture_wrong_percent",
        tr("Wrong availability"),
        "%",
        "less",
        tr("The part of EVSE-hours in which an eMSP holds an EVSE for free that is taken, or for taken that is free."),
        _BELIEF,
    ),
    Kpi(
        "picture_lag_mean_s",
        tr("Lag of availability, mean"),
        "s",
        "less",
        tr("From a change in the street until the eMSP's picture agrees; changes that it never saw are left out."),
        _BELIEF,
        leaves_out="picture_missed_percent",
    ),
    Kpi(
        "picture_missed_percent",
        tr("Changes of availability never seen"),
        "%",
        "less",
        tr(
            "Changes in the street of which an eMSP had not heard when the next one came or what counts ended, of all "
            "that made its picture wrong."
        ),
        _BELIEF,
    ),
    Kpi(
        "session_lag_mean_s",
        tr("Lag of sessions, mean"),
        "s",
        "less",
        tr(
            "From a change of a session's status or energy at its CPO until a receiver's copy has come as far, by a "
            "push or a pull; changes that it never had are left out."
        ),
        _COPIES,
        leaves_out="session_missed_percent",
    ),
    Kpi(
        "session_missed_percent",
        tr("Changes of sessions never had"),
        "%",
        "less",
        tr(
            "Changes as far as which a receiver's copy had not come when what counts ended, of all changes of the "
            "sessions of an eMSP's customers, and of those of which another receiver has a copy."
        ),
        _COPIES,
    ),
    Kpi(
        "cdr_lag_mean_s",
        tr("Lag of CDRs, mean"),
        "s",
        "less",
        tr("From when a CPO issues a CDR until its eMSP has accepted it; those that it never did are left out."),
        _OWED,
        leaves_out="cdr_missed_percent",
    ),
    Kpi(
        "cdr_missed_percent",
        tr("CDRs never accepted"),
        "%",
        "less",
        tr("CDRs that their eMSP had not accepted when the run ended, of all issued."),
        _OWED,
    ),
    Kpi(
        "evses",
        tr("EVSEs in use"),
        tr("EVSEs"),
        "",
        tr("EVSEs at which one could charge; those out of use from the start on do not count."),
        _POWER,
    ),
    Kpi(
        "occupancy_percent",
        tr("Occupancy"),
        "%",
        "",
        tr("EVSE-hours with a car plugged in, of all EVSE-hours."),
        _POWER,
    ),
    Kpi(
        "blocked_percent",
        tr("Blocked"),
        "%",
        "less",
        tr("EVSE-hours plugged in without drawing power, of EVSE-hours plugged in."),
        _POWER,
    ),
    Kpi(
        "energy_kwh", tr("Energy"), "kWh", "more", tr("Energy drawn at all sites, integrated over power."), _POWER, True
    ),
    Kpi(
        "recorded_short",
        tr("Recorded sessions that got less"),
        tr("sessions"),
        "less",
        tr(
            "Recorded sessions that got less than they really took, or than they wanted where that is less; those of "
            "all of the run, its warm-up too, whose time was over."
        ),
        _RECORDED,
        True,
    ),
    Kpi(
        "recorded_short_kwh",
        tr("Energy that recorded sessions lack"),
        "kWh",
        "less",
        tr("How much less they got, all together."),
        _RECORDED,
        True,
    ),
    Kpi("peak_kw", tr("Peak power"), "kW", "less", tr("The highest power of all sites together."), _POWER, True),
    Kpi(
        "load_factor_percent",
        tr("Load factor"),
        "%",
        "more",
        tr("Mean power of all sites together, of its peak."),
        _POWER,
    ),
    Kpi(
        "capped_percent",
        tr("At the limit"),
        "%",
        "less",
        tr("Site-hours in which a grid connection gave all that it bears, of site-hours with a limit."),
        _POWER,
    ),
    Kpi(
        "sessions_per_evse_day",
        tr("Sessions per EVSE and day"),
        tr("sessions"),
        "",
        tr(
            "Drivers who plugged in and were not turned away, over EVSEs and days of the window, of which a short one "
            "is a part; the load that was asked for counts a day at least, and of recorded sessions those of weekdays."
        ),
        _STREET,
    ),
    Kpi("cdrs", tr("CDRs"), tr("CDRs"), "", tr("CDRs issued (OCPI CDRs)."), _OWED, True),
    Kpi("exchanges", tr("Messages"), tr("messages"), "less", tr("HTTP requests with their answers."), _WIRE, True),
    Kpi(
        "failed_percent",
        tr("Failed messages"),
        "%",
        "less",
        tr("Messages without a good answer: lost, timed out, HTTP status from 400 or OCPI status from 2000 on."),
        _WIRE,
    ),
    Kpi(
        "megabytes",
        tr("Bytes"),
        "MB",
        "less",
        tr("Bodies of requests and answers, headers not counted; 1 MB is a million bytes."),
        _WIRE,
        True,
    ),
    Kpi(
        "exchanges_per_visit",
        tr("Messages per charging driver"),
        tr("messages"),
        "less",
        tr(
            "Messages over drivers who plugged in and were not turned away; polls are part of it, registration before "
            "the start is not."
        ),
        _WIRE,
    ),
    Kpi(
        "kilobytes_per_visit",
        tr("Bytes per charging driver"),
        "kB",
        "less",
        tr("Bytes over drivers who plugged in and were not turned away; 1 kB is a thousand bytes."),
        _WIRE,
    ),
)
"""All figures, in the order in which they are told."""

BY_ID: Final = {kpi.id: kpi for kpi in KPIS}

_TO: Final = "_to_"
"""Stands in an id between the parties of a link."""


def cost_kpi(currency: str) -> Kpi:
    """The figure of what the CDRs come to in a currency; its id is `cost_excl_vat_eur`."""
    return Kpi(
        f"cost_excl_vat_{currency.lower()}",
        tr("Cost of CDRs"),
        currency,
        "",
        tr("Amounts of the CDRs issued, without VAT."),
        _OWED,
        True,
    )


def module_kpis(module: str) -> tuple[Kpi, Kpi]:
    """The figures of an OCPI module, for comparisons; their ids are `exchanges_sessions` and `megabytes_sessions`."""
    return _traffic_kpis(module, module)


def link_kpis(sender: str, receiver: str) -> tuple[Kpi, Kpi]:
    """The figures of what one party asks of another, for comparisons; an id is `exchanges_NL-EMA_to_NL-ABC`.

    What goes by one link may be saved on another, so neither way is good.
    """
    exchanges, megabytes = _traffic_kpis(f"{sender}{_TO}{receiver}", f"{sender} -> {receiver}")
    return replace(exchanges, better=""), replace(megabytes, better="")


def kpis_by_module(ids: Iterable[str]) -> list[tuple[Kpi, Kpi]]:
    """The figures of each module that some of these ids are about."""
    return [module_kpis(part) for part in _parts(ids) if _TO not in part]


def kpis_by_link(ids: Iterable[str]) -> list[tuple[Kpi, Kpi]]:
    """The figures of each link that some of these ids are about."""
    links = (part.partition(_TO) for part in _parts(ids))
    return [link_kpis(sender, receiver) for sender, to, receiver in links if to]


def _traffic_kpis(part: str, name: str) -> tuple[Kpi, Kpi]:
    exchanges, megabytes = BY_ID["exchanges"], BY_ID["megabytes"]
    return (
        replace(exchanges, id=f"{exchanges.id}_{part}", name=tr("Messages: {part}").format(part=name)),
        replace(megabytes, id=f"{megabytes.id}_{part}", name=tr("Bytes: {part}").format(part=name)),
    )


def _parts(ids: Iterable[str]) -> list[str]:
    found = (id.partition("_") for id in ids if id not in BY_ID)
    return sorted(dict.fromkeys(part for figure, _, part in found if figure == "exchanges"))
