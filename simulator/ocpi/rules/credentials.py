"""What is asked of Credentials as a whole."""

from collections.abc import Iterator
from typing import Any

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.findings import Finding
from simulator.ocpi.rules.remark import remark


def check_credentials(credentials: Any) -> Iterator[Finding]:
    """Each party plays each role once; 2.1.1 has one party only."""
    seen: list[tuple[str, str, str]] = []
    for index, role in enumerate(getattr(credentials, "roles", ())):
        key = (role.role.value, ci_key(role.country_code), ci_key(role.party_id))
        if key in seen:
            found = f"{role.role} {role.country_code}-{role.party_id} a second time"
            yield remark("unique-roles", f"$.roles[{index}]", found, "each role of a party once", "credentials")
        seen.append(key)
