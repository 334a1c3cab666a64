"""One transaction as the street saw it: the truth that sessions and CDRs are audited against."""

from collections.abc import Callable
from hashlib import blake2b

from simpy import Environment, Event

from simulator.ocpp.messages import IdToken

_LONGEST_ID = 36  # OCPP 2.0.1 and OCPI's Session.id agree on it


class Transaction:
    """Energy taken by one token at one EVSE, between two readings of the shown register.

    Life: started -> `full` (the vehicle wants no more; may never happen) -> `stopped`. Both are events to wait for.
    `register` reads the EVSE's register now, in Wh.
    """

    __slots__ = (
        "_register",
        "evse_key",
        "full",
        "id",
        "party",
        "register_start_wh",
        "register_stop_wh",
        "seq_no",
        "started_us",
        "stopped",
        "stopped_us",
        "token",
    )

    def __init__(
        self,
        env: Environment,
        id: str,
        evse_key: str,
        party: str,
        token: IdToken,
        started_us: int,
        register_start_wh: int,
        register: Callable[[], int],
    ) -> None:
        self.id = id
        self.evse_key = evse_key
        self.party = party
        self.token = token
        self.started_us = started_us
        self.stopped_us: int | None = None
        self.register_start_wh = register_start_wh
        self.register_stop_wh: int | None = None
        self.seq_no = 0
        self.full = Event(env)
        self.stopped = Event(env)
        self._register = register

    @property
    def energy_wh(self) -> int:
        """Whole watt-hours of the register between start and stop, or up to now while it is open."""
        stop_wh = self.register_stop_wh
        return (self._register() if stop_wh is None else stop_wh) - self.register_start_wh

    def next_seq_no(self) -> int:
        """Number of the next TransactionEvent, from 0."""
        seq_no = self.seq_no
        self.seq_no += 1
        return seq_no

    def stop(self, at_us: int, register_wh: int) -> None:
        """Close it; those who wait for `stopped` go on. A second time is a fault of the charger."""
        if self.stopped_us is not None:
            raise AssertionError(f"Transaction {self.id} stopped at {self.stopped_us} us and cannot stop again.")
        self.stopped_us = at_us
        self.register_stop_wh = register_wh
        self.stopped.succeed()


def transaction_id(evse_uid: str, count: int) -> str:
    """What the so-maniest transaction of an EVSE is called."""
    id = f"{evse_uid}-{count}"
    return id if len(id) <= _LONGEST_ID else f"{blake2b(evse_uid.encode(), digest_size=12).hexdigest()}-{count}"
