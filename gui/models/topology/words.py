"""The topology's words: statuses, roles, faults and quantities as people say them."""

from typing import Final

from simulator.i18n import tr, trn

_STATUS: Final = {
    "AVAILABLE": "Available",
    "BLOCKED": "Blocked",
    "CHARGING": "Charging",
    "INOPERATIVE": "Inoperative",
    "OCCUPIED": "Occupied",
    "OUTOFORDER": "Out of order",
    "PLANNED": "Planned",
    "REMOVED": "Removed",
    "RESERVED": "Reserved",
    "UNKNOWN": "Unknown",
}
_ROLE: Final = {"cpo": "CPO", "emsp": "eMSP", "hub": "Hub", "scsp": "SCSP", "nsp": "NSP", "nap": "NAP", "ptp": "PTP"}
_FAULT: Final = {
    "link_down": "down",
    "latency": "slow",
    "loss": "loses messages",
    "duplicates": "repeats messages",
    "party_offline": "offline",
    "charger_offline": "offline",
}


def status_word(status: str) -> str:
    """An EVSE status as people say it."""
    return tr(_STATUS.get(status, status.capitalize()))


def role_word(role: str) -> str:
    """A party's role as people write it."""
    return tr(_ROLE.get(role, role.upper()))


def fault_word(kind: str) -> str:
    """What a fault does to whom it strikes, in one or two words."""
    return tr(_FAULT.get(kind, kind.replace("_", " ")))


def kilowatts(power_w: float) -> str:
    """A power with its unit."""
    return tr("{power} kW").format(power=f"{power_w / 1000:.1f}".removesuffix(".0"))


def site_words(evses: int, limit_w: float | None) -> str:
    """What a site is, in one line."""
    if limit_w is None:
        return trn("{count} EVSE", "{count} EVSEs", evses).format(count=evses)
    return trn("{count} EVSE, limit {limit}", "{count} EVSEs, limit {limit}", evses).format(
        count=evses, limit=kilowatts(limit_w)
    )
