"""The modules of OCPI, the two sides of each, and the roles a party can play.

Source: OCPI 2.2.1, Version information endpoint and Types. `versions` is no ModuleID there (its URL is handed over by
hand), but it is served and recorded like one, so it has its place here.
"""

from enum import StrEnum
from typing import Final


class ModuleID(StrEnum):
    """The modules of all versions and, outside the official list, `versions`."""

    CDRS = "cdrs"
    CHARGING_PROFILES = "chargingprofiles"
    COMMANDS = "commands"
    CREDENTIALS = "credentials"
    HUB_CLIENT_INFO = "hubclientinfo"
    INVOICE_RECONCILIATION = "invoicereconciliation"
    LOCATIONS = "locations"
    SESSIONS = "sessions"
    TARIFFS = "tariffs"
    TOKENS = "tokens"
    VERSIONS = "versions"


class InterfaceRole(StrEnum):
    """The side of a module: the Sender owns the data, the Receiver gets it."""

    SENDER = "SENDER"
    RECEIVER = "RECEIVER"


class Role(StrEnum):
    """What a party is in the market. OCPI 2.2.1, Types."""

    CPO = "CPO"
    EMSP = "EMSP"
    HUB = "HUB"
    NAP = "NAP"
    NSP = "NSP"
    OTHER = "OTHER"
    SCSP = "SCSP"


CONFIGURATION: Final = frozenset({"credentials", "versions", "hubclientinfo"})


def uses_routing_headers(module: str) -> bool:
    """Whether messages of a module carry the OCPI-to and OCPI-from headers: all but the configuration modules do."""
    return module not in CONFIGURATION
