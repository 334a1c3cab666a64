"""What a run's figures are made of: read from the recording once, cut to the window that counts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording
from simulator.recording.rows import CAST, MoneyRow
from simulator.recording.schema import BILLS
from simulator.report.clock import LocalClock
from simulator.report.ending import Ending, ending_of
from simulator.report.kpi.begun import sessions_begun
from simulator.report.kpi.copies import Lag, cdr_lags, session_lags
from simulator.report.kpi.places import Loads, Places
from simulator.report.kpi.staleness import Picture, Street
from simulator.report.kpi.traffic import Traffic, traffic
from simulator.report.kpi.visits import Visit, visits
from simulator.report.kpi.warm_up import NothingLeft, Window, after, by_rule, recorded_whole, whole
from simulator.report.summary import course_of
from simulator.report.watch import Watch
from simulator.scenario.replayed import is_replayed
from simulator.scenario.shortfall import Shortfall

_US_A_MINUTE: Final = 60_000_000

PARTS: Final = 5
"""So many parts of the work are watched; the last is done when the tables are made."""

WarmUp: TypeAlias = int | str
"""`auto`, `none`, or microseconds to leave out at the start, in whole minutes (see warm_up.py)."""


class Facts(Struct, frozen=True):
    """`taken_for_min`: by whose app a place was shown as free that was taken, and for how long it had been so. `roles`:
    role and name by party. `site_of`: the site of each EVSE. The lags are those of a receiver's copies each.
    `money`: a row a CDR, as it was issued or, of a CPO outside, accepted. `begun`: how many sessions began at each
    site, None where single sessions are not known.
    """

    clock: LocalClock
    ending: Ending
    window: Window
    visits: Sequence[Visit]
    places: Places
    pictures: Sequence[Picture]
    taken_for_min: Sequence[tuple[str, float]]
    session_lags: Sequence[Lag]
    cdr_lags: Sequence[Lag]
    traffic: Traffic
    money: Sequence[MoneyRow]
    roles: Mapping[str, tuple[str, str]]
    site_of: Mapping[str, str]
    shortfall: Shortfall
    begun: Mapping[str, int] | None


def facts_of(recording: Recording, warm_up: WarmUp, watch: Watch) -> Facts:
    """Read a recording. Raises RecordingError for a damaged one, NothingLeft for too long a warm-up."""
    ending = ending_of(recording)
    watch(0, PARTS)
    loads = Loads(recording)
    replayed = _is_replayed(recording)
    window = _window(loads, warm_up, ending.to_us, LocalClock(recording.meta), replayed)
    return _read(recording, loads, ending, window, replayed, watch)


def _is_replayed(recording: Recording) -> bool:
    meta = recording.meta
    with damage_refused(recording.path):
        overrides = msgspec.json.decode(meta.get("overrides") or "[]", type=list[str])
    return is_replayed(meta.get("scenario_text", ""), overrides)


def _window(loads: Loads, warm_up: WarmUp, to_us: int, clock: LocalClock, replayed: bool) -> Window:
    if warm_up == "none":
        return whole(to_us)
    if isinstance(warm_up, str):
        return Window(0, to_us, recorded_whole()) if replayed else by_rule(loads.occupied(to_us), to_us, clock)
    if not 0 <= warm_up < to_us:
        raise NothingLeft.of(warm_up, to_us)
    return after(warm_up, to_us)


def _days_end_us(clock: LocalClock, arrivals_us: Iterable[int], to_us: int) -> int:
    """When the day of the last arrival ends, or the first day before any: no later than the run."""
    last_us = max(arrivals_us, default=0)
    return min((at_us for at_us in clock.midnights(to_us) if at_us > last_us), default=to_us)


def _read(recording: Recording, loads: Loads, ending: Ending, window: Window, replayed: bool, watch: Watch) -> Facts:
    def is_inside(at_us: int | None) -> bool:
        return at_us is not None and window.from_us <= at_us < window.to_us

    clock = LocalClock(recording.meta)
    places = loads.within(window)
    watch(1, PARTS)
    everybody = visits(recording)
    came = [visit for visit in everybody if is_inside(visit.arrived_us)]
    if replayed:
        days_end_us = window.to_us
        if ending.is_complete:  # Of one that was cut off nobody can tell who would still have come.
            days_end_us = _days_end_us(clock, (visit.arrived_us for visit in everybody), window.to_us)
        window = replace(window, recorded_to_us=days_end_us)
    watch(2, PARTS)
    street = Street(recording)
    cast = _cast(recording)
    roles = {party: (told.get("role", ""), told.get("name", "")) for party, told in cast.items()}
    with damage_refused(recording.path):
        run = course_of(recording).run
    taken = [
        (visit.emsp, (at_us - since_us) / _US_A_MINUTE)
        for visit in came
        for at_us, evse in visit.taken
        if (since_us := street.taken_since_us(evse, at_us)) is not None
    ]
    payers = [party for party, (role, _) in roles.items() if role == "emsp"]
    # One from outside does not tell what it knows, but it answers for what it accepts.
    emsps = [party for party in payers if "outside" not in cast[party]]
    pictures = [street.picture(emsp, window.from_us, window.to_us) for emsp in emsps]
    money = recording.money()
    bills = {seq for (seq,) in recording.query(BILLS)}
    owners = [party for party, (role, _) in roles.items() if role == "cpo"]
    late_sessions = session_lags(recording, owners, emsps, window.from_us, window.to_us)
    late_cdrs = cdr_lags(money, payers, window.from_us, window.to_us)
    watch(3, PARTS)
    sent = traffic(recording, window)
    watch(4, PARTS)
    return Facts(
        clock,
        ending,
        window,
        came,
        places,
        pictures,
        taken,
        late_sessions,
        late_cdrs,
        sent,
        [row for row in money if row.seq in bills and is_inside(row.at_us)],
        roles,
        loads.site_of,
        run.shortfall if run is not None else Shortfall(),
        sessions_begun(recording, window.from_us, window.to_us),
    )


def _cast(recording: Recording) -> dict[str, dict[str, str]]:
    """What is told of each party, in their order."""
    with damage_refused(recording.path):
        told = {
            state.entity: msgspec.json.decode(state.value, type=dict[str, str])
            for state in recording.states(holder=CAST, kind="party")
        }
    return dict(sorted(told.items()))
