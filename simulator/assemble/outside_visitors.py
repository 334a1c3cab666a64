"""The drivers who hold an outsider's card and charge at our charge points.

What the outsider's app shows nobody here can know: they go by the signs in the street, and tap their card.
"""

from collections.abc import Callable
from typing import Any, Final

from simulator.assemble.people import SEARCH_M, plan_of
from simulator.assemble.world import World
from simulator.engine.cause import Cause
from simulator.field.arrivals import arrive_at
from simulator.field.visit import Visit
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpp.messages import IdToken
from simulator.parties.roles.app import DriverApp
from simulator.parties.store import Store
from simulator.scenario.model import Outsider
from simulator.world.app import KnownEvse

_NO_APP: Final = "UNREACHABLE"


class _NoDesk:
    """There is nobody behind the signs to ask for a session."""

    def start(self, token_uid: str, known: KnownEvse, answer: Callable[[str], None], cause: Cause) -> None:
        """See CommandDesk."""
        del token_uid, known, cause
        answer(_NO_APP)

    def stop(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        """See CommandDesk."""
        del token_uid, evse_key, cause
        answer(_NO_APP)

    def reserve(
        self,
        token_uid: str,
        known: KnownEvse,
        until_us: int,
        answer: Callable[[str], None],
        withdrawn: Callable[[Cause], None],
        cause: Cause,
    ) -> None:
        """See CommandDesk."""
        del token_uid, known, until_us, withdrawn, cause
        answer(_NO_APP)

    def cancel(self, token_uid: str, answer: Callable[[str], None], cause: Cause) -> None:
        """See CommandDesk."""
        del token_uid, cause
        answer(_NO_APP)


def welcome(world: World, outsider: Outsider) -> None:
    """Let the scenario's drivers with this outsider's cards arrive."""
    visitors = [driver for driver in world.scenario.visitors if driver.emsp == outsider.id]
    if not visitors:
        return
    signs = DriverApp(next(iter(world.cpos.values())).office.calendar, _prices(world, outsider), _NoDesk())
    for cpo in _reached(world, outsider):
        for location in world.assets[cpo].locations:
            signs.learn(location, None)
    world.street.apps[outsider.id] = signs
    for driver in visitors:
        visit = Visit(
            driver.name,
            outsider.id,
            IdToken(driver.token or "", "ISO14443"),
            plan_of(driver),
            driver.latitude,
            driver.longitude,
            SEARCH_M,
            driver.stop or "card",
        )
        world.kernel.env.process(arrive_at(world.street, visit, driver.arrives_at_us))


def _reached(world: World, outsider: Outsider) -> list[str]:
    """The CPOs that it has for partners, or reaches over a hub."""
    over_hubs = [cpo for hub in outsider.partners if hub in world.hubs for cpo in world.cpos]
    return list(dict.fromkeys([partner for partner in outsider.partners if partner in world.cpos] + over_hubs))


def _prices(world: World, outsider: Outsider) -> Any:
    tariffs: Store[Tariff] = Store()
    for cpo in _reached(world, outsider):
        for tariff in world.assets[cpo].tariffs:
            tariffs.put(tariff, tariff.country_code, tariff.party_id, tariff.id)
    return tariffs
