"""The topology's words: statuses, roles, faults and quantities as people say them."""

from typing import Final

from gui.models.topology.groups import Group
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


def role_count(role: str, count: int) -> str:
    """So many parties of a role: `412 eMSPs`."""
    match role:
        case "cpo":
            text = trn("{count} CPO", "{count} CPOs", count)
        case "emsp":
            text = trn("{count} eMSP", "{count} eMSPs", count)
        case "hub":
            text = trn("{count} hub", "{count} hubs", count)
        case _:
            text = trn("{count} {role}", "{count} {role}s", count).replace("{role}", role_word(role))
    return text.format(count=f"{count:,}")


def group_names(group: Group) -> list[str]:
    """What tells a group from the others of its role, at length and ever shorter; empty for a whole role."""
    if group.by != "ids":
        return [group_name(group)]
    shared = next((at for at, pair in enumerate(zip(group.name, group.last, strict=False)) if pair[0] != pair[1]), 0)
    short = tr("{first} to {last}").format(first=group.name, last=group.last[shared:])
    _, _, bare = group.name.partition("-")
    return [group_name(group), short, tr("{first} to {last}").format(first=bare, last=group.last[shared:]), bare]


def group_name(group: Group) -> str:
    """What tells a group from the others of its role, at length; empty for a whole role."""
    match group.by:
        case "hub":
            return tr("at {hub}").format(hub=group.name)
        case "country":
            return tr("in {country}").format(country=group.name)
        case "others":
            return tr("elsewhere")
        case "ids":
            return tr("{first} to {last}").format(first=group.name, last=group.last)
        case _:
            return ""


def rate_words(rate: float) -> str:
    """So many messages a minute."""
    return tr("{rate} messages/min").format(rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}".removesuffix(".0"))


def short_rate_words(rate: float) -> str:
    """The same where there is little room."""
    return tr("{rate}/min").format(rate=f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}".removesuffix(".0"))


def fault_word(kind: str) -> str:
    """What a fault does to whom it strikes, in one or two words."""
    return tr(_FAULT.get(kind, kind.replace("_", " ")))


def kilowatts(power_w: float) -> str:
    """A power with its unit."""
    return tr("{power} kW").format(power=f"{power_w / 1000:.1f}".removesuffix(".0"))


def name_at_owner(site: str, owner: str) -> str:
    """A site's name where it is seen whose it is: without the owner's name that it may begin with."""
    rest = site.removeprefix(owner).lstrip(" ,:-–/")
    return rest if site.startswith(owner) and rest else site


def site_words(evses: int, limit_w: float | None) -> str:
    """What a site is, in one line."""
    if limit_w is None:
        return trn("{count} EVSE", "{count} EVSEs", evses).format(count=evses)
    return trn("{count} EVSE, limit {limit}", "{count} EVSEs, limit {limit}", evses).format(
        count=evses, limit=kilowatts(limit_w)
    )
