"""What the engine writes down, one frozen struct a kind of row, so that writer and reader speak of the same thing.

Message, event, state, money and fault rows share one sequence, given by the recorder in the order in which it receives
them; they are what the digest covers. Command and hint rows stand beside it, because pausing, stepping or remarking
must not shift the sequence of what was simulated.

Texts are never None (`""` means none); `data` and `value` hold UTF-8 JSON. State rows come in order of time. The
encoding of a sequenced row (an array that starts with its kind) is what the digest is made of: see digest.py.
"""

from decimal import Decimal
from typing import Final, Literal, TypeAlias

from msgspec import Raw, Struct

Level: TypeAlias = Literal["full", "headers", "aggregates"]
CauseKind: TypeAlias = Literal["event", "message", ""]
FinalState: TypeAlias = Literal["delivered", "timed_out", "lost", "dead"]
Severity: TypeAlias = Literal["error", "warning", "note"]
Headers: TypeAlias = tuple[tuple[str, str], ...]

CAST: Final = "run"
"""The holder of the states that say who and what plays (parties, links, sites, EVSEs): few, and kept at every level."""

LINK_EVENT: Final = "ocpp"
"""The kind of the events that are messages of the charge-point link: their data are kept like bodies."""


class MessageRow(Struct, frozen=True, gc=False, array_like=True, tag="message"):
    """One HTTP request with its response, written when it has reached its final state.

    `exchange` counts in order of start, the row's sequence in order of end. `cause` is the sequence of an event or
    the number of an exchange, as `cause_kind` says. `arrive_us` is when the request reached the receiver,
    `handled_us` when its handler was done, `end_us` when the sender knew. `path` is the URL's path with its query,
    `host` the logical host.
    """

    exchange: int
    cause_kind: CauseKind
    cause: int
    depth: int
    start_us: int
    arrive_us: int | None
    end_us: int
    final: FinalState
    failure: str
    sender: str
    receiver: str
    module: str
    interface: str
    route: str
    method: str
    path: str
    host: str
    version: str
    http_status: int | None
    ocpi_status: int | None
    object_kind: str
    object_id: str
    session_id: str
    token_uid: str
    location_id: str
    correlation_id: str
    request_id: str
    request_headers: Headers
    request_body: bytes
    response_headers: Headers
    response_body: bytes
    duplicate_of: int = 0
    handled_us: int | None = None


class EventRow(Struct, frozen=True, gc=False, array_like=True, tag="event"):
    """Something that happened in the street or at a link; `data` is a JSON object with sorted keys.

    `source` names the entity ("driver/Ada", "link"), `subject` the session, EVSE or driver that it is about.
    """

    at_us: int
    source: str
    kind: str
    party: str = ""
    subject: str = ""
    data: bytes = b"{}"
    cause_kind: CauseKind = ""
    cause: int = 0


class StateRow(Struct, frozen=True, gc=False, array_like=True, tag="state"):
    """What a holder ("street" or a party's id) knows of an entity from now on; the value `null` means: no longer.

    `fixed` is how many bytes of the value, from its beginning, do not change from row to row of the entity: a recording
    keeps these once. It is up to whoever makes the row, and any number from 0 to the length of the value is right.
    """

    at_us: int
    holder: str
    kind: str
    entity: str
    value: bytes
    cause_kind: CauseKind = ""
    cause: int = 0
    fixed: int = 0


class MoneyRow(Struct, frozen=True, gc=False, array_like=True, tag="money"):
    """An amount that the creditor expects (receivable) or the debtor admits (payable) for a CDR, without VAT."""

    at_us: int
    kind: Literal["receivable", "payable"]
    cdr_id: str
    session_id: str
    creditor: str
    debtor: str
    currency: str
    amount: Decimal
    approximate: bool = False
    reason: str = ""
    energy_wh: int = 0
    tariff_id: str = ""


class FaultRow(Struct, frozen=True, gc=False, array_like=True, tag="fault"):
    """A fault that begins or ends; `target` is the party, link or entity that suffers it."""

    at_us: int
    kind: str
    target: str
    phase: Literal["begin", "end"]
    data: bytes = b"{}"


class CommandRow(Struct, frozen=True, gc=False):
    """What a person told the running engine (pause, step, run until, ...); not part of the digest."""

    at_us: int
    command: str
    data: bytes = b"{}"


class HintRow(Struct, frozen=True, gc=False):
    """What an expert would remark on an exchange; `path` is the place in its body, `section` the place in OCPI."""

    at_us: int
    exchange: int
    rule: str
    severity: Severity
    sentence: str
    path: str = ""
    section: str = ""


SequencedRow: TypeAlias = MessageRow | EventRow | StateRow | MoneyRow | FaultRow


class EncodedMessage(MessageRow, frozen=True, gc=False, array_like=True, tag="message"):
    """A message row as its writer receives it: headers, which mostly come again and again, are not yet decoded."""

    request_headers: Raw  # type: ignore[assignment]
    response_headers: Raw  # type: ignore[assignment]


EncodedRow: TypeAlias = EncodedMessage | EventRow | StateRow | MoneyRow | FaultRow


class Message(MessageRow, frozen=True, gc=False):
    """A message row as read back; a list leaves its headers and bodies empty, but knows the sizes of the bodies."""

    seq: int = 0
    request_bytes: int = 0
    response_bytes: int = 0


class Event(EventRow, frozen=True, gc=False):
    """An event row as read back."""

    seq: int = 0


class State(StateRow, frozen=True, gc=False):
    """A state row as read back."""

    seq: int = 0


class Money(MoneyRow, frozen=True, gc=False):
    """A money row as read back."""

    seq: int = 0


class Fault(FaultRow, frozen=True, gc=False):
    """A fault row as read back."""

    seq: int = 0


class Command(CommandRow, frozen=True, gc=False):
    """A command row as read back; `seq` is the sequence reached when it was given."""

    id: int = 0
    seq: int = 0


class Hint(HintRow, frozen=True, gc=False):
    """A hint row as read back; `seq` is the sequence reached when it was given."""

    id: int = 0
    seq: int = 0
