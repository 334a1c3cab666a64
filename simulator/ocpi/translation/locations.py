"""Locations, EVSEs and Connectors between versions: what a driver is told wrong is worse than what it is not told.

A plug or a kind of current that the other version does not know takes its Connector away, the last Connector its EVSE;
but a party's own books have another plug instead.

Source: OCPI 2.1.1, 2.2.1 and 2.3.0, Locations.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any, Final

from simulator.ocpi.datatypes import NOT_AVAILABLE
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.countries import three_letters
from simulator.ocpi.translation.ids import restore
from simulator.ocpi.translation.owner import FROM_URL, IN_URL
from simulator.ocpi.translation.plugs import plug
from simulator.ocpi.translation.starts import CAPABILITIES
from simulator.ocpi.translation.table import ALIAS, FIT, WHOLE, Made, Table, substitute
from simulator.ocpi.v2_1_1 import locations as v2_1_1
from simulator.ocpi.v2_2_1 import locations as v2_2_1
from simulator.ocpi.v2_3_0 import locations as v2_3_0

_LONGEST_ADDRESS: Final = 45
_DECIMALS: Final = 6
_SIX_DECIMALS: Final = Decimal("0.000001")
_NO_SUCH_PLACE: Final = ("OTHER", "UNKNOWN")


def _park(location: Mapping[str, Any], path: str, account: Account) -> Tree:
    kind = location["type"]
    if kind not in _NO_SUCH_PLACE:
        return {"parking_type": kind}
    if account.patch and path == "$":
        account.lose(f"{path}.type", f"OCPI 2.2.1 leaves {kind} out, and a PATCH cannot remove what was said before.")
        account.stale = True
    elif kind == "OTHER":
        account.lose(f"{path}.type", "OCPI 2.2.1 has no other kinds of place; no kind is said.")
    return {}


def _place(location: Mapping[str, Any], path: str, account: Account) -> Tree:
    kind = location.get("parking_type")
    if kind is not None:
        return {"type": _place_type(kind, f"{path}.parking_type", account)}
    account.invent(f"{path}.type", "The Location does not say it.")
    return {"type": "UNKNOWN"}


_place_type: Final = substitute({"ALONG_MOTORWAY": "OTHER", "ON_DRIVEWAY": "OTHER"}, v2_1_1.LocationType)


def _publish(_location: Mapping[str, Any], path: str, account: Account) -> Tree:
    account.invent(f"{path}.publish", "Every Location of OCPI 2.1.1 is published.")
    return {"publish": True}


def _withhold_unpublished(location: Mapping[str, Any], path: str, account: Account) -> Tree:
    if not location["publish"]:
        raise Unsayable("The Location is not to be published, and OCPI 2.1.1 knows only published ones.")
    if account.patch:
        account.lose(f"{path}.publish", "OCPI 2.1.1 knows only published Locations.")
    return {}


def _tell_time_zone(location: Mapping[str, Any], path: str, account: Account) -> Tree:
    zone = location.get("time_zone")
    if zone is None:
        zone = account.setting.time_zone or "UTC"
        account.invent(f"{path}.time_zone", "The Location does not say it, and OCPI 2.2.1 asks for it.")
    return {"time_zone": zone}


def _tell_postal_code(location: Mapping[str, Any], path: str, account: Account) -> Tree:
    code = location.get("postal_code")
    if code is None:
        code = NOT_AVAILABLE
        account.invent(f"{path}.postal_code", "The Location has none, and OCPI 2.1.1 asks for it.")
    return {"postal_code": code}


def _cut_address(address: str, path: str, account: Account) -> str:
    if len(address) > _LONGEST_ADDRESS:
        account.change(path, f"OCPI 2.1.1 has room for {_LONGEST_ADDRESS} characters; the rest is cut off.")
    return address[:_LONGEST_ADDRESS]


def _six_decimals(degrees: str, path: str, account: Account) -> str:
    if len(degrees.partition(".")[2]) == _DECIMALS:
        return degrees
    account.change(path, "OCPI 2.1.1 writes six decimals.")
    # The nearest there is; adding 0 takes the sign off a zero.
    return str(Decimal(degrees).quantize(_SIX_DECIMALS, ROUND_HALF_EVEN) + 0)


def _as_it_is(degrees: str, _path: str, _account: Account) -> str:
    """Six decimals are among the five to seven of OCPI 2.2.1."""
    return degrees


def _list_tariff(tariff_id: str, _path: str, _account: Account) -> list[str]:
    if not tariff_id.isascii():
        raise Unsayable(f"“{tariff_id}” is not ASCII, as OCPI 2.2.1 asks of an id.")
    return [tariff_id]


def _regular_tariff(tariff_ids: list[str], path: str, account: Account) -> str:
    """The one tariff of a plain session: drivers with a preference and terminals have others."""
    if not tariff_ids:
        raise Unsayable("OCPI 2.1.1 says that there is no tariff by leaving the field out.")
    known = [account.setting.tariff(tariff_id) for tariff_id in tariff_ids]
    if len(tariff_ids) == 1 and (known[0] is None or _is_regular(known[0])):
        return tariff_ids[0]
    regular = [tariff_id for tariff_id, tariff in zip(tariff_ids, known, strict=True) if tariff and _is_regular(tariff)]
    if len(regular) != 1:
        raise Unsayable("OCPI 2.1.1 has one tariff a Connector, and which of these is the regular one is not known.")
    for index, tariff_id in enumerate(tariff_ids):
        if tariff_id != regular[0]:
            account.lose(f"{path}[{index}]", "OCPI 2.1.1 has one tariff a Connector: the regular one.")
    return regular[0]


def _is_regular(tariff: Tree) -> bool:
    return tariff.get("type") in (None, "REGULAR")


def _tell_around_the_clock(hours: Mapping[str, Any], path: str, account: Account) -> Tree:
    always = hours.get("twentyfourseven")
    if always is None:
        account.invent(f"{path}.twentyfourseven", "The hours do not say it, and OCPI 2.2.1 asks for it.")
    return {"twentyfourseven": bool(always)}


def _choose_hours(hours: Mapping[str, Any], path: str, account: Account) -> Tree:
    """Either the week's hours or `twentyfourseven`, never both."""
    week = hours.get("regular_hours")
    if not week:
        return {"twentyfourseven": hours["twentyfourseven"]}
    if hours["twentyfourseven"]:
        account.lose(f"{path}.regular_hours", "OCPI 2.1.1 has either hours or around the clock, and that is said too.")
        return {"twentyfourseven": True}
    account.lose(f"{path}.twentyfourseven", "OCPI 2.1.1 has either hours or around the clock, and hours are said.")
    return {
        "regular_hours": [
            account.say(v2_2_1.RegularHours, v2_1_1.RegularHours, day, f"{path}.regular_hours[{index}]")
            for index, day in enumerate(week)
        ]
    }


