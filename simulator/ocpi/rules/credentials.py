"""What is asked of Credentials and of version details as a whole."""

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


def check_endpoints(details: Any) -> Iterator[Finding]:
    """Each side of a module has one endpoint; 2.1.1 knows no sides."""
    seen: list[tuple[str, str]] = []
    for index, endpoint in enumerate(details.endpoints):
        key = (str(endpoint.identifier), str(getattr(endpoint, "role", "")))
        if key in seen:
            found = f"{' '.join(filter(None, key))} a second time"
            path, expected = f"$.endpoints[{index}]", "one endpoint for each side of a module"
            yield remark("unique-endpoints", path, found, expected, "version_information_endpoint", "warning")
        seen.append(key)
