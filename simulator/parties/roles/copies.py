"""What a party can read back from a peer: its own objects as the peer keeps them, and the peer's as the peer has them.

Locations are asked for at each of their three levels, as a Receiver may keep one and forget another.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from simulator.ocpi.modules import InterfaceRole, ModuleID
from simulator.ocpi.v2_2_1.cdrs import CDR
from simulator.ocpi.v2_2_1.locations import Location
from simulator.parties.connection import Connection
from simulator.parties.dialect import OLDEST
from simulator.parties.modules.locations import connector_of, evse_of
from simulator.parties.readback import Item
from simulator.parties.roles.cpo import Cpo
from simulator.parties.roles.emsp import Emsp
from simulator.parties.roles.scsp import Scsp
from simulator.parties.store import Store

if TYPE_CHECKING:
    # Translation with its tables is loaded by those runs only that have need of it.
    from simulator.parties.roles.hub import Hub

_SENDER, _RECEIVER = InterfaceRole.SENDER, InterfaceRole.RECEIVER


def copies(party: "Cpo | Emsp | Scsp | Hub", connection: Connection) -> Iterator[Item]:
    """All that a party can compare with what a peer shows; an SCSP owns nothing, and Senders show no single session."""
    if isinstance(party, Cpo):
        return _of_cpo(party, connection)
    if isinstance(party, Emsp):
        return _of_emsp(party, connection)
    if isinstance(party, Scsp):
        return iter(())
    return (
        Item(ModuleID.HUB_CLIENT_INFO, _RECEIVER, "client_info", (info.country_code, info.party_id), info)
        for info in party.standing.shown(connection)
    )


def _of_cpo(cpo: Cpo, connection: Connection) -> Iterator[Item]:
    peer, us = connection.peer_id, (cpo.office.identity.country_code, cpo.office.identity.party_id)
    for location in cpo.locations.store:
        yield from _levels(_RECEIVER, us, location, cpo.locations.store.original(None, location.id))
    for tariff in cpo.tariffs.store:
        original = cpo.tariffs.store.original(None, tariff.id)
        yield Item(ModuleID.TARIFFS, _RECEIVER, "tariff", (*us, tariff.id), tariff, original=original)
    for session in cpo.sessions.by_peer.get(peer, ()):
        yield Item(ModuleID.SESSIONS, _RECEIVER, "session", (*us, session.id), session.whole())
    cdrs: Store[CDR] = cpo.billing.cdrs.by_peer.get(peer) or Store()
    for cdr in cdrs:
        original = cdrs.original(None, cdr.id)
        yield Item(ModuleID.CDRS, _RECEIVER, "cdr", (*us, cdr.id), cdr, original=original)
    for record in cpo.invoices.sender.of(peer):
        segments = (*us, record.id)
        yield Item(ModuleID.INVOICE_RECONCILIATION, _RECEIVER, "record", segments, record, original=record)


def _of_emsp(emsp: Emsp, connection: Connection) -> Iterator[Item]:
    us = (emsp.office.identity.country_code, emsp.office.identity.party_id)
    for token in emsp.tokens.store:
        query = "" if connection.version == OLDEST else f"?type={token.type.value}"
        yield Item(ModuleID.TOKENS, _RECEIVER, "token", (*us, token.uid), token, query)
    for each in emsp.locations.store:
        if connection.owns(each.country_code, each.party_id):
            original = emsp.locations.store.original(None, each.country_code, each.party_id, each.id)
            yield from _levels(_SENDER, (), each, original)


def _levels(side: InterfaceRole, owner: tuple[str, ...], location: Location, original: Any = None) -> Iterator[Item]:
    """A location at all its levels, with its original, if it has one."""
    segments = (*owner, location.id)
    yield Item(ModuleID.LOCATIONS, side, "location", segments, location, original=original)
    for evse in location.evses:
        within = evse_of(original, evse)
        segments = (*owner, location.id, evse.uid)
        yield Item(ModuleID.LOCATIONS, side, "evse", segments, evse, original=within)
        for connector in evse.connectors:
            kept = connector_of(original, evse, connector)
            yield Item(ModuleID.LOCATIONS, side, "connector", (*segments, connector.id), connector, original=kept)
