"""What a selection is about in the street: EVSEs, the site around them, the time, and the sessions charged there."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from simulator.recording.opening import damage_refused, damaged
from simulator.recording.reader import Recording
from simulator.recording.rows import CAST

_OF_TOKEN: Final = "json_extract(value, '$.token') = ?"
_OF_EVSE: Final = "json_extract(value, '$.evse') = ?"
_WH_A_KWH: Final = 1_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Visit: TypeAlias = tuple[str, int | None, int | None]
"""An EVSE, and from when to when it was used."""


class Charge(msgspec.Struct, frozen=True):
    """A session as its CPO knew it: where (`evse` is `NL-ABC/E1`), who, and from when to when (None: it goes on).

    `driver` is empty when the recording does not tell who plugged in. `told` are the instants at which the CPO's
    session was brought up to date, with its energy in Wh. Source: OCPI 2.2.1, Sessions: start_date_time,
    end_date_time, kwh.
    """

    session: str
    evse: str
    token: str
    emsp: str
    driver: str
    from_us: int
    to_us: int | None
    told: tuple[tuple[int, int], ...]

    def energy_wh(self, at_us: int) -> int:
        """The energy that the session told of at an instant."""
        return next((energy_wh for told_us, energy_wh in reversed(self.told) if told_us <= at_us), 0)


class Focus(msgspec.Struct, frozen=True):
    """What a selection is about: EVSEs (`NL-ABC/E1`), the site around them, the time that it took there, sessions.

    Of an EVSE or a site by itself there are no sessions: it is about all that happens there.
    """

    evses: tuple[str, ...] = ()
    site: str = ""
    from_us: int | None = None
    to_us: int | None = None
    charges: tuple[Charge, ...] = ()


def focus(recording: Recording, kind: str, id: str) -> Focus:
    """The focus on a selected message, session, token, driver, EVSE or site; empty for all else.

    Raises RecordingError for a damaged recording.
    """
    try:
        with damage_refused(recording.path):
            return _focus(recording, kind, id)
    except (ValueError, ArithmeticError) as error:
        raise damaged(recording.path, error) from error


def _focus(recording: Recording, kind: str, id: str) -> Focus:
    if kind == "site":
        return Focus(site=id)
    if kind == "evse":
        return _around([(id, None, None)], (), recording)
    if kind == "session":
        return _of_charges(_charge_of(recording, id), recording)
    if kind == "token":
        return _of_charges(_charges(recording, _OF_TOKEN, id), recording)
    if kind == "driver":
        return _of_driver(recording, id)
    if kind == "message" and id.isdecimal():
        return _of_message(recording, int(id))
    return Focus()


def presence(recording: Recording, evse: str) -> list[tuple[int, int | None]]:
    """When a car stood at an EVSE: (from_us, to_us), the last one open (None) if it is still there."""
    spans: list[tuple[int, int | None]] = []
    for state in recording.states(holder="street", kind="evse", entity=evse):
        with damage_refused(recording.path):
            occupied = msgspec.json.decode(state.value).get("status") == "Occupied"
        is_open = bool(spans) and spans[-1][1] is None
        if occupied and not is_open:
            spans.append((state.at_us, None))
        elif not occupied and is_open:
            spans[-1] = (spans[-1][0], state.at_us)
    return spans


def _charge_of(recording: Recording, session: str) -> list[Charge]:
    """The session as its CPO knew it, if it did; found by its id, without looking at the others."""
    states = recording.states(kind="session", entity=session)
    told = [(state.holder, state.at_us, msgspec.json.decode(state.value)) for state in states]
    known = [(at_us, value) for holder, at_us, value in told if value and _cpo(value) == holder]
    return [_charge(recording, session, known, _epoch_us(recording))] if known else []


def _cpo(session: Mapping[str, Any]) -> str:
    return str(session.get("evse", "")).partition("/")[0]


def _epoch_us(recording: Recording) -> int:
    return int(recording.meta.get("start_epoch_us") or 0)


def _charges(recording: Recording, condition: str, value: str) -> list[Charge]:
    """The sessions that a condition on v_state picks, as their CPOs knew them, in the order of their start."""
    rows = recording.query(
        f"""SELECT entity, at_s, value FROM v_state WHERE kind = 'session' AND {condition}
            AND json_extract(value, '$.evse') LIKE holder || '/%' ORDER BY seq""",
        (value,),
    )
    told: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for session, at_s, text in rows:
        told.setdefault(session, []).append((round(at_s * 1e6), msgspec.json.decode(text)))
    epoch_us = _epoch_us(recording)
    return sorted(
        (_charge(recording, session, states, epoch_us) for session, states in told.items()),
        key=lambda charge: (charge.from_us, charge.session),
    )


def _charge(recording: Recording, session: str, states: list[tuple[int, dict[str, Any]]], epoch_us: int) -> Charge:
    last_us, last = states[-1]
    from_us = _instant_us(last.get("start"), epoch_us, states[0][0])
    is_open = last.get("status") in ("ACTIVE", "PENDING") and not last.get("end")
    evse = str(last.get("evse", ""))
    return Charge(
        session,
        evse,
        str(last.get("token", "")),
        str(last.get("emsp", "")),
        _driver(recording, evse, from_us),
        from_us,
        None if is_open else _instant_us(last.get("end"), epoch_us, last_us),
        tuple((at_us, int(Decimal(state.get("kwh") or 0) * _WH_A_KWH)) for at_us, state in states),
    )


def _instant_us(text: object, epoch_us: int, default_us: int) -> int:
    """An OCPI DateTime (to the millisecond) as microseconds since the scenario's start."""
    if not isinstance(text, str):
        return default_us
    return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND - epoch_us


