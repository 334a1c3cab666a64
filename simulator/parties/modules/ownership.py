"""Whose an object is: the URL of a client owned object names its owner, and a Session or CDR who has to pay.

Source: OCPI 2.2.1, Transport and format, Client Owned Object Push; CDRs, POST; digest, sections 2.6 and 3.4.
"""

from typing import NamedTuple, Protocol

from msgspec import UNSET, Struct

from simulator.ocpi.aliases import alias_of, in_path
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.findings import Invalid
from simulator.ocpi.rules import check_identity
from simulator.ocpi.status import Status
from simulator.ocpi.v2_2_1.cdrs import CdrToken
from simulator.parties.call import Call, Refusal


class Owned(Protocol):
    """An object that says whose it is."""

    @property
    def country_code(self) -> str:
        """Of its owner."""

    @property
    def party_id(self) -> str:
        """Of its owner."""

    @property
    def id(self) -> str:
        """Unique to its owner only."""


class Key(NamedTuple):
    """What an object is found by among those of several owners, each of whom chooses its ids; in lower case."""

    country_code: str
    party_id: str
    id: str


def key_of(obj: Owned) -> Key:
    """The key of an object."""
    return named_key(obj, obj.id)


def named_key(obj: Owned, id: str) -> Key:
    """The key of what the owner of an object calls by an id."""
    return Key(obj.country_code.lower(), obj.party_id.lower(), id.lower())


def owner_of(call: Call) -> tuple[str, str]:
    """The owner that the URL names; refused with 404 when the caller's platform does not hold that party."""
    country_code, party_id = call.params["country_code"], call.params["party_id"]
    if not call.connection.owns(country_code, party_id):
        raise Refusal(
            Status.CLIENT_ERROR, f"{call.connection.peer_id} does not own objects of {country_code}-{party_id}.", 404
        )
    return country_code, party_id


def must_match(call: Call, put: Struct) -> None:
    """Refuse with 2001, by Invalid, a body, as 2.2.1 has it, that names another object than the URL."""
    if findings := check_identity(in_path(call.params, alias_of), put):
        raise Invalid(findings)


def must_stay(known: Struct, patch: Struct, *names: str) -> None:
    """Refuse with 2001 a PATCH that would make another object, or another party's, of the one that the URL names."""
    for name in names:
        after = getattr(patch, name)
        if after is not UNSET and ci_key(before := getattr(known, name)) != ci_key(after):
            raise Refusal(
                Status.INVALID_PARAMETERS, f"A PATCH cannot change {name} from {str(before)!r} to {str(after)!r}."
            )


def not_ours(token: CdrToken) -> Refusal:
    """The answer to a Session or CDR that somebody else has to pay: those go to the owner of their token alone."""
    owner = f"{token.country_code}-{token.party_id}"
    return Refusal(Status.INVALID_PARAMETERS, f"$.cdr_token: {token.uid!r} of {owner} is no token of ours.")


def unknown(what: str, key: str) -> Refusal:
    """The answer for an object that is not here."""
    return Refusal(Status.CLIENT_ERROR, f"{what} {key!r} is not known here.", 404)
