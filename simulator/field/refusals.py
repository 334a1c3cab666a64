"""Why a charge point will not do what its CPO asks of a place, in words that an eMSP may be told."""

from typing import TYPE_CHECKING

from simulator.ocpp.messages import (
    AWAITING,
    IN_TRANSACTION,
    NOT_RESERVED,
    OCCUPIED,
    OVER,
    PLUG_IN_USE,
    RESERVED,
    AboutPlace,
    CancelReservation,
    RequestStartTransaction,
    ReserveNow,
)

if TYPE_CHECKING:
    from simulator.field.charger import Charger


def refusal(charger: "Charger", message: AboutPlace, now_us: int) -> str:
    """Why not; "" when it can be done."""
    if isinstance(message, RequestStartTransaction):
        if charger.transaction is not None:
            return IN_TRANSACTION
        if not charger.reserved.open_to(message.token):
            return RESERVED
        if not charger.stands_for(message.token):
            return OCCUPIED
        return AWAITING if charger.promised or not charger.awaited.open_to(message.token) else ""
    if isinstance(message, ReserveNow):
        if message.expiry_us <= now_us:
            return OVER
        if not charger.awaited.open_to(message.token):
            return AWAITING
        return "" if charger.free and charger.reserved.can_hold(message) else OCCUPIED
    if isinstance(message, CancelReservation):
        return "" if charger.reserved.holds(message.reservation_id) else NOT_RESERVED
    return PLUG_IN_USE if charger.transaction is not None else ""
