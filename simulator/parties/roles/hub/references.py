"""The references that eMSPs give to authorisations: a CPO of 2.1.1 cannot be told of them, nor repeat them.

So the hub keeps what was given for a contract at a place, and puts the last of them back in the Sessions and CDRs that
come of it, by which their eMSP knows them. A Session that its CPO began by its own list comes of none.
Source: OCPI 2.2.1, Tokens, AuthorizationInfo; Commands, StartSession and ReserveNow; Sessions and CDRs; digest, 6.2.
"""

from typing import Final

from msgspec import Struct

from simulator.ocpi.datatypes import NOT_AVAILABLE, ci_key
from simulator.ocpi.translation import Loss, Translated
from simulator.parties.modules.order import newer
from simulator.parties.roles.hub.kept import Owner
from simulator.parties.roles.hub.reading import Tree

_ANSWER: Final = "authorization_info"
_COMMANDS: Final = ("start_session", "reserve_now")
_REPEATED_IN: Final = ("session", "cdr")
_ALLOWED: Final = "ALLOWED"
_ON_REQUEST: Final = "AUTH_REQUEST"
_CONTRACTS: Final = 10_000
_OF_EACH: Final = 16
_PUT_BACK: Final = Loss(
    "$.authorization_reference",
    "invented",
    "It is the last that the eMSP gave for this contract there; OCPI 2.1.1 has no word for it.",
)


class _Given(Struct, frozen=True):
    """A permission, with an empty `reference` if it had none; without ids it is for any place of the CPO."""

    reference: str
    at: str
    location_id: str
    evse_uids: tuple[str, ...]

    def is_for(self, location_id: str, evse_uid: str) -> bool:
        if self.location_id and ci_key(self.location_id) != ci_key(location_id):
            return False
        return not self.evse_uids or evse_uid == NOT_AVAILABLE or ci_key(evse_uid) in map(ci_key, self.evse_uids)


class References:
    """What was given through one hub for Sessions at CPOs of 2.1.1. The oldest of too many are forgotten."""

    def __init__(self) -> None:
        self._given: dict[str, tuple[_Given, ...]] = {}

    def note(self, kind: str, tree: Tree, network: Owner, at: str) -> None:
        """An answer or a command goes to a CPO of 2.1.1 that allows it to let a driver charge."""
        if kind == _ANSWER and tree["allowed"] == _ALLOWED:
            place = tree.get("location") or {}
            evses = tuple(place.get("evse_uids") or ())
        elif kind in _COMMANDS:
            place = tree
            evses = (tree["evse_uid"],) if tree.get("evse_uid") else ()
        else:
            return
        given = _Given(tree.get("authorization_reference") or "", at, place.get("location_id", ""), evses)
        key = _key(tree["token"], network)
        self._given[key] = (*self._given.pop(key, ()), given)[-_OF_EACH:]
        if len(self._given) > _CONTRACTS:
            del self._given[next(iter(self._given))]

    def put_back(self, kind: str, said: Translated, network: Owner) -> Translated:
        """A Session or CDR of a CPO of 2.1.1 with the last reference given until it ended, if there is one."""
        if kind not in _REPEATED_IN or said.tree is None or said.tree.get("auth_method") != _ON_REQUEST:
            return said
        tree = said.tree
        if kind == "cdr":
            location_id, evse_uid = tree["cdr_location"]["id"], tree["cdr_location"]["evse_uid"]
        else:
            location_id, evse_uid = tree["location_id"], tree["evse_uid"]
        end = tree.get("end_date_time")
        fitting = (
            given.reference
            for given in reversed(self._given.get(_key(tree["cdr_token"], network), ()))
            if given.is_for(location_id, evse_uid) and not (end and newer(given.at, end))
        )
        reference = next(fitting, "")
        if not reference:
            return said
        return Translated({**tree, "authorization_reference": reference}, (*said.losses, _PUT_BACK), "")


def _key(token: Tree, network: Owner) -> str:
    return ci_key("/".join((*network, token["country_code"], token["party_id"], token["contract_id"])))
