"""Which messages tell of a curve: the one that told of a point on it, and all that are about each site."""

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording
from simulator.recording.rows import CAST
from simulator.recording.schema import MESSAGE_FROM
from simulator.report.load import EVSE, SITE, Curves

Numbers = NDArray[np.int64]

# Grouped by numbers first: names are looked up for the few lines that come of it, not for every message.
_ABOUT_SITES: Final = """SELECT c.sender, c.receiver, location.text, exchanges, starts FROM (
  SELECT m.call, a.location_id, group_concat(m.exchange) AS exchanges, group_concat(m.start_us) AS starts
  FROM message m JOIN about a ON a.id = m.about
  WHERE a.location_id != 0 AND m.seq > ? AND m.seq <= ? GROUP BY 1, 2
) JOIN call c ON c.id = call JOIN name location ON location.id = location_id"""


def explaining(recording: Recording, entity: str, at_us: int, among: Numbers | None = None) -> int | None:
    """The exchange that told an eMSP of a point on the power curve of a site, an EVSE or ("") all; None without one.

    While power flows that is the first session update sent at or after the instant, and once it has stopped the one
    sent when it stopped; with `among` the first of these exchanges. Source: OCPI 2.2.1, Sessions: the CPO pushes
    Session objects by PUT and PATCH. Raises RecordingError for a damaged recording.
    """
    found = Curves(recording, "power", (entity,)).by_entity.get(entity)
    if found is not None and not found.at(at_us):
        at_us = found.step_begin_us(at_us)
    about, names = _updates(entity)
    sql = f"""SELECT m.exchange FROM {MESSAGE_FROM}
        WHERE {about} AND c.module = 'sessions' AND c.method IN ('PUT', 'PATCH')"""
    if among is not None:
        sql += " AND m.exchange IN (SELECT value FROM json_each(?))"
        names = (*names, msgspec.json.encode(among.tolist()).decode())
    after = recording.query(f"{sql} AND m.start_us >= ? ORDER BY m.start_us, m.seq LIMIT 1", (*names, at_us))
    rows = after or recording.query(
        f"{sql} AND m.start_us < ? ORDER BY m.start_us DESC, m.seq LIMIT 1", (*names, at_us)
    )
    return int(rows[0][0]) if rows else None


def about_sites(recording: Recording, after_seq: int, up_to_seq: int) -> dict[str, tuple[Numbers, Numbers]]:
    """The exchanges about each site (`NL-ABC/LOC1`) and the instants at which they started, of a range of rows.

    A message is about a site when it names its location, whoever sent it: a hub sends for others. Raises
    RecordingError for a damaged recording.
    """
    made = [state.entity for state in recording.states(holder=CAST, kind="site")]
    of_location: dict[str, list[str]] = {}
    for key in made:
        of_location.setdefault(key.partition("/")[2], []).append(key)
    parts: dict[str, list[NDArray[np.int64]]] = {}
    for sender, receiver, location, exchanges, starts in recording.query(_ABOUT_SITES, (after_seq, up_to_seq)):
        keys = of_location.get(location, [])
        own = [key for key in keys if key.partition("/")[0] in (sender, receiver)]
        key = next(iter(own or (keys if len(keys) == 1 else [])), "")
        if key:
            with damage_refused(recording.path):
                numbers = np.stack([np.fromstring(text, np.int64, sep=",") for text in (exchanges, starts)])
            parts.setdefault(key, []).append(numbers)
    return {key: _in_order(np.concatenate(found, axis=1)) for key, found in parts.items()}


def _in_order(numbers: NDArray[np.int64]) -> tuple[Numbers, Numbers]:
    order = np.argsort(numbers[0], kind="stable")
    return numbers[0][order], numbers[1][order]


def _updates(entity: str) -> tuple[str, tuple[str, ...]]:
    """The condition that picks the session messages about an entity, with its parameters."""
    if not entity:
        return "true", ()
    if entity.startswith(SITE):
        cpo, _, location = entity.removeprefix(SITE).partition("/")
        return "location.id IN (SELECT id FROM name WHERE text = ?) AND c.sender = ?", (location, cpo)
    evse = entity.removeprefix(EVSE)
    cpo = evse.partition("/")[0]
    return (
        """session.id IN (SELECT id FROM name WHERE text IN (
              SELECT entity FROM v_state WHERE holder = ? AND kind = 'session'
              AND json_extract(value, '$.evse') = ?))""",
        (cpo, evse),
    )