_TO_SIX: Final = {"latitude": _six_decimals, "longitude": _six_decimals}
_FROM_SIX: Final = {"latitude": _as_it_is, "longitude": _as_it_is}
_ELECTRIC: Final = {"max_voltage": "voltage", "max_amperage": "amperage", "tariff_ids": "tariff_id"}

FROM_2_1_1: Final = (
    Table(
        v2_1_1.Location,
        v2_2_1.Location,
        mapped={"id": ALIAS, "country": three_letters},
        made=(
            FROM_URL,
            Made((), ("publish",), _publish),
            Made(("type",), ("parking_type",), _park),
            Made(("time_zone",), ("time_zone",), _tell_time_zone),
        ),
        unsaid=("publish_allowed_to", "state"),
    ),
    Table(v2_1_1.EVSE, v2_2_1.EVSE, mapped={"uid": ALIAS, "evse_id": FIT}),
    Table(
        v2_1_1.Connector,
        v2_2_1.Connector,
        renamed={said: name for name, said in _ELECTRIC.items()},
        mapped={"id": FIT, "tariff_id": _list_tariff},
        unsaid=("max_electric_power",),
    ),
    Table(v2_1_1.Hours, v2_2_1.Hours, made=(Made(("twentyfourseven",), ("twentyfourseven",), _tell_around_the_clock),)),
    Table(v2_1_1.GeoLocation, v2_2_1.GeoLocation, mapped=_FROM_SIX),
    Table(v2_1_1.AdditionalGeoLocation, v2_2_1.AdditionalGeoLocation, mapped=_FROM_SIX),
    Table(v2_1_1.Image, v2_2_1.Image, mapped={"type": FIT}),
    Table(v2_1_1.EnvironmentalImpact, v2_2_1.EnvironmentalImpact, renamed={"source": "category"}),
)

