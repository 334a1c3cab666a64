"""How many sessions began at each site, as their CPO says: what the table of sessions has, counted."""

from collections import Counter
from typing import Final

from simulator.ocpi.datatypes import parse_datetime
from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording
from simulator.recording.schema import STATE_VALUE

# Only an owner tells of a location and a start; neither changes, so any of its values will do.
_ROWS: Final = f"""SELECT DISTINCT entity.text, h.holder || '/' || json_extract({STATE_VALUE}, '$.location'),
  json_extract({STATE_VALUE}, '$.start')
FROM (
  SELECT subject, min(value) AS value FROM state WHERE holding IN (SELECT id FROM holding WHERE kind = 'session')
  GROUP BY subject
) s JOIN subject b ON b.id = s.subject JOIN holding h ON h.id = b.holding JOIN value v ON v.id = s.value
JOIN name entity ON entity.id = b.entity
WHERE json_extract({STATE_VALUE}, '$.location') IS NOT NULL AND json_extract({STATE_VALUE}, '$.start') IS NOT NULL"""


def sessions_begun(recording: Recording, from_us: int, to_us: int) -> Counter[str] | None:
    """Sessions by site (`NL-ABC/<location id>`) whose start_date_time is within a range of time.

    None where single sessions are not kept: at level aggregates. Raises NotARecording for a damaged recording.
    """
    if recording.meta.get("level") == "aggregates":
        return None
    rows: list[tuple[str, str, str]] = recording.query(_ROWS)
    with damage_refused(recording.path):
        epoch_us = int(recording.meta.get("start_epoch_us", "0"))
    begun: Counter[str] = Counter()
    for _, site, start in rows:
        if from_us <= parse_datetime(start) - epoch_us < to_us:
            begun[site] += 1
    return begun
