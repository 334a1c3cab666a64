"""What became of each driver who came: the events of the street, gathered by driver."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from simulator.recording.opening import damage_refused
from simulator.recording.reader import Recording

_ROWS: Final = """SELECT kind.text, source.text, e.at_us, party.text, subject.text, e.data FROM event e
JOIN topic t ON t.id = e.topic JOIN name kind ON kind.id = t.kind JOIN name source ON source.id = t.source
JOIN name party ON party.id = t.party JOIN name subject ON subject.id = t.subject
WHERE e.topic IN (SELECT id FROM topic WHERE kind IN (SELECT id FROM name WHERE text IN
  ('arrive', 'plug', 'taken', 'turned_away', 'leave'))) ORDER BY e.seq"""


class Visit(Struct):
    """One driver. What has not happened (yet) is None; `evse` is `NL-ABC/<uid>`, `turned_away` the reason or empty.

    `taken` are the places that the app had shown as free and that were not: when, and which.
    """

    name: str
    emsp: str
    arrived_us: int
    plugged_us: int | None = None
    evse: str | None = None
    waited_s: int = 0
    detour_m: int | None = None
    turned_away: str = ""
    turned_away_us: int | None = None
    taken: Sequence[tuple[int, str]] = ()

    @property
    def is_served(self) -> bool:
        """Whether the driver plugged in and was not refused there: charges, or has charged."""
        return self.plugged_us is not None and not self.turned_away

    def found_free(self, site_of: Mapping[str, str]) -> bool:
        """Whether a place was free on arrival: not after a wait, nor beside one of its site that was found taken."""
        if self.evse is None or self.waited_s:
            return False
        site = site_of.get(self.evse)
        return all(site_of.get(evse) != site for _, evse in self.taken)


def visits(recording: Recording) -> list[Visit]:
    """All who arrived, in the order of their arrival; not those who were plugged in when the run began."""
    found: dict[str, Visit] = {}
    rows = recording.query(_ROWS)
    with damage_refused(recording.path):
        for kind, driver, at_us, party, subject, text in rows:
            if kind == "arrive":
                found[driver] = Visit(driver.removeprefix("driver/"), party, at_us)
            elif driver in found:
                _tell(found[driver], kind, at_us, subject, text)
    return list(found.values())


def _tell(visit: Visit, kind: str, at_us: int, subject: str, text: str) -> None:
    """What an event adds to a visit; `subject` is an EVSE, but on leaving."""
    if kind == "taken":
        visit.taken = (*visit.taken, (at_us, subject))
        return
    if kind == "leave" and visit.detour_m is not None:
        return
    data: dict[str, Any] = msgspec.json.decode(text)
    if kind == "leave":  # Older recordings tell the detour here alone.
        visit.detour_m = data.get("detour_m")
        return
    visit.waited_s = data.get("waited_s", visit.waited_s)
    if kind == "plug":
        visit.plugged_us, visit.evse, visit.detour_m = at_us, subject, data.get("detour_m")
    else:
        visit.turned_away, visit.turned_away_us = data.get("reason", "?"), at_us