TO_2_1_1: Final = (
    Table(
        v2_2_1.Location,
        v2_1_1.Location,
        mapped={"id": restore, "address": _cut_address, "facilities": FIT},
        lost={
            "publish_allowed_to": "OCPI 2.1.1 publishes to everybody.",
            "state": "OCPI 2.1.1 has no state or province.",
        },
        made=(
            IN_URL,
            Made(("publish",), (), _withhold_unpublished),
            Made(("parking_type",), ("type",), _place),
            Made(("postal_code",), ("postal_code",), _tell_postal_code),
        ),
    ),
    Table(v2_2_1.EVSE, v2_1_1.EVSE, mapped={"uid": restore}, made=(CAPABILITIES,)),
    Table(
        v2_2_1.Connector,
        v2_1_1.Connector,
        renamed=_ELECTRIC,
        mapped={"standard": FIT, "power_type": FIT, "tariff_ids": _regular_tariff},
        lost={"max_electric_power": "OCPI 2.1.1 has voltage and amperage only."},
    ),
    Table(v2_2_1.GeoLocation, v2_1_1.GeoLocation, mapped=_TO_SIX),
    Table(v2_2_1.AdditionalGeoLocation, v2_1_1.AdditionalGeoLocation, mapped=_TO_SIX),
    Table(
        v2_2_1.Hours,
        v2_1_1.Hours,
        made=(Made(("twentyfourseven", "regular_hours"), ("twentyfourseven", "regular_hours"), _choose_hours),),
    ),
    Table(v2_2_1.EnvironmentalImpact, v2_1_1.EnvironmentalImpact, renamed={"category": "source"}),
)

TO_2_3_0: Final = (
    Table(v2_2_1.Location, v2_3_0.Location, unsaid=("parking_places", "help_phone")),
    Table(v2_2_1.EVSE, v2_3_0.EVSE, unsaid=("parking", "accepted_service_providers")),
    Table(v2_2_1.Connector, v2_3_0.Connector, unsaid=("capabilities",)),
)

FROM_2_3_0: Final = (
    Table(
        v2_3_0.Location,
        v2_2_1.Location,
        mapped={"parking_type": FIT, "facilities": FIT},
        lost={
            "parking_places": "OCPI 2.2.1 does not describe parking places.",
            "help_phone": "OCPI 2.2.1 has no telephone number for help.",
        },
    ),
    Table(
        v2_3_0.EVSE,
        v2_2_1.EVSE,
        mapped={"capabilities": FIT, "parking_restrictions": FIT},
        lost={
            "parking": "OCPI 2.2.1 does not describe parking places.",
            "accepted_service_providers": "OCPI 2.2.1 does not say whose tokens are accepted.",
        },
    ),
    Table(
        v2_3_0.Connector,
        v2_2_1.Connector,
        made=(plug("standard", "power_type"),),
        lost={"capabilities": "OCPI 2.2.1 does not say whether a Connector can Plug & Charge."},
    ),
    Table(v2_3_0.Image, v2_2_1.Image, mapped={"category": substitute({"": "OTHER"}, v2_2_1.ImageCategory)}),
    Table(v2_3_0.EnvironmentalImpact, v2_2_1.EnvironmentalImpact, mapped={"category": FIT}),
    Table(
        v2_3_0.PublishTokenType,
        v2_2_1.PublishTokenType,
        mapped={"type": WHOLE},
        refused="To leave out what a token has to match would show the Location to more drivers.",
    ),
)
