"""What a run's figures are made of: read from the recording once, cut to the window that counts."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from simulator.recording.reader import Recording
from simulator.recording.rows import MoneyRow
from simulator.report.clock import LocalClock
from simulator.report.kpi.places import Loads, Places
from simulator.report.kpi.staleness import Picture, Street
from simulator.report.kpi.traffic import Traffic, traffic
from simulator.report.kpi.visits import Visit, visits
from simulator.report.kpi.warm_up import NothingLeft, Window, after, by_rule, whole

_US_A_MINUTE: Final = 60_000_000

WarmUp: TypeAlias = int | str
"""`auto`, `none`, or microseconds to leave out at the start."""


class Facts(Struct, frozen=True):
    """`taken_for_min`: for how long each place that was found taken had been so. `roles`: role and name
    by party. `site_of`: the site of each EVSE.
    """

    clock: LocalClock
    window: Window
    visits: Sequence[Visit]
    places: Places
    pictures: Sequence[Picture]
    taken_for_min: Sequence[float]
    traffic: Traffic
    money: Sequence[MoneyRow]
    roles: Mapping[str, tuple[str, str]]
    site_of: Mapping[str, str]


def facts_of(recording: Recording, warm_up: WarmUp) -> Facts:
    """Read a recording. Raises RecordingError for a damaged one, NothingLeft for too long a warm-up."""
    meta = recording.meta
    to_us = int(meta.get("ended_at_us") or meta.get("duration_us") or 0)
    loads = Loads(recording)
    return _read(recording, loads, _window(loads, warm_up, to_us))


def _window(loads: Loads, warm_up: WarmUp, to_us: int) -> Window:
    if warm_up == "none":
        return whole(to_us)
    if isinstance(warm_up, str):
        return by_rule(loads.occupied(to_us), to_us)
    if not 0 <= warm_up < to_us:
        raise NothingLeft.of(warm_up, to_us)
    return after(warm_up, to_us)


def _read(recording: Recording, loads: Loads, window: Window) -> Facts:
    def is_inside(at_us: int | None) -> bool:
        return at_us is not None and window.from_us <= at_us < window.to_us

    came = [visit for visit in visits(recording) if is_inside(visit.arrived_us)]
    street = Street(recording)
    roles = _roles(recording)
    taken = [
        (at_us - since_us) / _US_A_MINUTE
        for visit in came
        for at_us, evse in visit.taken
        if (since_us := street.taken_since_us(evse, at_us)) is not None
    ]
    emsps = [party for party, (role, _) in roles.items() if role == "emsp"]
    return Facts(
        LocalClock(recording.meta),
        window,
        came,
        loads.within(window),
        [street.picture(emsp, window.from_us, window.to_us) for emsp in emsps],
        taken,
        traffic(recording, window),
        [row for row in recording.money() if row.kind == "receivable" and is_inside(row.at_us)],
        roles,
        loads.site_of,
    )


def _roles(recording: Recording) -> dict[str, tuple[str, str]]:
    rows = recording.query(
        "SELECT entity, json_extract(value, '$.role'), json_extract(value, '$.name') FROM v_state "
        "WHERE holder = 'run' AND kind = 'party' ORDER BY entity"
    )
    return {party: (role, name) for party, role, name in rows}
