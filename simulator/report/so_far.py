"""What a run has come to by an instant, for a person who moves along it: sessions, energy and money as the CPOs know
them, or as its CDRs are accepted of a CPO outside; from the recording alone. What a finished run came to, with its
checks, is in summary.py.
"""

from decimal import Decimal
from typing import Any, Final

import msgspec

from simulator.recording.reader import Recording
from simulator.recording.schema import BILLS

_WH_A_KWH: Final = 1000
_OWED: Final = f"SELECT currency, amount FROM money WHERE seq IN ({BILLS}) AND at_us <= ?"


class SessionsSoFar(msgspec.Struct, frozen=True):
    """Sessions begun, those of them under way, and the energy told of all (Wh)."""

    begun: int
    active: int
    energy_wh: int


class SoFar(msgspec.Struct, frozen=True):
    """CDRs, and what they come to without VAT by currency; `sessions` is None where the level keeps nothing of them."""

    sessions: SessionsSoFar | None
    cdrs: int
    cost: dict[str, Decimal]


def so_far(recording: Recording, at_us: int) -> SoFar:
    """The figures after all that happened at `at_us` (microseconds since the scenario's start)."""
    cost: dict[str, Decimal] = {}
    owed = recording.query(_OWED, (at_us,))
    for currency, amount in owed:
        cost[currency] = cost.get(currency, Decimal(0)) + Decimal(amount)
    is_told = recording.meta.get("level") != "aggregates"
    return SoFar(sessions=_sessions(recording, at_us) if is_told else None, cdrs=len(owed), cost=cost)


def _sessions(recording: Recording, at_us: int) -> SessionsSoFar:
    sessions = [
        session
        for holder, kinds in recording.holders().items()
        if "session" in kinds
        for value in recording.state_at(holder, at_us, "session").values()
        if _owner(session := msgspec.json.decode(value)) == holder
    ]
    return SessionsSoFar(
        begun=len(sessions),
        active=sum(session.get("status") == "ACTIVE" for session in sessions),
        energy_wh=int(sum(Decimal(session.get("kwh") or 0) for session in sessions) * _WH_A_KWH),
    )


def _owner(session: dict[str, Any]) -> str:
    """The CPO whose EVSE the session is at; an eMSP's copy of it names the same one."""
    return str(session.get("evse", "")).partition("/")[0]
