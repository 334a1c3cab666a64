"""Whole objects of those that are changed by PATCH, for receivers of a version that cannot take the PATCH.

2.1.1 has no charging periods that are added, so it gets each Session whole; only 2.1.1 changes a Tariff by PATCH.
Source: digest, section 6.2.
"""

from simulator.ocpi import codec
from simulator.parties.roles.hub.cache import Owner, Tree, read

_ENDED = ("COMPLETED", "INVALID")


class Sessions:
    """The sessions under way whose receiver wants them whole."""

    def __init__(self) -> None:
        self._whole: dict[tuple[Owner, str], Tree] = {}

    def put(self, owner: Owner, id: str, raw: bytes, version: str) -> None:
        """A whole session passes. Raises Invalid."""
        self._keep((owner, id.lower()), read(raw, version, "session", False))

    def patch(self, owner: Owner, id: str, raw: bytes, version: str) -> bytes | None:
        """The whole session after a PATCH; None when it is not known here. Raises Invalid."""
        whole, patch = self._whole.get((owner, id.lower())), read(raw, version, "session", True)
        if whole is None:
            return None
        changes = {name: value for name, value in patch.items() if value is not None}
        added = changes.pop("charging_periods", [])
        changed = {**whole, **changes}
        if added:
            changed["charging_periods"] = [*(whole.get("charging_periods") or ()), *added]
        self._keep((owner, id.lower()), changed)
        return codec.encode(changed)

    def _keep(self, key: tuple[Owner, str], whole: Tree) -> None:
        if whole.get("status") in _ENDED:
            self._whole.pop(key, None)
        else:
            self._whole[key] = whole
