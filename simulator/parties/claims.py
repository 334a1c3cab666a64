"""Whom a platform may say that it holds: nobody may take the place of a party that is known as somebody else's.

Who is on a platform decides whose objects it may change, and a credentials token is all that it has shown. Source:
OCPI 2.2.1, Credentials module, CredentialsRole; digest, section 2.8.
"""

from simulator.ocpi.modules import Role
from simulator.ocpi.status import Status
from simulator.parties.call import Refusal
from simulator.parties.connection import Connection
from simulator.parties.credentials import Presented
from simulator.parties.office import Office


def refuse_foreign_members(office: Office, connection: Connection, presented: Presented) -> None:
    """Raises Refusal (2001) for a role given twice, and for a party that is ours or on another connection.

    So is one who does not name the peer itself in the role in which it is let in: what it owns would be nobody's. A hub
    rightly names parties that are on other connections: in 2.3.0 all those that it leads to.
    """
    seen: dict[tuple[Role, str], None] = {}
    for member in presented.members:
        id = f"{member.country_code}-{member.party_id}".upper()
        if (member.role, id) in seen:
            raise Refusal(Status.INVALID_PARAMETERS, f"$.roles: {id} is there twice as {member.role}.")
        seen[member.role, id] = None
        if connection.to_hub or id == connection.peer_id.upper():
            continue
        others = [line for line in office.connections.values() if line.peer_id != connection.peer_id]
        if id == office.id.upper() or any(
            id == line.peer_id.upper() or line.owns(member.country_code, member.party_id) for line in others
        ):
            raise Refusal(Status.INVALID_PARAMETERS, f"$.roles: {id} is not on this platform, as far as we know.")
    expected = (connection.peer_role, connection.peer_id.upper())
    if not connection.to_hub and expected not in seen:
        found = ", ".join(f"{id} as {role}" for role, id in seen) or "nobody"
        # Who comes in another role learns that first: by an open invitation it may be anybody.
        who = connection.peer_id if any(role is connection.peer_role for role, _ in seen) else "a party"
        reason = f"$.roles: {who} as {connection.peer_role} is expected here; found is {found}."
        raise Refusal(Status.INVALID_PARAMETERS, reason)
