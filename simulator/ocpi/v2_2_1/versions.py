"""Version information: what a platform offers and where.

`version` and `identifier` are texts here, not the closed lists of 2.2.1: a peer that also offers a newer version or a
custom module must stay readable (Version information endpoint, Custom modules).
"""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import URL, CiString36, Object
from simulator.ocpi.v2_2_1.types import InterfaceRole

VersionNumber = Annotated[str, Meta(min_length=1, max_length=10)]


class Version(Object, frozen=True, kw_only=True):
    """An offered version and the URL of its details. Version information endpoint, Version."""

    version: VersionNumber
    url: URL


class Endpoint(Object, frozen=True, kw_only=True):
    """One side of one module and its URL. Version information endpoint, Endpoint."""

    identifier: CiString36
    role: InterfaceRole
    url: URL


class VersionDetails(Object, frozen=True, kw_only=True):
    """All endpoints of one version. Version information endpoint, Version details."""

    version: VersionNumber
    endpoints: Annotated[tuple[Endpoint, ...], Meta(min_length=1)]
