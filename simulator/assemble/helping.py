"""Changes at the desks: a CPO takes back a reservation, an eMSP helps a driver whose plug is stuck."""

from simulator.assemble.people import People
from simulator.assemble.upkeep import visit_of
from simulator.assemble.world import World
from simulator.scenario.model import Change


def withdraw_reservation(world: World, people: People, change: Change) -> None:
    """Whichever CPO keeps a place for the driver takes it back."""
    visit = visit_of(people, change)
    for id, cpo in world.cpos.items():
        if cpo.reservations.keeps_for(visit.token.uid):
            cause = world.journal.event(id, change.kind, party=id, subject=visit.token.uid)
            cpo.reservations.withdraw(visit.token.uid, cause)
            return
    data = {"problem": "no place is reserved"}
    world.journal.event(visit.emsp, "not_withdrawn", party=visit.emsp, subject=visit.token.uid, data=data)


def unlock_connector(world: World, people: People, change: Change) -> None:
    """The driver's eMSP ends the session that it knows of and has the connector unlocked."""
    visit = visit_of(people, change)
    emsp = world.emsps[visit.emsp]
    session = emsp.active_session(visit.token.uid)
    if session is None:
        data = {"problem": "no session is known to be running"}
        world.journal.event(visit.emsp, "not_unlocked", party=visit.emsp, subject=visit.token.uid, data=data)
        return
    emsp.help_desk.unlock(session, world.journal.event(visit.emsp, change.kind, party=visit.emsp, subject=session.id))
