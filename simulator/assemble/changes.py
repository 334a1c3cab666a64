"""Makes the scenario's changes happen: what parties alter by intent while the run goes on."""

from collections.abc import Callable, Generator, Mapping
from typing import Any

from simpy import Event

from simulator.assemble import helping, upkeep
from simulator.assemble.people import People
from simulator.assemble.world import World
from simulator.engine.cause import Cause
from simulator.ocpi.v2_2_1.tokens import AllowedType
from simulator.parties.connection import Connection
from simulator.parties.registration import Registration
from simulator.scenario.expand import ocpi_tariff, original_tariff
from simulator.scenario.model import Change, ChangeKind


def schedule(world: World, people: People) -> None:
    """Schedule every change of the scenario."""
    for change in world.scenario.changes:
        world.kernel.env.process(_happen(world, people, change))


def _happen(world: World, people: People, change: Change) -> Generator[Event, Any, None]:
    yield world.kernel.env.timeout(change.at_us - world.kernel.now_us)
    _ACTS[change.kind](world, people, change)


def _reprice(world: World, people: People, change: Change) -> None:
    del people
    spec = next(spec for spec in world.scenario.tariffs if spec.name == change.to)
    for party in world.scenario.parties:
        cpo = world.cpos.get(party.id)
        if cpo is None or change.tariff is None or cpo.tariffs.store.get(change.tariff) is None:
            continue
        cause = world.journal.event(
            party.id, "tariff_changed", party=party.id, subject=change.tariff, data={"like": spec.name}
        )
        like = ocpi_tariff(spec, party, cpo.office.calendar.now())
        cpo.prices.reprice(change.tariff, like, original_tariff(spec, party), cause)


def _block(world: World, people: People, change: Change) -> None:
    visit = upkeep.visit_of(people, change)
    cause = world.journal.event(visit.emsp, "contract_ended", party=visit.emsp, subject=visit.token.uid)
    world.emsps[visit.emsp].block(visit.token.uid, AllowedType.BLOCKED, cause)


def _renew(world: World, people: People, change: Change) -> None:
    del people
    versions = (change.version,) if change.version is not None else ()
    _negotiate(world, change, "credentials_renewal", lambda at, line, why: at.renew(line, why, versions))


def _unregister(world: World, people: People, change: Change) -> None:
    del people
    _negotiate(world, change, "unregistration", lambda at, line, why: at.end(line, why))


def _correct(world: World, people: People, change: Change) -> None:
    """Whichever CPO has billed the driver takes its last bill back."""
    visit = upkeep.visit_of(people, change)
    spec = next(spec for spec in world.scenario.tariffs if spec.name == change.tariff)
    for party in world.scenario.parties:
        cpo = world.cpos.get(party.id)
        if cpo is None or not cpo.billing.has_billed(visit.token.uid):
            continue
        cause = world.journal.event(party.id, "cdr_corrected", party=party.id, subject=visit.token.uid)
        tariff = ocpi_tariff(spec, party, cpo.office.calendar.now())
        cpo.billing.correct(visit.token.uid, tariff, original_tariff(spec, party), cause)


def _limit(world: World, people: People, change: Change) -> None:
    """The driver's eMSP, or an SCSP, limits or no longer limits the session that it knows of."""
    visit = upkeep.visit_of(people, change)
    party = world.limiting(change.by or visit.emsp)
    id, session = party.office.id, party.active_session(visit.token.uid)
    if session is None:
        data = {"problem": "no session is known to be running"}
        world.journal.event(id, "not_limited", party=id, subject=visit.token.uid, data=data)
        return
    cause = world.journal.event(id, change.kind, party=id, subject=session.id, data={"limit_w": change.limit_w})
    duration_s = None if change.for_us is None else change.for_us // 1_000_000
    party.limits.limit(session, change.limit_w, duration_s, cause)


_Negotiation = Callable[[Registration, Connection, Cause], Generator[Event, Any, str]]


def _negotiate(world: World, change: Change, what: str, negotiation: _Negotiation) -> None:
    """Let a party talk with its peer about their connection; a problem is an event."""
    assert change.party is not None
    assert change.peer is not None
    party = world.party(change.party)
    office, connection = party.office, party.office.connections.get(change.peer)
    data = {"peer": change.peer, "version": change.version or (connection.version if connection else "")}
    cause = world.journal.event(office.id, what, party=office.id, subject=change.peer, data=data)

    def work() -> Generator[Event, Any, None]:
        problem = f"{change.peer} is not connected."
        if connection is not None:
            problem = yield from negotiation(party.registration, connection, cause)
        if problem:
            told = {"peer": change.peer, "problem": problem}
            world.journal.event(
                office.id, f"{what}_failed", party=office.id, subject=change.peer or "", data=told, cause=cause
            )

    office.spawn(work(), f"{what} with {change.peer}")


_ACTS: Mapping[ChangeKind, Callable[[World, People, Change], None]] = {
    "tariff": _reprice,
    "token_blocked": _block,
    "credentials_renewed": _renew,
    "unregistered": _unregister,
    "cdr_corrected": _correct,
    "charging_limited": _limit,
    "charging_limit_lifted": _limit,
    "reservation_withdrawn": helping.withdraw_reservation,
    "connector_unlocked": helping.unlock_connector,
    "charging_limit_asked": upkeep.ask_limits,
    "charging_preferences": upkeep.prefer,
    "invoice": upkeep.invoice,
    "invoice_corrected": upkeep.invoice,
    "invoice_withdrawn": upkeep.invoice,
    "site_changed": upkeep.change_site,
    "tariff_withdrawn": upkeep.withdraw_tariff,
    "token_restored": upkeep.restore,
    "copies_checked": upkeep.compare,
}
