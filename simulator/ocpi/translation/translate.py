"""From one version to another, over 2.2.1 where need be: every version is told apart from its neighbours only."""

from functools import cache
from typing import Final

from msgspec import Struct

from simulator.ocpi.translation import (
    cdrs,
    commands,
    hubclientinfo,
    locations,
    prices,
    sessions,
    tariffs,
    tokens,
)
from simulator.ocpi.translation.account import Account, Loss, Setting, Translated, Tree, Unsayable
from simulator.ocpi.translation.kinds import KINDS, class_of
from simulator.ocpi.translation.paths import in_terms_of_source
from simulator.ocpi.translation.plan import Leg

_PATCHED: Final = ("location", "evse", "connector", "session", "token")

LEGS: Final = {
    (leg.source, leg.target): leg
    for leg in (
        Leg(
            "2.1.1",
            "2.2.1",
            (
                *(*locations.FROM_2_1_1, *sessions.FROM_2_1_1, *cdrs.FROM_2_1_1, *tariffs.FROM_2_1_1),
                *(*tokens.FROM_2_1_1, *commands.FROM_2_1_1),
            ),
        ),
        Leg(
            "2.2.1",
            "2.1.1",
            (
                *(*locations.TO_2_1_1, *sessions.TO_2_1_1, *cdrs.TO_2_1_1, *tariffs.TO_2_1_1),
                *(*tokens.TO_2_1_1, *commands.TO_2_1_1),
            ),
        ),
        Leg(
            "2.2.1",
            "2.3.0",
            (
                *(*locations.TO_2_3_0, *sessions.TO_2_3_0, *cdrs.TO_2_3_0, *tariffs.TO_2_3_0),
                *(*prices.TO_2_3_0, *hubclientinfo.TO_2_3_0),
            ),
        ),
        Leg(
            "2.3.0",
            "2.2.1",
            (*locations.FROM_2_3_0, *cdrs.FROM_2_3_0, *tariffs.FROM_2_3_0, *tokens.FROM_2_3_0, *prices.FROM_2_3_0),
        ),
    )
}
_MIDDLE: Final = "2.2.1"


def translate(kind: str, tree: Tree, source: str, target: str, setting: Setting, *, patch: bool = False) -> Translated:
    """An object of version `source`, or with `patch` the body of a PATCH, in version `target`.

    `kind` is one of `KINDS`. `tree` has to be valid in its version and is not changed; the new one may share parts with
    it, and is valid in its own version. Raises KeyError for a kind or a version that is not known here.
    """
    if source == target:
        return Translated(tree, (), "")
    losses, stale = list[Loss](), False
    try:
        if patch:
            tree = _complete_patch(kind, tree, setting, losses)
        for leg in way(source, target):
            account = Account(leg, setting, target, patch)
            try:
                tree = leg.plan(class_in(leg.source, kind), class_in(leg.target, kind)).say(tree, "$", account)
            finally:
                losses += account.losses if not losses else in_terms_of_source(account.losses, losses)
            stale |= account.stale
    except Unsayable as why:
        return Translated(None, tuple(losses), str(why))
    return Translated(tree, tuple(losses), "", stale)


@cache
def class_in(version: str, kind: str) -> type[Struct]:
    """The class that a version has for objects of a kind. Raises Unsayable."""
    found = class_of(kind, version)
    if found is None:
        raise Unsayable(f"OCPI {version} has no {KINDS[kind]}.")
    return found


@cache
def way(source: str, target: str) -> tuple[Leg, ...]:
    """The legs from one version to another."""
    direct = LEGS.get((source, target))
    return (direct,) if direct is not None else (LEGS[source, _MIDDLE], LEGS[_MIDDLE, target])


def _complete_patch(kind: str, tree: Tree, setting: Setting, losses: list[Loss]) -> Tree:
    """The body with the `last_updated` that every PATCH has from 2.2 on. Raises Unsayable."""
    if kind not in _PATCHED:
        raise Unsayable(f"Not every version changes a {KINDS[kind]} by PATCH: the whole has to be sent instead.")
    if tree.get("last_updated") is not None:
        return tree
    if not setting.now:
        raise Unsayable("From OCPI 2.2 on a PATCH says when it was made; this one does not, nor is it known here.")
    losses.append(Loss("$.last_updated", "invented", "The PATCH does not say it, and OCPI 2.2.1 asks for it."))
    return {**tree, "last_updated": setting.now}
