"""Messages between charge points and their CPO, named and shaped after OCPP 2.0.1, as far as roaming can see them.

They are not sent over HTTP and no OCPI party but the CPO ever reads one: the recording keeps them as events of kind
`ocpp`. Instants are `at_us`, microseconds since the scenario's start.
"""

from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

import msgspec

from simulator.engine.cause import Cause

ConnectorStatus = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
ChargingState = Literal["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"]
TokenKind = Literal["ISO14443", "Central"]


class IdToken(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a driver identifies with: an RFID card (ISO14443) or an account known to a central system (app).

    `emsp` is the party that has issued it, which OCPP leaves to `additionalInfo`; empty where nobody has said so.
    """

    uid: str
    kind: TokenKind
    emsp: str = ""

    def may_be(self, other: "IdToken") -> bool:
        """Whether nothing says that the other is not the same; OCPP tells no capitals from small letters."""
        same_emsp = not self.emsp or not other.emsp or self.emsp.lower() == other.emsp.lower()
        return same_emsp and self.uid.lower() == other.uid.lower()


class BootNotification(msgspec.Struct, frozen=True, gc=False):
    """The charge point is there (again)."""

    reason: Literal["PowerUp", "Watchdog"]


class StatusNotification(msgspec.Struct, frozen=True, gc=False):
    """The connector's state, whether or not anybody charges."""

    status: ConnectorStatus
    at_us: int


class Authorize(msgspec.Struct, frozen=True, gc=False):
    """May this token charge here?"""

    token: IdToken


class AuthorizeAnswer(msgspec.Struct, frozen=True, gc=False):
    """The answer; `status` is OCPP's: Accepted, Blocked, Expired, Invalid, NoCredit, NotAtThisLocation, Unknown."""

    status: str


class TransactionEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A transaction started, went on or ended. The charge point keeps these while it cannot reach its CPO.

    `transaction_id` is the charge point's. `register_wh` is the meter, `trigger` OCPP's trigger reason,
    `remote_start_id` the number of the request that started it, when one did. `reservation_id` is the reservation that
    ends because this transaction uses it.
    """

    kind: Literal["Started", "Updated", "Ended"]
    transaction_id: str
    seq_no: int
    at_us: int
    trigger: str
    charging_state: ChargingState
    register_wh: int
    power_w: int
    state_of_charge_permille: int | None = None
    token: IdToken | None = None
    remote_start_id: int | None = None
    reservation_id: int | None = None
    stopped_reason: str = ""
    offline: bool = False


class ReservationStatusUpdate(msgspec.Struct, frozen=True, gc=False):
    """A reservation has ended without being used: its time is over, or the charge point could not keep it."""

    reservation_id: int
    status: Literal["Expired", "Removed"]


class RequestStartTransaction(msgspec.Struct, frozen=True, gc=False):
    """Start charging for this token, which the CPO has authorised already."""

    token: IdToken
    remote_start_id: int


class RequestStopTransaction(msgspec.Struct, frozen=True, gc=False):
    """End this transaction."""

    transaction_id: str


class ChargingSchedulePeriod(msgspec.Struct, frozen=True, gc=False):
    """From `start_s` after the schedule's start on, at most `limit_w`."""

    start_s: int
    limit_w: int


class SetChargingProfile(msgspec.Struct, frozen=True, gc=False):
    """Keep this transaction within limits; they end `duration_s` after `start_us` (None: with the transaction)."""

    transaction_id: str
    start_us: int
    duration_s: int | None
    periods: tuple[ChargingSchedulePeriod, ...]


class ClearChargingProfile(msgspec.Struct, frozen=True, gc=False):
    """Lift the limits of this transaction."""

    transaction_id: str


class GetCompositeSchedule(msgspec.Struct, frozen=True, gc=False):
    """Within which limits will this transaction be for the next `duration_s`?"""

    transaction_id: str
    duration_s: int


class TriggerMeterValue(msgspec.Struct, frozen=True, gc=False):
    """Send a meter value at each of these instants, as soon as the register shows each of these Wh, and whenever the
    power comes to one of these W or falls below it.

    It replaces what was asked before. Source: OCA, OCPP & California Pricing Requirements, `triggerMeterValue` of a
    CostUpdated; that names the next of each only; here an outage loses none.
    """

    transaction_id: str
    instants_us: tuple[int, ...]
    registers_wh: tuple[int, ...]
    powers_w: tuple[int, ...]


class ReserveNow(msgspec.Struct, frozen=True, gc=False):
    """Keep the EVSE for this token until an instant; the same id again replaces what was asked before."""

    reservation_id: int
    token: IdToken
    expiry_us: int


class CancelReservation(msgspec.Struct, frozen=True, gc=False):
    """Keep the EVSE for nobody any more."""

    reservation_id: int


class UnlockConnector(msgspec.Struct, frozen=True, gc=False):
    """Release the plug; not while a transaction is under way."""

    connector_id: str


ASKED_FOR = "Trigger"
"""OCPP's trigger reason of a meter value that the CPO asked for."""

IN_TRANSACTION = "a transaction is under way"
NOT_UNDER_WAY = "this transaction is not under way"
OCCUPIED = "the EVSE is occupied"
AWAITING = "the EVSE waits for somebody else to plug in"
RESERVED = "the EVSE is reserved for another"
OVER = "the reservation would be over already"
NOT_RESERVED = "this reservation is not held"
PLUG_IN_USE = "a transaction holds the plug"
"""Reasons of a charge point for not doing what it is asked, which its CPO understands."""


class RequestAnswer(msgspec.Struct, frozen=True, gc=False):
    """What the charge point makes of a request."""

    accepted: bool
    reason: str = ""


class CompositeSchedule(RequestAnswer, frozen=True, gc=False):
    """What applies, all limits taken together, from the moment of the answer."""

    periods: tuple[ChargingSchedulePeriod, ...] = ()


class Acknowledged(msgspec.Struct, frozen=True, gc=False):
    """The empty answer of OCPP to a notification."""


ToCentralSystem: TypeAlias = (
    BootNotification | StatusNotification | Authorize | TransactionEvent | ReservationStatusUpdate
)
AboutTransaction: TypeAlias = (
    RequestStopTransaction | SetChargingProfile | ClearChargingProfile | GetCompositeSchedule | TriggerMeterValue
)
AboutPlace: TypeAlias = RequestStartTransaction | ReserveNow | CancelReservation | UnlockConnector
ToChargePoint: TypeAlias = AboutTransaction | AboutPlace
Answer: TypeAlias = AuthorizeAnswer | RequestAnswer | Acknowledged


class CentralSystem(Protocol):
    """The CPO's end. It answers by calling `answer`, at once or later in simulated time, exactly once."""

    def on_call(self, evse_uid: str, message: ToCentralSystem, answer: Callable[[Answer], None], cause: Cause) -> None:
        """A charge point's message has arrived."""

    @property
    def reachable(self) -> bool:
        """Whether anybody is there to receive it."""


class ChargePoint(Protocol):
    """The charge point's end, one EVSE."""

    def on_request(self, message: ToChargePoint, answer: Callable[[Answer], None], cause: Cause) -> None:
        """The CPO's message has arrived."""


class ChargePointNetwork(Protocol):
    """How a CPO reaches its charge points."""

    def request(
        self, evse_uid: str, message: ToChargePoint, answer: Callable[[Answer | None], None], cause: Cause
    ) -> None:
        """Send to a charge point; `answer` gets None when it cannot be reached."""
