"""What a translation is told beforehand, and what it tells afterwards."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from simulator.ocpi.aliases import Aliases

if TYPE_CHECKING:
    from simulator.ocpi.translation.plan import Leg

Tree = dict[str, Any]
"""A JSON object as `codec` parses it: numbers are int or Decimal."""

What = Literal["lost", "invented", "changed", "alias"]


class Unsayable(Exception):
    """The sentence why a value has no place in the other version; it costs the smallest part that may be left out."""


class Loss(Struct, frozen=True, gc=False):
    """One difference that a translation made.

    `path` is that of the source, such as `$.evses[0].uid`; of the target for what is "invented".
    """

    path: str
    what: What
    sentence: str


class Translated(Struct, frozen=True):
    """The object in the other version and all that differs, or None and in `withheld` the sentence why.

    `stale`: a PATCH leaves a field as it was whose new value cannot be said; only the whole can, by leaving it out.
    """

    tree: Tree | None
    losses: tuple[Loss, ...]
    withheld: str
    stale: bool = False


def _not_known(_: str) -> None:
    return None


def _nobody(_uid: str, _contract: str) -> tuple[tuple[str, str], ...]:
    return ()


class Setting(Struct, frozen=True, kw_only=True):
    """What the object itself does not say, and whoever translates may know.

    `country_code` and `party_id` are the object's owner, in a command the token's; `payer` is the eMSP that is told a
    Session or CDR, empty when not known. The look-ups give objects of 2.2.1, or None: `location` and `tariff` by id,
    `token` by its contract id, for which it raises Unsayable when that could be several. `token_owners` are all, in
    upper case, who have a Token with a uid and a contract id. `reservation_number` gives the
    number that stands for a reservation's id towards 2.1.1, and `aliases` what stands for other ids that a version has
    no room for; without them such an id cannot be said. `asked_token` is the token that an authorisation was asked for.
    `time_zone` is that of a location which names none, `now` the DateTime for a PATCH that has none, both empty when
    not known. With `stand_ins` the object is for the books of a party that keeps the original beside it: what has no
    faithful word gets the nearest.
    """

    country_code: str = ""
    party_id: str = ""
    payer: tuple[str, ...] = ()
    location: Callable[[str], Tree | None] = _not_known
    tariff: Callable[[str], Tree | None] = _not_known
    token: Callable[[str], Tree | None] = _not_known
    token_owners: Callable[[str, str], Sequence[tuple[str, str]]] = _nobody
    reservation_number: Callable[[str], int | None] = _not_known
    aliases: Aliases | None = None
    asked_token: Tree | None = None
    time_zone: str = ""
    now: str = ""
    command_timeout_s: int = 30
    stand_ins: bool = False


class Account:
    """One object on its way over one leg: the setting, and the differences told so far."""

    def __init__(self, leg: "Leg", setting: Setting, target: str, patch: bool) -> None:
        self.leg = leg
        self.setting = setting
        self.target = target
        """The version at the end of all legs."""
        self.patch = patch
        self.stale = False
        """See Translated."""
        self.losses: list[Loss] = []

    def lose(self, path: str, sentence: str) -> None:
        """Tell what of the source is not in the target."""
        self.losses.append(Loss(path, "lost", sentence))

    def invent(self, path: str, sentence: str) -> None:
        """Tell what of the target is not in the source."""
        self.losses.append(Loss(path, "invented", sentence))

    def change(self, path: str, sentence: str) -> None:
        """Tell what reads otherwise in the target."""
        self.losses.append(Loss(path, "changed", sentence))

    def alias(self, path: str, sentence: str) -> None:
        """Tell of an id for which an alias stands on one of the two sides."""
        self.losses.append(Loss(path, "alias", sentence))

    def say(self, source: type[Struct], target: type[Struct], tree: Mapping[str, Any], path: str) -> Tree:
        """An object inside the one that is translated. Raises Unsayable."""
        return self.leg.plan(source, target).say(tree, path, self)

    def say_aside(
        self, source: type[Struct], target: type[Struct], tree: Mapping[str, Any], path: str
    ) -> tuple[Tree, list[Loss]]:
        """An object that was looked up, and its own losses: they are not all those of the one that is translated.

        Raises Unsayable.
        """
        aside = Account(self.leg, self.setting, self.target, patch=False)
        return self.leg.plan(source, target).say(tree, path, aside), aside.losses
