"""The drivers who hold an outsider's card, or have an account with its app, and charge at our charge points.

What the outsider's app shows nobody here can know: they go by the signs in the street, tap their card, or plug in and
wait until the outsider has our charge point start, or stop.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from simpy import Event

from simulator.assemble.outside_customers import Customers, patient
from simulator.assemble.people import plan_of
from simulator.assemble.world import World
from simulator.engine.cause import Cause
from simulator.field.arrivals import arrive_at
from simulator.field.charger import Charger
from simulator.field.driver import TIMEOUT
from simulator.field.visit import Visit
from simulator.ocpi.v2_2_1.tariffs import Tariff
from simulator.ocpp.messages import IdToken
from simulator.parties.roles.app import DriverApp
from simulator.parties.store import Store
from simulator.scenario.drivers import SEARCH_M, emsps_of
from simulator.scenario.model import Driver, DriverGroup, Outsider, Scenario
from simulator.world.app import KnownEvse

_NO_APP: Final = "UNREACHABLE"


class Awaited(Struct, frozen=True):
    """A visitor who waits at one of our EVSEs for a command of the outsider, START_SESSION or STOP_SESSION.

    Without an EVSE it waits for one that is free.
    """

    outsider: str
    command: str
    token_uid: str
    party: str
    location_id: str = ""
    evse_uid: str = ""


class _TheirDesk:
    """The outsider behind its drivers' wishes: what it makes of them shows at our charge points alone."""

    def __init__(self, world: World, outsider: str, tell: Callable[[Awaited], None]) -> None:
        self._world = world
        self._outsider = outsider
        self._tell = tell
        self._waiting: list[Callable[[str], None]] = []
        self._is_gone = False

    def leave(self) -> None:
        """The outsider has left: whoever waits for it, or will, hears nothing any more."""
        self._is_gone = True
        for answer in self._waiting:
            answer(TIMEOUT)

    def start(self, token_uid: str, known: KnownEvse, answer: Callable[[str], None], cause: Cause) -> None:
        """See CommandDesk."""
        del cause
        charger = self._world.street.chargers[known.key]
        self._await("START_SESSION", token_uid, charger, charger.started, answer)

    def stop(self, token_uid: str, evse_key: str, answer: Callable[[str], None], cause: Cause) -> None:
        """See CommandDesk."""
        del cause
        charger = self._world.street.chargers[evse_key]
        assert charger.transaction is not None
        self._await("STOP_SESSION", token_uid, charger, charger.transaction.stopped, answer)

    def _await(
        self, command: str, token_uid: str, charger: Charger, done: Event, answer: Callable[[str], None]
    ) -> None:
        if done.callbacks is None or self._is_gone:
            answer("ACCEPTED" if done.callbacks is None else TIMEOUT)
            return
        self._waiting.append(answer)
        done.callbacks.append(lambda _: answer("ACCEPTED"))
        if not done.triggered:
            location_id = charger.site.key.removeprefix(f"{charger.party}/")
            told = Awaited(self._outsider, command, token_uid, charger.party, location_id, charger.evse_uid)
            self._tell(told)

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


def visitors_of(scenario: Scenario, outsider: Outsider) -> list[DriverGroup | Driver]:
    """The scenario's drivers with this outsider's cards and accounts."""
    return [visitor for visitor in scenario.visitors if emsps_of(visitor) == (outsider.id,)]


def welcome(
    world: World, outsider: Outsider, visitors: Sequence[DriverGroup | Driver], tell: Callable[[Awaited], None]
) -> Callable[[], None]:
    """Let these drivers of an outsider's arrive; `tell` hears whom it keeps waiting.

    Returns what is to be called when the outsider has left: who has not been served by then goes.
    """
    desk = _TheirDesk(world, outsider.id, tell)
    if not visitors:
        return desk.leave
    signs = DriverApp(next(iter(world.cpos.values())).office.calendar, _prices(world, outsider), desk)
    for cpo in _reached(world, outsider):
        for location in world.assets[cpo].locations:
            signs.learn(location, None)
    world.street.apps[outsider.id] = signs
    for visitor in visitors:
        if isinstance(visitor, Driver):
            arrivals = arrive_at(world.street, _visit(visitor), visitor.arrives_at_us)
        elif visitor.sessions_per_day:
            arrivals = Customers(world, visitor, _reached(world, outsider)).arrivals()
        else:
            continue
        world.kernel.env.process(arrivals)
    return desk.leave


def _visit(driver: Driver) -> Visit:
    by_app = driver.authorise == "app"
    visit = Visit(
        driver.name,
        driver.emsp,
        IdToken(driver.token or "", "Central" if by_app else "ISO14443", driver.emsp),
        plan_of(driver),
        driver.latitude,
        driver.longitude,
        SEARCH_M,
        "card",
    )
    visit = patient(visit, driver.patience_us)
    return replace(visit, stop=driver.stop) if driver.stop else visit


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