def _driver(recording: Recording, evse: str, at_us: int) -> str:
    """Who plugged in last at an EVSE."""
    plugs = recording.events(kind="plug", subject=evse, to_us=at_us + 1)
    return plugs[-1].source.removeprefix("driver/") if plugs else ""


def _of_charges(charges: Sequence[Charge], recording: Recording) -> Focus:
    return _around([(charge.evse, charge.from_us, charge.to_us) for charge in charges], charges, recording)


def _of_driver(recording: Recording, driver: str) -> Focus:
    """A driver's stays, from plugging in to leaving, and the sessions within them."""
    visits: list[Visit] = []
    for event in recording.events(source=f"driver/{driver.removeprefix('driver/')}"):
        if event.kind == "plug":
            visits.append((event.subject, event.at_us, None))
        elif event.kind == "leave" and visits:
            visits[-1] = (*visits[-1][:2], event.at_us)
    evses = dict.fromkeys(evse for evse, _, _ in visits)
    charges = [charge for evse in evses for charge in _charges(recording, _OF_EVSE, evse) if _is_of(charge, visits)]
    return _around(visits, charges, recording)


def _is_of(charge: Charge, visits: Iterable[Visit]) -> bool:
    return any(
        charge.evse == evse and (from_us or 0) <= charge.from_us and (to_us is None or charge.from_us <= to_us)
        for evse, from_us, to_us in visits
    )


def _of_message(recording: Recording, exchange: int) -> Focus:
    for message in recording.messages(exchange=exchange):
        if message.session_id:
            return _of_charges(_charge_of(recording, message.session_id), recording)
        made = [state.entity for state in recording.states(holder=CAST, kind="site")]
        owned = [f"{party}/{message.location_id}" for party in (message.sender, message.receiver)]
        return Focus(site=next((key for key in owned if key in made), ""))
    return Focus()


def _around(visits: Sequence[Visit], charges: Sequence[Charge], recording: Recording) -> Focus:
    """The focus on visits: their EVSEs once each, the site of the first, from the first begin to the last end."""
    if not visits:
        return Focus()
    evses = tuple(dict.fromkeys(evse for evse, _, _ in visits))
    site = ""
    for state in recording.states(holder=CAST, kind="evse", entity=evses[0]):
        site = msgspec.json.decode(state.value).get("site", "")
    starts = [from_us for _, from_us, _ in visits if from_us is not None]
    ends = [to_us for _, _, to_us in visits]
    last = ends[-1] if None in ends else max(end for end in ends if end is not None)
    return Focus(evses, site, min(starts, default=None), last, tuple(charges))
