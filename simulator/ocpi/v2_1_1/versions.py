"""Version information of OCPI 2.1.1: what a platform offers and where; a module has no sides here."""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import URL, Object
from simulator.ocpi.v2_1_1.types import Id36
from simulator.ocpi.v2_2_1.versions import Version, VersionNumber

__all__ = ["Endpoint", "Version", "VersionDetails", "VersionNumber"]


class Endpoint(Object, frozen=True, kw_only=True):
    """One module and its URL. Version information endpoint, Endpoint."""

    identifier: Id36
    url: URL


class VersionDetails(Object, frozen=True, kw_only=True):
    """All endpoints of one version. Version information endpoint, Version details."""

    version: VersionNumber
    endpoints: Annotated[tuple[Endpoint, ...], Meta(min_length=1)]
