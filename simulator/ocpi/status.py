"""The status codes of the OCPI envelope and what each tells the one who gets it.

Source: OCPI 2.2.1, Status codes.
"""

from enum import IntEnum
from typing import Final


class Status(IntEnum):
    """The named codes; ranges ending in 900 to 999 are free for custom codes. OCPI 2.2.1, Status codes."""

    SUCCESS = 1000
    CLIENT_ERROR = 2000
    INVALID_PARAMETERS = 2001
    NOT_ENOUGH_INFORMATION = 2002
    UNKNOWN_LOCATION = 2003
    UNKNOWN_TOKEN = 2004
    SERVER_ERROR = 3000
    UNABLE_TO_USE_CLIENT_API = 3001
    UNSUPPORTED_VERSION = 3002
    NO_MATCHING_ENDPOINTS = 3003
    HUB_ERROR = 4000
    UNKNOWN_RECEIVER = 4001
    RECEIVER_TIMEOUT = 4002
    RECEIVER_NOT_CONNECTED = 4003


UNREACHED: Final = (Status.UNKNOWN_RECEIVER, Status.RECEIVER_TIMEOUT, Status.RECEIVER_NOT_CONNECTED)
"""What a hub answers when it could not bring a message to whom it is for."""

_MEANINGS: Final = {
    Status.SUCCESS: "The request was understood and carried out.",
    Status.CLIENT_ERROR: "The request is wrong in a way that has no code of its own.",
    Status.INVALID_PARAMETERS: "A parameter or field of the request is missing or not valid.",
    Status.NOT_ENOUGH_INFORMATION: "The request lacks something that the answer depends on.",
    Status.UNKNOWN_LOCATION: "The Location, EVSE or Connector named in the request is not known here.",
    Status.UNKNOWN_TOKEN: "The Token named in the request is not known here.",
    Status.SERVER_ERROR: "The server failed in a way that has no code of its own.",
    Status.UNABLE_TO_USE_CLIENT_API: "The server called the client back and could not use its interface.",
    Status.UNSUPPORTED_VERSION: "The server does not speak the requested OCPI version.",
    Status.NO_MATCHING_ENDPOINTS: "The two parties have no endpoints in common, or an expected one is missing.",
    Status.HUB_ERROR: "The hub failed in a way that has no code of its own.",
    Status.UNKNOWN_RECEIVER: "The hub does not know the party the message is addressed to.",
    Status.RECEIVER_TIMEOUT: "The hub forwarded the message and got no answer in time.",
    Status.RECEIVER_NOT_CONNECTED: "The hub knows the addressed party, but it is not connected.",
}
_RANGES: Final = {
    1: "The request was carried out; the code is not one of OCPI's named ones.",
    2: "The request is wrong; the code is not one of OCPI's named ones.",
    3: "The server failed; the code is not one of OCPI's named ones.",
    4: "The hub failed; the code is not one of OCPI's named ones.",
}


def meaning(code: int) -> str:
    """One plain sentence for a status code; unnamed codes are read by their thousand."""
    known = _MEANINGS.get(code)  # type: ignore[call-overload]
    return known or _RANGES.get(code // 1000, "The code lies outside the ranges that OCPI defines.")
