"""Sets a built world going: who charges already, what will go wrong, who meets whom, who arrives."""

from simulator.assemble import changes, faults
from simulator.assemble.cast import write_cast
from simulator.assemble.people import enrol, seat, set_out
from simulator.assemble.world import World
from simulator.parties.introduction import introduce
from simulator.scenario.loads import load_of


def begin(world: World) -> None:
    """Schedule everything that the scenario says; time still stands at the beginning of the lead-in."""
    write_cast(world)
    people = enrol(world)
    load = load_of(world.scenario)
    world.journal.event(
        "run",
        "begin",
        data={
            "seed": world.seed,
            "seated": seat(world, people),
            "unusable": world.unusable,
            "sessions_per_day": load.sessions_per_day,
            "evses": load.evses,
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
