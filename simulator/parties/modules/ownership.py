"""Client owned objects: their URL names the owner, and the body must say the same.

Source: OCPI 2.2.1, Transport and format, Client Owned Object Push; digest, section 2.6.
"""

from msgspec import UNSET, Struct

from simulator.ocpi.aliases import alias_of, in_path
from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.findings import Invalid
from simulator.ocpi.rules import check_identity
from simulator.ocpi.status import Status
from simulator.parties.call import Call, Refusal


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


def unknown(what: str, key: str) -> Refusal:
    """The answer for an object that is not here."""
    return Refusal(Status.CLIENT_ERROR, f"{what} {key!r} is not known here.", 404)
