"""Bills that do not come: a Session has ended, energy was taken, and nobody asks to be paid.

The CPO's POST was lost or refused. OCPI wants no message kept and sent again when a push has failed: who misses
something reads it, as all CDRs stay in their CPO's list. So the eMSP waits a while, for many CPOs do not bill at once,
and asks a few times, less and less often. After that a poll, or the CPO's return, may still bring what is missing.
Source: OCPI 2.2.1, Transport and format, Offline behaviour; CDRs module, GET; digest, section 2.6 and case 50.
"""

from collections.abc import Callable, Generator
from typing import Any, Final

from simpy import Event

from simulator.engine.cause import Cause
from simulator.ocpi.v2_2_1.sessions import Session, SessionStatus
from simulator.parties.connection import Connection
from simulator.parties.office import Office

_MIN_US: Final = 60_000_000
PAUSES_US: Final = (5 * _MIN_US, 10 * _MIN_US, 20 * _MIN_US, 40 * _MIN_US)
"""How long a bill is waited for after its Session has ended, and after each time that it was asked for in vain."""


class MissingBills:
    """Waits for the bills of one eMSP's Sessions; `read_cdrs` pulls those of a CPO whose bill does not come.

    All waiting ends when the party goes down: it reads what it has missed as soon as it is back.
    """

    def __init__(
        self, office: Office, is_billed: Callable[[Session], bool], read_cdrs: Callable[[Connection, Cause], None]
    ) -> None:
        self._office = office
        self._is_billed = is_billed
        self._read_cdrs = read_cdrs

    def session_changed(self, session: Session) -> None:
        """Wait for the bill of a Session that has ended, after which it does not change any more."""
        if session.status is SessionStatus.COMPLETED and session.kwh > 0:
            self._office.spawn(self._wait(session), f"wait for the bill of {session.id}")

    def _wait(self, session: Session) -> Generator[Event, Any, None]:
        office, creditor = self._office, f"{session.country_code}-{session.party_id}"
        for pause_us in PAUSES_US:
            yield office.env.timeout(pause_us)
            if self._is_billed(session):
                return
            line = office.peer_of(session.country_code, session.party_id)
            if line is not None:
                cause = office.journal.event(
                    office.id, "cdr_missing", party=office.id, subject=session.id, data={"creditor": creditor}
                )
                self._read_cdrs(line, cause)
