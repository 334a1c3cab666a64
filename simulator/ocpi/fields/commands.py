"""The words for the objects of Commands."""

from typing import Final

from msgspec import Struct

from simulator.ocpi.v2_2_1.commands import (
    CancelReservation,
    CommandResponse,
    CommandResult,
    ReserveNow,
    StartSession,
    StopSession,
    UnlockConnector,
)

_RESPONSE_URL: Final = "Where the CPO posts the result, once the charger has carried out or refused the command."

WORDS: Final[dict[type[Struct], dict[str, str]]] = {
    CancelReservation: {
        "response_url": _RESPONSE_URL,
        "reservation_id": "The reservation to give up, by the id that the eMSP gave it.",
    },
    ReserveNow: {
        "response_url": "Where the CPO posts the result, and later, if need be, that it had to cancel the reservation.",
        "token": "The token for which the place is kept, in full, as the CPO may not know it.",
        "expiry_date": "Until when the place is kept, in UTC; after that the reservation lapses.",
        "reservation_id": "The eMSP's id of the reservation; used again at the same location, it replaces the old one.",
        "location_id": "The location at which to keep a place.",
        "evse_uid": "The EVSE to keep free; absent leaves the choice to the CPO.",
        "authorization_reference": "The eMSP's mark for this reservation; session and CDR must repeat it.",
    },
    StartSession: {
        "response_url": _RESPONSE_URL,
        "token": "The token to charge with, in full; the eMSP vouches for it, so the CPO does not check it.",
        "location_id": "The location at which to start.",
        "evse_uid": "The EVSE at which to start; must be there if connector_id is.",
        "connector_id": "The connector at which to start; some EVSEs cannot start without it.",
        "authorization_reference": "The eMSP's mark for this start; session and CDR must repeat it, which ties them.",
    },
    StopSession: {
        "response_url": _RESPONSE_URL,
        "session_id": "The running session to stop, by the CPO's id.",
    },
    UnlockConnector: {
        "response_url": _RESPONSE_URL,
        "location_id": "The location where a plug is stuck.",
        "evse_uid": "The EVSE where a plug is stuck.",
        "connector_id": "The connector to release; meant for a help desk, not for a button in the driver's app.",
    },
    CommandResponse: {
        "result": "The CPO's first answer; ACCEPTED only means that it will pass the command on.",
        "timeout": "Seconds the result may take; after that the eMSP no longer expects one.",
        "message": "Words about the first answer to show the driver, one text per language.",
    },
    CommandResult: {
        "result": "What came of it at the charger; even after an ACCEPTED start the driver must plug in.",
        "message": "Words about the outcome to show the driver, one text per language.",
    },
}
