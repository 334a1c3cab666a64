"""Sets a built world going: who charges already, what will go wrong, who meets whom, who arrives."""

from typing import Any

from msgspec.structs import asdict

from simulator.assemble import changes, faults
from simulator.assemble.cast import write_cast
from simulator.assemble.people import enrol, seat, set_out
from simulator.assemble.world import World
from simulator.parties.introduction import introduce
from simulator.scenario.loads import Load, load_of


def begin(world: World) -> None:
    """Schedule everything that the scenario says; time still stands at the beginning of the lead-in."""
    write_cast(world)
    people = enrol(world)
    world.journal.event(
        "run",
        "begin",
        data={
            "seed": world.seed,
            "seated": seat(world, people),
            "unusable": world.unusable,
            **_told(load_of(world.scenario)),
        },
    )
    faults.schedule(world)
    changes.schedule(world, people)
    for party in world.parties():
        party.sync.start_polling()
    for meeting in world.meetings:
        sender, receiver = world.party(meeting.sender), world.party(meeting.receiver)
        world.kernel.env.process(introduce(sender, receiver, meeting.senders, meeting.receivers))
    for hub in world.hubs.values():
        hub.standing.watch()
    set_out(world, people)


def _told(load: Load) -> dict[str, Any]:
    """Of recorded sessions nothing is told where there are none, so that such runs stay what they were."""
    told = asdict(load)
    if not load.recorded_on:
        del told["recorded_days"], told["recorded_on"]
    return told
