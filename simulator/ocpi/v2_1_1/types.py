"""The types that several modules of OCPI 2.1.1 share.

Ids are plain strings here, so letter case counts in them; the one CiString of this version is a CDR's id.
"""

from typing import Annotated

from msgspec import Meta

from simulator.ocpi.datatypes import DisplayText

__all__ = ["Country", "DisplayText", "Id36", "Id39", "Id48", "ImageType", "OwnerCountryCode", "OwnerPartyID"]

Id36 = Annotated[str, Meta(min_length=1, max_length=36)]
Id39 = Annotated[str, Meta(min_length=1, max_length=39)]
Id48 = Annotated[str, Meta(min_length=1, max_length=48)]
ImageType = Annotated[str, Meta(min_length=1, max_length=4)]
OwnerCountryCode = Annotated[str, Meta(min_length=2, max_length=2)]
OwnerPartyID = Annotated[str, Meta(min_length=3, max_length=3)]

Country = Annotated[str, Meta(min_length=2, max_length=3)]
"""Three letters are asked for; the specification's own samples have two, which `rules` remarks on."""
