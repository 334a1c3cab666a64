"""Load: the power curves of sites and EVSEs, their exact sum, and the message that tells of a point on a curve.

Curves are step curves: a sample holds until the next one. They are read once and then extended sample by sample, so
that a window or a report can follow a growing recording without reading anything twice.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np

from simulator.recording.reader import Recording
from simulator.recording.series import Times, Values, unfold

SITE: Final = "site/"
EVSE: Final = "evse/"

_SAMPLES: Final = """SELECT n, data, NULL, NULL FROM series_chunk WHERE series = ? AND n + count > ?
UNION ALL SELECT n, NULL, at_us, value FROM sample WHERE series = ? AND n >= ? ORDER BY n"""
_SERIES: Final = "SELECT id, entity, quantity, unit FROM series WHERE quantity = ? AND id > ? ORDER BY id"
_OF_SESSIONS: Final = "s.kind IN (SELECT id FROM name WHERE text = 'session')"
_OF_ENTITY: Final = "s.entity IN (SELECT id FROM name WHERE text = ?)"


Visit: TypeAlias = tuple[str, int | None, int | None]
"""An EVSE, and from when to when it was used."""


class SiteLoad(msgspec.Struct, frozen=True):
    """A place with chargers. `key` is `NL-ABC/LOC1`; `limit_w` is that of the grid connection, None without one.

    `power_w` is what its EVSEs could draw together (0 when the recording does not say), `peak_w` the most they drew.
    """

    key: str
    name: str
    cpo: str
    limit_w: float | None
    evses: int
    power_w: float
    peak_w: float


class Focus(msgspec.Struct, frozen=True):
    """What a selection is about: EVSEs (`NL-ABC/E1`), the site around them, and the time that it took there."""

    evses: tuple[str, ...] = ()
    site: str = ""
    from_us: int | None = None
    to_us: int | None = None


class Curve:
    """One series as far as it has been read: `times_us` and `values` in the unit of its name."""

    def __init__(self, series: int, entity: str, quantity: str, unit: str) -> None:
        """Not for callers: use `Curves`."""
        self.entity = entity
        self.quantity = quantity
        self.unit = unit
        self.times_us: Times = np.empty(0, np.int64)
        self.values: Values = np.empty(0, np.float64)
        self._series = series

    def extend(self, recording: Recording) -> bool:
        """Read the samples that have come since; True if there were any."""
        known = len(self.times_us)
        parts = [(self.times_us, self.values)]
        times: list[int] = []
        values: list[float] = []
        for n, data, at_us, value in recording.query(_SAMPLES, (self._series, known, self._series, known)):
            if data is None:
                times.append(at_us)
                values.append(np.nan if value is None else value)
            else:
                chunk_us, chunk = unfold(data)
                parts.append((chunk_us[max(known - n, 0) :], chunk[max(known - n, 0) :]))
        parts.append((np.array(times, np.int64), np.array(values, np.float64)))
        self.times_us, self.values = (np.concatenate(part) for part in zip(*parts, strict=True))
        return len(self.times_us) > known

    def at(self, at_us: int) -> float | None:
        """The value that holds at an instant; None before the first sample."""
        index = int(np.searchsorted(self.times_us, at_us, side="right")) - 1
        return float(self.values[index]) if index >= 0 else None

    def step_begin_us(self, at_us: int) -> int:
        """Since when the value that holds at an instant has held; the instant itself before the first sample."""
        index = int(np.searchsorted(self.times_us, at_us, side="right")) - 1
        return int(self.times_us[index]) if index >= 0 else at_us


class Curves:
    """The curves of one quantity by entity, of all sites unless `entities` are named, and their sum."""

    def __init__(self, recording: Recording, quantity: str, entities: Collection[str] | None = None) -> None:
        """Reads all there is."""
        self.quantity = quantity
        self.by_entity: dict[str, Curve] = {}
        self.total: tuple[Times, Values] = step_sum(())
        self._recording = recording
        self._entities = entities
        self._last_series = 0
        self.extend()

    def extend(self) -> bool:
        """Read the samples, and the series, that have come since; True if there were any."""
        for id, entity, quantity, unit in self._recording.query(_SERIES, (self.quantity, self._last_series)):
            self._last_series = id
            if entity.startswith(SITE) if self._entities is None else entity in self._entities:
                self.by_entity[entity] = Curve(id, entity, quantity, unit)
        since_us: list[int] = []
        for curve in self.by_entity.values():
            known = len(curve.times_us)
            if curve.extend(self._recording):
                since_us.append(int(curve.times_us[known]))
        if since_us:
            self._sum_from(min(since_us))
        return bool(since_us)

    def _sum_from(self, from_us: int) -> None:
        at_us, values = self.total
        known = int(np.searchsorted(at_us, from_us))
        steps = ((curve.times_us, curve.values) for curve in self.by_entity.values())
        new = step_sum(steps, from_us if known else None)
        self.total = np.concatenate((at_us[:known], new[0])), np.concatenate((values[:known], new[1]))


def step_sum(steps: Iterable[tuple[Times, Values]], from_us: int | None = None) -> tuple[Times, Values]:
    """The sum of step curves: one sample an instant at which it changes. A curve is 0 before its first sample.

    With `from_us` the sum from there on, beginning with a sample at `from_us`. It is exact as long as the values are
    whole numbers (watts, places).
    """
    times, changes = [np.empty(0, np.int64)], [np.empty(0, np.float64)]
    for at_us, values in steps:
        change = np.diff(values, prepend=0.0)
        begin = 0 if from_us is None else int(np.searchsorted(at_us, from_us, side="right"))
        if begin:
            times.append(np.array([from_us], np.int64))
            changes.append(values[begin - 1 : begin])
        times.append(at_us[begin:])
        changes.append(change[begin:])
    at_us, change = np.concatenate(times), np.concatenate(changes)
    if from_us is not None:
        at_us, change = np.append(at_us, from_us), np.append(change, 0.0)
    order = np.argsort(at_us, kind="stable")
    at_us, total = at_us[order], np.cumsum(change[order])
    last_of_instant = np.append(at_us[1:] != at_us[:-1], True)[: len(at_us)]
    return at_us[last_of_instant], total[last_of_instant]


def total(
    recording: Recording,
    entities: Sequence[str],
    from_us: int | None = None,
    to_us: int | None = None,
    *,
    quantity: str = "power",
) -> tuple[Times, Values]:
    """The sum of a quantity over entities (`site/...`, `evse/...`) within a half-open range of time; see `step_sum`."""
    found = Curves(recording, quantity, frozenset(entities)).by_entity
    at_us, values = step_sum(((curve.times_us, curve.values) for curve in found.values()), from_us)
    end = len(at_us) if to_us is None else int(np.searchsorted(at_us, to_us))
    return at_us[:end], values[:end]


def sites(recording: Recording) -> list[SiteLoad]:
    """All sites, in the order in which the run made them; at any level of recording."""
    peaks = _peaks(recording, "power")
    limits = _peaks(recording, "limit")
    told = {state.entity: msgspec.json.decode(state.value) for state in recording.states(holder="run", kind="site")}
    keys = [*told, *(key for key in {**limits, **peaks} if key not in told)]
    return [_site(key, told.get(key, {}), limits.get(key), peaks.get(key, 0.0)) for key in keys]


def _site(key: str, told: dict[str, Any], limit_w: float | None, peak_w: float) -> SiteLoad:
    cpo, _, location = key.partition("/")
    limit_w = told.get("limit_w") if limit_w is None else limit_w
    return SiteLoad(
        key, told.get("name") or location, cpo, limit_w, told.get("evses", 0), told.get("power_w", 0.0), peak_w
    )


def _peaks(recording: Recording, quantity: str) -> dict[str, float]:
    """The greatest value of each site's series."""
    rows = recording.query(
        """SELECT s.entity, max(p.peak) FROM series s JOIN (
             SELECT series, maximum AS peak FROM series_chunk UNION ALL SELECT series, value FROM sample
           ) p ON p.series = s.id
           WHERE s.quantity = ? AND s.entity LIKE 'site/%' GROUP BY s.id ORDER BY s.id""",
        (quantity,),
    )
    return {entity.removeprefix(SITE): peak for entity, peak in rows}


