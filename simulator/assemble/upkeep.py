"""Changes of the back offices: preferences and invoices, places and prices kept up to date, and copies compared."""

from collections.abc import Callable, Generator
from decimal import Decimal
from typing import Any

from simpy import Event

from simulator.assemble.people import People
from simulator.assemble.world import World
from simulator.engine.cause import Cause
from simulator.field.visit import Visit
from simulator.ocpi.v2_2_1.sessions import ChargingPreferences
from simulator.ocpi.v2_2_1.types import ProfileType
from simulator.parties.readback import read_back
from simulator.parties.roles.copies import copies
from simulator.parties.roles.cpo_invoices import Invoices
from simulator.parties.roles.cpo_places import PlaceChange
from simulator.scenario.model import Change

_WH_PER_KWH = 1000


def visit_of(people: People, change: Change) -> Visit:
    """The visit of the driver that a change names."""
    return next(visit for _, visit in people.visits if visit.name == change.driver)


def prefer(world: World, people: People, change: Change) -> None:
    """A driver tells the eMSP's app how to charge, and that tells the CPO of the session it knows of."""
    visit = visit_of(people, change)
    emsp = world.emsps[visit.emsp]
    session = emsp.active_session(visit.token.uid)
    data: dict[str, object] = {"profile_type": change.profile}
    if session is None:
        data["problem"] = "no session is known to be running"
    cause = world.journal.event(
        visit.emsp, "charging_preferences", party=visit.emsp, subject=visit.token.uid, data=data
    )
    if session is None:
        return
    leaves_us, need_wh = change.departs_in_us, change.energy_need_wh
    calendar = emsp.office.calendar
    preferences = ChargingPreferences(
        profile_type=ProfileType(change.profile or "REGULAR"),
        departure_time=None if leaves_us is None else calendar.text(calendar.now_us + leaves_us),
        energy_need=None if need_wh is None else Decimal(need_wh) / _WH_PER_KWH,
    )
    emsp.prefer(session, preferences, cause)


def ask_limits(world: World, people: People, change: Change) -> None:
    """The driver's eMSP, or an SCSP, asks for the limits of the session that it knows of."""
    visit = visit_of(people, change)
    party = world.limiting(change.by or visit.emsp)
    session = party.active_session(visit.token.uid)
    if session is not None:
        cause = world.journal.event(party.office.id, change.kind, party=party.office.id, subject=session.id)
        party.limits.ask(session, cause)


def invoice(world: World, people: People, change: Change) -> None:
    """A CPO tells of an invoice, a better one, or that there is none."""
    del people
    assert change.party is not None
    assert change.peer is not None
    acts: dict[str, Callable[[Invoices, str, Cause], str]] = {
        "invoice": Invoices.issue,
        "invoice_corrected": Invoices.correct,
        "invoice_withdrawn": Invoices.withdraw,
    }
    cause = world.journal.event(change.party, change.kind, party=change.party, subject=change.peer)
    problem = acts[change.kind](world.cpos[change.party].invoices, change.peer, cause)
    if problem:
        data = {"problem": problem}
        world.journal.event(
            change.party, "invoice_not_told", party=change.party, subject=change.peer, data=data, cause=cause
        )


def change_site(world: World, people: People, change: Change) -> None:
    """Something about a site is new."""
    del people
    site = next(site for site in world.scenario.sites if site.name == change.site)
    cpo = world.cpos[site.cpo]
    location = next(each for each in cpo.locations.store if each.name == change.site)
    data = {"what": change.what, "to": change.to}
    cause = world.journal.event(site.cpo, "site_changed", party=site.cpo, subject=location.id, data=data)
    assert change.what is not None
    what = PlaceChange(change.what, change.to or "")
    cpo.change_location(what.made(location, cpo.office.calendar.now_after(location.last_updated)), what, cause)


def withdraw_tariff(world: World, people: People, change: Change) -> None:
    """Every CPO that has it takes a tariff from its list."""
    del people
    assert change.tariff is not None
    for id, cpo in world.cpos.items():
        if cpo.tariffs.store.get(change.tariff) is not None:
            cause = world.journal.event(id, "tariff_withdrawn", party=id, subject=change.tariff)
            cpo.prices.withdraw(change.tariff, cause)


def restore(world: World, people: People, change: Change) -> None:
    """A driver's contract is good again."""
    visit = visit_of(people, change)
    cause = world.journal.event(visit.emsp, "contract_restored", party=visit.emsp, subject=visit.token.uid)
    world.emsps[visit.emsp].restore(visit.token.uid, cause)


def compare(world: World, people: People, change: Change) -> None:
    """A party reads back what its peer shows of what both should know."""
    del people
    assert change.party is not None
    party = world.party(change.party)
    connection = party.office.connections.get(change.peer or "")
    cause = world.journal.event(change.party, "copies_checked", party=change.party, subject=change.peer or "")
    if connection is None or not connection.registered:
        data: dict[str, object] = {"problem": f"{change.peer} is not registered."}
        world.journal.event(
            change.party, "copies_not_compared", party=change.party, subject=change.peer or "", data=data, cause=cause
        )
        return

    def work() -> Generator[Event, Any, None]:
        same = yield from party.registration.compare(connection, cause)
        counts = yield from read_back(party.office, connection, copies(party, connection), cause)
        data = {"peer": connection.peer_id, "credentials": "equal" if same else "different", **counts}
        world.journal.event(
            party.office.id,
            "copies_compared",
            party=party.office.id,
            subject=connection.peer_id,
            data=data,
            cause=cause,
        )

    party.office.spawn(work(), f"compare with {connection.peer_id}")
