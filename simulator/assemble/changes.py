"""Makes the scenario's changes happen: prices that a CPO alters, contracts that an eMSP ends."""

from collections.abc import Generator
from typing import Any

from msgspec.structs import replace
from simpy import Event

from simulator.assemble.people import People
from simulator.assemble.world import World
from simulator.ocpi.v2_2_1.tokens import AllowedType
from simulator.scenario.expand import ocpi_tariff
from simulator.scenario.model import Change


def schedule(world: World, people: People) -> None:
    """Schedule every change of the scenario."""
    for change in world.scenario.changes:
        world.kernel.env.process(_happen(world, people, change))


def _happen(world: World, people: People, change: Change) -> Generator[Event, Any, None]:
    yield world.kernel.env.timeout(change.at_us - world.kernel.now_us)
    if change.kind == "tariff":
        _reprice(world, change)
    else:
        _block(world, people, change)


def _reprice(world: World, change: Change) -> None:
    spec = next(spec for spec in world.scenario.tariffs if spec.name == change.to)
    for party in world.scenario.parties:
        cpo = world.cpos.get(party.id)
        if cpo is None or change.tariff is None or cpo.tariffs.store.get(change.tariff) is None:
            continue
        cause = world.journal.event(
            party.id, "tariff_changed", party=party.id, subject=change.tariff, data={"like": spec.name}
        )
        tariff = ocpi_tariff(spec, party, cpo.office.calendar.now())
        cpo.change_tariff(replace(tariff, id=change.tariff, last_updated=cpo.office.calendar.now()), cause)


def _block(world: World, people: People, change: Change) -> None:
    visit = next(visit for _, visit in people.visits if visit.name == change.driver)
    cause = world.journal.event(visit.emsp, "contract_ended", party=visit.emsp, subject=visit.token.uid)
    world.emsps[visit.emsp].block(visit.token.uid, AllowedType.BLOCKED, cause)
