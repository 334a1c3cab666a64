"""Asynchronous results on their way back: whoever is asked gets a response_url of the hub's in place of the asker's.

A client's token opens the hub only, so no other URL would be of use to it. A result may come more than once (a
reservation that is cancelled later). Source: OCPI 2.2.1, Commands and ChargingProfiles; digest, section 6.2, Commands.
"""

from urllib.parse import parse_qsl, urlencode

import msgspec
from msgspec import Struct

from simulator.ocpi import codec
from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.routes import join_url
from simulator.ocpi.status import Status
from simulator.parties.call import Call, Refusal
from simulator.parties.modules.ownership import unknown
from simulator.parties.modules.results import must_be_told
from simulator.parties.office import Office
from simulator.parties.roles.hub.kept import Owner

_KEPT = 10_000
_WITH_RESPONSE = (ModuleID.COMMANDS, ModuleID.CHARGING_PROFILES)
_PROFILE_KINDS = {"GET": "active_charging_profile", "PUT": "charging_profile", "DELETE": "clear_profile"}
_ASK_IN_QUERY = ("GET", "DELETE")


class Asked(Struct, frozen=True):
    """Who asked whom, and where the asker wants to hear of it."""

    url: str
    asker: Owner
    asked: Owner


class Callbacks:
    """The response_urls that one hub has replaced."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._asked: dict[str, Asked] = {}
        self._count = 0

    def replace(self, call: Call, asker: Owner, asked: Owner, version: str, facade: str) -> tuple[bytes, str]:
        """Body and query with a response_url of ours, as they stand in the asker's version."""
        route = call.route
        if route.interface is not InterfaceRole.RECEIVER or route.module not in _WITH_RESPONSE:
            return call.body, call.query
        kind = route.template[-1] if route.module is ModuleID.COMMANDS else _PROFILE_KINDS[route.method]
        if route.method in _ASK_IN_QUERY:
            query = dict(parse_qsl(call.query))
            if "response_url" not in query:
                raise _lacking()
            query["response_url"] = self._ours(query["response_url"], kind, asker, asked, call, version, facade)
            return call.body, urlencode(query)
        try:
            tree = codec.decode(call.body, dict[str, msgspec.Raw])
            url = msgspec.json.decode(tree["response_url"], type=str)
        except (KeyError, *codec.UNREADABLE):
            raise _lacking() from None
        ours = self._ours(url, kind, asker, asked, call, version, facade)
        return codec.encode({**tree, "response_url": ours}), call.query

    def _ours(self, url: str, kind: str, asker: Owner, asked: Owner, call: Call, version: str, facade: str) -> str:
        must_be_told(self._office, call.line, url)
        self._count += 1
        id = f"{self._office.id}-{self._count}"
        self._asked[id] = Asked(url, asker, asked)
        if len(self._asked) > _KEPT:
            del self._asked[next(iter(self._asked))]
        base = self._office.platform.url(version, call.route.module, InterfaceRole.SENDER, facade)
        return join_url(base, kind, id)

    def asked(self, call: Call, sender: Owner) -> Asked | None:
        """What a result is about; None for a message that is none. Refused with 404 for one that nobody waits for."""
        route = call.route
        if route.interface is not InterfaceRole.SENDER or route.module not in _WITH_RESPONSE or "id" not in call.params:
            return None
        asked = self._asked.get(call.params["id"])
        if asked is None or asked.asked != sender:
            raise unknown("Request", call.params["id"])
        return asked


def _lacking() -> Refusal:
    return Refusal(Status.INVALID_PARAMETERS, "The request lacks a response_url.")
