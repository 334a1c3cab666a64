"""Version information of OCPI 2.3.0: nothing has changed since 2.2.1."""

from simulator.ocpi.v2_2_1.versions import Endpoint, Version, VersionDetails, VersionNumber

__all__ = ["Endpoint", "Version", "VersionDetails", "VersionNumber"]
