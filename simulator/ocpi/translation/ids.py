"""Ids that one version has no room for, and the aliases that stand for them there.

Whoever translates without knowing any aliases, as for a file, cannot say such an id.
"""

from simulator.ocpi.aliases import LONGEST, is_short
from simulator.ocpi.translation.account import Account, Unsayable


def shorten(id: str, path: str, account: Account) -> str:
    """The id as it is, or the alias that stands for it. Raises Unsayable."""
    if is_short(id):
        return id
    target, aliases = account.leg.target, account.setting.aliases
    if aliases is None:
        raise Unsayable(f"“{id}” at {path} is longer than {LONGEST} characters or not ASCII, as OCPI {target} asks.")
    try:
        alias = aliases.give(id)
    except ValueError as why:
        raise Unsayable(str(why)) from None
    account.alias(path, f"“{id}” has no room in OCPI {target}; the alias “{alias}” stands for it.")
    return alias


def restore(id: str, path: str, account: Account) -> str:
    """The id that an alias stands for; any other is itself."""
    aliases = account.setting.aliases
    meant = id if aliases is None else aliases.meant(id)
    if meant != id:
        account.alias(path, f"The alias “{id}” stands for “{meant}”.")
    return meant


def restore_all(ids: list[str], path: str, account: Account) -> list[str]:
    """The same for a list."""
    return [restore(id, f"{path}[{index}]", account) for index, id in enumerate(ids)]
