"""A town of one version, and its objects in the words of that version, as its parties themselves show them."""

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from run_town import MIN, OpenTown, Told, WireName, named, town

from simulator.ocpi import catalogue
from simulator.parties.connection import Connection
from simulator.scenario.model import Latency

Json = dict[str, Any]

CPO, EMSP, HUB, SCSP = "NL-ABC", "NL-EMA", "NL-HUB", "NL-SGL"
LATER = "2026-05-04T18:00:00Z"
"""Later than anything that the town says by itself."""
VERSIONS = catalogue.VERSIONS
SINCE = "?date_from=2026-05-01T00:00:00Z"

_LISTED = {
    "location": ("locations", EMSP, CPO, ""),
    "tariff": ("tariffs", EMSP, CPO, ""),
    "session": ("sessions", EMSP, CPO, SINCE),
    "cdr": ("cdrs", EMSP, CPO, ""),
    "token": ("tokens", CPO, EMSP, ""),
}
"""Where an object of each kind is found: module, who asks, who has it, query."""


def played_town(
    folder: Path, versions: tuple[str, ...], wire: WireName = "memory", *, hub: bool = False, scsp: bool = False
) -> OpenTown:
    """A town whose parties offer these versions, after eighty minutes: two drivers have come and gone, one charges.

    Its charge points take charging preferences. With a `hub`, which speaks all versions, they know nobody else. A
    `scsp` is told of the sessions of CPO and eMSP.
    """
    change: Callable[[str], str] = behind_hub if hub else with_scsp if scsp else str
    drivers = (
        named("Vera", authorise="app", stay="20 min"),
        named("Wim", stay="20 min"),
        named("Xena", arrives='"07:10"', stay="9 h"),
    )
    scenario = town(folder, drivers=drivers, link="latency: 0 ms", duration="12 h", change=change)
    parties = tuple(replace(party, versions=VERSIONS if party.id == HUB else versions) for party in scenario.parties)
    links = tuple(replace(link, latency=Latency(0, 0)) for link in scenario.connections)
    sites = tuple(
        replace(site, evses=tuple(replace(group, preferences=True) for group in site.evses)) for site in scenario.sites
    )
    name = f"{wire}-{'-'.join(versions)}.ocpirun"
    changed = replace(scenario, parties=parties, connections=links, sites=sites)
    open_town = OpenTown(changed, folder / name, wire)
    open_town.run_to(80 * MIN)
    return open_town


def behind_hub(text: str) -> str:
    """The town's text with a hub in it: without written connections everybody is connected with that."""
    text = re.sub(r"connections:\n(  - .*\n)+", "", text)
    return text.replace("parties:\n", f"parties:\n  {HUB}: {{role: hub}}\n")


def with_scsp(text: str) -> str:
    """The town's text with an SCSP in it."""
    lines = "".join(f"  - {{between: [{SCSP}, {party}], latency: 0 ms}}\n" for party in (CPO, EMSP))
    text = text.replace("parties:\n", f"parties:\n  {SCSP}: {{role: scsp}}\n")
    return text.replace("connections:\n", f"connections:\n{lines}")


def line(open_town: OpenTown, asker: str, owner: str) -> Connection:
    """The connection over which `asker` reaches `owner`: their own, or that with the hub."""
    connections = open_town.world.party(asker).office.connections
    return connections.get(owner) or connections[HUB]


def sample(open_town: OpenTown, version: str, kind: str) -> Json:
    """An object of this kind from its owner's list; of tokens that of a card, of sessions the one under way."""
    module, asker, owner, query = _LISTED[kind]
    connection = line(open_town, asker, owner)
    url = f"http://{owner.lower()}.ocpi.test/ocpi/sender/{version}/{module}"
    if connection.peer_platform == HUB:
        url = connection.endpoints[module, "SENDER"]
    to = {"OCPI-to-country-code": owner[:2], "OCPI-to-party-id": owner[3:]}
    told = open_town.ask(asker, connection.peer_platform, "GET", url + query, token=connection.held, headers=to)
    assert told.status == 1000, told.body
    which = {"token": ("type", "RFID"), "session": ("status", "ACTIVE")}.get(kind)
    found: Json = next(each for each in told.data if which is None or each[which[0]] == which[1])
    return found


class Town(Struct, frozen=True):
    """An open town in which one version is spoken: requests by module and path, and objects to change."""

    town: OpenTown
    version: str

    def the(self, kind: str, **changes: object) -> Json:
        """A copy of an object of this kind with other values; LATER it is, too."""
        whole = copy.deepcopy(sample(self.town, self.version, kind))
        return {**whole, "last_updated": LATER, **changes}

    def url(self, asker: str, owner: str, module: str, *rest: str) -> str:
        """A path behind the owner's endpoint for a module."""
        side = next(side for name, side in self.town.connection(asker, owner).endpoints if name == module)
        return self.town.url(asker, owner, module, side, *rest)

    def ask(self, asker: str, owner: str, method: str, path: str, body: object = None, **more: Any) -> Told:
        """Send a request; `path` begins with the module."""
        module, *rest = path.split("/")
        return self.town.ask(asker, owner, method, self.url(asker, owner, module, *rest), body, **more)

    def push(self, method: str, path: str, body: object = None, **more: Any) -> Told:
        """The CPO tells the eMSP about its own; `path` is module and ids."""
        module, _, ids = path.partition("/")
        return self.ask(CPO, EMSP, method, f"{module}/NL/ABC/{ids}", body, **more)

    def tell(self, method: str, path: str, body: object = None, **more: Any) -> Told:
        """The eMSP tells the CPO about its own; `path` is module and ids."""
        module, _, ids = path.partition("/")
        return self.ask(EMSP, CPO, method, f"{module}/NL/EMA/{ids}", body, **more)