def focus(recording: Recording, kind: str, id: str) -> Focus:
    """The EVSEs, site and time of a selected message, session, token, driver, EVSE or site; empty for all else."""
    if kind == "site":
        return Focus(site=id)
    if kind == "evse":
        return _around([(id, None, None)], recording)
    if kind == "session":
        return _around(_sessions(recording, _OF_ENTITY, id), recording)
    if kind == "token":
        return _around(_sessions(recording, "json_extract(s.value, '$.token') = ?", id), recording)
    if kind == "driver":
        return _around(_visits(recording, id), recording)
    if kind == "message" and id.isdecimal():
        return _of_message(recording, int(id))
    return Focus()


def explaining(recording: Recording, entity: str, at_us: int) -> int | None:
    """The exchange that told an eMSP of a point on the power curve of a site, an EVSE or ("") all; None without one.

    While power flows that is the first session update sent at or after the instant, and once it has stopped the one
    sent when it stopped. Source: OCPI 2.2.1, Sessions: the CPO pushes Session objects by PUT and PATCH.
    """
    found = Curves(recording, "power", (entity,)).by_entity.get(entity)
    if found is not None and not found.at(at_us):
        at_us = found.step_begin_us(at_us)
    about, names = _updates(entity)
    sql = f"""SELECT m.exchange FROM message m JOIN call c ON c.id = m.call
        WHERE {about} AND c.module = 'sessions' AND c.method IN ('PUT', 'PATCH')"""
    after = recording.query(f"{sql} AND m.start_us >= ? ORDER BY m.start_us, m.seq LIMIT 1", (*names, at_us))
    rows = after or recording.query(
        f"{sql} AND m.start_us < ? ORDER BY m.start_us DESC, m.seq LIMIT 1", (*names, at_us)
    )
    return int(rows[0][0]) if rows else None


