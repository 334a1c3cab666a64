"""Reads drivers who come and go as they really did: an entry of `drivers` with a file of `sessions` beside it."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from simulator.scenario.fields import Fields, Problems
from simulator.scenario.files import Folder, read_file
from simulator.scenario.model import RecordedDrivers, RecordedSession
from simulator.scenario.tree import Items, Place
from simulator.scenario.units import Unreadable
from simulator.scenario.vocabulary import WANTED_ENERGIES
from simulator.scenario.words import one_of, phrase, whole

RECORDED_KEYS = ("sessions", "name", "emsps", "energy", "authorise")
SESSION_COLUMNS = (
    "session",
    "evse",
    "arrival_s",
    "departure_s",
    "stated_departure_s",
    "requested_wh",
    "delivered_wh",
    "source_id",
)
"""Of the file of sessions beside a scenario; seconds since the scenario's start."""

SETTLING_S = 10
"""What plugging in and authorising may take of a stay: only then energy flows."""

_LAST_S = 366 * 86_400
_MAX_WH = 1_000_000
_MAX_SHOWN = 20


def read_recorded(problems: Problems, fields: Fields, folder: Folder, rfid_share: float) -> RecordedDrivers:
    """The entry, with the sessions of its file by arrival; what is wrong in the file is told with its line."""
    place = fields.place_of("sessions")
    file = fields.required("sessions", str, "")
    text = read_file(problems, fields, "sessions", folder, lambda raw: raw.decode("utf-8-sig", errors="replace"))
    sessions = _sessions(problems, place, file, text) if text is not None else ()
    return RecordedDrivers(
        name=fields.optional("name", phrase(100), Path(file).name.partition(".")[0]),
        emsps=_emsps(problems, fields),
        sessions=sessions,
        energy=fields.optional("energy", one_of(WANTED_ENERGIES), WANTED_ENERGIES[0]),
        rfid_share=rfid_share,
    )


def needed_power_w(energy_wh: int, stay_s: int) -> int:
    """What has to flow, in W rounded up, for an energy in a stay less `SETTLING_S`, or in half of a very short one."""
    return -(-energy_wh * 3_600 // max(stay_s - SETTLING_S, -(-stay_s // 2)))


def check_evses(problems: Problems, place: Place, drivers: RecordedDrivers, evses: dict[str, bool]) -> None:
    """Whether the charge points are there and give AC; `evses` tells that of each that there is."""
    for wrong, problem in (
        ([each for each in drivers.sessions if each.evse not in evses], "which no site and no network has"),
        ([each for each in drivers.sessions if not evses.get(each.evse, True)], "which gives DC; expected is AC"),
    ):
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            sentence = f"Session {wrong[0].name}{more} is at the EVSE “{wrong[0].evse}”, {problem}."
            problems.add(place, wrong[0].evse, "an AC EVSE of the scenario, such as NL-ABC/uid", sentence)


def _emsps(problems: Problems, fields: Fields) -> tuple[str, ...]:
    if not fields.require("emsps"):
        return ()
    value = fields.value("emsps")
    items = problems.items(value)
    emsps = tuple(problems.scalar(item, str, "") for item in items)
    if isinstance(value, Items) and (not emsps or len(emsps) != len(dict.fromkeys(emsps))):
        sentence = "“emsps” is a list of different eMSPs, such as [NL-E01, NL-E02]."
        problems.add(value.place, "an empty or repeating list", "each emsp once", sentence)
    return emsps


def _sessions(problems: Problems, place: Place, file: str, text: str) -> tuple[RecordedSession, ...]:
    found: list[str] = []
    sessions: dict[str, RecordedSession] = {}
    # str.splitlines() would end a line at characters too that a source_id may hold, such as U+2028.
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows, [])
        if tuple(header) != SESSION_COLUMNS:
            found.append(f"line 1 is “{','.join(header)[:200]}”; expected is “{','.join(SESSION_COLUMNS)}”")
        for values in rows if not found else ():
            try:
                session = _session(values)
                if session.name in sessions:
                    raise Unreadable(session.name, "each session once", f"session {session.name} was there before")
                sessions[session.name] = session
            except Unreadable as refusal:
                found.append(f"line {rows.line_num}: {str(refusal).rstrip('.')}")
    except csv.Error as error:
        found.append(f"line {rows.line_num}: {error}")
    if not found and not sessions:
        found.append("it holds no session")
    for problem in found[:_MAX_SHOWN]:
        problems.add(place, problem, "sessions as `ocpi-sim import --sessions` writes them", f"{file}, {problem}.")
    if len(found) > _MAX_SHOWN:
        sentence = f"{file} has {len(found) - _MAX_SHOWN} more wrong lines."
        problems.add(place, f"{len(found) - _MAX_SHOWN} more", "right lines", sentence)
    return tuple(sorted(sessions.values(), key=lambda session: session.arrives_at_us))


def _session(values: Sequence[str]) -> RecordedSession:
    if len(values) != len(SESSION_COLUMNS):
        expected = f"{len(SESSION_COLUMNS)} values"
        raise Unreadable(",".join(values), expected, f"{len(values)} values stand where {expected} are expected")
    by_name = dict(zip(SESSION_COLUMNS, values, strict=True))
    arrival_s, departure_s = (_number(by_name, key, _LAST_S) for key in ("arrival_s", "departure_s"))
    if departure_s <= arrival_s:
        sentence = f"the departure_s {departure_s} is not after the arrival_s {arrival_s}"
        raise Unreadable(str(departure_s), "a departure after the arrival", sentence)
    stated_s = _number(by_name, "stated_departure_s", _LAST_S) if by_name["stated_departure_s"] else None
    return RecordedSession(
        name=phrase(80)(by_name["session"]),
        evse=by_name["evse"],
        arrives_at_us=arrival_s * 1_000_000,
        leaves_at_us=departure_s * 1_000_000,
        stated_departure_us=stated_s * 1_000_000 if stated_s is not None else None,
        requested_wh=_number(by_name, "requested_wh", _MAX_WH),
        delivered_wh=_number(by_name, "delivered_wh", _MAX_WH),
    )


def _number(values: dict[str, str], key: str, high: int) -> int:
    try:
        return whole(0, high)(values[key])
    except Unreadable as refusal:
        raise Unreadable(refusal.found, refusal.expected, f"{key}: {refusal}") from None
