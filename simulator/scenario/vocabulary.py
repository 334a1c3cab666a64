"""The words a scenario may use where only certain words mean something.

Mixes, vehicles and arrival profiles are those of simulator.world; a test compares, so that a typo needs no catalogue.
"""

from simulator.scenario.model import (
    Authorise,
    ChangeKind,
    CurrentType,
    FaultKind,
    PartyRole,
    Stop,
    WantedEnergy,
    Whitelist,
)

ROLES: tuple[PartyRole, ...] = ("cpo", "emsp")
WHITELISTS: tuple[Whitelist, ...] = ("ALWAYS", "ALLOWED", "ALLOWED_OFFLINE", "NEVER")
CURRENT_TYPES: tuple[CurrentType, ...] = ("ac1", "ac3", "dc")
AUTHORISE: tuple[Authorise, ...] = ("rfid", "app")
STOPS: tuple[Stop, ...] = ("app", "card", "unplug")
WANTED_ENERGIES: tuple[WantedEnergy, ...] = ("delivered", "requested")
FAULT_KINDS: tuple[FaultKind, ...] = (
    "party_offline",
    "link_down",
    "latency",
    "loss",
    "duplicates",
    "charger_offline",
)
CHANGE_KINDS: tuple[ChangeKind, ...] = ("tariff", "token_blocked")
KNOWN_VERSIONS = ("2.1.1", "2.2.1", "2.3.0")
RUNNABLE_VERSIONS = ("2.2.1",)
ARRIVALS = ("commuter", "residential", "workplace", "shopping", "highway", "flat")
MIXES = ("compact", "mixed", "fleet")
VEHICLES = ("compact", "city", "sedan", "suv", "van", "plug_in_hybrid")