def presence(recording: Recording, evse: str) -> list[tuple[int, int | None]]:
    """When a car stood at an EVSE: (from_us, to_us), the last one open (None) if it is still there."""
    spans: list[tuple[int, int | None]] = []
    for state in recording.states(holder="street", kind="evse", entity=evse):
        occupied = msgspec.json.decode(state.value).get("status") == "Occupied"
        is_open = bool(spans) and spans[-1][1] is None
        if occupied and not is_open:
            spans.append((state.at_us, None))
        elif not occupied and is_open:
            spans[-1] = (spans[-1][0], state.at_us)
    return spans


def _updates(entity: str) -> tuple[str, tuple[str, ...]]:
    """The condition that picks the session messages about an entity, with its parameters."""
    if not entity:
        return "true", ()
    if entity.startswith(SITE):
        cpo, _, location = entity.removeprefix(SITE).partition("/")
        return "m.location_id IN (SELECT id FROM name WHERE text = ?) AND c.sender = ?", (location, cpo)
    evse = entity.removeprefix(EVSE)
    cpo = evse.partition("/")[0]
    return (
        f"""m.session_id IN (SELECT id FROM name WHERE text IN (
              SELECT name.text FROM state s JOIN name ON name.id = s.entity
              WHERE s.holder IN (SELECT id FROM name WHERE text = ?) AND {_OF_SESSIONS}
              AND json_extract(s.value, '$.evse') = ?))""",
        (cpo, evse),
    )


def _sessions(recording: Recording, condition: str, value: str) -> list[Visit]:
    """EVSE, first and last instant of the sessions that a condition on `state s` picks, as their CPO knew them."""
    return recording.query(
        f"""SELECT json_extract(s.value, '$.evse') AS evse, min(s.at_us), max(s.at_us)
            FROM state s JOIN name holder ON holder.id = s.holder
            WHERE {_OF_SESSIONS} AND {condition} AND evse LIKE holder.text || '/%' GROUP BY s.entity ORDER BY 2, 1""",
        (value,),
    )


def _visits(recording: Recording, driver: str) -> list[Visit]:
    """EVSE and time of a driver's stays, from plugging in to leaving."""
    source = f"driver/{driver.removeprefix('driver/')}"
    visits: list[Visit] = []
    for event in recording.events(source=source):
        if event.kind == "plug":
            visits.append((event.subject, event.at_us, None))
        elif event.kind == "leave" and visits:
            visits[-1] = (*visits[-1][:2], event.at_us)
    return visits


def _of_message(recording: Recording, exchange: int) -> Focus:
    for message in recording.messages(exchange=exchange):
        if message.session_id:
            return _around(_sessions(recording, _OF_ENTITY, message.session_id), recording)
        made = [state.entity for state in recording.states(holder="run", kind="site")]
        owned = [f"{party}/{message.location_id}" for party in (message.sender, message.receiver)]
        return Focus(site=next((key for key in owned if key in made), ""))
    return Focus()


def _around(visits: Sequence[Visit], recording: Recording) -> Focus:
    """The focus on visits: their EVSEs once each, the site of the first, from the first begin to the last end."""
    if not visits:
        return Focus()
    evses = tuple(dict.fromkeys(evse for evse, _, _ in visits))
    site = ""
    for state in recording.states(holder="run", kind="evse", entity=evses[0]):
        site = msgspec.json.decode(state.value).get("site", "")
    starts = [from_us for _, from_us, _ in visits if from_us is not None]
    ends = [to_us for _, _, to_us in visits]
    last = ends[-1] if None in ends else max(end for end in ends if end is not None)
    return Focus(evses, site, min(starts, default=None), last)
