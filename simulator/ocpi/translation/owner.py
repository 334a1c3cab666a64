"""Whose an object is: 2.1.1 says so in URLs only, later versions also in the object."""

from collections.abc import Mapping
from typing import Any, Final

from simulator.ocpi.datatypes import ci_key
from simulator.ocpi.translation.account import Account, Tree, Unsayable
from simulator.ocpi.translation.table import Made


def _name_owner(_tree: Mapping[str, Any], _path: str, account: Account) -> Tree:
    setting = account.setting
    if not setting.country_code or not setting.party_id:
        raise Unsayable("An object of OCPI 2.1.1 does not say whose it is, and its owner is not known here.")
    return {"country_code": setting.country_code, "party_id": setting.party_id}


def _compare_owner(tree: Mapping[str, Any], path: str, account: Account) -> Tree:
    setting = account.setting
    if (
        not account.patch
        and tree.get("country_code") == setting.country_code
        and tree.get("party_id") == setting.party_id
    ):
        return {}
    for name in _OWNER:
        said, known = tree.get(name), getattr(setting, name)
        if said is None:
            continue
        if account.patch and path == "$":
            account.lose(f"{path}.{name}", "OCPI 2.1.1 says whose an object is in the URL, where no PATCH reaches it.")
        elif known and ci_key(said) != ci_key(known):
            account.lose(
                f"{path}.{name}", f"OCPI 2.1.1 does not say whose it is; it will be taken for that of {known}."
            )
    return {}


_OWNER: Final = ("country_code", "party_id")
FROM_URL: Final = Made((), _OWNER, _name_owner)
IN_URL: Final = Made(_OWNER, (), _compare_owner)
