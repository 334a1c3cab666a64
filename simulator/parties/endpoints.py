"""The endpoints of a version as its details list them: with sides from 2.2 on, without in 2.1.1.

Source: OCPI 2.1.1 and 2.2.1, Version information endpoint.
"""

from sys import intern

import msgspec

from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.v2_1_1 import versions as v2_1_1
from simulator.ocpi.v2_2_1.versions import Endpoint, VersionDetails
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST

Offered = tuple[tuple[str, str, str], ...]
"""(module, side, url) of each endpoint."""


def write_details(version: str, offered: Offered) -> bytes:
    """The version details of our own platform. A Sender of commands has no endpoint in 2.1.1, only response URLs."""
    if version == OLDEST:
        endpoints = tuple(
            v2_1_1.Endpoint(identifier=module, url=url)
            for module, side, url in offered
            if (module, side) != (ModuleID.COMMANDS.value, InterfaceRole.SENDER.value)
        )
        return codec.encode(v2_1_1.VersionDetails(version=version, endpoints=endpoints))
    sided = tuple(Endpoint(identifier=module, role=InterfaceRole(side), url=url) for module, side, url in offered)
    return codec.encode(VersionDetails(version=version, endpoints=sided))


def read_details(raw: bytes | msgspec.Raw, version: str, connection: Connection) -> dict[tuple[str, str], str]:
    """The URL of each module and side that a peer offers; a side that 2.1.1 does not say follows from who the peer is.

    Both in the very objects by which they are asked for again and again. Raises Invalid.
    """
    if version == OLDEST:
        oldest = codec.decode(raw, v2_1_1.VersionDetails)
        return {(intern(each.identifier), connection.side(each.identifier)): each.url for each in oldest.endpoints}
    details = codec.decode(raw, VersionDetails)
    return {(intern(each.identifier), each.role): each.url for each in details.endpoints}
