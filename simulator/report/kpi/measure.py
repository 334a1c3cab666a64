"""Measures a run: all figures of `definitions`, and what it comes to by party, site, quarter of an hour and so on."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from simulator.i18n import tr
from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording
from simulator.report.ending import Ending
from simulator.report.kpi import breakdown
from simulator.report.kpi.facts import PARTS, Facts, WarmUp, facts_of
from simulator.report.kpi.tables import Table
from simulator.report.kpi.values import cost, values
from simulator.report.kpi.warm_up import Window
from simulator.report.watch import Watch, unwatched
from simulator.scenario.loads import Load

FORMAT: Final = 12
"""Counts up when a figure or a column changes its meaning or name.

2: `evses` leaves out those out of use from the start on; a warm-up is of whole days, each compared with days of its
kind; costs have a table of their own.
3: the days of a warm-up are those of the calendar.
4: links are told apart by direction; a place is found taken of those found free on arrival, not of those plugged in at.
5: a run that was cut off is measured up to the last instant recorded; the detour counts those still plugged in.
6: lags of sessions and of CDRs are told; a warm-up ends with the first usual day.
7: quarters of an hour are counted from the start of the run, wherever its warm-up ends; the 95th percentile of waits
is one of them and no value between two.
8: what recorded sessions got less than they really did is told, and what never arrived beside each lag; sessions that
an eMSP never heard of count among it.
9: a place that is handed over in a queue was not free in between, so that no eMSP missed that; recorded
sessions that want what was asked for are held against what they really took, too.
10: the load of recorded sessions is that of their weekdays; a warm-up is found on whatever weekday a run begins, also
by days of any kind.
11: of days played from recorded sessions alone no warm-up is left out; how long those waited who were turned away is
told.
12: waiting times, sessions per EVSE and day, and messages and bytes per charging driver are of those who plugged in and
were not turned away; the sessions of a site are those that began there within the window, as its CPO says.
"""


class Measured(Struct, frozen=True):
    """The figures of a run. `values` has every id of `definitions.KPIS` (None: there is nothing to measure it on).

    `load` is what was asked for, None when not told; `ending` says how the run came to its end.
    `notes` are sentences to read before the figures: that a run did not come to its end, what its level does not tell,
    that nobody arrives any more long before what counts ends.
    `cost` is the amount of the CDRs of the window without VAT, by currency. The tables have units in their columns.
    """

    scenario: str
    seed: int | None
    digest: str
    level: str
    ending: Ending
    window: Window
    notes: tuple[str, ...]
    load: Load | None
    values: dict[str, float | None]
    cost: dict[str, Decimal]
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        """One of the tables."""
        return next(each for each in self.tables if each.name == name)


def measure(recording: Recording, warm_up: WarmUp = "auto", watch: Watch = unwatched) -> Measured:
    """Measure a recording of a run that has ended, or as far as it has come.

    Raises RecordingError for a damaged recording, NothingLeft for a warm-up that is too long.
    """
    meta = recording.meta
    level = meta.get("level", "")
    facts = facts_of(recording, warm_up, watch)
    measured = Measured(
        scenario=meta.get("scenario_name", ""),
        seed=int(meta["seed"]) if meta.get("seed") else None,
        digest=meta.get("digest", ""),
        level=level,
        ending=facts.ending,
        window=facts.window,
        notes=tuple(_notes(facts, level)),
        load=_load(recording),
        values=values(facts),
        cost=cost(facts.money),
        tables=(
            breakdown.parties(facts),
            breakdown.costs(facts),
            breakdown.sites(facts),
            breakdown.quarter_hours(facts),
            breakdown.modules(facts),
            breakdown.links(facts),
        ),
    )
    watch(PARTS, PARTS)
    return measured


def _notes(facts: Facts, level: str) -> Iterator[str]:
    if not facts.ending.is_complete:
        yield facts.ending.sentence
    if level == "aggregates":
        yield tr(
            "Recorded at level aggregates: single sessions, the picture of availability and the age of both are not "
            "known."
        )
    if facts.shortfall.short:
        yield facts.shortfall.sentence
    if facts.window.quiet:
        yield facts.window.quiet


def _load(recording: Recording) -> Load | None:
    with damage_refused(recording.path):
        for event in recording.events(source="run", kind="begin"):
            told = msgspec.json.decode(event.data)
            if "sessions_per_day" in told:
                return msgspec.convert(told, Load)
    return None
